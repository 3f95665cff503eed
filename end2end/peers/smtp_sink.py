"""An SMTP server that is not ours (aiosmtpd), for tests on the wire.

Prints its port, then writes each accepted message as a line of JSON to --out. How it answers depends on the recipient's
local part, so that a test can foresee every outcome:
  later…   451 4.2.1 at RCPT the first time, accepted afterwards
  busy…    451 4.3.2 after the content the first time, accepted afterwards
  always…  451 4.2.1 at RCPT each time
  gone…    550 5.1.1 at RCPT
  policy…  550 5.7.1 at RCPT
  spam…    554 5.7.1 after the content
  drop…    closes the connection after the content, without an answer
"""
import argparse, asyncio, base64, collections, json, os, signal, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("--out", required=True)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--implicit", action="store_true")
parser.add_argument("--auth", help="user:password, then required")
parser.add_argument("--delay", type=float, default=0, help="seconds before each final answer")
args = parser.parse_args()
out = open(args.out, "a", encoding="ascii")
seen = set()
under_way = collections.Counter()  # messages whose content has come and who wait for their answer, by domain


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local.startswith("gone"):
            return "550 5.1.1 no such user"
        if local.startswith("policy"):
            return "550 5.7.1 refused by policy"
        if local.startswith("always") or (local.startswith("later") and ("later", address) not in seen):
            seen.add(("later", address))
            return "451 4.2.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        local, domain = to.split("@")
        under_way[domain] += 1
        at_once = under_way[domain]
        if args.delay:
            await asyncio.sleep(args.delay)
        under_way[domain] -= 1
        if local.startswith("spam"):
            return "554 5.7.1 looks like spam"
        if local.startswith("drop"):
            server.transport.abort()
            return "451 4.3.2 never sent"
        if local.startswith("busy") and ("busy", to) not in seen:
            seen.add(("busy", to))
            return "451 4.3.2 busy"
        line = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "raw": base64.b64encode(envelope.original_content).decode(),
                "tls": session.ssl is not None, "atOnce": at_once, "user": getattr(session.auth_data, "login", b"").decode()}
        out.write(json.dumps(line) + "\n")
        out.flush()
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    user, password = args.auth.split(":", 1)
    good = isinstance(data, LoginPassword) and data.login.decode() == user and data.password.decode() == password
    return AuthResult(success=good, auth_data=data if good else None)


async def main():
    context = None
    if args.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(args.cert, args.key)
    starttls = context if context and not args.implicit else None

    def session():
        return SMTP(Handler(), hostname="sink.example", enable_SMTPUTF8=True, tls_context=starttls, require_starttls=starttls is not None,
                    authenticator=authenticate if args.auth else None, auth_required=bool(args.auth),
                    auth_require_tls=context is not None and not args.implicit)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", args.port, ssl=context if args.implicit else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = loop.create_future()
    loop.add_signal_handler(signal.SIGTERM, lambda: stop.done() or stop.set_result(None))

    # Dies with the test: its standard input closes.
    def watch():
        if not os.read(0, 1):
            stop.done() or stop.set_result(None)

    loop.add_reader(0, watch)
    await stop


asyncio.run(main())
