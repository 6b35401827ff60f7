;; function at 8048071
block
  block
    ;; 8048071 mov esi, esp
    local.get $esp
    i32.const 0x801ffc
    i32.add
    local.tee $14
    i32.const 0x700000
    i32.sub
    i32.const 0xffff8
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
    local.get $14
    i32.load
    local.set $15
    local.get $14
    i32.load offset=4
    local.set $16
    ;; 8048071 mov esi, esp
    local.get $14
    i32.const 0xff7fe004
    i32.add
    local.set $esi
    ;; 8048073 sub esp, 4
    loop
      ;; 8048076 dec dword [esi-4]
      local.get $15
      local.set $17
      local.get $17
      i32.const -1
      i32.add
      local.set $18
      local.get $18
      local.set $15
      ;; 8048079 jne 0x8048076
      local.get $18
      i32.eqz
      i32.eqz
      if
        br 1
      end
      ;; 804807b mov esp, esi
      local.get $esi
      local.set $esp
      ;; 804807d ret
      local.get $16
      local.set $17
      local.get $14
      local.get $15
      i32.store
      local.get $14
      local.get $16
      i32.store offset=4
      i32.const 0
      local.get $esp
      i32.const 4
      i32.add
      i32.store offset=8390672 (; esp ;)
      i32.const 0
      local.get $esi
      i32.store offset=8390680 (; esi ;)
      local.get $17
      local.get $eax
      return
    end
    unreachable
  end
  local.get $14
  local.get $15
  i32.store
  local.get $14
  local.get $16
  i32.store offset=4
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
  local.get $esi
  i32.store offset=8390680 (; esi ;)
end
local.get $return
local.get $known
call $leave
unreachable
end
