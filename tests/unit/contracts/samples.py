"""One of everything, with no field left at its default, so that a forgotten one is noticed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from marketplace.adapters.memory.neighbours import SequentialIds
from marketplace.application.ports import BeginUnitOfWork
from marketplace.domain.accounts import (
    Account,
    AccountId,
    EmailAddress,
    Locale,
    Role,
    Session,
    SessionId,
    Username,
)
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId
from marketplace.domain.categories import Category, CategoryId
from marketplace.domain.delivery import DeliveryTerms, Zone
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId, ImageStatus, Rendition
from marketplace.domain.imports import Import, ImportId, ImportStatus
from marketplace.domain.kyc import (
    Decision,
    Document,
    DocumentId,
    DocumentType,
    Submission,
    SubmissionId,
)
from marketplace.domain.merchants import (
    BlockedPhonePolicy,
    KycStatus,
    Merchant,
    MerchantId,
    PaymentPreference,
)
from marketplace.domain.money import Money
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    Notification,
    NotificationId,
    Target,
    Topic,
)
from marketplace.domain.orders import (
    ConfirmationMethod,
    Customer,
    Edit,
    Move,
    Order,
    OrderId,
    OrderLine,
    OrderSource,
    OrderStatus,
    Party,
    total_of,
)
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Option, Product, ProductId, ProductStatus
from marketplace.domain.sheets import Column, RowProblem
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import (
    StockChange,
    StockMovement,
    StockMovementId,
    StockReason,
    Variant,
    VariantId,
)
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    Endpoint,
    EndpointId,
    Failure,
    SealedSecret,
    Try,
)

NOON = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass
class World:
    """Makes and stores things for a contract, each with a name of its own."""

    begin: BeginUnitOfWork
    ids: SequentialIds = field(default_factory=SequentialIds)

    def new(self) -> UUID:
        return self.ids.new()

    def account(self, role: Role = Role.MERCHANT) -> Account:
        id = self.new()
        account, _ = Account.register(
            id=AccountId(id),
            email=EmailAddress(f"{id}@example.com"),
            username=Username(f"u{id.hex[:12]}"),
            phone=PhoneNumber(f"+9665{int(id) >> 80:08}"),
            role=role,
            password_hash="hash",
            locale=Locale.ENGLISH,
            at=NOON,
        )
        account.is_verified = True
        return account

    async def a_merchant(
        self, name: str = "متجر القمر", kyc_status: KycStatus = KycStatus.PENDING
    ) -> Merchant:
        account = self.account()
        merchant, _ = Merchant.register(
            id=MerchantId(self.new()),
            account_id=account.id,
            username=account.username,
            name=name,
            phone=account.phone,
            country="KW",
            currency="KWD",
            locale=Locale.ENGLISH,
            at=NOON,
        )
        merchant.description = "كل شيء"
        merchant.kyc_status = kyc_status
        merchant.payment_preference = PaymentPreference.BOTH
        merchant.whatsapp_link = "https://wa.me/96550000000"
        merchant.instagram_link = "https://instagram.com/moon"
        merchant.facebook_link = "https://facebook.com/moon"
        merchant.closed_until = NOON - timedelta(days=1)
        merchant.min_order_total = Money(1500, "KWD")
        merchant.confirm_within_hours = 24
        merchant.delivery = DeliveryTerms(
            zones=(
                Zone(
                    name="العاصمة",
                    cities=("الكويت", "Kuwait City"),
                    fee=Money(1000, "KWD"),
                    free_from=Money(20_000, "KWD"),
                ),
                Zone(name="الجهراء", cities=("الجهراء",), fee=Money(2000, "KWD")),
            ),
            default_fee=None,
            free_from=Money(30_000, "KWD"),
            not_served=("الوفرة",),
            cod_fee=Money(500, "KWD"),
        )
        merchant.blocked_phone_policy = BlockedPhonePolicy.FLAG
        async with self.begin() as market:
            await market.accounts.add(account)
            await market.merchants.add(merchant)
        return merchant

    def session(self, account_id: AccountId, refresh: bytes = b"1" * 32) -> Session:
        session = Session.open(
            id=SessionId(self.new()),
            account_id=account_id,
            refresh_hash=refresh,
            user_agent="a browser",
            at=NOON,
        )
        session.spent_hash = b"2" * 32
        return session

    async def an_image(self, merchant: Merchant) -> Image:
        id = ImageId(self.new())
        image, _ = Image.receive(
            id=id,
            merchant_id=merchant.id,
            alt="قمر",
            width=800,
            height=600,
            placeholder="#abcdef",
            original_key=f"private/{id}",
            preview=Rendition(edge=640, key=f"public/{id}.jpg", width=640, height=480),
            at=NOON,
        )
        image.status = ImageStatus.READY
        image.renditions = (
            Rendition(edge=160, key="public/160.webp", width=160, height=120),
            Rendition(edge=320, key="public/320.webp", width=320, height=240),
        )
        image.failure = "none"
        async with self.begin() as market:
            await market.images.add(image)
        return image

    async def papers(self, merchant: Merchant, *, judged: bool = True) -> Submission:
        admin = self.account(Role.ADMIN)
        submission = Submission(
            id=SubmissionId(self.new()),
            merchant_id=merchant.id,
            legal_name="مؤسسة القمر",
            registration_number="1010-123",
            documents=tuple(
                Document(
                    id=DocumentId(self.new()), key=f"private/kyc/{kind}", media_type=kind, size=7
                )
                for kind in DocumentType
            ),
            submitted_at=NOON,
        )
        if judged:
            submission.decision, submission.reason = Decision.REJECTED, "غير واضحة"
            submission.decided_by, submission.decided_at = admin.id, NOON + timedelta(hours=1)
        async with self.begin() as market:
            await market.accounts.add(admin)
            await market.submissions.add(submission)
        return submission

    async def a_product(
        self,
        merchant: Merchant,
        *happened: Event,
        stock: int = 5,
        status: ProductStatus = ProductStatus.ACTIVE,
        images: tuple[ImageId, ...] = (),
        title: str = "مصباح",
        price: int = 4750,
        track_stock: bool = True,
        description: str | None = None,
    ) -> Product:
        product = self.product(merchant, stock=stock, status=status, title=title, price=price)
        if description is not None:
            product.description = description
        product.images, product.track_stock = images, track_stock
        category = self.category(merchant)
        product.category = category.id
        async with self.begin() as market:
            await market.categories.add(category)
            await market.products.add(product, *happened)
        return product

    def product(
        self,
        merchant: Merchant,
        *,
        stock: int = 5,
        status: ProductStatus = ProductStatus.ACTIVE,
        title: str = "مصباح",
        price: int = 4750,
    ) -> Product:
        id = ProductId(self.new())
        product, _ = Product.add(
            id=id,
            merchant_id=merchant.id,
            title=title,
            slug=Slug(f"مصباح-{id.hex}"),
            description="يضيء",
            status=status,
            options=[Option(name="اللون", values=("أسود", "Blue"))],
            variants=[
                self.variant(stock, "أسود", price=price),
                self.variant(stock + 1 if stock else 0, "Blue", price=price),
            ],
            at=NOON,
        )
        product.tags, product.low_stock_at = ("ضوء", "lamp"), 3
        return product

    def category(self, merchant: Merchant) -> Category:
        id = self.new()
        return Category(
            id=CategoryId(id),
            merchant_id=merchant.id,
            name=f"إضاءة {id}",
            slug=Slug(f"إضاءة-{id}"),
            position=int(id) & 0xFFFF,
        )

    def variant(self, stock: int, *options: str, price: int = 4750) -> Variant:
        id = uuid4()
        return Variant(
            id=VariantId(id),
            options=options,
            sku=f"A-{id}",
            price=Money(price, "KWD"),
            compare_at_price=Money(5000, "KWD"),
            on_hand=stock + 1,
            reserved=1,
        )

    def movement(
        self, change: StockChange, reason: StockReason = StockReason.COUNTED
    ) -> StockMovement:
        return StockMovement.of(
            change,
            reason,
            id=StockMovementId(self.new()),
            at=NOON,
            reference=self.new(),
            note="انكسر",
            by=AccountId(self.new()),
        )

    async def an_order(
        self,
        merchant: Merchant,
        *happened: Event,
        number: int = 1001,
        moved: bool = True,
        at: datetime = NOON,
        name: str = "ليلى",
        phone: str = "+96550000001",
        city: str = "الكويت",
    ) -> Order:
        product = await self.a_product(merchant)
        lines = [
            OrderLine(
                product_id=product.id,
                variant_id=variant.id,
                title=product.title,
                variant=variant.title,
                sku=variant.sku,
                unit_price=variant.price,
                quantity=quantity,
            )
            for quantity, variant in enumerate(product.variants, start=1)
        ]
        order, _ = Order.place(
            id=OrderId(self.new()),
            merchant_id=merchant.id,
            number=number,
            customer=Customer(
                name=name,
                phone=PhoneNumber(phone),
                address="شارع 1\nبيت 2",
                city=city,
                email=EmailAddress("layla@example.com"),
            ),
            method=ConfirmationMethod.LINK,
            note="بعد العصر",
            lines=lines,
            fees=merchant.fees(total_of(lines), "الكويت"),
            confirm_within=timedelta(hours=48),
            tracking_hash=uuid4().bytes * 2,
            at=at,
            source=OrderSource.WHATSAPP,
            merchant_note="زبونة قديمة",
        )
        if moved:
            order.edit(Edit(note="قبل العصر"), NOON)
            for status in (OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
                said = Move(
                    to=status,
                    by=Party.MERCHANT,
                    reason="why",
                    note="so",
                    tracking_number="T1",
                    courier="Aramex",
                )
                order.move(said, at + timedelta(hours=len(order.timeline)))
            order.refund(Money(500, "KWD"), "كسر", at, note="n", by=Party.MERCHANT)
            order.retries = 2
        async with self.begin() as market:
            await market.orders.add(order, *happened)
        return order

    def blocked_phone(self, merchant: Merchant, phone: str = "+96550000001") -> BlockedPhone:
        return BlockedPhone(
            id=BlockedPhoneId(self.new()),
            merchant_id=merchant.id,
            phone=PhoneNumber(phone),
            reason="لم يستلم",
            since=NOON,
        )

    def an_import(self, merchant: Merchant) -> Import:
        return Import(
            id=ImportId(self.new()),
            merchant_id=merchant.id,
            by=AccountId(self.new()),
            is_dry_run=True,
            status=ImportStatus.RUNNING,
            columns={Column.TITLE: "الاسم"},
            ignored=("colour",),
            rows_total=9,
            products_total=8,
            reached=5,
            batch=1,
            within=2,
            stumbles=1,
            rows_done=6,
            created=1,
            changed=2,
            unchanged=3,
            refused=4,
            errors=(
                RowProblem(row=2, column=Column.PRICE, code="bad-amount", facts={"at_most": 1}),
                RowProblem(row=3, code="rows-disagree"),
            ),
            created_at=NOON,
            updated_at=NOON + timedelta(hours=1),
            ended_at=NOON + timedelta(hours=2),
        )

    def notification(self, merchant: Merchant, subject_id: UUID) -> Notification:
        return Notification(
            id=NotificationId(self.new()),
            merchant_id=merchant.id,
            topic=Topic.NEW_ORDER,
            subject_id=subject_id,
            title="طلب جديد",
            body="1001",
            created_at=NOON,
        )

    async def an_announcement(self, target: Merchant | None = None) -> Announcement:
        admin = self.account(Role.ADMIN)
        announcement, _ = Announcement.make(
            id=AnnouncementId(self.new()),
            title="عيد مبارك",
            body="كل عام وأنتم بخير",
            target_type=Target.MERCHANT if target else Target.ALL_MERCHANTS,
            target_id=target.id if target else None,
            created_by=admin.id,
            at=NOON,
        )
        async with self.begin() as market:
            await market.accounts.add(admin)
            await market.announcements.add(announcement)
        return announcement

    async def an_endpoint(self, merchant: Merchant, *events: str) -> Endpoint:
        id = EndpointId(self.new())
        endpoint = Endpoint(
            id=id,
            merchant_id=merchant.id,
            url=f"https://{id}.example/hooks",
            description="المخزن",
            events=events or ("order.placed", "stock.low"),
            failing_since=NOON,
            secrets=(
                SealedSecret(sealed=b"\0new\xff"),
                SealedSecret(sealed=b"old", until=NOON + timedelta(days=1)),
            ),
            created_at=NOON,
            updated_at=NOON + timedelta(hours=1),
        )
        async with self.begin() as market:
            await market.endpoints.add(endpoint)
        return endpoint

    def delivery(self, endpoint: Endpoint, event_id: UUID | None = None) -> Delivery:
        delivery, _ = Delivery.send(
            id=DeliveryId(self.new()),
            endpoint_id=endpoint.id,
            merchant_id=endpoint.merchant_id,
            event_id=event_id or self.new(),
            event="order.placed",
            body='{"name":"سارة"}',
            at=NOON,
        )
        delivery.tries = (
            Try(at=NOON, failure=Failure.STATUS, status=500, answer="لا", took=12),
            Try(at=NOON, failure=Failure.TIMEOUT, took=15_000),
        )
        delivery.failures = 2
        return delivery
