;; function at 8048071
i32.const 0
i32.load offset=8390660 (; ecx ;)
local.set $ecx
i32.const 0
i32.load offset=8390664 (; edx ;)
local.set $edx
block
  block
    ;; 8048071 mov eax, 3
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
      i32.const 63
      local.set $held
      i32.const 0
      local.set $flags
      br 1
    end
    i32.const 3
    local.set $eax
    ;; 8048076 int 0x80
    local.get $14
    i32.const 0xff7fe000
    i32.add
    local.set $esp
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
    local.get $eax
    local.get $ebx
    local.get $ecx
    local.get $edx
    i32.const 0x8048078
    i32.const 0
    call $quickSystemCall
    local.set $eax
    ;; 8048078 ret
    local.get $14
    i32.load
    local.set $15
    i32.const 0
    local.get $esp
    i32.const 4
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
  local.get $ecx
  i32.store offset=8390660 (; ecx ;)
  i32.const 0
  local.get $edx
  i32.store offset=8390664 (; edx ;)
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
