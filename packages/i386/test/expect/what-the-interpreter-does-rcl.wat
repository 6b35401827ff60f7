;; function at 8048071
i32.const 0
i32.load offset=8390688 (; flags ;)
i32.const 2261
i32.and
local.set $flags
local.get $esp
local.set $15
block
  block
    ;; 8048071 rcl eax, 1
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
    i32.const 0
    i32.const 0
    i32.load offset=8390688 (; flags ;)
    i32.const -2262
    i32.and
    local.get $flags
    i32.or
    i32.store offset=8390688 (; flags ;)
    i32.const 0x8048071
    i32.const 1
    call $step
    i32.const 0
    i32.load offset=8390656 (; eax ;)
    local.set $eax
    i32.const 0
    i32.load offset=8390660 (; ecx ;)
    local.set $ecx
    i32.const 0
    i32.load offset=8390664 (; edx ;)
    local.set $edx
    i32.const 0
    i32.load offset=8390668 (; ebx ;)
    local.set $ebx
    i32.const 0
    i32.load offset=8390672 (; esp ;)
    local.set $esp
    i32.const 0
    i32.load offset=8390676 (; ebp ;)
    local.set $ebp
    i32.const 0
    i32.load offset=8390680 (; esi ;)
    local.set $esi
    i32.const 0
    i32.load offset=8390684 (; edi ;)
    local.set $edi
    i32.const 0
    i32.load offset=8390688 (; flags ;)
    i32.const 2261
    i32.and
    local.set $flags
    ;; 8048073 ret
    local.get $esp
    i32.const 0x802000
    i32.add
    local.tee $14
    i32.const 0x700000
    i32.sub
    i32.const 0xffffc
    i32.gt_u
    if
      i32.const 0x8048073
      local.set $return
      i32.const 0
      local.set $known
      i32.const 255
      local.set $held
      i32.const 0
      local.set $flags
      br 1
    end
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
      i32.const 0x8048073
      local.set $return
      i32.const 0
      local.set $known
      i32.const 255
      local.set $held
      i32.const 0
      local.set $flags
      br 1
    end
    local.get $14
    i32.load
    local.set $16
    i32.const 0
    local.get $14
    i32.const 0xff7fe004
    i32.add
    i32.store offset=8390672 (; esp ;)
    local.get $16
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
  i32.const 0
  local.get $esi
  i32.store offset=8390680 (; esi ;)
  i32.const 0
  local.get $edi
  i32.store offset=8390684 (; edi ;)
end
local.get $return
local.get $known
call $leave
unreachable
end
