"""What a merchant can do with the own store: look at it, and change what it says."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.domain.accounts import Actor, Role, parse_username
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import Form
from marketplace.domain.images import ImageId
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    parse_facebook_link,
    parse_hours,
    parse_instagram_link,
    parse_payment_preference,
    parse_whatsapp_link,
)
from marketplace.domain.money import Money
from marketplace.domain.phones import parse_phone
from marketplace.domain.text import line, prose

from .ports import BeginUnitOfWork, Clock, Ids, MerchantView, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMerchant:
    """What the keeper of a store wants changed; None stays as it is. ``logo`` "" takes it away."""

    acting: Actor
    name: str | None = None
    username: str | None = None
    logo: UUID | str | None = None
    payment_preference: str | None = None
    whatsapp_link: str | None = None
    instagram_link: str | None = None
    facebook_link: str | None = None
    description: str | None = None
    whatsapp_phone: str | None = None
    min_order_total: str | None = None
    confirm_within_hours: int | None = None


@dataclass(frozen=True, slots=True)
class MerchantService:
    """One's own store, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def mine(self, acting: Actor) -> MerchantView:
        return await self.views.merchant(selling(acting))

    async def edit(self, wanted: EditMerchant) -> MerchantView:
        """Change the profile. A new username is that of the account too."""
        merchant_id, now = selling(wanted.acting), self.clock.now()
        async with self.begin() as market:
            merchant = await market.merchants.hold(merchant_id)
            before = _recorded(merchant)
            was = merchant.username
            _apply(wanted, merchant)
            if isinstance(wanted.logo, UUID):
                [logo] = await market.images.of(merchant_id, [ImageId(wanted.logo)])
                merchant.logo = logo.id
            elif wanted.logo == "":
                merchant.logo = None
            if merchant.username != was:
                account = await market.accounts.hold(merchant.account_id)
                account.username = merchant.username
                await market.accounts.save(account)
            await market.merchants.save(merchant, merchant.edited(now))
            after = _recorded(merchant)
            await market.audit.add(
                AuditEntry.of(
                    Action.MERCHANT_EDITED,
                    id=AuditEntryId(self.ids.new()),
                    at=now,
                    actor=wanted.acting,
                    subject_type="merchant",
                    subject_id=merchant_id,
                    before={name: before[name] for name in before if before[name] != after[name]},
                    after={name: after[name] for name in after if before[name] != after[name]},
                )
            )
        return await self.views.merchant(merchant_id)


def selling(acting: Actor) -> MerchantId:
    """The store this actor keeps, or ``WrongRole``."""
    acting.must_be(Role.MERCHANT)
    assert acting.merchant_id is not None
    return MerchantId(acting.merchant_id)


def _apply(wanted: EditMerchant, merchant: Merchant) -> None:
    with Form() as form:
        if wanted.name is not None:
            merchant.name = form.read("name", line(120), wanted.name)
        if wanted.username is not None:
            merchant.username = form.read("username", parse_username, wanted.username)
        if wanted.description is not None:
            merchant.description = form.read("description", prose(2000), wanted.description)
        if wanted.payment_preference is not None:
            merchant.payment_preference = form.read(
                "payment_preference", parse_payment_preference, wanted.payment_preference
            )
        if wanted.whatsapp_link is not None:
            merchant.whatsapp_link = form.read(
                "whatsapp_link", parse_whatsapp_link, wanted.whatsapp_link
            )
        if wanted.instagram_link is not None:
            merchant.instagram_link = form.read(
                "instagram_link", parse_instagram_link, wanted.instagram_link
            )
        if wanted.facebook_link is not None:
            merchant.facebook_link = form.read(
                "facebook_link", parse_facebook_link, wanted.facebook_link
            )
        if wanted.whatsapp_phone is not None:
            merchant.whatsapp_phone = form.read(
                "whatsapp_phone",
                lambda text: parse_phone(text, merchant.country),
                wanted.whatsapp_phone,
            )
        if wanted.min_order_total is not None:
            merchant.min_order_total = form.read(
                "min_order_total",
                lambda text: Money.parse(text, merchant.currency),
                wanted.min_order_total,
            )
        if wanted.confirm_within_hours is not None:
            merchant.confirm_within_hours = form.read(
                "confirm_within_hours", parse_hours, wanted.confirm_within_hours
            )


def _recorded(merchant: Merchant) -> Facts:
    """What the audit book keeps of a profile: no description, and no phone number."""
    return {
        "username": merchant.username,
        "name": merchant.name,
        "payment_preference": merchant.payment_preference,
        "min_order_total": str(merchant.min_order_total),
        "confirm_within_hours": merchant.confirm_within_hours,
    }
