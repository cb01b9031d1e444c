"""The shelves of every store."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.categories import Category, CategoryId, CategoryNotFound
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId

from .. import tables
from ..repository import PostgresRepository, alone, noted, with_jobs
from ..rows import from_row, to_json
from ..statements import compiled, given, shown


class PostgresCategories(PostgresRepository[CategoryId, Category], ports.Categories):
    table, entity, missing = tables.categories, Category, CategoryNotFound

    _owned = sa.select(*shown(table)).where(table.c.merchant_id == given("merchant", sa.Uuid))
    _of = compiled(_owned.where(table.c.id == given("id", sa.Uuid)))
    _all = compiled(_owned.order_by(table.c.position, table.c.id))
    _gone = (
        sa.delete(table)
        .where(table.c.id == given("id", sa.Uuid), table.c.version == given("version", sa.Integer))
        .returning(table.c.id, table.c.merchant_id.label("store"))
        .cte("removed")
    )
    _removed = with_jobs(
        _gone,
        noted(_gone),
        sa.update(tables.products)
        .where(tables.products.c.category == given("id", sa.Uuid))
        .values(category=None, version=tables.products.c.version + 1)
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
        jobs = to_json(self._outbox.written(happened))
        self._outbox.touched.add(category.merchant_id)
        known = {"id": category.id, "version": category.version}
        if not await self._removed.run(self._connection, **known, jobs=jobs):
            raise ChangedMeanwhile(kind="Category", id=category.id)
