"""Who sells here, with the account behind it and the logo."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.application import ports
from marketplace.application.ports import (
    MerchantFile,
    MerchantSearch,
    MerchantSort,
    MerchantView,
    Page,
    Paging,
)
from marketplace.domain.merchants import KycStatus, MerchantId, MerchantNotFound, MerchantStatus

from ..rows import document, from_row, kept
from ..statements import compiled, given, one_of, shown
from ..tables import accounts, images, kyc_submissions, merchants, orders, products
from .reading import Reading, newest_first, page_of, stretch, tally

_id = given("id", sa.Uuid)
_logo = (
    sa.select(document(kept(images))).where(images.c.id == merchants.c.logo).scalar_subquery()
).label("logo")

a_store = sa.select(*shown(merchants, "merchant__"), _logo)
_a_merchant = a_store.add_columns(accounts.c.email, accounts.c.phone).join(accounts)
_MERCHANT = compiled(_a_merchant.where(merchants.c.id == _id))

_submissions = (
    sa.select(
        sa.func.coalesce(
            sa.func.json_agg(
                aggregate_order_by(document(shown(kyc_submissions)), kyc_submissions.c.id.desc())
            ),
            sa.literal_column("'[]'"),
        )
    )
    .where(kyc_submissions.c.merchant_id == merchants.c.id)
    .scalar_subquery()
)
_FILE = compiled(
    _a_merchant.add_columns(
        tally(products.c.status, sa.func.count(), products.c.merchant_id == _id).label("products"),
        tally(orders.c.status, sa.func.count(), orders.c.merchant_id == _id).label("orders"),
        _submissions.label("submissions"),
    ).where(merchants.c.id == _id)
)

_text, _digits = given("text", sa.Text), given("digits", sa.Text)


def _has(part: sa.ColumnElement[str], *columns: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """A part of one of these; not LIKE, for which some characters mean others."""
    return sa.or_(*(sa.func.strpos(sa.func.lower(column), part) > 0 for column in columns))


_sought = _a_merchant.where(
    one_of(merchants.c.status, "statuses"),
    one_of(merchants.c.kyc_status, "kyc_statuses"),
    sa.or_(
        _text == "",
        _has(_text, merchants.c.name, merchants.c.username, accounts.c.email),
        sa.and_(_digits != "", _has(_digits, accounts.c.phone, merchants.c.whatsapp_phone)),
    ),
)
# As Python sorts, whatever the database was made for.
_name = sa.collate(merchants.c.name, "C")
_named = sa.tuple_(given("key", sa.Text), given("after", sa.Uuid))
_number = merchants.c.next_order_number
_counted = sa.tuple_(given("key", sa.Integer), given("after", sa.Uuid))


def _listed(
    key: sa.ColumnElement[Any],
    behind: sa.ColumnElement[bool],
    *order: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    """One stretch of a list that goes by something else than its ids, by keyset."""
    return (
        _sought.add_columns(merchants.c.id.label("place__id"), key.label("place__key"))
        .where(behind)
        .order_by(*order)
        .limit(given("limit", sa.Integer))
    )


_MERCHANTS = {
    MerchantSort.NEWEST: compiled(newest_first(_sought, merchants)),
    MerchantSort.OLDEST: compiled(
        _listed(sa.null(), merchants.c.id > given("after", sa.Uuid), merchants.c.id.asc())
    ),
    MerchantSort.NAME: compiled(
        _listed(
            merchants.c.name,
            sa.tuple_(_name, merchants.c.id) > _named,
            _name.asc(),
            merchants.c.id.asc(),
        )
    ),
    MerchantSort.ORDERS: compiled(
        _listed(
            _number,
            sa.tuple_(_number, merchants.c.id) < _counted,
            _number.desc(),
            merchants.c.id.desc(),
        )
    ),
}
_FIRST: dict[MerchantSort, dict[str, object]] = {
    MerchantSort.OLDEST: {"after": UUID(int=0)},
    MerchantSort.NAME: {"after": UUID(int=0), "key": ""},
    MerchantSort.ORDERS: {"key": 2**31 - 1},
}
"""What the first page comes after, unless it is the newest."""

_IDS = compiled(
    sa.select(merchants.c.id)
    .where(merchants.c.id > given("after", sa.Uuid))
    .order_by(merchants.c.id)
    .limit(given("limit", sa.Integer))
)


class PostgresMerchantViews(Reading, ports.MerchantViews):
    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        return await self._one(_MERCHANT, MerchantView, MerchantNotFound, id=merchant_id)

    async def merchant_file(self, merchant_id: MerchantId, /) -> MerchantFile:
        rows = await self._rows(_FILE, id=merchant_id)
        if not rows:
            raise MerchantNotFound
        [row] = rows
        return from_row(row | {"merchant": row}, MerchantFile)

    async def merchant_ids(
        self, limit: int, after: MerchantId | None = None, /
    ) -> tuple[MerchantId, ...]:
        rows = await self._rows(_IDS, limit=limit, after=after or UUID(int=0))
        return tuple(MerchantId(row["id"]) for row in rows)

    async def merchants(self, paging: Paging, search: MerchantSearch, /) -> Page[MerchantView]:
        place = stretch(paging)
        if paging.after is None:
            place |= _FIRST.get(search.sort, {})
        else:
            place["key"] = paging.after.key
        asked: dict[str, object] = {
            "statuses": [search.status] if search.status else list(MerchantStatus),
            "kyc_statuses": [search.kyc_status] if search.kyc_status else list(KycStatus),
            "text": search.text.lower(),
            "digits": search.digits,
        }
        listing = _MERCHANTS[search.sort]
        page = page_of(await self._rows(listing, **asked, **place), MerchantView, paging)
        if not paging.counted:
            return page
        first = {"after": stretch(Paging())["after"]} | _FIRST.get(search.sort, {})
        return replace(page, total=await self._count(listing, **asked, **first))
