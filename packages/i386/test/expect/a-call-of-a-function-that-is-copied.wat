;; function at 8048071
block
  block
    ;; 8048071 push ebp
    block
      block
        local.get $esp
        i32.const 0x801ff8
        i32.add
        local.tee $14
        i32.const 0x700000
        i32.sub
        i32.const 0xffff4
        i32.gt_u
        br_if 0
        local.get $ebp
        i32.const 0x801ffc
        i32.add
        local.tee $15
        i32.const 0x700000
        i32.sub
        i32.const 0xffffc
        i32.gt_u
        i32.eqz
        br_if 1
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
      i32.const 0x8048071
      local.set $return
      i32.const 0
      local.set $known
      br 2
    end
    ;; 8048071 push ebp
    local.get $14
    local.get $ebp
    i32.store offset=4
    ;; 8048072 mov ebp, esp
    local.get $14
    i32.const 0xff7fe004
    i32.add
    local.set $ebp
    ;; 8048074 call 0x804807e
    local.get $14
    i32.const 0x8048079
    i32.store
    ;; 804807e xor eax, eax
    local.get $eax
    local.get $eax
    i32.xor
    local.set $eax
    ;; 8048080 ret
    local.get $14
    i32.load
    i32.const 0x8048079
    i32.ne
    if
      local.get $14
      i32.const 0xff7fe000
      i32.add
      local.set $esp
      i32.const 0x8048080
      local.set $return
      i32.const 0
      local.set $known
      i32.const 57
      local.set $held
      i32.const 0
      local.set $flags
      br 1
    end
    ;; 8048079 pop ebp
    local.get $14
    i32.load offset=4
    local.get $15
    i32.const 0xff7fe004
    i32.add
    i32.ne
    if
      local.get $14
      i32.const 0xff7fe004
      i32.add
      local.set $esp
      i32.const 0x8048079
      local.set $return
      i32.const 0
      local.set $known
      i32.const 57
      local.set $held
      i32.const 0
      local.set $flags
      br 1
    end
    local.get $15
    i32.const 0xff7fe004
    i32.add
    local.set $ebp
    ;; 804807a mov eax, [ebp-4]
    local.get $15
    i32.load
    local.set $eax
    ;; 804807d ret
    local.get $14
    i32.load offset=8
    local.set $16
    i32.const 0
    local.get $14
    i32.const 0xff7fe00c
    i32.add
    i32.store offset=8390672 (; esp ;)
    i32.const 0
    local.get $ebp
    i32.store offset=8390676 (; ebp ;)
    local.get $16
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
