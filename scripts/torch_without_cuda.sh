#!/usr/bin/env bash
# Usage: scripts/torch_without_cuda.sh FOLDER
#
# PyPI's torch for Linux is linked to 4 GB of CUDA libraries, which a test without a GPU never uses and without which
# it does not start. This puts libraries of the same names beside FOLDER/torch. Every function in them answers
# cudaErrorNoDevice, as the real ones do where there is no GPU; so torch.cuda.is_available() is False.
set -euo pipefail

libraries=$1/torch/lib
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One per line, NAME or NAME@VERSION; the versions are called as the libraries, but for NVSHMEM.
nm -D --undefined-only "$libraries"/*.so | awk '$1 == "U" || $1 == "w" { print $2 }' | sort -u |
  grep -E '^[^@]+@(NVSHMEM|lib(cu|nv)[^@]*)$|^(cu|nccl|nvrtc|nvshmem)[^@]*$' >"$work/functions"

# functions VERSION: those that have it; without a VERSION those that have none.
functions() { awk -F@ -v version="${1:-}" '$2 == version { print $1 }' "$work/functions"; }

for name in $(readelf -d "$libraries"/*.so |
  sed -nE 's/.*NEEDED.*\[(lib(cu|nccl|nvrtc|nvshmem)[^]]*)\]/\1/p' | sort -u); do
  version=$name
  [[ $name != libnvshmem* ]] || version=NVSHMEM
  {
    echo '.text'
    # 100 is cudaErrorNoDevice; who asks for its text gets one.
    { functions "$version"; functions; } | while read -r function; do
      body='mov $100, %eax'
      [[ $function != *GetError@(String|Name) ]] || body='lea text(%rip), %rax'
      printf '.globl %s\n.type %s, @function\n%s: %s\n  ret\n' "$function" "$function" "$function" "$body"
    done
    printf '.data\ntext: .asciz "this environment has no CUDA"\n.section .note.GNU-stack,"",@progbits\n'
  } >"$work/none.s"
  { echo "$version { global:"; functions "$version" | sed 's/$/;/'; echo '};'; } >"$work/versions"
  functions "$version" | grep -q . || echo "$version {};" >"$work/versions"
  gcc -shared -nostdlib -Wl,-soname,"$name" -Wl,--version-script="$work/versions" -o "$libraries/$name" "$work/none.s"
done
