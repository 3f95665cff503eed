#!/usr/bin/env bash
# Checks the sources again whenever one changes: scripts/watch.sh [command …] (default: make check). Ctrl-C ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- make --no-print-directory check
stamp=$(mktemp)
trap 'rm -f "$stamp"' EXIT
while :; do
  touch "$stamp"
  if "$@"; then echo "== good at $(date +%T); waiting for a change"; else echo "== not good; waiting for a change"; fi
  until find app crates frontend server xtask migrations style .sqlx -newer "$stamp" -type f -print -quit | grep -q .; do
    sleep 0.5
  done
done
