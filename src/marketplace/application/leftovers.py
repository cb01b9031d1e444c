"""Leftovers: images that nothing shows. They are kept for a while, and then they make room."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.merchants import MerchantClosed, MerchantId, MerchantStatus

from .ports import BeginUnitOfWork, Clock, JobId, UnitOfWork

KEPT_UNUSED = timedelta(days=7)
"""Time to put an image somewhere that was taken off, or that was sent and never put anywhere."""


@dataclass(frozen=True, slots=True)
class LeftoverService:
    """Clears away what nobody wants any more. The files of an image follow, as always."""

    begin: BeginUnitOfWork
    clock: Clock

    async def clear(
        self, *, dry_run: bool = False, unused_for: timedelta = KEPT_UNUSED
    ) -> list[Image]:
        """
        Remove every image that neither a product nor a logo has shown for so long; which they were.

        How long is counted from the first time that nothing was found to show it. Whoever takes it
        up again meanwhile has it. Of a store that is closed for good all go at once.
        """
        now = self.clock.now()
        cleared: list[Image] = []
        store: MerchantId | None = None
        while True:
            async with self.begin() as market:
                store = await market.images.owner_after(store)
                if store is None:
                    return cleared
                is_closed = (await market.merchants.get(store)).status is MerchantStatus.CLOSED
                await market.images.note_unused(store, now)
                found = await (
                    market.images.all_of(store)
                    if is_closed
                    else market.images.unused(store, now - unused_for)
                )
            if not dry_run:
                since = None if is_closed else now - unused_for
                found = [each for each in found if await self._take(store, each.id, since)]
            cleared += found

    async def remove_images(self, event: MerchantClosed, job: JobId) -> None:
        """Take the images of a store that is closed away, shown or not; what is gone stays gone."""
        async with self.begin() as market:
            found = await market.images.all_of(event.merchant_id)
        for each in found:
            await self._take(event.merchant_id, each.id)

    async def _take(
        self, merchant_id: MerchantId, image_id: ImageId, unused_since: datetime | None = None
    ) -> bool:
        """Whether it could be removed: with a time only if nothing shows it, since then."""
        now = self.clock.now()
        try:
            async with self.begin() as market:
                # From here on nobody takes it up, and whoever has just done so is waited for.
                image = await market.images.condemn(merchant_id, image_id)
                if unused_since is None:
                    await market.images.take_down(image, now)
                elif not await _was_unused(market, image, unused_since):
                    return False
                await market.images.remove(image, image.remove(now))
        except ImageNotFound:
            return False
        return True


async def _was_unused(market: UnitOfWork, image: Image, since: datetime) -> bool:
    """Asked of a condemned image, so that it stays true."""
    if image.unused_since is None or image.unused_since > since:
        return False
    merchant = await market.merchants.get(image.merchant_id)
    return merchant.logo != image.id and not await market.images.is_shown(image)
