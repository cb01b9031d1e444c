"""What is known of each image."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId
from marketplace.domain.merchants import MerchantId

from .repository import Repository


class Images(Repository[ImageId, Image], Protocol):
    """Every image that was received."""

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        """
        A merchant's images of these ids, in this order; ``ImageNotFound`` if one is missing.

        None of them is removed before this unit of work ends, and none counts as unused any more.
        """
        ...

    async def count(self, merchant_id: MerchantId, /) -> int:
        """How many a merchant has."""
        ...

    async def known(self, keys: Sequence[ImageId], /) -> list[Image]:
        """Those of these ids that there are, whosever they are."""
        ...

    async def after(self, key: ImageId | None, limit: int, /) -> list[Image]:
        """A stretch of all there are, in the order of ids, beginning behind this one."""
        ...

    async def unfinished(self, received_before: datetime, /) -> list[ImageId]:
        """Those that have failed, and those that wait since before this time, by id."""
        ...

    async def owner_after(self, merchant_id: MerchantId | None, /) -> MerchantId | None:
        """The next merchant who has images, in the order of ids, if there is one."""
        ...

    async def all_of(self, merchant_id: MerchantId, /) -> list[Image]:
        """Everything a merchant has, in the order of ids."""
        ...

    async def note_unused(self, merchant_id: MerchantId, at: datetime, /) -> None:
        """
        What no product of a merchant shows, nor the logo, is unused, from now on or since it was.

        What is shown is not any more.
        """
        ...

    async def unused(self, merchant_id: MerchantId, since: datetime, /) -> list[Image]:
        """Those of a merchant that were unused at this time already, in the order of ids."""
        ...

    async def condemn(self, merchant_id: MerchantId, key: ImageId, /) -> Image:
        """
        Hold a merchant's image to remove it, or ``ImageNotFound``.

        From here on nobody finds it with ``of``, and whoever has just done so is waited for.
        """
        ...

    async def is_shown(self, image: Image, /) -> bool:
        """Whether a product of its merchant shows it."""
        ...

    async def take_down(self, image: Image, at: datetime, /) -> None:
        """No product of its merchant shows it any more; in one statement, however many did."""
        ...

    async def remove(self, image: Image, /, *happened: Event) -> None:
        """Forget a condemned image."""
        ...
