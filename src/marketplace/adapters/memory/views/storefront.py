"""What the public sees."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import (
    CategoryCard,
    ImageCard,
    Page,
    Paging,
    ProductCard,
    ProductView,
    StoreCard,
    StoreView,
    VariantCard,
)
from marketplace.domain.accounts import Username
from marketplace.domain.categories import Category
from marketplace.domain.images import Image
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus, StoreNotFound

from .reading import Reading, page_of


class MemoryStoreViews(Reading, ports.StoreViews):
    async def store(self, username: Username, /) -> StoreView:
        for merchant in self._store.all_of(Merchant):
            if merchant.username == username and merchant.status is MerchantStatus.ACTIVE:
                return StoreView(merchant=deepcopy(merchant), logo=self._logo(merchant))
        raise StoreNotFound

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        store = await self.store(username)
        shown = await self.on_sale(store.merchant.id, paging)
        return _store(store), Page(items=tuple(map(_card, shown.items)), next=shown.next)

    async def moved_to(self, username: Username, /) -> Username | None:
        owner = self._store.former_usernames.get(username)
        for merchant in self._store.all_of(Merchant):
            if merchant.id == owner and merchant.status is MerchantStatus.ACTIVE:
                return merchant.username
        return None

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        products = self._products_of(merchant_id)
        return page_of((each for each in products if each.is_on_sale), paging, self._product)


def _store(view: StoreView) -> StoreCard:
    store = view.merchant
    return StoreCard(
        id=store.id,
        username=store.username,
        name=store.name,
        description=store.description,
        logo=None if view.logo is None else _image(view.logo),
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


def _card(view: ProductView) -> ProductCard:
    product, category = view.product, view.category
    return ProductCard(
        id=str(product.id),
        slug=product.slug,
        title=product.title,
        description=product.description,
        status=product.status,
        category=None if category is None else _category(category),
        tags=list(product.tags),
        images=tuple(map(_image, view.images)),
        options=product.options,
        offered=tuple(
            VariantCard(
                str(each.id),
                list(each.options),
                each.sku,
                each.price,
                each.compare_at_price,
                each.available,
            )
            for each in product.offered
        ),
        track_stock=product.track_stock,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )


def _category(category: Category) -> CategoryCard:
    return CategoryCard(str(category.id), category.name, category.slug)


def _image(image: Image) -> ImageCard:
    return ImageCard(
        str(image.id),
        image.preview.key,
        image.alt,
        image.status,
        image.width,
        image.height,
        image.renditions,
    )
