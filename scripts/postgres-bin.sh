#!/usr/bin/env bash
# Prints the folder of the newest PostgreSQL programs (initdb, pg_ctl, psql) on this machine. Debian keeps them out of PATH.
set -euo pipefail
found=$(for initdb in $(command -v initdb || true) "$(pg_config --bindir 2>/dev/null || echo /nonexistent)/initdb" \
  /usr/lib/postgresql/*/bin/initdb; do
  folder=$(dirname "$initdb")
  if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/psql" ]; then echo "$folder"; fi
done | sort -V | tail -n 1)
[ -n "$found" ] || { echo "no PostgreSQL server programs: run scripts/bootstrap.sh" >&2; exit 1; }
echo "$found"
