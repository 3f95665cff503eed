#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own: DATABASE_URL points at it, and it is thrown away afterwards.
#   scripts/with-postgres.sh cargo test
# On a Unix socket only, as an unprivileged user, careless of crashes: for tests. A DATABASE_URL that is set is used as it is.
set -euo pipefail
if [ -n "${DATABASE_URL:-}" ]; then exec "$@"; fi

bin=$("$(dirname "$0")/postgres-bin.sh")

folder=$(mktemp -d /tmp/campanile-test-pg.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
  # PostgreSQL refuses to run as root.
  user=$(id -un postgres 2>/dev/null || echo nobody)
  chown "$user" "$folder"
  as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --)
fi
chmod 711 "$folder"
stop() {
  (cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM
(
  cd /
  "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/log" 2>&1 \
    && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w start -o "-c listen_addresses='' \
      -c unix_socket_directories='$folder' -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
      -c max_connections=400 -c shared_buffers=256MB" >>"$folder/log" 2>&1
) || { cat "$folder/log" >&2; exit 1; }
"$bin/psql" -q -X -U postgres -h "$folder" -d postgres -c 'create database campanile'
export DATABASE_URL="postgres://postgres@localhost/campanile?host=$folder"
"$@"
