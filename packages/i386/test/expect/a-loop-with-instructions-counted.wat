;; function at 8048071
i32.const 0
i32.load offset=8390660 (; ecx ;)
local.set $ecx
local.get $esp
local.set $15
block
  block
    loop
      ;; 8048071 dec ecx
      local.get $esp
      i32.const 0x802000
      i32.add
      local.tee $14
      i32.const 0x700000
      i32.sub
      i32.const 0xffffc
      i32.gt_u
      if
        i32.const 0x8048071
        local.set $return
        i32.const 0
        local.set $known
        i32.const 59
        local.set $held
        i32.const 0
        local.set $flags
        br 2
      end
      i32.const 0
      i32.const 0
      i32.load offset=8390692 (; fuel ;)
      i32.const 3
      i32.sub
      local.tee $16
      i32.store offset=8390692 (; fuel ;)
      local.get $16
      i32.const 0
      i32.lt_s
      if
        local.get $14
        i32.const 0xff7fe000
        i32.add
        local.set $esp
        i32.const 0x8048071
        local.set $return
        i32.const 0
        local.set $known
        i32.const 59
        local.set $held
        i32.const 0
        local.set $flags
        br 2
      end
      local.get $ecx
      local.set $17
      local.get $17
      i32.const -1
      i32.add
      local.set $18
      local.get $18
      local.set $ecx
      ;; 8048072 jne 0x8048071
      local.get $18
      i32.eqz
      i32.eqz
      if
        local.get $14
        i32.const 0xff7fe000
        i32.add
        local.set $esp
        i32.const 0
        i32.const 0
        i32.load offset=8390692 (; fuel ;)
        i32.const 2
        i32.sub
        local.tee $16
        i32.store offset=8390692 (; fuel ;)
        local.get $16
        i32.const 0
        i32.lt_s
        if
          i32.const 0x8048071
          local.set $return
          i32.const 0
          local.set $known
          i32.const 59
          local.set $held
          i32.const 0
          local.set $flags
          br 3
        end
        br 1
      end
      ;; 8048074 ret
      local.get $14
      i32.const 0xff7fe000
      i32.add
      local.get $15
      i32.ne
      if
        local.get $14
        i32.const 0xff7fe000
        i32.add
        local.set $esp
        i32.const 0x8048074
        local.set $return
        i32.const 0
        local.set $known
        i32.const 59
        local.set $held
        i32.const 0
        local.set $flags
        br 2
      end
      local.get $14
      i32.load
      local.set $16
      i32.const 0
      local.get $ecx
      i32.store offset=8390660 (; ecx ;)
      i32.const 0
      local.get $14
      i32.const 0xff7fe004
      i32.add
      i32.store offset=8390672 (; esp ;)
      local.get $16
      local.get $eax
      return
    end
    unreachable
  end
  i32.const 0
  local.get $eax
  i32.store offset=8390656 (; eax ;)
  i32.const 0
  local.get $ecx
  i32.store offset=8390660 (; ecx ;)
  i32.const 0
  local.get $ebx
  i32.store offset=8390668 (; ebx ;)
  i32.const 0
  local.get $esp
  i32.store offset=8390672 (; esp ;)
  i32.const 0
  local.get $ebp
  i32.store offset=8390676 (; ebp ;)
end
local.get $return
local.get $known
call $leave
unreachable
end
