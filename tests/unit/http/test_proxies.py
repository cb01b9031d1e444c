"""Whose address it is that asks."""

from ipaddress import ip_network

import httpx
import pytest
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.entrypoints.http.edge import Edge, HttpOptions
from marketplace.entrypoints.http.proxies import client_address

OURS = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
PROXY = "10.0.0.2"


def test_without_a_proxy_of_ours_nobody_is_believed() -> None:
    assert client_address("203.0.113.9", ["198.51.100.1"], []) == "203.0.113.9"
    assert client_address("203.0.113.9", ["198.51.100.1"], OURS) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["198.51.100.1"], "198.51.100.1"),
        (["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        (["10.1.1.1, 198.51.100.1"], "198.51.100.1"),
        (["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        (["1.2.3.4,198.51.100.1", " 10.0.0.3 "], "198.51.100.1"),
        (["198.51.100.1:4711"], "198.51.100.1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (["[2001:db8::1]"], "2001:db8::1"),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["fe80::1%eth0"], "fe80::1"),
        (["[fe80::1%25eth0]:80"], "fe80::1"),
        (["::ffff:198.51.100.1"], "198.51.100.1"),
        (["198.51.100.1, fd00::7"], "198.51.100.1"),
    ],
)
def test_behind_a_proxy_the_right_most_stranger_is_the_client(
    forwarded: list[str], client: str
) -> None:
    assert client_address(PROXY, forwarded, OURS) == client
    assert client_address(f"::ffff:{PROXY}", forwarded, OURS) == client


@pytest.mark.parametrize(
    "garbage", ["", " ", "unknown", "_hidden", "999.1.1.1", "1.2.3", "[::1", "::1]", "a:b", "\xa0"]
)
def test_what_is_no_address_ends_the_search(garbage: str) -> None:
    assert client_address(PROXY, [f"198.51.100.1, {garbage}"], OURS) == PROXY
    assert client_address(PROXY, [f"198.51.100.1, {garbage}, 10.0.0.3"], OURS) == "10.0.0.3"


def test_one_of_ours_that_asks_for_itself_is_the_client() -> None:
    assert client_address(PROXY, [], OURS) == PROXY
    assert client_address(PROXY, ["10.0.0.9"], OURS) == "10.0.0.9"


def test_a_peer_without_an_address_keeps_its_name() -> None:
    assert client_address("testclient", ["198.51.100.1"], OURS) == "testclient"


async def seen(options: HttpOptions, *forwarded: str) -> list[object]:
    clients: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        clients.append(scope["client"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    edge: ASGIApp = Edge(app, options)
    transport = httpx.ASGITransport(app=edge, client=(PROXY, 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        await client.get("/", headers=[("x-forwarded-for", each) for each in forwarded])
    return clients


async def test_the_application_sees_the_client_and_not_the_proxy() -> None:
    options = HttpOptions(trusted_proxies=OURS)

    assert await seen(options, "1.2.3.4", "198.51.100.1") == [("198.51.100.1", 4711)]
    assert await seen(HttpOptions(), "1.2.3.4", "198.51.100.1") == [(PROXY, 4711)]
