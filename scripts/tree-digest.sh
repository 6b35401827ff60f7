#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The digest by which `stage0 check` names a tree, without any of our code: tree-digest.sh FOLDER
# SHA-256 of one line for each folder, file and link; packages/stage0/src/tree-digest.ts says the rest. It is for trees
# whose names have no backslash or line end, and whose files have one name each.
set -eu
cd "$1"
find . -mindepth 1 -name .git -prune -o -print | sed 's,^\./,,' | LC_ALL=C sort | while IFS= read -r name; do
  if [ -L "$name" ]; then echo "l $(readlink -n "$name" | sha256sum | cut -c1-64) $name"
  elif [ -d "$name" ]; then echo "d 0$(stat -c %a "$name") $name"
  else echo "f 0$(stat -c %a "$name") $(sha256sum <"$name" | cut -c1-64) $name"; fi
done | sha256sum | cut -c1-64
