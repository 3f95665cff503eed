#!/usr/bin/env bash
# Every test: unit, database, router and wire (cargo), then the browser against the release build.
#   scripts/test.sh            all
#   scripts/test.sh cargo      without the browser
#   scripts/test.sh browser    only the browser
set -euo pipefail
cd "$(dirname "$0")/.."
part="${1:-all}"
scripts/bootstrap.sh test
# The macros of sqlx read .sqlx; only the tests themselves need a database.
export SQLX_OFFLINE=true
# The same cases in every run: a failure is a change of ours, not of luck.
export PROPTEST_RNG_SEED=20261121
if [ "$part" != browser ]; then
  echo "== tests in Rust: units, rules on a real database, routers, SMTP on the wire"
  scripts/with-postgres.sh cargo test --workspace --exclude frontend --no-fail-fast
fi
if [ "$part" != cargo ]; then
  echo "== the release build"
  cargo xtask build --release
  echo "== the console in a browser"
  node end2end/run.mjs
fi
