;; function at 8048071
i32.const 0
i32.load offset=8390684 (; edi ;)
local.set $edi
block
  block
    block
      ;; 8048071 mov eax, [ebp-4]
      block
        block
          local.get $esp
          i32.const 0x801ff0
          i32.add
          local.tee $14
          i32.const 0x700000
          i32.sub
          i32.const 0xfffe8
          i32.gt_u
          br_if 0
          local.get $ebp
          local.get $esp
          i32.const 8
          i32.add
          i32.ne
          i32.eqz
          br_if 1
        end
        i32.const 0x8048071
        local.set $return
        i32.const 0
        local.set $known
        i32.const 185
        local.set $held
        i32.const 0
        local.set $flags
        br 2
      end
      local.get $14
      i32.load offset=20
      local.set $eax
      ;; 8048074 test eax, eax
      local.get $eax
      local.set $15
      local.get $eax
      local.set $16
      local.get $15
      local.get $16
      i32.and
      local.set $17
      ;; 8048076 je 0x8048088
      local.get $17
      i32.eqz
      if
        br 1
      end
      ;; 8048078 push edi
      local.get $14
      local.get $edi
      i32.store offset=12
      ;; 8048079 push ebp
      local.get $14
      local.get $ebp
      i32.store offset=8
      ;; 804807a mov edi, esp
      local.get $14
      i32.const 0xff7fe008
      i32.add
      local.set $edi
      ;; 804807c dec eax
      local.get $eax
      local.set $15
      local.get $15
      i32.const -1
      i32.add
      local.set $16
      local.get $16
      local.set $eax
      ;; 804807d push eax
      local.get $14
      local.get $eax
      i32.store offset=4
      ;; 804807e mov ebp, edi
      local.get $edi
      local.set $ebp
      ;; 8048080 call 0x8048071
      local.get $14
      i32.const 0x8048085
      i32.store
      i32.const 0
      local.get $edi
      i32.store offset=8390684 (; edi ;)
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
        i32.const 0x8048085
        i32.const 0
        i32.const 0
        local.get $depth
        call $interpret
        i32.const 0
        i32.load offset=8390656 (; eax ;)
        local.set $eax
        i32.const 0x8048085
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
      i32.const 0
      i32.load offset=8390676 (; ebp ;)
      local.set $ebp
      block
        block
          local.get $return
          i32.const 0x8048085
          i32.ne
          br_if 0
          local.get $ebp
          local.get $14
          i32.const 0xff7fe008
          i32.add
          i32.ne
          i32.eqz
          br_if 1
        end
        local.get $14
        i32.const 0xff7fe004
        i32.add
        local.set $esp
        i32.const 0
        local.set $known
        i32.const 49
        local.set $held
        i32.const 0
        local.set $ebx
        i32.const 0
        local.set $edi
        i32.const 0
        local.set $flags
        br 2
      end
      local.get $14
      i32.const 0xff7fe008
      i32.add
      local.set $ebp
      ;; 8048085 pop ebx
      local.get $14
      i32.load offset=4
      local.set $ebx
      ;; 8048086 pop ebp
      local.get $14
      i32.load offset=8
      local.get $14
      i32.const 0xff7fe018
      i32.add
      i32.ne
      if
        local.get $14
        i32.const 0xff7fe008
        i32.add
        local.set $esp
        i32.const 0x8048086
        local.set $return
        i32.const 0
        local.set $known
        i32.const 25
        local.set $held
        i32.const 0
        local.set $ebp
        i32.const 0
        local.set $edi
        i32.const 0
        local.set $flags
        br 2
      end
      local.get $14
      i32.const 0xff7fe018
      i32.add
      local.set $ebp
      ;; 8048087 pop edi
      local.get $14
      i32.load offset=12
      local.set $edi
      br 0
    end
    ;; 8048088 ret
    local.get $14
    i32.load offset=16
    local.set $15
    i32.const 0
    local.get $ebx
    i32.store offset=8390668 (; ebx ;)
    i32.const 0
    local.get $14
    i32.const 0xff7fe014
    i32.add
    i32.store offset=8390672 (; esp ;)
    i32.const 0
    local.get $ebp
    i32.store offset=8390676 (; ebp ;)
    i32.const 0
    local.get $edi
    i32.store offset=8390684 (; edi ;)
    local.get $15
    local.get $eax
    return
    unreachable
  end
  i32.const 0
  local.get $eax
  i32.store offset=8390656 (; eax ;)
  i32.const 0
  local.get $esp
  i32.store offset=8390672 (; esp ;)
  local.get $held
  i32.const 8
  i32.and
  if
    i32.const 0
    local.get $ebx
    i32.store offset=8390668 (; ebx ;)
  end
  local.get $held
  i32.const 32
  i32.and
  if
    i32.const 0
    local.get $ebp
    i32.store offset=8390676 (; ebp ;)
  end
  local.get $held
  i32.const 128
  i32.and
  if
    i32.const 0
    local.get $edi
    i32.store offset=8390684 (; edi ;)
  end
end
local.get $return
local.get $known
call $leave
unreachable
end
