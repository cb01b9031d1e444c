"""Every product, with the stock of its variants."""

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId, ProductNotFound
from marketplace.domain.slugs import Slug, distinct, numbered
from marketplace.domain.variants import StockMovement

from .. import tables
from ..repository import PostgresRepository, alone, noted
from ..rows import Row, from_row, kept, to_json, to_row
from ..statements import compiled, given, listed, one_of
from ..tables import PARTS


class PostgresProducts(PostgresRepository[ProductId, Product], ports.Products):
    table, entity, missing = tables.products, Product, ProductNotFound

    # A join, and both sides of it locked: after waiting for somebody else's commit PostgreSQL reads
    # the locked rows afresh, and nothing else. Stock from a subquery would be stale, and oversold.
    _held_all = compiled(
        sa.select(
            *(column.label(column.name) for column in kept(table)),
            *(column.label(f"variants__{column.name}") for column in PARTS[table]["variants"].own),
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
        .returning(table.c.id, table.c.merchant_id.label("store"))
        .cte("moved")
    )
    _written = listed("movements", *tables.stock_movements.c)
    _stock_saved = compiled(
        sa.select(_moved.c.id).add_cte(
            sa.update(tables.variants)
            .where(tables.variants.c.id == _counted.c.id, _moved.c.id == _counted.c.product_id)
            .values(on_hand=_counted.c.on_hand, reserved=_counted.c.reserved)
            .cte("shelved"),
            sa.insert(tables.stock_movements)
            .from_select(list(tables.stock_movements.c), sa.select(*_written.c))
            .cte("written"),
            noted(_moved),
        )
    )
    _slugs = compiled(
        sa.select(table.c.slug).where(
            table.c.merchant_id == given("merchant", sa.Uuid),
            table.c.status != sa.literal_column("'archived'"),
            one_of(table.c.slug, "slugs"),
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

    async def save_stock(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /
    ) -> None:
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
        self._outbox.touched.update(product.merchant_id for product in products)
        moved = await self._stock_saved.run(
            self._connection,
            counted=to_json(counted),
            movements=to_json([to_row(each, tables.stock_movements) for each in movements]),
        )
        if len(moved) != len(products):
            raise ChangedMeanwhile(kind="Product")
        for product in products:
            product.version += 1

    async def free_slugs(self, merchant_id: MerchantId, wanted: Sequence[Slug], /) -> list[Slug]:
        await alone(self._connection, merchant_id)
        slugs = [each for slug in dict.fromkeys(wanted) for each in numbered(slug)]
        rows = await self._slugs.run(self._connection, merchant=merchant_id, slugs=slugs)
        return distinct(wanted, {row["slug"] for row in rows}, self._outbox.new_id)
