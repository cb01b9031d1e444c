"""Seeking an order: whoever lost the link has it sent to the telephone that placed the order."""

from dataclasses import dataclass

from marketplace.domain.errors import Form
from marketplace.domain.orders import OrderSought, parse_order_number
from marketplace.domain.phones import parse_phone

from ..merchants import leading_on, store_address
from ..ports import BeginUnitOfWork, Clock, Views
from ..throttling import GuestThrottling


@dataclass(frozen=True, slots=True, kw_only=True)
class SeekOrder:
    """A guest says which order is theirs; ``address`` is where they ask from."""

    store: str
    number: str
    phone: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class SeekingService:
    """Tells nobody whether there is such an order, nor does the time it takes."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    throttling: GuestThrottling

    async def seek(self, wanted: SeekOrder) -> None:
        """
        Have the link sent, if there is an order it leads to: that is looked up when it is due.

        Raises ``StoreNotFound``, ``StoreMoved`` or ``TooManyAttempts``.
        """
        address = store_address(wanted.store)
        async with leading_on(self.views, address):
            store = (await self.views.store(address)).merchant
        with Form() as form:
            number = form.read("number", parse_order_number, wanted.number)
            phone = form.read("phone", lambda text: parse_phone(text, store.country), wanted.phone)
        await self.throttling.seek(store.id, phone, wanted.address)
        sought = OrderSought(at=self.clock.now(), merchant_id=store.id, number=number, phone=phone)
        async with self.begin() as market:
            await market.outbox.add(sought)
