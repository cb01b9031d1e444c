"""What is asked: one table. Whoever has no requests in a scenario does not take part in it."""

import json
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from marketplace.adapters.system import SystemIds
from marketplace.domain.accounts import AccountId, Role, Session, SessionId
from marketplace.entrypoints.container import make_access_tokens

from .contestants import BASELINE, MARKETPLACE, PSYCOPG, READY_BYTES, WITHOUT_CACHE, Stage
from .data import id_of

Requests = Callable[[Stage], list[bytes]]
"""Everything one contestant may be sent, as it goes over the wire."""

ORDERS = 3000
"""Different orders that are placed; then they come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    A question, and who is asked it how.

    ``bar`` is the part of the baseline we may cost, ``tail`` how many times the median the slowest
    of a hundred answers may take.
    """

    question: str
    requests: Mapping[str, Requests]
    bar: float | None = None
    tail: float | None = None


def _store_page(stage: Stage) -> list[bytes]:
    return [_get(f"/api/store/{store}") for store in _stores(stage)]


def _hot_store_page(stage: Stage) -> list[bytes]:
    return _store_page(stage)[:1]


def _order_of_ours(stage: Stage) -> list[bytes]:
    return _orders(stage, lambda number: str(id_of(number)))


def _order_of_baseline(stage: Stage) -> list[bytes]:
    return _orders(stage, lambda number: number)


def _listing_of_ours(stage: Stage) -> list[bytes]:
    stores = range(1, stage.size.stores + 1)
    return [_listing(_token_of_ours(stage.secret, store)) for store in stores]


def _listing_of_baseline(stage: Stage) -> list[bytes]:
    stores = range(1, stage.size.stores + 1)
    return [_listing(_token_of_baseline(stage.secret, store)) for store in stores]


def _listing_of_the_crowd(stage: Stage) -> list[bytes]:
    return [_listing(_token_of_ours(stage.secret, stage.size.stores + 1))]


def _of_the_crowd(asked: str, path: str = "/api/merchant/orders") -> Requests:
    def requests(stage: Stage) -> list[bytes]:
        token = _token_of_ours(stage.secret, stage.size.stores + 1)
        return [_get(f"{path}{asked}", f"authorization: Bearer {token}")]

    return requests


SCENARIOS = {
    "store_page": Scenario(
        question="a page of a store that nobody has just seen",
        requests={
            WITHOUT_CACHE: _store_page,
            BASELINE: _store_page,
            PSYCOPG: _store_page,
            READY_BYTES: _store_page,
        },
        bar=1 / 4,
    ),
    "store_page_cached": Scenario(
        question="a page of the one store that everybody looks at",
        requests={
            MARKETPLACE: _hot_store_page,
            BASELINE: _hot_store_page,
            PSYCOPG: _hot_store_page,
            READY_BYTES: _hot_store_page,
        },
        bar=1 / 20,
    ),
    "place_order": Scenario(
        question="an order with three lines",
        requests={MARKETPLACE: _order_of_ours, BASELINE: _order_of_baseline},
        bar=2 / 5,
        tail=4,
    ),
    "orders_list": Scenario(
        question="the newest orders of a store",
        requests={MARKETPLACE: _listing_of_ours, BASELINE: _listing_of_baseline},
    ),
    "orders_list_crowded": Scenario(
        question="the newest orders of the store that has a thousand times as many",
        requests={MARKETPLACE: _listing_of_the_crowd},
    ),
    "orders_by_status": Scenario(
        question="the newest of two statuses in that store",
        requests={MARKETPLACE: _of_the_crowd("?status=cancelled,preparing")},
    ),
    "orders_by_phone": Scenario(
        question="who called, by the last digits, in that store",
        requests={MARKETPLACE: _of_the_crowd("?q=12345")},
    ),
    "orders_by_name": Scenario(
        question="the orders of a customer in that store, by a name that all have and one few have",
        requests={MARKETPLACE: _of_the_crowd("?q=customer+4321")},
    ),
    "statistics": Scenario(
        question="what that store has sold in the year that all its orders are of",
        requests={
            MARKETPLACE: _of_the_crowd("?from=2026-01-01&to=2026-12-31", "/api/merchant/statistics")
        },
    ),
}


def _stores(stage: Stage) -> Sequence[str]:
    return [f"store-{number:04d}" for number in range(1, stage.size.stores + 1)]


def _orders(stage: Stage, called: Callable[[int], object]) -> list[bytes]:
    chance, stores, products = random.Random(7), _stores(stage), stage.size.products
    requests = []
    for _ in range(ORDERS):
        store = chance.randrange(len(stores))
        chosen = chance.sample(range(store * products + 1, (store + 1) * products + 1), 3)
        order = {
            "customer_name": "نورة العتيبي",
            "customer_phone": f"055{chance.randrange(10_000_000):07}",
            "address": "حي الياسمين، شارع أنس بن مالك، مبنى 12",
            "confirmation_method": "whatsapp",
            "items": [
                {"product_id": called(number), "quantity": chance.randint(1, 3)}
                for number in chosen
            ],
        }
        requests.append(_post(f"/api/store/{stores[store]}/orders", order))
    return requests


def _token_of_ours(secret: str, store: int) -> str:
    now = datetime.now(UTC)
    id = id_of(store)
    session = Session.open(
        id=SessionId(id), account_id=AccountId(id), refresh_hash=b"", user_agent="", at=now
    )
    return make_access_tokens(secret, (), SystemIds()).issue(session, Role.MERCHANT, now)


def _token_of_baseline(secret: str, store: int) -> str:
    now = datetime.now(UTC)
    claims = {
        "token_type": "access",
        "user_id": str(store),
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + timedelta(hours=1),
    }
    return jwt.encode(claims, secret, "HS256")


def _listing(token: str) -> bytes:
    return _get("/api/merchant/orders", f"authorization: Bearer {token}")


def _get(path: str, *headers: str) -> bytes:
    return _request(f"GET {path} HTTP/1.1", *headers)


def _post(path: str, said: object) -> bytes:
    body = json.dumps(said, ensure_ascii=False).encode()
    head = ("content-type: application/json", f"content-length: {len(body)}")
    return _request(f"POST {path} HTTP/1.1", *head) + body


def _request(*lines: str) -> bytes:
    # What a browser sends besides.
    usual = ("host: 127.0.0.1", "accept: application/json", "accept-language: ar", "user-agent: x")
    return "\r\n".join([*lines, *usual, "", ""]).encode()
