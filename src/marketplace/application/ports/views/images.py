"""What a merchant has sent."""

from dataclasses import dataclass
from typing import Protocol

from marketplace.domain.images import Image
from marketplace.domain.merchants import MerchantId

from .paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptImage:
    """An image, and whether a product or the logo shows it."""

    image: Image
    is_used: bool


class ImageViews(Protocol):
    """What a merchant has sent."""

    async def images(
        self, merchant_id: MerchantId, paging: Paging, /, *, unused: bool | None = None
    ) -> Page[KeptImage]:
        """All of them, or those alone that nothing shows, or that something does."""
        ...
