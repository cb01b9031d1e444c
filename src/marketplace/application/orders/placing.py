"""Placing an order: a guest says what they want, and is told what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain import whatsapp
from marketplace.domain.accounts import digest
from marketplace.domain.errors import Form
from marketplace.domain.orders import ConfirmationMethod, Order, OrderStatus, Party

from ..merchants import leading_on, store_address
from ..messages import tracking_url
from ..ports import Clock, Secrets, Site, Views
from ..throttling import Throttling
from .counter import OrderCounter, Slip
from .pricing import Wish, merge


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """
    A guest orders from a store, in their own words.

    ``expected_total`` is what they were told it costs, as a decimal of the store's currency.
    ``client`` is where they are on the network, if that is known, and ``request_id`` which of the
    requests it was.
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
    request_id: str | None = None


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

    counter: OrderCounter
    views: Views
    clock: Clock
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
        slip = Slip(
            store=store_address(wanted.store),
            ordered=wanted,
            wishes=wishes,
            problems=form.problems,
            tracking_hash=digest(token),
            at=now,
            client=wanted.client,
            request_id=wanted.request_id,
        )
        ordering = self.throttling.ordering(slip.store, wanted.customer_phone, wanted.client)
        async with ordering, leading_on(self.views, slip.store):
            taken = await self.counter.take(slip)
        link = tracking_url(self.site, token)
        return PlacedOrder(
            order=taken.order,
            tracking_token=token,
            tracking_url=link,
            whatsapp_url=whatsapp.to_store(taken.order, taken.store, link),
            allowed_transitions=taken.order.allowed(Party.GUEST, now),
        )
