"""WhatsApp: an order told in a message that is ready to be sent, without any account or API."""

from urllib.parse import quote

from .accounts import Locale
from .delivery import Fee
from .merchants import Merchant
from .orders import Order
from .phones import PhoneNumber

_TO_STORE = {
    Locale.ARABIC: """\
مرحبًا {store}، أؤكد طلبي رقم {number}:
{lines}
{fees}الإجمالي: {total}
الاسم: {name}
العنوان: {address}""",
    Locale.ENGLISH: """\
Hello {store}, I confirm my order {number}:
{lines}
{fees}Total: {total}
Name: {name}
Address: {address}""",
}
_TO_CUSTOMER = {
    Locale.ARABIC: """\
مرحبًا {name}، معك متجر {store} بخصوص طلبك رقم {number}:
{lines}
{fees}الإجمالي عند الاستلام: {total}
العنوان: {address}
هل تؤكد الطلب؟""",
    Locale.ENGLISH: """\
Hello {name}, this is {store} about your order {number}:
{lines}
{fees}Total on delivery: {total}
Address: {address}
Do you confirm it?""",
}
_COMMA = {Locale.ARABIC: "، ", Locale.ENGLISH: ", "}


def link(phone: PhoneNumber, text: str) -> str:
    """``https://wa.me/<digits>?text=…``; the digits have neither plus nor leading zeros."""
    return f"https://wa.me/{phone.removeprefix('+').lstrip('0')}?text={quote(text, safe='')}"


def to_store(order: Order, store: Merchant) -> str:
    """The guest's message to the store, in the store's language."""
    return link(store.whatsapp_phone, _told(_TO_STORE[store.locale], order, store))


def to_customer(order: Order, store: Merchant) -> str:
    """The store's message to the guest, in the store's language."""
    return link(order.customer.phone, _told(_TO_CUSTOMER[store.locale], order, store))


def _told(text: str, order: Order, store: Merchant) -> str:
    customer = order.customer
    lines = [f"• {line.name} × {_isolated(str(line.quantity))}" for line in order.lines]
    return text.format(
        store=store.name,
        number=_isolated(str(order.number)),
        lines="\n".join(lines),
        fees="".join(map(_fee, order.fees)),
        total=_isolated(str(order.total)),
        name=customer.name,
        address=_COMMA[store.locale].join(filter(None, (customer.address, customer.city))),
    )


def _fee(fee: Fee) -> str:
    return f"{fee.name}: {_isolated(str(fee.amount))}\n"


def _isolated(text: str) -> str:
    """Left-to-right inside Arabic, wherever it stands (Unicode UAX #9, isolates)."""
    return f"\u2066{text}\u2069"
