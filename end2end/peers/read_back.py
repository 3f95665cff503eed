"""Reads raw messages (one a line, base64) from standard input with Python's own parser and prints what it understood, one
line of JSON each."""
import base64, email, email.policy, json, sys


def read(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)

    def boxes(name):
        value = message[name]
        return [{"name": a.display_name, "address": a.addr_spec} for a in value.addresses] if value else []

    def body(kind):
        part = message.get_body(preferencelist=(kind,))
        return part.get_content().replace("\r\n", "\n") if part else None

    defects = [str(d) for part in message.walk() for d in part.defects]
    defects += [f"{k}: {d}" for k, v in message.items() for d in v.defects]
    rest = raw.replace(b"\r\n", b"")
    return {
        "subject": message["subject"], "from": boxes("from"), "to": boxes("to"), "cc": boxes("cc"), "replyTo": boxes("reply-to"), "text": body("plain"),
        "html": body("html"), "type": message.get_content_type(), "messageId": message["message-id"], "date": message["date"].datetime.isoformat(),
        "listId": message["list-id"], "listUnsubscribe": message["list-unsubscribe"],
        "listUnsubscribePost": message["list-unsubscribe-post"], "autoSubmitted": message["auto-submitted"], "defects": defects,
        "longest": max(len(line) for line in raw.split(b"\r\n")), "ascii": raw.isascii(), "bare": rest.count(b"\n") + rest.count(b"\r"),
        "attached": [{"name": p.get_filename(), "type": p.get_content_type(), "content": base64.b64encode(p.get_payload(decode=True)).decode()}
                     for p in message.iter_attachments()],
        "headers": [k for k, _ in message.items()],
    }


for line in sys.stdin:
    print(json.dumps(read(base64.b64decode(line))))
