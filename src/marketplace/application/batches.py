"""What a batch of a sheet comes to: products that are put up, changed, left alone or refused."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from marketplace.domain.accounts import Actor
from marketplace.domain.categories import (
    MOST_CATEGORIES,
    CategoriesChanged,
    Category,
    CategoryId,
    TooManyCategories,
)
from marketplace.domain.errors import (
    BadValue,
    FieldProblem,
    Form,
    InvalidFields,
    MarketplaceError,
)
from marketplace.domain.imports import Tally
from marketplace.domain.merchants import Merchant
from marketplace.domain.money import minor_digits
from marketplace.domain.products import (
    Product,
    ProductAdded,
    ProductEdited,
    ProductId,
    ProductNotFound,
    ProductStatus,
    VariantRequired,
)
from marketplace.domain.sheets import Column, Entry, Row, RowProblem
from marketplace.domain.sheets.cells import (
    parse_decimal,
    parse_flag,
    parse_joined,
    parse_status,
    parse_whole,
)
from marketplace.domain.sheets.columns import OF_A_VARIANT, OF_AN_EXPORT, OPTIONS
from marketplace.domain.sheets.reading import RowsDisagree
from marketplace.domain.slugs import SlugTaken, distinct, parse_slug, slug_of
from marketplace.domain.text import Missing
from marketplace.domain.variants import (
    Brought,
    SkuTaken,
    StockChange,
    StockMovement,
    StockReason,
    Variant,
    VariantId,
)

from .categories import parse_name
from .ports import Ids, Named, UnitOfWork
from .products import AddProduct, EditProduct, as_it_is, drafted, rewrite
from .skus import hand_over_skus, leave_taken_skus
from .stock import ran_low, written_down
from .variants import Exported, VariantWish, parse_sku, telling_whose_sku

Value = TypeVar("Value")

AT_A_GO = 20
"""Rows that are judged before others have their turn, some milliseconds."""
MOST_EXPORTS = 20
"""Whose rows may stand together: a sheet is one export, or what became of a few."""
_OF_A_WISH = re.compile(r"variants\[(?P<place>\d+)\](?:\.(?P<name>\w+))?")
_OPTION_FIELDS = {"options": Column.OPTION1_VALUE}


class Refused(Exception):
    """An entry cannot be had as it is."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(slots=True, kw_only=True)
class Batch:
    """
    Entries on their way into a store, inside one unit of work.

    Whatever is asked of the database is asked for all of them at once.
    """

    market: UnitOfWork
    merchant: Merchant
    acting: Actor
    ids: Ids
    now: datetime
    tally: Tally = field(default_factory=Tally)
    named: Named = field(
        default_factory=lambda: Named(ids=frozenset(), skus={}, slugs={}), init=False
    )
    held: dict[ProductId, Product] = field(default_factory=dict, init=False)
    shelves: dict[str, Category] = field(default_factory=dict, init=False)
    new_shelves: dict[CategoryId, Category] = field(default_factory=dict, init=False)
    created: list[Product] = field(default_factory=list, init=False)
    nameless: list[Product] = field(default_factory=list, init=False)
    changed: list[Product] = field(default_factory=list, init=False)
    as_they_were: list[Product] = field(default_factory=list, init=False)
    returning: list[Variant] = field(default_factory=list, init=False)
    opening: list[StockChange] = field(default_factory=list, init=False)
    moved: list[StockChange] = field(default_factory=list, init=False)
    added: list[ProductAdded] = field(default_factory=list, init=False)
    edited: list[ProductEdited] = field(default_factory=list, init=False)
    brought: dict[UUID, dict[VariantId, Brought]] = field(default_factory=dict, init=False)
    exports: dict[VariantId, UUID] = field(default_factory=dict, init=False)

    async def judge(self, entries: Sequence[Entry]) -> None:
        """See what becomes of each, and count it; nothing is stored."""
        await self._look_up(entries)
        rows = 0
        for entry in entries:
            rows += len(entry.rows)
            if rows >= AT_A_GO:
                # It is work for the processor: others have their turn meanwhile.
                await asyncio.sleep(0)
                rows = 0
            self.tally.rows += len(entry.rows)
            try:
                self._judge(entry)
            except Refused as refused:
                self.tally.refused += 1
                self.tally.problems += refused.problems

    async def store(self) -> None:
        """Store what was judged to be good."""
        used = {each.category for each in (*self.created, *self.changed)}
        for id, shelf in self.new_shelves.items():
            if id in used:
                changed = CategoriesChanged(at=self.now, merchant_id=self.merchant.id)
                await self.market.categories.add(shelf, changed)
        if self.nameless:
            wanted = [each.slug for each in self.nameless]
            free = await self.market.products.free_slugs(self.merchant.id, wanted)
            for product, slug in zip(self.nameless, free, strict=True):
                product.slug = slug
        stored = [*self.changed, *self.created]
        await leave_taken_skus(self.market, self.merchant.id, self.returning, stored)
        await hand_over_skus(self.market, self.as_they_were, self.changed)
        # What is changed first gives names free that others may take.
        moved = self._written_down(self.moved)
        with telling_whose_sku(stored):
            await self.market.products.save_all(
                self.changed, moved, *self.edited, *ran_low(self.changed, moved)
            )
            await self.market.products.add_all(
                self.created, self._written_down(self.opening), *self.added
            )

    def _written_down(self, changes: Iterable[StockChange]) -> list[StockMovement]:
        lines = written_down(
            changes, StockReason.IMPORTED, self.ids, at=self.now, by=self.acting.account_id
        )
        return [replace(each, reference=self.exports.get(each.variant_id)) for each in lines]

    async def _look_up(self, entries: Sequence[Entry]) -> None:
        ids = (_lenient(_product_id, entry.said(Column.ID)) for entry in entries)
        slugs = (_lenient(parse_slug, entry.said(Column.SLUG)) for entry in entries)
        skus = (
            _lenient(parse_sku, row.cells.get(Column.SKU))
            for entry in entries
            for row in entry.rows
        )
        self.named = await self.market.products.named(
            self.merchant.id, [*filter(None, ids)], [*filter(None, skus)], [*filter(None, slugs)]
        )
        known = {*self.named.ids, *self.named.skus.values(), *self.named.slugs.values()}
        if known:
            self.held = await self.market.products.hold_all(sorted(known))
        exports = {
            export for entry in entries for row in entry.rows if (export := _moved_since(row))
        }
        if exports:
            # Whoever else changes this stock waits for us by now.
            variants = [each.id for product in self.held.values() for each in product.variants]
            asked = sorted(exports)[:MOST_EXPORTS]
            self.brought = await self.market.products.brought(variants, asked)
        if any(entry.said(Column.CATEGORY) for entry in entries):
            there = await self.market.categories.hold_all(self.merchant.id)
            self.shelves = {each.name.lower(): each for each in there}

    def _judge(self, entry: Entry) -> None:
        if entry.problems:
            raise Refused(*entry.problems)
        product = self._found(entry)
        if product is None:
            self._put_up(entry)
        else:
            self._change(entry, product)

    def _found(self, entry: Entry) -> Product | None:
        """The product that an entry speaks of, if the store has it: by id, by SKU, by slug."""
        found = None
        if (said := entry.said(Column.ID)) is not None:
            found = _lenient(_product_id, said)
            if found not in self.named.ids:
                raise Refused(_problem(entry.row_of(Column.ID), Column.ID, ProductNotFound()))
        for row in entry.rows:
            sku = _lenient(parse_sku, row.cells.get(Column.SKU)) or ""
            owner = self.named.skus.get(sku)
            if found is not None and owner not in (None, found):
                raise Refused(_problem(row.number, Column.SKU, SkuTaken(sku=sku)))
            found = found or owner
        slug = _lenient(parse_slug, entry.said(Column.SLUG))
        owner = self.named.slugs.get(slug or "")
        if found is not None and owner not in (None, found):
            raise Refused(_problem(entry.row_of(Column.SLUG), Column.SLUG, SlugTaken()))
        found = found or owner
        if found is None:
            return None
        product = self.held.pop(found, None)
        if product is None:
            raise Refused(_problem(entry.rows[0].number, None, RowsDisagree()))
        return product

    def _put_up(self, entry: Entry) -> None:
        title = entry.said(Column.TITLE)
        if title is None:
            named = [each for each in (Column.SKU, Column.SLUG) if entry.said(each)]
            column = named[0] if named else Column.TITLE
            error = ProductNotFound() if named else Missing()
            raise Refused(_problem(entry.row_of(column), column, error))
        telling = _Telling(entry, self)
        wishes = [telling.wish(row, place) for place, row in enumerate(entry.rows)]
        first = wishes[0]
        wanted = AddProduct(
            acting=self.acting,
            title=title,
            description=entry.said(Column.DESCRIPTION) or "",
            status=telling.read(Column.STATUS, parse_status) or ProductStatus.ACTIVE,
            slug=entry.said(Column.SLUG),
            category=telling.category(),
            tags=telling.read(Column.TAGS, parse_joined) or (),
            # What the first row says of money goes for those that say nothing of it.
            price=first.price,
            compare_at_price=first.compare_at_price,
            variants=wishes,
            track_stock=telling.read(Column.TRACK_STOCK, parse_flag) is not False,
            low_stock_at=telling.read(Column.LOW_STOCK_AT, parse_whole),
        )
        product, added = telling.judged(
            lambda: drafted(wanted, self.merchant, self.ids, self.now), entry.rows
        )
        self.tally.created += 1
        self._note_exports(product, wishes)
        self.created.append(product)
        self.added.append(added)
        if not wanted.slug and not product.is_archived:
            self.nameless.append(product)
        self.opening += (
            each.stock for each in product.variants if each.stock or each.id in self.exports
        )

    def _change(self, entry: Entry, product: Product) -> None:
        before = as_it_is(product)
        telling = _Telling(entry, self)
        options, wishes, rows = telling.arranged(product)
        wanted = EditProduct(
            acting=self.acting,
            product_id=product.id,
            title=entry.said(Column.TITLE),
            description=entry.said(Column.DESCRIPTION),
            status=telling.read(Column.STATUS, parse_status),
            slug=entry.said(Column.SLUG),
            category=telling.category(),
            tags=telling.read(Column.TAGS, parse_joined),
            options=options,
            variants=wishes,
            track_stock=telling.read(Column.TRACK_STOCK, parse_flag),
            low_stock_at=telling.read(Column.LOW_STOCK_AT, parse_whole),
        )
        returning = telling.judged(lambda: rewrite(product, wanted, self.ids), rows)
        if product == before:
            self.tally.unchanged += 1
            return
        self.tally.changed += 1
        self._note_exports(product, wishes or ())
        if before.is_archived and not product.is_archived and not wanted.slug:
            self.nameless.append(product)
        stocks = {each.id: each.stock for each in before.variants}
        # A variant that is new gets a line of nothing too: it tells that it came with the export.
        self.moved += (
            change
            for each in product.variants
            if (change := each.stock.since(stocks.get(each.id)))
            or (each.id not in stocks and each.id in self.exports)
        )
        self.changed.append(product)
        self.as_they_were.append(before)
        self.returning += returning
        self.edited.append(product.edited(self.now))

    def _note_exports(self, product: Product, wishes: Sequence[VariantWish]) -> None:
        """What comes with an export is written down as that, so that it comes once."""
        # Variants that are sold stand before all others, in the order in which they were said.
        for variant, wish in zip(product.variants, wishes, strict=False):
            if wish.exported and wish.exported.export:
                self.exports[variant.id] = wish.exported.export

    def shelf(self, said: str) -> CategoryId:
        """The category of this name; one that is new is kept in mind until it is needed."""
        name = parse_name(said)
        if name.lower() not in self.shelves:
            if len(self.shelves) >= MOST_CATEGORIES:
                raise TooManyCategories(at_most=MOST_CATEGORIES)
            id = CategoryId(self.ids.new())
            there = {each.slug for each in self.shelves.values()}
            [slug] = distinct([slug_of(name, id.hex)], there, self.ids.new)
            last = max((each.position for each in self.shelves.values()), default=-1)
            self.shelves[name.lower()] = self.new_shelves[id] = Category(
                id=id, merchant_id=self.merchant.id, name=name, slug=slug, position=last + 1
            )
        return self.shelves[name.lower()].id


class _Telling:
    """What an entry says, in the words of the use cases; every mistake keeps its row."""

    def __init__(self, entry: Entry, batch: Batch) -> None:
        self._entry, self._batch = entry, batch
        self._form = Form()
        self._problems: list[RowProblem] = []

    def read(self, column: Column, parse: Callable[[str], Value]) -> Value | None:
        """A cell of the product, or None where it says nothing, or nothing we understand."""
        said = self._entry.said(column)
        return None if said is None else self._form.read(column, parse, said)

    def category(self) -> CategoryId | None:
        said = self._entry.said(Column.CATEGORY)
        if said is None:
            return None
        try:
            return self._batch.shelf(said)
        except (BadValue, TooManyCategories) as error:
            row = self._entry.row_of(Column.CATEGORY)
            self._problems.append(_problem(row, Column.CATEGORY, error))
            return None

    def wish(self, row: Row, place: int, known: Variant | None = None) -> VariantWish:
        """What a row says of its variant."""

        digits = minor_digits(self._batch.merchant.currency)

        def amount(cell: str) -> str:
            return parse_decimal(cell, digits)

        def former(cell: str) -> str:
            # Nothing, in sheets of others.
            said = amount(cell)
            return said if said.strip("0.") else ""

        def read(column: Column, parse: Callable[[str], Value]) -> Value | None:
            said = row.cells.get(column)
            name = f"variants[{place}].{column}"
            return None if said is None else self._form.read(name, parse, said)

        return VariantWish(
            id=known.id if known else None,
            options=self._options(row),
            sku=row.cells.get(Column.SKU),
            price=read(Column.PRICE, amount),
            compare_at_price=read(Column.COMPARE_AT_PRICE, former),
            stock=read(Column.STOCK, parse_whole),
            exported=self._exported(row, read(Column.STOCK_WAS, parse_whole)),
        )

    def _exported(self, row: Row, was: int | None) -> Exported | None:
        if not any(column in row.cells for column in OF_AN_EXPORT):
            return None
        export = _lenient(_uuid, row.cells.get(Column.EXPORT))
        if _moved_since(row) and export not in self._batch.brought:
            export = None
        brought = self._batch.brought.get(export, {}) if export else {}
        return Exported(was=was, export=export, brought=brought)

    def arranged(
        self, product: Product
    ) -> tuple[list[tuple[str, list[str]]] | None, list[VariantWish] | None, list[Row]]:
        """The options and variants of a product that is there, and the row behind each variant."""
        rows = [row for row in self._entry.rows if _speaks_of_a_variant(row)]
        if not rows:
            return None, None, list(self._entry.rows)
        known = [self._meant(row, product) for row in rows]
        options, fits = self._extended(product, rows)
        if not fits and len(product.offered) == 1 and not any(known):
            known[0] = product.default
        places: list[tuple[Variant | None, Row | None]] = []
        if fits:
            places = [(each, None) for each in product.offered]
        for row, variant in zip(rows, known, strict=True):
            if variant is not None and (variant, None) in places:
                places[places.index((variant, None))] = (variant, row)
            elif variant is not None and any(variant is each for each, _ in places):
                raise Refused(_problem(row.number, None, RowsDisagree()))
            else:
                places.append((variant, row))
        wishes = [
            VariantWish(id=variant.id if variant else None)
            if row is None
            else self.wish(row, place, variant)
            for place, (variant, row) in enumerate(places)
        ]
        return options, wishes, [row or self._entry.rows[0] for _, row in places]

    def judged(self, judge: Callable[[], Value], rows: Sequence[Row]) -> Value:
        """What comes of it, or :class:`Refused` with everything that is wrong."""
        answer: list[Value] = []
        found = list(self._form.problems)
        try:
            answer.append(judge())
        except InvalidFields as bad:
            found += bad.problems
        except MarketplaceError as error:
            self._problems.append(_problem(self._entry.rows[0].number, None, error))
        self._problems += (self._placed(each, rows) for each in found)
        if self._problems:
            # A price that cannot be read is not missing as well.
            raise Refused(
                *{(each.row, each.column): each for each in self._problems[::-1]}.values()
            )
        return answer[0]

    def _placed(self, problem: FieldProblem, rows: Sequence[Row]) -> RowProblem:
        match = _OF_A_WISH.match(problem.field)
        name = (match["name"] or "" if match else problem.field).partition("[")[0]
        column = Column(name) if name in [*Column] else _OPTION_FIELDS.get(name)
        if match:
            number = rows[int(match["place"])].number
        else:
            number = self._entry.row_of(column) if column else self._entry.rows[0].number
        return RowProblem(row=number, column=column, code=problem.code, facts=problem.facts)

    def _options(self, row: Row) -> dict[str, str]:
        return {self._name(place, row): value for place, value in row.options.items()}

    def _name(self, place: int, row: Row) -> str:
        column, _ = OPTIONS[place]
        said = self._entry.said(column)
        if said is None:
            raise Refused(_problem(row.number, column, Missing()))
        return said

    def _meant(self, row: Row, product: Product) -> Variant | None:
        """The variant of a product that a row speaks of; None if it is a new one."""
        sku = row.cells.get(Column.SKU, "").strip().lower()
        for each in product.offered:
            if sku and each.sku.lower() == sku:
                return each
        if row.options:
            spoken = {
                name.strip().casefold(): value.strip().casefold()
                for name, value in self._options(row).items()
            }
            names = [each.name.casefold() for each in product.options]
            for each in product.offered:
                values = [value.casefold() for value in each.options]
                if spoken == dict(zip(names, values, strict=True)):
                    return each
            return None
        if len(product.offered) > 1:
            error = VariantRequired(product_id=product.id)
            raise Refused(_problem(row.number, Column.SKU, error))
        return product.default

    def _extended(
        self, product: Product, rows: Iterable[Row]
    ) -> tuple[list[tuple[str, list[str]]] | None, bool]:
        """The options with the values that are new, and whether they are those there were."""
        mentioned: dict[str, dict[str, str]] = {}
        names: dict[str, str] = {}
        for row in rows:
            for name, value in self._options(row).items():
                names.setdefault(name.strip().casefold(), name)
                values = mentioned.setdefault(name.strip().casefold(), {})
                values.setdefault(value.strip().casefold(), value)
        if not mentioned:
            return None, True
        there = {each.name.casefold(): each for each in product.options}
        if there.keys() != mentioned.keys():
            return [(names[key], list(mentioned[key].values())) for key in mentioned], False
        return [
            (
                option.name,
                [
                    *option.values,
                    *(
                        value
                        for said, value in mentioned[key].items()
                        if said not in {each.casefold() for each in option.values}
                    ),
                ],
            )
            for key, option in there.items()
        ], True


def _speaks_of_a_variant(row: Row) -> bool:
    return bool(row.options) or any(column in row.cells for column in OF_A_VARIANT)


def _problem(row: int, column: Column | None, error: MarketplaceError) -> RowProblem:
    return RowProblem(row=row, column=column, code=error.code, facts=error.facts)


def _moved_since(row: Row) -> UUID | None:
    """The export that a row comes from, if it says another stock than was exported."""
    said = _lenient(parse_whole, row.cells.get(Column.STOCK))
    was = _lenient(parse_whole, row.cells.get(Column.STOCK_WAS))
    if said is None or was is None or said == was:
        return None
    return _lenient(_uuid, row.cells.get(Column.EXPORT))


def _uuid(said: str) -> UUID:
    return UUID(said.strip())


def _product_id(said: str) -> ProductId:
    return ProductId(_uuid(said))


def _lenient(parse: Callable[[str], Value], said: str | None) -> Value | None:
    """What can be read; whether something cannot is said elsewhere."""
    try:
        return parse(said) if said else None
    except (BadValue, ValueError):
        return None
