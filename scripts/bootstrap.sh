#!/usr/bin/env bash
# Gets what this machine lacks, and says so while it does.
#   scripts/bootstrap.sh demo    to build and run: PostgreSQL's server programs, Rust's wasm32 target, npm's build tools
#   scripts/bootstrap.sh test    that, and Chromium, libfaketime, the mail peers from PyPI and npm, packages of the browser tests
#   scripts/bootstrap.sh bench   that, and Postfix's smtp-source and smtp-sink
# Expects Debian 12 (or its like), cargo, a C compiler and Node. Does nothing in about a second when all is there.
# No service is started: Debian makes no database cluster of its own, and Postfix stays unconfigured and stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
goal="${1:-test}"
case "$goal" in demo | test | bench) ;; *) echo "usage: scripts/bootstrap.sh [demo|test|bench]" >&2; exit 2 ;; esac

began=$SECONDS
say() { printf '  bootstrap: %s\n' "$*"; }
die() { printf '  bootstrap: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
wants_tests() { [ "$goal" != demo ]; }

have cargo || die "cargo is missing: install Rust 1.95 or newer, for example from https://rustup.rs"
have cc || die "a C compiler is missing (Debian: apt-get install gcc libc6-dev)"
have node && have npm || die "Node 20 or newer with npm is missing"

# PostgreSQL 15 or newer, wherever the server itself would look for it.
postgres_there() {
  local initdb major
  for initdb in $(command -v initdb || true) "$(pg_config --bindir 2>/dev/null || echo /nonexistent)/initdb" \
    /usr/lib/postgresql/*/bin/initdb; do
    [ -x "$initdb" ] || continue
    major=$("$initdb" --version | sed -E 's/.*\(PostgreSQL\) ([0-9]+).*/\1/')
    [ "$major" -ge 15 ] && return 0
  done
  return 1
}

packages=()
postgres_there || packages+=(postgresql-15)
if wants_tests; then
  have chromium || packages+=(chromium)
  # A browser without any fonts draws boxes, and boxes have no contrast to check.
  fc-list 2>/dev/null | grep -q . || packages+=(fonts-dejavu-core fontconfig)
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3 python3-venv)
  have openssl || packages+=(openssl)
  # Lets the clock of one process jump.
  compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || packages+=(libfaketime)
  have ps || packages+=(procps)
fi
# Tests of the wire send to its smtp-sink, the benchmarks measure against its smtp-source. The mail service itself is never started.
if wants_tests || [ "$goal" = bench ]; then
  have smtp-source && have smtp-sink || packages+=(postfix)
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# While packages are installed, policy-rc.d answers 101 ("not allowed") to every attempt to start a service.
hold_services() {
  [ -e /usr/sbin/policy-rc.d ] && return
  printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod 755 /usr/sbin/policy-rc.d
  trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
}

if [ ${#packages[@]} -gt 0 ]; then
  wanted="${packages[*]}"
  have apt-get || die "missing: $wanted. There is no apt-get here to get them: install them by hand"
  if [ "$(id -u)" != 0 ]; then
    have sudo || die "missing: $wanted. Neither root nor sudo: run as root  apt-get install $wanted"
    sudo -n true 2>/dev/null || say "sudo may ask for your password to install: $wanted"
  fi
  say "installing from Debian: $wanted"
  hold_services
  if [[ " $wanted " == *" postgresql-15 "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    # Ours is made in the data directory; Debian need not make one of its own.
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  if [[ " $wanted " == *" postfix "* ]]; then
    echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections
  fi
  log=$(mktemp)
  install() {
    as_root apt-get update -q >"$log" 2>&1 \
      && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}" >>"$log" 2>&1
  }
  install &
  installing=$!
  while kill -0 $installing 2>/dev/null; do
    sleep 5
    printf '  bootstrap: … %s s: %s\n' "$((SECONDS - began))" "$(tail -n 1 "$log" | cut -c 1-90)"
  done
  if ! wait $installing; then
    tail -n 20 "$log" >&2
    die "apt-get failed (the end of its output is above)"
  fi
  rm -f "$log"
fi

say "Rust's target for the browser"
scripts/wasm.sh

# npm's packages as pinned; again only when the pins have changed.
npm_ci() { # folder, what it is
  local folder=$1
  [ -e "$folder/package-lock.json" ] || return 0
  if [ ! -e "$folder/node_modules/.package-lock.json" ] \
    || [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
    say "npm ci: $2"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    touch "$folder/node_modules/.package-lock.json"
  fi
}
npm_ci xtask "wasm-opt and other tools of the build"
if wants_tests; then
  # Its packages have parts for other systems, which npm's lock file then misses: pinned by exact versions instead.
  if [ ! -e end2end/node_modules ] || [ end2end/package.json -nt end2end/node_modules ]; then
    say "npm install: browser tests"
    (cd end2end && npm install --no-audit --no-fund --loglevel=error)
    touch end2end/node_modules
  fi
  say "mail peers: aiosmtpd from PyPI, mailparser and smtp-server from npm"
  end2end/peers/setup.sh >/dev/null
fi
say "everything is there ($((SECONDS - began)) s)"
