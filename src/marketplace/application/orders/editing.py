"""Editing an order: its lines with their stock, whom it goes to, and what was paid for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.domain.accounts import Actor, digest, parse_email
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.delivery import Fee
from marketplace.domain.errors import Form, MarketplaceError, must_be_seen
from marketplace.domain.merchants import Merchant
from marketplace.domain.moderation import ProductTakenDown
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    Customer,
    Edit,
    Order,
    OrderId,
    OrderLine,
    OrderSource,
    parse_quantity,
    total_of,
)
from marketplace.domain.phones import masked, parse_phone
from marketplace.domain.products import Product, ProductId, ProductNotFound, VariantRequired
from marketplace.domain.text import line, prose
from marketplace.domain.variants import (
    OutOfStock,
    StockChange,
    StockReason,
    Variant,
    VariantId,
    VariantNotFound,
)

from ..ports import BeginUnitOfWork, Clock, Ids, Secrets, UnitOfWork
from ..stock import keep_stock, written_down
from .following import OrderInHand, in_hand, own_order
from .pricing import COST_OF_ITEMS, Priced, Wish, Wishes, merge


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOrder:
    """
    A merchant has an order otherwise; None leaves a thing as it is, ``""`` takes it away.

    ``items`` is all the order is to be made of. What is in it already keeps the price it was sold
    at, unless it is to ``reprice``: then everything costs what it costs today.
    """

    acting: Actor
    order_id: OrderId
    items: Sequence[Wish] | None = None
    reprice: bool = False
    customer_name: str | None = None
    customer_phone: str | None = None
    address: str | None = None
    city: str | None = None
    email: str | None = None
    note: str | None = None
    merchant_note: str | None = None
    tracking_number: str | None = None
    courier: str | None = None
    discount: str | None = None
    amount_collected: str | None = None
    seen: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class EditingService:
    """What can still be changed of an order."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    secrets: Secrets

    async def edit(self, wanted: EditOrder) -> OrderInHand:
        """
        Have an order otherwise, all that was asked for or nothing; the stock follows its lines.

        Raises ``NotEditable`` where it is too late, ``OutOfStock`` with every short line,
        ``ProductNotFound``, ``VariantNotFound``, ``VariantRequired``, ``CityNotServed``,
        ``CityMissing``, ``DiscountTooLarge``, ``CollectedTooMuch``, ``CollectedTooLittle`` or
        ``TooManyEdits``.
        """
        form = Form()
        wishes = None if wanted.items is None else merge(form, wanted.items)
        now = self.clock.now()
        async with self.begin() as market:
            order, store = await own_order(market, wanted.acting, wanted.order_id)
            must_be_seen(order.version, wanted.seen)
            edit, before = _read(form, wanted, order, store), _told(order)
            products: Mapping[ProductId, Product] = {}
            if wishes is not None or wanted.reprice:
                wishes = wishes or _wishes(order)
                every = {each[0] for each in wishes} | {each.product_id for each in order.lines}
                products = await market.products.hold_all(list(every))
                lines = _relined(order, wishes, products, reprice=wanted.reprice)
                edit = replace(edit, lines=lines)
            was, whose = order.lines, order.customer
            with COST_OF_ITEMS:
                edit = replace(edit, fees=_fees(order, edit, store))
                edited = order.edit(edit, now)
            if edited is None:
                return in_hand(order, store, now)
            if _was_somebody_else(whose, order.customer):
                await self._void_links(market, order, whose)
            if order.lines == was:
                await market.orders.save(order, edited)
            else:
                await self._follow(market, order, was, products, wanted.acting, now)
                await market.orders.revise(order, edited)
            await market.audit.add(
                AuditEntry.of(
                    Action.ORDER_EDITED,
                    id=AuditEntryId(self.ids.new()),
                    at=now,
                    actor=wanted.acting,
                    subject_type="order",
                    subject_id=order.id,
                    before=before,
                    after={**_told(order), "changed": ", ".join(edited.fields)},
                )
            )
        return in_hand(order, store, now)

    async def _void_links(self, market: UnitOfWork, order: Order, was: Customer) -> None:
        """
        Those that went to whoever is not to have them.

        The one that was answered is the guest's who placed the order, mistyped or not. Of an order
        by hand it stood in the message to the guest's telephone.
        """
        await market.orders.unlink(order.id)
        by_hand = order.source is not OrderSource.STOREFRONT
        if by_hand and was.phone != order.customer.phone:
            order.tracking_hash = digest(self.secrets.token())

    async def _follow(
        self,
        market: UnitOfWork,
        order: Order,
        was: Sequence[OrderLine],
        products: Mapping[ProductId, Product],
        acting: Actor,
        at: datetime,
    ) -> None:
        """Promise what was added, and take back what was taken out: all of it or none."""
        changes = _differences(was, order.lines, products)
        movements = written_down(
            changes,
            StockReason.ORDER_EDITED,
            self.ids,
            at=at,
            reference=order.id,
            by=acting.account_id,
        )
        await keep_stock(market, products.values(), movements)


def _was_somebody_else(was: Customer, now: Customer) -> bool:
    """Whether a telephone or a mailbox that may have been told of the order is another one now."""
    return was.phone != now.phone or was.email not in (None, now.email)


def _read(form: Form, wanted: EditOrder, order: Order, store: Merchant) -> Edit:
    was = order.customer
    with form:
        customer = Customer(
            name=was.name
            if wanted.customer_name is None
            else form.read("customer_name", line(120), wanted.customer_name),
            phone=was.phone
            if wanted.customer_phone is None
            else form.read(
                "customer_phone",
                lambda text: parse_phone(text, store.country),
                wanted.customer_phone,
            ),
            address=was.address
            if wanted.address is None
            else form.read("address", prose(500, at_least=1), wanted.address),
            city=was.city
            if wanted.city is None
            else form.read("city", line(100, at_least=0), wanted.city),
            email=was.email
            if wanted.email is None
            else (form.read("email", parse_email, wanted.email) if wanted.email else None),
        )

        def text(name: str, parse: Callable[[str], str], said: str | None) -> str | None:
            return None if said is None else form.read(name, parse, said)

        def amount(name: str, said: str | None) -> Money | None:
            if said is None:
                return None
            return form.read(name, lambda text: Money.parse(text or "0", order.currency), said)

        return Edit(
            customer=customer,
            discount=amount("discount", wanted.discount),
            amount_collected=amount("amount_collected", wanted.amount_collected),
            note=text("note", prose(1000), wanted.note),
            merchant_note=text("merchant_note", prose(2000), wanted.merchant_note),
            tracking_number=text("tracking_number", line(100, at_least=0), wanted.tracking_number),
            courier=text("courier", line(100, at_least=0), wanted.courier),
        )


def _fees(order: Order, edit: Edit, store: Merchant) -> Sequence[Fee] | None:
    """What is paid beside the goods, as of today, if there are others or they go elsewhere."""
    lines = order.lines if edit.lines is None else edit.lines
    customer = edit.customer or order.customer
    if (total_of(lines), customer.city) == (order.subtotal, order.customer.city):
        return None
    return store.fees(total_of(lines), customer.city)


def _wishes(order: Order) -> Wishes:
    return {(each.product_id, each.variant_id): each.quantity for each in order.lines}


def _relined(
    order: Order, wishes: Wishes, products: Mapping[ProductId, Product], *, reprice: bool
) -> list[OrderLine]:
    """The lines that were asked for: those of the order as they were sold, others as of today."""
    there = {each.variant_id: each for each in order.lines}
    chosen: dict[VariantId, OrderLine] = {}
    refusals: list[MarketplaceError] = []
    with Form() as form:
        for (product_id, said), quantity in wishes.items():
            try:
                product, variant = _wanted(order, products, product_id, said)
            except (ProductNotFound, VariantNotFound, VariantRequired) as refusal:
                refusals.append(refusal)
                continue
            new = chosen.get(variant.id) or there.get(variant.id)
            if new is None or reprice:
                today = Priced(product=product, variant=variant, quantity=1).written_down()
                new = replace(new, unit_price=today.unit_price) if new else today
            together = quantity + (variant.id in chosen and chosen[variant.id].quantity)
            if product.takedown and together > there[variant.id].quantity:
                refusals.append(ProductTakenDown(reason=product.takedown.reason))
                continue
            units = form.read("items", parse_quantity, together)
            new = replace(new, quantity=units or 1)
            chosen[variant.id] = _counted(new, there.get(variant.id), product)
    if refusals:
        raise refusals[0]
    return list(chosen.values())


def _counted(line: OrderLine, was: OrderLine | None, product: Product) -> OrderLine:
    """
    More than there was is counted if the product is counted today, and then all of it.

    What was never counted was never promised: as long as there is no more of it, it stays that way.
    """
    if was is None or line.quantity > was.quantity:
        return replace(line, tracked=product.track_stock)
    return line


def _wanted(
    order: Order, products: Mapping[ProductId, Product], key: ProductId, said: VariantId | None
) -> tuple[Product, Variant]:
    """A variant of this store; what is in the order already need not be on sale any more."""
    product = products.get(key)
    if product is None or product.merchant_id != order.merchant_id:
        raise ProductNotFound(product_id=key)
    variant = product.variant(said)
    if not product.is_on_sale and variant.id not in {each.variant_id for each in order.lines}:
        raise ProductNotFound(product_id=key)
    return product, variant


def _differences(
    was: Sequence[OrderLine], now: Sequence[OrderLine], products: Mapping[ProductId, Product]
) -> list[StockChange]:
    """What is promised more or less of what is counted, or ``OutOfStock`` with every short line."""
    before, after = ({each.variant_id: each for each in lines} for lines in (was, now))
    changes, short = [], []
    for key, product_id in {each.variant_id: each.product_id for each in (*was, *now)}.items():
        variant = products[product_id].variant(key)
        had, wants = (_promised(lines.get(key)) for lines in (before, after))
        free = 0 if variant.retired else variant.available
        if wants - had > free:
            short.append(
                {
                    "product_id": product_id,
                    "variant_id": key,
                    "wanted": wants,
                    "available": had + free,
                }
            )
        elif wants > had:
            changes.append(variant.reserve(wants - had))
        elif wants < had:
            changes.append(variant.release(had - wants))
    if short:
        raise OutOfStock(lines=short)
    return changes


def _promised(line: OrderLine | None) -> int:
    return line.quantity if line and line.tracked else 0


def _told(order: Order) -> Facts:
    """What the book says of an order: amounts and numbers, and nobody's address."""
    return {
        "total": order.total.amount,
        "discount": order.discount.amount if order.discount else None,
        "amount_collected": order.amount_collected.amount if order.amount_collected else None,
        "customer_phone": masked(order.customer.phone),
        **{f"units of {each.variant_id}": each.quantity for each in order.lines},
    }
