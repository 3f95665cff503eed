#!/usr/bin/env bash
# The demo on this machine: gets what is missing, builds the release when sources have changed, fills in a fictional
# university on the first start, and serves it on http://127.0.0.1:3000 with captured mail.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
binary="$target/release/campanile"
stamp="$target/demo-built"

# Older than any source: build again. The stamp is the time the last good build began.
sources=(Cargo.toml Cargo.lock .cargo app crates frontend migrations public server style xtask)
current() {
  [ -x "$binary" ] && [ -e "$stamp" ] && [ -e "$target/site/version" ] \
    && [ -z "$(find "${sources[@]}" -path xtask/node_modules -prune -o -type f -newer "$stamp" -print -quit)" ]
}
if ! current; then
  scripts/bootstrap.sh demo
  mkdir -p "$target"
  touch "$stamp.new"
  SQLX_OFFLINE=true cargo xtask build --release
  mv "$stamp.new" "$stamp"
fi

export CAMPANILE_LISTEN="${CAMPANILE_LISTEN:-127.0.0.1:3000}"
"$binary" seed demo
exec "$binary" serve
