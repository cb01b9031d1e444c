"""One's own store, over HTTP."""

from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET

from marketplace.application.merchants import EditMerchant, MerchantService
from marketplace.application.ports import MerchantView, Site
from marketplace.domain.accounts import Actor, Locale, UsernameTaken
from marketplace.domain.errors import Form, StaleVersion
from marketplace.domain.images import ImageNotFound
from marketplace.domain.merchants import (
    CurrencyFixed,
    KycStatus,
    MerchantStatus,
    PaymentPreference,
)

from .images import ImageOut, ImageRef
from .problems import BadId
from .shapes import (
    Amount,
    AmountSaid,
    Change,
    Maybe,
    Moment,
    Output,
    StrictRequest,
    tagged,
    words,
)


class MerchantIn(Change, frozen=True, kw_only=True):
    """
    ``logo`` is an image or its id. Null takes it away, and ends ``closed_until``.

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

    def wanted(self, acting: Actor, seen: Collection[int] | None = None) -> EditMerchant:
        said = self.said()
        with Form() as form:
            if self.logo:
                said["logo"] = form.read("logo", _image_id, self.logo)
        return EditMerchant(**said, acting=acting, seen=seen)


class MerchantOut(Output, frozen=True, kw_only=True):
    """
    A merchant, as it is shown to itself and to admins.

    ``status`` says whether the store is open at all, ``status_reason`` why not, ``kyc_status`` how
    far its papers are. ``closed_until`` is the end of a holiday, ``time_zone`` whose days the
    statistics count, ``confirm_within_hours`` how long an order waits to be confirmed.
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
    registered_at: Moment

    @classmethod
    def of(cls, view: MerchantView, site: Site) -> Self:
        return cls.told(
            view.merchant, view, logo=None if view.logo is None else ImageOut.of(view.logo, site)
        )


class MerchantController(Controller):
    path = "/me"

    @get()
    async def mine(
        self, request: StrictRequest, merchants: NamedDependency[MerchantService]
    ) -> Response[MerchantOut]:
        """Look at one's own store."""
        return tagged(MerchantOut.of(await merchants.mine(request.user), request.site))

    @put(problems=(UsernameTaken, ImageNotFound, CurrencyFixed, StaleVersion))
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
