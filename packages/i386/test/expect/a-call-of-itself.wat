;; function at 8048071
block
  block
    block
      ;; 8048071 dec eax
      local.get $esp
      i32.const 0x801ffc
      i32.add
      local.tee $14
      i32.const 0x700000
      i32.sub
      i32.const 0xffff8
      i32.gt_u
      if
        i32.const 0x8048071
        local.set $return
        i32.const 0
        local.set $known
        i32.const 57
        local.set $held
        i32.const 0
        local.set $flags
        br 2
      end
      local.get $eax
      local.set $15
      local.get $15
      i32.const -1
      i32.add
      local.set $16
      local.get $16
      local.set $eax
      ;; 8048072 je 0x8048079
      local.get $16
      i32.eqz
      if
        br 1
      end
      ;; 8048074 call 0x8048071
      local.get $14
      i32.const 0x8048079
      i32.store
      local.get $depth
      i32.const 1000
      i32.ge_s
      if (result i32)
        i32.const 0
        local.get $eax
        i32.store offset=8390656 (; eax ;)
        i32.const 0
        local.get $ebx
        i32.store offset=8390668 (; ebx ;)
        i32.const 0
        local.get $14
        i32.const 0xff7fe000
        i32.add
        i32.store offset=8390672 (; esp ;)
        i32.const 0
        local.get $ebp
        i32.store offset=8390676 (; ebp ;)
        i32.const 0x8048071
        i32.const 0x8048079
        i32.const 0
        i32.const 0
        local.get $depth
        call $interpret
        i32.const 0
        i32.load offset=8390656 (; eax ;)
        local.set $eax
        i32.const 0x8048079
      else
        local.get $eax
        local.get $ebx
        local.get $14
        i32.const 0xff7fe000
        i32.add
        local.get $ebp
        local.get $depth
        i32.const 1
        i32.add
        call $f8048071
        local.set $eax
      end
      local.set $return
      local.get $return
      i32.const 0x8048079
      i32.ne
      if
        local.get $14
        i32.const 0xff7fe004
        i32.add
        local.set $esp
        i32.const 0
        local.set $known
        i32.const 57
        local.set $held
        i32.const 0
        local.set $flags
        br 2
      end
      br 0
    end
    ;; 8048079 ret
    local.get $14
    i32.load offset=4
    local.set $15
    i32.const 0
    local.get $14
    i32.const 0xff7fe008
    i32.add
    i32.store offset=8390672 (; esp ;)
    local.get $15
    local.get $eax
    return
    unreachable
  end
  i32.const 0
  local.get $eax
  i32.store offset=8390656 (; eax ;)
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
