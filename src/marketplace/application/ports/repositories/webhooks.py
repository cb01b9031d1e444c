"""Where merchants want to be called, and the calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.webhooks import Delivery, DeliveryId, Endpoint, EndpointId

from .repository import Repository


class Endpoints(Repository[EndpointId, Endpoint], Protocol):
    """Every address that merchants want to be called at."""

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Endpoint]:
        """Those of a merchant; until this unit of work ends nobody adds one."""
        ...

    async def remove(self, endpoint_id: EndpointId, /) -> None:
        """It is gone, and with it whatever was on its way there."""
        ...

    async def remove_all(self, merchant_id: MerchantId, /) -> None:
        """All of a merchant, in as many statements for one as for all."""
        ...


class Deliveries(Repository[DeliveryId, Delivery], Protocol):
    """Every event on its way to an endpoint, and for a while those that came there."""

    async def add_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        """
        Store many with their appointments, in one statement.

        An event that is or was on its way to an endpoint already is left out, appointment and all;
        so is one for an endpoint that is gone.
        """
        ...

    async def hold_failed(
        self, endpoint_id: EndpointId, since: datetime, until: datetime, limit: int, /
    ) -> list[Delivery]:
        """Those that failed and were written between, oldest first; held ones are left out."""
        ...

    async def save_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        """Store changes of held ones, in one statement for all of them."""
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many that ended before, at most. How many there were."""
        ...
