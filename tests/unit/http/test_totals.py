"""How many there are in all, of every list, for whoever asks."""

import httpx
import pytest

from marketplace.application.marketplace import Marketplace

from .totals import ADMIN, MERCHANT, STORE, fill, told_of


async def test_every_list_tells_how_many_there_are_if_somebody_asks(
    merchant: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    named = await fill(merchant, admin, guest)
    await marketplace.jobs.run_all()

    for client, paths in ((merchant, MERCHANT), (admin, ADMIN), (guest, STORE)):
        for path in paths:
            total, found = await told_of(client, path.format(**named))
            assert total == found, path
            assert (found == 0) is ("nothing-of-that-name" in path), path


@pytest.mark.parametrize("said", ["everything", "total,total", "TOTAL"])
async def test_nothing_else_can_be_included(merchant: httpx.AsyncClient, said: str) -> None:
    answer = await merchant.get(f"/api/merchant/products?include={said}")

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["include"]


async def test_the_plain_page_of_a_store_counts_nothing(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    counted = (await guest.get("/api/store/sara?include=total")).json()
    plain = (await guest.get("/api/store/sara")).json()

    assert counted["products"] == plain["products"] | {"total": 0}
