;; function at 8048071
global.get $eax
local.set $eax
global.get $ecx
local.set $ecx
global.get $edx
local.set $edx
global.get $ebx
local.set $ebx
global.get $esp
local.set $esp
global.get $flags
local.set $flags
block
  block
    ;; 8048071 mov eax, 3
    local.get $esp
    i32.const 0x802000
    i32.add
    local.tee $12
    i32.const 0x7ffffc
    i32.gt_u
    if
      i32.const 0x8048071
      local.set $return
      i32.const 0
      local.set $known
      br 1
    end
    i32.const 3
    local.set $eax
    ;; 8048076 int 0x80
    local.get $eax
    global.set $eax
    local.get $eax
    local.get $ebx
    local.get $ecx
    local.get $edx
    i32.const 0x8048078
    i32.const 0
    call $quickSystemCall
    local.set $eax
    ;; 8048078 ret
    local.get $12
    i32.load
    local.set $13
    local.get $esp
    i32.const 4
    i32.add
    local.set $esp
    local.get $eax
    global.set $eax
    local.get $esp
    global.set $esp
    local.get $13
    return
    unreachable
  end
  local.get $eax
  global.set $eax
  local.get $ecx
  global.set $ecx
  local.get $edx
  global.set $edx
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
