"""Taking an order by phone or in a direct message: the merchant writes down what a guest said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.domain import whatsapp
from marketplace.domain.accounts import Actor, digest
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.delivery import total_with
from marketplace.domain.errors import Form
from marketplace.domain.events import Event
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    ConfirmationMethod,
    Move,
    Order,
    OrderId,
    OrderSource,
    OrderStatus,
    Party,
    parse_source,
    total_of,
)
from marketplace.domain.text import prose
from marketplace.domain.variants import StockReason

from ..merchants import selling
from ..messages import tracking_url
from ..ports import BeginUnitOfWork, Clock, Ids, Secrets, Site
from ..stock import keep_stock, written_down
from .ordering import granted, read_ordered, reserved
from .pricing import COST_OF_ITEMS, Wish, merge, must_be_expected


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOrder:
    """
    A merchant orders from their own store, for a guest who did not do it themselves.

    What was ``confirmed`` in the same breath need not be asked again. ``discount`` is a decimal of
    the store's currency, off the whole.
    """

    acting: Actor
    customer_name: str
    customer_phone: str
    address: str
    items: Sequence[Wish]
    confirmation_method: str = ConfirmationMethod.WHATSAPP
    city: str = ""
    note: str = ""
    email: str | None = None
    expected_total: str | None = None
    source: str = OrderSource.OTHER
    confirmed: bool = False
    merchant_note: str = ""
    discount: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOrder:
    """The order, the secret of its link (told this once), and a message to the guest with it."""

    order: Order
    tracking_url: str
    whatsapp_url: str
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True)
class TakingService:
    """How orders come to be that no guest has placed."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    secrets: Secrets
    site: Site

    async def take(self, wanted: TakeOrder) -> TakenOrder:
        """
        Take the stock and keep the promise, or neither, as for a guest.

        The store's holiday and its smallest order are for guests; a merchant may make exceptions.
        Raises ``ProductNotFound``, ``OutOfStock`` with every short line, ``CityNotServed``,
        ``CityMissing``, ``PriceChanged`` or ``DiscountTooLarge``.
        """
        merchant_id, form = selling(wanted.acting), Form()
        wishes = merge(form, wanted.items)
        token, now = self.secrets.token(), self.clock.now()
        async with self.begin() as market:
            store = await market.merchants.get(merchant_id)
            with form:
                customer, method, note, expected = read_ordered(form, wanted, store)
                source = form.read("source", parse_source, wanted.source)
                merchant_note = form.read("merchant_note", prose(2000), wanted.merchant_note)
                discount = None
                if wanted.discount is not None:
                    discount = form.read(
                        "discount", lambda text: Money.parse(text, store.currency), wanted.discount
                    )
            products = await market.products.hold_all(list({each[0] for each in wishes}))
            priced = granted(wishes, products, store.id)
            lines = [each.written_down() for each in priced]
            with COST_OF_ITEMS:
                fees = store.fees(total_of(lines), customer.city)
                total_with(total_of(lines), fees)
            order_id = OrderId(self.ids.new())
            moved = written_down(
                reserved(priced),
                StockReason.ORDER_PLACED,
                self.ids,
                at=now,
                reference=order_id,
                by=wanted.acting.account_id,
            )
            await keep_stock(market, products.values(), moved)
            order, placed = Order.place(
                id=order_id,
                merchant_id=store.id,
                number=await market.merchants.next_order_number(store.id),
                customer=customer,
                method=method,
                note=note,
                lines=lines,
                fees=fees,
                tracking_hash=digest(token),
                confirm_within=timedelta(hours=store.confirm_within_hours),
                at=now,
                source=source,
                merchant_note=merchant_note,
                discount=discount,
            )
            must_be_expected(expected, order.subtotal, order.fees, order.discount)
            happened: list[Event] = [placed]
            if wanted.confirmed:
                said = Move(to=OrderStatus.CONFIRMED, by=Party.MERCHANT)
                happened.append(order.move(said, now))
            await market.orders.add(order, *happened)
            await market.audit.add(
                AuditEntry.of(
                    Action.ORDER_TAKEN,
                    id=AuditEntryId(self.ids.new()),
                    at=now,
                    actor=wanted.acting,
                    subject_type="order",
                    subject_id=order.id,
                    after={
                        "status": order.status,
                        "source": order.source,
                        "total": order.total.amount,
                    },
                )
            )
        link = tracking_url(self.site, token)
        return TakenOrder(
            order=order,
            tracking_url=link,
            whatsapp_url=whatsapp.to_customer(order, store, link),
            allowed_transitions=order.allowed(Party.MERCHANT, now),
        )
