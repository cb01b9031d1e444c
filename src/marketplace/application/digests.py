"""Digests: how yesterday was, told to each merchant in the morning of the store."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from marketplace.domain.merchants import Merchant, MerchantStatus
from marketplace.domain.money import decimal
from marketplace.domain.notifications import MailChoices
from marketplace.domain.schedule import DigestDue, MorningsDue

from .notifications import sent
from .ports import (
    BeginUnitOfWork,
    Clock,
    Digest,
    JobId,
    LetterKind,
    Letters,
    Mailer,
    Tick,
    Views,
)

MORNING = 7
"""The hour, by the clock of the store, at which it hears of yesterday."""


@dataclass(frozen=True, slots=True)
class DigestService:
    """One letter a day for each merchant, or none. Each method may run twice."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    letters: Letters
    mailer: Mailer

    async def announce_digests(self, event: MorningsDue, job: JobId) -> None:
        """A job for each store where it is morning: one for each of its days, whatever happens."""
        mornings = await self.views.mornings(event.at, MORNING)
        ticks = [
            Tick(
                task=f"digest {each.merchant_id}",
                at=datetime.combine(each.day, time(), UTC),
                event=DigestDue(at=event.at, merchant_id=each.merchant_id, day=each.day),
            )
            for each in mornings
        ]
        if ticks:
            async with self.begin() as market:
                await market.ticks.come(ticks)

    async def mail_digest(self, event: DigestDue, job: JobId) -> None:
        """Orders, what they are worth, what waits to be confirmed, what runs low."""
        async with self.begin() as market:
            merchant = await market.merchants.get(event.merchant_id)
            account = await market.accounts.get(merchant.account_id)
            choices = await market.preferences.of(merchant.id)
        if not is_wanted(merchant, choices) or event.at < merchant.registered_at:
            # A store that has opened since had no yesterday.
            return
        digest = await self.views.digest(merchant.id, event.day)
        if digest.is_empty:
            return
        facts = _told(digest, merchant)
        await sent(self.mailer, self.letters, account, job, LetterKind.DAILY_DIGEST, facts)


def is_wanted(merchant: Merchant, choices: MailChoices) -> bool:
    """Whoever may sell, and has not chosen to do without."""
    return merchant.status is MerchantStatus.ACTIVE and choices.daily_digest


def _told(digest: Digest, merchant: Merchant) -> dict[str, str]:
    low = "\n".join(digest.running_low)
    more = digest.low - len(digest.running_low)
    currency = merchant.currency
    return {
        "store": merchant.name,
        "day": digest.day.isoformat(),
        "orders": str(digest.orders),
        "total": f"{decimal(digest.worth, currency)} {currency}" if digest.orders else "",
        "to_confirm": str(digest.to_confirm) if digest.to_confirm else "",
        "lines": f"{low}\n+ {more}" if more else low,
    }
