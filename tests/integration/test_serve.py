"""The product as a stranger starts it: one process, its own database, and every kind of end."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from .serving import Process, Server, Shop, until


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"VAR_DIR": str(tmp_path / "var")}


@pytest.fixture
def started(tmp_path: Path, settings: dict[str, str]) -> Iterator[list[Server]]:
    """Servers that a test starts; whatever is left of them is ended with it."""
    servers: list[Server] = []
    yield servers
    for server in servers:
        if server.is_running:
            server.stop()
    # A crashed server leaves its database running, for the next one to take over.
    if any((tmp_path / "var").glob("postgres/postmaster.pid")):
        Server(tmp_path / "last.log", **settings).until_ready().stop()


def start(started: list[Server], tmp_path: Path, **settings: str) -> Server:
    server = Server(tmp_path / "serve.log", **settings)
    started.append(server)
    return server.until_ready()


def test_a_first_start_has_a_shop_to_look_at_and_a_second_one_has_the_same(
    started: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    first = start(started, tmp_path, **settings, DEMO="1")
    shown = httpx.get(f"{first.url}/api/store/bayt-amal").json()

    assert first.stop() == 0
    second = start(started, tmp_path, **settings, DEMO="1")
    again = httpx.get(f"{second.url}/api/store/bayt-amal").json()

    assert len(shown["products"]["items"]) >= 3
    assert [each["id"] for each in again["products"]["items"]] == [
        each["id"] for each in shown["products"]["items"]
    ]
    photo = again["products"]["items"][0]["images"][0]["url"]
    assert httpx.get(photo.replace(str(first.port), str(second.port))).status_code == 200
    assert "admin@demo.example" in second.said()


def test_a_stopped_server_leaves_no_process_behind(
    started: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    server = start(started, tmp_path, **settings)

    assert server.stop() == 0

    assert not (tmp_path / "var" / "postgres" / "postmaster.pid").exists()
    mine = str(tmp_path / "var")
    assert not [
        each.info["cmdline"]
        for each in psutil.process_iter(["cmdline"])
        if any(mine in word for word in each.info["cmdline"] or [])
    ]


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path, settings: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = Server(tmp_path / "serve.log", PORT=str(port), **settings)

        assert server.wait() == 2

    [line] = server.said().splitlines()
    assert str(port) in line
    assert "PORT" in line


def test_a_second_server_in_the_same_folder_is_one_clear_line(
    started: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    start(started, tmp_path, **settings)

    second = Server(tmp_path / "second.log", **settings)

    assert second.wait() == 2
    assert len(second.said().splitlines()) == 1


def test_an_admin_is_made_while_the_server_runs(
    started: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    server = start(started, tmp_path, **settings)

    made = Process(
        "create-admin --email admin@example.com --username watcher --phone +966501234500",
        tmp_path / "admin.log",
        **settings,
        ADMIN_PASSWORD="watching over it all",
    )

    assert made.wait() == 0, made.said()
    said = {"email": "admin@example.com", "password": "watching over it all"}
    signed_in = httpx.post(f"{server.url}/api/auth/login", json=said)
    assert signed_in.json()["user"]["user_type"] == "admin"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("PORT", "http"),
        ("DATABASE_URL", "postgresql://[bad"),
        ("REDIS_URL", "redis://localhost:abc"),
        ("PUBLIC_URL", "http://"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://localhost:99999"),
        ("EMAIL_URL", "smtp://localhost?starttls=maybe"),
        ("STORAGE_URL", "s3://"),
        ("DATABASE_URL", "mysql://root:hunter2@localhost/db"),
        ("EMAIL_URL", "pigeon://coop"),
        ("EMAIL_FROM", "nobody"),
        ("LOG_FORMAT", "poem"),
        ("PAGE_CACHE", "big"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it_and_tells_no_secret(
    tmp_path: Path, settings: dict[str, str], name: str, value: str
) -> None:
    process = Process("check", tmp_path / "check.log", **settings | {name: value})

    assert process.wait() == 2
    [line] = process.said().splitlines()
    assert name in line
    assert "hunter2" not in line


def test_a_production_without_a_key_does_not_start(tmp_path: Path) -> None:
    process = Process("serve", tmp_path / "serve.log", DATABASE_URL="postgresql://localhost/db")

    assert process.wait() == 2
    assert "SECRET_KEY" in process.said()


def test_nothing_that_was_acknowledged_is_lost_when_the_server_is_killed(
    started: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    server = start(started, tmp_path, **settings)
    acknowledged: list[str] = []
    enough = threading.Event()
    with httpx.Client(base_url=server.url) as client:
        shop = Shop(client)
        product = shop.offer(stock=10_000)

    def order(guest: int) -> None:
        with httpx.Client(base_url=server.url) as client:
            for number in range(1000):
                note = f"{guest}-{number}"
                try:
                    answer = client.post(
                        f"/api/store/{shop.name}/orders", json=shop.order(product, note=note)
                    )
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                acknowledged.append(note)
                if len(acknowledged) >= 60:
                    enough.set()

    with ThreadPoolExecutor(4) as guests:
        ordering = [guests.submit(order, guest) for guest in range(4)]
        assert enough.wait(60)
        server.kill()
        for each in ordering:
            each.result()

    again = start(started, tmp_path, **settings)
    with httpx.Client(base_url=again.url) as client:
        shop.client = client
        orders = shop.orders()
        [shown] = client.get(f"/api/store/{shop.name}").json()["products"]["items"]

        def notices() -> int:
            inbox = shop.as_merchant("GET", "/api/merchant/notifications").json()
            unread: int = inbox["unread"]
            return unread

        # Everything acknowledged is there, in a line without gaps, and the stock agrees.
        assert set(acknowledged) <= {each["note"] for each in orders}
        assert len({each["note"] for each in orders}) == len(orders)
        assert sorted(each["number"] for each in orders) == list(range(1001, 1001 + len(orders)))
        assert shown["stock"] == 10_000 - len(orders)
        # And whatever had to follow does: a notice and a letter for each order, once.
        until(lambda: notices() == len(orders))
        letters = tmp_path / "var" / "mail"
        until(lambda: len([*letters.glob("*.eml")]) == len(orders) + 1)


def test_a_server_whose_database_is_killed_too_comes_back(
    started: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    server = start(started, tmp_path, **settings)
    with httpx.Client(base_url=server.url) as client:
        shop = Shop(client)
        product = shop.offer(stock=3)

    pid_file = tmp_path / "var" / "postgres" / "postmaster.pid"
    postmaster = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    server.kill()
    for each in (postmaster, *postmaster.children()):
        each.kill()
    again = start(started, tmp_path, **settings)

    with httpx.Client(base_url=again.url) as client:
        answer = client.post(f"/api/store/{shop.name}/orders", json=shop.order(product))
        assert answer.status_code == 201
