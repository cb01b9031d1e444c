"""Leftovers: images that nothing shows. They are kept for a while, and then they make room."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.merchants import MerchantClosed, MerchantId, MerchantStatus

from .ports import BeginUnitOfWork, Clock, JobId, UnitOfWork

KEPT_UNUSED = timedelta(days=7)
"""Time to put an image somewhere that was taken off, or that was sent and never put anywhere."""


class _OnlyLooked(Exception):
    """Nothing is to be kept of it, not even since when nothing shows an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """What of a store has to go: what nothing has shown ``since``, or all of one that is closed."""

    id: MerchantId
    since: datetime | None
    found: list[Image]


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
        cleared: list[Image] = []
        last: MerchantId | None = None
        while (store := await self._store(last, unused_for, keep=not dry_run)) is not None:
            found = store.found
            if not dry_run:
                found = [each for each in found if await self._take(store.id, each.id, store.since)]
            cleared += found
            last = store.id
        return cleared

    async def _store(
        self, after: MerchantId | None, unused_for: timedelta, *, keep: bool
    ) -> "_Store | None":
        """The next store that has images. Whoever only looks does not ``keep`` what was noted."""
        now, looked = self.clock.now(), None
        with suppress(_OnlyLooked):
            async with self.begin() as market:
                id = await market.images.owner_after(after)
                if id is None:
                    return None
                is_closed = (await market.merchants.get(id)).status is MerchantStatus.CLOSED
                since = None if is_closed else now - unused_for
                await market.images.note_unused(id, now)
                found = await (
                    market.images.all_of(id) if since is None else market.images.unused(id, since)
                )
                looked = _Store(id=id, since=since, found=found)
                if not keep:
                    raise _OnlyLooked
        return looked

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
