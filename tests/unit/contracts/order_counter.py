"""What guests can rely on who order at once. Subclass and provide a ``world`` fixture."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from marketplace.application.blocked_phones import BlockPhone
from marketplace.application.marketplace import Marketplace
from marketplace.application.merchants import EditMerchant
from marketplace.application.orders import PlacedOrder, PlaceOrder, Wish
from marketplace.application.orders.counter import FEW
from marketplace.application.ports import BeginUnitOfWork, Paging, UnitOfWork
from marketplace.application.products import EditProduct
from marketplace.domain.errors import ChangedMeanwhile, InvalidFields, Unavailable
from marketplace.domain.events import Event
from marketplace.domain.merchants import StoreNotFound
from marketplace.domain.orders import Order, PriceChanged
from marketplace.domain.products import ProductId, ProductNotFound, StockRanLow
from marketplace.domain.variants import OutOfStock
from tests.unit.world import NOBODYS, World

Outcome = PlacedOrder | BaseException


class Trouble:
    """Units of work in which the orders of the first so many cannot be stored."""

    def __init__(self, begin: BeginUnitOfWork, error: type[Exception], times: int) -> None:
        self._begin, self._error, self._times = begin, error, times
        self.begun, self.twice = 0, asyncio.Event()
        self.low: list[StockRanLow] = []

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[UnitOfWork]:
        self.begun += 1
        if self.begun == 2:
            self.twice.set()
        async with self._begin() as market:
            if self.begun <= self._times:
                market.orders.add_all = self._fail  # type: ignore[method-assign]
            save_stock = market.products.save_stock

            async def listen(products: Sequence[object], moved: object, *low: Event) -> None:
                self.low += [each for each in low if isinstance(each, StockRanLow)]
                await save_stock(products, moved, *low)  # type: ignore[arg-type]

            market.products.save_stock = listen  # type: ignore[method-assign]
            yield market

    async def _fail(self, orders: Sequence[Order], /, *happened: Event) -> None:
        raise self._error


async def at_once(marketplace: Marketplace, *wanted: PlaceOrder) -> list[Outcome]:
    placing = (marketplace.placing.place(each) for each in wanted)
    return await asyncio.gather(*placing, return_exceptions=True)


def orders_of(outcomes: Sequence[Outcome]) -> list[Order]:
    return [each.order for each in outcomes if isinstance(each, PlacedOrder)]


class OrderCounterContract:
    """The sentences."""

    async def test_those_who_come_at_the_same_moment_are_one_unit_of_work(
        self, world: World
    ) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        lamp, rug = await world.a_product(mona), await world.a_product(hind)
        counted = Trouble(world.ports.begin, Unavailable, 0)
        marketplace = world.with_(begin=counted.begin)

        outcomes = await at_once(
            marketplace,
            world.an_order_for(mona, lamp, customer_phone="0501111111"),
            world.an_order_for(hind, Wish(product_id=rug, quantity=3)),
            world.an_order_for(mona, Wish(product_id=lamp, quantity=2)),
            world.an_order_for(mona, lamp),
        )

        assert counted.begun == 1
        placed = orders_of(outcomes)
        assert [each.number for each in placed] == [1001, 1001, 1002, 1003]
        assert placed[0].customer.phone == "+966501111111"
        assert [await world.order(each.id) for each in placed] == placed
        assert len({each.tracking_hash for each in placed}) == 4
        assert [await world.stock(each) for each in (lamp, rug)] == [(10, 4), (10, 3)]
        ledger = [each for each in await world.ledger(mona, lamp) if each.reference]
        assert {each.reference: each.reserved for each in ledger} == {
            placed[0].id: 1,
            placed[2].id: 2,
            placed[3].id: 1,
        }

    async def test_of_those_who_want_the_last_one_the_first_gets_it(self, world: World) -> None:
        mona = await world.a_merchant()
        lamp, rug = await world.a_product(mona, stock=1), await world.a_product(mona)

        first, *late, other = await at_once(
            world.marketplace,
            *(world.an_order_for(mona, lamp) for _ in range(5)),
            world.an_order_for(mona, rug),
        )

        assert [each.number for each in orders_of([first, other])] == [1001, 1002]
        assert [type(each) for each in late] == [OutOfStock] * 4
        assert isinstance(late[0], OutOfStock)
        assert "'wanted': 1, 'available': 0" in str(late[0])
        assert await world.stock(lamp) == (1, 1)

    async def test_whoever_is_refused_takes_neither_stock_nor_a_number(self, world: World) -> None:
        mona = await world.a_merchant()
        lamp, rug = await world.a_product(mona), await world.a_product(mona)
        hinds = await world.a_product(await world.a_merchant())

        *refused, taken = await at_once(
            world.marketplace,
            world.an_order_for(mona, lamp, Wish(product_id=rug, quantity=11)),
            world.an_order_for(mona, lamp, hinds),
            world.an_order_for(mona, lamp, ProductId(NOBODYS)),
            world.an_order_for(mona, lamp, expected_total="1.00"),
            world.an_order_for(mona, lamp, customer_phone="5", address="", expected_total="?"),
            world.an_order_for(mona, Wish(product_id=lamp, quantity=0), customer_phone="5"),
            replace(world.an_order_for(mona, lamp), store="nobody"),
            world.an_order_for(mona, lamp),
        )

        assert [type(each) for each in refused] == [
            OutOfStock,
            ProductNotFound,
            ProductNotFound,
            PriceChanged,
            InvalidFields,
            InvalidFields,
            StoreNotFound,
        ]
        told = [
            [each.field for each in problem.problems]
            for problem in refused
            if isinstance(problem, InvalidFields)
        ]
        assert told == [
            ["customer_phone", "address", "expected_total"],
            ["items[0].quantity", "customer_phone"],
        ]
        assert [each.number for each in orders_of([taken])] == [1001]
        assert [await world.stock(each) for each in (lamp, rug, hinds)] == [
            (10, 1),
            (10, 0),
            (10, 0),
        ]

    async def test_where_all_are_refused_nothing_is_stored(self, world: World) -> None:
        mona = await world.a_merchant()
        lamp = await world.a_product(mona, stock=1)
        wanted = world.an_order_for(mona, Wish(product_id=lamp, quantity=2))

        refused = await at_once(world.marketplace, wanted, wanted)

        assert [type(each) for each in refused] == [OutOfStock] * 2
        assert await world.stock(lamp) == (1, 0)
        assert (await world.an_order(mona, lamp)).order.number == 1001

    async def test_when_somebody_was_quicker_each_is_taken_for_itself(self, world: World) -> None:
        mona = await world.a_merchant()
        lamp = await world.a_product(mona, stock=3)
        trouble = Trouble(world.ports.begin, ChangedMeanwhile, 1)

        mistaken, *outcomes = await at_once(
            world.with_(begin=trouble.begin),
            world.an_order_for(mona, lamp, customer_phone="5"),
            *(world.an_order_for(mona, lamp) for _ in range(4)),
        )

        # All together, and then each; the one that is refused has no need of another.
        assert trouble.begun == 1 + 5
        assert isinstance(mistaken, InvalidFields)
        assert [each.field for each in mistaken.problems] == ["customer_phone"]
        assert sorted(each.number for each in orders_of(outcomes)) == [1001, 1002, 1003]
        assert [type(each) for each in outcomes if not isinstance(each, PlacedOrder)] == [
            OutOfStock
        ]
        assert await world.stock(lamp) == (3, 3)
        page = await world.marketplace.orders.of_merchant(mona.actor, Paging())
        assert len(page.items) == 3

    async def test_what_breaks_over_one_breaks_over_nobody_else(self, world: World) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        lamp, rug = await world.a_product(mona), await world.a_product(hind)

        @asynccontextmanager
        async def begin() -> AsyncGenerator[UnitOfWork]:
            async with world.ports.begin() as market:
                add_all = market.orders.add_all

                async def break_over_mona(orders: Sequence[Order], *happened: Event) -> None:
                    if any(each.merchant_id == mona.merchant_id for each in orders):
                        raise ZeroDivisionError
                    await add_all(orders, *happened)

                market.orders.add_all = break_over_mona  # type: ignore[method-assign]
                yield market

        broken, taken = await at_once(
            world.with_(begin=begin), world.an_order_for(mona, lamp), world.an_order_for(hind, rug)
        )

        assert isinstance(broken, ZeroDivisionError)
        assert [each.number for each in orders_of([taken])] == [1001]
        assert [await world.stock(each) for each in (lamp, rug)] == [(10, 0), (10, 1)]

    async def test_an_order_of_many_lines_goes_by_itself(self, world: World) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        products = [await world.a_product(mona) for _ in range(FEW + 1)]
        rug = await world.a_product(hind)
        counted = Trouble(world.ports.begin, Unavailable, 0)

        outcomes = await at_once(
            world.with_(begin=counted.begin),
            world.an_order_for(mona, *products),
            *(world.an_order_for(hind, rug) for _ in range(3)),
        )

        assert counted.begun == 2
        assert [each.number for each in orders_of(outcomes)] == [1001, 1001, 1002, 1003]

    async def test_a_failure_is_everybodys_and_leaves_nothing(self, world: World) -> None:
        mona = await world.a_merchant()
        lamp = await world.a_product(mona)
        trouble = Trouble(world.ports.begin, Unavailable, 1)
        marketplace = world.with_(begin=trouble.begin)
        wanted = world.an_order_for(mona, lamp)

        failed = await at_once(marketplace, wanted, wanted)

        assert [type(each) for each in failed] == [Unavailable] * 2
        assert await world.stock(lamp) == (10, 0)
        assert (await marketplace.placing.place(wanted)).order.number == 1001

    async def test_what_nobody_can_be_asked_is_a_failure_and_no_refusal(self, world: World) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        lamp, rug = await world.a_product(mona), await world.a_product(hind)
        block = BlockPhone(acting=mona.actor, phone="0509999999", reason="")
        await world.marketplace.blocked_phones.block(block)
        refuse = EditMerchant(acting=mona.actor, blocked_phone_policy="refuse")
        await world.marketplace.merchants.edit(refuse)

        @asynccontextmanager
        async def begin() -> AsyncGenerator[UnitOfWork]:
            async with world.ports.begin() as market:
                market.blocked_phones.is_blocked = nobody_answers  # type: ignore[method-assign]
                yield market

        async def nobody_answers(*said: object) -> bool:
            raise Unavailable

        failed = await at_once(
            world.with_(begin=begin), world.an_order_for(hind, rug), world.an_order_for(mona, lamp)
        )

        assert [type(each) for each in failed] == [Unavailable] * 2
        assert await world.stock(rug) == (10, 0)

    async def test_that_few_are_left_is_told_once_by_whom_it_was(self, world: World) -> None:
        mona = await world.a_merchant()
        lamp = await world.a_product(mona, stock=5)
        edit = EditProduct(acting=mona.actor, product_id=lamp, low_stock_at=3)
        await world.marketplace.products.edit(edit)
        listening = Trouble(world.ports.begin, Unavailable, 0)

        await at_once(
            world.with_(begin=listening.begin),
            *(world.an_order_for(mona, lamp) for _ in range(4)),
        )

        assert [each.available for each in listening.low] == [3]
