"""What a merchant is told in the morning."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from marketplace.domain.merchants import MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """A store where it is morning, and the ``day`` it had yesterday."""

    merchant_id: MerchantId
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    A day of a store, by its own clock.

    ``orders`` were placed, and are ``worth`` so many minor units as far as they still stand;
    ``to_confirm`` wait. Of ``low`` variants few are left; ``running_low`` names some of them.
    """

    day: date
    orders: int
    worth: int
    to_confirm: int
    low: int
    running_low: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing happened, and nothing waits."""
        return not self.orders and not self.to_confirm


class DigestViews(Protocol):
    """How a day was."""

    async def mornings(self, at: datetime, hour: int, /) -> tuple[Morning, ...]:
        """Every open store whose clock shows this hour."""
        ...

    async def digest(self, merchant_id: MerchantId, day: date, /) -> Digest:
        """``MerchantNotFound`` if there is none."""
        ...
