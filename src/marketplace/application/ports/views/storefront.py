"""Stores as everybody sees them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, Self

from marketplace.domain.accounts import Locale, Username
from marketplace.domain.images import Image
from marketplace.domain.merchants import Merchant, MerchantId, PaymentPreference
from marketplace.domain.money import Money
from marketplace.domain.products import Product, ProductId
from marketplace.domain.slugs import Slug

from .paging import Page, Paging
from .products import CategoryView, Found, ImageView, ProductView, Selection

MEDIA = "\x01"
"""Where the address of a file begins, whatever the address of all of them is at the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """A store as the public sees it."""

    merchant: Merchant
    logo: Image | None


class ProductCard(NamedTuple):
    """
    A product as everybody is told it in a list; a tuple, for there are twenty on every page.

    ``told`` is an object of JSON with all that changes only if its merchant changes something, and
    :data:`MEDIA` in front of the name of each file: in JSON that character does not occur. What
    changes with every order stands beside it: ``available`` units can be ordered, of all variants
    together; None where nobody counts them. ``id`` is as it is told.
    """

    id: str
    told: str
    available: int | None

    @classmethod
    def of(cls, view: ProductView) -> Self:
        product, category, default = view.product, view.category, view.product.default
        before = default.compare_at_price
        told = {
            "id": str(product.id),
            "slug": product.slug,
            "title": product.title,
            "description": product.description,
            "price": default.price.amount,
            "price_from": product.price_from.amount,
            "price_to": product.price_to.amount,
            "compare_at_price": before and before.amount,
            "currency": default.price.currency,
            "category": category
            and {"id": str(category.id), "name": category.name, "slug": category.slug},
            "tags": product.tags,
            "images": [_image(each) for each in view.images],
            "status": product.status,
            "sku": default.sku,
            "options": [{"name": each.name, "values": each.values} for each in product.options],
            "variant_count": len(product.offered),
            "created_at": _moment(product.created_at),
            "updated_at": _moment(product.updated_at),
        }
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return cls(str(product.id), text.replace(r'"\u0001', f'"{MEDIA}'), product.available)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCard:
    """An open store as the public sees it; on holiday it is ``closed_until`` some time."""

    id: MerchantId
    username: Username
    name: str
    description: str
    logo: ImageView | None
    currency: str
    country: str
    locale: Locale
    payment_preference: PaymentPreference
    whatsapp_link: str
    instagram_link: str
    facebook_link: str
    closed_until: datetime | None
    min_order_total: Money

    @classmethod
    def of(cls, view: StoreView) -> Self:
        store, logo = view.merchant, view.logo
        return cls(
            id=store.id,
            username=store.username,
            name=store.name,
            description=store.description,
            logo=None if logo is None else ImageView.of(logo),
            currency=store.currency,
            country=store.country,
            locale=store.locale,
            payment_preference=store.payment_preference,
            whatsapp_link=store.whatsapp_link,
            instagram_link=store.instagram_link,
            facebook_link=store.facebook_link,
            closed_until=store.closed_until,
            min_order_total=store.min_order_total,
        )


class StoreViews(Protocol):
    """What the public sees."""

    async def store(self, username: Username, /) -> StoreView:
        """An open store, or ``StoreNotFound``."""
        ...

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        """An open store and the newest of what it has on sale, or ``StoreNotFound``."""
        ...

    async def moved_to(self, username: Username, /) -> Username | None:
        """What the open store that once had this name is called now."""
        ...

    async def searched(
        self, username: Username, selection: Selection, paging: Paging, /
    ) -> tuple[StoreCard, Found[ProductCard]]:
        """An open store and what it sells of a selection, or ``StoreNotFound``."""
        ...

    async def on_sale(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Found[ProductCard]:
        """What a store sells of a selection, whatever status that names."""
        ...

    async def product_on_sale(
        self, merchant_id: MerchantId, called: ProductId | Slug, /
    ) -> ProductView:
        """One thing a store sells, or ``ProductNotFound``."""
        ...

    async def product_moved_to(self, merchant_id: MerchantId, slug: Slug, /) -> Slug | None:
        """
        The slug of what a store sells that had this one before.

        Of several the one that had it last; of its former slugs a product keeps the latest ones.
        """
        ...

    async def products_on_sale(
        self, merchant_id: MerchantId, ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, Product]:
        """Those of the named that a store sells; nobody is kept from buying them meanwhile."""
        ...

    async def categories_on_sale(self, merchant_id: MerchantId, /) -> tuple[CategoryView, ...]:
        """All of a store, in their order."""
        ...


def _image(image: ImageView) -> dict[str, Any]:
    return {
        "id": str(image.id),
        "url": _file(image.preview.key),
        "alt": image.alt,
        "status": image.status,
        "width": image.width,
        "height": image.height,
        "placeholder": image.placeholder,
        "renditions": {str(each.edge): _file(each.key) for each in image.renditions},
    }


def _file(key: str) -> str:
    return MEDIA + key.removeprefix("public/")


def _moment(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.isoformat().replace("+00:00", "Z")
