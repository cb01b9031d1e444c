"""What is not even HTTP is answered like everything else."""

import json
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from marketplace.entrypoints.protocol import Protocol

from .test_corking import Wire, a_round


async def app(scope: object, receive: object, send: object) -> None:
    raise AssertionError("it was no request")


@pytest.mark.parametrize(
    "said",
    [
        b"FOO / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\ncontent-length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"\x16\x03\x01 this is TLS",
    ],
)
async def test_what_is_no_request_is_answered_with_a_problem(said: bytes) -> None:
    wire = Wire()
    made: Any = Protocol
    protocol = made(config=uvicorn.Config(app), server_state=ServerState(), app_state={})
    protocol.connection_made(wire)

    protocol.data_received(said)
    await a_round()

    head, _, body = b"".join(wire.pieces).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    problem = json.loads(body)
    assert status == "HTTP/1.1 400 Bad Request"
    assert headers["content-type"] == "application/problem+json"
    assert (headers["connection"], headers["cache-control"]) == ("close", "no-store")
    assert headers["content-length"] == str(len(body))
    assert (problem["code"], problem["status"]) == ("malformed-request", 400)
    assert problem["request_id"] == headers["x-request-id"]
    assert wire.is_closed
