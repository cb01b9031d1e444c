"""
Search: what is written differently and meant alike is one word.

A text is folded (:func:`fold`) into plain words; a word is found by each of its forms
(:func:`forms`): as it stands, without its article, without its ending. The database does the same
by the tables below, in the same order: whoever changes one of them owes it a migration.

The tables speak of characters that Unicode has had since version 3.2, which every Python knows by
heart, or that are named here. Those never change their decomposition, and all others are no
letters to us: so it does not matter how new the Unicode of Python or of PostgreSQL is.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import chain, pairwise

from .kin import kin
from .slips import JOINED, MOST_NEAR, Vocabulary
from .text import TooLong

LONGEST_QUERY = 100
"""Characters that somebody may type."""
MOST_TERMS = 10
"""Words of a query that count; the others are not looked at."""
LONGEST_WORD = 64
"""Letters of a word that count: a page without spaces is not a word."""
LONGEST_SORTED = 100
"""Characters of a title that are compared with another one."""

Words = tuple[str, ...]

LETTERS = {
    ord(variant): letter
    for letter, variants in {
        "ا": "ٱٲٳ",
        "ب": "پٮٻڀ",
        "ت": "ٹٺټٿ",
        "ج": "چڄڃڇ",
        "د": "ڈډڊڌ",
        "ر": "ڑړڔڕږ",
        "ز": "ژ",
        "ف": "ڤڡڢڣڥڦ",
        "ق": "ڧڨٯ",
        "ك": "کگڪګڬڭڮڰڱڲڳڴݢݣݤػؼ",
        "ل": "ڵڶڷڸ",
        "ن": "ںڻڼڽ",
        "ه": "ةھہۃەۿ",
        "و": "ۄۅۆۇۈۉۊۋۏ",
        "ي": "ىیؠؽؾؿۍێېۑے",
        "d": "đð",
        "h": "ħ",
        "i": "ı",
        "l": "ł",
        "o": "ø",
        "t": "ŧ",
        "σ": "ς",
    }.items()
    for variant in variants
}
"""
Letters that stand for another: of Persian, Urdu, Kurdish and the Maghreb, and the few Latin ones
that are no letter with an accent. Hamza, madda and accents go with the other marks.
"""

SPELLED_OUT = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}

_ZEROES = """
    0660 06F0 07C0 0966 09E6 0A66 0AE6 0B66 0BE6 0C66 0CE6 0D66 0DE6 0E50 0ED0 0F20 1040 1090 17E0
    1810 1946 19D0 1A80 1A90 1B50 1BB0 1C40 1C50 A620 A8D0 A900 A9D0 A9F0 AA50 ABF0 104A0 10D30
    11066 110F0 11136 111D0 112F0 11450 114D0 11650 116C0 11730 118E0 11950 11C50 11D50 11DA0 16A60
    16AC0 16B50 1E140 1E2F0 1E950
"""
DIGITS = {int(zero, 16) + digit: str(digit) for zero in _ZEROES.split() for digit in range(10)}
"""The decimal digits of all scripts; those in circles and the like decompose into these."""

UNHEARD = (
    r"\u0027\u0060\u00ad\u00b4\u02b9-\u02bf\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2"
    r"\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u0674\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    r"\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff\u180e\u200b-\u200f\u2018\u2019\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
)
"""
What is left out, as the inside of a bracket of a regular expression: vowel signs, Quranic marks,
tatweel, accents, what has no width, and the apostrophe, which few people type.
"""


def _heard() -> Iterator[str]:
    """Ranges of letters and digits, to stand in a bracket after :data:`UNHEARD`."""
    since = unicodedata.ucd_3_2_0
    named = {*LETTERS, *DIGITS, *range(0x0750, 0x0780), *range(0x08A0, 0x08CA)}
    old = (
        code
        for code in chain(range(0x3400), range(0xF900, 0x10000), range(0x1D400, 0x1D800))
        if since.category(chr(code))[0] in "LMN"
    )
    # The blocks of Chinese and Korean are too long to be looked at one by one.
    codes = sorted({*named, *old, 0x4E00, 0x9FA5, 0xAC00, 0xD7A3})
    first = last = codes[0]
    for code in [*codes[1:], 0x110000]:
        if code == last + 1 or (last, code) in ((0x4E00, 0x9FA5), (0xAC00, 0xD7A3)):
            last = code
            continue
        yield _escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}"
        first = last = code


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


HEARD = "".join(_heard())

_UNREADABLE = re.compile(f"[^ {UNHEARD}{HEARD}]+")
_NOT_HEARD = re.compile(f"[{UNHEARD}]+")
_TOO_LONG = re.compile(f"([^ ]{{{LONGEST_WORD}}})[^ ]+")
_DIGIT = re.compile("[0-9]")
_TO_PLAIN = {**LETTERS, **DIGITS}

DRAWN_OUT = r"([^ 0-9iwx])\1\1+"
"""
A letter that somebody leaned on, where one is meant, or two. A digit is not drawn out, nor is what
sizes, numbers and addresses say three times: XXXL, VIII, www.
"""
ALL_OF_ONE = r"^[0-9]*([^0-9])\1*[0-9]*$"
"""A word of one letter is a name, such as that of a battery: AAA is not AA."""

CLASSICAL = "ذظث"
"""Letters that many dialects do not have."""
EVERYDAY = ("زضت", "دضت")
"""What is written in their place by those who write as they speak."""

PARTICLES = frozenset(
    "و ف ب ل ك س ا في من مع علي عن الي او ثم the a an and of for with in to s".split()
)
"""Words that nobody looks for if they say another one beside."""

_NO_ARTICLE = (
    "وان واح عاب كترون منيوم ماني. مانيه. مانيا. بوم. بومات. ياف. بسه. بان. حفه. ات. يه. هام."
)
_NO_LEANING_ARTICLE = "ون طو سيوم فن. نت"
_NO_AND = """
    اق اح اجه افل اد اسع الد اير اي ات اكس اصل ارد ثيق ثاي جب جه حد حش رد رود رق رش راث زن ساد
    سايد سط سيل شاح شم صف صل صي ضع ضو طن ظيف عا قاي قت قود كال كيل لاد لاع لاي لد يب يف
"""


def _unless(endings: str) -> str:
    """The word does not go on like this; a full stop is its end."""
    return f"(?!{'|'.join(endings.split()).replace('.', ' ')})"


ARTICLE = (
    f" (?:ال{_unless(_NO_ARTICLE)}(?=[^ ]{{2}})"
    f"|(?:و|[بكف]|و[بكف])ال{_unless(_NO_LEANING_ARTICLE)}(?=[^ ]{{3}})"
    "|و?لل(?=[^ ]{3}))",
    " ",
)
"""
The article and the particles that lean on it; colours, toys, balloons and others begin so without
having one.
"""

AND = f" و{_unless(_NO_AND)}([^ ]{{3,}})"
"""An "and" that leans on its word; pillows, roses, paper and others begin so of themselves."""

APART = (
    (r"([^ 0-9])([0-9])", r"\1 \2"),
    (r"([0-9])([^ 0-9])", r"\1 \2"),
)
"""Letters and digits that were written as one word: iPhone15."""

ENDINGS = (
    (r"([^ ]{3})(?:ات|يات|ييات|ه|يه|ييه|ي|يي|يا|ها) ", r"\1 "),
    (r"([^ ]{4})(?:ا|ين) ", r"\1 "),
    (r"([a-z](?:ss|sh|ch|x))es ", r"\1 "),
    (r"([a-z][a-z][a-hj-rtv-z])s ", r"\1 "),
    (r"([a-z]{3})(?:ie|y) ", r"\1i "),
)
"""
Endings that a word of three letters and more may lose, one after the other. Each pattern starts
where the word still has exactly so many letters, hence the longest ending goes first.
"""

_PLURALS = """
    عبايا عباية · حقائب حقيبة · شنط شنطة · فساتين فستان · قمصان قميص · بناطيل بنطلون
    بنطال بنطلون · بناطلين بنطلون · جواكيت جاكيت · جاكيتات جاكيت · معاطف معطف · تنانير تنورة
    بلايز بلوزة · أحذية حذاء · جزم جزمة · صنادل صندل · أثواب ثوب · ثياب ثوب · أحزمة حزام
    خواتم خاتم · أساور إسوارة · اسوارة إسوارة · قلائد قلادة · سلاسل سلسلة · أقراط قرط · حلقان حلق
    عطور عطر · بخاخات بخاخ · هدايا هدية · ألعاب لعبة · كتب كتاب · أقلام قلم · دفاتر دفتر
    هواتف هاتف · شواحن شاحن · أسلاك سلك · كوابل كيبل · كابلات كيبل · كيابل كيبل · أجهزة جهاز
    أدوات أداة · أغطية غطاء · كراسي كرسي · مكاتب مكتب · رفوف رف · مفارش مفرش · وسائد وسادة
    مخدات مخدة · ستائر ستارة · سجاجيد سجادة · مناشف منشفة · بطانيات بطانية · شراشف شرشف
    أكواب كوب · أكواب كوب · صحون صحن · ملاعق ملعقة · سكاكين سكين · قدور قدر · أطباق طبق
    مصابيح مصباح · شموع شمعة · ورود وردة · ورد وردة · زهور زهرة · أزهار زهرة · تمور تمر · زيوت زيت
    بهارات بهار · توابل تابل · فواكه فاكهة · عصائر عصير · علب علبة · قطع قطعة · قطعتين قطعة
    حبتين حبة · علبتين علبة · أطفال طفل · رجال رجل · نساء امرأة · نسائي امرأة · نسائية امرأة
    رجالي رجل · رجالية رجل · أولاد ولد · ولادي ولد · بنات بنت · بناتي بنت · ألوان لون · صور صورة
    لوحات لوحة · إطارات إطار · أقمشة قماش · خيام خيمة · حبال حبل · مسابح مسبحة · سبح سبحة
    كرات كرة · أفران فرن · خلاطات خلاط · غسالات غسالة · مراوح مروحة · نظائر نظارة · أطقم طقم
    أدوية دواء · كمائم كمامة · أقنعة قناع · كرتونات كرتون · فضي فضة · فضية فضة · سود أسود
    حمر أحمر · خضر أخضر · زرق أزرق · صفر أصفر · سمر أسمر · رز أرز · شمغ شماغ · صواني صينية
    دلال دلة · سلال سلة · ملابس لبس · سوار إسوارة · أسورة إسوارة · بشوت بشت · عقل عقال · نعال نعل
    فنايل فانيلة · فنيلة فانيلة · بجامة بيجامة · لحف لحاف · ألحفة لحاف · ألبسة لباس · ألواح لوح
    ألبان لبن · أسرة سرير · أواني إناء · آنية إناء · ثريات ثريا · أظافر ظفر · مياه ماء
    مرايا مرآة · كؤوس كأس · رؤوس رأس · عقود عقد · دهون دهن · لحوم لحم · بذور بذرة · قشور قشر
    خيوط خيط · سيوف سيف · جلود جلد · حبوب حب · نجوم نجم · قلوب قلب · دروع درع · طيور طير
    كروت كرت · فصوص فص · سطول سطل · نقوش نقش · عروض عرض · طقوم طقم · كلاب كلب · قطط قط
    معاجين معجون · مساحيق مسحوق · مشاريب مشروب · عطورات عطر · فناجيل فنجان · فنجال فنجان · قصص قصة
    تيجان تاج · بلاطي بالطو · بطاطا بطاطس · سودة أسود · مسكرة ماسكارا · مسكارا ماسكارا
    ميكب مكياج · ميكاب مكياج · ماكياج مكياج · شوز shoes · هودي hoodie · برفيوم perfume
    جلاليب جلابية · شبابيك شباك · دبابيس دبوس · دكاكين دكان · صنانير صنارة · انقليزي إنجليزي
    انقليزية إنجليزي · انكليزي إنجليزي · كابل كيبل · تلفون تليفون · تلفونات تليفون
    تليفزيون تلفزيون · تلفاز تلفزيون · موبيل موبايل · كمبيوتر computer · كومبيوتر computer
    شكولاته شوكولاتة · شوكلاته شوكولاتة · شيكولاتة شوكولاتة · شوكولا شوكولاتة · مكرونة معكرونة
    كتشب كاتشب · جاكت جاكيت · جينس jeans · جينز jeans · جنز jeans · تيشرت tshirt · تيشيرت tshirt
    تيشرتات tshirt · تيشيرتات tshirt · ايفون iphone · ايباد ipad · سامسونج samsung
    سامسونغ samsung · لابتوب laptop · لابتوبات laptop · بلوتوث bluetooth · هواوي huawei
    شاومي xiaomi · سوني sony · كاسيو casio · رولكس rolex · نايك nike · نايكي nike · اديداس adidas
    شانيل chanel · ديور dior · قوتشي gucci · جوتشي gucci · غوتشي gucci · بلايستيشن playstation
    women woman · men man · children child · knives knife · shelves shelf · scarves scarf
    mice mouse · feet foot · teeth tooth
"""


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    template: str

    def apply(self, text: str) -> str:
        return self.pattern.sub(self.template, text)


def _rules(*pairs: tuple[str, str]) -> tuple[_Rule, ...]:
    return tuple(_Rule(re.compile(pattern), template) for pattern, template in pairs)


_APART, _ARTICLE, _ENDINGS = _rules(*APART), _rules(ARTICLE), _rules(*ENDINGS)
_AND = re.compile(AND)
_DRAWN_OUT, _ALL_OF_ONE = re.compile(DRAWN_OUT), re.compile(ALL_OF_ONE)
_CLASSICAL = re.compile(f"[{CLASSICAL}]")
_SPOKEN = tuple(str.maketrans(CLASSICAL, everyday) for everyday in EVERYDAY)


def fold(text: str) -> str:
    """Plain words of lower case, one space between them; of nothing readable, nothing."""
    # At the end of a word few people type the hamza, and within it people do not agree on its seat.
    seated = _heard_of(text).replace("ء ", " ").replace("ء", "ي")
    return _TOO_LONG.sub(r"\1", " ".join(seated.split()))


def _heard_of(text: str) -> str:
    known = _UNREADABLE.sub(" ", text)
    plain = unicodedata.normalize("NFKD", known).lower()
    heard = _NOT_HEARD.sub("", plain).translate(_TO_PLAIN)
    for letter, letters in SPELLED_OUT.items():
        heard = heard.replace(letter, letters)
    return _UNREADABLE.sub(" ", heard) + " "


def words(text: str) -> list[str]:
    """The folded words, in their order."""
    return fold(text).split()


def forms(text: str) -> set[str]:
    """Whatever the words of a text can be found by."""
    folded = fold(text)
    return _forms(folded) if folded else set()


def _forms(folded: str) -> set[str]:
    apart = _apart(folded)
    plain, stems = _plain(apart)
    singulars = (PLURALS[word] for word in plain if word in PLURALS)
    return {*folded.split(), *apart.split(), *plain, *stems, *singulars}


def _plain(apart: str) -> tuple[list[str], list[str]]:
    """The words without article, and these without their endings."""
    bare = _applied(_ARTICLE, apart)
    leaning = "".join(f"{word} " for word in _AND.findall(bare))
    stems = _applied(_ENDINGS, bare + leaning)
    return [*bare.split(), *leaning.split()], stems.split()


def spellings(folded: str, forms: Collection[str]) -> set[str]:
    """
    Forms that the words of a text may have as well: not drawn out, and written as they are spoken.

    ``forms`` are those it has anyway. Who looks for something has these too: it is found by a
    spelling of the word, and not by another word that somebody could have spelt like that.
    """
    drawn = _forms(" ".join(_shortened(folded.split())))
    return drawn.union(_as_spoken({*forms, *drawn}))


def _all_forms(folded: str) -> set[str]:
    forms = _forms(folded)
    return forms | spellings(folded, forms)


def _shortened(words: Iterable[str]) -> list[str]:
    drawn = [each for each in words if _DRAWN_OUT.search(each) and not _ALL_OF_ONE.search(each)]
    return [_DRAWN_OUT.sub(short, each) for short in (r"\1\1", r"\1") for each in drawn]


def _as_spoken(words: Iterable[str]) -> list[str]:
    said = [each for each in words if _CLASSICAL.search(each)]
    return [each.translate(spoken) for spoken in _SPOKEN for each in said]


def _apart(folded: str) -> str:
    return _applied(_APART, f" {folded} ")


def _applied(rules: Iterable[_Rule], text: str) -> str:
    for rule in rules:
        text = rule.apply(text)
    return text


def _joined(words: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Neighbours that some write as one word (laptop, WiFi, T-shirt), and how that looks."""
    for one, other in pairwise(words):
        if not _DIGIT.search(one + other):
            yield one, other, (one + other)[:LONGEST_WORD]


def indexed(title: str, more: str, description: str) -> set[str]:
    """
    Everything a product can be found by: the lexemes of the database's ``search_vector``.

    ``more`` is what is neither title nor description: SKUs, tags, categories.
    """
    pairs = {JOINED + joined for _, _, joined in _joined(_apart(fold(title)).split())}
    return pairs.union(*(_all_forms(fold(text)) for text in (title, more, description)))


PLURALS = {
    spelt: _applied(_ENDINGS, _applied(_ARTICLE, f" {fold(singular)} ")).strip()
    for plural, singular in (
        pair.split() for line in _PLURALS.splitlines() if line for pair in line.split("·")
    )
    for spelt in dict.fromkeys([fold(plural), *_as_spoken([fold(plural)])])
}
"""
The stem of the singular, by the plural that neither an ending nor a rule of kin makes; and of a
word that is written in several ways, or with the letters of others, by each of them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """
    One word of a query, which a product must have in one of these ways.

    It has a form in ``equal``, or a word that starts with one of ``starts``, or, where letters and
    digits were written as one, a form out of each of ``parts``. ``forms`` are what is left of the
    word without its article and ending.
    """

    said: str
    equal: frozenset[str]
    forms: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    parts: "tuple[Term, ...]" = ()

    def met_by(self, document: Collection[str]) -> bool:
        """Whether a product has it, by what the product can be found by."""
        return (
            not self.equal.isdisjoint(document)
            or (bool(self.starts) and any(word.startswith(self.starts) for word in document))
            or (bool(self.parts) and all(part.met_by(document) for part in self.parts))
        )

    def nearest(self, vocabulary: Vocabulary) -> "list[Words]":
        """
        The words that come nearest to it, then to each of its parts.

        Of what the vocabulary has there are none.
        """
        if self.met_by(vocabulary.words):
            return [()] * (1 + len(self.parts))
        close: Words = ()
        for form in dict.fromkeys((self.said, *self.starts, *self.forms)):
            close = close or vocabulary.near(form)
        return [close, *chain.from_iterable(part.nearest(vocabulary) for part in self.parts)]

    def loosened(self, near: "Iterator[Words]") -> "Term":
        """The same, met also by these words."""
        equal = self.equal.union(next(near))
        return replace(self, equal=equal, parts=tuple(part.loosened(near) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Query:
    """What a guest looks for. Without a term it is met by everything: nothing was asked."""

    terms: tuple[Term, ...]
    titles: tuple[str, ...] = ()
    """The folded titles that are this and nothing else."""

    @classmethod
    def parse(cls, text: str) -> "Query":
        """
        Read what somebody typed, be it what it may; beyond ten words nothing is read.

        Raises :class:`~marketplace.domain.text.TooLong`.
        """
        if len(text) > LONGEST_QUERY:
            raise TooLong(at_most=LONGEST_QUERY)
        typed = [(fold(word), word.endswith("ء")) for word in _heard_of(text).split()]
        said = [each for each in typed if each[0]]
        telling = [each for each in said if each[0] not in PARTICLES]
        chosen = [word for word, _ in (telling or said)[:MOST_TERMS]]
        last = len(chosen) - 1
        terms = [
            _term(word, last=place == last, is_whole=is_whole)
            for place, (word, is_whole) in enumerate((telling or said)[:MOST_TERMS])
        ]
        for index, (one, other) in enumerate(pairwise(chosen)):
            for _, _, joined in _joined([one, other]):
                either = _all_forms(joined)
                for at in (index, index + 1):
                    terms[at] = replace(terms[at], equal=terms[at].equal | either)
        folded = " ".join(word for word, _ in said)
        bare = _applied(_ARTICLE, f" {folded} ").strip()
        return cls(tuple(dict.fromkeys(terms)), tuple(dict.fromkeys((folded, bare))))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def nearest(self, vocabulary: Collection[str]) -> tuple[Words, ...]:
        """
        What may have been meant by each word that the store has not, in the order of the words.

        ``vocabulary`` is everything that the products which could be found can be found by.
        """
        known = Vocabulary(vocabulary)
        return tuple(chain.from_iterable(term.nearest(known) for term in self.terms))

    def takes(self, near: Collection[Words]) -> bool:
        """Whether that can be what :meth:`nearest` told of this query."""
        every = [word.removeprefix(JOINED) for each in near for word in each]
        return (
            len(near) == sum(1 + len(term.parts) for term in self.terms)
            and all(len(each) <= MOST_NEAR for each in near)
            and all(words(word) == [word] for word in every)
        )

    def loosened(self, near: Collection[Words]) -> "Query":
        """Slips of the pen forgiven: met also by what was meant, as :meth:`nearest` told it."""
        each = iter(near)
        return replace(self, terms=tuple(term.loosened(each) for term in self.terms))


def matches(query: Query, document: Collection[str]) -> bool:
    """Whether a product, by its :func:`indexed` forms, has every word of the query."""
    return all(term.met_by(document) for term in query.terms)


class Fit(IntEnum):
    """How well a title is what somebody looks for."""

    ELSEWHERE = 0
    """It is found by something else: its description, its tags."""
    IN_TITLE = 1
    BEGINS = 2
    """The title begins with what was typed."""
    TITLE = 3


def fit(query: Query, title: str) -> Fit:
    """By the title alone, whatever else the product can be found by."""
    folded = fold(title)[:LONGEST_SORTED]
    if folded in query.titles:
        return Fit.TITLE
    if f"{folded} ".startswith(tuple(f"{each} " for each in query.titles)):
        return Fit.BEGINS
    return Fit.IN_TITLE if matches(query, indexed(title, "", "")) else Fit.ELSEWHERE


def _term(word: str, *, last: bool = False, is_whole: bool = False) -> Term:
    """``is_whole`` says that it does not go on: it ends with a hamza, which few people type."""
    parts = _apart(word).split()
    if len(parts) > 1:
        each = tuple(Term(said=part, equal=frozenset(_all_forms(part))) for part in parts)
        whole = (word, *_as_spoken([word]))
        return Term(said=word, equal=frozenset(whole), starts=whole, parts=each)
    plain, stems = _plain(f" {word} ")
    forms = tuple(dict.fromkeys(each for each in (*plain, *stems) if len(each) > 3))
    # A feminine is of the root that is left of it; of others that is a guess too many.
    roots = (each for each in stems if f"{each}ه" in plain or f"{each}ات" in plain)
    alike = chain.from_iterable(map(kin, dict.fromkeys((*plain, *roots))))
    singulars = (PLURALS[each] for each in plain if each in PLURALS)
    pairs = (JOINED + each for each in (*forms, *singulars) if len(each) > 3)
    equal = frozenset((*_all_forms(word), *alike, *pairs))
    return Term(
        said=word, equal=equal, forms=forms, starts=_starts(word, last=last, is_whole=is_whole)
    )


def _starts(word: str, *, last: bool, is_whole: bool) -> tuple[str, ...]:
    """What a word may begin with that is meant."""
    if is_whole:
        # Where it goes on, a hamza is no more at the end: سماء has سمائي, and is no سماعة.
        return (f"{word}ي",) if len(word) > 2 else ()
    # Of a number or a single letter too many words are the continuation.
    if len(word) < (3 if word.isdigit() else 2) and not (last and not word.isdigit()):
        return ()
    bare = _applied(_ARTICLE, f" {word} ").strip()
    starts = [word]
    if len(bare) > 2 and bare != word:
        starts.append(bare)
    starts += _shortened([word])
    # In a short beginning too much else is spelt like that.
    starts += _as_spoken(each for each in starts if len(each) > 3)
    return tuple(starts)
