"""A guest's order as a page, for whoever opens its link in a browser; it needs no script."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marketplace.application.orders import TrackedOrder
from marketplace.domain import whatsapp
from marketplace.domain.accounts import Locale
from marketplace.domain.delivery import fee_name
from marketplace.domain.errors import MarketplaceError
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    Happening,
    Order,
    OrderStatus,
    Settled,
    TimelineEntry,
    WrongOrderStatus,
    settled,
)
from marketplace.domain.phones import masked
from marketplace.domain.text import masked_name

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Whoever has no link can send neither form: the secret is in the address of both."""

STYLE = """\
body { font: 1.05rem/1.7 system-ui, sans-serif; margin: 0; background: #f6f5f2; color: #222; }
main { max-width: 34rem; margin: 1.5rem auto; padding: 1.5rem; background: #fff; }
main { border-radius: 12px; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: start; font-weight: normal; padding: .3rem 0; vertical-align: top; }
td:last-child { text-align: end; white-space: nowrap; }
tfoot td, tfoot th { border-top: 1px solid #ccc; font-weight: bold; }
ol { margin: 0; padding-inline-start: 1.2rem; }
time, small { color: #666; }
.status { font-size: 1.2rem; font-weight: bold; color: #1d5c4a; margin: .4rem 0 0; }
.do, summary { display: block; width: 100%; box-sizing: border-box; padding: .7rem; border: 0; }
.do, summary { border-radius: 8px; font: inherit; text-align: center; text-decoration: none; }
.do { background: #1d5c4a; color: #fff; margin-top: .8rem; cursor: pointer; }
summary { background: #eee; margin-top: .8rem; cursor: pointer; }
.no { background: #9b2c2c; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    order: str
    statuses: Mapping[OrderStatus, str]
    store: str
    name: str
    phone: str
    courier: str
    parcel: str
    confirm_by: str
    items: str
    discount: str
    total: str
    sums: Mapping[Settled, str]
    nothing: str
    happened: str
    changes: Mapping[Happening, str]
    confirm: str
    cancel: str
    sure: str
    write: str
    missing: str
    too_late: str
    back: str


_S = OrderStatus
_CAME_TO_NOTHING = frozenset({_S.RETURNED, _S.CANCELLED, _S.EXPIRED})
_WORDS = {
    Locale.ARABIC: _Words(
        order="الطلب رقم",
        statuses={
            _S.PENDING: "بانتظار التأكيد",
            _S.CONFIRMED: "مؤكَّد",
            _S.PREPARING: "قيد التجهيز",
            _S.SHIPPED: "في الطريق",
            _S.DELIVERED: "تم التسليم",
            _S.DELIVERY_FAILED: "تعذّر التسليم",
            _S.RETURNED: "مُرتجَع",
            _S.CANCELLED: "مُلغى",
            _S.EXPIRED: "انتهت مهلة التأكيد",
        },
        store="المتجر",
        name="الاسم",
        phone="الهاتف",
        courier="شركة الشحن",
        parcel="رقم الشحنة",
        confirm_by="يُرجى التأكيد قبل",
        items="المنتجات",
        discount="الخصم",
        total="الإجمالي",
        sums={
            Settled.TO_COLLECT: "الإجمالي عند الاستلام",
            Settled.COLLECTED: "المبلغ المدفوع",
            Settled.MISSING: "المبلغ المتبقي",
            Settled.REFUNDED: "المبلغ المُعاد إليك",
        },
        nothing="لا يُستحق عليك أي مبلغ.",
        happened="ما جرى حتى الآن",
        changes={
            Happening.EDITED: "عدّل المتجر الطلب",
            Happening.REFUNDED: "أعاد المتجر مبلغًا",
        },
        confirm="تأكيد الطلب",
        cancel="إلغاء الطلب",
        sure="نعم، إلغاء الطلب",
        write="مراسلة المتجر عبر واتساب",
        missing="يُرجى التحقق من الرابط، أو طلب إرساله من جديد من صفحة المتجر.",
        too_late="لم يعد هذا ممكنًا. حالة الطلب الآن: {}.",
        back="العودة إلى الطلب",
    ),
    Locale.ENGLISH: _Words(
        order="Order no.",
        statuses={
            _S.PENDING: "Waiting to be confirmed",
            _S.CONFIRMED: "Confirmed",
            _S.PREPARING: "Being made ready",
            _S.SHIPPED: "On its way",
            _S.DELIVERED: "Delivered",
            _S.DELIVERY_FAILED: "Could not be delivered",
            _S.RETURNED: "Returned",
            _S.CANCELLED: "Cancelled",
            _S.EXPIRED: "Not confirmed in time",
        },
        store="Store",
        name="Name",
        phone="Phone",
        courier="Courier",
        parcel="Parcel",
        confirm_by="Please confirm before",
        items="Products",
        discount="Discount",
        total="Total",
        sums={
            Settled.TO_COLLECT: "Total on delivery",
            Settled.COLLECTED: "Paid",
            Settled.MISSING: "Not paid",
            Settled.REFUNDED: "Given back to you",
        },
        nothing="There is nothing to pay.",
        happened="What happened so far",
        changes={
            Happening.EDITED: "The store changed the order",
            Happening.REFUNDED: "The store gave money back",
        },
        confirm="Confirm the order",
        cancel="Cancel the order",
        sure="Yes, cancel the order",
        write="Write to the store on WhatsApp",
        missing="Please check the link, or have it sent again from the page of the store.",
        too_late="This is no longer possible. The order is now: {}.",
        back="Back to the order",
    ),
}
_PAGE = """\
<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}/api/pages/order.css">
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


def wants_page(accept: str) -> bool:
    """Whether HTML was asked for rather than JSON (RFC 9110, 12.5.1); equally, it was not."""
    return _weight(accept, "text", "html") > _weight(accept, "application", "json")


def order_page(seen: TrackedOrder, token: str, locale: Locale, root: str) -> str:
    """The order, and what its guest can still do about it."""
    order, words = seen.order, _WORDS[locale]
    clock = _clock(seen.store.time_zone)
    facts = [
        (words.store, f"<bdi>{escape(seen.store.name)}</bdi>"),
        (words.name, f"<bdi>{escape(masked_name(order.customer.name))}</bdi>"),
        (words.phone, _left_to_right(masked(order.customer.phone))),
    ]
    if order.courier:
        facts.append((words.courier, f"<bdi>{escape(order.courier)}</bdi>"))
    if order.tracking_number:
        facts.append((words.parcel, _left_to_right(order.tracking_number)))
    if OrderStatus.CONFIRMED in seen.allowed_transitions:
        facts.append((words.confirm_by, _moment(order.confirm_by, clock)))
    items = [
        (f"<bdi>{escape(line.name)}</bdi> × {_left_to_right(str(line.quantity))}", str(line.total))
        for line in order.lines
    ]
    items += [(fee_name(fee.code, locale), str(fee.amount)) for fee in order.fees]
    if order.discount:
        items.append((words.discount, f"−{order.discount}"))
    happened = "\n".join(
        f"<li>{_called(each, words)} {_moment(each.at, clock)}</li>" for each in order.timeline
    )
    title = f"{words.order} {_left_to_right(str(order.number))}"
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="status">{words.statuses[order.status]}</p>',
        _table(facts),
        f"<h2>{words.items}</h2>",
        _table(
            [(name, _left_to_right(amount)) for name, amount in items],
            [(name, _left_to_right(str(amount))) for name, amount in _sums(order, words)],
        ),
        *([f"<p>{words.nothing}</p>"] if order.status in _CAME_TO_NOTHING else ()),
        *_forms(seen, f"{escape(root)}/api/orders/track/{quote(token, safe='')}", words),
        f"<h2>{words.happened}</h2>\n<ol>\n{happened}\n</ol>",
    ]
    return _page(f"{words.order} {order.number}", "\n".join(parts), locale, root)


def told_to_guest(error: MarketplaceError, detail: str, locale: Locale) -> str:
    """What a refusal says on a page: what its problem says to programs means nothing to a guest."""
    if not isinstance(error, WrongOrderStatus):
        return detail
    words = _WORDS[locale]
    return words.too_late.format(words.statuses[OrderStatus(str(error.facts["status"]))])


def refusal_page(title: str, detail: str, back: str | None, locale: Locale, root: str) -> str:
    """Why there is no order to show, or why nothing was done about it."""
    words = _WORDS[locale]
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(detail)}</p>"]
    if back is None:
        parts.append(f"<p>{words.missing}</p>")
    else:
        parts.append(f'<a class="do" href="{escape(root + back)}">{words.back}</a>')
    return _page(title, "\n".join(parts), locale, root)


def _sums(order: Order, words: _Words) -> list[tuple[str, Money]]:
    """What it costs, and what was or will be paid of that: told in one until it is delivered."""
    sums = [(words.sums[what], amount) for what, amount in settled(order)]
    return sums if order.is_to_be_paid else [(words.total, order.total), *sums]


def _called(entry: TimelineEntry, words: _Words) -> str:
    """What changed an order without moving it is told as that, and not as its status once more."""
    return words.changes.get(entry.event, words.statuses[entry.status])


def _forms(seen: TrackedOrder, address: str, words: _Words) -> list[str]:
    forms = []
    if OrderStatus.CONFIRMED in seen.allowed_transitions:
        forms.append(
            f'<form method="post" action="{address}/confirm">'
            f'<button class="do">{words.confirm}</button></form>'
        )
    link = whatsapp.link(seen.store.whatsapp_phone, f"#{seen.order.number}")
    forms.append(f'<a class="do" rel="noreferrer" href="{escape(link)}">{words.write}</a>')
    if OrderStatus.CANCELLED in seen.allowed_transitions:
        # Twice, so that no slip of a thumb cancels an order.
        forms.append(
            f"<details><summary>{words.cancel}</summary>"
            f'<form method="post" action="{address}/cancel">'
            f'<button class="do no">{words.sure}</button></form></details>'
        )
    return forms


def _page(title: str, content: str, locale: Locale, root: str) -> str:
    return _PAGE.format(
        lang=locale,
        dir="rtl" if locale is Locale.ARABIC else "ltr",
        title=escape(title),
        root=escape(root),
        content=content,
    )


def _table(rows: list[tuple[str, str]], sums: list[tuple[str, str]] | None = None) -> str:
    """Of what is HTML already."""
    body, foot = ("".join(map(_row, each)) for each in (rows, sums or []))
    return f"<table><tbody>{body}</tbody>{f'<tfoot>{foot}</tfoot>' if foot else ''}</table>"


def _row(row: tuple[str, str]) -> str:
    return f'<tr><th scope="row">{row[0]}</th><td>{row[1]}</td></tr>'


def _left_to_right(text: str) -> str:
    return f'<bdi dir="ltr">{escape(text)}</bdi>'


def _moment(at: datetime, clock: ZoneInfo | None) -> str:
    """As the clock of the store shows it, and in UTC where this machine knows no zones."""
    told = at.astimezone(clock) if clock else at
    zone = "" if clock else " UTC"
    return f'<time dir="ltr" datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{told:%Y-%m-%d %H:%M}{zone}</time>'


def _clock(time_zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, OSError):
        return None


def _weight(accept: str, main: str, sub: str) -> float:
    """How much a type is wanted: what is said of it more closely counts (RFC 9110, 12.5.1)."""
    closest, weight = -1, 0.0
    for each in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        closeness = {f"{main}/{sub}": 2, f"{main}/*": 1, "*/*": 0}.get(kind, -1)
        if closeness > closest:
            closest, weight = closeness, _quality(parameters)
    return weight


def _quality(parameters: list[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                said = float(value)
            except ValueError:
                return 0.0
            return said if 0 <= said <= 1 else 0.0
    return 1.0
