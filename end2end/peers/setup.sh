#!/usr/bin/env bash
# Gets the peers that are not ours (aiosmtpd, requests, zeep, schemathesis and the verifier of Standard Webhooks from PyPI, mailparser and smtp-server from npm) and a certificate for
# "localhost" into target/peers. Prints the folder. Safe to call from many tests at once; does nothing when all is there.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
dir="$root/target/peers"
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
if [ ! -e "$dir/ready-4" ]; then
    {
        echo "Getting peers into $dir"
        python3 -m venv "$dir/venv"
        "$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
            'aiosmtpd==1.4.6' 'requests==2.32.5' 'standardwebhooks==1.1.0' 'zeep==4.3.3' 'schemathesis==4.32.5'
        (cd "$dir" && [ -e package.json ] || echo '{"private":true}' >"$dir/package.json")
        (cd "$dir" && npm install --silent --no-audit --no-fund mailparser@3.9.0 smtp-server@3.21.6)
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=Campanile test authority" \
            -addext "basicConstraints=critical,CA:TRUE" -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
        openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$dir/server.key" -out "$dir/server.csr" 2>/dev/null
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' >"$dir/server.ext"
        openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 3650 \
            -extfile "$dir/server.ext" -out "$dir/server.pem" 2>/dev/null
        touch "$dir/ready-4"
    } >&2
fi
echo "$dir"
