#!/usr/bin/env bash
# Gets verifiers of DKIM signatures that are not ours (dkimpy from PyPI, mailauth from npm) into target/peers-dkim, as
# end2end/peers/setup.sh does it for the mail peers. Prints the folder. Safe to call from many tests at once.
set -euo pipefail
root="$(cd "$(dirname "$0")/../../../.." && pwd)"
dir="$root/target/peers-dkim"
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
if [ ! -e "$dir/ready-1" ]; then
    {
        echo "Getting verifiers of DKIM signatures into $dir"
        python3 -m venv "$dir/venv"
        # PyNaCl is what dkimpy checks Ed25519 with.
        "$dir/venv/bin/pip" install --quiet --disable-pip-version-check 'dkimpy==1.1.8' 'pynacl==1.5.0'
        (cd "$dir" && [ -e package.json ] || echo '{"private":true}' >"$dir/package.json")
        (cd "$dir" && npm install --silent --no-audit --no-fund mailauth@4.13.0)
        touch "$dir/ready-1"
    } >&2
fi
echo "$dir"
