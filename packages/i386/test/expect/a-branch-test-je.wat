;; function at 8048071
block
  block
    ;; 8048071 test eax, eax
    local.get $esp
    i32.const 0x802000
    i32.add
    local.tee $14
    i32.const 0x700000
    i32.sub
    i32.const 0xffffc
    i32.gt_u
    if
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
      i32.const 0x8048071
      local.set $return
      i32.const 0
      local.set $known
      br 2
    end
    block
      ;; 8048071 test eax, eax
      local.get $eax
      local.set $15
      local.get $eax
      local.set $16
      local.get $15
      local.get $16
      i32.and
      local.set $17
      ;; 8048073 je 0x8048076
      local.get $17
      i32.eqz
      if
        br 1
      end
      ;; 8048075 inc eax
      local.get $eax
      local.set $15
      local.get $15
      i32.const 1
      i32.add
      local.set $16
      local.get $16
      local.set $eax
      br 0
    end
    ;; 8048076 ret
    local.get $14
    i32.load
    local.set $15
    i32.const 0
    local.get $14
    i32.const 0xff7fe004
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
