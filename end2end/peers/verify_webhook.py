"""Verifies webhooks with the library of Standard Webhooks, which is not ours.

Reads a JSON list of {"secret", "headers", "body"} from standard input; prints a JSON list of true or false.
"""

import json
import sys

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError


def verified(call):
    try:
        Webhook(call["secret"]).verify(call["body"], call["headers"])
        return True
    except WebhookVerificationError:
        return False


print(json.dumps([verified(call) for call in json.load(sys.stdin)]))
