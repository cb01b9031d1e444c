"""A stand-in for the Graph API: it knows one number, one token and the templates there are."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from marketplace.adapters.messages.whatsapp import PARAMETERS

NUMBER = "106540352242922"
TOKEN = "EAAG-this-is-a-secret-of-a-test-0123456789"

Played = tuple[int, bytes]
"""A status and a body."""


def failed(status: int, code: int, words: str = "no") -> Played:
    """An error as the API tells it, with the recipient in its words."""
    error = {
        "message": f"(#{code}) {words} +966501234567 {TOKEN}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": f"to 966501234567 {TOKEN}"},
        "fbtrace_id": "Az8or2yhqkZfEZ",
    }
    return status, json.dumps({"error": error}).encode()


@dataclass
class GraphApi:
    """Answers what it is told to, or else as the real one would."""

    port: int = 0
    connections: int = 0
    silent: bool = False
    broken: bool = False
    endless: bool = False
    played: list[Played] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0

    @property
    def url(self) -> str:
        return f"whatsapp://{NUMBER}?api=http://127.0.0.1:{self.port}&prefix=shop_"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                secret = next(each[15:] for each in lines if each.lower().startswith("authoriz"))
                body = await reader.readexactly(int(headers["content-length"]))
                self.asked += 1
                if self.silent:
                    await asyncio.sleep(60)
                if self.broken:
                    return
                status, said = self.answer(first, secret, headers, body)
                length = "" if self.endless else f"content-length: {len(said)}\r\n"
                writer.write(f"HTTP/1.1 {status} X\r\n{length}\r\n".encode() + said)
                while self.endless:
                    writer.write(b" " * 65536)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, first: str, secret: str, headers: dict[str, str], body: bytes) -> Played:
        if self.played:
            return self.played.pop(0)
        if first != f"POST /v23.0/{NUMBER}/messages HTTP/1.1":
            return failed(404, 100)
        if secret != f"Bearer {TOKEN}":
            return failed(401, 190)
        said = json.loads(body)
        template = said["template"]
        name = template["name"].removeprefix("shop_")
        if not template["name"].startswith("shop_") or name not in PARAMETERS:
            return failed(404, 132001)
        if template["language"]["code"] not in ("ar", "en"):
            return failed(404, 132001)
        [component] = template["components"]
        texts = [each["text"] for each in component["parameters"]]
        if component["type"] != "body" or len(texts) != len(PARAMETERS[name]):
            return failed(400, 132000)
        if any(not each or "\n" in each or "\t" in each or "    " in each for each in texts):
            return failed(400, 132018)
        is_whole = (
            headers["content-type"] == "application/json"
            and said["messaging_product"] == "whatsapp"
            and said["recipient_type"] == "individual"
            and said["type"] == "template"
            and said["to"].isdigit()
            and len(said["biz_opaque_callback_data"]) <= 512
            and {each["type"] for each in component["parameters"]} == {"text"}
        )
        if not is_whole:
            return failed(400, 131008)
        self.taken.append(said)
        accepted = {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{self.asked}"}]}
        return 200, json.dumps(accepted).encode()


@asynccontextmanager
async def graph_api() -> AsyncIterator[GraphApi]:
    api = GraphApi()
    talking: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        await api.talk(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    api.port = server.sockets[0].getsockname()[1]
    try:
        yield api
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
