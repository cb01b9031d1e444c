"""
Examples for the documentation: what an answer looks like, and what a problem is about.

An answer that has no ``EXAMPLE`` of its own is put together from what its fields are called and of
which type they are.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect

from marketplace.application.streams import MOST_OF_ONE
from marketplace.application.workshop import AT_ONCE
from marketplace.domain.categories import MOST_CATEGORIES
from marketplace.domain.errors import MarketplaceError
from marketplace.domain.images import MOST_BYTES, MOST_OF_A_STORE
from marketplace.domain.orders.confirming import MOST_ATTEMPTS
from marketplace.domain.orders.editing import MOST_EDITS
from marketplace.domain.orders.paying import MOST_REFUNDS
from marketplace.domain.sheets.reading import MOST_COLUMNS, MOST_PRODUCTS, MOST_ROWS
from marketplace.domain.webhooks.endpoint import MOST_ENDPOINTS

AN_ID = "0192f0c1-8a5e-7cc0-8d6f-3a1b2c3d4e5f"
A_MOMENT = "2026-03-01T09:30:00Z"
A_DAY = "2026-03-01"

FACTS: Mapping[str, Mapping[str, object]] = {
    "below-minimum": {"minimum": "50.00", "currency": "SAR"},
    "broken-sheet": {"row": 17},
    "city-not-served": {"city": "نجران"},
    "collected-too-little": {"refunded": "50.00", "currency": "SAR"},
    "collected-too-much": {"total": "274.00", "currency": "SAR"},
    "columns-missing": {"needed": ["title", "price"]},
    "currency-fixed": {"currency": "SAR"},
    "discount-too-large": {"most": "249.00", "currency": "SAR"},
    "image-too-heavy": {"at_most": MOST_BYTES},
    "moved-too-often": {"possible_at": "2026-03-28T09:30:00Z"},
    "not-editable": {
        "status": "shipped",
        "fields": ["items"],
        "allowed": ["pending", "confirmed", "preparing"],
    },
    "not-enough-on-hand": {"available": 2},
    "nothing-to-collect": {"status": "confirmed"},
    "orders-open": {"open_orders": 3},
    "out-of-stock": {
        "lines": [{"product_id": AN_ID, "variant_id": AN_ID, "wanted": 3, "available": 1}]
    },
    "photos-busy": {"retry_after": 5},
    "price-changed": {
        "subtotal": "249.00",
        "fees": [{"code": "delivery", "name": "التوصيل", "amount": "25.00"}],
        "total": "274.00",
        "currency": "SAR",
    },
    "product-moved": {"product": "عباءة-كريب"},
    "product-not-found": {"product_id": AN_ID},
    "product-taken-down": {"reason": "منتج مقلّد"},
    "refunded-too-much": {"left": "100.00", "currency": "SAR"},
    "same-columns": {"column": "price"},
    "sign-ins-busy": {"retry_after": 1},
    "sku-taken": {"sku": "ABA-5204-M", "options": ["M"]},
    "stale-version": {"version": 4},
    "store-moved": {"username": "sara-abayas"},
    "store-on-holiday": {"reopens_at": "2026-04-05T06:00:00Z"},
    "streams-full": {"retry_after": 5},
    "too-many-attempts": {"retry_after": 60},
    "too-many-categories": {"at_most": MOST_CATEGORIES},
    "too-many-columns": {"at_most": MOST_COLUMNS},
    "too-many-confirmation-attempts": {"at_most": MOST_ATTEMPTS},
    "too-many-edits": {"at_most": MOST_EDITS},
    "too-many-endpoints": {"at_most": MOST_ENDPOINTS},
    "too-many-images": {"at_most": MOST_OF_A_STORE},
    "too-many-photos-at-once": {"at_most": AT_ONCE, "retry_after": 5},
    "too-many-refunds": {"at_most": MOST_REFUNDS},
    "too-many-rows": {"at_most": MOST_ROWS, "products": MOST_PRODUCTS},
    "too-many-streams": {"at_most": MOST_OF_ONE, "retry_after": 5},
    "unreadable-sheet": {"kind": "xlsx"},
    "variant-not-found": {"product_id": AN_ID, "variant_id": AN_ID},
    "variant-required": {"product_id": AN_ID},
    "wrong-kyc-status": {"kyc_status": "approved"},
    "wrong-merchant-status": {"status": "closed"},
    "wrong-order-status": {
        "status": "shipped",
        "wanted": "confirmed",
        "allowed": ["delivered", "delivery_failed"],
    },
}
"""What the facts of a problem are, by its code; one that is not here has none."""

_SAID: Mapping[str, object] = {
    "access": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkyIn0.c2lnbmF0dXJl",
    "action": "merchant.suspended",
    "address": "حي الياسمين، مبنى 12",
    "alt": "عباءة سوداء من الأمام",
    "body": "يتوقف الدفع الإلكتروني ساعة واحدة.",
    "city": "الرياض",
    "code": "out-of-stock",
    "country": "SA",
    "courier": "سمسا",
    "currency": "SAR",
    "customer_name": "نورة العتيبي",
    "customer_phone": "+966559876543",
    "description": "عباءة مطرزة يدويًا",
    "email": "sara@example.com",
    "event": "order.placed",
    "field": "items[0].quantity",
    "kind": "send_notification",
    "last_error": "",
    "legal_name": "مؤسسة سارة للأزياء",
    "locale": "ar",
    "message": "الكمية المتوفرة لا تكفي.",
    "name": "عباءات سارة",
    "next_cursor": "lMQGq83vASPEEAGS8MGKXnzAjW86Gyw9Tl_Awg",
    "number": 1001,
    "password": "",
    "phone": "+966501234567",
    "placeholder": "#8a6f5c",
    "price": "249.00",
    "reason": "بطلب من التاجر",
    "refresh": "rt_1f0c9b7e4d2a",
    "registration_number": "1010123456",
    "request_id": "0b5f7c52f3f84d2e8e2c6a1d9f4b7a10",
    "role": "merchant",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "sku": "ABA-5204",
    "slug": "عباءة-كريب",
    "source": "phone",
    "subject_type": "merchant",
    "takedown_reason": "منتج مقلّد",
    "time_zone": "Asia/Riyadh",
    "title": "عباءة كريب",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkyIn0.c2lnbmF0dXJl",
    "tracking_number": "SM-88120",
    "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X)",
    "username": "sara-abayas",
    "version": 3,
    "width": 1536,
    "height": 2048,
    "whatsapp_phone": "+966501234567",
}
"""What fields of this name say, where their type allows it."""


_KEYS: Mapping[str, tuple[str, ...]] = {
    "mail": ("new_order", "low_stock"),
    "merchants": ("active", "suspended"),
    "minutes_to_confirm": ("median", "p90"),
    "options": ("المقاس",),
    "orders": ("pending", "delivered"),
    "products": ("active", "draft"),
    "renditions": ("320", "640"),
    "revenue": ("SAR",),
}
"""What things are called whose names are no fields; of others nothing is told."""


def refusal(error: type[MarketplaceError]) -> MarketplaceError:
    """Such a problem, as somebody may meet it."""
    return error(**FACTS.get(error.code, {}))


def example_of(kind: Any) -> Any:
    """An answer of this kind, as JSON has it."""
    return _sample(inspect.type_info(kind), "")


def _sample(kind: inspect.Type, name: str) -> Any:
    if isinstance(kind, inspect.Metadata):
        return _sample(kind.type, name)
    if isinstance(kind, inspect.StructType):
        fields = {each.encode_name: _sample(each.type, each.name) for each in kind.fields}
        return vars(kind.cls).get("EXAMPLE") or fields
    if isinstance(kind, inspect.UnionType):
        given = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return _sample(given[0], name)
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        return [_sample(kind.item_type, name)]
    if isinstance(kind, inspect.TupleType):
        return [_sample(each, name) for each in kind.item_types]
    if isinstance(kind, inspect.DictType):
        return {key: _sample(kind.value_type, name) for key in _KEYS.get(name, ())}
    return _word(kind, name)


def _word(kind: inspect.Type, name: str) -> Any:
    said = _SAID.get(name)
    if isinstance(kind, inspect.EnumType):
        words = [each.value for each in kind.cls]
        return said if said in words else words[0]
    if isinstance(kind, inspect.LiteralType):
        return said if said in kind.values else kind.values[0]
    if isinstance(kind, inspect.StrType):
        return said if isinstance(said, str) else _text(name)
    if isinstance(kind, inspect.IntType):
        return said if isinstance(said, int) else 2
    if isinstance(kind, inspect.CustomType):
        return "249.00"
    return next((word for each, word in _PLAIN.items() if isinstance(kind, each)), {})


def _text(name: str) -> str:
    if name.endswith(("url", "link", "renditions")):
        return f"https://shop.example.com/{name.removesuffix('_url').removesuffix('_link')}"
    return "…" if name.endswith(("note", "text")) else "عباءة"


_PLAIN: Mapping[type[inspect.Type], Any] = {
    inspect.BoolType: True,
    inspect.FloatType: 0.25,
    inspect.UUIDType: AN_ID,
    inspect.DateTimeType: A_MOMENT,
    inspect.DateType: A_DAY,
}


def encoded(example: Any) -> Any:
    """The same in plain JSON, whatever an ``EXAMPLE`` is made of."""
    return msgspec.json.decode(msgspec.json.encode(example, enc_hook=str))
