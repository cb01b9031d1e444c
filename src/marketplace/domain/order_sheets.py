"""Orders in a sheet: what a merchant opens in Excel, adds up or hands to a courier."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from io import StringIO

from .accounts import Locale
from .money import Money
from .orders import (
    ConfirmationState,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
)
from .sheets.cells import defused
from .sheets.writing import MARK


class By(StrEnum):
    """What a row of the sheet is."""

    ORDER = "order"
    LINE = "line"


_AR, _EN = Locale.ARABIC, Locale.ENGLISH
_ORDER = {
    "number": {_AR: "رقم الطلب", _EN: "Order number"},
    "placed": {_AR: "وقت الطلب", _EN: "Placed at"},
    "status": {_AR: "الحالة", _EN: "Status"},
    "confirmation": {_AR: "التأكيد", _EN: "Confirmation"},
    "payment": {_AR: "الدفع", _EN: "Payment"},
    "name": {_AR: "اسم العميل", _EN: "Customer"},
    "phone": {_AR: "رقم الهاتف", _EN: "Phone"},
    "city": {_AR: "المدينة", _EN: "City"},
    "address": {_AR: "العنوان", _EN: "Address"},
    "email": {_AR: "البريد الإلكتروني", _EN: "E-mail"},
    "note": {_AR: "ملاحظة", _EN: "Note"},
}
_ITEMS = {
    "items": {_AR: "المنتجات", _EN: "Items"},
    "units": {_AR: "عدد القطع", _EN: "Units"},
}
_MONEY = {
    "subtotal": {_AR: "المجموع الفرعي", _EN: "Subtotal"},
    "fees": {_AR: "الرسوم", _EN: "Fees"},
    "discount": {_AR: "الخصم", _EN: "Discount"},
    "total": {_AR: "الإجمالي", _EN: "Total"},
    "collected": {_AR: "المبلغ المحصّل", _EN: "Amount collected"},
    "refunded": {_AR: "المبلغ المُعاد", _EN: "Amount refunded"},
    "currency": {_AR: "العملة", _EN: "Currency"},
}
_DELIVERY = {
    "courier": {_AR: "شركة التوصيل", _EN: "Courier"},
    "tracking": {_AR: "رقم التتبع", _EN: "Tracking number"},
}
_LINE = {
    "title": {_AR: "المنتج", _EN: "Product"},
    "variant": {_AR: "الخيار", _EN: "Variant"},
    "sku": {_AR: "رمز المنتج", _EN: "SKU"},
    "quantity": {_AR: "الكمية", _EN: "Quantity"},
    "unit_price": {_AR: "سعر الوحدة", _EN: "Unit price"},
    "line_total": {_AR: "إجمالي السطر", _EN: "Line total"},
}
COLUMNS: Mapping[By, Mapping[str, Mapping[Locale, str]]] = {
    By.ORDER: {**_ORDER, **_ITEMS, **_MONEY, **_DELIVERY},
    By.LINE: {**_ORDER, **_LINE, **_MONEY, **_DELIVERY},
}
"""In the order in which they are written, with what stands above them."""

STATUS: Mapping[OrderStatus, Mapping[Locale, str]] = {
    OrderStatus.PENDING: {_AR: "بانتظار التأكيد", _EN: "pending"},
    OrderStatus.CONFIRMED: {_AR: "مؤكَّد", _EN: "confirmed"},
    OrderStatus.PREPARING: {_AR: "قيد التجهيز", _EN: "preparing"},
    OrderStatus.SHIPPED: {_AR: "مشحون", _EN: "shipped"},
    OrderStatus.DELIVERED: {_AR: "تم التسليم", _EN: "delivered"},
    OrderStatus.DELIVERY_FAILED: {_AR: "تعذّر التسليم", _EN: "delivery failed"},
    OrderStatus.RETURNED: {_AR: "مرتجَع", _EN: "returned"},
    OrderStatus.CANCELLED: {_AR: "ملغى", _EN: "cancelled"},
    OrderStatus.EXPIRED: {_AR: "منتهي المهلة", _EN: "expired"},
}
PAYMENT: Mapping[PaymentStatus, Mapping[Locale, str]] = {
    PaymentStatus.UNPAID: {_AR: "غير مدفوع", _EN: "unpaid"},
    PaymentStatus.COLLECTED: {_AR: "محصَّل", _EN: "collected"},
    PaymentStatus.PARTIALLY_REFUNDED: {_AR: "مُعاد جزئيًا", _EN: "partially refunded"},
    PaymentStatus.REFUNDED: {_AR: "مُعاد", _EN: "refunded"},
}
CONFIRMATION: Mapping[ConfirmationState, Mapping[Locale, str]] = {
    ConfirmationState.AWAITED: {_AR: "منتظَر", _EN: "awaited"},
    ConfirmationState.CONFIRMED: {_AR: "مؤكَّد", _EN: "confirmed"},
    ConfirmationState.DECLINED: {_AR: "مرفوض", _EN: "declined"},
}


def heading(by: By, locale: Locale) -> str:
    """The first row."""
    return MARK + _lines([[told[locale] for told in COLUMNS[by].values()]])


def written(orders: Iterable[tuple[Order, datetime]], by: By, locale: Locale) -> str:
    """
    A row for each order, or for each of its lines; the time is that on the clock of the store.

    Of an order with several lines the first row alone has its money, so that a column adds up.
    """
    rows = (row for order, placed in orders for row in _rows(order, placed, by, locale))
    return _lines([row.get(column, "") for column in COLUMNS[by]] for row in rows)


def _rows(order: Order, placed: datetime, by: By, locale: Locale) -> Iterator[dict[str, str]]:
    customer = order.customer
    known = {
        "number": str(order.number),
        "placed": placed.strftime("%Y-%m-%d %H:%M"),
        "status": STATUS[order.status][locale],
        "confirmation": CONFIRMATION[order.confirmation.state][locale],
        "payment": PAYMENT[order.payment_status][locale],
        "name": defused(customer.name),
        "phone": _as_text(customer.phone),
        "city": defused(customer.city),
        "address": defused(customer.address),
        "email": defused(customer.email or ""),
        "note": defused(order.note),
        "currency": order.currency,
        "courier": defused(order.courier),
        "tracking": _as_text(order.tracking_number),
    }
    money = {
        "subtotal": order.subtotal.amount,
        "fees": order.total_fees.amount,
        "discount": (order.discount or Money.zero(order.currency)).amount,
        "total": order.total.amount,
        "collected": _told(order.amount_collected),
        "refunded": _told(order.amount_refunded),
    }
    if by is By.ORDER:
        yield (
            known
            | money
            | {
                "items": defused(
                    "\n".join(f"{each.name} × {each.quantity}" for each in order.lines)
                ),
                "units": str(sum(each.quantity for each in order.lines)),
            }
        )
        return
    for line in order.lines:
        yield known | money | _line(line)
        money = {}


def _line(line: OrderLine) -> dict[str, str]:
    return {
        "title": defused(line.title),
        "variant": defused(line.variant),
        "sku": _as_text(line.sku),
        "quantity": str(line.quantity),
        "unit_price": line.unit_price.amount,
        "line_total": line.total.amount,
    }


def _told(amount: Money | None) -> str:
    return "" if amount is None else amount.amount


def _as_text(digits: str) -> str:
    """With an apostrophe in front where a spreadsheet would take digits for a number."""
    return f"'{digits}" if digits.isdecimal() and len(digits) > 1 else defused(digits)


def _lines(rows: Iterable[list[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
