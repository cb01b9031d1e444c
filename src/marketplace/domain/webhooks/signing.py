"""How a receiver knows that it is us: signatures as Standard Webhooks 1.0.0 has them."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime

_PREFIX = "whsec_"


def new_secret(chance: bytes) -> str:
    """A secret as receivers are given it, of 24 to 64 random bytes."""
    if not 24 <= len(chance) <= 64:
        raise ValueError("a secret has 24 to 64 bytes")
    return _PREFIX + b64encode(chance).decode()


def signature(secret: str, id: str, at: int, body: bytes) -> str:
    """One signature, with the version of the scheme in front of it; ``at`` is in seconds."""
    key = b64decode(secret.removeprefix(_PREFIX))
    signed = b"%s.%d.%s" % (id.encode(), at, body)
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def signed_headers(secrets: Iterable[str], id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """What a call carries; with several secrets any one of the signatures proves it."""
    seconds = int(at.timestamp())
    return {
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(each, id, seconds, body) for each in secrets),
    }
