"""One's own store, over HTTP."""

from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET

from marketplace.application.delivery import SaidDelivery, SaidZone
from marketplace.application.merchants import EditMerchant, MerchantService
from marketplace.application.ports import MerchantView, Site
from marketplace.domain.accounts import Actor, Locale, UsernameTaken
from marketplace.domain.errors import ChangedMeanwhile, Form, StaleVersion
from marketplace.domain.images import ImageNotFound
from marketplace.domain.merchants import (
    BlockedPhonePolicy,
    CurrencyFixed,
    KycStatus,
    MerchantStatus,
    MovedTooOften,
    PaymentPreference,
)

from .images import ImageOut, ImageRef
from .problems import BadId
from .shapes import (
    Amount,
    AmountSaid,
    Change,
    Input,
    Maybe,
    Moment,
    Output,
    StrictRequest,
    tagged,
    words,
)


class ZoneIn(Input, frozen=True, kw_only=True):
    """Cities with one ``fee``, under all their names; where none is named, ``name`` is the city."""

    fee: AmountSaid
    name: str = ""
    cities: list[str] | None = None
    free_from: AmountSaid | None = None

    def wanted(self) -> SaidZone:
        return SaidZone(**self.said())


class DeliveryIn(Change, frozen=True, kw_only=True):
    """
    What is left out stays. ``default_fee`` is for cities of no zone: null serves them no more.

    From a subtotal of ``free_from`` delivery costs nothing, unless the zone says something else.
    """

    zones: Maybe[list[ZoneIn] | None] = UNSET
    default_fee: Maybe[AmountSaid | None] = UNSET
    free_from: Maybe[AmountSaid | None] = UNSET
    not_served: Maybe[list[str] | None] = UNSET
    cod_fee: Maybe[AmountSaid | None] = UNSET

    def wanted(self) -> SaidDelivery:
        said = self.said()
        if "zones" in said:
            said["zones"] = [each.wanted() for each in said["zones"]]
        return SaidDelivery(**said)


class MerchantIn(Change, frozen=True, kw_only=True):
    """
    ``logo`` is an image or its id. Null takes it away, ends ``closed_until``, and has ``delivery``
    cost nothing.

    Links lead to the site they are named for; ``@name`` is one too, and for WhatsApp a number.
    ``currency`` can change while there are no products. ``time_zone`` is as in ``Asia/Riyadh``.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "name": "عباءات سارة",
        "description": "عباءات مطرزة يدويًا",
        "whatsapp_link": "https://wa.me/966501234567",
        "instagram_link": "@sara.abayas",
        "min_order_total": "50.00",
        "confirm_within_hours": 24,
        "time_zone": "Asia/Riyadh",
        "delivery": {
            "zones": [{"name": "الرياض", "cities": ["الرياض", "Riyadh"], "fee": "15.00"}],
            "default_fee": "25.00",
            "free_from": "300.00",
            "cod_fee": "10.00",
        },
    }

    name: Maybe[str] = UNSET
    username: Maybe[str] = UNSET
    logo: Maybe[str | ImageRef | None] = UNSET
    payment_preference: Maybe[Annotated[str, words(PaymentPreference)]] = UNSET
    whatsapp_link: Maybe[str | None] = UNSET
    instagram_link: Maybe[str | None] = UNSET
    facebook_link: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET
    country: Maybe[str] = UNSET
    currency: Maybe[str] = UNSET
    locale: Maybe[Annotated[str, words(Locale)]] = UNSET
    time_zone: Maybe[str] = UNSET
    whatsapp_phone: Maybe[str] = UNSET
    closed_until: Maybe[Moment | None] = UNSET
    min_order_total: Maybe[AmountSaid] = UNSET
    confirm_within_hours: Maybe[int] = UNSET
    delivery: Maybe[DeliveryIn | None] = UNSET
    blocked_phone_policy: Maybe[Annotated[str, words(BlockedPhonePolicy)]] = UNSET

    def wanted(self, acting: Actor, seen: Collection[int] | None = None) -> EditMerchant:
        said = self.said()
        with Form() as form:
            if self.logo:
                said["logo"] = form.read("logo", _image_id, self.logo)
        if self.delivery:
            said["delivery"] = self.delivery.wanted()
        return EditMerchant(**said, acting=acting, seen=seen)


class ZoneOut(Output, frozen=True, kw_only=True):
    """Cities to which delivery costs ``fee``, each under all its names."""

    name: str
    cities: list[str]
    fee: Amount
    free_from: Amount | None


class DeliveryOut(Output, frozen=True, kw_only=True):
    """
    What is paid beside the goods, in the currency of the store.

    ``default_fee`` is for cities of no zone; null if they are not served. ``cod_fee`` is for paying
    at the door. From a subtotal of ``free_from`` delivery costs nothing; a zone has its own.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "zones": [
            {"name": "الرياض", "cities": ["الرياض", "Riyadh"], "fee": "15.00", "free_from": None}
        ],
        "default_fee": "25.00",
        "free_from": "300.00",
        "not_served": [],
        "cod_fee": "10.00",
    }

    zones: list[ZoneOut]
    default_fee: Amount | None
    free_from: Amount | None
    not_served: list[str]
    cod_fee: Amount


class MerchantOut(Output, frozen=True, kw_only=True):
    """
    A merchant, as it is shown to itself and to admins.

    ``status`` says whether the store is open at all, ``status_reason`` why not, ``kyc_status`` how
    far its papers are. ``closed_until`` is the end of a holiday, ``time_zone`` whose days the
    statistics count, ``confirm_within_hours`` how long an order waits to be confirmed.
    ``blocked_phone_policy`` is what becomes of an order by somebody on the block list.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "version": 3,
        "id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f",
        "username": "sara-abayas",
        "name": "عباءات سارة",
        "email": "sara@example.com",
        "phone": "+966501234567",
        "logo": None,
        "description": "عباءات مطرزة يدويًا",
        "status": "active",
        "status_reason": "",
        "kyc_status": "approved",
        "payment_preference": "cash_on_delivery",
        "whatsapp_link": "https://wa.me/966501234567",
        "instagram_link": "https://instagram.com/sara.abayas",
        "facebook_link": "",
        "whatsapp_phone": "+966501234567",
        "currency": "SAR",
        "country": "SA",
        "locale": "ar",
        "time_zone": "Asia/Riyadh",
        "closed_until": None,
        "min_order_total": "50.00",
        "confirm_within_hours": 24,
        "delivery": DeliveryOut.EXAMPLE,
        "blocked_phone_policy": "refuse",
        "registered_at": "2026-01-15T09:30:00Z",
    }

    version: int
    id: UUID
    username: str
    name: str
    email: str
    phone: str
    logo: ImageOut | None
    description: str
    status: MerchantStatus
    status_reason: str
    kyc_status: KycStatus
    payment_preference: PaymentPreference
    whatsapp_link: str
    instagram_link: str
    facebook_link: str
    whatsapp_phone: str
    currency: str
    country: str
    locale: Locale
    time_zone: str
    closed_until: Moment | None
    min_order_total: Amount
    confirm_within_hours: int
    delivery: DeliveryOut
    blocked_phone_policy: BlockedPhonePolicy
    registered_at: Moment

    @classmethod
    def of(cls, view: MerchantView, site: Site) -> Self:
        return cls.told(
            view.merchant,
            view,
            logo=None if view.logo is None else ImageOut.of(view.logo, site),
            delivery=view.merchant.terms,
        )


class MerchantController(Controller):
    path = "/me"

    @get()
    async def mine(
        self, request: StrictRequest, merchants: NamedDependency[MerchantService]
    ) -> Response[MerchantOut]:
        """Look at one's own store."""
        return tagged(MerchantOut.of(await merchants.mine(request.user), request.site))

    @put(
        problems=(
            UsernameTaken,
            MovedTooOften,
            ImageNotFound,
            CurrencyFixed,
            StaleVersion,
            ChangedMeanwhile,
        )
    )
    async def edit(
        self,
        request: StrictRequest,
        data: JSONBody[MerchantIn],
        merchants: NamedDependency[MerchantService],
    ) -> Response[MerchantOut]:
        """Change what it says; what is left out stays."""
        edited = await merchants.edit(data.wanted(request.user, request.seen))
        return tagged(MerchantOut.of(edited, request.site))


def _image_id(logo: str | ImageRef) -> UUID:
    try:
        return logo.id if isinstance(logo, ImageRef) else UUID(logo)
    except ValueError:
        raise BadId from None
