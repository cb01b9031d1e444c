"""What every set of views must show. Subclass and provide ``begin`` and ``views`` fixtures."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from marketplace.application.orders import FindOrders
from marketplace.application.ports import (
    BeginUnitOfWork,
    CitySales,
    DayCount,
    DaySales,
    Device,
    Identity,
    ImageView,
    MerchantSearch,
    MerchantSort,
    OrderSelection,
    Page,
    Paging,
    Place,
    ProductCard,
    ProductSales,
    ProductSearch,
    Selection,
    Sort,
    StoreCard,
    StoreCount,
    StoreName,
    Views,
)
from marketplace.domain.accounts import Role, SessionId, Username
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.categories import CategoryId
from marketplace.domain.imports import ImportNotFound
from marketplace.domain.merchants import KycStatus, MerchantId, MerchantNotFound, StoreNotFound
from marketplace.domain.money import Money
from marketplace.domain.notifications import Topic
from marketplace.domain.orders import (
    Background,
    Block,
    Move,
    OrderId,
    OrderNotFound,
    OrderSource,
    OrderStatus,
    Original,
    Party,
)
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import (
    FORMER_SLUGS_KEPT,
    Product,
    ProductId,
    ProductNotFound,
    ProductStatus,
)
from marketplace.domain.sales import earned
from marketplace.domain.search import Query, words
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import VariantId

from .samples import NOON, World

Item = TypeVar("Item")


class ViewsContract:
    """The sentences."""

    @pytest.fixture
    def world(self, begin: BeginUnitOfWork) -> World:
        return World(begin)

    async def test_a_session_in_force_tells_who_it_belongs_to(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        session = world.session(merchant.account_id)
        async with world.begin() as market:
            await market.sessions.add(session)

        assert await views.identity(session.id, NOON) == Identity(
            account_id=merchant.account_id,
            role=Role.MERCHANT,
            merchant_id=merchant.id,
            merchant_status=merchant.status,
        )
        assert await views.identity(session.id, session.expires_at) is None
        assert await views.identity(SessionId(uuid4()), NOON) is None

    async def test_a_device_is_listed_while_its_session_is_in_force(
        self, world: World, views: Views
    ) -> None:
        account, other = world.account(), world.account()
        first, second, ended, over = (
            world.session(account.id, bytes([each]) * 32) for each in range(4)
        )
        ended.end(NOON)
        over.expires_at = NOON
        foreign = world.session(other.id, b"9" * 32)
        async with world.begin() as market:
            await market.accounts.add(account)
            await market.accounts.add(other)
            for session in (first, second, ended, over, foreign):
                await market.sessions.add(session)

        page = await views.devices(account.id, NOON, Paging(limit=1))
        rest = await views.devices(account.id, NOON, Paging(limit=1, after=page.next))

        [newest], [oldest] = page.items, rest.items
        assert newest == Device(
            id=second.id,
            user_agent=second.user_agent,
            created_at=second.created_at,
            last_used_at=second.last_used_at,
        )
        assert (oldest.id, rest.next) == (first.id, None)

    async def test_an_admin_has_no_store(self, world: World, views: Views) -> None:
        admin = world.account(Role.ADMIN)
        session = world.session(admin.id)
        async with world.begin() as market:
            await market.accounts.add(admin)
            await market.sessions.add(session)

        identity = await views.identity(session.id, NOON)

        assert identity is not None
        assert (identity.role, identity.merchant_id) == (Role.ADMIN, None)

    async def test_an_ended_session_and_a_closed_account_are_nobody(
        self, world: World, views: Views
    ) -> None:
        first, second = world.account(), world.account()
        ended, orphaned = world.session(first.id), world.session(second.id, b"9" * 32)
        ended.end(NOON)
        async with world.begin() as market:
            await market.accounts.add(first)
            await market.accounts.add(second)
            await market.sessions.add(ended)
            await market.sessions.add(orphaned)
            await market.accounts.save(second, second.close(NOON))

        assert await views.identity(ended.id, NOON) is None
        assert await views.identity(orphaned.id, NOON) is None

    async def test_a_store_shows_its_logo(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        logo = await world.an_image(merchant)
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            held.logo = logo.id
            await market.merchants.save(held)

        shown = await views.store(merchant.username)

        assert (shown.merchant, shown.logo) == (held, logo)
        assert (await views.merchant(merchant.id)).logo == logo

    async def test_the_front_of_a_store_shows_what_the_views_of_its_things_do(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        photos = [await world.an_image(merchant) for _ in range(3)]
        products = [
            await world.a_product(merchant, images=(photos[1].id, photos[0].id)),
            await world.a_product(merchant, stock=0),
            await world.a_product(merchant),
        ]
        await world.a_product(merchant, status=ProductStatus.DRAFT)
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            held.logo, held.closed_until = photos[2].id, NOON
            await market.merchants.save(held)

        store, page = await views.front(merchant.username, Paging(limit=2))
        _, rest = await views.front(merchant.username, Paging(limit=2, after=page.next))

        listed = await views.on_sale(merchant.id, Selection(), Paging())
        shown = [await views.product_on_sale(merchant.id, each.id) for each in products[::-1]]
        assert store == StoreCard.of(await views.store(merchant.username))
        assert (page.next, rest.next) == (Place(id=products[1].id), None)
        assert (*page.items, *rest.items) == listed.items
        assert [*map(_read, listed.items)] == [_read(ProductCard.of(each)) for each in shown]
        with pytest.raises(StoreNotFound):
            await views.front(Username("nobody"), Paging())

    async def test_an_empty_store_has_a_front_and_one_that_is_shut_has_none(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()

        store, page = await views.front(merchant.username, Paging())

        assert (store.username, store.logo, page.items) == (merchant.username, None, ())
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
        with pytest.raises(StoreNotFound):
            await views.front(merchant.username, Paging())

    async def test_a_store_that_is_not_open_is_not_found(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))

        with pytest.raises(StoreNotFound):
            await views.store(merchant.username)
        with pytest.raises(StoreNotFound):
            await views.store(Username("nobody"))

    async def test_a_former_name_leads_to_a_store_while_it_is_open(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        async with world.begin() as market:
            await market.merchants.leave(Username("old"), merchant.id, NOON)
            await market.merchants.leave(Username("theirs"), other.id, NOON)

        assert await views.moved_to(Username("old")) == merchant.username
        assert await views.moved_to(Username("theirs")) == other.username
        assert await views.moved_to(merchant.username) is None

        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
        assert await views.moved_to(Username("old")) is None

    async def test_a_store_sells_what_is_active_and_its_own(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        first, second = await world.an_image(merchant), await world.an_image(merchant)
        product = await world.a_product(merchant, images=(second.id, first.id))
        await world.a_product(merchant, status=ProductStatus.DRAFT)
        await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        await world.a_product(other)

        page = await views.on_sale(merchant.id, Selection(), Paging())

        assert page.next is None
        [card] = page.items
        shown = await views.product_on_sale(merchant.id, product.id)
        assert shown.product == product
        assert shown.images == (ImageView.of(second), ImageView.of(first))
        assert _read(card) == _read(ProductCard.of(shown))

    async def test_a_former_slug_leads_to_what_had_it_last_while_that_is_sold(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        first, second = await world.a_product(merchant), await world.a_product(merchant)

        async def call(product: Product, slug: str, **changes: object) -> None:
            async with world.begin() as market:
                held = await market.products.hold(product.id)
                held.slug = Slug(slug)
                for name, value in changes.items():
                    setattr(held, name, value)
                await market.products.save_all([held], [])

        async def led_to(slug: str) -> str | None:
            return await views.product_moved_to(merchant.id, Slug(slug))

        await call(first, "lamp")
        assert await led_to(first.slug) == "lamp"
        assert await views.product_moved_to(other.id, first.slug) is None
        assert await led_to("lamp") is None

        await call(first, "a-lamp")
        await call(second, "lamp")
        await call(second, "another")
        assert await led_to("lamp") == "another"
        assert await led_to(second.slug) == "another"

        await call(first, "lamp")
        await call(first, "lamp-2")
        assert await led_to("lamp") == "lamp-2"
        assert await led_to("a-lamp") == "lamp-2"

        await call(first, "lamp-2", status=ProductStatus.DRAFT)
        assert await led_to("lamp") is None

    async def test_a_product_keeps_its_latest_slugs(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        product, other = await world.a_product(merchant), await world.a_product(merchant)
        for each in (other, *[product] * (FORMER_SLUGS_KEPT + 2)):
            async with world.begin() as market:
                held = await market.products.hold(each.id)
                held.slug = Slug(f"{'other' if each is other else 'lamp'}-{held.version}")
                await market.products.save(held)

        slugs = [product.slug, *(Slug(f"lamp-{each}") for each in range(FORMER_SLUGS_KEPT + 2))]
        led = [await views.product_moved_to(merchant.id, each) for each in slugs]

        assert led == [None, None, *[slugs[-1]] * FORMER_SLUGS_KEPT, None]
        assert await views.product_moved_to(merchant.id, other.slug) == "other-0"

    async def test_a_merchant_sees_drafts_too(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        active = await world.a_product(merchant)
        draft = await world.a_product(merchant, status=ProductStatus.DRAFT)
        await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        await world.a_product(other)

        page = await views.products(merchant.id, Selection(), Paging())

        assert [each.product for each in page.items] == [draft, active]

    async def test_products_are_listed_by_what_is_asked_of_them(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        cheap = await world.a_product(merchant, price=1000, title="مصباح أحمر", stock=0)
        dear = await world.a_product(merchant, price=3000, title="Lamp", track_stock=False)
        draft = await world.a_product(merchant, price=2000, status=ProductStatus.DRAFT)
        archived = await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        theirs = await world.a_product(other, title="مصباح أحمر")
        async with world.begin() as market:
            shelf = await market.categories.get(_shelf_of(dear))

        async def shown(**asked: Any) -> list[Product]:
            selection, paging = Selection(**asked), Paging()
            everything = (await views.products(merchant.id, selection, paging)).items
            on_sale = (await views.on_sale(merchant.id, selection, paging)).items
            found = [each.product for each in everything]
            if asked.get("status") in (None, ProductStatus.ACTIVE):
                assert [each.id for each in on_sale] == [
                    str(each.id) for each in found if each != draft
                ]
            return found

        money = Money(2000, "KWD")
        assert await shown() == [draft, dear, cheap]
        assert await shown(status=ProductStatus.ACTIVE) == [dear, cheap]
        assert await shown(status=ProductStatus.ARCHIVED) == [archived]
        assert await shown(category=shelf.id) == await shown(category=shelf.slug) == [dear]
        assert await shown(category=_shelf_of(theirs)) == []
        assert await shown(category=Slug("nothing")) == []
        assert await shown(tag="lamp") == [draft, dear, cheap]
        assert await shown(tag="Lamp") == []
        assert await shown(min_price=money) == [draft, dear]
        assert await shown(max_price=money) == [draft, cheap]
        assert await shown(max_price=Money(0, "KWD")) == []
        assert await shown(in_stock=True) == [draft, dear]
        assert await shown(in_stock=False) == [cheap]
        assert await shown(sort=Sort.PRICE_ASC) == [cheap, draft, dear]
        assert await shown(sort=Sort.PRICE_DESC) == [dear, draft, cheap]
        assert await shown(sort=Sort.TITLE) == [dear, draft, cheap]
        assert await shown(query=Query.parse("المصابيح الحمراء احمر")) == [cheap]
        assert await shown(query=Query.parse("المصابيح الزرقاء")) == []
        assert await shown(query=Query.parse("المصباح احمر")) == [cheap]
        assert await shown(query=Query.parse(cheap.default.sku)) == [cheap]
        assert await shown(query=Query.parse("blue"), sort=Sort.PRICE_ASC) == [cheap, draft, dear]
        assert await shown(query=Query.parse(f"LAMP {shelf.name}")) == [dear]
        assert await shown(
            query=Query.parse("Lamp"), tag="ضوء", in_stock=True, max_price=money
        ) == [draft]

    async def test_a_price_is_that_of_any_variant_that_can_be_had(
        self, world: World, views: Views
    ) -> None:
        """What is dear is there, what is cheap is sold out, and what is in between is retired."""
        merchant = await world.a_merchant()
        product = await world.a_product(merchant, price=10000)
        uncounted = await world.a_product(merchant, price=10000, track_stock=False)
        simple = await world.a_product(merchant, price=5000)
        for each in (product, uncounted):
            async with world.begin() as market:
                held = await market.products.hold(each.id)
                first = held.default
                cheap, gone = (
                    replace(
                        first,
                        id=VariantId(world.new()),
                        options=(name,),
                        sku="",
                        price=Money(price, "KWD"),
                        on_hand=left,
                        reserved=0,
                        retired=name == "gone",
                    )
                    for name, price, left in (("cheap", 1000, 0), ("gone", 2000, 50))
                )
                held.variants = (first, cheap, gone)
                await market.products.save_all([held], [])

        async def shown(
            least: int | None, most: int | None, in_stock: bool | None = None
        ) -> list[Product]:
            asked = Selection(
                min_price=None if least is None else Money(least, "KWD"),
                max_price=None if most is None else Money(most, "KWD"),
                in_stock=in_stock,
            )
            page = await views.products(merchant.id, asked, Paging())
            sold = await views.on_sale(merchant.id, asked, Paging())
            _, found = await views.searched(merchant.username, asked, Paging())
            ids = [each.product.id for each in page.items]
            assert [UUID(each.id) for each in sold.items] == ids
            assert found == sold
            names = {each.id: each for each in (product, uncounted, simple)}
            return [names[each] for each in ids]

        every = [simple, uncounted, product]
        assert await shown(1000, None) == await shown(None, 10000) == every
        assert await shown(None, 999) == await shown(10001, None) == []
        assert await shown(None, 1000) == await shown(900, 1100) == [uncounted, product]
        assert await shown(1500, 3000) == []
        assert await shown(9000, None) == await shown(10000, 10000) == [uncounted, product]
        assert await shown(4000, 6000) == [simple]
        assert await shown(3000, 1000) == []
        assert await shown(900, 1100, in_stock=True) == [uncounted]
        assert await shown(None, 6000, in_stock=True) == [simple, uncounted]
        assert await shown(9000, None, in_stock=True) == [uncounted, product]
        assert await shown(900, 1100, in_stock=False) == []

    @pytest.mark.parametrize("sort", Sort)
    @pytest.mark.parametrize("query", [None, Query.parse("مصباح")])
    async def test_a_sorted_list_is_walked_while_others_come_and_go(
        self, world: World, views: Views, sort: Sort, query: Query | None
    ) -> None:
        if query is None and sort is Sort.RELEVANCE:
            return
        merchant = await world.a_merchant()
        there = [
            await world.a_product(merchant, price=price, title=title)
            for price, title in [(20, "مصباح"), (10, "مصباح"), (20, "مصباح ب"), (10, "ا مصباح")] * 2
        ]
        ordered = await self._walk(
            lambda paging: views.on_sale(merchant.id, Selection(sort=sort, query=query), paging)
        )
        gone = {each.id for each in ordered[1::3]}
        coming = iter([5, 15, 25] * 3)

        async def busy(paging: Paging) -> Page[ProductCard]:
            page = await views.on_sale(merchant.id, Selection(sort=sort, query=query), paging)
            for price in islice(coming, 3):
                await world.a_product(merchant, price=price, title="مصباح")
            async with world.begin() as market:
                for id in gone & {each.id for each in page.items}:
                    held = await market.products.hold(ProductId(UUID(id)))
                    await market.products.save(held, held.archive(NOON))
            return page

        walked = [each.id for each in await self._walk(busy)]

        assert len(walked) == len(set(walked))
        stayed = [each.id for each in ordered]
        assert [each for each in walked if each in stayed] == stayed
        assert {str(each.id) for each in there} == set(stayed)

    @pytest.mark.parametrize("sort", Sort)
    async def test_a_store_is_searched_by_its_name_as_by_its_id(
        self, world: World, views: Views, sort: Sort
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        for price, title in [(20, "مصباح"), (10, "مصباح ب"), (20, "👜"), (10, "ا مصباح"), (5, "؟")]:
            await world.a_product(merchant, price=price, title=title)
            await world.a_product(other, price=price, title=title)
        await world.a_product(merchant, status=ProductStatus.DRAFT)
        queries = [Query.parse("مصباح"), Query.parse("lamp"), Query.parse("nothing")]
        for query in queries if sort is Sort.RELEVANCE else [None, *queries]:
            for category in (None, Slug("nothing")):
                selection = Selection(sort=sort, query=query, category=category)

                async def by_name(paging: Paging, asked: Selection = selection) -> Page[Any]:
                    store, page = await views.searched(merchant.username, asked, paging)
                    assert store.id == merchant.id
                    assert page == await views.on_sale(merchant.id, asked, paging)
                    return page

                walked = await self._walk(by_name)
                every = await views.on_sale(merchant.id, selection, Paging())
                assert walked == [*every.items]

        with pytest.raises(StoreNotFound):
            await views.searched(Username("nobody"), Selection(sort=Sort.NEWEST), Paging())
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
        with pytest.raises(StoreNotFound):
            await views.searched(merchant.username, Selection(sort=Sort.NEWEST), Paging())

    async def test_what_fits_best_comes_first(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        titles = ["ورد", "ورد جوري", "عصير ورد طبيعي", "الورد", "ورود", "ماء زهر", "وردة"]
        for title in titles:
            told = "من ورد الطائف" if title == "ماء زهر" else ""
            await world.a_product(merchant, title=title, description=told)
        for _ in range(3):
            await world.a_product(merchant, title="عصير ورد طبيعي")

        async def found(typed: str) -> list[str]:
            selection = Selection(query=Query.parse(typed), sort=Sort.RELEVANCE)
            page = await views.products(merchant.id, selection, Paging())
            sold = await views.on_sale(merchant.id, selection, Paging())
            assert [each.id for each in sold.items] == [str(each.product.id) for each in page.items]
            return [each.product.title for each in page.items]

        first, second, *others, last = await found("ورد")
        assert (first, second, last) == ("ورد", "ورد جوري", "ماء زهر")
        assert sorted(others) == sorted([*titles[3:5], titles[6], *titles[2:3] * 4])
        assert {*(await found("الورد"))[:2]} == {"ورد", "الورد"}
        assert (await found("عصير ورد"))[:4] == ["عصير ورد طبيعي"] * 4
        assert (await found("ورد جوري")) == ["ورد جوري"]
        assert (await found("ماء")) == ["ماء زهر"]

    async def test_the_words_of_a_store_are_those_of_what_is_listed(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        await world.a_product(merchant, title="Lantern")
        await world.a_product(merchant, title="Secret", status=ProductStatus.DRAFT)
        await world.a_product(merchant, title="Gone", status=ProductStatus.ARCHIVED)
        await world.a_product(other, title="Foreign")

        nothing, paging = Selection(query=Query.parse("nothing")), Paging()
        sold = (await views.on_sale(merchant.id, nothing, paging)).words
        store, page = await views.searched(merchant.username, nothing, paging)
        kept = (await views.products(merchant.id, nothing, paging)).words
        assert (store.username, page.words, page.items) == (merchant.username, sold, ())
        something = Selection(query=Query.parse("lantern"))
        place = Place(id=uuid4())
        for there, stretch in ((something, paging), (nothing, Paging(after=place))):
            assert (await views.on_sale(merchant.id, there, stretch)).words == frozenset()
            assert (await views.products(merchant.id, there, stretch)).words == frozenset()

        assert {"lantern", "lamp", "blue", *words("إضاءة")} <= sold
        assert not {"secret", "gone", "foreign"} & sold
        assert kept - sold >= {"secret"}
        assert not {"gone", "foreign"} & kept

    async def test_one_thing_on_sale_is_found_by_id_and_by_slug(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        image = await world.an_image(merchant)
        product = await world.a_product(merchant, images=(image.id,))
        draft = await world.a_product(merchant, status=ProductStatus.DRAFT)
        archived = await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        theirs = await world.a_product(other)

        for called in (product.id, product.slug):
            shown = await views.product_on_sale(merchant.id, called)
            assert (shown.product, shown.images) == (product, (ImageView.of(image),))
            assert shown.category is not None
        for other_one in (draft, archived, theirs):
            for name in (other_one.id, other_one.slug):
                with pytest.raises(ProductNotFound):
                    await views.product_on_sale(merchant.id, name)
        every = [each.id for each in (product, draft, archived, theirs)]
        assert await views.products_on_sale(merchant.id, every) == {product.id: product}
        assert await views.products_on_sale(merchant.id, []) == {}

    async def test_categories_count_what_is_on_sale(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        sold = await world.a_product(merchant)
        draft = await world.a_product(merchant, status=ProductStatus.DRAFT)
        await world.a_product(other)

        shelves = await views.categories_on_sale(merchant.id)

        assert [each.category for each in shelves] == list(await views.categories(merchant.id))
        counted = {each.category.id: each.product_count for each in shelves}
        assert counted == {sold.category: 1, draft.category: 0}

    async def test_another_merchants_product_is_not_found(self, world: World, views: Views) -> None:
        owner, thief = await world.a_merchant(), await world.a_merchant()
        product = await world.a_product(owner)

        assert (await views.product(owner.id, product.id)).product == product
        with pytest.raises(ProductNotFound):
            await views.product(thief.id, product.id)
        with pytest.raises(ProductNotFound):
            await views.product(owner.id, ProductId(uuid4()))

    async def test_lists_are_walked_newest_first_and_nothing_is_missed(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        products = [await world.a_product(merchant) for _ in range(5)]
        orders = [
            await world.an_order(merchant, number=number, moved=False)
            for number in range(1001, 1006)
        ]

        walked = await self._walk(
            lambda paging: views.orders(merchant.id, OrderSelection(), paging)
        )
        on_sale = await self._walk(lambda paging: views.on_sale(merchant.id, Selection(), paging))

        assert walked == orders[::-1]
        assert [each.id for each in on_sale][-5:] == [str(each.id) for each in products[::-1]]

    async def test_orders_are_found_by_what_is_asked_of_them(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        said = [
            (1001, "نورة العتيبي", "+966501234567", "الرياض", 0),
            (1002, "عبد الله أحمد", "+96550004567", "جدّة", 24),
            (1042, "Ali Hassan", "+966559991042", "المدينة المنورة", 48),
        ]
        for number, name, phone, city, hours in said:
            await world.an_order(
                merchant,
                number=number,
                moved=number == 1002,
                at=NOON + timedelta(hours=hours),
                name=name,
                phone=phone,
                city=city,
            )
        await world.an_order(other, name="نورة العتيبي", phone="+966501234567", city="الرياض")

        async def found(**asked: Any) -> list[int]:
            selection = FindOrders(**asked).selection()
            page = await views.orders(merchant.id, selection, Paging())
            count = await views.count_orders(merchant.id, selection)
            dated = await views.dated_orders(merchant.id, selection, Paging())
            assert len(page.items) == count
            untold = tuple(replace(each, timeline=()) for each in page.items)
            assert tuple(each.order for each in dated.items) == untold
            return [each.number for each in page.items]

        assert await found() == [1042, 1002, 1001]
        assert await found(sort="oldest") == [1001, 1002, 1042]
        for q in ("#1042", "١٠٤٢", "1042"):
            assert await found(q=q) == [1042]
        for q in ("0501234567", "+966 (0)50 123-4567", "٠٥٠١٢٣٤٥٦٧", "00966501234567"):
            assert await found(q=q) == [1001]
        assert await found(q="4567") == [1002, 1001]
        assert await found(q="٤٥٦٧", status=("pending",)) == [1001]
        for q in ("نوره", "عتيبى", "نُورة العتـيبي", "العتي نورة"):
            assert await found(q=q) == [1001], q
        for q in ("عبدالله", "عبد الله", "احمد عبدالله", "عبد الل"):
            assert await found(q=q) == [1002], q
        assert await found(q="hassan ALI") == [1042]
        for q in ("نورة أحمد", "#4567", "#99999999999", "99999999999", "o'x \\ & | ! : * %"):
            assert await found(q=q) == [], q
        assert await found(q="!؟") == [1042, 1002, 1001]
        assert await found(status=("pending, delivered", "expired")) == [1042, 1002, 1001]
        assert await found(status=("pending",)) == [1042, 1001]
        assert await found(status=("delivered",), payment_status=("unpaid",)) == []
        assert await found(payment_status=("partially_refunded,refunded",)) == [1002]
        assert await found(city="المدينه المنوره") == [1042]
        assert await found(city="مدينة المنورة") == [1042]
        assert await found(city="جدة", payment_status=("partially_refunded",)) == [1002]
        assert await found(city="المدينة") == []
        assert await found(city="مدينه منورة") == [1042]
        assert await found(city="،؟") == [1042, 1002, 1001]

        # Noon in Greenwich is three in the afternoon in Kuwait.
        assert await found(since="2030-01-02", until="2030-01-02") == [1002]
        assert await found(since="2030-01-03") == [1042]
        assert await found(until="2030-01-02T15:00:00+03:00") == [1001]
        assert await found(since="2030-01-02T12:00:00.123456Z", status=("pending",)) == [1042]
        assert await found(until="2029-12-31", q="نورة") == []

    async def test_a_city_is_found_whatever_article_it_was_given(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        cities = [
            ("الرياض", "رياض", "الريـاض"),
            ("Riyadh", "Ar-Riyadh", "al riyadh"),
            ("أبو ظبي", "ابوظبي", "أبوظبى"),
            ("Ras Al Khaimah", "ras khaimah", "Ras el-Khaimah"),
            ("مكة المكرمة", "مكه مكرمة", "المكة المكرمة"),
            ("Rass", "Ar Rass", "al-rass"),
        ]
        for number, spellings in enumerate(cities):
            for place, city in enumerate(spellings):
                await world.an_order(merchant, number=10 * number + place, at=NOON, city=city)

        for number, spellings in enumerate(cities):
            for city in spellings:
                selection = FindOrders(city=city).selection()
                page = await views.orders(merchant.id, selection, Paging())
                assert {each.number // 10 for each in page.items} == {number}, city
                assert len(page.items) == await views.count_orders(merchant.id, selection) == 3

    async def test_a_list_by_time_goes_on_whatever_is_asked(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        for number in range(1001, 1006):
            at = NOON + timedelta(minutes=number % 2)
            await world.an_order(merchant, number=number, moved=False, at=at)
        every: list[dict[str, Any]] = [
            {},
            {"status": ("pending", "expired")},
            {"q": "ليلى"},
            {"q": "001"},
        ]

        for asked in every:
            for sort, numbers in (
                ("newest", [1005, 1003, 1001, 1004, 1002]),
                ("oldest", [1002, 1004, 1001, 1003, 1005]),
            ):
                selection = FindOrders(sort=sort, **asked).selection()
                walked = await self._walk(partial(views.orders, merchant.id, selection))
                assert [each.number for each in walked] == numbers, asked

    async def test_a_day_is_that_of_the_clock_of_the_store(
        self, world: World, views: Views
    ) -> None:
        """In Cairo the last Friday of April begins at one; Havana had one midnight twice."""
        for zone, day, first, before in (
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00+00:00", "2026-04-23"),
            ("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00", "2026-10-31"),
        ):
            merchant = await world.a_merchant()
            async with world.begin() as market:
                held = await market.merchants.hold(merchant.id)
                held.time_zone = zone
                await market.merchants.save(held)
            begins = datetime.fromisoformat(first)
            order = await world.an_order(merchant, number=1, at=begins)
            await world.an_order(merchant, number=2, at=begins - timedelta(seconds=1))

            async def found(on: str, owner: MerchantId = merchant.id) -> list[int]:
                selection = FindOrders(since=on, until=on).selection()
                page = await views.orders(owner, selection, Paging())
                return [each.number for each in page.items]

            assert await found(day) == [1]
            assert await found(before) == [2]
            [slip] = await views.slips(merchant.id, [order.id])
            assert slip.placed.date().isoformat() == day

    async def test_sales_are_told_by_day_and_follow_every_change(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        # Half past ten in Greenwich is half past one of the next day in Kuwait.
        late = NOON.replace(hour=22, minute=30)
        delivered = await world.an_order(merchant, number=1, at=NOON, city="حولي")
        waiting = await world.an_order(merchant, number=2, at=late, moved=False)
        await world.an_order(merchant, number=3, at=NOON - timedelta(days=9))
        await world.an_order(other, number=1)
        today = late + timedelta(hours=1)

        async def told(
            first: str | None = None, last: str | None = None
        ) -> tuple[str, str, dict[str, Any]]:
            since, until = (date.fromisoformat(each) if each else None for each in (first, last))
            sales = await views.sales(merchant.id, since, until, 3, today)
            assert (sales.currency, sales.time_zone) == ("KWD", "Asia/Kuwait")
            by_day = {day.isoformat(): each for day, each in sales.days.items()}
            return sales.first.isoformat(), sales.last.isoformat(), by_day

        [product] = {each.product_id for each in delivered.lines}
        [other_product] = {each.product_id for each in waiting.lines}
        total, kept = delivered.total.minor, delivered.amount_left.minor
        cost = delivered.subtotal.minor
        revenue = earned(kept, cost, goods=cost, discount=0, total=total)
        assert 0 < revenue < kept
        fate = CitySales(orders=1, shipped=1, delivered=1)
        first_day = DaySales(
            orders=1,
            placed=total,
            revenue=kept,
            confirmed=1,
            shipped=1,
            delivered=1,
            cities={"حولي": fate},
            products={
                str(product): ProductSales(1, 1, 1, 0, 3, cost, 3, revenue),
            },
            minutes={"120": 1},
        )
        second_day = DaySales(
            orders=1,
            placed=total,
            cities={"الكويت": CitySales(orders=1)},
            products={str(other_product): ProductSales(orders=1, units=3, placed=cost)},
        )
        assert await told() == (
            "2029-12-31",
            "2030-01-02",
            {"2030-01-01": first_day, "2030-01-02": second_day},
        )
        assert await told("2030-01-02") == (
            "2030-01-02",
            "2030-01-02",
            {"2030-01-01": first_day, "2030-01-02": second_day},
        )
        assert await told(last="2029-12-30") == ("2029-12-28", "2029-12-30", {})
        assert len((await told("2029-12-20", "2030-01-02"))[2]) == 3
        assert await told("2029-01-01") == ("2029-01-01", "2030-01-02", {})
        assert await told("2030-01-02", "2030-01-01") == ("2030-01-02", "2030-01-01", {})

        async with world.begin() as market:
            held = await market.orders.hold(waiting.id)
            for status, minutes, reason in (
                (OrderStatus.CONFIRMED, 123, ""),
                (OrderStatus.SHIPPED, 200, ""),
                (OrderStatus.DELIVERY_FAILED, 300, "refused"),
                (OrderStatus.RETURNED, 400, ""),
            ):
                move = Move(to=status, by=Party.MERCHANT, reason=reason)
                held.move(move, late + timedelta(minutes=minutes))
            await market.orders.save(held)
        await world.an_order(merchant, number=4, at=NOON, city="حولي")

        _, _, days = await told()

        assert days["2030-01-01"].orders == 2
        assert days["2030-01-01"].cities == {"حولي": CitySales(2, 2, 2, 0)}
        assert days["2030-01-02"] == replace(
            second_day,
            confirmed=1,
            shipped=1,
            refused=1,
            returned=1,
            cities={"الكويت": CitySales(1, 1, 0, 1)},
            products={str(other_product): ProductSales(1, 1, 0, 1, 3, cost, 0, 0)},
            minutes={"120": 1},
        )
        lamp = {product: "مصباح"}
        assert await views.titles(merchant.id, [product, ProductId(uuid4())]) == lamp
        assert await views.titles(other.id, [product]) == {}

    async def test_what_a_product_earned_is_its_part_of_what_was_kept(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        order, other = [await world.an_order(merchant, number=each, moved=False) for each in (1, 2)]
        order.lines = (*order.lines, *other.lines[:1])
        order.discount = Money(order.subtotal.minor // 7, "KWD")
        products = {each.product_id: 0 for each in order.lines}
        for line in order.lines:
            products[line.product_id] += line.total.minor
        for status in (OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
            order.move(Move(to=status, by=Party.MERCHANT), NOON)
        async with world.begin() as market:
            await market.orders.revise(order)

        async def earnings() -> dict[ProductId, int]:
            day = (await views.sales(merchant.id, None, None, 3, NOON)).days[NOON.date()]
            return {ProductId(UUID(key)): each.revenue for key, each in day.products.items()}

        def expected(kept: int) -> dict[ProductId, int]:
            goods, total = order.subtotal.minor, order.total.minor
            assert order.discount
            return {
                key: earned(kept, cost, goods=goods, discount=order.discount.minor, total=total)
                for key, cost in products.items()
            }

        assert await earnings() == expected(order.total.minor)
        assert len(set(products)) == 2
        async with world.begin() as market:
            held = await market.orders.hold(order.id)
            some = Money(held.total.minor // 3, "KWD")
            await market.orders.save(held, held.refund(some, "x", NOON, by=Party.MERCHANT))
        assert await earnings() == expected(order.total.minor - some.minor)
        async with world.begin() as market:
            held = await market.orders.hold(order.id)
            back = Move(to=OrderStatus.RETURNED, by=Party.MERCHANT, amount_refunded=some)
            await market.orders.save(held, held.move(back, NOON))
        assert set((await earnings()).values()) == {0}

    async def test_what_was_confirmed_as_it_was_written_down_has_not_waited(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        for number, source, after in (
            (1, OrderSource.PHONE, 0),
            (2, OrderSource.PHONE, 5),
            (3, OrderSource.STOREFRONT, 0),
        ):
            order = await world.an_order(merchant, number=number, moved=False)
            order.source = source
            confirmed = Move(to=OrderStatus.CONFIRMED, by=Party.MERCHANT)
            order.move(confirmed, NOON + timedelta(minutes=after))
            async with world.begin() as market:
                await market.orders.save(order)

        sales = await views.sales(merchant.id, None, None, 3, NOON)

        [day] = sales.days.values()
        assert (day.confirmed, day.minutes) == (3, {"0": 1, "5": 1})

    async def test_slips_are_of_ones_own_orders(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        mine = await world.an_order(merchant)
        theirs = await world.an_order(other)

        slips = await views.slips(merchant.id, [theirs.id, mine.id, mine.id, OrderId(uuid4())])

        assert [(each.order, each.store) for each in slips] == [(mine, merchant)]
        assert slips[0].placed.isoformat() == "2030-01-01T15:00:00.123456"

    async def test_an_order_is_seen_by_its_merchant_and_through_its_link(
        self, world: World, views: Views
    ) -> None:
        owner, thief = await world.a_merchant(), await world.a_merchant()
        order = await world.an_order(owner)

        seen = await views.order(owner.id, order.id)
        tracked = await views.tracked(order.tracking_hash)

        assert (seen.order, seen.store) == (order, owner)
        assert tracked == seen
        with pytest.raises(OrderNotFound):
            await views.order(thief.id, order.id)
        with pytest.raises(OrderNotFound):
            await views.order(owner.id, OrderId(uuid4()))
        with pytest.raises(OrderNotFound):
            await views.tracked(b"nothing")

    async def test_the_background_of_an_order_is_what_its_store_had_with_its_phone(
        self, world: World, views: Views
    ) -> None:
        store, other = await world.a_merchant(), await world.a_merchant()
        refused, silent = "delivery_failed refused", "delivery_failed no_answer"
        ways = [
            ["confirmed", "shipped", "delivered"],
            ["confirmed", "shipped", refused, "returned"],
            ["confirmed", "shipped", silent],
            [],
            # Delivered all the same, and on the way there.
            ["confirmed", "shipped", refused, "shipped", "delivered"],
            ["confirmed", "shipped", refused, "shipped"],
            ["confirmed", "shipped", "delivered", "returned"],
            ["cancelled x"],
            ["confirmed", "shipped", refused, "shipped", "delivered", "returned"],
        ]
        orders = [
            await world.an_order(store, number=1001 + each, moved=False)
            for each in range(len(ways))
        ]
        await world.an_order(other)
        stranger = await world.an_order(store, number=1010)
        async with world.begin() as market:
            for order, way in zip(orders, ways, strict=True):
                for step in way:
                    to, _, reason = step.partition(" ")
                    said = Move(to=OrderStatus(to), by=Party.MERCHANT, reason=reason)
                    await market.orders.save(order, order.move(said, NOON))
            stranger.customer = replace(stranger.customer, phone=PhoneNumber("+96550000009"))
            await market.orders.save(stranger)
            lifted, blocked = world.blocked_phone(store), world.blocked_phone(store)
            lifted.lift(NOON)
            await market.blocked_phones.add(lifted)
            await market.blocked_phones.add(blocked)
            await market.blocked_phones.add(world.blocked_phone(other))

        known = await views.backgrounds(store.id, [each.id for each in (*orders, stranger)])

        all_of_them: dict[str, Any] = {
            "refused": 2,
            "came_back": 3,
            "delivered": 2,
            "cancelled": 1,
            "open": 3,
        }
        counted = [
            ["delivered"],
            ["refused"],
            ["came_back", "open"],
            ["open"],
            ["delivered"],
            ["refused", "open"],
            ["came_back"],
            ["cancelled"],
            ["came_back"],
        ]
        block = Block(since=NOON)
        assert known == {
            stranger.id: Background(),
            **{
                order.id: replace(
                    Background(is_first=order is orders[0], block=block),
                    **{name: number - (name in own) for name, number in all_of_them.items()},
                )
                for order, own in zip(orders, counted, strict=True)
            },
        }
        assert await views.backgrounds(other.id, [orders[0].id]) == {}
        assert await views.backgrounds(store.id, []) == {}

    async def test_the_same_basket_of_the_same_phone_within_ten_minutes_is_a_double(
        self, world: World, views: Views
    ) -> None:
        store = await world.a_merchant()
        first, *others = [await world.an_order(store, number=1001 + each) for each in range(5)]
        minutes = [0, 10, 10.001, 5, 1]
        phone = PhoneNumber("+96550000009")
        async with world.begin() as market:
            for order, after in zip([first, *others], minutes, strict=True):
                order.placed_at = NOON + timedelta(minutes=after)
                order.lines = first.lines[::-1]
            others[2].lines = first.lines[:1]
            others[3].customer = replace(first.customer, phone=phone)
            for order in (first, *others):
                await market.orders.save(order)

        known = await views.backgrounds(store.id, [each.id for each in (first, *others)])

        # Neither later than that, nor for something less, nor of another phone.
        assert {id: each.original for id, each in known.items()} == {
            first.id: None,
            others[0].id: Original(id=first.id, number=1001),
            others[1].id: Original(id=others[0].id, number=1002),
            others[2].id: None,
            others[3].id: None,
        }

    async def test_an_order_that_was_edited_is_the_double_of_what_has_its_lines_now(
        self, world: World, views: Views
    ) -> None:
        store = await world.a_merchant()
        first, second = [await world.an_order(store, number=1001 + each) for each in range(2)]
        original = Original(id=first.id, number=1001)

        for lines, found in (
            (first.lines, original),
            (first.lines[:1], None),
            ((replace(first.lines[0], quantity=99), *first.lines[1:]), None),
            (first.lines[::-1], original),
        ):
            async with world.begin() as market:
                second.lines = lines
                await market.orders.revise(second)

            known = await views.backgrounds(store.id, [second.id])
            assert known[second.id].original == found

    async def test_blocked_phones_are_listed_while_they_are(
        self, world: World, views: Views
    ) -> None:
        store = await world.a_merchant()
        phones = [PhoneNumber(f"+9655000000{each}") for each in range(4)]
        blocked = [world.blocked_phone(store, each) for each in phones]
        blocked[0].lift(NOON)
        async with world.begin() as market:
            for each in blocked:
                await market.blocked_phones.add(each)
            await market.blocked_phones.add(world.blocked_phone(await world.a_merchant()))

        first = await views.blocked_phones(store.id, Paging(limit=2))
        rest = await views.blocked_phones(store.id, Paging(limit=2, after=first.next))

        assert (*first.items, *rest.items) == tuple(blocked[:0:-1])
        assert rest.next is None

    async def test_images_are_listed_with_whether_anything_shows_them(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        shown, logo, spare, hidden = [await world.an_image(merchant) for _ in range(4)]
        await world.an_image(other)
        await world.a_product(merchant, images=(shown.id,))
        await world.a_product(merchant, images=(hidden.id,), status=ProductStatus.ARCHIVED)
        await world.a_product(other, images=(spare.id,))
        async with world.begin() as market:
            kept = await market.merchants.hold(merchant.id)
            kept.logo = logo.id
            await market.merchants.save(kept)

        first = await views.images(merchant.id, Paging(limit=3))
        rest = await views.images(merchant.id, Paging(limit=3, after=first.next))
        unused = await views.images(merchant.id, Paging(), unused=True)
        used = await views.images(merchant.id, Paging(limit=2), unused=False)

        assert [(each.image, each.is_used) for each in (*first.items, *rest.items)] == [
            (hidden, True),
            (spare, False),
            (logo, True),
            (shown, True),
        ]
        assert rest.next is None
        assert [each.image.id for each in unused.items] == [spare.id]
        assert [each.image.id for each in used.items] == [hidden.id, logo.id]
        assert used.next is not None

    async def test_a_link_that_was_sent_shows_the_same_order(
        self, views: Views, world: World
    ) -> None:
        merchant = await world.a_merchant()
        order = await world.an_order(merchant)
        await world.an_order(merchant, number=1002)
        async with world.begin() as market:
            await market.orders.link(order.id, b"a link that was sent", order.placed_at)

        assert await views.tracked(b"a link that was sent") == await views.tracked(
            order.tracking_hash
        )

    async def test_an_inbox_counts_what_is_unread(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        slips = [world.notification(merchant, uuid4()) for _ in range(3)]
        async with world.begin() as market:
            for slip in slips:
                await market.notifications.add(slip)
            await market.notifications.add(world.notification(other, uuid4()))
            held = await market.notifications.hold(slips[0].id)
            held.read(NOON)
            await market.notifications.save(held)

        inbox = await views.inbox(merchant.id, Paging(limit=2))

        assert inbox.page.items == (slips[2], slips[1])
        assert inbox.page.next == Place(id=slips[1].id)
        assert inbox.unread == 2

    async def test_merchants_are_listed_with_their_accounts(
        self, world: World, views: Views
    ) -> None:
        active, suspended = await world.a_merchant(), await world.a_merchant()
        async with world.begin() as market:
            held = await market.merchants.hold(suspended.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
            account = await market.accounts.get(active.account_id)

        page = await views.merchants(Paging(), MerchantSearch())
        only = await views.merchants(Paging(), MerchantSearch(status=held.status))

        assert [each.merchant for each in page.items] == [held, active]
        assert (page.items[1].email, page.items[1].phone) == (account.email, account.phone)
        assert [each.merchant for each in only.items] == [held]
        assert (await views.merchant(active.id)).merchant == active
        with pytest.raises(MerchantNotFound):
            await views.merchant(MerchantId(uuid4()))

    async def test_merchants_are_found_by_what_is_known_of_them(
        self, world: World, views: Views
    ) -> None:
        lamp = await world.a_merchant(name="Lamp & 100%_Light")
        moon = await world.a_merchant(kyc_status=KycStatus.APPROVED)
        account = (await views.merchant(moon.id)).email
        phone = (await views.merchant(moon.id)).phone
        told = {
            "lAMP": [lamp.id],
            "100%_l": [lamp.id],
            "100%": [lamp.id],
            "m_": [],
            "%": [lamp.id],
            "\\": [],
            moon.username.upper(): [moon.id],
            account: [moon.id],
            "القمر": [moon.id],
            "": [moon.id, lamp.id],
        }

        for text, found in told.items():
            page = await views.merchants(Paging(), MerchantSearch(text=text))
            assert [each.merchant.id for each in page.items] == found, text
        for digits, found in ((phone[4:], [moon.id]), ("99999999999", [])):
            sought = MerchantSearch(text="nothing", digits=digits)
            page = await views.merchants(Paging(), sought)
            assert [each.merchant.id for each in page.items] == found, digits
        page = await views.merchants(Paging(), MerchantSearch(kyc_status=KycStatus.APPROVED))
        assert [each.merchant.id for each in page.items] == [moon.id]

    @pytest.mark.parametrize("sort", list(MerchantSort))
    async def test_merchants_are_walked_in_every_order(
        self, world: World, views: Views, sort: MerchantSort
    ) -> None:
        names = ["متجر", "Zed", "apple", "متجر", "Éclair"]
        merchants = [await world.a_merchant(name=name) for name in names]
        for count, merchant in zip((2, 0, 1, 0, 2), merchants, strict=True):
            for _ in range(count):
                async with world.begin() as market:
                    await market.merchants.next_order_number(merchant.id)
        order = {
            MerchantSort.NEWEST: [4, 3, 2, 1, 0],
            MerchantSort.OLDEST: [0, 1, 2, 3, 4],
            MerchantSort.NAME: [1, 2, 4, 0, 3],
            MerchantSort.ORDERS: [4, 0, 2, 3, 1],
        }[sort]

        for limit in (1, 2, 5):
            walked, paging = [], Paging(limit=limit)
            while True:
                page = await views.merchants(paging, MerchantSearch(sort=sort))
                walked += [each.merchant.id for each in page.items]
                if page.next is None:
                    break
                paging = Paging(limit=limit, after=page.next)

            assert walked == [merchants[each].id for each in order]

    @pytest.mark.parametrize("sort", list(MerchantSort))
    async def test_who_comes_meanwhile_neither_doubles_nor_hides_anybody(
        self, world: World, views: Views, sort: MerchantSort
    ) -> None:
        search = MerchantSearch(sort=sort)
        merchants = {(await world.a_merchant(name=name)).id for name in ("b", "d", "f")}
        first = await views.merchants(Paging(limit=1), search)
        shown = first.items[0].merchant
        for name in ("a", "c", "e", "g"):
            await world.a_merchant(name=name)
        async with world.begin() as market:
            held = await market.merchants.hold(shown.id)
            held.name = ""
            await market.merchants.save(held)

        rest = await views.merchants(Paging(limit=100, after=first.next), search)

        seen = [each.merchant.id for each in rest.items]
        assert shown.id not in seen
        assert merchants - {shown.id} <= set(seen)
        assert len(seen) == len(set(seen))

    async def test_the_file_of_a_merchant_has_everything(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        await world.an_order(merchant)
        await world.an_order(merchant, number=1002, moved=False)
        await world.a_product(merchant, status=ProductStatus.DRAFT)
        await world.an_order(other)
        first, second = await world.papers(merchant), await world.papers(merchant)
        await world.papers(other)

        file = await views.merchant_file(merchant.id)
        empty = await views.merchant_file((await world.a_merchant()).id)

        assert file.merchant == await views.merchant(merchant.id)
        assert file.products == {"active": 2, "draft": 1}
        assert file.orders == {"delivered": 1, "pending": 1}
        assert file.submissions == (second, first)
        assert (empty.products, empty.orders, empty.submissions) == ({}, {}, ())
        with pytest.raises(MerchantNotFound):
            await views.merchant_file(MerchantId(uuid4()))

    async def test_papers_are_listed_newest_first(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        first, second = await world.papers(merchant), await world.papers(merchant)
        await world.papers(await world.a_merchant())

        walked = await self._walk(lambda paging: views.submissions(merchant.id, paging))

        assert walked == [second, first]

    async def test_an_announcement_tells_how_many_have_it_and_read_it(
        self, world: World, views: Views
    ) -> None:
        merchants = [await world.a_merchant() for _ in range(3)]
        unsent, sent = await world.an_announcement(), await world.an_announcement()
        async with world.begin() as market:
            await market.notifications.deliver(sent, NOON)
            await market.notifications.add(world.notification(merchants[0], sent.id))
        for merchant in merchants[:2]:
            slips = (await views.inbox(merchant.id, Paging())).page.items
            [slip] = [each for each in slips if each.topic is Topic.ANNOUNCEMENT]
            async with world.begin() as market:
                held = await market.notifications.hold(slip.id)
                held.read(NOON)
                await market.notifications.save(held)

        walked = await self._walk(views.announcements)

        assert [(each.announcement, each.received, each.read) for each in walked] == [
            (sent, 3, 2),
            (unsent, 0, 0),
        ]

    async def test_the_audit_book_is_read_newest_first(self, world: World, views: Views) -> None:
        entries = [
            AuditEntry(
                id=AuditEntryId(world.new()),
                at=NOON,
                action=Action.MERCHANT_SUSPENDED,
                actor_id=None,
                actor_role=Role.ADMIN,
                subject_type="merchant",
                subject_id=uuid4(),
                before={"status": "active", "orders": 3},
                after={"status": "suspended", "until": None},
                address="192.0.2.1",
                request_id="abc",
            )
            for _ in range(3)
        ]
        async with world.begin() as market:
            await market.audit.add(entries[0])
            await market.audit.add_all(entries[1:])
            await market.audit.add_all([])

        page = await views.audit_entries(Paging())

        assert page.items == tuple(reversed(entries))

    async def test_the_platform_is_told_in_numbers(self, world: World, views: Views) -> None:
        busy, quiet = await world.a_merchant(), await world.a_merchant()
        await world.an_order(busy, number=1001)
        await world.an_order(busy, number=1002, moved=False)
        async with world.begin() as market:
            held = await market.merchants.hold(quiet.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
        await world.a_product(busy, status=ProductStatus.ARCHIVED)

        for _ in range(2):
            async with world.begin() as market:
                await market.merchants.next_order_number(busy.id)

        numbers = await views.statistics(NOON - timedelta(days=1), NOON)
        later = await views.statistics(NOON + timedelta(days=1), NOON + timedelta(days=1))

        assert dict(numbers.merchants) == {"active": 1, "suspended": 1}
        assert numbers.products == 2
        assert dict(numbers.orders) == {"delivered": 1, "pending": 1}
        assert dict(numbers.revenue) == {"KWD": 4750 * 3 + 1000 + 500 - 500}
        today = NOON.date()
        assert numbers.by_day == (
            DayCount(day=today - timedelta(days=1), orders=0),
            DayCount(day=today, orders=2, revenue={"KWD": 4750 * 3 + 1000 + 500 - 500}),
        )
        assert later.by_day == (DayCount(day=today + timedelta(days=1), orders=0),)
        assert numbers.top_stores == (
            StoreCount(merchant_id=busy.id, username=busy.username, name=busy.name, orders=2),
        )

    async def _walk(self, show: Callable[[Paging], Awaitable[Page[Item]]]) -> list[Item]:
        walked: list[Item] = []
        page = await show(Paging(limit=2))
        while page.next is not None:
            walked.extend(page.items)
            page = await show(Paging(limit=2, after=page.next))
        return [*walked, *page.items]

    async def test_categories_are_listed_in_their_order(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        first, second, theirs = (world.category(each) for each in (merchant, merchant, other))
        second.position = first.position - 1
        async with world.begin() as market:
            for category in (first, second, theirs):
                await market.categories.add(category)

        assert await views.categories(merchant.id) == (second, first)

    async def test_a_product_is_shown_with_its_category(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        product = await world.a_product(merchant)
        [category] = await views.categories(merchant.id)

        seen = await views.product(merchant.id, product.id)

        assert (seen.product, seen.category) == (product, category)

    async def test_the_ledger_of_a_product_is_its_merchants_own(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        product, lamp = await world.a_product(merchant), await world.a_product(merchant)
        moved = [world.movement(each.stock) for each in product.variants]
        async with world.begin() as market:
            held = await market.products.hold_all([product.id, lamp.id])
            await market.products.save_stock([held[product.id]], moved)
            await market.products.save_stock(
                [held[lamp.id]], [world.movement(held[lamp.id].default.stock)]
            )

        page = await views.stock_movements(merchant.id, product.id, Paging(limit=1))
        rest = await views.stock_movements(merchant.id, product.id, Paging(after=page.next))
        theirs = await views.stock_movements(other.id, product.id, Paging())

        assert [*page.items, *rest.items] == moved[::-1]
        assert theirs.items == ()

    async def test_stock_that_is_not_what_the_books_say_is_found(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        order = await world.an_order(merchant, moved=False)
        async with world.begin() as market:
            product = await market.products.hold(order.lines[0].product_id)
            first, second = product.offered
            first.count(4)
            second.reserve(1)
            moved = [world.movement(each.stock) for each in product.variants]
            await market.products.save_stock([product], moved[:1])

        other = await world.a_merchant()

        found = await views.drifts([merchant.id, other.id])

        assert not await views.drifts([other.id])
        assert [(each.variant_id, each.promised, each.ledger_on_hand) for each in found] == [
            (second.id, 2, 0)
        ]

    async def test_the_promises_of_one_store_are_nothing_to_another(
        self, world: World, views: Views
    ) -> None:
        orders = [await world.an_order(await world.a_merchant(), moved=False) for _ in range(2)]
        both = [each.merchant_id for each in orders]

        found = await views.drifts(both)

        assert [each for id in both for each in await views.drifts([id])] == list(found)

    async def test_all_who_sell_are_known_a_stretch_at_a_time(
        self, world: World, views: Views
    ) -> None:
        known = set(await views.merchant_ids(100))
        mine = [(await world.a_merchant()).id for _ in range(3)]

        every = await views.merchant_ids(100)
        after = await views.merchant_ids(1, mine[0])

        assert [each for each in every if each not in known] == sorted(mine)
        assert after == (sorted([*every])[every.index(mine[0]) + 1],)
        assert await views.merchant_ids(1, every[-1]) == ()

    async def test_a_catalogue_is_read_oldest_first_and_without_what_is_archived(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        products = [await world.a_product(merchant) for _ in range(3)]
        await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        await world.a_product(await world.a_merchant())

        first = await views.catalogue(merchant.id, 2)
        rest = await views.catalogue(merchant.id, 2, first[-1].id)

        assert [*first, *rest] == products
        assert await views.catalogue(merchant.id, 2, rest[-1].id) == ()

    async def test_what_is_taken_down_leaves_its_store_and_not_its_merchant(
        self, world: World, views: Views
    ) -> None:
        merchant = await world.a_merchant()
        product = await world.a_product(merchant, title="قنديل")
        async with world.begin() as market:
            product = await market.products.hold(product.id)
            await market.products.save(product, product.take_down("مقلّد", NOON))

        _, front = await views.front(merchant.username, Paging())
        sought = Selection(query=Query.parse("قنديل"))
        assert front.items == ()
        assert (await views.on_sale(merchant.id, sought, Paging())).items == ()
        for called in (product.id, product.slug):
            with pytest.raises(ProductNotFound):
                await views.product_on_sale(merchant.id, called)
        assert await views.products_on_sale(merchant.id, [product.id]) == {}
        [shelf] = await views.categories_on_sale(merchant.id)
        assert shelf.product_count == 0
        [listed] = (await views.products(merchant.id, sought, Paging())).items
        assert listed.product == product
        assert await views.product(merchant.id, product.id) == listed

    async def test_an_admin_sees_the_products_of_all_stores_newest_first(
        self, world: World, views: Views
    ) -> None:
        merchant, rival = await world.a_merchant(), await world.a_merchant("متجر الشمس")
        image = await world.an_image(merchant)
        first = await world.a_product(merchant, images=(image.id,))
        second = await world.a_product(rival, status=ProductStatus.ARCHIVED)
        third = await world.a_product(merchant, status=ProductStatus.DRAFT)

        page = await views.watched_products(ProductSearch(), Paging(limit=2))
        rest = await views.watched_products(ProductSearch(), Paging(after=page.next))

        assert [each.product for each in (*page.items, *rest.items)] == [third, second, first]
        assert [each.store.name for each in page.items] == ["متجر القمر", "متجر الشمس"]
        assert rest.next is None
        seen = await views.watched_product(first.id)
        own = await views.product(merchant.id, first.id)
        assert rest.items == (seen,)
        assert (seen.product, seen.category, seen.images) == (own.product, own.category, own.images)
        assert seen.store == StoreName(
            id=merchant.id, username=merchant.username, name=merchant.name, status=merchant.status
        )
        with pytest.raises(ProductNotFound):
            await views.watched_product(ProductId(uuid4()))

    async def test_an_admin_looks_for_products_by_words_store_and_what_became_of_them(
        self, world: World, views: Views
    ) -> None:
        merchant, rival = await world.a_merchant(), await world.a_merchant()
        lamp = await world.a_product(merchant, title="قنديل")
        copied = await world.a_product(rival, title="سجادة")
        down = await world.a_product(rival, title="قنديل")
        async with world.begin() as market:
            held = await market.products.hold(down.id)
            await market.products.save(held, held.take_down("مقلّد", NOON))

        async def found(**said: Any) -> list[ProductId]:
            page = await views.watched_products(ProductSearch(**said), Paging())
            return [each.product.id for each in page.items]

        query = Query.parse("قنديل")
        assert await found(query=query) == [down.id, lamp.id]
        assert await found(query=query, merchant_id=rival.id) == [down.id]
        assert await found(query=query, taken_down=False) == [lamp.id]
        assert await found(taken_down=True) == [down.id]
        assert await found(taken_down=False, merchant_id=rival.id) == [copied.id]
        assert await found(taken_down=True, merchant_id=merchant.id) == []
        assert await found(query=Query.parse("لا"), slug=copied.slug) == [copied.id]
        assert await found(query=Query.parse("لا"), slug="") == []

    async def test_a_merchant_sees_the_own_imports(self, world: World, views: Views) -> None:
        merchant, rival = await world.a_merchant(), await world.a_merchant()
        sheet = world.an_import(merchant)
        async with world.begin() as market:
            await market.imports.add(sheet)

        assert await views.product_import(merchant.id, sheet.id) == sheet
        assert (await views.product_imports(merchant.id, Paging())).items == (sheet,)
        assert (await views.product_imports(rival.id, Paging())).items == ()
        with pytest.raises(ImportNotFound):
            await views.product_import(rival.id, sheet.id)


def _shelf_of(product: Product) -> CategoryId:
    assert product.category is not None
    return product.category


def _read(card: ProductCard) -> tuple[str, object, int | None]:
    """A card by what it tells, however it is written down."""
    return card.id, json.loads(card.told, strict=False), card.available
