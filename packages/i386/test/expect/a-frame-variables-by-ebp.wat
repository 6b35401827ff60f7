;; function at 8048071
block
  block
    ;; 8048071 push ebp
    local.get $esp
    i32.const 0x801ff4
    i32.add
    local.tee $14
    i32.const 0x700000
    i32.sub
    i32.const 0xffff0
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
    ;; 8048071 push ebp
    local.get $14
    local.get $ebp
    local.tee $15
    i32.store offset=8
    ;; 8048072 mov ebp, esp
    local.get $14
    i32.const 0xff7fe008
    i32.add
    local.set $ebp
    ;; 8048077 mov [ebp-4], eax
    local.get $14
    local.get $eax
    i32.store offset=4
    ;; 804807a mov eax, [ebp-8]
    local.get $14
    i32.load
    local.set $eax
    ;; 804807d leave
    local.get $15
    local.set $16
    local.get $ebp
    i32.const 4
    i32.add
    local.set $esp
    local.get $16
    local.set $ebp
    ;; 804807e ret
    local.get $14
    i32.load offset=12
    local.set $15
    i32.const 0
    local.get $esp
    i32.const 4
    i32.add
    i32.store offset=8390672 (; esp ;)
    i32.const 0
    local.get $ebp
    i32.store offset=8390676 (; ebp ;)
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
