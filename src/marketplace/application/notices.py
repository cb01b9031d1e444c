"""Notices to a merchant who has chosen what comes by mail, and the choosing."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.accounts import Actor
from marketplace.domain.errors import Form
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus
from marketplace.domain.notifications import CHOSEN, MailChoices, Topic, parse_topic
from marketplace.domain.products import Product, ProductPulled, ProductRestored, StockRanLow
from marketplace.domain.webhooks import WebhookDisabled, WhyDisabled

from .merchants import selling
from .notifications import low_stock, sent, slip_for, wants_mail
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    JobId,
    LetterKind,
    Letters,
    Mailer,
    Views,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseMail:
    """What is to come by mail; None stays. A topic that is not named in ``mail`` stays, too."""

    acting: Actor
    mail: Mapping[str, bool]
    daily_digest: bool | None = None


@dataclass(frozen=True, slots=True)
class PreferenceService:
    """What comes by mail, one method per use case."""

    begin: BeginUnitOfWork
    views: Views

    async def mine(self, acting: Actor) -> MailChoices:
        return await self.views.mail_choices(selling(acting))

    async def choose(self, wanted: ChooseMail) -> MailChoices:
        """From the next letter on."""
        merchant_id = selling(wanted.acting)
        with Form() as form:
            said = {
                form.read(f"mail.{name}"[:100], parse_topic, name): on
                for name, on in wanted.mail.items()
            }
        async with self.begin() as market:
            # Of two who choose at once the later one is right about all that was said last.
            await market.merchants.hold(merchant_id)
            was = await market.preferences.of(merchant_id)
            digest = was.daily_digest if wanted.daily_digest is None else wanted.daily_digest
            mailed = tuple(each for each in CHOSEN if said.get(each, each in was.mailed))
            choices = MailChoices(mailed=mailed, daily_digest=digest)
            await market.preferences.keep(merchant_id, choices)
        return choices


_WHY: Mapping[WhyDisabled, LetterKind] = {
    WhyDisabled.GONE: LetterKind.WEBHOOK_GONE,
    WhyDisabled.FAILING: LetterKind.WEBHOOK_FAILING,
}


@dataclass(frozen=True, slots=True)
class Notices:
    """What a merchant is told beside orders and announcements. Each may run twice."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    letters: Letters
    mailer: Mailer

    async def mail_low_stock(self, event: StockRanLow, job: JobId) -> None:
        """For those who have chosen so; the slip is in the inbox in any case."""
        async with self.begin() as market:
            product = await market.products.get(event.product_id)
        facts = low_stock(product, event)
        await self._mail(event.merchant_id, Topic.LOW_STOCK, LetterKind.LOW_STOCK, facts, job)

    async def note_webhook_disabled(self, event: WebhookDisabled, job: JobId) -> None:
        """A slip in the merchant's inbox, for each time it happens."""
        async with self.begin() as market:
            merchant = await market.merchants.get(event.merchant_id)
        if merchant.status is MerchantStatus.CLOSED:
            return
        wording = self.letters.write(_WHY[event.why], merchant.locale, {"url": event.url})
        slip = slip_for(merchant, Topic.WEBHOOK_DISABLED, job, wording, self.ids, self.clock)
        async with self.begin() as market:
            await market.notifications.add(slip)

    async def mail_webhook_disabled(self, event: WebhookDisabled, job: JobId) -> None:
        facts = {"url": event.url}
        await self._mail(event.merchant_id, Topic.WEBHOOK_DISABLED, _WHY[event.why], facts, job)

    async def note_moderation(self, event: ProductPulled | ProductRestored, job: JobId) -> None:
        """A slip in the merchant's inbox, for each time it happens."""
        async with self.begin() as market:
            merchant = await market.merchants.get(event.merchant_id)
            product = await market.products.get(event.product_id)
        if merchant.status is MerchantStatus.CLOSED:
            return
        kind, facts = _moderated(event, product, merchant)
        wording = self.letters.write(kind, merchant.locale, facts)
        slip = slip_for(merchant, Topic.MODERATION, job, wording, self.ids, self.clock)
        async with self.begin() as market:
            await market.notifications.add(slip)

    async def mail_moderation(self, event: ProductPulled | ProductRestored, job: JobId) -> None:
        """Whatever else the merchant has by mail."""
        async with self.begin() as market:
            merchant = await market.merchants.get(event.merchant_id)
            account = await market.accounts.get(merchant.account_id)
            product = await market.products.get(event.product_id)
        kind, facts = _moderated(event, product, merchant)
        await sent(self.mailer, self.letters, account, job, kind, facts)

    async def _mail(
        self,
        merchant_id: MerchantId,
        topic: Topic,
        kind: LetterKind,
        facts: Mapping[str, str],
        job: JobId,
    ) -> None:
        async with self.begin() as market:
            if not await wants_mail(market, merchant_id, topic):
                return
            merchant = await market.merchants.get(merchant_id)
            account = await market.accounts.get(merchant.account_id)
        await sent(self.mailer, self.letters, account, job, kind, facts)


def _moderated(
    event: ProductPulled | ProductRestored, product: Product, merchant: Merchant
) -> tuple[LetterKind, Mapping[str, str]]:
    facts = {"store": merchant.name, "product": product.title}
    if isinstance(event, ProductPulled):
        return LetterKind.PRODUCT_TAKEN_DOWN, {**facts, "reason": event.reason}
    return LetterKind.PRODUCT_RESTORED, facts
