"""Every letter there is, with facts that are made up: to be looked at before it is sent."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

from marketplace.adapters import files
from marketplace.adapters.letters import TemplateLetters
from marketplace.application.ports import LetterKind
from marketplace.domain.accounts import Locale

_LINK = "https://souq.example/{path}#token=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"
_WHO = {"username": "sara-abayas"}
_STORE = {"username": "sara-abayas", "store": "عباءات سارة"}
_ORDER = {
    "store": "عباءات سارة",
    "number": "1042",
    "customer": "نورة العتيبي",
    "link": "https://souq.example/api/orders/track/…",
}
_PRODUCT = {"store": "عباءات سارة", "product": "Silk scarf"}
_HOOK = {"url": "https://erp.example.com/hooks/marketplace"}

FACTS: Mapping[LetterKind, Mapping[str, str]] = {
    LetterKind.PASSWORD_RESET: {**_WHO, "link": _LINK.format(path="reset-password")},
    LetterKind.EMAIL_VERIFICATION: {**_WHO, "link": _LINK.format(path="verify-email")},
    LetterKind.NEW_ORDER: {
        "store": "عباءات سارة",
        "number": "1042",
        "customer": "نورة العتيبي",
        "phone": "+966559876543",
        "address": "حي الياسمين، مبنى 12 الرياض",
        "lines": "2 × عباءة مطرزة (أسود / M)\n1 × Silk scarf",
        "fees": "رسوم التوصيل: 25.00 SAR",
        "discount": "21.00 SAR",
        "total": "602.00 SAR",
        "note": "يرجى الاتصال قبل الوصول",
    },
    LetterKind.LOW_STOCK: {
        "product": "عباءة مطرزة (أسود / M)",
        "sku": "ABY-BLK-M",
        "available": "2",
    },
    LetterKind.ANNOUNCEMENT: {
        "title": "صيانة الليلة",
        "body": "نُحدّث المنصة بين الثانية والثالثة فجرًا.\nOrders go on meanwhile.",
    },
    LetterKind.PASSWORD_CHANGED: _WHO,
    LetterKind.SESSION_STOLEN: _WHO,
    LetterKind.KYC_APPROVED: _STORE,
    LetterKind.KYC_REJECTED: {**_STORE, "reason": "صورة السجل التجاري غير واضحة"},
    LetterKind.DAILY_DIGEST: {
        "store": "عباءات سارة",
        "day": "2030-01-02",
        "orders": "12",
        "total": "1290.00 SAR",
        "to_confirm": "3",
        "lines": "عباءة مطرزة (أسود / M)\nSilk scarf",
    },
    LetterKind.ORDER_LINK: _ORDER,
    LetterKind.ORDER_PLACED: {
        **_ORDER,
        "lines": "2 × عباءة مطرزة (أسود / M)\n1 × Silk scarf",
        "fees": "رسوم التوصيل: 25.00 SAR",
        "discount": "21.00 SAR",
        "total": "602.00 SAR",
    },
    LetterKind.ORDER_CONFIRMED: {**_ORDER, "total": "602.00 SAR"},
    LetterKind.ORDER_SHIPPED: {
        **_ORDER,
        "courier": "سمسا",
        "tracking_number": "SMSA-290131",
        "total": "602.00 SAR",
    },
    LetterKind.ORDER_CANCELLED: _ORDER,
    LetterKind.ORDER_EXPIRED: _ORDER,
    LetterKind.PRODUCT_TAKEN_DOWN: {**_PRODUCT, "reason": "منتج مقلّد: وصلنا بلاغ من صاحب العلامة."},
    LetterKind.PRODUCT_RESTORED: _PRODUCT,
    LetterKind.WEBHOOK_GONE: _HOOK,
    LetterKind.WEBHOOK_FAILING: _HOOK,
}
"""A test asks for every kind."""


def preview(folder: Path, locales: tuple[Locale, ...] = tuple(Locale)) -> Iterator[Path]:
    """Write each letter as HTML and as text; the files, as they are written."""
    letters = TemplateLetters()
    for kind, locale in product(LetterKind, locales):
        wording = letters.write(kind, locale, FACTS[kind])
        told = {"html": wording.html, "txt": f"{wording.title}\n\n{wording.text}"}
        for suffix, content in told.items():
            file = folder / f"{kind}.{locale}.{suffix}"
            files.put(file, content.encode())
            yield file
