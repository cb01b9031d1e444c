"""
The tables, which are also the mapping.

A column named ``price__minor`` holds ``entity.price.minor``; nothing else says so. A column with a
``server_default``, or computed, is the database's own, and no entity knows of it. One that is
:data:`DERIVED` is written for whoever sorts or searches, and never read back.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql.base import ischema_names

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Time = sa.DateTime(timezone=True)
DERIVED = {"derived": True}


class Xid8(sa.types.UserDefinedType[int]):
    """The id of a transaction, which is never used again."""

    cache_ok = True

    def get_col_spec(self, **kw: object) -> str:
        return "xid8"


ischema_names["xid8"] = Xid8

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("username", sa.Text, nullable=False, unique=True),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("is_verified", sa.Boolean, nullable=False),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("registered_at", Time, nullable=False),
    sa.Column("password_changed_at", Time, nullable=False),
    sa.Column("closed_at", Time),
    sa.Column("version", sa.Integer, nullable=False),
    # Closed accounts all have the same number: nobody's.
    sa.Index(
        "uq_accounts_phone", "phone", unique=True, postgresql_where=sa.text("closed_at IS NULL")
    ),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.ForeignKey(accounts.c.id), nullable=False, index=True),
    sa.Column("refresh_hash", sa.LargeBinary, nullable=False),
    sa.Column("spent_hash", sa.LargeBinary),
    sa.Column("user_agent", sa.Text, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("last_used_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("ended_at", Time),
    sa.Column("version", sa.Integer, nullable=False),
)

one_time_tokens = sa.Table(
    "one_time_tokens",
    metadata,
    # One per account and purpose: a newer one takes the place of the older.
    sa.Column("account_id", sa.ForeignKey(accounts.c.id), primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("expires_at", Time, nullable=False),
    sa.Column("job", sa.Uuid),
)

merchants = sa.Table(
    "merchants",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.ForeignKey(accounts.c.id), nullable=False, unique=True),
    sa.Column("username", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    # No foreign key: images refer to merchants, and two tables that need each other are a knot.
    sa.Column("logo", sa.Uuid),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("status_reason", sa.Text, nullable=False),
    sa.Column("kyc_status", sa.Text, nullable=False),
    sa.Column("payment_preference", sa.Text, nullable=False),
    sa.Column("whatsapp_link", sa.Text, nullable=False),
    sa.Column("instagram_link", sa.Text, nullable=False),
    sa.Column("facebook_link", sa.Text, nullable=False),
    sa.Column("whatsapp_phone", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("closed_until", Time),
    sa.Column("min_order_total__minor", sa.BigInteger, nullable=False),
    sa.Column("min_order_total__currency", sa.String(3), nullable=False),
    sa.Column("confirm_within_hours", sa.Integer, nullable=False),
    # Placing an order reads the row of the store anyway: its terms cost no question of their own.
    sa.Column("delivery", JSONB),
    sa.Column("blocked_phone_policy", sa.Text, nullable=False),
    sa.Column("registered_at", Time, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("next_order_number", sa.Integer, nullable=False, server_default="1001"),
    # Every order counts this row up in place, as long as no index has the number: let none have it.
    sa.Index("ix_merchants_kyc_pending", "id", postgresql_where=sa.text("kyc_status = 'pending'")),
)

kyc_submissions = sa.Table(
    "kyc_submissions",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("legal_name", sa.Text, nullable=False),
    sa.Column("registration_number", sa.Text, nullable=False),
    sa.Column("submitted_at", Time, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("decided_by", sa.ForeignKey(accounts.c.id)),
    sa.Column("decided_at", Time),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("forgotten_at", Time),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "merchant_id", "id"),
)

kyc_documents = sa.Table(
    "kyc_documents",
    metadata,
    sa.Column("submission_id", sa.ForeignKey(kyc_submissions.c.id), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Uuid, nullable=False, unique=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
)

former_usernames = sa.Table(
    "former_usernames",
    metadata,
    sa.Column("username", sa.Text, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False, index=True),
    sa.Column("since", Time, nullable=False),
)

images = sa.Table(
    "images",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("alt", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("placeholder", sa.Text, nullable=False),
    sa.Column("original_key", sa.Text, nullable=False),
    sa.Column("preview", JSONB, nullable=False),
    sa.Column("renditions", JSONB, nullable=False),
    sa.Column("failure", sa.Text, nullable=False),
    sa.Column("received_at", Time, nullable=False),
    sa.Column("unused_since", Time),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "merchant_id", "id"),
    sa.Index("ix_images_unfinished", "received_at", postgresql_where=sa.text("status <> 'ready'")),
)

categories = sa.Table(
    "categories",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("found_by", TSVECTOR, sa.Computed("search_vector('', name, '')"), nullable=False),
    sa.UniqueConstraint("merchant_id", "slug"),
    sa.Index("uq_categories_name", "merchant_id", sa.text("lower(name)"), unique=True),
)

products = sa.Table(
    "products",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("category", sa.ForeignKey(categories.c.id), index=True),
    sa.Column("tags", ARRAY(sa.Text), nullable=False),
    sa.Column("images", ARRAY(sa.Uuid), nullable=False),
    sa.Column("options", JSONB, nullable=False),
    sa.Column("track_stock", sa.Boolean, nullable=False),
    sa.Column("low_stock_at", sa.Integer),
    sa.Column("takedown__at", Time),
    sa.Column("takedown__reason", sa.Text),
    sa.Column("takedown__was_on_sale", sa.Boolean),
    # The entity looks for its cheapest variant; this is for whoever sorts products by price.
    sa.Column("price_from__minor", sa.BigInteger, nullable=False, info=DERIVED),
    sa.Column("keywords", sa.Text, nullable=False, info=DERIVED),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # No index: it would have to look through what all stores have of a common word. To read what
    # one store has is a hundred times quicker (docs/decisions/0019).
    sa.Column(
        "found_by",
        TSVECTOR,
        sa.Computed("search_vector(title, keywords, description)"),
        nullable=False,
    ),
    # By code points, as everywhere; cut off, for an entry of an index must not be long.
    sa.Column(
        "sorted_by",
        sa.Text(collation="C"),
        sa.Computed("left(search_fold(title), 100)"),
        nullable=False,
    ),
    sa.CheckConstraint("takedown__at IS NULL OR status <> 'active'", name="taken_down"),
    sa.Index("ix_products_taken_down", "id", postgresql_where=sa.text("takedown__at IS NOT NULL")),
    sa.Index(None, "merchant_id", "id"),
    sa.Index(None, "merchant_id", "price_from__minor", "id"),
    sa.Index(None, "merchant_id", "sorted_by", "id"),
    # What is archived leaves its name to others.
    sa.Index(
        "uq_products_slug",
        "merchant_id",
        "slug",
        unique=True,
        postgresql_where=sa.text("status <> 'archived'"),
    ),
)

# Written by a trigger, for there are several ways to another slug. The number tells which was left
# last.
former_slugs = sa.Table(
    "former_slugs",
    metadata,
    sa.Column("merchant_id", sa.Uuid, primary_key=True),
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column(
        "product_id",
        sa.ForeignKey(products.c.id, ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Index(None, "product_id", "number"),
)

variants = sa.Table(
    "variants",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("product_id", sa.ForeignKey(products.c.id), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    # Copies of what the product knows, for the index below.
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("is_archived", sa.Boolean, nullable=False),
    sa.Column("options", ARRAY(sa.Text), nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("price__minor", sa.BigInteger, nullable=False),
    sa.Column("price__currency", sa.String(3), nullable=False),
    sa.Column("compare_at_price__minor", sa.BigInteger),
    sa.Column("compare_at_price__currency", sa.String(3)),
    sa.Column("on_hand", sa.Integer, nullable=False),
    sa.Column("reserved", sa.Integer, nullable=False),
    sa.Column("retired", sa.Boolean, nullable=False),
    sa.CheckConstraint("price__minor >= 0", name="price"),
    sa.CheckConstraint("0 <= reserved AND reserved <= on_hand", name="stock"),
    sa.Index(
        "uq_variants_sku",
        "merchant_id",
        sa.text("lower(sku)"),
        unique=True,
        postgresql_where=sa.text("sku <> '' AND NOT retired AND NOT is_archived"),
    ),
)

# What everybody is told of a product that is on sale, as text. The sixteenth migration has triggers
# write it, and nobody else does: at the end of every transaction it is what the other tables say.
# Kept in one piece, for to put it together again takes longer than to read it.
product_cards = sa.Table(
    "product_cards",
    metadata,
    sa.Column("merchant_id", sa.Uuid, primary_key=True),
    sa.Column("product_id", sa.ForeignKey(products.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("counted", sa.Boolean, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    postgresql_with={"toast_tuple_target": "8160"},
)

# The third migration has a trigger refuse every change: what was counted stays counted. No foreign
# key, as in the lines of orders: what is referred to is locked meanwhile, and triggers of the
# nineteenth migration refuse to remove it ever (docs/decisions/0027).
stock_movements = sa.Table(
    "stock_movements",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("variant_id", sa.Uuid, nullable=False),
    sa.Column("on_hand", sa.Integer, nullable=False),
    sa.Column("reserved", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("reference", sa.Uuid),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("by", sa.Uuid),
    sa.Column("at", Time, nullable=False),
    sa.Index(None, "variant_id", "id"),
    sa.Index(
        "ix_stock_movements_imported",
        "variant_id",
        "reference",
        postgresql_where=sa.text("reason = 'imported' AND reference IS NOT NULL"),
    ),
)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("payment_status", sa.Text, nullable=False),
    sa.Column("confirmation__method", sa.Text, nullable=False),
    sa.Column("confirmation__state", sa.Text, nullable=False),
    sa.Column("confirmation__attempts", JSONB, nullable=False),
    sa.Column("customer__name", sa.Text, nullable=False),
    sa.Column("customer__phone", sa.Text, nullable=False),
    sa.Column("customer__address", sa.Text, nullable=False),
    sa.Column("customer__city", sa.Text, nullable=False),
    sa.Column("customer__email", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("merchant_note", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("fees", JSONB, nullable=False),
    sa.Column("discount__minor", sa.BigInteger),
    sa.Column("discount__currency", sa.String(3)),
    # The entity adds lines and fees up; this is for whoever counts orders without their lines.
    sa.Column("total__minor", sa.BigInteger, nullable=False, info=DERIVED),
    # Two orders of one phone for the same things in a few minutes are likely one meant once.
    sa.Column("basket", sa.LargeBinary, info=DERIVED),
    sa.Column("tracking_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("tracking_number", sa.Text, nullable=False),
    sa.Column("courier", sa.Text, nullable=False),
    sa.Column("amount_collected__minor", sa.BigInteger),
    sa.Column("amount_collected__currency", sa.String(3)),
    sa.Column("refunds", JSONB, nullable=False),
    # The same: the entity adds its refunds up.
    sa.Column("amount_refunded__minor", sa.BigInteger, info=DERIVED),
    sa.Column("retries", sa.Integer, nullable=False),
    sa.Column("placed_at", Time, nullable=False),
    sa.Column("confirm_by", Time, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # Absent from what a server of yesterday has stored: the index below makes up for it.
    sa.Column("keywords", sa.Text, info=DERIVED),
    sa.UniqueConstraint("merchant_id", "number"),
    # The version, so that it is known which days have changed without looking at their orders.
    sa.Index(None, "merchant_id", "placed_at", "id", postgresql_include=["version"]),
    sa.Index(None, "merchant_id", "status", "payment_status", "placed_at", "id"),
    sa.Index(None, "merchant_id", "customer__phone", "id"),
    # Entered at once: a list of what is still to be entered would be read by every search, and
    # worked off by somebody who waits for an order. It begins every word with the store.
    sa.Index(
        "ix_orders_words",
        sa.text(
            "order_words(merchant_id, keywords, customer__name, customer__city, customer__phone)"
        ),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
    sa.Index("ix_orders_overdue", "confirm_by", postgresql_where=sa.text("status = 'pending'")),
)

blocked_phones = sa.Table(
    "blocked_phones",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Time, nullable=False),
    sa.Column("lifted_at", Time),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "merchant_id", "phone", "id"),
    sa.Index(
        "ix_blocked_phones_in_force",
        "merchant_id",
        "id",
        postgresql_where=sa.text("lifted_at IS NULL"),
    ),
    sa.Index(
        "uq_blocked_phones_phone",
        "merchant_id",
        "phone",
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    ),
)

# What was placed on a day, added up; good for as long as the day has so many orders and changes.
order_days = sa.Table(
    "order_days",
    metadata,
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("orders", sa.BigInteger, nullable=False),
    sa.Column("versions", sa.BigInteger, nullable=False),
    sa.Column("sales", JSONB, nullable=False),
)

order_lines = sa.Table(
    "order_lines",
    metadata,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("variant_id", sa.Uuid, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("unit_price__minor", sa.BigInteger, nullable=False),
    sa.Column("unit_price__currency", sa.String(3), nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("tracked", sa.Boolean, nullable=False),
    sa.CheckConstraint("quantity > 0", name="quantity"),
)

order_timeline = sa.Table(
    "order_timeline",
    metadata,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Time, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("changes", JSONB, nullable=False),
)

order_links = sa.Table(
    "order_links",
    metadata,
    # Beside the link that was answered when the order was placed: those that were sent.
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("order_id", sa.ForeignKey(orders.c.id), nullable=False, index=True),
    sa.Column("made_at", Time, nullable=False),
)

notifications = sa.Table(
    "notifications",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Uuid, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("read_at", Time),
    sa.Column("version", sa.Integer, nullable=False),
    # Given in the order of commits, by whoever holds the row of the inbox; 0 to what is older.
    sa.Column("number", sa.BigInteger, nullable=False, server_default="0"),
    sa.UniqueConstraint("merchant_id", "topic", "subject_id"),
    sa.Index(None, "merchant_id", "id"),
    sa.Index(
        "ix_notifications_announced",
        "subject_id",
        postgresql_where=sa.text("topic = 'announcement'"),
    ),
    sa.Index(
        "uq_notifications_number",
        "merchant_id",
        "number",
        unique=True,
        postgresql_where=sa.text("number > 0"),
    ),
    sa.Index("ix_notifications_unread", "merchant_id", postgresql_where=sa.text("read_at IS NULL")),
)

# A row of its own: that of the merchant is held by whoever places an order.
inboxes = sa.Table(
    "inboxes",
    metadata,
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), primary_key=True),
    sa.Column("last_number", sa.BigInteger, nullable=False),
)

mail_choices = sa.Table(
    "mail_choices",
    metadata,
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), primary_key=True),
    sa.Column("mailed", ARRAY(sa.Text), nullable=False),
    sa.Column("daily_digest", sa.Boolean, nullable=False),
)

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("target_type", sa.Text, nullable=False),
    sa.Column("target_id", sa.ForeignKey(merchants.c.id)),
    sa.Column("created_by", sa.ForeignKey(accounts.c.id), nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# Neither column tells anything: the one is a hash, the other is sealed with what was hashed.
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("name", sa.LargeBinary, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("kept_at", Time, nullable=False, index=True),
)

# The first migration has a trigger refuse every change. No foreign keys: the book outlives things.
audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("actor_id", sa.Uuid),
    sa.Column("actor_role", sa.Text),
    sa.Column("subject_type", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Uuid, nullable=False),
    sa.Column("before", JSONB, nullable=False),
    sa.Column("after", JSONB, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Index(None, "at"),
)

# The chain over the book. A trigger refuses every change of it, too.
audit_seals = sa.Table(
    "audit_seals",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Time, nullable=False),
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("digests", ARRAY(sa.LargeBinary), nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("signature", sa.LargeBinary, nullable=False),
)

# What the public sees of a store has changed: written in the statement that changes it, read by
# every process, thrown away soon. No foreign key and no other constraint: nobody waits for it.
store_changes = sa.Table(
    "store_changes",
    metadata,
    sa.Column(
        "txid", Xid8, nullable=False, server_default=sa.text("pg_current_xact_id()"), index=True
    ),
    sa.Column("merchant_id", sa.Uuid, nullable=False),
    sa.Column("at", Time, nullable=False, server_default=sa.text("clock_timestamp()")),
)

# A claim moves ``due_at`` to the end of the lease. Of the attempts, some may be forgiven.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("reaction", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("due_at", Time, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="queued"),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
    sa.Column("forgiven", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint("state IN ('queued', 'running', 'unknown', 'dead')", name="state"),
    # By kind first: ten thousand photos that wait are no step on the way to a letter.
    sa.Index(
        "ix_jobs_open", "reaction", "due_at", "id", postgresql_where=sa.text("state <> 'dead'")
    ),
    sa.Index("ix_jobs_parked", "id", postgresql_where=sa.text("state IN ('unknown', 'dead')")),
)

# Which moments of which schedules have come: the key lets each come once.
ticks = sa.Table(
    "ticks",
    metadata,
    sa.Column("task", sa.Text, primary_key=True),
    sa.Column("at", Time, primary_key=True),
    sa.Index(None, "at"),
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("by", sa.Uuid, nullable=False),
    sa.Column("is_dry_run", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("columns", JSONB, nullable=False),
    sa.Column("ignored", ARRAY(sa.Text), nullable=False),
    sa.Column("rows_total", sa.Integer, nullable=False),
    sa.Column("products_total", sa.Integer, nullable=False),
    sa.Column("reached", sa.Integer, nullable=False),
    sa.Column("batch", sa.Integer, nullable=False),
    sa.Column("within", sa.Integer, nullable=False),
    sa.Column("stumbles", sa.Integer, nullable=False),
    sa.Column("rows_done", sa.Integer, nullable=False),
    sa.Column("created", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("unchanged", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("errors", JSONB, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Column("ended_at", Time),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "merchant_id", "id"),
    # One at a time: two sheets at once would take turns overwriting each other.
    sa.Index(
        "uq_imports_unfinished",
        "merchant_id",
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    ),
)

# Bytes, because what a stranger's sheet says need not be what a text column takes.
import_batches = sa.Table(
    "import_batches",
    metadata,
    sa.Column("import_id", sa.ForeignKey(imports.c.id), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("entries", sa.LargeBinary, nullable=False),
)


webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("merchant_id", sa.ForeignKey(merchants.c.id), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("events", ARRAY(sa.Text), nullable=False),
    sa.Column("is_enabled", sa.Boolean, nullable=False),
    sa.Column("disabled_because", sa.Text),
    sa.Column("failing_since", Time),
    sa.Column("secrets", JSONB, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "merchant_id", "id"),
)

# The body is kept with each: it is sent again to the byte, and gone when the delivery is.
webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("endpoint_id", sa.ForeignKey(webhook_endpoints.c.id), nullable=False),
    sa.Column("merchant_id", sa.Uuid, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("next_at", Time),
    sa.Column("tries", JSONB, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("ended_at", Time, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("endpoint_id", "event_id"),
    sa.Index(None, "endpoint_id", "id"),
    sa.Index(
        "ix_webhook_deliveries_failed",
        "endpoint_id",
        "id",
        postgresql_where=sa.text("status = 'failed'"),
    ),
)


@dataclass(frozen=True, slots=True)
class Part:
    """
    What of an entity has rows of its own.

    ``owner`` is the column that says whose they are; those in ``copied`` hold what the owner has
    under the same name.
    """

    owner: sa.Column[Any]
    copied: tuple[str, ...] = ()

    @property
    def table(self) -> sa.Table:
        return self.owner.table

    def known(self, entity: Any) -> dict[str, object]:
        """What a row has from its owner."""
        return {self.owner.name: entity.id} | {name: getattr(entity, name) for name in self.copied}

    @property
    def own(self) -> list[sa.Column[Any]]:
        """What a part knows of itself, beside whose it is and at which place."""
        others = {self.owner.name, "position", *self.copied}
        return [each for each in self.table.c if each.name not in others]


PARTS: dict[sa.Table, dict[str, Part]] = {
    kyc_submissions: {"documents": Part(kyc_documents.c.submission_id)},
    products: {"variants": Part(variants.c.product_id, copied=("merchant_id", "is_archived"))},
    orders: {"lines": Part(order_lines.c.order_id), "timeline": Part(order_timeline.c.order_id)},
}
"""By the name of the field."""

PUBLIC: dict[sa.Table, sa.Column[Any]] = {
    merchants: merchants.c.id,
    products: products.c.merchant_id,
    images: images.c.merchant_id,
    categories: categories.c.merchant_id,
}
"""What is shown to the public, and whose it is: every change of it is one of that store."""
