"""What a merchant can do with the own store, and how everybody finds it."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.domain.accounts import Actor, Role, Username, parse_locale, parse_username
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import BadValue, ChangedMeanwhile, Form, must_be_seen
from marketplace.domain.images import ImageId
from marketplace.domain.merchants import (
    FORMER_KEPT,
    CurrencyFixed,
    Merchant,
    MerchantId,
    StoreMoved,
    StoreNotFound,
    parse_blocked_phone_policy,
    parse_closing,
    parse_facebook_link,
    parse_hours,
    parse_instagram_link,
    parse_payment_preference,
    parse_whatsapp,
)
from marketplace.domain.money import Money, parse_currency
from marketplace.domain.phones import parse_country, parse_phone
from marketplace.domain.text import line, prose
from marketplace.domain.time_zones import parse_time_zone

from .delivery import SaidDelivery, read_delivery
from .ports import BeginUnitOfWork, Clock, Ids, MerchantView, UnitOfWork, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMerchant:
    """
    What the keeper of a store wants changed; None stays as it is.

    "" takes ``logo`` and ``delivery`` away, and reopens a store that was ``closed_until`` some
    time. ``seen`` are the versions that may be changed.
    """

    acting: Actor
    seen: Collection[int] | None = None
    name: str | None = None
    username: str | None = None
    logo: UUID | str | None = None
    payment_preference: str | None = None
    whatsapp_link: str | None = None
    instagram_link: str | None = None
    facebook_link: str | None = None
    description: str | None = None
    country: str | None = None
    currency: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    whatsapp_phone: str | None = None
    closed_until: datetime | str | None = None
    min_order_total: str | None = None
    confirm_within_hours: int | None = None
    delivery: SaidDelivery | str | None = None
    blocked_phone_policy: str | None = None


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
        """Change the profile. A new username is the account's too, and the old one leads to it."""
        merchant_id = selling(wanted.acting)
        async with self.begin() as market:
            former = None
            if wanted.logo is not None:
                # Images before the store: whoever removes one takes them in the same order.
                now = self.clock.now()
                former = await retire_logo(market, merchant_id, now, unless=wanted.logo)
            merchant = await market.merchants.hold(merchant_id)
            if wanted.logo is not None and merchant.logo != former:
                raise ChangedMeanwhile
            must_be_seen(merchant.version, wanted.seen)
            was = replace(merchant)
            _apply(wanted, merchant, self.clock.now())
            if merchant.currency != was.currency:
                await market.merchants.unsteady(merchant_id)
                if await market.products.any_of(merchant_id):
                    raise CurrencyFixed(currency=was.currency)
            if isinstance(wanted.logo, UUID):
                [logo] = await market.images.of(merchant_id, [ImageId(wanted.logo)])
                merchant.logo = logo.id
            elif wanted.logo == "":
                merchant.logo = None
            if merchant != was:
                now = self.clock.now()
                if merchant.username != was.username:
                    await _move(market, merchant, was.username, now)
                await market.merchants.save(merchant, merchant.edited(now))
                await market.audit.add(
                    AuditEntry.of(
                        Action.MERCHANT_EDITED,
                        id=AuditEntryId(self.ids.new()),
                        at=now,
                        actor=wanted.acting,
                        subject_type="merchant",
                        subject_id=merchant_id,
                        before=_recorded(was, merchant),
                        after=_recorded(merchant, was),
                    )
                )
        return await self.views.merchant(merchant_id)


def selling(acting: Actor) -> MerchantId:
    """The store this actor keeps, or ``WrongRole``."""
    acting.must_be(Role.MERCHANT)
    assert acting.merchant_id is not None
    return MerchantId(acting.merchant_id)


def store_address(typed: str) -> Username:
    """The name in an address, or ``StoreNotFound``: where no name is, no store can be."""
    try:
        return parse_username(typed)
    except BadValue:
        raise StoreNotFound from None


async def retire_logo(
    market: UnitOfWork, merchant_id: MerchantId, at: datetime, unless: UUID | str | None = None
) -> UUID | None:
    """Remove the image that is the logo, unless a product shows it too; which one it was."""
    former = (await market.merchants.get(merchant_id)).logo
    known = [] if former in (None, unless) else await market.images.known([ImageId(former)])
    for each in known:
        image = await market.images.condemn(merchant_id, each.id)
        if not await market.images.is_shown(image):
            await market.images.remove(image, image.remove(at))
    return former


@asynccontextmanager
async def leading_on(views: Views, address: Username) -> AsyncIterator[None]:
    """``StoreMoved`` instead of ``StoreNotFound`` where a store was: who finds it asks no more."""
    try:
        yield
    except StoreNotFound:
        current = await views.moved_to(address)
        if current is None:
            raise
        raise StoreMoved(username=current) from None


async def _move(market: UnitOfWork, merchant: Merchant, left: Username, at: datetime) -> None:
    """The account is called as the store is; the address it leaves leads to the new one."""
    merchant.move(await market.merchants.moves(merchant.id), at)
    account = await market.accounts.hold(merchant.account_id)
    account.username = merchant.username
    await market.accounts.save(account)
    await market.merchants.claim(merchant.username, merchant.id)
    await market.merchants.leave(left, merchant.id, at)
    await market.merchants.forget_former(merchant.id, FORMER_KEPT)


def _apply(wanted: EditMerchant, merchant: Merchant, now: datetime) -> None:
    # In this order: how a phone is written depends on the country, an amount on the currency.
    parsers: Mapping[str, Callable[[Any], object]] = {
        "name": line(120),
        "username": parse_username,
        "description": prose(2000),
        "country": parse_country,
        "currency": parse_currency,
        "locale": parse_locale,
        "time_zone": parse_time_zone,
        "payment_preference": parse_payment_preference,
        "whatsapp_link": lambda text: parse_whatsapp(text, merchant.country),
        "instagram_link": parse_instagram_link,
        "facebook_link": parse_facebook_link,
        "whatsapp_phone": lambda text: parse_phone(text, merchant.country),
        "closed_until": lambda until: parse_closing(until, now),
        "min_order_total": lambda text: Money.parse(text, merchant.currency),
        "confirm_within_hours": parse_hours,
        "blocked_phone_policy": parse_blocked_phone_policy,
    }
    with Form() as form:
        for name, parse in parsers.items():
            said, mistakes = getattr(wanted, name), len(form.problems)
            # A form sends back what it was shown, be it over by now.
            if said is None or (name == "closed_until" and said == merchant.closed_until):
                continue
            value = form.read(name, parse, said)
            if len(form.problems) > mistakes:
                continue
            if name == "currency" and value != merchant.currency:
                merchant.sell_in(str(value))
            setattr(merchant, name, value)
        if wanted.delivery is not None:
            merchant.delivery = read_delivery(
                form, wanted.delivery, merchant.terms, merchant.currency
            )


_RECORDED = (
    "country",
    "currency",
    "locale",
    "time_zone",
    "payment_preference",
    "closed_until",
    "min_order_total",
    "confirm_within_hours",
    "blocked_phone_policy",
)
_NAMED = ("name", "username", "delivery")


def _recorded(merchant: Merchant, other: Merchant) -> Facts:
    """
    What the audit book keeps of a profile where it differs from the other one.

    Of names only that they changed: the book cannot forget, and a person can ask us to. So of the
    terms of delivery, which can be long.
    """
    facts: Facts = {
        name: None if getattr(merchant, name) is None else str(getattr(merchant, name))
        for name in _RECORDED
        if getattr(merchant, name) != getattr(other, name)
    }
    return facts | {name: "…" for name in _NAMED if getattr(merchant, name) != getattr(other, name)}
