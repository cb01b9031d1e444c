"""What the same page costs without a framework, and without anything at all: two ASGI apps."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Pool = AsyncConnectionPool[AsyncConnection[DictRow]]

_STORE_PAGE = b"""
SELECT m.username, m.name, m.description, m.currency, m.country, m.locale, m.payment_preference,
    m.whatsapp_link, m.instagram_link, m.facebook_link, p.id, p.title, p.description AS about,
    v.price__minor AS price, v.on_hand - v.reserved AS stock, p.created_at, (
        SELECT json_agg(json_build_object('id', i.id, 'preview', i.preview, 'alt', i.alt,
            'width', i.width, 'height', i.height, 'renditions', i.renditions))
        FROM images AS i WHERE i.id = ANY (p.images)
    ) AS images
FROM merchants AS m
CROSS JOIN LATERAL (
    SELECT * FROM products WHERE merchant_id = m.id AND status = 'active' ORDER BY id DESC LIMIT 20
) AS p
JOIN variants AS v ON v.product_id = p.id
WHERE m.username = %s AND m.status = 'active'
"""
_OF_STORE = (
    "username name description currency country locale payment_preference"
    " whatsapp_link instagram_link facebook_link"
).split()
_OF_PRODUCT = "id title about price stock created_at images".split()


class Bare:
    """An ASGI app that knows one kind of page and nothing else."""

    async def open(self) -> None:
        """Before the first request."""

    async def body(self, path: str) -> bytes:
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await self.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = b"{}" if scope["path"] == "/health/ready" else await self.body(scope["path"])
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Psycopg(Bare):
    """One statement, and what it returns as JSON."""

    async def open(self) -> None:
        self.pool: Pool = AsyncConnectionPool(
            os.environ["DATABASE_URL"],
            connection_class=AsyncConnection[DictRow],
            kwargs={"autocommit": True, "row_factory": dict_row},
            configure=_leave_json_alone,
            min_size=2,
            max_size=16,
            open=False,
        )
        await self.pool.open()
        self.encode = msgspec.json.Encoder().encode

    async def body(self, path: str) -> bytes:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(_STORE_PAGE, [path.rpartition("/")[2]])
            rows = await cursor.fetchall()
        store = {name: rows[0][name] for name in _OF_STORE}
        items = [{name: row[name] for name in _OF_PRODUCT} for row in rows]
        return self.encode({"store": store, "products": {"items": items}})


class ReadyBytes(Bare):
    """The bytes of one page, from memory."""

    async def open(self) -> None:
        self.page = _page()

    async def body(self, path: str) -> bytes:
        return self.page


psycopg_app = Psycopg()
bytes_app = ReadyBytes()


def _page() -> bytes:
    return Path(os.environ["PAGE"]).read_bytes()


async def _leave_json_alone(connection: AsyncConnection[DictRow]) -> None:
    set_json_loads(msgspec.Raw, connection)
