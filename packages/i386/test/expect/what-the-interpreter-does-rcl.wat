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
global.get $ebp
local.set $ebp
global.get $esi
local.set $esi
global.get $edi
local.set $edi
global.get $flags
local.set $flags
block
  block
    ;; 8048071 rcl eax, 1
    local.get $flags
    global.set $flags
    i32.const 0x8048071
    i32.const 1
    call $step
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
    global.get $ebp
    local.set $ebp
    global.get $esi
    local.set $esi
    global.get $edi
    local.set $edi
    global.get $flags
    local.set $flags
    ;; 8048073 ret
    local.get $esp
    i32.const 0x802000
    i32.add
    local.tee $12
    i32.const 0x7ffffc
    i32.gt_u
    if
      i32.const 0x8048073
      local.set $return
      i32.const 0
      local.set $known
      br 1
    end
    local.get $12
    i32.load
    local.set $13
    local.get $esp
    i32.const 4
    i32.add
    local.set $esp
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
  local.get $ebp
  global.set $ebp
  local.get $esi
  global.set $esi
  local.get $edi
  global.set $edi
  local.get $flags
  global.set $flags
end
local.get $return
local.get $known
call $leave
unreachable
end
