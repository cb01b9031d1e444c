"""The card of a product is at every moment what the tables say, whoever changes them, and how."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.adapters.postgres.migrations import configuration, migrate
from marketplace.adapters.postgres.views import PostgresViews
from marketplace.application.ports import MEDIA, BeginUnitOfWork, Paging, ProductCard, UnitOfWork
from marketplace.domain.images import Image, ImageStatus, Rendition
from marketplace.domain.merchants import Merchant
from marketplace.domain.money import CURRENCIES, Money
from marketplace.domain.products import Product, ProductStatus
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples

from .conftest import administer

WRONG = """
    SELECT id FROM products FULL JOIN product_cards
        ON product_id = id AND product_cards.merchant_id = products.merchant_id
    WHERE (told, counted) IS DISTINCT FROM (
        CASE WHEN status = 'active' THEN product_card(products) END,
        CASE WHEN status = 'active' THEN track_stock END)
"""

LATER = NOON + timedelta(hours=1)

Change = Callable[[UnitOfWork], Awaitable[None]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """Somebody who looks on."""
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        yield connection


async def _wrong(database: psycopg.AsyncConnection) -> Sequence[object]:
    return await (await database.execute(WRONG)).fetchall()


async def _card(views: PostgresViews, merchant: Merchant) -> dict[str, Any] | None:
    _, page = await views.front(merchant.username, Paging())
    told: dict[str, Any] | None = None
    for card in page.items:
        told = json.loads(card.told, strict=False)
    return told


async def test_whatever_is_shown_of_a_product_is_on_its_card_when_it_has_changed(
    samples: Samples, views: PostgresViews, database: psycopg.AsyncConnection
) -> None:
    merchant = await samples.a_merchant()
    image = await samples.an_image(merchant)
    product = await samples.a_product(merchant, images=(image.id,))
    assert product.category is not None
    async with samples.begin() as market:
        shelf = await market.categories.get(product.category)

    async def titled(market: UnitOfWork) -> None:
        product.title = 'مصباح «جديد» \\ "x"\n\u2028'
        await market.products.save(product, product.edited(LATER))

    async def priced(market: UnitOfWork) -> None:
        for each in product.variants:
            each.price = Money(each.price.minor + 1, "KWD")
        await market.products.save_all([product], [])

    async def shown(market: UnitOfWork) -> None:
        image.status, image.alt, image.renditions = ImageStatus.FAILED, '"', ()
        await market.images.save(image)

    async def named(market: UnitOfWork) -> None:
        shelf.name, shelf.slug = "أخرى", type(shelf.slug)("another")
        await market.categories.save(shelf)

    async def emptied(market: UnitOfWork) -> None:
        await market.categories.remove(shelf)

    async def bared(market: UnitOfWork) -> None:
        await market.images.take_down(image, LATER)
        await market.images.remove(await market.images.hold(image.id))

    async def taken_down(market: UnitOfWork) -> None:
        held = await market.products.hold(product.id)
        await market.products.save(held, held.take_down("counterfeit", LATER))

    async def restored(market: UnitOfWork) -> None:
        held = await market.products.hold(product.id)
        await market.products.save(held, held.restore(LATER))

    async def archived(market: UnitOfWork) -> None:
        held = await market.products.hold(product.id)
        await market.products.save(held, held.archive(LATER))

    seen = await _card(views, merchant)
    for change in (titled, priced, shown, named, emptied, bared, taken_down, restored, archived):
        async with samples.begin() as market:
            await change(market)

        now = await _card(views, merchant)
        assert now != seen, change
        assert await _wrong(database) == [], change
        if now is not None:
            view = await views.product_on_sale(merchant.id, product.id)
            assert now == json.loads(ProductCard.of(view).told, strict=False), change
        seen = now
    assert seen is None


async def test_an_order_draws_no_card(
    samples: Samples, views: PostgresViews, database: psycopg.AsyncConnection
) -> None:
    merchant = await samples.a_merchant()
    product = await samples.a_product(merchant)
    drawn = "SELECT xmin::text, ctid::text FROM product_cards"
    before = await (await database.execute(drawn)).fetchall()

    async with samples.begin() as market:
        [held] = (await market.products.hold_all([product.id])).values()
        moved = [samples.movement(held.variants[0].reserve(1))]
        await market.products.save_stock([held], moved)

    assert await (await database.execute(drawn)).fetchall() == before
    _, page = await views.front(merchant.username, Paging())
    assert [each.available for each in page.items] == [held.available]


async def test_what_an_operator_changes_is_drawn_and_what_is_rolled_back_is_not(
    samples: Samples, views: PostgresViews, database_url: str, database: psycopg.AsyncConnection
) -> None:
    merchant = await samples.a_merchant()
    product = await samples.a_product(merchant)

    administer(database_url, "UPDATE variants SET price__minor = 7 * (position + 1)")
    told = await _card(views, merchant)

    assert told is not None
    assert (told["price"], told["price_to"]) == ("0.007", "0.014")
    with pytest.raises(ZeroDivisionError):
        async with samples.begin() as market:
            held = await market.products.hold(product.id)
            held.title = "never"
            await market.products.save(held)
            raise ZeroDivisionError
    assert await _card(views, merchant) == told
    assert await _wrong(database) == []


@pytest.mark.parametrize("first", ["product", "image"])
async def test_a_photo_that_becomes_ready_while_it_is_put_on_a_product_is_shown_ready(
    samples: Samples,
    begin: BeginUnitOfWork,
    views: PostgresViews,
    database: psycopg.AsyncConnection,
    first: str,
) -> None:
    """Neither of them sees what the other has not committed; the one who is second sees it all."""
    merchant = await samples.a_merchant()
    image, product = await _waiting(samples, merchant), await samples.a_product(merchant)
    changed, go_on = [asyncio.Event(), asyncio.Event()], [asyncio.Event(), asyncio.Event()]

    async def put_on() -> None:
        async with begin() as market:
            held = await market.products.hold(product.id)
            held.images = tuple(each.id for each in await market.images.of(merchant.id, [image.id]))
            await market.products.save(held, held.edited(LATER))
            changed[0].set()
            await go_on[0].wait()

    async def finish() -> None:
        async with begin() as market:
            held = await market.images.hold(image.id)
            made = Rendition(edge=160, key="public/x/160.webp", width=160, height=120)
            await market.images.save(held, held.publish((made,), LATER))
            changed[1].set()
            await go_on[1].wait()

    both = asyncio.gather(put_on(), finish())
    for each in changed:
        await each.wait()
    for place in (0, 1) if first == "product" else (1, 0):
        go_on[place].set()
    await both

    told = await _card(views, merchant)
    assert told is not None
    [shown] = told["images"]
    assert shown["status"] == "ready"
    assert shown["renditions"] == {"160": f"{MEDIA}x/160.webp"}
    assert await _wrong(database) == []


async def _waiting(samples: Samples, merchant: Merchant) -> Image:
    image = await samples.an_image(merchant)
    image.status, image.renditions = ImageStatus.PENDING, ()
    async with samples.begin() as market:
        await market.images.save(image)
    return image


def test_the_database_writes_an_amount_as_the_domain_does(database_url: str) -> None:
    amounts = [
        (minor, currency)
        for currency in sorted(CURRENCIES)
        for minor in (0, 1, 9, 10, 99, 100, 999, 1000, 1001, 123456789, 10**12)
    ]
    with psycopg.connect(database_url) as database:
        told = database.execute(
            "SELECT amount_text(minor, currency) FROM unnest(%s::bigint[], %s::text[])"
            " WITH ORDINALITY AS given (minor, currency, place) ORDER BY place",
            [[minor for minor, _ in amounts], [currency for _, currency in amounts]],
        ).fetchall()

    assert [text for (text,) in told] == [Money(*each).amount for each in amounts]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_whatever_a_text_says_it_is_one_string_of_json(database_url: str, text: str) -> None:
    with psycopg.connect(database_url) as database:
        row = database.execute("SELECT media_text(%s), to_json(%s::text)::text", [text, text])
        media, plain = row.fetchone() or ("", "")

    assert media[:2] == f'"{MEDIA}'
    assert MEDIA not in media[2:]
    assert MEDIA not in plain
    assert json.loads(plain) == text
    assert json.loads(media.replace(MEDIA, "")) == text.removeprefix("public/")


async def test_what_was_there_before_the_cards_gets_its_own(
    samples: Samples, database_url: str, database: psycopg.AsyncConnection
) -> None:
    merchant = await samples.a_merchant()
    image = await samples.an_image(merchant)
    products: list[Product] = [
        await samples.a_product(merchant, images=(image.id,), status=status)
        for status in (ProductStatus.ACTIVE, ProductStatus.DRAFT, ProductStatus.ACTIVE)
    ]
    await asyncio.to_thread(command.downgrade, configuration(database_url), "0011")

    await asyncio.to_thread(migrate, database_url)

    drawn = await database.execute("SELECT product_id FROM product_cards ORDER BY product_id")
    assert await drawn.fetchall() == [(products[0].id,), (products[2].id,)]
    assert await _wrong(database) == []
