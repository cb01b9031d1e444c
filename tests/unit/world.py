"""A marketplace in this process, and short words for what usually is there already."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from marketplace.adapters.memory.neighbours import (
    FrozenClock,
    MemoryAccessTokens,
    MemoryBackups,
    MemoryBell,
    MemoryImageProcessor,
    MemoryImageStore,
    MemoryMailer,
    MemoryMessenger,
    MemoryPasswordHasher,
    MemorySealing,
    MemoryThrottle,
    MemoryWebhookSender,
    SequentialIds,
)
from marketplace.adapters.memory.store import MemoryStore
from marketplace.adapters.memory.unit_of_work import MemoryUnitOfWork
from marketplace.adapters.memory.views import MemoryViews
from marketplace.adapters.system import SystemSecrets
from marketplace.application.accounts import CreateAdmin, Register
from marketplace.application.kyc import HandInPapers, JudgePapers
from marketplace.application.marketplace import Marketplace
from marketplace.application.orders import MoveOrder, OrderInHand, PlacedOrder, PlaceOrder, Wish
from marketplace.application.ports import (
    Job,
    Letter,
    LetterKind,
    Letters,
    Paging,
    Ports,
    SignedUpload,
    Site,
    Wording,
)
from marketplace.application.products import AddProduct
from marketplace.application.sessions import SignIn
from marketplace.application.watching import StoreWatch
from marketplace.domain.accounts import Account, Actor, Locale
from marketplace.domain.audit import Action, AuditEntry
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.notifications import Notification
from marketplace.domain.orders import Order, OrderId
from marketplace.domain.products import Option, Product, ProductId
from marketplace.domain.variants import StockMovement, Variant, VariantId

PASSWORD = "correct horse"
PIXELS = b"\xff\xd8\xff a photo of a lamp"


class PlainLetters(Letters):
    """Says what it was told, and nothing around it."""

    def write(self, kind: LetterKind, locale: Locale, facts: Mapping[str, str], /) -> Wording:
        text = "\n".join(f"{name}: {fact}" for name, fact in facts.items())
        return Wording(title=f"{kind} in {locale}", text=text, html=f"<pre>{text}</pre>")


class MemoryBucket(MemoryImageStore):
    """A shelf that others can put things on, if we have signed for it."""

    async def sign_upload(self, key: str, type: str, lasts: timedelta, /) -> SignedUpload:
        return SignedUpload(url=f"memory:{key}", method="PUT", headers={"content-type": type})


class EvenSecrets(SystemSecrets):
    """As hard to guess as in earnest; delays are as long as they can be."""

    def jitter(self) -> float:
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A merchant who is signed in."""

    actor: Actor
    merchant_id: MerchantId
    username: str
    email: str
    access: str
    refresh: str


class World:
    """The marketplace, a clock that stands still, and a post office one can look into."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.mailer = MemoryMailer()
        self.messenger = MemoryMessenger()
        self.store = MemoryStore()
        self.shelf = MemoryImageStore(clock=self.clock)
        self.bell = MemoryBell()
        self.backups = MemoryBackups()
        self.internet = MemoryWebhookSender()
        self.watch = StoreWatch(alone=True)
        ids = SequentialIds()
        self.ports = Ports(
            begin=lambda: MemoryUnitOfWork(self.store, ids, self.bell, self.watch),
            views=MemoryViews(self.store),
            clock=self.clock,
            ids=ids,
            secrets=EvenSecrets(b"a key that is known to everybody"),
            sealing=MemorySealing(),
            passwords=MemoryPasswordHasher(),
            throttle=MemoryThrottle(self.clock),
            access_tokens=MemoryAccessTokens(),
            images=self.shelf,
            processor=MemoryImageProcessor(),
            letters=PlainLetters(),
            mailer=self.mailer,
            messenger=self.messenger,
            webhooks=self.internet,
            watch=self.watch,
            backups=self.backups,
            site=Site(public_url="https://souq.example"),
        )
        self.marketplace = Marketplace(self.ports)
        self._sellers = 0

    def with_(self, **other: object) -> Marketplace:
        """The same marketplace with another neighbour."""
        return Marketplace(replace(self.ports, **other))  # type: ignore[arg-type]

    # What is there

    async def a_merchant(self, called: str = "", /, **said: str) -> Seller:
        self._sellers += 1
        called = called or f"store-{self._sellers}"
        wanted = {
            "email": f"{called}@example.com",
            "username": called,
            "password": PASSWORD,
            "phone": f"+9665{self._sellers:08}",
            "name": f"متجر {called}",
        } | said
        registered = await self.marketplace.accounts.register(Register(**wanted))
        signed_in = registered.signed_in
        return Seller(
            actor=await self.marketplace.sessions.identify(signed_in.access),
            merchant_id=registered.merchant.merchant.id,
            username=registered.merchant.merchant.username,
            email=signed_in.account.email,
            access=signed_in.access,
            refresh=signed_in.refresh,
        )

    async def an_admin(self) -> Actor:
        """Somebody who watches over the platform; there is one per world."""
        await self.marketplace.accounts.create_admin(
            CreateAdmin(
                email="boss@example.com", username="the-boss", password=PASSWORD, phone="0599999999"
            )
        )
        signed_in = await self.marketplace.sessions.sign_in(
            SignIn(name="boss@example.com", password=PASSWORD)
        )
        return await self.marketplace.sessions.identify(signed_in.access)

    async def a_product(
        self, seller: Seller, *, price: str = "50.00", stock: int = 10, **said: object
    ) -> ProductId:
        wanted = {"title": "مصباح"} | said
        added = await self.marketplace.products.add(
            AddProduct(acting=seller.actor, price=price, stock=stock, **wanted)  # type: ignore[arg-type]
        )
        return added.product.id

    async def another_variant(
        self, product_id: ProductId, *, price: str = "60.00", stock: int = 10
    ) -> VariantId:
        """From now on the product comes in one variant more."""
        async with self.ports.begin() as market:
            product = await market.products.hold(product_id)
            money = product.default.price.parse(price, product.default.price.currency)
            variant = Variant(id=VariantId(self.ports.ids.new()), price=money, on_hand=stock)
            there = product.offered
            for place, each in enumerate((*there, variant)):
                each.options = (f"{place}",)
            option = Option(name="size", values=tuple(str(n) for n in range(len(there) + 1)))
            product.arrange([option], [*there, variant])
            await market.products.save(product)
        return variant.id

    def an_order_for(self, seller: Seller, *items: Wish | ProductId, **said: str) -> PlaceOrder:
        """What a guest says; a product alone is one unit of it."""
        wishes = [
            each if isinstance(each, Wish) else Wish(product_id=each, quantity=1) for each in items
        ]
        wanted = {
            "store": seller.username,
            "customer_name": "سارة",
            "customer_phone": "0501234567",
            "address": "حي النخيل",
        } | said
        return PlaceOrder(items=wishes, **wanted)

    async def an_order(self, seller: Seller, *items: Wish | ProductId, **said: str) -> PlacedOrder:
        return await self.marketplace.placing.place(self.an_order_for(seller, *items, **said))

    async def papers(self, seller: Seller, *documents: bytes, **said: str) -> Submission:
        wanted = {"legal_name": "مؤسسة منى", "registration_number": "1010-123456"} | said
        return await self.marketplace.kyc.hand_in(
            HandInPapers(acting=seller.actor, documents=documents or (PIXELS,), **wanted)
        )

    async def judge(
        self, admin: Actor, seller: Seller, decision: str, reason: str = ""
    ) -> Submission:
        return await self.marketplace.kyc.judge(
            JudgePapers(
                acting=admin, merchant_id=seller.merchant_id, decision=decision, reason=reason
            )
        )

    # What happens

    async def move(
        self, seller: Seller, order_id: OrderId, *statuses: str, **said: object
    ) -> OrderInHand:
        """Move an order through these statuses; reasons are made up where they are needed."""
        reasons = {"cancelled": "no longer wanted", "delivery_failed": "refused"}
        moves = [
            MoveOrder(
                acting=seller.actor,
                order_id=order_id,
                status=status,
                **({"reason": reasons.get(status, "")} | said),  # type: ignore[arg-type]
            )
            for status in statuses
        ]
        return [await self.marketplace.moving.move(each) for each in moves][-1]

    async def run_jobs(self) -> int:
        return await self.marketplace.jobs.run_all()

    async def do_without_finishing(self) -> list[Job]:
        """A worker does everything that is due, and dies before it could say so."""
        async with self.ports.begin() as market:
            jobs = await market.outbox.claim(self.clock.now(), timedelta(seconds=60), 100)
        for job in jobs:
            await self.marketplace.jobs.reactions.carry_out(job)
        return jobs

    async def holiday(self, seller: Seller, days: int) -> None:
        async with self.ports.begin() as market:
            merchant = await market.merchants.hold(seller.merchant_id)
            merchant.closed_until = self.clock.now() + timedelta(days=days)
            await market.merchants.save(merchant)

    def tamper(self, product_id: ProductId, *, on_hand: int, reserved: int) -> None:
        """Somebody wrote into the database by hand."""
        variant = self.store.entities[Product, product_id].default
        variant.on_hand, variant.reserved = on_hand, reserved

    # What is true now

    async def product(self, product_id: ProductId) -> Product:
        async with self.ports.begin() as market:
            return await market.products.get(product_id)

    async def stock(self, product_id: ProductId) -> tuple[int, int]:
        """On the shelf, and how many of it are promised."""
        variant = (await self.product(product_id)).default
        return variant.on_hand, variant.reserved

    async def ledger(self, seller: Seller, product_id: ProductId) -> Sequence[StockMovement]:
        """Newest first."""
        page = await self.marketplace.stock.movements(seller.actor, product_id, Paging(limit=100))
        return page.items

    async def order(self, order_id: OrderId) -> Order:
        async with self.ports.begin() as market:
            return await market.orders.get(order_id)

    async def merchant(self, seller: Seller) -> Merchant:
        async with self.ports.begin() as market:
            return await market.merchants.get(seller.merchant_id)

    async def account(self, seller: Seller) -> Account:
        async with self.ports.begin() as market:
            return await market.accounts.get(seller.actor.account_id)

    async def inbox(self, seller: Seller) -> tuple[Notification, ...]:
        seen = await self.marketplace.notifications.inbox(seller.actor, Paging(limit=100))
        return seen.page.items

    def letters_to(self, email: str, kind: LetterKind | None = None) -> list[Letter]:
        return [
            each
            for each in self.mailer.sent
            if each.to == email and (kind is None or each.subject.startswith(kind))
        ]

    def token_in(self, letter: Letter) -> str:
        found = re.search(r"#token=(\S+)", letter.text)
        assert found is not None, letter.text
        return found[1]

    def audited(self, action: Action) -> list[AuditEntry]:
        return [each for each in self.store.audit if each.action is action]

    def counted(self) -> int:
        """How much there is of everything; a refusal must leave it as it was."""
        return len(self.store.entities) + len(self.store.jobs) + len(self.store.audit)


NOBODYS = UUID(int=0x7 << 76 | 0x2 << 62)
"""An id that nothing has."""
