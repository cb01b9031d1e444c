"""The HTTP front door: every route around one marketplace."""

import logging
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.plugins import InitPlugin
from litestar.types import ExceptionHandlersMap, Middleware

from marketplace.application.marketplace import Marketplace
from marketplace.domain.accounts import Role
from marketplace.domain.errors import MarketplaceError, NotFound

from .accounts import AccountController
from .admin import AdminController
from .admin_orders import AdminOrderController
from .blocked_phones import BlockedPhoneController
from .bulk import BulkController
from .categories import CategoryController
from .docs import docs
from .edge import DEFAULT, Edge, HttpOptions, request_id
from .front import MOST_BODY, Front
from .guest_orders import GuestOrderController, TrackingController
from .health import health
from .idempotency import idempotency
from .images import ImageController
from .imports import ImportController
from .jobs import JobController
from .kyc import JudgingController, PapersController
from .media import media
from .merchants import MerchantController
from .moderation import ModerationController
from .notifications import NotificationController
from .order_sheets import OrderSheetController
from .orders import OrderController
from .orders_by_hand import OrderByHandController
from .page_cache import PageCache, ReadyPages
from .pages import front as landing
from .pages import pages
from .problems import answer
from .products import ProductController
from .security import doorkeeper
from .sessions import SessionController
from .shapes import Answer, StrictRequest
from .slips import SlipController
from .statistics import StatisticsController
from .stock import StockController
from .storefront import StoreController
from .turnstile import Turnstile
from .uploads import UploadController
from .webhooks import WebhookController

_log = logging.getLogger("marketplace.http")

MERCHANT = Router(
    "/api/merchant",
    route_handlers=[
        MerchantController,
        PapersController,
        ProductController,
        BulkController,
        ImportController,
        StockController,
        CategoryController,
        ImageController,
        UploadController,
        OrderSheetController,
        SlipController,
        OrderController,
        OrderByHandController,
        BlockedPhoneController,
        StatisticsController,
        NotificationController,
        WebhookController,
    ],
    opt={"role": Role.MERCHANT},
    tags=["merchant"],
)
ADMIN = Router(
    "/api/admin",
    route_handlers=[
        AdminController,
        AdminOrderController,
        ModerationController,
        JudgingController,
        JobController,
    ],
    opt={"role": Role.ADMIN},
    tags=["admin"],
)


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Whatever went wrong, as a problem; what we did not foresee is put on record."""
    if isinstance(error, NotFound) and request.scope.get("user"):
        # What is another merchant's looks to the last byte like what was never there.
        error = type(error)()
    language = request.headers.get("accept-language", "")
    problem = answer(error, accept_language=language, request_id=request_id.get())
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request %s failed", request_id.get(), exc_info=error)
    return Response(problem.body, status_code=problem.status, headers=problem.headers)


REFUSALS: ExceptionHandlersMap = {
    MarketplaceError: refused,
    HTTPException: refused,
    Exception: refused,
}
"""Named one by one, so that in somebody's own application their handlers do not come first."""


def create_app(
    marketplace: Marketplace, *, options: HttpOptions = DEFAULT
) -> Edge[PageCache[Front[Litestar]]]:
    """
    The whole API of a marketplace, as an ASGI application around a Litestar one (``.app.app.app``).

    It opens and closes nothing: whoever runs it does, for the web, the worker and the rest alike.
    """
    app = Litestar(
        route_handlers=[routes(marketplace, options), landing],
        exception_handlers=REFUSALS,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    front = Front(app, marketplace.storefront, marketplace.placing, marketplace.ports.site)
    return Edge(PageCache(front, _ready_pages(marketplace, options)), options)


class MarketplacePlugin(InitPlugin):
    """Puts the routes of a marketplace into somebody's own Litestar application."""

    def __init__(self, marketplace: Marketplace, *, options: HttpOptions = DEFAULT) -> None:
        self.marketplace = marketplace
        self.options = options

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        # Each route is wrapped by itself; what is counted and kept is counted and kept for all.
        turnstile, ready = Turnstile(), _ready_pages(self.marketplace, self.options)
        app_config.route_handlers.append(
            routes(
                self.marketplace,
                self.options,
                lambda app: Edge(app, self.options, turnstile),
                lambda app: PageCache(app, ready),
            )
        )
        return app_config


def routes(marketplace: Marketplace, options: HttpOptions, *middleware: Middleware) -> Router:
    """Every route, with all it needs: none is open to the public unless it says so itself."""
    services = {
        "accounts": marketplace.accounts,
        "sessions": marketplace.sessions,
        "merchants": marketplace.merchants,
        "kyc": marketplace.kyc,
        "products": marketplace.products,
        "images": marketplace.images,
        "bulk": marketplace.bulk,
        "imports": marketplace.imports,
        "stock": marketplace.stock,
        "categories": marketplace.categories,
        "uploads": marketplace.uploads,
        "storefront": marketplace.storefront,
        "placing": marketplace.placing,
        "orders": marketplace.orders,
        "papers": marketplace.papers,
        "moving": marketplace.moving,
        "confirming": marketplace.confirming,
        "taking": marketplace.taking,
        "editing": marketplace.editing,
        "paying": marketplace.paying,
        "quotes": marketplace.quotes,
        "blocked_phones": marketplace.blocked_phones,
        "seeking": marketplace.seeking,
        "sales": marketplace.sales,
        "notifications": marketplace.notifications,
        "preferences": marketplace.preferences,
        "streams": marketplace.streams,
        "webhooks": marketplace.webhooks,
        "deliveries": marketplace.deliveries,
        "admin": marketplace.admin,
        "moderation": marketplace.moderation,
        "job_desk": marketplace.job_desk,
    }
    return Router(
        "/",
        route_handlers=[
            AccountController,
            SessionController,
            StoreController,
            GuestOrderController,
            TrackingController,
            MERCHANT,
            ADMIN,
            docs,
            pages,
            health(options.ready),
            media(marketplace.ports.images),
        ],
        dependencies={name: _provided(service) for name, service in services.items()},
        exception_handlers=REFUSALS,
        middleware=[*middleware, idempotency(marketplace.once)],
        guards=[doorkeeper(marketplace.sessions)],
        opt={"site": marketplace.ports.site},
        request_class=StrictRequest,
        response_class=Answer,
        request_max_body_size=MOST_BODY,
    )


def _ready_pages(marketplace: Marketplace, options: HttpOptions) -> ReadyPages:
    ports = marketplace.ports
    return ReadyPages(ports.watch, ports.clock, options.page_cache)


def _provided(service: object) -> Provide:
    return Provide(lambda: service, sync_to_thread=False)
