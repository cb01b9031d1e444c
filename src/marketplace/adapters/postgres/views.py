"""What is shown: one statement each, in a connection that is in no transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.application import ports
from marketplace.application.ports import (
    Device,
    Identity,
    Inbox,
    MerchantView,
    OrderView,
    Page,
    Paging,
    ProductView,
    Statistics,
    StoreView,
)
from marketplace.domain.accounts import AccountId, SessionId, Username
from marketplace.domain.audit import AuditEntry
from marketplace.domain.errors import NotFound
from marketplace.domain.merchants import (
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)
from marketplace.domain.notifications import Notification
from marketplace.domain.orders import Order, OrderId, OrderNotFound, OrderStatus, PaymentStatus
from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus

from .faults import translated
from .pool import Pool
from .rows import Row, document, from_row, kept
from .statements import Statement, compiled, given, one_of, shown
from .tables import (
    Time,
    accounts,
    audit_entries,
    former_usernames,
    images,
    merchants,
    notifications,
    orders,
    products,
    sessions,
)

Item = TypeVar("Item")

_NEWEST = UUID(int=2**128 - 1)
"""What the first page comes after: no id is greater."""


def _newest_first(listing: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    """One stretch of a list, by keyset: what is skipped costs nothing."""
    return (
        listing.add_columns(table.c.id.label("place"))
        .where(table.c.id < given("after", sa.Uuid))
        .order_by(table.c.id.desc())
        .limit(given("limit", sa.Integer))
    )


def _tally(word: sa.ColumnElement[Any], number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A JSON object: each word there is, and the number that belongs to it."""
    each = sa.select(word.label("word"), number.label("number"))
    rows = each.where(word.is_not(None)).group_by(word).subquery()
    tally = sa.func.json_object_agg(rows.c.word, rows.c.number)
    return sa.select(sa.func.coalesce(tally, sa.literal_column("'{}'"))).scalar_subquery()


def _ranking(rows: sa.Select[*tuple[Any, ...]]) -> sa.ColumnElement[Any]:
    """The rows of an ordered query as a JSON list."""
    each = rows.subquery()
    ranking = sa.func.json_agg(document(each.c))
    return sa.select(sa.func.coalesce(ranking, sa.literal_column("'[]'"))).scalar_subquery()


_id = given("id", sa.Uuid)
_owner = given("merchant", sa.Uuid)

_logo = (
    sa.select(document(kept(images))).where(images.c.id == merchants.c.logo).scalar_subquery()
).label("logo")
_place = sa.func.array_position(products.c.images, images.c.id)
_images = (
    sa.select(
        sa.func.coalesce(
            sa.func.json_agg(aggregate_order_by(document(kept(images)), _place)),
            sa.literal_column("'[]'"),
        )
    )
    .where(images.c.id == sa.any_(products.c.images))
    .scalar_subquery()
).label("images")

_IDENTITY = compiled(
    sa.select(
        accounts.c.id.label("account_id"),
        accounts.c.role,
        merchants.c.id.label("merchant_id"),
        merchants.c.status.label("merchant_status"),
    )
    .join_from(sessions, accounts)
    .outerjoin(merchants)
    .where(
        sessions.c.id == given("session", sa.Uuid),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > given("at", Time),
        accounts.c.closed_at.is_(None),
    )
)

_a_device = sa.select(
    *(sessions.c[name] for name in ("id", "user_agent", "created_at", "last_used_at"))
).where(sessions.c.ended_at.is_(None), sessions.c.expires_at > given("at", Time))
_DEVICES = compiled(
    _newest_first(_a_device.where(sessions.c.account_id == given("account", sa.Uuid)), sessions)
)

_a_store = sa.select(*shown(merchants, "merchant__"), _logo)
_STORE = compiled(
    _a_store.where(
        merchants.c.username == given("username", sa.Text),
        merchants.c.status == MerchantStatus.ACTIVE,
    )
)

_MOVED_TO = compiled(
    sa.select(merchants.c.username)
    .join_from(former_usernames, merchants)
    .where(
        former_usernames.c.username == given("username", sa.Text),
        merchants.c.status == MerchantStatus.ACTIVE,
    )
)

_a_merchant = _a_store.add_columns(accounts.c.email, accounts.c.phone).join(accounts)
_MERCHANT = compiled(_a_merchant.where(merchants.c.id == _id))
_MERCHANTS = compiled(
    _newest_first(_a_merchant.where(one_of(merchants.c.status, "statuses")), merchants)
)

_a_product = sa.select(*shown(products, "product__"), _images).where(
    products.c.merchant_id == _owner
)
_PRODUCT = compiled(_a_product.where(products.c.id == _id))
_PRODUCTS = compiled(
    _newest_first(_a_product.where(products.c.status != ProductStatus.ARCHIVED), products)
)
_ON_SALE = compiled(
    _newest_first(_a_product.where(products.c.status == ProductStatus.ACTIVE), products)
)

_an_order = sa.select(*shown(orders, "order__"), *shown(merchants, "store__")).join_from(
    orders, merchants
)
_ORDER = compiled(_an_order.where(orders.c.id == _id, orders.c.merchant_id == _owner))
_TRACKED = compiled(_an_order.where(orders.c.tracking_hash == given("hash", sa.LargeBinary)))
_ORDERS = compiled(
    _newest_first(
        sa.select(*shown(orders)).where(
            orders.c.merchant_id == _owner, one_of(orders.c.status, "statuses")
        ),
        orders,
    )
)

# Joined to the count, so that there is a row to read it from when the stretch is empty.
_slips = _newest_first(
    sa.select(*shown(notifications)).where(notifications.c.merchant_id == _owner), notifications
).subquery()
_unread = (
    sa.select(sa.func.count().label("unread"))
    .where(notifications.c.merchant_id == _owner, notifications.c.read_at.is_(None))
    .subquery()
)
_INBOX = compiled(
    sa.select(_unread.c.unread, *(column.label(f"slip__{column.name}") for column in _slips.c))
    .join_from(_unread, _slips, sa.true(), isouter=True)
    .order_by(_slips.c.id.desc())
)

_AUDIT_ENTRIES = compiled(_newest_first(sa.select(*shown(audit_entries)), audit_entries))

_day = sa.cast(sa.func.timezone("UTC", orders.c.placed_at), sa.Date)
_had = sa.func.count().label("orders")
_STATISTICS = compiled(
    sa.select(
        _tally(merchants.c.status, sa.func.count()).label("merchants"),
        sa.select(sa.func.count())
        .where(products.c.status != ProductStatus.ARCHIVED)
        .select_from(products)
        .scalar_subquery()
        .label("products"),
        _tally(orders.c.status, sa.func.count()).label("orders"),
        _tally(
            sa.case((orders.c.payment_status == PaymentStatus.COLLECTED, orders.c.currency)),
            sa.func.sum(orders.c.amount_collected__minor),
        ).label("revenue"),
        _ranking(
            sa.select(_day.label("day"), _had)
            .where(orders.c.placed_at >= given("since", Time))
            .group_by(_day)
            .order_by(_day)
        ).label("by_day"),
        _ranking(
            sa.select(
                merchants.c.id.label("merchant_id"), merchants.c.username, merchants.c.name, _had
            )
            .join_from(merchants, orders)
            .group_by(merchants.c.id)
            .order_by(_had.desc(), merchants.c.id)
            .limit(10)
        ).label("top_stores"),
    )
)


class PostgresViews(ports.Views):
    """Each answer is one statement."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        rows = await self._rows(_IDENTITY, session=session_id, at=at)
        return from_row(rows[0], Identity) if rows else None

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        return await self._page(_DEVICES, Device, paging, account=account_id, at=at)

    async def store(self, username: Username, /) -> StoreView:
        return await self._one(_STORE, StoreView, StoreNotFound, username=username)

    async def moved_to(self, username: Username, /) -> Username | None:
        rows = await self._rows(_MOVED_TO, username=username)
        return Username(rows[0]["username"]) if rows else None

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        return await self._page(_ON_SALE, ProductView, paging, merchant=merchant_id)

    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        return await self._one(_MERCHANT, MerchantView, MerchantNotFound, id=merchant_id)

    async def merchants(
        self, paging: Paging, status: MerchantStatus | None = None, /
    ) -> Page[MerchantView]:
        statuses = [status] if status else list(MerchantStatus)
        return await self._page(_MERCHANTS, MerchantView, paging, statuses=statuses)

    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        return await self._one(
            _PRODUCT, ProductView, ProductNotFound, merchant=merchant_id, id=product_id
        )

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        return await self._page(_PRODUCTS, ProductView, paging, merchant=merchant_id)

    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        return await self._one(_ORDER, OrderView, OrderNotFound, merchant=merchant_id, id=order_id)

    async def orders(
        self, merchant_id: MerchantId, paging: Paging, status: OrderStatus | None = None, /
    ) -> Page[Order]:
        statuses = [status] if status else list(OrderStatus)
        return await self._page(_ORDERS, Order, paging, merchant=merchant_id, statuses=statuses)

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        return await self._one(_TRACKED, OrderView, OrderNotFound, hash=tracking_hash)

    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox:
        rows = await self._rows(_INBOX, merchant=merchant_id, **_stretch(paging))
        slips = [row["slip"] for row in rows if "slip" in row]
        return Inbox(page=_page(slips, Notification, paging), unread=rows[0]["unread"])

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]:
        return await self._page(_AUDIT_ENTRIES, AuditEntry, paging)

    async def statistics(self, since: datetime, /) -> Statistics:
        [row] = await self._rows(_STATISTICS, since=since)
        return from_row(row, Statistics)

    async def _one(
        self,
        statement: Statement,
        kind: type[Item],
        missing: type[NotFound],
        **given: object,
    ) -> Item:
        rows = await self._rows(statement, **given)
        if not rows:
            raise missing
        return from_row(rows[0], kind)

    async def _page(
        self, statement: Statement, kind: type[Item], paging: Paging, **given: object
    ) -> Page[Item]:
        return _page(await self._rows(statement, **given, **_stretch(paging)), kind, paging)

    async def _rows(self, statement: Statement, **given: object) -> list[Row]:
        with translated():
            async with self._pool.connection() as connection:
                return await statement.run(connection, **given)


def _stretch(paging: Paging) -> dict[str, object]:
    """One more than is shown: it tells whether there are more."""
    return {"limit": paging.limit + 1, "after": paging.after or _NEWEST}


def _page(rows: Sequence[Row], kind: type[Item], paging: Paging) -> Page[Item]:
    items = tuple(from_row(row, kind) for row in rows[: paging.limit])
    more = len(rows) > paging.limit
    return Page(items=items, next=rows[paging.limit - 1]["place"] if more else None)
