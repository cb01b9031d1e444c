"""In which variants a product is sold: what was said of them, read against what there is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from marketplace.domain.errors import FieldProblem, Form
from marketplace.domain.money import Money
from marketplace.domain.products import (
    MOST_VARIANTS,
    Option,
    Product,
    SeveralVariants,
    TooManyVariants,
    WrongOptions,
    combined,
    parse_options,
)
from marketplace.domain.text import Missing, line
from marketplace.domain.variants import (
    Brought,
    NoBargain,
    NotEnoughOnHand,
    SkuTaken,
    UnknownExport,
    Variant,
    VariantId,
    VariantNotFound,
    parse_stock,
)

from .ports import Ids

OptionsSaid = Sequence[tuple[str, Sequence[str]]]
"""The names of options, each with its values."""

parse_sku = line(64, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """
    Of a stock that was said: how many there ``was`` when it was exported, and in which ``export``.

    None is not known. ``brought`` is what sheets of that export have brought already.
    """

    was: int | None
    export: UUID | None
    brought: Mapping[VariantId, Brought] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantWish:
    """
    What was said of a variant; None was not said, and "" takes ``compare_at_price`` away.

    It is known by its ``id``, or by its ``options``: the value of each, by its name. ``stock`` is
    how many there are, or where it was ``exported``, how many more or less than then.
    """

    id: VariantId | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    sku: str | None = None
    price: str | None = None
    compare_at_price: str | None = None
    stock: int | None = None
    exported: Exported | None = None


@dataclass(frozen=True, slots=True)
class Arranging:
    """
    Reads variants into a form, where every mistake is noted under the name of its field.

    ``product`` is what there is already, if anything. ``common`` was said of the product, and so of
    every variant that says nothing else.
    """

    form: Form
    product: Product | None
    common: VariantWish
    currency: str
    ids: Ids
    returning: list[Variant] = field(default_factory=list)
    """Variants that come back with the SKU they had, of which nothing is said."""

    def arranged(
        self, options_said: OptionsSaid | None, wishes: Sequence[VariantWish] | None
    ) -> tuple[tuple[Option, ...], list[Variant]]:
        """The options and the variants to have. If the form is bad, do not use them."""
        before = len(self.form.problems)
        options = self._options(options_said, wishes)
        if wishes is None:
            wishes = self._unsaid(options, options_said)
        if len(wishes) > MOST_VARIANTS:
            self.form.refuse("variants", TooManyVariants(at_most=MOST_VARIANTS))
        if len(self.form.problems) > before:
            return (), []
        if len(wishes) > 1:
            for name in ("stock", "sku"):
                if getattr(self.common, name):
                    self.form.refuse(name, SeveralVariants())
        found = (self._found(options, wish, place) for place, wish in enumerate(wishes))
        return options, [
            self._read(*each, wish, place, only=len(wishes) == 1)
            for place, (each, wish) in enumerate(zip(found, wishes, strict=True))
        ]

    def _options(
        self, said: OptionsSaid | None, wishes: Sequence[VariantWish] | None
    ) -> tuple[Option, ...]:
        there = self.product.options if self.product else ()
        if said is None and wishes is not None and not there:
            said = _mentioned(wishes)
        return there if said is None else self.form.read("options", parse_options, said)

    def _unsaid(
        self, options: tuple[Option, ...], said: OptionsSaid | None
    ) -> Sequence[VariantWish]:
        """Every combination of new options; without any, the one there is, or a first one."""
        names = [each.name for each in options or ()]
        if said is None and self.product:
            return [VariantWish(id=each.id) for each in self.product.offered]
        if not names:
            return [VariantWish(id=self.product.default.id if self.product else None)]
        every = self.form.read("options", combined, options)
        return [VariantWish(options=dict(zip(names, each, strict=True))) for each in every or ()]

    def _found(
        self, options: tuple[Option, ...], wish: VariantWish, place: int
    ) -> tuple[Variant | None, tuple[str, ...]]:
        """The variant that is meant, if there is one, and the values it is to have."""
        there = self.product.variants if self.product else ()
        known = next((each for each in there if each.id == wish.id), None)
        if wish.id is not None and known is None:
            raise VariantNotFound(variant_id=wish.id)
        if known is not None and not wish.options and len(known.options) == len(options):
            return known, known.options
        values = self.form.read(
            f"variants[{place}].options", lambda said: _values(options, said), wish.options
        )
        if known is None:
            alike = (each for each in there if each.options == values)
            known = min(alike, key=lambda each: each.retired, default=None)
        return known, values

    def _read(
        self,
        known: Variant | None,
        values: tuple[str, ...],
        wish: VariantWish,
        place: int,
        *,
        only: bool,
    ) -> Variant:
        def said(name: str) -> tuple[str, Any]:
            own = getattr(wish, name)
            if own is not None:
                return f"variants[{place}].{name}", own
            shared = only or name not in ("stock", "sku")
            return name, getattr(self.common, name) if shared else None

        price = None
        name, text = said("price")
        if text is not None:
            price = self.form.read(name, self._money, text)
        elif known is None and self.product is None:
            self.form.refuse(name, Missing())
        variant = known or Variant(
            id=VariantId(self.ids.new()),
            price=price or (self.product.default.price if self.product else self._nothing),
            on_hand=0,
        )
        was = variant.price, variant.compare_at_price
        variant.options, variant.price = values, price or variant.price
        name, text = said("compare_at_price")
        if text is not None:
            variant.compare_at_price = self.form.read(name, self._money, text) if text else None
        if (variant.price, variant.compare_at_price) != was or known is None:
            is_its_own = wish.compare_at_price is not None or wish.price is None
            self._compare(variant, name if text and is_its_own else None)
        name, text = said("sku")
        if text is not None:
            variant.sku = self.form.read(name, parse_sku, text)
        elif variant.retired and variant.sku:
            self.returning.append(variant)
        name, units = said("stock")
        if units is not None and known is not None and wish.exported is not None:
            self._recount(known, units, wish.exported, f"variants[{place}]")
        elif units is not None:
            self.form.read(name, lambda said: variant.count(parse_stock(said)), units)
        return variant

    def _compare(self, variant: Variant, name: str | None) -> None:
        """
        A former price is above the present one, or the variant is no bargain.

        Where it was said by this ``name`` that is refused. Where it was there before, or was said
        of all of them and this one is dearer, it is none of this variant.
        """
        before = variant.compare_at_price
        if before is None or variant.price < before:
            return
        if name is None:
            variant.compare_at_price = None
        else:
            self.form.refuse(name, NoBargain(price=variant.price.amount))

    def _recount(self, variant: Variant, units: int, exported: Exported, place: str) -> None:
        said = self.form.read(f"{place}.stock", parse_stock, units)
        if said is None or said == exported.was:
            return
        if exported.was is None or exported.export is None:
            name = "stock_was" if exported.was is None else "export"
            self.form.refuse(f"{place}.{name}", UnknownExport())
            return
        was, brought = exported.was, exported.brought.get(variant.id, Brought())
        try:
            self.form.read(
                f"{place}.stock", lambda said: variant.recount(said, was, brought), units
            )
        except NotEnoughOnHand as short:
            self.form.problems.append(FieldProblem(f"{place}.stock", short.code, short.facts))

    def _money(self, text: str) -> Money:
        return Money.parse(text, self.currency)

    @property
    def _nothing(self) -> Money:
        return Money.zero(self.currency)


@contextmanager
def telling_whose_sku(products: Sequence[Product]) -> Iterator[None]:
    """Have ``SkuTaken`` name the variant, of these that are stored, whose SKU it is."""
    try:
        yield
    except SkuTaken as taken:
        said = str(taken.facts.get("sku", "")).lower()
        wanting = [
            each for product in products for each in product.offered if each.sku.lower() == said
        ]
        if not said or not wanting:
            raise
        # Of two that are stored together, the one that comes after the other.
        raise sku_taken(wanting[-1]) from taken


def sku_taken(variant: Variant) -> SkuTaken:
    """Somebody else has what this variant is to be called."""
    return SkuTaken(sku=variant.sku, options=list(variant.options))


def _mentioned(wishes: Iterable[VariantWish]) -> OptionsSaid:
    """The options that variants mention, in the order in which they do."""
    names: dict[str, dict[str, None]] = {}
    for wish in wishes:
        for name, value in wish.options.items():
            names.setdefault(name, {})[value] = None
    return [(name, list(values)) for name, values in names.items()]


def _values(options: tuple[Option, ...], said: Mapping[str, str]) -> tuple[str, ...]:
    """One value of every option, as it is written there, or :class:`WrongOptions`."""
    spoken = {name.strip().casefold(): value.strip().casefold() for name, value in said.items()}
    values = [
        next((each for each in option.values if each.casefold() == said_of), None)
        for option in options
        for said_of in [spoken.get(option.name.casefold())]
    ]
    found = tuple(each for each in values if each is not None)
    if len(found) < len(options) or len(spoken) != len(options):
        raise WrongOptions(options=[each.name for each in options])
    return found
