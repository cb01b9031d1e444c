"""Slips for parcels, over HTTP: pages that are there to be printed, without a script."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, ClassVar
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.orders import PaperService
from marketplace.application.ports import OrderSlip
from marketplace.domain.accounts import Locale
from marketplace.domain.orders import (
    Order,
    OrderId,
    OrderLine,
    OrderNotFound,
    OrderStatus,
    PaymentStatus,
    Settled,
    settled,
)

from .bars import drawn
from .shapes import Input, StrictRequest

_WORDS: Mapping[Locale, Mapping[str, str]] = {
    Locale.ARABIC: {
        "slip": "بيان الشحنة",
        "number": "طلب رقم",
        "placed": "تاريخ الطلب",
        "to": "إلى",
        "phone": "الهاتف",
        "item": "المنتج",
        "quantity": "الكمية",
        "price": "السعر",
        "sum": "المجموع",
        "subtotal": "المجموع الفرعي",
        "discount": "الخصم",
        "total": "الإجمالي",
        Settled.TO_COLLECT: "المبلغ المطلوب تحصيله",
        Settled.COLLECTED: "المبلغ المحصّل",
        Settled.MISSING: "المبلغ الناقص",
        Settled.REFUNDED: "المبلغ المُعاد",
        OrderStatus.DELIVERED: "تم التسليم، لا يُحصَّل شيء",
        OrderStatus.RETURNED: "الطلب مُرتجَع، لا يُحصَّل شيء",
        OrderStatus.CANCELLED: "الطلب ملغى، لا يُحصَّل شيء",
        OrderStatus.EXPIRED: "انتهت مهلة تأكيد الطلب، لا يُحصَّل شيء",
        "paid": "مدفوع، لا يُحصَّل شيء",
        "free": "لا يُحصَّل شيء",
        "note": "ملاحظة",
        "courier": "شركة التوصيل",
        "tracking": "رقم التتبع",
    },
    Locale.ENGLISH: {
        "slip": "Packing slip",
        "number": "Order",
        "placed": "Placed on",
        "to": "To",
        "phone": "Phone",
        "item": "Item",
        "quantity": "Quantity",
        "price": "Price",
        "sum": "Sum",
        "subtotal": "Subtotal",
        "discount": "Discount",
        "total": "Total",
        Settled.TO_COLLECT: "Amount to collect",
        Settled.COLLECTED: "Amount collected",
        Settled.MISSING: "Amount missing",
        Settled.REFUNDED: "Amount refunded",
        OrderStatus.DELIVERED: "Delivered, nothing to collect",
        OrderStatus.RETURNED: "Returned, nothing to collect",
        OrderStatus.CANCELLED: "Cancelled, nothing to collect",
        OrderStatus.EXPIRED: "Not confirmed in time, nothing to collect",
        "paid": "Paid, nothing to collect",
        "free": "Nothing to collect",
        "note": "Note",
        "courier": "Courier",
        "tracking": "Tracking number",
    },
}

_STYLE = """
@page { size: A5; margin: 8mm; }
* { box-sizing: border-box; }
body { margin: 0; font: 11pt/1.5 "Noto Naskh Arabic", "Segoe UI", Tahoma, system-ui, sans-serif;
  color: #000; background: #fff; }
article { max-width: 148mm; margin: 0 auto; padding: 4mm; break-after: page; }
article:last-of-type { break-after: auto; }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 6mm;
  border-bottom: 2px solid #000; padding-bottom: 3mm; }
h1 { font-size: 15pt; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 12pt; margin: 0; }
svg { display: block; height: 12mm; width: auto; max-width: 60mm; direction: ltr; }
p { margin: 0; }
section { margin: 4mm 0; break-inside: avoid; }
.to { border: 1px solid #000; border-radius: 2mm; padding: 3mm; }
.name { font-size: 14pt; font-weight: bold; }
.lines { white-space: pre-line; overflow-wrap: anywhere; }
.small { font-size: 9pt; }
.number { white-space: nowrap; }
table { width: 100%; border-collapse: collapse; margin: 4mm 0; }
th, td { border-bottom: 1px solid #999; padding: 1.2mm 1mm; text-align: start;
  vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.end { text-align: end; white-space: nowrap; }
.collect td, .collect th { border: 2px solid #000; font-size: 14pt; font-weight: bold; }
@media screen { body { background: #eee; } article { background: #fff; margin: 8mm auto; } }
"""
_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": _POLICY,
    "x-robots-tag": "noindex",
}


class SlipsIn(Input, frozen=True, kw_only=True):
    """Up to 100 orders of one's own."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"ids": ["0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f"]}

    ids: list[UUID]


class SlipController(Controller):
    path = "/orders"

    @get("/{id:uuid}/packing-slip", problems=(OrderNotFound,))
    async def one(
        self, request: StrictRequest, id: FromPath[UUID], papers: NamedDependency[PaperService]
    ) -> Response[str]:
        """Print the slip that goes into a parcel: a page in the language of the store."""
        return _page([await papers.slip(request.user, OrderId(id))])

    @post("/packing-slips", status_code=200, problems=(OrderNotFound,))
    async def several(
        self,
        request: StrictRequest,
        data: JSONBody[SlipsIn],
        papers: NamedDependency[PaperService],
    ) -> Response[str]:
        """Print the slips of up to 100 orders at once, each on a sheet of its own."""
        return _page(await papers.slips(request.user, [OrderId(each) for each in data.ids]))


def _page(slips: list[OrderSlip]) -> Response[str]:
    locale = slips[0].store.locale
    numbers = ", ".join(str(each.order.number) for each in slips[:5])
    title = f"{_WORDS[locale]['slip']} {numbers}{'…' if len(slips) > 5 else ''}"
    html = (
        "<!doctype html>\n"
        f'<html lang="{locale}" dir="{"rtl" if locale is Locale.ARABIC else "ltr"}">\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        + "".join(_slip(each, _WORDS[locale]) for each in slips)
        + "</html>\n"
    )
    return Response(html, media_type="text/html", headers=_HEADERS)


def _slip(slip: OrderSlip, words: Mapping[str, str]) -> str:
    order, customer = slip.order, slip.order.customer
    address = "\n".join(filter(None, (customer.address, customer.city)))
    return (
        "<article>\n<header>"
        f"<div><h1>{_text(slip.store.name)}</h1>"
        f"<h2>{words['number']} {_digits(f'#{order.number}')}</h2>"
        f'<p class="small">{words["placed"]}: {_digits(f"{slip.placed:%Y-%m-%d %H:%M}")}</p></div>'
        f"{drawn(str(order.number))}</header>\n"
        f'<section class="to"><p class="small">{words["to"]}</p>'
        f'<p class="name">{_text(customer.name)}</p>'
        f"<p>{words['phone']}: {_digits(customer.phone)}</p>"
        f'<p class="lines">{_text(address)}</p></section>\n'
        f"<table><thead><tr><th>{words['item']}</th><th>{words['quantity']}</th>"
        f'<th class="end">{words["price"]}</th><th class="end">{words["sum"]}</th></tr></thead>\n'
        f"<tbody>{''.join(map(_line, order.lines))}</tbody></table>\n"
        f"<table>{''.join(_sums(slip, words))}</table>\n"
        + _said(words["note"], order.note)
        + _said(words["courier"], order.courier)
        + _said(words["tracking"], order.tracking_number)
        + "</article>\n"
    )


def _line(line: OrderLine) -> str:
    sku = f'<br><span class="small">{_digits(line.sku)}</span>' if line.sku else ""
    return (
        f"<tr><td>{_text(line.name)}{sku}</td><td>{_digits(str(line.quantity))}</td>"
        f'<td class="end">{_digits(line.unit_price.amount)}</td>'
        f'<td class="end">{_digits(line.total.amount)}</td></tr>'
    )


def _sums(slip: OrderSlip, words: Mapping[str, str]) -> Iterable[str]:
    order = slip.order
    if order.fees or order.discount:
        yield _row(words["subtotal"], str(order.subtotal))
    for fee in order.fees:
        yield _row(escape(fee.name), str(fee.amount))
    if order.discount:
        yield _row(words["discount"], f"−{order.discount}")
    yield _row(words["total"], str(order.total))
    sums = dict(settled(order))
    for what, amount in sums.items():
        boxed = what in (Settled.TO_COLLECT, Settled.MISSING)
        yield _row(words[what], str(amount), "collect" if boxed else "")
    if Settled.MISSING not in sums and not order.amount_to_collect.minor:
        yield f'<tr class="collect"><td colspan="2">{words[_why_nothing(order)]}</td></tr>'


def _why_nothing(order: Order) -> str:
    """Why there is nothing to collect, as the words have it."""
    if order.is_to_be_paid:
        return "free"
    return "paid" if order.payment_status is PaymentStatus.COLLECTED else order.status


def _row(called: str, amount: str, kind: str = "") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'<tr{marked}><th>{called}</th><td class="end">{_digits(amount)}</td></tr>'


def _said(called: str, text: str) -> str:
    return f'<section class="lines"><b>{called}:</b> {_text(text)}</section>\n' if text else ""


def _text(said: str) -> str:
    """What somebody typed: no markup, and no text around it turns with it."""
    return f"<bdi>{escape(said)}</bdi>"


def _digits(said: str) -> str:
    return f'<bdi dir="ltr" class="number">{escape(said)}</bdi>'
