"""The marketplace: every use case, over whichever ports are plugged in."""

from .accounts import AccountService
from .admin import AdminService
from .auditing import AuditService
from .blocked_phones import BlockedPhoneService
from .bulk import BulkService
from .categories import CategoryService
from .chores import Chores
from .deliveries import DeliveryService
from .delivering import Dispatch
from .digests import DigestService
from .images import ImageService
from .imports import ImportService
from .job_desk import JobDeskService
from .jobs import JobService
from .kyc import KycService
from .leftovers import LeftoverService
from .merchants import MerchantService
from .messages import GuestCorrespondence
from .moderation import ModerationService
from .notices import Notices, PreferenceService
from .notifications import Correspondence, NotificationService
from .once import Once, joining
from .orders import (
    ConfirmingService,
    EditingService,
    MovingService,
    OrderCounter,
    OrderService,
    PaperService,
    PayingService,
    PlacingService,
    QuoteService,
    SeekingService,
    TakingService,
)
from .ports import Ports
from .products import ProductService
from .reactions import Reactions
from .sales import SalesService
from .schedule import ScheduleService
from .sessions import SessionService
from .stock import StockService
from .storefront import StorefrontService
from .streams import NotificationStreams
from .throttling import GuestThrottling, Throttling
from .uploads import UploadService
from .webhooks import WebhookService
from .workshop import Workshop


class Marketplace:
    """
    Everything one can do, composed once for everybody: web, worker, command line, embedders.

    The ports decide what it is made of; ``dataclasses.replace(ports, mailer=…)`` changes one.
    """

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        views, clock, ids = ports.views, ports.clock, ports.ids
        begin = joining(ports.begin)
        self.once = Once(begin=ports.begin, views=views, clock=clock, sealing=ports.sealing)
        throttling = Throttling(ports.throttle)
        self.sessions = SessionService(
            begin=begin,
            views=views,
            clock=clock,
            ids=ids,
            secrets=ports.secrets,
            passwords=ports.passwords,
            throttling=throttling,
            access_tokens=ports.access_tokens,
        )
        self.accounts = AccountService(
            begin=begin,
            clock=clock,
            ids=ids,
            passwords=ports.passwords,
            throttling=throttling,
            sessions=self.sessions,
        )
        self.merchants = MerchantService(begin=begin, views=views, clock=clock, ids=ids)
        self.kyc = KycService(
            begin=begin,
            views=views,
            clock=clock,
            ids=ids,
            images=ports.images,
            letters=ports.letters,
            mailer=ports.mailer,
        )
        self.products = ProductService(begin=begin, views=views, clock=clock, ids=ids)
        self.bulk = BulkService(begin=begin, clock=clock, ids=ids)
        self.imports = ImportService(begin=begin, views=views, clock=clock, ids=ids)
        self.stock = StockService(begin=begin, views=views, clock=clock, ids=ids)
        self.categories = CategoryService(begin=begin, views=views, clock=clock, ids=ids)
        self.images = ImageService(
            begin=begin,
            views=views,
            clock=clock,
            ids=ids,
            images=ports.images,
            workshop=Workshop(ports.processor),
        )
        self.leftovers = LeftoverService(begin=begin, clock=clock)
        self.uploads = UploadService(
            begin=begin, clock=clock, ids=ids, images=ports.images, receiving=self.images
        )
        self.storefront = StorefrontService(views=views, clock=clock)
        self.placing = PlacingService(
            counter=OrderCounter(begin, ids),
            views=views,
            clock=clock,
            secrets=ports.secrets,
            site=ports.site,
            throttling=throttling,
        )
        self.taking = TakingService(
            begin=begin, clock=clock, ids=ids, secrets=ports.secrets, site=ports.site
        )
        self.editing = EditingService(begin=begin, clock=clock, ids=ids, secrets=ports.secrets)
        self.paying = PayingService(begin=begin, clock=clock, ids=ids)
        self.blocked_phones = BlockedPhoneService(begin=begin, views=views, clock=clock, ids=ids)
        self.orders = OrderService(views=views, clock=clock)
        self.papers = PaperService(views=views)
        self.moving = MovingService(begin=begin, clock=clock, ids=ids)
        self.confirming = ConfirmingService(begin=begin, views=views, clock=clock, ids=ids)
        self.quotes = QuoteService(views=views, clock=clock)
        self.seeking = SeekingService(
            begin=begin, views=views, clock=clock, throttling=GuestThrottling(ports.throttle)
        )
        self.sales = SalesService(views=views, clock=clock)
        self.notifications = NotificationService(begin=begin, views=views, clock=clock)
        self.streams = NotificationStreams(views, clock)
        self.preferences = PreferenceService(begin=begin, views=views)
        self.webhooks = WebhookService(
            begin=begin,
            views=views,
            clock=clock,
            ids=ids,
            secrets=ports.secrets,
            sealing=ports.sealing,
            sender=ports.webhooks,
        )
        self.deliveries = DeliveryService(begin=begin, views=views, clock=clock, ids=ids)
        self.dispatch = Dispatch(
            begin=begin,
            views=views,
            clock=clock,
            ids=ids,
            secrets=ports.secrets,
            sealing=ports.sealing,
            sender=ports.webhooks,
        )
        self.admin = AdminService(begin=begin, views=views, clock=clock, ids=ids)
        self.moderation = ModerationService(begin=begin, views=views, clock=clock, ids=ids)
        self.job_desk = JobDeskService(begin=begin, views=views, clock=clock, ids=ids)
        self.auditing = AuditService(begin=begin, views=views, clock=clock, sealing=ports.sealing)
        self.schedule = ScheduleService(begin=begin, clock=clock)
        correspondence = Correspondence(
            begin=begin,
            clock=clock,
            ids=ids,
            secrets=ports.secrets,
            letters=ports.letters,
            mailer=ports.mailer,
            site=ports.site,
        )
        messages = GuestCorrespondence(
            begin=begin,
            clock=clock,
            secrets=ports.secrets,
            letters=ports.letters,
            messenger=ports.messenger,
            site=ports.site,
        )
        self.jobs = JobService(
            begin=begin,
            clock=clock,
            secrets=ports.secrets,
            reactions=Reactions(
                correspondence=correspondence,
                images=self.images,
                leftovers=self.leftovers,
                imports=self.imports,
                kyc=self.kyc,
                digests=DigestService(
                    begin=begin,
                    views=views,
                    clock=clock,
                    letters=ports.letters,
                    mailer=ports.mailer,
                ),
                chores=Chores(
                    begin=begin,
                    clock=clock,
                    confirming=self.confirming,
                    once=self.once,
                    images=self.images,
                    leftovers=self.leftovers,
                    uploads=self.uploads,
                    stock=self.stock,
                    auditing=self.auditing,
                    dispatch=self.dispatch,
                    backups=ports.backups,
                ),
                messages=messages,
                notices=Notices(
                    begin=begin,
                    clock=clock,
                    ids=ids,
                    letters=ports.letters,
                    mailer=ports.mailer,
                ),
                dispatch=self.dispatch,
            ),
        )
