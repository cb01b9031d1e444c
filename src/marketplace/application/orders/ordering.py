"""What everybody says who orders, be it for somebody else, and what can be granted of it."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from marketplace.domain.accounts import parse_email
from marketplace.domain.errors import Form
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.money import Money
from marketplace.domain.orders import ConfirmationMethod, Customer, parse_confirmation_method
from marketplace.domain.phones import parse_phone
from marketplace.domain.products import Product, ProductId
from marketplace.domain.text import line, prose
from marketplace.domain.variants import StockChange

from .pricing import Priced, Wishes, must_be_there, priced


class Ordered(Protocol):
    """Whom it is for, how they are asked whether they stand by it, and what they were told."""

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


def granted(
    wishes: Wishes, products: Mapping[ProductId, Product], store: MerchantId
) -> list[Priced]:
    """
    Every wish at what it costs today, and there is enough of all of them.

    Raises ``ProductNotFound``, ``VariantNotFound``, ``VariantRequired``, or ``OutOfStock`` with
    every short line.
    """
    lines, refusals = priced(wishes, products, store)
    if refusals:
        raise refusals[0]
    must_be_there(lines)
    return lines


def reserved(lines: Iterable[Priced]) -> list[StockChange]:
    """What was granted is promised from now on, where somebody counts it."""
    return [each.variant.reserve(each.quantity) for each in lines if each.product.track_stock]
