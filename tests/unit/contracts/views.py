"""What every set of views must show. Subclass and provide ``begin`` and ``views`` fixtures."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

import pytest

from marketplace.application.ports import (
    BeginUnitOfWork,
    DayCount,
    Device,
    Identity,
    Page,
    Paging,
    StoreCount,
    Views,
)
from marketplace.domain.accounts import Role, SessionId, Username
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.merchants import MerchantId, MerchantNotFound, StoreNotFound
from marketplace.domain.orders import OrderId, OrderNotFound, OrderStatus
from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus

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

        assert (store.id, store.closed_until) == (merchant.id, NOON)
        assert store.min_order_total == merchant.min_order_total
        assert store.logo is not None
        assert store.logo.id == str(photos[2].id)
        assert (page.next, rest.next) == (products[1].id, None)
        shown = (await views.on_sale(merchant.id, Paging())).items
        for card, view in zip((*page.items, *rest.items), shown, strict=True):
            product = view.product
            assert card.id == str(product.id)
            for name in (
                "slug title description status track_stock created_at updated_at options"
                " price_from price_to available in_stock"
            ).split():
                assert getattr(card, name) == getattr(product, name), name
            assert list(card.tags) == list(product.tags)
            assert [each.preview_key for each in card.images] == [
                each.preview.key for each in view.images
            ]
            assert [each.renditions for each in card.images] == [
                each.renditions for each in view.images
            ]
            assert [(each.id, list(each.options), each.price) for each in card.offered] == [
                (str(each.id), list(each.options), each.price) for each in product.offered
            ]

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

        page = await views.on_sale(merchant.id, Paging())

        assert page.next is None
        [shown] = page.items
        assert (shown.product, shown.images) == (product, (second, first))

    async def test_a_merchant_sees_drafts_too(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        active = await world.a_product(merchant)
        draft = await world.a_product(merchant, status=ProductStatus.DRAFT)
        await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        await world.a_product(other)

        page = await views.products(merchant.id, Paging())

        assert [each.product for each in page.items] == [draft, active]

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

        walked = await self._walk(lambda paging: views.orders(merchant.id, paging))
        on_sale = await self._walk(lambda paging: views.on_sale(merchant.id, paging))

        assert walked == orders[::-1]
        assert [each.product for each in on_sale][-5:] == products[::-1]

    async def test_orders_can_be_listed_by_status(self, world: World, views: Views) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        pending = await world.an_order(merchant, number=1001, moved=False)
        delivered = await world.an_order(merchant, number=1002)
        await world.an_order(other)

        async def listed(status: OrderStatus | None) -> list[object]:
            return list((await views.orders(merchant.id, Paging(), status)).items)

        assert await listed(None) == [delivered, pending]
        assert await listed(OrderStatus.PENDING) == [pending]
        assert await listed(OrderStatus.RETURNED) == []

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
        assert inbox.page.next == slips[1].id
        assert inbox.unread == 2

    async def test_merchants_are_listed_with_their_accounts(
        self, world: World, views: Views
    ) -> None:
        active, suspended = await world.a_merchant(), await world.a_merchant()
        async with world.begin() as market:
            held = await market.merchants.hold(suspended.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
            account = await market.accounts.get(active.account_id)

        page = await views.merchants(Paging())
        only = await views.merchants(Paging(), held.status)

        assert [each.merchant for each in page.items] == [held, active]
        assert (page.items[1].email, page.items[1].phone) == (account.email, account.phone)
        assert [each.merchant for each in only.items] == [held]
        assert (await views.merchant(active.id)).merchant == active
        with pytest.raises(MerchantNotFound):
            await views.merchant(MerchantId(uuid4()))

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
            for _ in range(2)
        ]
        async with world.begin() as market:
            for entry in entries:
                await market.audit.add(entry)

        page = await views.audit_entries(Paging())

        assert page.items == (entries[1], entries[0])

    async def test_the_platform_is_told_in_numbers(self, world: World, views: Views) -> None:
        busy, quiet = await world.a_merchant(), await world.a_merchant()
        await world.an_order(busy, number=1001)
        await world.an_order(busy, number=1002, moved=False)
        async with world.begin() as market:
            held = await market.merchants.hold(quiet.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
        await world.a_product(busy, status=ProductStatus.ARCHIVED)

        numbers = await views.statistics(NOON - timedelta(days=30))
        later = await views.statistics(NOON + timedelta(days=1))

        assert dict(numbers.merchants) == {"active": 1, "suspended": 1}
        assert numbers.products == 2
        assert dict(numbers.orders) == {"delivered": 1, "pending": 1}
        assert dict(numbers.revenue) == {"KWD": 4750 * 3}
        assert numbers.by_day == (DayCount(day=NOON.date(), orders=2),)
        assert later.by_day == ()
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
