"""The shelves of every store."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.categories import Category, CategoryId, CategoryNotFound
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId

from .. import tables
from ..repository import PostgresRepository, alone, noted, with_jobs
from ..rows import from_row, to_json
from ..statements import compiled, given, shown


class PostgresCategories(PostgresRepository[CategoryId, Category], ports.Categories):
    table, entity, missing = tables.categories, Category, CategoryNotFound

    _owned = sa.select(*shown(table)).where(table.c.merchant_id == given("merchant", sa.Uuid))
    # Whoever puts something on a shelf keeps it standing until then.
    _of = compiled(
        _owned.where(table.c.id == given("id", sa.Uuid)).with_for_update(read=True, key_share=True)
    )
    _all = compiled(_owned.order_by(table.c.position, table.c.id))
    _products = tables.products
    _on_it = _products.c.category == given("id", sa.Uuid)
    # In the order of ids, as everybody locks products, and before anything else.
    _products_held = compiled(
        sa.select(_products.c.id)
        .where(_on_it)
        .order_by(_products.c.id)
        .with_for_update(key_share=True)
    )
    _condemned = compiled(
        sa.select(table.c.id).where(table.c.id == given("id", sa.Uuid)).with_for_update()
    )
    _gone = (
        sa.delete(table)
        .where(table.c.id == given("id", sa.Uuid))
        .returning(table.c.id, table.c.merchant_id.label("store"))
        .cte("removed")
    )
    _removed = with_jobs(
        _gone,
        noted(_gone),
        sa.update(_products)
        .where(_on_it)
        .values(category=None, version=_products.c.version + 1)
        .cte("emptied"),
        when=sa.true(),
    )

    async def of(self, merchant_id: MerchantId, key: CategoryId, /) -> Category:
        return self._found(await self._of.first(self._connection, merchant=merchant_id, id=key))

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Category]:
        await alone(self._connection, merchant_id)
        rows = await self._all.run(self._connection, merchant=merchant_id)
        return [from_row(row, Category) for row in rows]

    async def remove(self, category: Category, /, *happened: Event) -> None:
        """Products first, then alone, then the shelf: in this order everybody waits for others."""
        await self._products_held.run(self._connection, id=category.id)
        await alone(self._connection, category.merchant_id)
        await self._condemned.run(self._connection, id=category.id)
        jobs = to_json(self._outbox.written(happened))
        self._outbox.touched.add(category.merchant_id)
        if not await self._removed.run(self._connection, id=category.id, jobs=jobs):
            raise CategoryNotFound
