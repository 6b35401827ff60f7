#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the GitHub Action runs: TREE and OPTIONS come from the environment, so that no text of the
# workflow is ever a part of this script. Writes the report always, and the statement when the
# builds agree; the exit status is that of the check.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
out="${RUNNER_TEMP:?}/stage0-check"
mkdir -p "$out"
stage0() { node "$here/packages/stage0/bin/stage0.js" "$@"; }
read -r -a options <<<"${OPTIONS:-}"
echo "report=$out/report.html" >>"$GITHUB_OUTPUT"
status=0
stage0 check "${TREE:?}" ${options[@]+"${options[@]}"} --quiet --html "$out/report.html" \
  >"$out/report.txt" || status=$?
cat "$out/report.txt"
{ echo '```'; cat "$out/report.txt"; echo '```'; } >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
if [ "$status" = 0 ]; then
  stage0 attest "$TREE" ${options[@]+"${options[@]}"} --quiet --out "$out/statement.intoto.json"
  echo "statement=$out/statement.intoto.json" >>"$GITHUB_OUTPUT"
fi
exit "$status"
