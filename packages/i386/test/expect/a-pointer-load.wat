;; function at 8048071
block
  block
    ;; 8048071 mov eax, [ebx]
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
    ;; 8048071 mov eax, [ebx]
    local.get $ebx
    i32.const 0xf7fb8000
    i32.add
    local.tee $15
    i32.const 0
    i32.load offset=8390704 (; read4 ;)
    i32.lt_u
    if (result i32)
      local.get $15
      i32.load offset=8716288
    else
      local.get $15
      i32.const 0x884a000
      i32.add
      local.tee $15
      i32.const 0x7ffffc
      i32.gt_u
      if
        unreachable
      end
      local.get $15
      i32.load
    end
    local.set $eax
    ;; 8048073 ret
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
