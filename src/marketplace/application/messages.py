"""Messages: what a guest is told of their order, wherever they can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.accounts import digest
from marketplace.domain.merchants import Merchant
from marketplace.domain.orders import (
    Order,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderId,
    OrderNotFound,
    OrderPlaced,
    OrderReopened,
    OrderShipped,
    OrderSought,
    OrderStatus,
)

from .ports import (
    BeginUnitOfWork,
    Clock,
    JobId,
    LetterKind,
    Letters,
    Message,
    Messenger,
    Secrets,
    Site,
    UnitOfWork,
)

_S = OrderStatus
STILL_TRUE: Mapping[LetterKind, frozenset[OrderStatus]] = {
    LetterKind.ORDER_PLACED: frozenset({_S.PENDING}),
    LetterKind.ORDER_CONFIRMED: frozenset({_S.CONFIRMED, _S.PREPARING}),
    LetterKind.ORDER_SHIPPED: frozenset({_S.SHIPPED}),
    LetterKind.ORDER_CANCELLED: frozenset({_S.CANCELLED}),
    LetterKind.ORDER_EXPIRED: frozenset({_S.EXPIRED}),
}
"""In which statuses a piece of news is none of the past: nobody is told what is over by now."""


def tracking_url(site: Site, token: str) -> str:
    """Where a guest follows an order, a browser as well as a program."""
    return f"{site.public_url}/api/orders/track/{token}"


def costs_of(order: Order) -> dict[str, str]:
    """What an order costs, as a letter tells it: line by line, and what comes to that."""
    return {
        "lines": "\n".join(f"{line.quantity} × {line.name}" for line in order.lines),
        "fees": "\n".join(f"{fee.name}: \u2066{fee.amount}\u2069" for fee in order.fees),
        "discount": str(order.discount or ""),
        "total": str(order.total),
    }


@dataclass(frozen=True, slots=True)
class GuestCorrespondence:
    """What is written to guests when something has happened, one method per reaction."""

    begin: BeginUnitOfWork
    clock: Clock
    secrets: Secrets
    letters: Letters
    messenger: Messenger
    site: Site

    async def send_tracking_link(self, event: OrderSought, job: JobId) -> None:
        """
        The link of an order, to its own telephone or mailbox; nothing where number or phone differ.

        Whoever asked learns nothing of either.
        """
        async with self.begin() as market:
            try:
                order = await market.orders.numbered(event.merchant_id, event.number)
            except OrderNotFound:
                return
            order = await market.orders.hold(order.id)
            if order.customer.phone != event.phone:
                return
            store = await market.merchants.get(order.merchant_id)
            message = self._about(order, store, LetterKind.ORDER_LINK, job)
            await self._link(market, order)
        await self.messenger.send(message)

    async def tell_of_placing(self, event: OrderPlaced, job: JobId) -> None:
        await self._tell(event.order_id, LetterKind.ORDER_PLACED, job)

    async def tell_of_confirming(self, event: OrderConfirmed, job: JobId) -> None:
        await self._tell(event.order_id, LetterKind.ORDER_CONFIRMED, job)

    async def tell_of_shipping(self, event: OrderShipped, job: JobId) -> None:
        await self._tell(event.order_id, LetterKind.ORDER_SHIPPED, job)

    async def tell_of_cancelling(self, event: OrderCancelled, job: JobId) -> None:
        await self._tell(event.order_id, LetterKind.ORDER_CANCELLED, job)

    async def tell_of_expiry(self, event: OrderExpired, job: JobId) -> None:
        await self._tell(event.order_id, LetterKind.ORDER_EXPIRED, job)

    async def tell_of_reopening(self, event: OrderReopened, job: JobId) -> None:
        """Whoever was told that it is over is asked once more whether they stand by it."""
        await self._tell(event.order_id, LetterKind.ORDER_PLACED, job)

    async def _tell(self, order_id: OrderId, kind: LetterKind, job: JobId) -> None:
        """News nobody has asked for: to whoever it reaches, and kept for nobody else."""
        async with self.begin() as market:
            # Held, so that no link is given to whom an edit is taking it away from.
            order = await market.orders.hold(order_id)
            if order.status not in STILL_TRUE[kind]:
                return
            store = await market.merchants.get(order.merchant_id)
            message = self._about(order, store, kind, job)
            if not self.messenger.reaches(message):
                return
            await self._link(market, order)
        await self.messenger.send(message)

    def _about(self, order: Order, store: Merchant, kind: LetterKind, job: JobId) -> Message:
        facts = _told(order, store, kind) | {"link": tracking_url(self.site, self._token(order))}
        return Message(
            id=job,
            kind=kind,
            phone=order.customer.phone,
            email=order.customer.email,
            locale=store.locale,
            facts=facts,
            wording=self.letters.write(kind, store.locale, facts),
        )

    async def _link(self, market: UnitOfWork, order: Order) -> None:
        """Have the link of our messages lead there too; the one that was answered stays good."""
        await market.orders.link(order.id, digest(self._token(order)), self.clock.now())

    def _token(self, order: Order) -> str:
        """
        The same in every message about an order to the same guest, under the same key.

        It is made here and not when it was asked for, so that no secret waits in the outbox.
        """
        whose = f"{order.customer.phone} {order.customer.email or ''}"
        return self.secrets.named(f"the link of order {order.id} to {whose}")


def _told(order: Order, store: Merchant, kind: LetterKind) -> dict[str, str]:
    """Neither address nor telephone: a mailbox may have been mistyped, and be somebody else's."""
    facts = {"store": store.name, "number": str(order.number)}
    if kind is LetterKind.ORDER_LINK:
        return facts
    facts["customer"] = order.customer.name
    if kind in (LetterKind.ORDER_PLACED, LetterKind.ORDER_CONFIRMED, LetterKind.ORDER_SHIPPED):
        facts["total"] = str(order.total)
    if kind is LetterKind.ORDER_PLACED:
        facts |= costs_of(order)
    if kind is LetterKind.ORDER_SHIPPED:
        facts |= {"courier": order.courier, "tracking_number": order.tracking_number}
    return facts
