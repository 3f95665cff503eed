#!/usr/bin/env bash
# Makes Rust's target wasm32-unknown-unknown available: by rustup where it is there and reaches its host, else from Debian's
# packages. In the latter case target/wasm-toolchain names the toolchain that `cargo xtask build` takes for the console.
# WASM_FROM_DEBIAN=1 forces the second way.
set -euo pipefail
cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
name_file="${CARGO_TARGET_DIR:-target}/wasm-toolchain"

say() { printf '  wasm: %s\n' "$*"; }

if [ -z "${WASM_FROM_DEBIAN:-}" ]; then
  if compgen -G "$(rustc --print target-libdir --target $target 2>/dev/null)/libstd-*.rlib" >/dev/null; then
    say "the target is there"; rm -f "$name_file"; exit 0
  fi
  if command -v rustup >/dev/null; then
    say "asking rustup for the target"
    if timeout 180 rustup target add $target; then rm -f "$name_file"; exit 0; fi
    say "rustup could not get it"
  fi
fi

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

say "installing Debian's compiler for the web (rustc-web), its sources and a linker"
as_root apt-get update -q >/dev/null
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
  rustc-web cargo-web rust-web-src lld-19 >/dev/null

sysroot=$(/usr/bin/rustc --print sysroot)
library="$sysroot/lib/rustlib/$target/lib"
if ! compgen -G "$library/libstd-*.rlib" >/dev/null; then
  say "building the standard library for $target (about a minute)"
  work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/src"
  printf '[package]\nname = "wasmstd"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n' >"$work/Cargo.toml"
  echo 'pub fn nothing() {}' >"$work/src/lib.rs"
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  as_root mkdir -p "$sysroot/lib/rustlib/$host/bin" "$library"
  as_root ln -sf /usr/bin/lld-19 "$sysroot/lib/rustlib/$host/bin/rust-lld"
  (cd "$work" && env -u RUSTUP_TOOLCHAIN PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo build --quiet \
    --release --target $target -Z build-std=std,panic_abort,panic_unwind,proc_macro,test)
  rm -f "$work/target/$target"/release/deps/libwasmstd*
  as_root cp "$work/target/$target"/release/deps/*.rlib "$library"/
fi

mkdir -p "$(dirname "$name_file")"
if command -v rustup >/dev/null; then
  rustup toolchain link debian "$sysroot"
  echo debian >"$name_file"
else
  # Without rustup the compiler is Debian's anyway, or it is told by name.
  rm -f "$name_file"
  say "without rustup: build with PATH=/usr/bin:\$PATH"
fi
say "ready, from Debian's packages"
