"""Messages by WhatsApp, through the Cloud API of its operator."""

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from marketplace.application.ports import (
    LetterKind,
    Message,
    MessageRefused,
    MessageUnavailable,
    Messenger,
)
from marketplace.domain.text import beginning

PATIENCE = 10.0
"""Seconds from the connection to the last byte of an answer."""
RETRY_AFTER = 60
MOST_ANSWER = 64 * 1024
LONGEST_PARAMETER = 300
"""Names have 120 at most, and a whole message 1,024 characters, whatever is filled into it."""
REMEMBERED = 1000

API = "https://graph.facebook.com"
VERSION = "v23.0"

PARAMETERS: Mapping[LetterKind, Sequence[str]] = {
    LetterKind.ORDER_LINK: ("store", "number", "link"),
    LetterKind.ORDER_PLACED: ("customer", "store", "number", "total", "link"),
    LetterKind.ORDER_CONFIRMED: ("customer", "store", "number", "total", "link"),
    LetterKind.ORDER_SHIPPED: ("customer", "store", "number", "courier", "tracking_number", "link"),
    LetterKind.ORDER_CANCELLED: ("customer", "store", "number", "link"),
    LetterKind.ORDER_EXPIRED: ("customer", "store", "number", "link"),
}
"""What fills ``{{1}}``, ``{{2}}`` … of each template, which is called as its kind."""

CROWDED = frozenset({4, 80007, 130429, 131048, 131056, 133016})
"""Too many at once, of this app, account, number or pair of numbers."""
AWAY = frozenset({1, 2, 131000, 131016, 131057, 133004})
OURS = frozenset({0, 3, 10, 33, 190, 368, 131005, 131031, 131042, 131045, 133010, *range(200, 300)})
"""Token, permission, payment, number: the operator puts it right, and the message goes."""

_LEFT_TO_RIGHT = frozenset({"number", "total", "tracking_number"})
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]")
_NAME = re.compile(r"[a-z0-9_]{0,100}")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_log = logging.getLogger("marketplace.messages")


class WhatsAppMessenger(Messenger):
    """
    A template for each kind of message: a business may not begin a conversation in its own words.

    ``url`` is ``whatsapp://PHONE_NUMBER_ID?version=&prefix=&api=``; ``prefix`` stands before the
    names of the templates. The API takes a message twice that is sent twice. So what it took is
    remembered here, while this process lives, and each message carries its id, which comes back
    with every report of it.
    """

    def __init__(self, url: str, token: str, *, patience: float = PATIENCE) -> None:
        parts, said = urlsplit(url), parse_qs(urlsplit(url).query, keep_blank_values=True)
        if said.keys() - {"version", "prefix", "api"}:
            raise ValueError("behind ? stand version, prefix and api, and nothing else")
        number = parts.netloc
        if not (number.isascii() and number.isdigit() and len(number) <= 32) or parts.path:
            raise ValueError("it names no id of a telephone number: whatsapp://106540352242922")
        version = said.get("version", [VERSION])[-1]
        if not _VERSION.fullmatch(version):
            raise ValueError(f"version is one like {VERSION}")
        self._prefix = said.get("prefix", [""])[-1]
        if not _NAME.fullmatch(self._prefix):
            raise ValueError("prefix has small letters, digits and _ only")
        api = said.get("api", [API])[-1].rstrip("/")
        there = urlsplit(api)
        if not there.hostname or not (
            there.scheme == "https" or (there.scheme == "http" and there.hostname in _LOCAL)
        ):
            raise ValueError("api begins with https://")
        if len(token) < 20 or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("WHATSAPP_TOKEN is missing, or not a token")
        self._url = f"{api}/{version}/{number}/messages"
        self._token = token
        self._patience = patience
        self._client: httpx.AsyncClient | None = None
        self._taken: dict[UUID, None] = {}

    def reaches(self, message: Message, /) -> bool:
        return message.kind in PARAMETERS

    async def send(self, message: Message, /) -> None:
        if message.id in self._taken:
            return
        try:
            async with asyncio.timeout(self._patience):
                status, said = await self._ask(self._body(message))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            # The error knows the request, and that the token: neither is passed on.
            _log.warning("WhatsApp does not answer: %s", type(error).__name__)
            raise MessageUnavailable(retry_after=RETRY_AFTER) from None
        if 200 <= status < 300:
            self._taken[message.id] = None
            if len(self._taken) > REMEMBERED:
                del self._taken[next(iter(self._taken))]
            return
        raise _refusal(status, _code(said))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _ask(self, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """The status and the beginning of the answer, over the connection that was used before."""
        if self._client is None:
            self._client = httpx.AsyncClient(
                headers={
                    "authorization": f"Bearer {self._token}",
                    "accept": "application/json",
                    "accept-encoding": "identity",
                    "user-agent": "marketplace",
                },
                timeout=httpx.Timeout(self._patience),
                limits=httpx.Limits(max_connections=10, max_keepalive_connections=2),
                follow_redirects=False,
                # A .netrc would put other credentials in the place of ours.
                trust_env=False,
            )
        said = bytearray()
        async with self._client.stream("POST", self._url, json=body) as answer:
            async for chunk in answer.aiter_raw():
                said += chunk
                if len(said) > MOST_ANSWER:
                    break
        return answer.status_code, bytes(said[:MOST_ANSWER])

    def _body(self, message: Message) -> Mapping[str, Any]:
        parameters = [
            {"type": "text", "text": _filled_in(name, message.facts[name])}
            for name in PARAMETERS[message.kind]
        ]
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.phone.removeprefix("+"),
            "type": "template",
            "template": {
                "name": f"{self._prefix}{message.kind}",
                "language": {"code": str(message.locale)},
                "components": [{"type": "body", "parameters": parameters}],
            },
            "biz_opaque_callback_data": str(message.id),
        }


def _filled_in(name: str, fact: str) -> str:
    """One line and never nothing: the API takes no other."""
    said = beginning(fact, LONGEST_PARAMETER)
    if not said:
        return "—"
    # Inside Arabic a number and what follows it would change places (Unicode UAX #9, isolates).
    return f"\u2066{said}\u2069" if name in _LEFT_TO_RIGHT else said


def _code(said: bytes) -> int | None:
    """The number of the error; its words may name the guest, and are not read."""
    try:
        code = json.loads(said)["error"]["code"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _refusal(status: int, code: int | None) -> MessageRefused | MessageUnavailable:
    """The code says more than the status: what is crowded is often told as a bad request."""
    facts: dict[str, Any] = {"status": status, "code": code}
    is_ours = code in OURS or status == 401 or (code is None and (status == 403 or status < 400))
    if is_ours:
        _log.error("WhatsApp does not take messages of ours: status %d, code %s", status, code)
    is_away = status == 429 or status >= 500 or code in CROWDED or code in AWAY
    if is_ours or is_away:
        return MessageUnavailable(**facts, retry_after=RETRY_AFTER)
    return MessageRefused(**facts)
