#!/usr/bin/env bash
# The benchmarks: scripts/bench.sh [beginning of the lines' names]. Sizes by BENCH_ROWS, BENCH_MESSAGES, … (see crates/bench).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh bench >&2
export SQLX_OFFLINE=true
cargo xtask build --release --no-server >&2
# The server and what measures it in one selection: apart, each would compile what they share with its own features.
cargo build --release --package server --package campanile-bench >&2
"${CARGO_TARGET_DIR:-target}/release/campanile-bench" "${1:-}"
