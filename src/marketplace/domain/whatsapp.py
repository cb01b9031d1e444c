"""WhatsApp: an order told in a message that is ready to be sent, without any account or API."""

from urllib.parse import quote

from .accounts import Locale
from .delivery import Fee
from .merchants import Merchant
from .orders import Order, OrderStatus, Settled, settled
from .phones import PhoneNumber
from .text import beginning

LONGEST = 6000
"""
Characters of a link. Beyond 8 KiB servers and phones begin to cut, and an Arabic letter takes six.
"""
_ESCAPED = [quote(bytes([byte]), safe="") for byte in range(256)]
"""Each byte inside a link. To ask for them one by one takes as long as the rest of an order."""
_OF_A_NAME, _OF_A_TITLE, _OF_AN_ADDRESS = 60, 60, 160
"""Characters that are told; the order has them all."""

_TO_STORE = {
    Locale.ARABIC: """\
مرحبًا {store}، أؤكد طلبي رقم {number}:
{lines}
{fees}{sums}
الاسم: {name}
العنوان: {address}""",
    Locale.ENGLISH: """\
Hello {store}, I confirm my order {number}:
{lines}
{fees}{sums}
Name: {name}
Address: {address}""",
}
_TO_CUSTOMER = {
    Locale.ARABIC: """\
مرحبًا {name}، معك {store} بخصوص طلبك رقم {number}:
{lines}
{fees}{sums}
العنوان: {address}""",
    Locale.ENGLISH: """\
Hello {name}, this is {store} about your order {number}:
{lines}
{fees}{sums}
Address: {address}""",
}
_TOTAL = {Locale.ARABIC: "الإجمالي: {}", Locale.ENGLISH: "Total: {}"}
_SUMS = {
    Locale.ARABIC: {
        Settled.TO_COLLECT: "الإجمالي عند الاستلام: {}",
        Settled.COLLECTED: "المبلغ المدفوع: {}",
        Settled.MISSING: "المبلغ المتبقي: {}",
        Settled.REFUNDED: "المبلغ المُعاد إليك: {}",
    },
    Locale.ENGLISH: {
        Settled.TO_COLLECT: "Total on delivery: {}",
        Settled.COLLECTED: "Paid: {}",
        Settled.MISSING: "Not paid: {}",
        Settled.REFUNDED: "Given back to you: {}",
    },
}
_CLOSING = {
    Locale.ARABIC: {
        OrderStatus.PENDING: "هل تؤكد الطلب؟",
        OrderStatus.DELIVERED: "تم تسليم الطلب.",
        OrderStatus.RETURNED: "الطلب مُرتجَع، ولا يُستحق عليك أي مبلغ.",
        OrderStatus.CANCELLED: "الطلب ملغى، ولا يُستحق عليك أي مبلغ.",
        OrderStatus.EXPIRED: "انتهت مهلة تأكيد الطلب، ولا يُستحق عليك أي مبلغ.",
    },
    Locale.ENGLISH: {
        OrderStatus.PENDING: "Do you confirm it?",
        OrderStatus.DELIVERED: "The order was delivered.",
        OrderStatus.RETURNED: "The order was returned, there is nothing to pay.",
        OrderStatus.CANCELLED: "The order is cancelled, there is nothing to pay.",
        OrderStatus.EXPIRED: "The order was not confirmed in time, there is nothing to pay.",
    },
}
"""What is asked of a customer, or said of what is over; on its way there is nothing more to say."""
_COMMA = {Locale.ARABIC: "، ", Locale.ENGLISH: ", "}
_DISCOUNT = {Locale.ARABIC: "الخصم: {}", Locale.ENGLISH: "Discount: {}"}
_FOLLOW = {Locale.ARABIC: "متابعة الطلب: {}", Locale.ENGLISH: "Follow the order: {}"}


def link(phone: PhoneNumber, text: str) -> str:
    """``https://wa.me/<digits>?text=…``; the digits have neither plus nor leading zeros."""
    escaped = "".join(map(_ESCAPED.__getitem__, text.encode()))
    return f"https://wa.me/{phone.removeprefix('+').lstrip('0')}?text={escaped}"


def to_store(order: Order, store: Merchant, tracking_url: str = "") -> str:
    """The guest's message to the store, in the store's language."""
    text, total = _TO_STORE[store.locale], _total(order, store.locale)
    return _fitting(store.whatsapp_phone, text, order, store, total, tracking_url)


def to_customer(order: Order, store: Merchant, tracking_url: str = "") -> str:
    """The store's message to the guest, in the store's language; it asks what is still open."""
    text = _TO_CUSTOMER[store.locale] + _closing(order, store.locale)
    sums = _sums(order, store.locale)
    return _fitting(order.customer.phone, text, order, store, sums, tracking_url)


def _fitting(
    phone: PhoneNumber, text: str, order: Order, store: Merchant, sums: str, tracking_url: str
) -> str:
    """A link of at most :data:`LONGEST` characters: lines that do not fit are counted."""
    told = len(order.lines)
    while True:
        url = link(phone, _told(text, order, store, sums, tracking_url, told))
        if len(url) <= LONGEST or not told:
            return url
        told = told // 2 if told > 8 else told - 1


def _told(text: str, order: Order, store: Merchant, sums: str, tracking_url: str, told: int) -> str:
    customer, locale = order.customer, store.locale
    lines = [
        f"• {_apart(line.name, _OF_A_TITLE)} × {_isolated(str(line.quantity))}"
        for line in order.lines[:told]
    ]
    if told < len(order.lines):
        lines.append(_more(len(order.lines) - told, locale))
    beside = "".join(map(_fee, order.fees))
    if order.discount is not None:
        beside += f"{_DISCOUNT[locale].format(_isolated(str(order.discount)))}\n"
    address = _COMMA[locale].join(filter(None, (customer.address, customer.city)))
    message = text.format(
        store=_apart(store.name, _OF_A_NAME),
        number=_isolated(str(order.number)),
        lines="\n".join(lines),
        fees=beside,
        sums=sums,
        name=_apart(customer.name, _OF_A_NAME),
        address=_apart(address, _OF_AN_ADDRESS),
    )
    if not tracking_url:
        return message
    return f"{message}\n{_FOLLOW[locale].format(_isolated(tracking_url))}"


def _total(order: Order, locale: Locale) -> str:
    return _TOTAL[locale].format(_isolated(str(order.total)))


def _sums(order: Order, locale: Locale) -> str:
    """What is to be paid; later what it cost, what was paid of that, and what was given back."""
    words = _SUMS[locale]
    told = [words[what].format(_isolated(str(amount))) for what, amount in settled(order)]
    return "\n".join(told if order.is_to_be_paid else [_total(order, locale), *told])


def _closing(order: Order, locale: Locale) -> str:
    said = _CLOSING[locale].get(order.status)
    return f"\n{said}" if said else ""


def _more(count: int, locale: Locale) -> str:
    number = _isolated(str(count))
    if locale is Locale.ENGLISH:
        return f"• … and {number} more"
    return f"• … وأصناف أخرى عددها {number}"


def _apart(text: str, at_most: int) -> str:
    """What somebody wrote, on one line, in its own direction (Unicode UAX #9, first strong)."""
    return f"\u2068{beginning(text, at_most)}\u2069"


def _fee(fee: Fee) -> str:
    return f"{fee.name}: {_isolated(str(fee.amount))}\n"


def _isolated(text: str) -> str:
    """Left-to-right inside Arabic, wherever it stands (Unicode UAX #9, isolates)."""
    return f"\u2066{text}\u2069"
