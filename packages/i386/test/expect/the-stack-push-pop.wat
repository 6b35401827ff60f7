;; function at 8048071
global.get $eax
local.set $eax
global.get $ebx
local.set $ebx
global.get $esp
local.set $esp
global.get $flags
local.set $flags
block
  block
    ;; 8048071 push eax
    local.get $esp
    i32.const 0x801ffc
    i32.add
    local.tee $12
    i32.const 0x7ffff8
    i32.gt_u
    if
      i32.const 0x8048071
      local.set $return
      i32.const 0
      local.set $known
      br 2
    end
    ;; 8048071 push eax
    local.get $12
    local.get $eax
    local.tee $13
    i32.store
    ;; 8048072 mov eax, 5
    i32.const 5
    local.set $eax
    ;; 8048077 pop ebx
    local.get $13
    local.set $ebx
    ;; 8048078 ret
    local.get $12
    i32.load offset=4
    local.set $14
    local.get $esp
    i32.const 4
    i32.add
    local.set $esp
    local.get $eax
    global.set $eax
    local.get $ebx
    global.set $ebx
    local.get $esp
    global.set $esp
    local.get $14
    return
    unreachable
  end
  local.get $eax
  global.set $eax
  local.get $ebx
  global.set $ebx
  local.get $esp
  global.set $esp
  local.get $flags
  global.set $flags
end
local.get $return
local.get $known
call $leave
unreachable
end
