"""The collections, each a table and its parts, seen through one connection."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.accounts import (
    Account,
    AccountId,
    AccountNotFound,
    EmailAddress,
    LinkExpired,
    OneTimeToken,
    Purpose,
    Session,
    SessionId,
    SessionNotFound,
    Username,
    UsernameTaken,
)
from marketplace.domain.audit import AuditEntry
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    AnnouncementNotFound,
    Notification,
    NotificationDelivered,
    NotificationId,
    NotificationNotFound,
    Target,
    Topic,
)
from marketplace.domain.orders import OPEN, Order, OrderId, OrderNotFound
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId, ProductNotFound

from . import tables
from .outbox import JOBS
from .repository import PostgresRepository, storing, values_of, with_jobs
from .rows import Row, from_row, kept, to_json, to_row
from .statements import Connection, Statement, compiled, given, listed, one_of, own_columns, shown
from .tables import PARTS


class PostgresAccounts(PostgresRepository[AccountId, Account], ports.Accounts):
    table, entity, missing = tables.accounts, Account, AccountNotFound

    _called = compiled(
        sa.select(*shown(table)).where(
            one_of(table.c.email, "names") | one_of(table.c.phone, "names"),
            table.c.closed_at.is_(None),
        )
    )

    async def called(self, names: Sequence[EmailAddress | PhoneNumber], /) -> list[Account]:
        rows = await self._called.run(self._connection, names=list(names))
        return [from_row(row, Account) for row in rows]


class PostgresSessions(PostgresRepository[SessionId, Session], ports.Sessions):
    table, entity, missing = tables.sessions, Session, SessionNotFound

    _end_all = compiled(
        sa.update(table)
        .where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.id.is_distinct_from(given("but", sa.Uuid)),
            table.c.ended_at.is_(None),
        )
        .values(ended_at=given("at", tables.Time), user_agent="", version=table.c.version + 1)
        .returning(table.c.id)
    )
    _oldest = (
        sa.select(table.c.id)
        .where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.ended_at.is_(None),
            table.c.expires_at > given("at", tables.Time),
        )
        .order_by(table.c.last_used_at.desc(), table.c.id.desc())
        .offset(given("most", sa.Integer))
    )
    _end_oldest = compiled(
        sa.update(table)
        .where(table.c.id.in_(_oldest), table.c.ended_at.is_(None))
        .values(ended_at=given("at", tables.Time), user_agent="", version=table.c.version + 1)
        .returning(table.c.id)
    )

    async def end_all(
        self, account_id: AccountId, at: datetime, but: SessionId | None = None, /
    ) -> None:
        await self._end_all.run(self._connection, account=account_id, at=at, but=but)

    async def end_oldest(self, account_id: AccountId, most: int, at: datetime, /) -> None:
        await self._end_oldest.run(self._connection, account=account_id, most=most, at=at)


class PostgresOneTimeTokens(ports.OneTimeTokens):
    table = tables.one_time_tokens

    _added = compiled(
        insert(table)
        .values(values_of(table))
        .on_conflict_do_update(
            index_elements=[table.c.account_id, table.c.purpose],
            set_={
                each: given(each.name, each.type)
                for each in (table.c.hash, table.c.expires_at, table.c.job)
            },
        )
        .returning(table.c.account_id)
    )
    _voided = compiled(
        sa.delete(table)
        .where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.purpose == given("purpose", sa.Text),
        )
        .returning(table.c.account_id)
    )
    _of = compiled(
        sa.select(*shown(table)).where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.purpose == given("purpose", sa.Text),
        )
    )
    _good = (
        table.c.hash == given("hash", sa.LargeBinary),
        table.c.purpose == given("purpose", sa.Text),
        table.c.expires_at > given("at", tables.Time),
    )
    _owner = compiled(sa.select(table.c.account_id).where(*_good))
    _redeemed = compiled(sa.delete(table).where(*_good).returning(table.c.account_id))

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, token: OneTimeToken, /) -> None:
        await self._added.run(self._connection, **to_row(token, self.table))

    async def void(self, account_id: AccountId, purpose: Purpose, /) -> None:
        await self._voided.run(self._connection, account=account_id, purpose=purpose)

    async def of(self, account_id: AccountId, purpose: Purpose, /) -> OneTimeToken | None:
        row = await self._of.first(self._connection, account=account_id, purpose=purpose)
        return from_row(row, OneTimeToken) if row else None

    async def owner(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        return await self._told(self._owner, hash=hash, purpose=purpose, at=at)

    async def redeem(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        return await self._told(self._redeemed, hash=hash, purpose=purpose, at=at)

    async def _told(self, statement: Statement, **token: object) -> AccountId:
        row = await statement.first(self._connection, **token)
        if row is None:
            raise LinkExpired
        return AccountId(row["account_id"])


class PostgresMerchants(PostgresRepository[MerchantId, Merchant], ports.Merchants):
    table, entity, missing = tables.merchants, Merchant, MerchantNotFound

    _is_open = table.c.status == MerchantStatus.ACTIVE
    _of_store = compiled(
        sa.select(*shown(table)).where(table.c.username == given("username", sa.Text), _is_open)
    )
    _suspended = compiled(
        sa.select(table.c.id).where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.status == MerchantStatus.SUSPENDED,
        )
    )
    _former = tables.former_usernames
    _name = _former.c.username == given("username", sa.Text)
    _owner = given("merchant", sa.Uuid)
    _claimed = compiled(
        sa.select(_former.c.merchant_id)
        .where(_name, _former.c.merchant_id.is_distinct_from(_owner))
        .add_cte(sa.delete(_former).where(_name, _former.c.merchant_id == _owner).cte("back"))
    )
    _left = compiled(insert(_former).values(values_of(_former)).returning(_former.c.username))
    _moves = compiled(sa.select(_former.c.since).where(_former.c.merchant_id == _owner))
    _oldest = (
        sa.select(_former.c.username)
        .where(_former.c.merchant_id == _owner)
        .order_by(_former.c.since.desc(), _former.c.username.desc())
        .offset(given("kept", sa.Integer))
    )
    _forgotten = compiled(
        sa.delete(_former).where(_former.c.username.in_(_oldest)).returning(_former.c.username)
    )
    _numbered = compiled(
        sa.update(table)
        .where(table.c.id == given("id", sa.Uuid), _is_open)
        .values(next_order_number=table.c.next_order_number + 1)
        .returning((table.c.next_order_number - 1).label("number"))
    )

    async def of_store(self, username: Username, /) -> Merchant:
        row = await self._of_store.first(self._connection, username=username)
        if row is None:
            raise StoreNotFound
        return from_row(row, Merchant)

    async def is_suspended(self, account_id: AccountId, /) -> bool:
        return await self._suspended.first(self._connection, account=account_id) is not None

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        """Asked after storing: who leaves a name holds it until their commit, and that is seen."""
        said = {"username": username, "merchant": merchant_id}
        if await self._claimed.run(self._connection, **said):
            raise UsernameTaken

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        await self._left.run(self._connection, username=username, merchant_id=merchant_id, since=at)

    async def moves(self, merchant_id: MerchantId, /) -> list[datetime]:
        rows = await self._moves.run(self._connection, merchant=merchant_id)
        return [row["since"] for row in rows]

    async def forget_former(self, merchant_id: MerchantId, kept: int = 0, /) -> None:
        await self._forgotten.run(self._connection, merchant=merchant_id, kept=kept)

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        """Looks again whether the store is open: an admin may have been quicker than a guest."""
        row = await self._numbered.first(self._connection, id=merchant_id)
        if row is None:
            raise StoreNotFound
        return int(row["number"])


class PostgresProducts(PostgresRepository[ProductId, Product], ports.Products):
    table, entity, missing = tables.products, Product, ProductNotFound

    # A join, and both sides of it locked: after waiting for somebody else's commit PostgreSQL reads
    # the locked rows afresh, and nothing else. Stock from a subquery would be stale, and oversold.
    _held_all = compiled(
        sa.select(
            *(column.label(column.name) for column in kept(table)),
            *(
                column.label(f"variants__{column.name}")
                for column in own_columns(PARTS[table]["variants"])
            ),
        )
        .join_from(table, tables.variants)
        .where(one_of(table.c.id, "keys"))
        .order_by(table.c.id, tables.variants.c.position)
        .with_for_update(key_share=True, of=[table, tables.variants])
    )

    _counted = listed(
        "counted",
        tables.variants.c.product_id,
        tables.variants.c.id,
        tables.variants.c.on_hand,
        tables.variants.c.reserved,
        table.c.version,
    )
    _moved = (
        sa.update(table)
        .where(table.c.id == _counted.c.product_id, table.c.version == _counted.c.version)
        .values(version=table.c.version + 1)
        .returning(table.c.id)
        .cte("moved")
    )
    _stock_saved = compiled(
        sa.select(_moved).add_cte(
            sa.update(tables.variants)
            .where(tables.variants.c.id == _counted.c.id, _moved.c.id == _counted.c.product_id)
            .values(on_hand=_counted.c.on_hand, reserved=_counted.c.reserved)
            .cte("shelved")
        )
    )

    async def hold(self, key: ProductId, /) -> Product:
        held = await self.hold_all([key])
        if key not in held:
            raise ProductNotFound
        return held[key]

    async def hold_all(self, keys: Sequence[ProductId], /) -> dict[ProductId, Product]:
        products: dict[ProductId, Row] = {}
        for row in await self._held_all.run(self._connection, keys=list(keys)):
            product = products.setdefault(row["id"], row | {"variants": []})
            product["variants"].append(row["variants"])
        return {id: from_row(row, Product) for id, row in products.items()}

    async def save_stock(self, products: Sequence[Product], /) -> None:
        counted = [
            {
                "product_id": product.id,
                "version": product.version,
                "id": variant.id,
                "on_hand": variant.on_hand,
                "reserved": variant.reserved,
            }
            for product in products
            for variant in product.variants
        ]
        moved = await self._stock_saved.run(self._connection, counted=to_json(counted))
        if len(moved) != len(products):
            raise ChangedMeanwhile(kind="Product")
        for product in products:
            product.version += 1


class PostgresImages(PostgresRepository[ImageId, Image], ports.Images):
    table, entity, missing = tables.images, Image, ImageNotFound

    _of = compiled(
        sa.select(*shown(table)).where(
            one_of(table.c.id, "keys"), table.c.merchant_id == given("merchant", sa.Uuid)
        )
    )

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        if not keys:
            return []
        rows = await self._of.run(self._connection, merchant=merchant_id, keys=list(keys))
        found = {row["id"]: from_row(row, Image) for row in rows}
        for key in keys:
            if key not in found:
                raise ImageNotFound(image_id=key)
        return [found[key] for key in keys]


class PostgresOrders(PostgresRepository[OrderId, Order], ports.Orders):
    table, entity, missing = tables.orders, Order, OrderNotFound

    _locked = compiled(
        sa.select(table.c.id)
        .where(table.c.id == given("id", sa.Uuid))
        .with_for_update(key_share=True)
    )
    _open_of = compiled(
        sa.select(table.c.id)
        .where(
            table.c.merchant_id == given("merchant", sa.Uuid), one_of(table.c.status, "statuses")
        )
        .order_by(table.c.id)
    )

    async def hold(self, key: OrderId, /) -> Order:
        """Locked first and read after: whoever held it before may have added to its timeline."""
        await self._locked.run(self._connection, id=key)
        return await self.get(key)

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        rows = await self._open_of.run(
            self._connection, merchant=merchant_id, statuses=sorted(OPEN)
        )
        return [OrderId(row["id"]) for row in rows]


class PostgresNotifications(PostgresRepository[NotificationId, Notification], ports.Notifications):
    table, entity, missing = tables.notifications, Notification, NotificationNotFound

    _TOLD = "uq_notifications_merchant_id_topic_subject_id"
    _told = storing(
        insert(table).values(values_of(table)).on_conflict_do_nothing(constraint=_TOLD), table
    )
    _addressed = compiled(
        sa.select(tables.merchants.c.id)
        .where(
            tables.merchants.c.status != MerchantStatus.CLOSED,
            sa.or_(
                given("target", sa.Uuid).is_(None),
                tables.merchants.c.id == given("target", sa.Uuid),
            ),
        )
        .order_by(tables.merchants.c.id)
    )
    _slips = listed("slips", *table.c)
    _stored = (
        insert(table)
        .from_select(list(table.c), sa.select(*_slips.c))
        .on_conflict_do_nothing(constraint=_TOLD)
        .returning(table.c.id)
        .cte("stored")
    )
    _delivered = with_jobs(
        _stored,
        when=JOBS.c.payload["notification_id"].astext.cast(sa.Uuid) == _stored.c.id,
    )

    async def add(self, entity: Notification, /, *happened: Event) -> None:
        await self._store(self._told, entity, happened)

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        """Two statements: one asks who there is, one tells them all."""
        target = announcement.target_id if announcement.target_type is Target.MERCHANT else None
        found = await self._addressed.run(self._connection, target=target)
        slips = [
            Notification(
                id=NotificationId(self._outbox.new_id()),
                merchant_id=row["id"],
                topic=Topic.ANNOUNCEMENT,
                subject_id=announcement.id,
                title=announcement.title,
                body=announcement.body,
                created_at=at,
            )
            for row in found
        ]
        happened = [NotificationDelivered(at=at, notification_id=slip.id) for slip in slips]
        await self._delivered.run(
            self._connection,
            slips=to_json([to_row(slip, self.table) for slip in slips]),
            jobs=to_json(self._outbox.written(happened)),
        )


class PostgresAnnouncements(PostgresRepository[AnnouncementId, Announcement], ports.Announcements):
    table, entity, missing = tables.announcements, Announcement, AnnouncementNotFound


class PostgresAuditBook(ports.AuditBook):
    table = tables.audit_entries

    _added = compiled(insert(table).values(values_of(table)).returning(table.c.id))

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, entry: AuditEntry, /) -> None:
        await self._added.run(self._connection, **to_row(entry, self.table))
