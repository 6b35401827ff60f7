;; function at 8048071
i32.const 0
i32.load offset=8390660 (; ecx ;)
local.set $ecx
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
    local.get $14
    i32.load
    local.set $15
    block
      ;; 8048071 test eax, eax
      local.get $eax
      local.set $16
      local.get $eax
      local.set $17
      local.get $16
      local.get $17
      i32.and
      local.set $18
      ;; 8048073 je 0x8048076
      local.get $18
      i32.eqz
      if
        i32.const 1
        local.set $label
        br 1
      end
      i32.const 0
      local.set $label
      br 0
    end
    loop
      block
        block
          local.get $label
          br_table 0 1
        end
        ;; 8048075 inc eax
        local.get $eax
        local.set $16
        local.get $16
        i32.const 1
        i32.add
        local.set $17
        local.get $17
        local.set $eax
        i32.const 1
        local.set $label
        br 1
      end
      ;; 8048076 dec ecx
      local.get $ecx
      local.set $16
      local.get $16
      i32.const -1
      i32.add
      local.set $17
      local.get $17
      local.set $ecx
      ;; 8048077 jne 0x8048075
      local.get $17
      i32.eqz
      i32.eqz
      if
        i32.const 0
        local.set $label
        br 1
      end
      ;; 8048079 ret
      local.get $15
      local.set $16
      local.get $14
      local.get $15
      i32.store
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
  local.get $14
  local.get $15
  i32.store
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
