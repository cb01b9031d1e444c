"""Production: several servers and workers, one PostgreSQL, and a Redis that comes and goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from .redis_server import RedisServer
from .serving import Process, Server, Shop, until


@dataclass
class Production:
    """What an operator has: processes that know one another by their settings alone."""

    folder: Path
    settings: dict[str, str]
    redis: RedisServer
    processes: list[Process]

    def serve(self) -> Server:
        number = len(self.processes)
        server = Server(self.folder / f"serve-{number}.log", **self.settings)
        self.processes.append(server)
        return server

    def work(self) -> Process:
        number = len(self.processes)
        worker = Process("work", self.folder / f"work-{number}.log", **self.settings)
        self.processes.append(worker)
        return worker

    def letters(self) -> int:
        return len([*(self.folder / "mail").glob("*.eml")])


@pytest.fixture
def production(tmp_path: Path, database_url: str) -> Iterator[Production]:
    redis = RedisServer()
    redis.start()
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis.url,
        "SECRET_KEY": "a secret of a test, of enough bytes",
        "PUBLIC_URL": "http://127.0.0.1",
        "STORAGE_URL": str(tmp_path / "media"),
        "EMAIL_URL": f"file:{tmp_path / 'mail'}",
        "VAR_DIR": str(tmp_path / "var"),
    }
    running = Production(tmp_path, settings, redis, [])
    yield running
    for process in running.processes:
        if process.is_running:
            process.stop()
    redis.remove()


def test_a_suspended_merchant_is_out_of_every_server_at_the_next_request(
    production: Production,
) -> None:
    first, second = (each.until_ready() for each in (production.serve(), production.serve()))
    admin = Process(
        "create-admin --email admin@example.com --username watcher --phone +966501234500",
        production.folder / "admin.log",
        **production.settings,
        ADMIN_PASSWORD="watching over it all",
    )
    assert admin.wait() == 0, admin.said()
    with httpx.Client(base_url=first.url) as one, httpx.Client(base_url=second.url) as other:
        shop = Shop(other)
        signed_in = one.post(
            "/api/auth/login",
            json={"email": "admin@example.com", "password": "watching over it all"},
        ).json()
        bearer = {"authorization": f"Bearer {signed_in['token']}"}
        [merchant] = one.get("/api/admin/merchants", headers=bearer).json()["items"]
        assert shop.as_merchant("GET", "/api/merchant/me").status_code == 200

        answer = one.post(
            f"/api/admin/merchants/{merchant['id']}/suspend",
            headers=bearer,
            json={"reason": "counterfeit goods"},
        )

        assert answer.status_code < 300
        assert shop.as_merchant("GET", "/api/merchant/me").status_code in (401, 403)
        assert other.get(f"/api/store/{shop.name}").status_code == 404


def test_an_order_is_told_by_whichever_worker_lives_and_with_or_without_redis(
    production: Production,
) -> None:
    server, worker = production.serve().until_ready(), production.work()
    with httpx.Client(base_url=server.url) as client:
        shop = Shop(client)
        product = shop.offer(stock=100)

        def order() -> None:
            answer = client.post(f"/api/store/{shop.name}/orders", json=shop.order(product))
            assert answer.status_code == 201

        order()
        until(lambda: production.letters() == 2)

        worker.kill()
        order()
        production.work()
        until(lambda: production.letters() == 3)

        production.redis.kill()
        order()
        until(lambda: production.letters() == 4)

        production.redis.start()
        order()
        until(lambda: production.letters() == 5)

        path = "/api/merchant/notifications"
        until(lambda: shop.as_merchant("GET", path).json()["unread"] == 4)
