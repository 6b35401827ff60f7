;; function at 8048071
global.get $ecx
local.set $ecx
global.get $esp
local.set $esp
global.get $flags
local.set $flags
block
  block
    loop
      ;; 8048071 dec ecx
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
        br 2
      end
      global.get $fuel
      i32.const 3
      i32.sub
      global.set $fuel
      global.get $fuel
      i32.const 0
      i32.lt_s
      if
        local.get $ecx
        global.set $ecx
        local.get $flags
        global.set $flags
        i32.const 0x8048071
        call $tick
        global.get $ecx
        local.set $ecx
        global.get $esp
        local.set $esp
        global.get $flags
        local.set $flags
      end
      local.get $ecx
      local.set $13
      local.get $13
      i32.const -1
      i32.add
      local.set $14
      local.get $14
      local.set $ecx
      ;; 8048072 jne 0x8048071
      local.get $14
      i32.eqz
      i32.eqz
      if
        br 1
      end
      ;; 8048074 ret
      local.get $12
      i32.load
      local.set $13
      local.get $esp
      i32.const 4
      i32.add
      local.set $esp
      local.get $ecx
      global.set $ecx
      local.get $esp
      global.set $esp
      local.get $13
      return
    end
    unreachable
  end
  local.get $ecx
  global.set $ecx
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
