"""Who is told what, once a fact is on record: in the inbox, and by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from marketplace.domain.accounts import (
    RESET_LASTS,
    RESET_WANTED,
    VERIFICATION_LASTS,
    Account,
    AccountId,
    AccountRegistered,
    Actor,
    OneTimeToken,
    PasswordChanged,
    PasswordResetRequested,
    Purpose,
    SessionStolen,
    VerificationRequested,
    digest,
)
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.notifications import (
    AnnouncementMade,
    Notification,
    NotificationDelivered,
    NotificationId,
    NotificationNotFound,
    Topic,
)
from marketplace.domain.orders import Order, OrderPlaced, OrderSource
from marketplace.domain.products import Product, StockRanLow

from .merchants import selling
from .messages import costs_of
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    Inbox,
    JobId,
    Letter,
    LetterKind,
    Letters,
    Mailer,
    Paging,
    Secrets,
    Site,
    UnitOfWork,
    Views,
    Wording,
)


@dataclass(frozen=True, slots=True)
class NotificationService:
    """The inbox of a merchant, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock

    async def inbox(self, acting: Actor, paging: Paging) -> Inbox:
        return await self.views.inbox(selling(acting), paging)

    async def read(self, acting: Actor, notification_id: NotificationId) -> Notification:
        """Mark one as read; once more changes nothing."""
        async with self.begin() as market:
            notification = await market.notifications.hold(notification_id)
            if notification.merchant_id != selling(acting):
                raise NotificationNotFound
            notification.read(self.clock.now())
            await market.notifications.save(notification)
        return notification

    async def read_all(self, acting: Actor) -> int:
        """Mark everything as read; how much was not before."""
        async with self.begin() as market:
            return await market.notifications.read_all(selling(acting), self.clock.now())


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What is written when something has happened, one method per reaction. Each may run twice."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    secrets: Secrets
    letters: Letters
    mailer: Mailer
    site: Site

    async def send_verification_email(self, event: AccountRegistered, job: JobId) -> None:
        await self._ask_whether_theirs(event.account_id, job)

    async def send_verification_email_again(self, event: VerificationRequested, job: JobId) -> None:
        await self._ask_whether_theirs(event.account_id, job)

    async def mail_password_changed(self, event: PasswordChanged, job: JobId) -> None:
        await self._warn(event.account_id, job, LetterKind.PASSWORD_CHANGED)

    async def mail_session_stolen(self, event: SessionStolen, job: JobId) -> None:
        await self._warn(event.account_id, job, LetterKind.SESSION_STOLEN)

    async def send_password_reset_email(self, event: PasswordResetRequested, job: JobId) -> None:
        """
        A link for whoever has this mailbox, if it is that of an account.

        None that was asked for before the password was changed, or so long ago that they ask no
        more; and none while an earlier one is still good for a while, however many ask for it.
        """
        now = self.clock.now()
        async with self.begin() as market:
            found = await market.accounts.called([event.email])
            if not found or now > event.at + RESET_WANTED:
                return
            account = await market.accounts.hold(found[0].id)
            if event.at < account.password_changed_at or account.closed_at is not None:
                return
            earlier = await market.one_time_tokens.of(account.id, Purpose.PASSWORD_RESET)
            if earlier and earlier.job != job and now + RESET_LASTS / 2 < earlier.expires_at:
                return
            token = await self._token(market, account, Purpose.PASSWORD_RESET, job)
        await self._send_link(account, LetterKind.PASSWORD_RESET, "reset-password", token)

    async def note_new_order(self, event: OrderPlaced, job: JobId) -> None:
        """A slip in the inbox of the merchant, who knows of what they wrote down themselves."""
        async with self.begin() as market:
            order = await market.orders.get(event.order_id)
            merchant = await market.merchants.get(event.merchant_id)
        if order.source is not OrderSource.STOREFRONT:
            return
        wording = self.letters.write(
            LetterKind.NEW_ORDER, merchant.locale, self._told(order, merchant)
        )
        slip = slip_for(merchant, Topic.NEW_ORDER, order.id, wording, self.ids, self.clock)
        async with self.begin() as market:
            await market.notifications.add(slip)

    async def note_low_stock(self, event: StockRanLow, job: JobId) -> None:
        """A slip in the merchant's inbox, for each time it happens."""
        async with self.begin() as market:
            product = await market.products.get(event.product_id)
            merchant = await market.merchants.get(event.merchant_id)
        facts = low_stock(product, event)
        wording = self.letters.write(LetterKind.LOW_STOCK, merchant.locale, facts)
        slip = slip_for(merchant, Topic.LOW_STOCK, event.movement_id, wording, self.ids, self.clock)
        async with self.begin() as market:
            await market.notifications.add(slip)

    async def mail_new_order(self, event: OrderPlaced, job: JobId) -> None:
        async with self.begin() as market:
            if not await wants_mail(market, event.merchant_id, Topic.NEW_ORDER):
                return
            order = await market.orders.get(event.order_id)
            merchant = await market.merchants.get(event.merchant_id)
            account = await market.accounts.get(merchant.account_id)
        if order.source is not OrderSource.STOREFRONT:
            return
        await self._send(account, job, LetterKind.NEW_ORDER, self._told(order, merchant))

    async def send_notification(self, event: AnnouncementMade, job: JobId) -> None:
        """Into every inbox it is for; each inbox then has its own letter sent."""
        async with self.begin() as market:
            announcement = await market.announcements.get(event.announcement_id)
            await market.notifications.deliver(announcement, self.clock.now())

    async def mail_notification(self, event: NotificationDelivered, job: JobId) -> None:
        async with self.begin() as market:
            slip = await market.notifications.get(event.notification_id)
            if not await wants_mail(market, slip.merchant_id, slip.topic):
                return
            merchant = await market.merchants.get(slip.merchant_id)
            account = await market.accounts.get(merchant.account_id)
        await self._send(
            account, job, LetterKind.ANNOUNCEMENT, {"title": slip.title, "body": slip.body}
        )

    async def _ask_whether_theirs(self, account_id: AccountId, job: JobId) -> None:
        async with self.begin() as market:
            account = await market.accounts.hold(account_id)
            token = await self._token(market, account, Purpose.EMAIL_VERIFICATION, job)
        await self._send_link(account, LetterKind.EMAIL_VERIFICATION, "verify-email", token)

    async def _token(
        self, market: UnitOfWork, account: Account, purpose: Purpose, job: JobId
    ) -> str:
        """
        A one-time token that is good from now on, and the only one.

        It is made here and not when it was asked for, so that no secret waits in the outbox.
        """
        token = self.secrets.token()
        lasts = RESET_LASTS if purpose is Purpose.PASSWORD_RESET else VERIFICATION_LASTS
        await market.one_time_tokens.add(
            OneTimeToken(
                hash=digest(token),
                purpose=purpose,
                account_id=account.id,
                expires_at=self.clock.now() + lasts,
                job=job,
            )
        )
        return token

    async def _send_link(self, account: Account, kind: LetterKind, path: str, token: str) -> None:
        """
        Send a token in the fragment of a link: no server ever logs it.

        To make it twice makes the first link void: the second letter must not pass for the first.
        """
        link = f"{self.site.public_url}/{path}#token={token}"
        facts = {"username": account.username, "link": link}
        await self._send(account, self.ids.new(), kind, facts)

    async def _warn(self, account_id: AccountId, job: JobId, kind: LetterKind) -> None:
        """Tell the owner of an account of what they may not have done themselves."""
        async with self.begin() as market:
            account = await market.accounts.get(account_id)
        await self._send(account, job, kind, {"username": account.username})

    async def _send(
        self, account: Account, id: UUID, kind: LetterKind, facts: Mapping[str, str]
    ) -> None:
        await sent(self.mailer, self.letters, account, id, kind, facts)

    def _told(self, order: Order, merchant: Merchant) -> Mapping[str, str]:
        return {
            "store": merchant.name,
            "number": str(order.number),
            "customer": order.customer.name,
            "phone": order.customer.phone,
            "address": f"{order.customer.address} {order.customer.city}".strip(),
            "note": order.note,
            **costs_of(order),
        }


async def wants_mail(market: UnitOfWork, merchant_id: MerchantId, topic: Topic) -> bool:
    """Whether the merchant has chosen to have this by mail; it is in the inbox in any case."""
    return topic in (await market.preferences.of(merchant_id)).mailed


def low_stock(product: Product, event: StockRanLow) -> Mapping[str, str]:
    """The facts of a letter about it."""
    variant = product.variant(event.variant_id)
    return {
        "product": f"{product.title} ({variant.title})" if variant.title else product.title,
        "sku": variant.sku,
        "available": str(event.available),
    }


def slip_for(
    merchant: Merchant, topic: Topic, subject_id: UUID, wording: Wording, ids: Ids, clock: Clock
) -> Notification:
    """What is put into a merchant's inbox."""
    return Notification(
        id=NotificationId(ids.new()),
        merchant_id=merchant.id,
        topic=topic,
        subject_id=subject_id,
        title=wording.title,
        body=wording.text,
        created_at=clock.now(),
    )


async def sent(
    mailer: Mailer,
    letters: Letters,
    account: Account,
    id: UUID,
    kind: LetterKind,
    facts: Mapping[str, str],
) -> None:
    """A letter to whoever has the account, in their language; nothing to who has left."""
    if account.closed_at is not None:
        return
    wording = letters.write(kind, account.locale, facts)
    await mailer.send(
        Letter(
            id=id,
            to=account.email,
            subject=wording.title,
            text=wording.text,
            html=wording.html,
            locale=account.locale,
        )
    )
