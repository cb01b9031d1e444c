"""One's own store, over HTTP."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET

from marketplace.application.merchants import EditMerchant, MerchantService
from marketplace.application.ports import MerchantView, Site
from marketplace.domain.accounts import Actor, Locale, UsernameTaken
from marketplace.domain.errors import Form
from marketplace.domain.images import ImageNotFound
from marketplace.domain.merchants import (
    KycStatus,
    MerchantStatus,
    MovedTooOften,
    PaymentPreference,
)

from .images import ImageOut, ImageRef
from .problems import BadId
from .shapes import Amount, AmountSaid, Change, Maybe, Moment, Output, StrictRequest, words


class MerchantIn(Change, frozen=True, kw_only=True):
    """``logo`` is an image or its id. Null takes it away, and ends ``closed_until``."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "name": "عباءات سارة",
        "description": "عباءات مطرزة يدويًا",
        "whatsapp_link": "https://wa.me/966501234567",
        "instagram_link": "https://instagram.com/sara.abayas",
        "min_order_total": "50.00",
        "confirm_within_hours": 24,
    }

    name: Maybe[str] = UNSET
    username: Maybe[str] = UNSET
    logo: Maybe[str | ImageRef | None] = UNSET
    payment_preference: Maybe[Annotated[str, words(PaymentPreference)]] = UNSET
    whatsapp_link: Maybe[str | None] = UNSET
    instagram_link: Maybe[str | None] = UNSET
    facebook_link: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET
    locale: Maybe[Annotated[str, words(Locale)]] = UNSET
    whatsapp_phone: Maybe[str] = UNSET
    closed_until: Maybe[Moment | None] = UNSET
    min_order_total: Maybe[AmountSaid] = UNSET
    confirm_within_hours: Maybe[int] = UNSET

    def wanted(self, acting: Actor) -> EditMerchant:
        said = self.said()
        with Form() as form:
            if self.logo:
                said["logo"] = form.read("logo", _image_id, self.logo)
        return EditMerchant(**said, acting=acting)


class MerchantOut(Output, frozen=True, kw_only=True):
    """A merchant, as it is shown to itself and to admins."""

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
    ) -> MerchantOut:
        """Look at one's own store."""
        return MerchantOut.of(await merchants.mine(request.user), request.site)

    @put(problems=(UsernameTaken, MovedTooOften, ImageNotFound))
    async def edit(
        self,
        request: StrictRequest,
        data: JSONBody[MerchantIn],
        merchants: NamedDependency[MerchantService],
    ) -> MerchantOut:
        """Change what it says; what is left out stays."""
        return MerchantOut.of(await merchants.edit(data.wanted(request.user)), request.site)


def _image_id(logo: str | ImageRef) -> UUID:
    try:
        return logo.id if isinstance(logo, ImageRef) else UUID(logo)
    except ValueError:
        raise BadId from None
