"""A small demo: two stores, Arabic and English, with products, photos and a few orders."""

import contextlib
import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from marketplace.application.accounts import CreateAdmin, Register
from marketplace.application.images import ReceiveImage
from marketplace.application.marketplace import Marketplace
from marketplace.application.orders import PlaceOrder, Wish
from marketplace.application.ports import Paging
from marketplace.application.products import AddProduct
from marketplace.application.sessions import SignIn
from marketplace.domain.accounts import EmailTaken

from .settings import kept

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    title: str
    description: str
    price: str
    stock: int
    colours: tuple[Colour, Colour]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shop:
    account: Register
    things: Sequence[_Thing]
    guest: tuple[str, str, str]


def _shops(password: str) -> Sequence[_Shop]:
    return (
        _Shop(
            account=Register(
                email="amal@demo.example",
                username="bayt-amal",
                password=password,
                phone="+966501234501",
                name="بيت أمل",
                country="SA",
                locale="ar",
            ),
            things=(
                _Thing(
                    title="مبخرة خشبية",
                    description="مبخرة من خشب الزان، محفورة باليد.",
                    price="129.00",
                    stock=12,
                    colours=((120, 72, 40), (226, 190, 140)),
                ),
                _Thing(
                    title="عباءة كتان صيفية",
                    description="كتان خفيف بلون الرمل، مقاسات واسعة.",
                    price="349.00",
                    stock=6,
                    colours=((214, 198, 170), (150, 132, 104)),
                ),
                _Thing(
                    title="تمر سكري فاخر، كيلو",
                    description="من مزارع القصيم، موسم هذا العام.",
                    price="45.50",
                    stock=80,
                    colours=((92, 48, 24), (190, 120, 60)),
                ),
                _Thing(
                    title="دلة قهوة نحاسية",
                    description="دلة تكفي ستة أشخاص.",
                    price="210.00",
                    stock=1,
                    colours=((184, 115, 51), (250, 214, 165)),
                ),
            ),
            guest=("ليلى الحربي", "0501112233", "حي النرجس، شارع 12، الرياض"),
        ),
        _Shop(
            account=Register(
                email="omar@demo.example",
                username="omar-tech",
                password=password,
                phone="+96550123450",
                name="Omar Tech",
                country="KW",
                locale="en",
            ),
            things=(
                _Thing(
                    title="USB-C charger, 65 W",
                    description="Two ports, folding plug.",
                    price="9.750",
                    stock=40,
                    colours=((40, 48, 64), (130, 160, 200)),
                ),
                _Thing(
                    title="Wireless earphones",
                    description="Thirty hours with the case.",
                    price="14.500",
                    stock=25,
                    colours=((230, 232, 238), (90, 96, 110)),
                ),
                _Thing(
                    title="Desk lamp",
                    description="Warm to cold light, dims without steps.",
                    price="12.250",
                    stock=9,
                    colours=((250, 220, 120), (70, 60, 50)),
                ),
            ),
            guest=("Sara Ali", "+965 5011 2233", "Salmiya, block 5, house 7"),
        ),
    )


async def load_demo(marketplace: Marketplace, var_dir: Path) -> list[str]:
    """
    Fill an empty marketplace, once; the lines say how to sign in.

    The password is made for this installation and kept below ``var_dir``.
    """
    password = kept(var_dir / "demo-password", lambda: secrets.token_urlsafe(9))
    shops = _shops(password)
    admin = CreateAdmin(
        email="admin@demo.example",
        username="demo-admin",
        password=password,
        phone="+966501234500",
    )
    loaded = var_dir / "demo-loaded"
    if not loaded.exists():
        for shop in shops:
            await _open(marketplace, shop)
        with contextlib.suppress(EmailTaken):
            await marketplace.accounts.create_admin(admin)
        loaded.touch()
    site = marketplace.ports.site.public_url
    names = [f"{shop.account.email} ({site}/api/store/{shop.account.username})" for shop in shops]
    return [
        "Demo stores: " + ", ".join(names),
        f"Demo admin: {admin.email}",
        f"Demo password, the same for all: {password}",
    ]


async def _open(marketplace: Marketplace, shop: _Shop) -> None:
    """Everything a shop has; after an interrupted start, the rest of it."""
    with contextlib.suppress(EmailTaken):
        await marketplace.accounts.register(shop.account)
    said = SignIn(name=shop.account.email, password=shop.account.password)
    signed_in = await marketplace.sessions.sign_in(said)
    keeper = await marketplace.sessions.identify(signed_in.access)
    there = (await marketplace.products.of_merchant(keeper, Paging(limit=100))).items
    products = {each.product.title: each.product.id for each in there}
    for thing in shop.things:
        if thing.title in products:
            continue
        photo = ReceiveImage(acting=keeper, content=_photo(thing.colours), alt=thing.title)
        image = await marketplace.images.receive(photo)
        added = await marketplace.products.add(
            AddProduct(
                acting=keeper,
                title=thing.title,
                description=thing.description,
                price=thing.price,
                stock=thing.stock,
                images=[image.id],
            )
        )
        products[thing.title] = added.product.id
    if (await marketplace.orders.of_merchant(keeper, Paging(limit=1))).items:
        return
    name, phone, address = shop.guest
    await marketplace.placing.place(
        PlaceOrder(
            store=shop.account.username,
            customer_name=name,
            customer_phone=phone,
            address=address,
            items=[Wish(product_id=products[each.title], quantity=1) for each in shop.things[:2]],
        )
    )


def _photo(colours: tuple[Colour, Colour]) -> bytes:
    """A soft still life of two colours, as a camera would send it: 1600 × 1200 pixels, JPEG."""
    size, (front, back) = (400, 300), colours
    picture = Image.new("RGB", size, back)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 210, 400, 300), fill=tuple(channel * 3 // 4 for channel in back))
    draw.ellipse((110, 215, 290, 255), fill=tuple(channel // 2 for channel in back))
    draw.rounded_rectangle((140, 80, 260, 240), radius=50, fill=front)
    draw.ellipse((160, 95, 190, 150), fill=tuple((channel + 255) // 2 for channel in front))
    large = picture.resize((1600, 1200), Image.Resampling.BICUBIC)
    photo = io.BytesIO()
    large.filter(ImageFilter.GaussianBlur(3)).save(photo, "JPEG", quality=85)
    return photo.getvalue()
