"""Placing an order: the stock is taken and the promise kept, or neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from marketplace.domain import whatsapp
from marketplace.domain.accounts import digest, parse_email
from marketplace.domain.blocked_phones import OrderRefused
from marketplace.domain.errors import (
    Form,
)
from marketplace.domain.merchants import (
    BlockedPhonePolicy,
    Merchant,
    MerchantId,
    StoreOnHoliday,
)
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    ConfirmationMethod,
    Customer,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Party,
    parse_confirmation_method,
    total_of,
)
from marketplace.domain.phones import parse_phone
from marketplace.domain.products import Product, ProductId
from marketplace.domain.text import line, prose
from marketplace.domain.variants import (
    StockChange,
    StockReason,
)

from ..merchants import leading_on, store_address
from ..messages import tracking_url
from ..ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    Secrets,
    Site,
    Views,
)
from ..stock import keep_stock, written_down
from ..throttling import Throttling
from .pricing import (
    Wish,
    Wishes,
    merge,
    must_be_enough,
    must_be_expected,
    must_be_there,
    priced,
)


class Ordered(Protocol):
    """What everybody says who orders, be it for themselves."""

    @property
    def customer_name(self) -> str: ...
    @property
    def customer_phone(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def confirmation_method(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def expected_total(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """
    A guest orders from a store, in their own words.

    ``expected_total`` is what they were told it costs, as a decimal of the store's currency.
    ``client`` is where they are on the network, if that is known.
    """

    store: str
    customer_name: str
    customer_phone: str
    address: str
    items: Sequence[Wish]
    confirmation_method: str = ConfirmationMethod.WHATSAPP
    city: str = ""
    note: str = ""
    email: str | None = None
    expected_total: str | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """
    The order, the secret of its link (told this once), and the message that confirms it.

    ``allowed_transitions`` is what the guest can still do about it.
    """

    order: Order
    tracking_token: str
    tracking_url: str
    whatsapp_url: str
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True)
class PlacingService:
    """How orders come to be, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    site: Site
    throttling: Throttling

    async def place(self, wanted: PlaceOrder) -> PlacedOrder:
        """
        Take the stock and keep the promise, or neither.

        Raises ``StoreNotFound``, ``StoreMoved``, ``StoreOnHoliday``, ``ProductNotFound``,
        ``VariantNotFound``, ``VariantRequired``, ``OutOfStock`` with every short line,
        ``CityNotServed``, ``CityMissing``, ``PriceChanged``, ``BelowMinimum``, ``OrderRefused`` or
        ``TooManyAttempts``.
        """
        form = Form()
        wishes = merge(form, wanted.items)
        token, now = self.secrets.token(), self.clock.now()
        address = store_address(wanted.store)
        wanted_products = list({each[0] for each in wishes})
        ordering = self.throttling.ordering(address, wanted.customer_phone, wanted.client)
        async with ordering, leading_on(self.views, address), self.begin() as market:
            # Products before the store, as everybody holds them: nobody waits in a circle.
            market.products.foresee(wanted_products)
            served = await market.merchants.next_order_at(address)
            store = served.store
            with form:
                customer, method, note, expected = read_ordered(form, wanted, store)
            if not store.accepts_orders(now):
                raise StoreOnHoliday(reopens_at=store.closed_until)
            # Most stores have blocked nobody, and need not be asked.
            if (
                served.blocks_phones
                and store.blocked_phone_policy is BlockedPhonePolicy.REFUSE
                and await market.blocked_phones.is_blocked(store.id, customer.phone)
            ):
                raise OrderRefused
            products = await market.products.hold_all(wanted_products)
            lines, changes = reserved(wishes, products, store.id)
            subtotal = total_of(lines)
            fees = store.fees(subtotal, customer.city)
            must_be_expected(expected, subtotal, fees)
            must_be_enough(subtotal, store)
            order_id = OrderId(self.ids.new())
            moved = written_down(
                changes, StockReason.ORDER_PLACED, self.ids, at=now, reference=order_id
            )
            await keep_stock(market, products.values(), moved)
            order, placed = Order.place(
                id=order_id,
                merchant_id=store.id,
                number=served.number,
                customer=customer,
                method=method,
                note=note,
                lines=lines,
                fees=fees,
                tracking_hash=digest(token),
                confirm_within=timedelta(hours=store.confirm_within_hours),
                at=now,
            )
            await market.orders.add(order, placed)
        link = tracking_url(self.site, token)
        return PlacedOrder(
            order=order,
            tracking_token=token,
            tracking_url=link,
            whatsapp_url=whatsapp.to_store(order, store, link),
            allowed_transitions=order.allowed(Party.GUEST, now),
        )


def read_ordered(
    form: Form, wanted: Ordered, store: Merchant
) -> tuple[Customer, ConfirmationMethod, str, Money | None]:
    """For whom, how they are asked, their note, and what they were told it costs."""
    customer = Customer(
        name=form.read("customer_name", line(120), wanted.customer_name),
        phone=form.read(
            "customer_phone",
            lambda text: parse_phone(text, store.country),
            wanted.customer_phone,
        ),
        address=form.read("address", prose(500, at_least=1), wanted.address),
        city=form.read("city", line(100, at_least=0), wanted.city),
        email=form.read("email", parse_email, wanted.email) if wanted.email else None,
    )
    method = form.read("confirmation_method", parse_confirmation_method, wanted.confirmation_method)
    note = form.read("note", prose(1000), wanted.note)
    expected = None
    if wanted.expected_total is not None:
        expected = form.read(
            "expected_total",
            lambda text: Money.parse(text, store.currency),
            wanted.expected_total,
        )
    return customer, method, note, expected


def reserved(
    wishes: Wishes, products: Mapping[ProductId, Product], store: MerchantId
) -> tuple[list[OrderLine], list[StockChange]]:
    """Reserve every line at what it costs today, all of them or none."""
    lines, refusals = priced(wishes, products, store)
    if refusals:
        raise refusals[0]
    must_be_there(lines)
    changes = [each.variant.reserve(each.quantity) for each in lines if each.product.track_stock]
    return [each.written_down() for each in lines], changes
