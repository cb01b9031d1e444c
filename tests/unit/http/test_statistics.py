"""What a store has sold, as its merchant is told."""

from typing import Any

import httpx
import pytest

from marketplace.domain.sales import percentile, share

from .conftest import fields, place, put_up

STATISTICS = "/api/merchant/statistics"


async def moved(merchant: httpx.AsyncClient, id: str, *steps: dict[str, str]) -> None:
    for step in steps:
        answer = await merchant.put(f"/api/merchant/orders/{id}/status", json=step)
        assert answer.status_code == 200, answer.text


async def test_a_merchant_is_told_what_was_sold_and_what_became_of_it(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    lamp, coat = [await put_up(merchant, title=each, stock=50) for each in ("مصباح", "عباءة")]
    cities = ["الرياض", "الرياض", "رياض", "الريـاض"]
    orders: list[dict[str, Any]] = [
        (await place(guest, product, quantity, city=city)).json()
        for product, quantity, city in zip(
            [lamp, coat, lamp, lamp], (1, 2, 3, 4), cities, strict=True
        )
    ]
    sent = [{"status": "confirmed"}, {"status": "shipped"}]
    refused = {"status": "delivery_failed", "reason": "refused"}
    await moved(merchant, orders[0]["id"], *sent, {"status": "delivered"})
    await moved(merchant, orders[1]["id"], *sent, refused, {"status": "returned"})
    await moved(merchant, orders[2]["id"], {"status": "cancelled", "reason": "لا يرد"})

    told = (await merchant.get(STATISTICS)).json()

    period = told["period"]
    assert (told["currency"], told["time_zone"]) == ("SAR", "Asia/Riyadh")
    assert (period["orders"], period["placed"], period["revenue"]) == (4, "2490.00", "249.00")
    assert period["average_basket"] == "622.50"
    assert period["funnel"] == {
        "placed": 4,
        "confirmed": 2,
        "shipped": 2,
        "delivered": 1,
        "refused": 1,
        "cancelled": 1,
        "expired": 0,
        "returned": 1,
    }
    assert period["rates"] == {
        "confirmed": 0.5,
        "cancelled": 0.25,
        "expired": 0.0,
        "shipped": 0.5,
        "delivered": 0.5,
        "refused": 0.5,
    }
    assert len(told["by_day"]) == 30
    assert [each["orders"] for each in told["by_day"]][-1] == 4
    assert told["before"]["orders"] == 0
    assert told["before"]["average_basket"] is None
    assert told["before"]["rates"]["refused"] is None
    assert told["minutes_to_confirm"] == {"median": 0, "p90": 0}
    top = [(each["title"], each["units"], each["placed"]) for each in told["top_products"]]
    assert top == [("مصباح", 8, "1992.00"), ("عباءة", 2, "498.00")]
    [worst] = told["refusals_by_product"]
    assert (worst["title"], worst["refused"], worst["refusal_rate"]) == ("عباءة", 1, 1.0)
    assert [(each["city"], each["orders"], each["refusal_rate"]) for each in told["by_city"]] == [
        ("الرياض", 4, 0.5),
    ]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ("from=2026-01-01&to=2027-01-02", {"from": "too-many-days"}),
        ("from=1990-01-01", {"from": "too-many-days"}),
        ("from=2026-01-02&to=2026-01-01", {"to": "ends-before-it-begins"}),
        ("from=x&to=2026-01-01T00:00:00Z", {"from": "bad-day", "to": "bad-day"}),
        ("from=2999-01-01", {"from": "begins-after-today"}),
        ("from=2999-01-01&to=2998-01-01", {"to": "ends-before-it-begins"}),
        ("days=7", {"days": "unknown-field"}),
    ],
)
async def test_a_period_that_is_none_is_refused(
    merchant: httpx.AsyncClient, asked: str, refused: dict[str, str]
) -> None:
    answer = await merchant.get(f"{STATISTICS}?{asked}")

    assert answer.status_code == 400
    assert fields(answer) == refused


@pytest.mark.parametrize("said", ["2026-03-01T00:00:00Z", "2026-02-30", "yesterday"])
async def test_nothing_is_advised_that_would_be_refused(
    merchant: httpx.AsyncClient, said: str
) -> None:
    merchant.headers["accept-language"] = "en"

    [days] = (await merchant.get(f"{STATISTICS}?from={said}")).json()["errors"]
    [either] = (await merchant.get("/api/merchant/orders?from=2026-02-30")).json()["errors"]

    assert days["message"].endswith("Write it like this: 2026-03-01.")
    assert either["message"].endswith("2026-03-01 / 2026-03-01T08:00:00+03:00.")
    for like in either["message"].rpartition(": ")[2].removesuffix(".").split(" / "):
        asked = {"from": like}
        assert (await merchant.get("/api/merchant/orders", params=asked)).status_code == 200
    assert (await merchant.get(f"{STATISTICS}?from=2026-03-01")).status_code == 200


async def test_a_leap_year_and_a_single_day_are_told_day_by_day(
    merchant: httpx.AsyncClient,
) -> None:
    year = (await merchant.get(f"{STATISTICS}?from=2028-01-01&to=2028-12-31")).json()
    day = (await merchant.get(f"{STATISTICS}?from=2026-02-28&to=2026-02-28")).json()

    assert len(year["by_day"]) == 366
    assert [each["day"] for each in day["by_day"]] == ["2026-02-28"]
    assert (day["before"]["first"], day["before"]["last"]) == ("2026-02-27", "2026-02-27")


def test_shares_and_percentiles() -> None:
    assert (share(1, 3), share(0, 5), share(0, 0)) == (0.3333, 0.0, None)
    assert percentile({5: 5, 60: 4, 1000: 1}, 0.5) == 5
    assert percentile({5: 5, 60: 4, 1000: 1}, 0.9) == 60
    assert percentile({}, 0.5) is None


async def test_a_product_earns_what_its_orders_do(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, price="25.00")
    order = (await place(guest, product, 1)).json()
    sent = [{"status": each} for each in ("confirmed", "shipped")]
    some = {"status": "delivered", "amount_collected": "20.00"}
    await moved(merchant, order["id"], *sent, some)

    async def revenues() -> tuple[str, str]:
        told = (await merchant.get(STATISTICS)).json()
        return told["period"]["revenue"], told["top_products"][0]["revenue"]

    assert await revenues() == ("20.00", "20.00")
    back = {"amount": "20.00", "reason": "x"}
    await merchant.post(f"/api/merchant/orders/{order['id']}/refunds", json=back)
    assert await revenues() == ("0.00", "0.00")
