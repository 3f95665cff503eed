#!/usr/bin/env bash
# A database to write queries against: starts a PostgreSQL in target/dev-db when it is not running, applies the migrations
# afresh, and writes its address into .env, where the macros of sqlx and `sqlx::test` look for it.
#   scripts/dev-db.sh         start and (re)create the schema
#   scripts/dev-db.sh stop
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(scripts/postgres-bin.sh)

# Under /tmp: PostgreSQL's user has to reach it, and the path of its socket must be short.
folder="/tmp/campanile-dev-$(pwd | sha256sum | cut -c 1-8)"
as=()
if [ "$(id -u)" = 0 ]; then
  user=$(id -un postgres 2>/dev/null || echo nobody)
  as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --)
fi
ctl() { (cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" "$@" >/dev/null); }
if [ "${1:-}" = stop ]; then ctl -m fast stop; exit; fi

if [ ! -e "$folder/data/PG_VERSION" ]; then
  mkdir -p "$folder" && chmod 711 "$folder"
  if [ "$(id -u)" = 0 ]; then chown "$user" "$folder"; fi
  (cd / && "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null)
fi
ctl status || ctl -l "$folder/data/log" -w start -o \
  "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c max_connections=400"
psql=("$bin/psql" -q -X -U postgres -h "$folder" -v ON_ERROR_STOP=1)
"${psql[@]}" -d postgres -c 'drop database if exists campanile with (force)' -c 'create database campanile'
for file in migrations/*.sql; do "${psql[@]}" -d campanile -f "$file"; done
echo "DATABASE_URL=postgres://postgres@localhost/campanile?host=$folder" >.env
echo "The database is at $folder (psql -U postgres -h $folder campanile); .env says so to sqlx."
