"""
Kin: words that Arabic makes of one root without an ending, and that are looked for as one.

Whoever looks for cups (فناجين) means a cup (فنجان) too, and the other way round. What a rule makes
of a word need not be one: then nobody has written it, and it finds nothing. Words are folded ones,
as :func:`~marketplace.domain.search.fold` leaves them.
"""

import re
from collections.abc import Iterator

_LETTERS = {
    "F": "[ابتثجحخدذرزسشصضطظعغفقكلمنهوي]",
    "C": "[بتثجحخدذرزسشصضطظعغفقكلمنهوي]",
    "L": "[بتثجحخدذرزسشصضطظعغفقكلمنوي]",
}
"""What stands for a letter below: the first of a root, one in it, and one that is no ending."""

_DEEDS = """
    بداع حرام حسان خراج دخال رسال سلام صدار صلاح طلاق عداد علان فطار قبال كمال مساك نتاج نسان
""".split()
"""What looks like a plural and is a deed: breakfast (إفطار) is not several mushrooms (فطر)."""

_NO_DEED = f"(?!ل|{'|'.join(_DEEDS)})"
_OF_NO_DEED = f"(?!ل|{'|'.join(f'{deed[:2]}{deed[3]}' for deed in _DEEDS)})"

_PAIRS = (
    # دواليب دولاب, فناجين فنجان, طرابيش طربوش, مناديل منديل
    ("FCاCيC", r"\1\2\3ا\4 \1\2\3ي\4"),
    ("(?!م)FCاCيC", r"\1\2\3و\4"),
    ("(?!م..و)FCC[اوي]C", r"\1\2ا\3ي\4"),
    # فوانيس فانوس, طواجين طاجين
    ("CواCيC", r"\1ا\2و\3 \1ا\2ي\3 \1ا\2\3"),
    ("CاC[وي]C", r"\1وا\2ي\3"),
    # مكاتب مكتب, ملاعق ملعقة, جوارب جورب, حقائب حقيبة
    ("FCاCL", r"\1\2\3\4"),
    ("FCCL", r"\1\2ا\3\4"),
    # خواتم خاتم, شواحن شاحن
    ("CواCL", r"\1ا\2\3"),
    ("CاCL", r"\1وا\2\3"),
    # وسائد وسادة, عجائز عجوز
    ("CCايL", r"\1\2ا\3 \1\2و\3"),
    ("CC[او]L", r"\1\2اي\3"),
    # طواقي طاقية, شماسي شمسية
    ("CواCي", r"\1ا\2يه"),
    ("CاCيه", r"\1وا\2ي"),
    ("CCاCي", r"\1\2\3يه"),
    ("CCCيه", r"\1\2ا\3ي"),
    # مقالي مقلاة, مكاوي مكواة
    ("CCاCي", r"\1\2\3ا"),
    ("CCCا", r"\1\2ا\3ي"),
    # هدايا هدية, زوايا زاوية
    ("CCايا", r"\1\2ي"),
    ("CCي", r"\1\2ايا"),
    ("Cوايا", r"\1اوي"),
    # أسماك سمك, أقلام قلم; أبواب باب, أكواس كأس; أزرار زر
    (f"ا{_NO_DEED}CCاC", r"\1\2\3"),
    (f"{_OF_NO_DEED}CCL", r"ا\1\2ا\3"),
    ("ا(?!ل)CواC", r"\1ا\2"),
    ("(?!ل)CاC", r"ا\1وا\2"),
    (r"ا(?!ل)CCا\2", r"\1\2"),
    ("(?!ل)CL", r"ا\1\2ا\2"),
    # أحزمة حزام, أشرطة شريط, أعمدة عمود; أغطية غطاء
    ("ا(?!ل)CCCه", r"\1\2ا\3 \1\2ي\3 \1\2و\3"),
    ("(?!ل)CC[اوي]L", r"ا\1\2\3ه"),
    ("ا(?!ل)CCيه", r"\1\2ا"),
    ("(?!ل)CCا", r"ا\1\2يه"),
    # سوداء أسود, ملساء أملس
    ("اCCC", r"\1\2\3ا"),
    ("CCCا", r"ا\1\2\3"),
    # مربى مربا, حناء حنة
    ("CCCي", r"\1\2\3ا"),
    ("CCCا", r"\1\2\3ي"),
    ("CCه", r"\1\2ا"),
    ("CCا", r"\1\2ه"),
    # رؤوس رؤس, شؤون شئون
    ("([^و]+)وو([^و]+)", r"\1و\2 \1يو\2"),
    ("CوC", r"\1وو\2"),
    ("([^و]+)يو([^و]+)", r"\1وو\2"),
)


def _rule(pattern: str) -> re.Pattern[str]:
    for name, letters in _LETTERS.items():
        pattern = pattern.replace(name, f"({letters})")
    return re.compile(pattern)


_RULES = tuple((_rule(pattern), made) for pattern, made in _PAIRS)


def kin(word: str) -> Iterator[str]:
    """What else a word may be written as, which is not told by its ending."""
    for pattern, made in _RULES:
        if match := pattern.fullmatch(word):
            yield from match.expand(made).split()
