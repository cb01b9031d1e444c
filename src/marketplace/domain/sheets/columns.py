"""What the columns of a sheet are about, and what people call them."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from ..accounts import Locale
from ..money import CURRENCIES
from ..search import words


class Column(StrEnum):
    """In the order in which they are written. Those up to the options are the product's."""

    ID = "id"
    SLUG = "slug"
    TITLE = "title"
    DESCRIPTION = "description"
    STATUS = "status"
    CATEGORY = "category"
    TAGS = "tags"
    TRACK_STOCK = "track_stock"
    LOW_STOCK_AT = "low_stock_at"
    OPTION1_NAME = "option1_name"
    OPTION1_VALUE = "option1_value"
    OPTION2_NAME = "option2_name"
    OPTION2_VALUE = "option2_value"
    OPTION3_NAME = "option3_name"
    OPTION3_VALUE = "option3_value"
    SKU = "sku"
    PRICE = "price"
    COMPARE_AT_PRICE = "compare_at_price"
    STOCK = "stock"
    STOCK_WAS = "stock_was"
    EXPORT = "export"


OPTIONS = (
    (Column.OPTION1_NAME, Column.OPTION1_VALUE),
    (Column.OPTION2_NAME, Column.OPTION2_VALUE),
    (Column.OPTION3_NAME, Column.OPTION3_VALUE),
)
OF_A_VARIANT = (Column.SKU, Column.PRICE, Column.COMPARE_AT_PRICE, Column.STOCK)
OF_AN_EXPORT = (Column.STOCK_WAS, Column.EXPORT)
"""What the stock of a variant was when it was exported, and which export that was."""
OF_A_PRODUCT = tuple(
    each
    for each in Column
    if each not in (*OF_A_VARIANT, *OF_AN_EXPORT) and not each.startswith("option")
)
KNOWN_BY = (Column.ID, Column.SLUG, Column.TITLE, Column.SKU)
"""A sheet has at least one of these, or nobody could tell what it speaks of."""

HEADINGS: Mapping[Column, Mapping[Locale, str]] = {
    column: {Locale.ARABIC: arabic, Locale.ENGLISH: english}
    for column, arabic, english in (
        (Column.ID, "المعرّف", "ID"),
        (Column.SLUG, "الرابط", "Slug"),
        (Column.TITLE, "العنوان", "Title"),
        (Column.DESCRIPTION, "الوصف", "Description"),
        (Column.STATUS, "الحالة", "Status"),
        (Column.CATEGORY, "التصنيف", "Category"),
        (Column.TAGS, "الوسوم", "Tags"),
        (Column.TRACK_STOCK, "تتبع المخزون", "Track stock"),
        (Column.LOW_STOCK_AT, "حد المخزون المنخفض", "Low stock at"),
        (Column.OPTION1_NAME, "اسم الخيار 1", "Option 1 name"),
        (Column.OPTION1_VALUE, "قيمة الخيار 1", "Option 1 value"),
        (Column.OPTION2_NAME, "اسم الخيار 2", "Option 2 name"),
        (Column.OPTION2_VALUE, "قيمة الخيار 2", "Option 2 value"),
        (Column.OPTION3_NAME, "اسم الخيار 3", "Option 3 name"),
        (Column.OPTION3_VALUE, "قيمة الخيار 3", "Option 3 value"),
        (Column.SKU, "رمز التخزين", "SKU"),
        (Column.PRICE, "السعر", "Price"),
        (Column.COMPARE_AT_PRICE, "السعر قبل الخصم", "Compare at price"),
        (Column.STOCK, "المخزون", "Stock"),
        (Column.STOCK_WAS, "المخزون عند التصدير", "Stock when exported"),
        (Column.EXPORT, "رقم التصدير", "Export number"),
    )
}
"""What we write above them."""

_CALLED = {
    Column.ID: "product id · رقم المنتج · معرف المنتج",
    Column.SLUG: "handle · url handle · product handle · رابط المنتج · اسم الرابط",
    Column.TITLE: "name · product name · product title · product · item · item name · الاسم"
    " · اسم المنتج · المنتج · عنوان المنتج · اسم الصنف · الصنف",
    Column.DESCRIPTION: "body · body html · product description · details · وصف المنتج · التفاصيل",
    Column.STATUS: "product status · حالة المنتج",
    Column.CATEGORY: "categories · الأقسام · التصنيفات · تصنيفات المنتج · product category"
    " · الفئة · القسم · تصنيف المنتج · فئة المنتج · المجموعة",
    Column.TAGS: "tag · keywords · الوسم · الكلمات المفتاحية · الكلمات الدلالية",
    Column.TRACK_STOCK: "track inventory · track quantity · تتبع الكمية",
    Column.LOW_STOCK_AT: "low stock · low stock threshold · low stock amount · تنبيه المخزون"
    " · حد التنبيه · المخزون المنخفض",
    Column.OPTION1_NAME: "attribute 1 name · option name · اسم الخيار · اسم الخيار الأول"
    " · الخيار 1",
    Column.OPTION1_VALUE: "attribute 1 values · attribute 1 value · option value"
    " · قيمة الخيار · قيمة الخيار الأول",
    Column.OPTION2_NAME: "attribute 2 name · اسم الخيار الثاني · الخيار 2",
    Column.OPTION2_VALUE: "attribute 2 values · attribute 2 value · قيمة الخيار الثاني",
    Column.OPTION3_NAME: "attribute 3 name · اسم الخيار الثالث · الخيار 3",
    Column.OPTION3_VALUE: "attribute 3 values · attribute 3 value · قيمة الخيار الثالث",
    Column.SKU: "sku code · sku number · رمز التخزين sku · رمز المنتج التعريفي · رمز sku"
    " · variant sku · product sku · item code · code · رمز المنتج · كود المنتج · الرمز"
    " · الكود · رقم الصنف · رمز الصنف",
    Column.PRICE: "product price · item price · سعر القطعة · سعر المفرد · variant price"
    " · unit price · sale price · selling price · سعر البيع · سعر المنتج · سعر الوحدة",
    Column.COMPARE_AT_PRICE: "price before discount · السعر قبل التخفيض · سعر قبل الخصم"
    " · variant compare at price · original price · old price · list price · السعر الأصلي"
    " · السعر السابق · السعر القديم · سعر المقارنة",
    Column.STOCK: "inventory qty · qty available · available quantity · stock qty"
    " · on hand qty · quantity in stock · variant quantity · الكمية المتبقية · المتوفر"
    " · المتاح · رصيد المخزون · الرصيد · quantity · qty · inventory · available · on hand"
    " · variant inventory qty · inventory quantity · stock quantity · الكمية · كمية"
    " · الكمية المتوفرة · الكمية المتاحة · كمية المخزون · العدد",
    Column.STOCK_WAS: "الكمية عند التصدير",
    Column.EXPORT: "معرّف التصدير",
}
"""What other people write above them."""


def plain(heading: str) -> str:
    """A heading without case, accents, articles, spaces and signs."""
    return "".join(
        word.removeprefix("ال") if len(word) > 4 else word for word in words(heading[:100])
    )


_MEANT = {
    plain(called): column
    for column in Column
    for called in (column, *HEADINGS[column].values(), *_CALLED[column].split(" · "))
}


_PRICE_OF_ALL_DAYS = frozenset(
    map(plain, ("regular price", "السعر العادي", "السعر الأساسي", "السعر الاعتيادي"))
)
"""Of what is on sale it is the former price, and of everything else the price."""

_KIND_OF_THING = frozenset(map(plain, ("type", "product type", "collection")))
"""The category, unless the sheet has one beside it."""

_ANY = frozenset(CURRENCIES)
_MONEY: Mapping[str, frozenset[str]] = {
    **{code.lower(): frozenset({code}) for code in CURRENCIES},
    **{
        plain(called): frozenset(codes.split())
        for called, codes in {
            "ر س": "SAR",
            "ريال سعودي": "SAR",
            "ريال قطري": "QAR",
            "ريال عماني": "OMR",
            "ر ق": "QAR",
            "ر ع": "OMR",
            "ريال": "SAR QAR OMR YER",
            "riyal": "SAR QAR OMR YER",
            "د إ": "AED",
            "درهم إماراتي": "AED",
            "درهم": "AED MAD",
            "dirham": "AED MAD",
            "د ك": "KWD",
            "دينار كويتي": "KWD",
            "د ب": "BHD",
            "دينار بحريني": "BHD",
            "د أ": "JOD",
            "دينار أردني": "JOD",
            "دينار": "KWD BHD JOD IQD TND LYD DZD",
            "dinar": "KWD BHD JOD IQD TND LYD DZD",
            "ج م": "EGP",
            "جنيه مصري": "EGP",
            "جنيه": "EGP SDG",
            "pound": "EGP SDG GBP",
            "دولار": "USD",
            "dollar": "USD",
        }.items()
    },
}
_UNITS: Mapping[str, frozenset[str]] = {
    **_MONEY,
    **{
        plain(called): _ANY
        for called in (
            "شامل الضريبة · incl vat · including vat · inc vat · قطعة · قطع · حبة · حبات · وحدة"
            " · وحدات · pcs · pieces · pc · units · unit · ar · arabic · عربي · عربية · بالعربية"
            " · بالعربي"
        ).split(" · ")
    },
}
"""What people write behind a heading, and the currencies of stores where it means nothing else."""
_LONGEST_UNIT = 3
"""Words."""

_ARABIC = re.compile("[\u0600-\u06ff]")


def meant_by(heading: str) -> Column | None:
    """What a column is about, going by what is written above it."""
    return _MEANT.get(plain(heading))


def perhaps_meant_by(heading: str, currency: str | None = None) -> Column | None:
    """
    The same of a heading with its unit, ``السعر (ر.س)``, or in two languages.

    One in another ``currency`` than that of the store, if it is known, is not meant.
    """
    spoken = words(heading[:100])
    for count in range(1, min(_LONGEST_UNIT, len(spoken) - 1) + 1):
        meant = _MEANT.get(plain(" ".join(spoken[:-count])))
        unit = _UNITS.get(plain(" ".join(spoken[-count:])))
        if meant and unit:
            return meant if currency is None or currency in unit else None
    arabic = [each for each in spoken if _ARABIC.search(each)]
    latin = [each for each in spoken if not _ARABIC.search(each)]
    column = meant_by(" ".join(arabic))
    return column if column is meant_by(" ".join(latin)) else None


def columns_of(
    headings: Sequence[str], mapping: Mapping[str, Column | None], currency: str
) -> list[Column | None]:
    """
    What each column is about; what ``mapping`` says comes before what they are called.

    What is called exactly so comes before what is called nearly so. Two may be the same. A price in
    another ``currency`` than that of the store is none.
    """
    found = [mapping[each] if each in mapping else meant_by(each) for each in headings]
    surely = set(found)
    for place, heading in enumerate(headings):
        if found[place] is None and heading not in mapping:
            column = perhaps_meant_by(heading, currency)
            found[place] = None if column in surely else column
    for place, heading in enumerate(headings):
        if heading not in mapping and plain(heading) in _PRICE_OF_ALL_DAYS:
            free = (each for each in (Column.PRICE, Column.COMPARE_AT_PRICE) if each not in found)
            found[place] = next(free, None)
        elif heading not in mapping and plain(heading) in _KIND_OF_THING:
            found[place] = None if Column.CATEGORY in found else Column.CATEGORY
    return found
