"""Every product, with the stock of its variants."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId, ProductNotFound
from marketplace.domain.slugs import Slug, distinct, numbered
from marketplace.domain.variants import Brought, Drift, StockMovement, VariantId

from .. import tables
from ..outbox import JOBS, PostgresOutbox
from ..repository import PostgresRepository, alone, changes_of, noted, parts_of, with_jobs
from ..rows import Row, from_row, kept, read, to_json, to_listed, to_row
from ..statements import Statement, compiled, given, listed, one_of, one_of_any_number
from ..stock import drifting
from ..tables import PARTS
from ..transaction import Told, Transaction

_VARIANT = [
    column.label(f"variants__{column.name}") for column in PARTS[tables.products]["variants"].own
]


class PostgresProducts(PostgresRepository[ProductId, Product], ports.Products):
    table, entity, missing = tables.products, Product, ProductNotFound

    _keys = one_of_any_number(table.c.id, "keys")
    # A join, and both sides of it locked: after waiting for somebody else's commit PostgreSQL reads
    # the locked rows afresh, and nothing else. Stock from a subquery would be stale, and oversold.
    _held_all = compiled(
        sa.select(*(column.label(column.name) for column in read(table)), *_VARIANT)
        .join_from(table, tables.variants)
        .where(_keys)
        .order_by(table.c.id, tables.variants.c.position)
        .with_for_update(key_share=True, of=[table, tables.variants])
    )
    # Product by product, and then their variants. What is joined is left out row by row: of a
    # product that becomes free meanwhile some variants would be there, and others would not.
    _free = (
        sa.select(*read(table))
        .where(_keys)
        .order_by(table.c.id)
        .with_for_update(key_share=True, skip_locked=True)
        .cte("free")
    )
    _held_free = compiled(
        sa.select(*_free.c, *_VARIANT)
        .join_from(_free, tables.variants, tables.variants.c.product_id == _free.c.id)
        .order_by(_free.c.id, tables.variants.c.position)
        .with_for_update(key_share=True, of=tables.variants)
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
        .returning(table.c.id, table.c.merchant_id.label("store"))
        .cte("moved")
    )
    _written = listed("movements", *tables.stock_movements.c)
    _stock_saved = with_jobs(
        _moved,
        sa.update(tables.variants)
        .where(tables.variants.c.id == _counted.c.id, _moved.c.id == _counted.c.product_id)
        .values(on_hand=_counted.c.on_hand, reserved=_counted.c.reserved)
        .cte("shelved"),
        sa.insert(tables.stock_movements)
        .from_select(list(tables.stock_movements.c), sa.select(*_written.c))
        .cte("written"),
        noted(_moved),
        when=JOBS.c.payload["product_id"].astext.cast(sa.Uuid) == _moved.c.id,
        all_of=given("meant", sa.Integer),
    )
    _drifts = compiled(drifting(tables.variants.c.product_id == given("product", sa.Uuid)))
    _its = tables.stock_movements.alias("its")
    _earlier = tables.stock_movements.alias("earlier")
    _variant, _export = (
        sa.func.unnest(given(name, sa.ARRAY(sa.Uuid)))
        .table_valued(sa.column("id", sa.Uuid), name=name)
        .render_derived()
        for name in ("variants", "exports")
    )
    _came = (
        sa.select(
            _variant.c.id.label("variant_id"),
            _export.c.id.label("export"),
            sa.func.coalesce(sa.func.sum(_its.c.on_hand), sa.literal_column("0")).label("units"),
            # PostgreSQL knows no lowest uuid, but their text stands in the same order.
            sa.func.min(sa.cast(_its.c.id, sa.Text)).label("first"),
        )
        .select_from(_variant)
        .join(_export, sa.true())
        .outerjoin(
            _its,
            sa.and_(
                _its.c.variant_id == _variant.c.id,
                _its.c.reference == _export.c.id,
                _its.c.reason == sa.literal_column("'imported'"),
            ),
        )
        .group_by(_variant.c.id, _export.c.id)
        .subquery("came")
    )
    _brought = compiled(
        sa.select(
            _came.c.variant_id,
            _came.c.export,
            _came.c.units,
            sa.exists()
            .where(
                _earlier.c.variant_id == _came.c.variant_id,
                sa.or_(
                    _came.c.first.is_(sa.null()),
                    _earlier.c.id < sa.cast(_came.c.first, sa.Uuid),
                ),
            )
            .label("was_there"),
        )
    )
    _without_skus = compiled(
        sa.update(tables.variants)
        .where(one_of(tables.variants.c.id, "variants"))
        .values(sku=sa.literal_column("''"))
    )
    _slugs = compiled(
        sa.select(table.c.slug).where(
            table.c.merchant_id == given("merchant", sa.Uuid),
            table.c.status != sa.literal_column("'archived'"),
            one_of(table.c.slug, "slugs"),
        )
    )

    _any_of = compiled(
        sa.select(table.c.id).where(table.c.merchant_id == given("merchant", sa.Uuid)).limit(1)
    )

    _ids, _skus = given("ids", sa.ARRAY(sa.Uuid)), given("skus", sa.ARRAY(sa.Text))
    _sku = sa.func.unnest(_skus).table_valued("sku", name="given_sku").render_derived()
    _own = table.c.merchant_id == given("merchant", sa.Uuid)
    _named = compiled(
        sa.union_all(
            sa.select(
                sa.literal_column("'id'").label("kind"),
                sa.cast(table.c.id, sa.Text).label("name"),
                table.c.id,
            ).where(_own, table.c.id == sa.any_(_ids)),
            sa.select(
                sa.literal_column("'slug'"), sa.cast(table.c.slug, sa.Text), table.c.id
            ).where(
                _own,
                table.c.status != sa.literal_column("'archived'"),
                one_of(table.c.slug, "slugs"),
            ),
            sa.select(sa.literal_column("'sku'"), _sku.c.sku, tables.variants.c.product_id).where(
                tables.variants.c.merchant_id == given("merchant", sa.Uuid),
                sa.func.lower(tables.variants.c.sku) == sa.func.lower(_sku.c.sku),
                tables.variants.c.sku != sa.literal_column("''"),
                sa.not_(tables.variants.c.retired),
                sa.not_(tables.variants.c.is_archived),
            ),
        )
    )
    _products = listed("products", *kept(table))
    _variants = listed("variants", *tables.variants.c)
    _ledger = (
        sa.insert(tables.stock_movements)
        .from_select(list(tables.stock_movements.c), sa.select(*_written.c))
        .cte("written")
    )
    _of_it = JOBS.c.payload["product_id"].astext.cast(sa.Uuid)
    _all_added_ = (
        sa.insert(table)
        .from_select(kept(table), sa.select(*_products.c))
        .returning(table.c.id, table.c.merchant_id.label("store"))
        .cte("stored")
    )
    _all_added = with_jobs(
        _all_added_,
        sa.insert(tables.variants)
        .from_select(list(tables.variants.c), sa.select(*_variants.c))
        .cte("its_variants"),
        _ledger,
        noted(_all_added_),
        when=_of_it == _all_added_.c.id,
    )
    _all_saved_ = (
        sa.update(table)
        .where(table.c.id == _products.c.id, table.c.version == _products.c.version)
        .values({**changes_of(table, _products), table.c.version: table.c.version + 1})
        .returning(table.c.id, table.c.merchant_id.label("store"))
        .cte("stored")
    )
    _upserted = insert(tables.variants).from_select(
        list(tables.variants.c),
        sa.select(*_variants.c).join_from(
            _variants, _all_saved_, _variants.c.product_id == _all_saved_.c.id
        ),
    )
    _all_saved = with_jobs(
        _all_saved_,
        _upserted.on_conflict_do_update(
            index_elements=["id"],
            set_={each.name: each for each in _upserted.excluded if each.name != "id"},
        ).cte("its_variants"),
        _ledger,
        noted(_all_saved_),
        when=_of_it == _all_saved_.c.id,
    )

    def __init__(self, connection: Transaction, outbox: PostgresOutbox) -> None:
        super().__init__(connection, outbox)
        self._foreseen: tuple[tuple[Sequence[ProductId], bool], Told] | None = None

    async def named(
        self,
        merchant_id: MerchantId,
        ids: Sequence[ProductId],
        skus: Sequence[str],
        slugs: Sequence[str],
        /,
    ) -> ports.Named:
        rows = await self._named.run(
            self._connection,
            merchant=merchant_id,
            ids=list(ids),
            skus=list(skus),
            slugs=list(slugs),
        )
        return ports.Named(
            ids=frozenset(row["id"] for row in rows if row["kind"] == "id"),
            skus={row["name"]: row["id"] for row in rows if row["kind"] == "sku"},
            slugs={row["name"]: row["id"] for row in rows if row["kind"] == "slug"},
        )

    async def add_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        if products:
            await self._store_all(self._all_added, products, movements, happened)

    async def save_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        if not products:
            return
        stored = await self._store_all(self._all_saved, products, movements, happened)
        if len(stored) != len(products):
            raise ChangedMeanwhile(kind="Product")
        for product in products:
            product.version += 1

    async def _store_all(
        self,
        statement: Statement,
        products: Sequence[Product],
        movements: Sequence[StockMovement],
        happened: Sequence[Event],
    ) -> list[Row]:
        self._outbox.touched.update(product.merchant_id for product in products)
        return await statement.run(
            self._connection,
            products=to_json([to_listed(each, self.table) for each in products]),
            **parts_of(self.table, products),
            movements=to_json([to_listed(each, tables.stock_movements) for each in movements]),
            jobs=to_json(self._outbox.written(happened)),
        )

    async def hold(self, key: ProductId, /) -> Product:
        held = await self.hold_all([key])
        if key not in held:
            raise ProductNotFound
        return held[key]

    def foresee(self, keys: Sequence[ProductId], /, *, waiting: bool = True) -> None:
        holding = self._held_all if waiting else self._held_free
        self._foreseen = (keys, waiting), holding.tell(self._connection, keys=list(keys))

    async def hold_all(
        self, keys: Sequence[ProductId], /, *, waiting: bool = True
    ) -> dict[ProductId, Product]:
        if self._foreseen is None or self._foreseen[0] != (keys, waiting):
            self.foresee(keys, waiting=waiting)
        assert self._foreseen is not None
        rows = await self._connection.hear(self._foreseen[1])
        self._foreseen = None
        products: dict[ProductId, Row] = {}
        for row in rows:
            product = products.setdefault(row["id"], row | {"variants": []})
            product["variants"].append(row["variants"])
        return {id: from_row(row, Product) for id, row in products.items()}

    async def any_of(self, merchant_id: MerchantId, /) -> bool:
        return bool(await self._any_of.run(self._connection, merchant=merchant_id))

    async def save_stock(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        moved = {each.variant_id for each in movements}
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
            if variant.id in moved
        ]
        self._outbox.touched.update(product.merchant_id for product in products)
        self._stock_saved.tell(
            self._connection,
            meant=len(products),
            counted=to_json(counted),
            movements=to_json([to_row(each, tables.stock_movements) for each in movements]),
            jobs=to_json(self._outbox.written(happened)),
        )
        for product in products:
            product.version += 1

    async def drifts(self, key: ProductId, /) -> list[Drift]:
        rows = await self._drifts.run(self._connection, product=key)
        return [from_row(row, Drift) for row in rows]

    async def brought(
        self, variants: Sequence[VariantId], exports: Sequence[UUID], /
    ) -> dict[UUID, dict[VariantId, Brought]]:
        rows = await self._brought.run(
            self._connection, variants=list(variants), exports=list(exports)
        )
        found: dict[UUID, dict[VariantId, Brought]] = {each: {} for each in exports}
        for row in rows:
            found[row["export"]][row["variant_id"]] = Brought(
                units=row["units"], was_there=row["was_there"]
            )
        return found

    async def let_go_of_skus(self, variants: Sequence[VariantId], /) -> None:
        self._without_skus.tell(self._connection, variants=list(variants))

    async def free_slugs(self, merchant_id: MerchantId, wanted: Sequence[Slug], /) -> list[Slug]:
        await alone(self._connection, merchant_id)
        slugs = [each for slug in dict.fromkeys(wanted) for each in numbered(slug)]
        rows = await self._slugs.run(self._connection, merchant=merchant_id, slugs=slugs)
        return distinct(wanted, {row["slug"] for row in rows}, self._outbox.new_id)
