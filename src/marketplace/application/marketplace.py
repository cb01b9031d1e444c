"""The marketplace: every use case, over whichever ports are plugged in."""

from .accounts import AccountService
from .admin import AdminService
from .bulk import BulkService
from .categories import CategoryService
from .images import ImageService
from .imports import ImportService
from .jobs import JobService
from .kyc import KycService
from .merchants import MerchantService
from .notifications import Correspondence, NotificationService
from .once import Once, joining
from .orders import (
    ConfirmingService,
    MovingService,
    OrderService,
    PaperService,
    PlacingService,
    QuoteService,
)
from .ports import Ports
from .products import ProductService
from .reactions import Reactions
from .sales import SalesService
from .sessions import SessionService
from .stock import StockService
from .storefront import StorefrontService
from .throttling import Throttling
from .uploads import UploadService


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
            begin=begin, clock=clock, ids=ids, images=ports.images, processor=ports.processor
        )
        self.uploads = UploadService(
            begin=begin, clock=clock, ids=ids, images=ports.images, receiving=self.images
        )
        self.storefront = StorefrontService(views=views, clock=clock)
        self.placing = PlacingService(
            begin=begin, views=views, clock=clock, ids=ids, secrets=ports.secrets
        )
        self.orders = OrderService(views=views, clock=clock)
        self.papers = PaperService(views=views)
        self.moving = MovingService(begin=begin, clock=clock, ids=ids)
        self.confirming = ConfirmingService(begin=begin, views=views, clock=clock, ids=ids)
        self.quotes = QuoteService(views=views, clock=clock)
        self.sales = SalesService(views=views, clock=clock)
        self.notifications = NotificationService(begin=begin, views=views, clock=clock)
        self.admin = AdminService(begin=begin, views=views, clock=clock, ids=ids)
        correspondence = Correspondence(
            begin=begin,
            clock=clock,
            ids=ids,
            secrets=ports.secrets,
            letters=ports.letters,
            mailer=ports.mailer,
            site=ports.site,
        )
        self.jobs = JobService(
            begin=begin,
            clock=clock,
            secrets=ports.secrets,
            reactions=Reactions(
                correspondence=correspondence,
                images=self.images,
                imports=self.imports,
                kyc=self.kyc,
            ),
        )
