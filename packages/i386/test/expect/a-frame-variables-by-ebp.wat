;; function at 8048071
global.get $eax
local.set $eax
global.get $esp
local.set $esp
global.get $ebp
local.set $ebp
global.get $flags
local.set $flags
block
  block
    ;; 8048071 push ebp
    local.get $esp
    i32.const 0x801ff4
    i32.add
    local.tee $12
    i32.const 0x7ffff0
    i32.gt_u
    if
      i32.const 0x8048071
      local.set $return
      i32.const 0
      local.set $known
      br 2
    end
    ;; 8048071 push ebp
    local.get $12
    local.get $ebp
    local.tee $13
    i32.store offset=8
    ;; 8048072 mov ebp, esp
    local.get $esp
    i32.const -4
    i32.add
    local.set $ebp
    ;; 8048077 mov [ebp-4], eax
    local.get $12
    local.get $eax
    local.tee $14
    i32.store offset=4
    ;; 804807a mov eax, [ebp-8]
    local.get $12
    i32.load
    local.set $eax
    ;; 804807d leave
    local.get $13
    local.set $15
    local.get $ebp
    i32.const 4
    i32.add
    local.set $esp
    local.get $15
    local.set $ebp
    ;; 804807e ret
    local.get $12
    i32.load offset=12
    local.set $16
    local.get $esp
    i32.const 4
    i32.add
    local.set $esp
    local.get $eax
    global.set $eax
    local.get $esp
    global.set $esp
    local.get $ebp
    global.set $ebp
    local.get $16
    return
    unreachable
  end
  local.get $eax
  global.set $eax
  local.get $esp
  global.set $esp
  local.get $ebp
  global.set $ebp
  local.get $flags
  global.set $flags
end
local.get $return
local.get $known
call $leave
unreachable
end
