#!/usr/bin/env bash
# The benchmarks: scripts/bench.sh [beginning of the lines' names]. Sizes by BENCH_ROWS, BENCH_MESSAGES, … (see crates/bench).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh bench >&2
export SQLX_OFFLINE=true
cargo xtask build --release >&2
cargo run --quiet --release --package campanile-bench -- "${1:-}"
