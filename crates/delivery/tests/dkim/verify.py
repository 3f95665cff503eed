"""Verifies DKIM signatures with dkimpy. Reads {"raw": base64, "records": {name: TXT}} a line, writes a list of booleans a line:
one for each signature of the message."""
import base64, json, sys

import dkim

for line in sys.stdin:
    given = json.loads(line)
    raw = base64.b64decode(given["raw"])
    records = {name.encode(): value.encode() for name, value in given["records"].items()}

    def lookup(name, timeout=5):
        return records.get(name.rstrip(b"."))

    verifier = dkim.DKIM(raw)
    count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
    results = []
    for n in range(count):
        try:
            results.append(bool(dkim.DKIM(raw).verify(idx=n, dnsfunc=lookup)))
        except dkim.DKIMException as error:
            print(error, file=sys.stderr)
            results.append(False)
    print(json.dumps(results), flush=True)
