"""How often PostgreSQL is asked: a hot use case does not grow with the number of its lines."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from marketplace.adapters.postgres.pool import Pool, make_pool
from marketplace.application.admin import FindMerchants
from marketplace.application.finding import FindProducts
from marketplace.application.merchants import EditMerchant
from marketplace.application.moderation import WatchProducts
from marketplace.application.once import Answer, RequestKey
from marketplace.application.orders import EditOrder, FindOrders, TakeOrder, Wish
from marketplace.application.ports import MerchantSort, Paging
from marketplace.application.sessions import SignIn
from marketplace.application.storefront import StorePage
from marketplace.domain.accounts import WrongCredentials
from marketplace.domain.merchants import StoreMoved, StoreNotFound
from tests.unit.contracts.order_counter import at_once, orders_of
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples
from tests.unit.world import PASSWORD, World

from .conftest import Asked


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A single connection: everything goes over one wire."""
    async with make_pool(database_url, max_size=1) as pool:
        yield pool


@pytest.mark.parametrize("lines", [1, 30])
async def test_an_order_takes_two_however_many_lines_it_has(
    world: World, asked: Asked, lines: int
) -> None:
    seller = await world.a_merchant()
    products = [await world.a_product(seller) for _ in range(lines)]
    before = asked()

    placed = await world.an_order(seller, *products)

    # BEGIN, the products, the store and its number; their stock, the order with all that is its,
    # COMMIT.
    assert asked() - before == 2
    assert len(placed.order.lines) == lines


async def test_orders_at_the_same_moment_take_as_many_trips_as_one(
    world: World, asked: Asked
) -> None:
    sellers = [await world.a_merchant() for _ in range(4)]
    products = [[await world.a_product(each) for _ in range(3)] for each in sellers]
    wanted = [
        world.an_order_for(seller, *there)
        for seller, there in zip(sellers, products, strict=True)
        for _ in range(2)
    ]
    before = asked()

    outcomes = await at_once(world.marketplace, *wanted)

    assert asked() - before == 2
    assert [each.number for each in orders_of(outcomes)] == [1001, 1002] * 4


@pytest.mark.parametrize("lines", [1, 30])
async def test_an_order_by_hand_takes_a_few_however_many_lines_it_has(
    world: World, asked: Asked, lines: int
) -> None:
    seller = await world.a_merchant()
    products = [await world.a_product(seller) for _ in range(lines)]
    wishes = [Wish(product_id=each, quantity=2) for each in products]
    placed = await world.an_order(seller, *products)
    edit = EditOrder(acting=seller.actor, order_id=placed.order.id, items=wishes)
    before = asked()

    await world.marketplace.editing.edit(edit)

    # BEGIN and the order locked; read; the store; the products; the order with its stock; its
    # lines; the line in the book and COMMIT.
    assert asked() - before == 7

    taken = TakeOrder(
        acting=seller.actor,
        customer_name="سارة",
        customer_phone="0501234567",
        address="حي النخيل",
        items=wishes,
        confirmed=True,
    )
    before = asked()

    await world.marketplace.taking.take(taken)

    # BEGIN and the store; the products; the number; their stock, the order, the line in the
    # book and COMMIT.
    assert asked() - before == 4


async def test_an_order_with_a_key_takes_three_more_and_once_more_takes_one(
    world: World, asked: Asked
) -> None:
    seller = await world.a_merchant()
    product = await world.a_product(seller)
    request = RequestKey(scope="/api/store/sara/orders", key="a key", fingerprint=b"f" * 32)
    before = asked()

    async def act() -> Answer:
        await world.an_order(seller, product)
        return Answer(status=201, headers=(), body=b"{}")

    await world.marketplace.once.once(request, act)

    # A look for an answer; with BEGIN, the claim; before COMMIT, the answer.
    assert asked() - before == 2 + 3

    await world.marketplace.once.once(request, act)

    assert asked() - before == 2 + 3 + 1


async def test_a_request_with_a_key_needs_one_connection(world: World, asked: Asked) -> None:
    """There is only one: whoever looks for a store that moved gets it back first."""
    seller = await world.a_merchant("mona")
    moved = EditMerchant(acting=seller.actor, username="mona-new")
    await world.marketplace.merchants.edit(moved)
    product = await world.a_product(seller)
    request = RequestKey(scope="/api/store/mona/orders", key="a key", fingerprint=b"f" * 32)

    async def act() -> Answer:
        await world.an_order(seller, product)
        raise AssertionError("the store has moved")

    with pytest.raises(StoreMoved):
        await world.marketplace.once.once(request, act)


@pytest.mark.parametrize("products", [1, 20])
async def test_the_page_of_a_store_takes_one(world: World, asked: Asked, products: int) -> None:
    seller = await world.a_merchant()
    for _ in range(products):
        await world.a_product(seller)
    before = asked()

    page = await world.marketplace.storefront.page(seller.username, Paging(limit=20))

    assert asked() - before == 1
    assert len(page.products.items) == products


async def test_the_pages_of_many_stores_at_the_same_moment_take_one(
    world: World, asked: Asked
) -> None:
    names = [f"store-{number}" for number in range(8)]
    for number, name in enumerate(names):
        seller = await world.a_merchant(name)
        for _ in range(number):
            await world.a_product(seller)
    before = asked()

    *pages, missing = await asyncio.gather(
        *(world.marketplace.storefront.page(each, Paging()) for each in [*names, names[3]]),
        world.marketplace.storefront.page("nobody", Paging()),
        return_exceptions=True,
    )

    # Where a name leads that no store has takes another one.
    assert asked() - before == 1 + 1
    assert isinstance(missing, StoreNotFound)
    there = [page for page in pages if isinstance(page, StorePage)]
    assert [each.store.username for each in there] == [*names, names[3]]
    assert [len(each.products.items) for each in there] == [*range(8), 3]


@pytest.mark.parametrize(
    ("wanted", "trips"),
    [
        (FindProducts(q="مصباح", category="x", tag="y", in_stock=True, sort="price_asc"), 1),
        (FindProducts(q="المصابيح نحاس"), 1),
        (FindProducts(q="مصباح"), 1),
        (FindProducts(in_stock=True, sort="title"), 1),
        # What a price is in is known of the store.
        (FindProducts(in_stock=True, min_price="1", sort="title"), 2),
        (FindProducts(q="مصباخ"), 2),
        (FindProducts(q="مصباخ", category="x"), 2),
    ],
)
async def test_to_look_for_something_takes_one_and_one_more_for_a_slip(
    world: World, asked: Asked, wanted: FindProducts, trips: int
) -> None:
    seller = await world.a_merchant()
    await world.a_product(seller)
    before = asked()

    await world.marketplace.storefront.page(seller.username, Paging(), wanted)

    assert asked() - before == trips


async def test_a_product_the_categories_and_a_quote_take_two(world: World, asked: Asked) -> None:
    seller = await world.a_merchant()
    products = [await world.a_product(seller) for _ in range(5)]
    storefront, quotes = world.marketplace.storefront, world.marketplace.quotes
    wishes = [Wish(product_id=each, quantity=1) for each in products]
    before = asked()

    await storefront.product(seller.username, str(products[0]))
    await storefront.categories(seller.username)
    await quotes.quote(seller.username, wishes)

    assert asked() - before == 6


async def test_an_address_that_was_left_takes_one_more(world: World, asked: Asked) -> None:
    seller = await world.a_merchant("mona")
    moved = EditMerchant(acting=seller.actor, username="mona-new")
    await world.marketplace.merchants.edit(moved)
    before = asked()

    with pytest.raises(StoreMoved):
        await world.marketplace.storefront.page("mona", Paging())

    assert asked() - before == 2


async def test_to_know_who_is_asking_takes_one(world: World, asked: Asked) -> None:
    seller = await world.a_merchant()
    before = asked()

    await world.marketplace.sessions.identify(seller.access)

    assert asked() - before == 1


async def test_a_profile_takes_four_and_two_more_for_another_currency(
    world: World, asked: Asked
) -> None:
    seller = await world.a_merchant()
    counts = []
    for wanted in (
        EditMerchant(acting=seller.actor, name="متجر آخر"),
        EditMerchant(acting=seller.actor, currency="KWD"),
    ):
        before = asked()
        await world.marketplace.merchants.edit(wanted)
        counts.append(asked() - before)

    # BEGIN and the store; the store again; the line in the book and COMMIT; what it looks like now.
    assert counts == [4, 6]


async def test_to_look_for_products_of_all_stores_takes_one_and_to_take_one_down_four(
    world: World, asked: Asked
) -> None:
    boss, moderation = await world.an_admin(), world.marketplace.moderation
    products = [await world.a_product(await world.a_merchant()) for _ in range(5)]
    wanted = WatchProducts(acting=boss, q="مصباح", taken_down=False)
    before = asked()

    await moderation.products(wanted, Paging())
    looked = asked()
    await moderation.take_down(boss, products[0], "counterfeit")

    assert (looked - before, asked() - looked) == (1, 4)


@pytest.mark.parametrize("merchants", [1, 30])
async def test_looking_for_merchants_takes_one(world: World, asked: Asked, merchants: int) -> None:
    boss = await world.an_admin()
    for _ in range(merchants):
        await world.a_merchant()
    before = asked()

    for sort in MerchantSort:
        await world.marketplace.admin.merchants(
            FindMerchants(acting=boss, q="050 0", sort=sort), Paging()
        )
    await world.marketplace.admin.announcements(boss, Paging())

    assert asked() - before == 5


async def test_to_ask_for_a_letter_takes_one_whether_there_is_an_account_or_not(
    world: World, asked: Asked
) -> None:
    seller = await world.a_merchant()
    for email in (seller.email, "nobody@example.com"):
        before = asked()

        await world.marketplace.accounts.request_password_reset(email)

        # BEGIN, the job, COMMIT.
        assert asked() - before == 1


@pytest.mark.parametrize("somebody", [True, False])
async def test_a_guess_takes_two_whether_there_is_an_account_or_not(
    world: World, asked: Asked, somebody: bool
) -> None:
    seller = await world.a_merchant()
    name = seller.email if somebody else "nobody@example.com"
    before = asked()

    with pytest.raises(WrongCredentials):
        await world.marketplace.sessions.sign_in(SignIn(name=name, password="a wild guess"))

    # BEGIN and the account of this name; COMMIT.
    assert asked() - before == 2


async def test_to_sign_in_takes_six(world: World, asked: Asked) -> None:
    seller = await world.a_merchant()
    before = asked()

    await world.marketplace.sessions.sign_in(SignIn(name=seller.email, password=PASSWORD))

    # The name as above; BEGIN and the account; its store; the session and those too many; COMMIT.
    assert asked() - before == 6


@pytest.mark.parametrize("inboxes", [1, 40])
async def test_an_announcement_takes_one_statement_however_many_it_is_for(
    samples: Samples, asked: Asked, inboxes: int
) -> None:
    for _ in range(inboxes):
        await samples.a_merchant()
    announcement = await samples.an_announcement()
    before = asked()

    async with samples.begin() as market:
        await market.notifications.deliver(announcement, NOON)

    # BEGIN and all inboxes with all letters that follow; COMMIT.
    assert asked() - before == 2


@pytest.mark.parametrize("orders", [1, 20])
async def test_orders_and_what_is_known_of_their_phones_take_two(
    world: World, asked: Asked, orders: int
) -> None:
    seller = await world.a_merchant()
    product = await world.a_product(seller, stock=50)
    placed = [await world.an_order(seller, product) for _ in range(orders)]
    before = asked()

    page = await world.marketplace.orders.of_merchant(seller.actor, Paging(limit=20))

    assert asked() - before == 2
    assert [each.background.open for each in page.items] == [orders - 1] * orders

    await world.marketplace.orders.find(seller.actor, placed[0].order.id)

    assert asked() - before == 4


@pytest.mark.parametrize("orders", [1, 25])
async def test_to_look_for_orders_takes_two_and_a_count_one_more(
    world: World, asked: Asked, orders: int
) -> None:
    seller = await world.a_merchant()
    product = await world.a_product(seller, stock=100)
    for _ in range(orders):
        await world.an_order(seller, product)
    service = world.marketplace.orders
    wishes = (
        FindOrders(),
        FindOrders(q="0501", status=("pending",), since="2026-01-01", city="الرياض"),
        FindOrders(status=("pending", "shipped"), until="2050-01-01", sort="oldest"),
    )
    before = asked()

    for wanted in wishes:
        await service.of_merchant(seller.actor, Paging(), wanted)
    await service.count(seller.actor, wishes[0])

    # What is known of their phones is asked for where there are any: the second finds none.
    assert asked() - before == 2 + 1 + 2 + 1


async def test_what_was_sold_takes_two_whether_something_changed_or_not(
    world: World, asked: Asked
) -> None:
    seller = await world.a_merchant()
    product = await world.a_product(seller, stock=100)
    for orders in (1, 2):
        await world.an_order(seller, product)
        before = asked()

        report = await world.marketplace.sales.report(seller.actor)

        # The days, made anew where they have changed; and what the products are called.
        assert asked() - before == 2
        assert report.period.sums.orders == orders


@pytest.mark.parametrize("slips", [1, 5])
async def test_slips_take_one(world: World, asked: Asked, slips: int) -> None:
    seller = await world.a_merchant()
    product = await world.a_product(seller, stock=100)
    placed = [await world.an_order(seller, product) for _ in range(slips)]
    before = asked()

    await world.marketplace.papers.slips(seller.actor, [each.order.id for each in placed])

    assert asked() - before == 1
