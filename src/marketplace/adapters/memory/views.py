"""What is shown, straight from the store."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from marketplace.application import ports
from marketplace.application.ports import (
    DayCount,
    Device,
    Identity,
    Inbox,
    MerchantView,
    OrderView,
    Page,
    Paging,
    ProductView,
    Statistics,
    StoreCount,
    StoreView,
)
from marketplace.domain.accounts import Account, AccountId, Session, SessionId, Username
from marketplace.domain.audit import AuditEntry
from marketplace.domain.images import Image, ImageId
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)
from marketplace.domain.notifications import Notification
from marketplace.domain.orders import Order, OrderId, OrderNotFound, OrderStatus, PaymentStatus
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus

from .unit_of_work import MemoryStore

Item = TypeVar("Item")
Shown = TypeVar("Shown")


class MemoryViews(ports.Views):
    """Reads what is committed, and nothing else."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        session = self._store.entities.get((Session, session_id))
        if session is None or not session.in_force(at):
            return None
        account: Account = self._store.entities[Account, session.account_id]
        if account.closed_at is not None:
            return None
        merchants = self._store.all_of(Merchant)
        merchant = next((each for each in merchants if each.account_id == account.id), None)
        return Identity(
            account_id=account.id,
            role=account.role,
            merchant_id=merchant.id if merchant else None,
            merchant_status=merchant.status if merchant else None,
        )

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        theirs = (
            each
            for each in self._store.all_of(Session)
            if each.account_id == account_id and each.in_force(at)
        )
        return _page(theirs, paging, _device)

    async def store(self, username: Username, /) -> StoreView:
        for merchant in self._store.all_of(Merchant):
            if merchant.username == username and merchant.status is MerchantStatus.ACTIVE:
                return StoreView(merchant=deepcopy(merchant), logo=self._logo(merchant))
        raise StoreNotFound

    async def moved_to(self, username: Username, /) -> Username | None:
        owner, _ = self._store.former_usernames.get(username, (None, None))
        for merchant in self._store.all_of(Merchant):
            if merchant.id == owner and merchant.status is MerchantStatus.ACTIVE:
                return merchant.username
        return None

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        products = self._products_of(merchant_id)
        return _page((each for each in products if each.is_on_sale), paging, self._product)

    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        merchant = self._store.entities.get((Merchant, merchant_id))
        if merchant is None:
            raise MerchantNotFound
        return self._merchant(merchant)

    async def merchants(
        self, paging: Paging, status: MerchantStatus | None = None, /
    ) -> Page[MerchantView]:
        found = self._store.all_of(Merchant)
        return _page(
            (each for each in found if status in (None, each.status)), paging, self._merchant
        )

    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        product = self._store.entities.get((Product, product_id))
        if product is None or product.merchant_id != merchant_id:
            raise ProductNotFound
        return self._product(product)

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        products = self._products_of(merchant_id)
        kept = (each for each in products if each.status is not ProductStatus.ARCHIVED)
        return _page(kept, paging, self._product)

    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        order = self._store.entities.get((Order, order_id))
        if order is None or order.merchant_id != merchant_id:
            raise OrderNotFound
        return self._order(order)

    async def orders(
        self, merchant_id: MerchantId, paging: Paging, status: OrderStatus | None = None, /
    ) -> Page[Order]:
        orders = self._store.all_of(Order)
        theirs = (
            each
            for each in orders
            if each.merchant_id == merchant_id and status in (None, each.status)
        )
        return _page(theirs, paging, deepcopy)

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        for order in self._store.all_of(Order):
            if order.tracking_hash == tracking_hash:
                return self._order(order)
        raise OrderNotFound

    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox:
        everybodys = self._store.all_of(Notification)
        theirs = [each for each in everybodys if each.merchant_id == merchant_id]
        return Inbox(
            page=_page(theirs, paging, deepcopy),
            unread=sum(each.read_at is None for each in theirs),
        )

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]:
        return _page(self._store.audit, paging, deepcopy)

    async def statistics(self, since: datetime, /) -> Statistics:
        merchants, orders = self._store.all_of(Merchant), self._store.all_of(Order)
        revenue: Counter[str] = Counter()
        for order in orders:
            if order.payment_status is PaymentStatus.COLLECTED and order.amount_collected:
                revenue[order.currency] += order.amount_collected.minor
        days = Counter(each.placed_at.date() for each in orders if each.placed_at >= since)
        had = Counter(each.merchant_id for each in orders)
        stores = [
            StoreCount(
                merchant_id=each.id, username=each.username, name=each.name, orders=had[each.id]
            )
            for each in merchants
            if had[each.id]
        ]
        return Statistics(
            merchants=Counter(each.status.value for each in merchants),
            products=sum(
                each.status is not ProductStatus.ARCHIVED for each in self._store.all_of(Product)
            ),
            orders=Counter(each.status.value for each in orders),
            revenue=revenue,
            by_day=tuple(DayCount(day=day, orders=days[day]) for day in sorted(days)),
            top_stores=tuple(
                sorted(stores, key=lambda each: (-each.orders, each.merchant_id))[:10]
            ),
        )

    def _products_of(self, merchant_id: MerchantId) -> list[Product]:
        return [each for each in self._store.all_of(Product) if each.merchant_id == merchant_id]

    def _images(self, keys: Sequence[ImageId]) -> tuple[Image, ...]:
        return tuple(deepcopy(self._store.entities[Image, key]) for key in keys)

    def _logo(self, merchant: Merchant) -> Image | None:
        return None if merchant.logo is None else self._images([ImageId(merchant.logo)])[0]

    def _product(self, product: Product) -> ProductView:
        return ProductView(product=deepcopy(product), images=self._images(product.images))

    def _merchant(self, merchant: Merchant) -> MerchantView:
        account: Account = self._store.entities[Account, merchant.account_id]
        return MerchantView(
            merchant=deepcopy(merchant),
            email=account.email,
            phone=account.phone,
            logo=self._logo(merchant),
        )

    def _order(self, order: Order) -> OrderView:
        store = self._store.entities[Merchant, order.merchant_id]
        return OrderView(order=deepcopy(order), store=deepcopy(store))


def _page(items: Iterable[Item], paging: Paging, shown: Callable[[Item], Shown]) -> Page[Shown]:
    """Newest first: ids of version 7 sort by the time they were made."""
    newest = sorted(items, key=_id, reverse=True)
    older = [each for each in newest if paging.after is None or _id(each) < paging.after]
    stretch = older[: paging.limit]
    more = len(older) > paging.limit
    return Page(
        items=tuple(shown(each) for each in stretch), next=_id(stretch[-1]) if more else None
    )


def _device(session: Session) -> Device:
    return Device(
        id=session.id,
        user_agent=session.user_agent,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
    )


def _id(item: object) -> UUID:
    id: UUID = item.id  # type: ignore[attr-defined]
    return id
