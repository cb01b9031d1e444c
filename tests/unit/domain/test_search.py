"""Search: what is written differently and meant alike is found, and nothing else."""

import random
import time
from collections.abc import Collection

import pytest

from marketplace.domain.search import (
    LONGEST_WORD,
    MOST_TERMS,
    Fit,
    Query,
    fit,
    fold,
    forms,
    indexed,
    matches,
    words,
)
from marketplace.domain.slips import Vocabulary
from marketplace.domain.text import TooLong


def finds(typed: str, title: str, *, more: str = "", description: str = "") -> bool:
    return matches(Query.parse(typed), indexed(title, more, description))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("أإآٱا", "ااااا"),
        ("مُوسِيقَىٰ", "موسيقي"),
        ("شـــاي", "شاي"),
        ("عباءة عبائة عباية", "عبايه عبايه عبايه"),
        ("شيء شئ شي", "شي شي شي"),
        ("مؤمن لؤلؤ", "مومن لولو"),
        ("پیراهن گل چای ژاکت ڤيلا", "بيراهن كل جاي زاكت فيلا"),
        ("ﻋﺒﺎﻳﺔ ﻻ", "عبايه لا"),
        ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ०१२ １２", "0123456789 0123456789 012 12"),
        ("Café CRÈME Łódź İstanbul ılık straße", "cafe creme lodz istanbul ilik strasse"),
        ("عسل،سدر؛طبيعي؟ «نعم»…", "عسل سدر طبيعي نعم"),
        ("a\u200bb\u202ec\ufeffd", "abcd"),
        ("👜 حقيبة\nيد\t", "حقيبه يد"),
        ("women's L’Oréal", "womens loreal"),
        ("RTX-4090 A54", "rtx 4090 a54"),
        ("... ؟ — ء", ""),
    ],
)
def test_what_is_meant_alike_is_folded_alike(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_a_word_has_an_end() -> None:
    assert words("a" * 1000 + " b") == ["a" * LONGEST_WORD, "b"]


FOUND = """
    عباية · عبايات | عباية · العباية | عبايات · عبايه | العبايات · عباءة | والعباية · عبايا
    عبايه · عباية | للعباية · عبائة | بالعباية · عبايات
    فستان · فساتين | الفساتين · فُسْتان | حقيبة · حقائب نسائية | حقيبة · شنطة وحقيبة | وحقيبة · حقيبة
    ساعة · ساعات | الساعات · ساعة يد | سماعة · سماعات بلوتوث | كاميرا · كاميرات مراقبة
    احذية · حذاء رياضي | حذا · حذاء | اقمشه · قماش | العاب · لعبة أطفال | هدايا · هدية
    نسائي · ملابس نسائية | نسائية · فستان نساء | رجالي · ثوب رجالية | بيجامة · بيجاما
    قهوة · قهوه عربيه | القهوة · قَهْوَةٌ | شاي · شـــاي | قهوة · شاي وقهوة
    مستشفي · مستشفى | مسائية · عباية مسائيه | اضاءة · إضاءة | اضائة · إضاءة ليد | ملاية · ملاءة سرير
    ماء ورد · ماء الورد | موسيقي · موسيقى | أداة · أدوات | كرسي · كراسي
    ايفون 15 · آيفون15 | آيفون15 · ايفون 15 برو | ايفون ١٥ · آيفون 15 | iphone15 · iPhone 15 Pro
    iPhone 15 · iphone15 | آيفون١٥ · آيفون 15
    A54 · سامسونج A54 | a 54 · Galaxy A54 | a54 · Galaxy A-54 | rtx4090 · RTX-4090
    RTX 4090 · rtx-4090
    abc-123 · ABC123 | abc123 · ABC-123
    dress · Red Dresses | dresses · dress | bags · Bag | bag · bags | watches · Smart Watch
    watch · watches | batteries · battery | cookie · cookies | women · women's dress | boxes · box
    tshirt · T-Shirt | t-shirt · tshirt | wifi · Wi-Fi router | لابتوب · لاب توب | لاب توب · لابتوب
    حقيبة leather · حقيبة يد Leather | dress فستان · فستان Dress | samsung شاحن · شاحن Samsung
    عبا · عباية | العبا · عباية سوداء | سام · سامسونج | حق · حقيبة | fas · fashion | كت · الكتاب
    حقيبة من جلد · حقيبة جلد | شاي و قهوة · شاي وقهوة | cover for phone · phone cover
    پیراهن · بيراهن | كتاب · کتاب | چاكيت · جاكيت | ڤازلين · فازلين | creme · Crème brûlée
    فاكهة · فواكه | قطعتين · قطعة | مراه · مرآة | عود · دهن العود | بخور · بخور، عود
    عباءة · عباااءة سوداء | عباااءة · عباءة سوداء | جميييل · فستان جميل | جميل · فستان جمييييل
    الله · اللللله | ممممتاز · عسل ممتاز | cooool · Cool box | sooo · so good | عبااا · عباية
    حزاء · حذاء رياضي | حذاء · حزاء رياضي | احزيه · حذاء | الحزاء · أحذية جلد | حزا · حذاء
    ضهر · مسند ظهر | ظهر · مسند ضهر | للضهر · مسند ظهر | سيارات · سياره | سياره · سيارات
    سياره · غطاء السيارة | تلاجة · ثلاجة صغيرة | ثلاجة · تلاجه | دهب · خاتم ذهب | ذهب · خاتم دهب
    توب · ثوب رجالي | ضابط · ظابط | ظابط · ضابط | نضارات · نظارة شمسية | بزور · بذور
    حزااااء · حذاء | اتواب · ثوب | ثوب · اتواب | احزية · أحذية
    وسادة · وسائد | وردة · ورد طبيعي | الألوان · ألوان مائية | الوان · ألوان | لون · ألوان
""".strip()

NOT_FOUND = """
    عباية · عطر | قهوة · شاي | ساده · وسادة طبية | رده · وردة | شاح · وشاح | رق · ورق عنب
    وان · ألوان مائية | عاب · ألعاب | ون · بالون | بنات · بن قهوة | بروتين · آيفون برو
    زيتون · زيت | سلمون · سلم | بنزين · مرسيدس بنز | كرتون · كرت
    آيفون 15 · آيفون 14 | iphone 15 · iphone 150 | آيفون15 · آيفون 14 | a54 · a55 | A54 · A5
    rtx 4090 · rtx 4080 | 52 · 520 | باية · عباية | ress · dress | dress red · blue dress
    حقيبة جلد · حقيبة قماش | حقيبة يد رجالية · حقيبة | gps · gp
    aaa · بطارية AA | aaaa · AAA | xxxl · XXL | xl · XXXL | viii · vii | 1000 · 10
    زهر · ظهر | درع · زرع | زيت · ديت | سيف · صيف | قلب · غلب | جلب · غلب | سوب · ثوب | ضل · زل
    قلم · قميص | كلب · كليب شعر | تمرين · تمر | سكر · سكين | ذهب · فضة | شاحن · شاشة
""".strip()


def _pairs(table: str) -> list[tuple[str, str]]:
    pairs = [pair.split("·") for line in table.splitlines() for pair in line.split("|")]
    return [(typed.strip(), title.strip()) for typed, title in pairs]


@pytest.mark.parametrize(("typed", "title"), _pairs(FOUND))
def test_a_product_is_found_however_its_name_is_written(typed: str, title: str) -> None:
    assert finds(typed, title)


@pytest.mark.parametrize(("typed", "title"), _pairs(NOT_FOUND))
def test_a_product_is_not_found_by_something_else(typed: str, title: str) -> None:
    assert not finds(typed, title)


def test_every_word_may_be_in_another_place() -> None:
    assert finds("عباية كريب 5204", "عبايات", more="ABA-5204", description="من قماش الكريب")
    assert not finds("عباية حرير", "عبايات", more="ABA-5204", description="من قماش الكريب")


@pytest.mark.parametrize("typed", ["", "   ", "؟!،", "...", "👜", "\u200f", "\0", "\ud800", "ء"])
def test_who_asks_for_nothing_gets_everything(typed: str) -> None:
    query = Query.parse(typed)

    assert not query
    assert matches(query, set())


def test_a_particle_alone_is_looked_for() -> None:
    assert [term.said for term in Query.parse("من").terms] == ["من"]
    assert [term.said for term in Query.parse("عسل من اليمن").terms] == ["عسل", "اليمن"]


def test_a_query_has_a_length() -> None:
    assert Query.parse("ع" * 100)
    with pytest.raises(TooLong):
        Query.parse("ع" * 101)


def test_beyond_ten_words_a_query_is_not_read() -> None:
    assert len(Query.parse(" ".join(f"w{number}x" for number in range(20))).terms) == MOST_TERMS


def widened(typed: str, vocabulary: Collection[str]) -> Query:
    query = Query.parse(typed)
    return query.loosened(query.nearest(vocabulary))


STORE = frozenset().union(
    indexed("عباية سوداء", "ABA-5204", "من قماش الكريب"),
    indexed("سماعة بلوتوث", "A54", "لاسلكية"),
    indexed("شاحن سامسونج", "", "شاحن سريع للجوال"),
    indexed("فستان سهرة", "", "تطريز يدوي"),
    indexed("Bluetooth headphones", "", "wireless"),
    indexed("كتاب الطبخ", "", ""),
)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("سامسونغ", "سامسونج"),
        ("بلوثوث", "بلوتوث"),
        ("بلتوث", "بلوتوث"),
        ("عبايهه", "عباية"),
        ("العبباية", "عباية"),
        ("فستتان", "فستان"),
        ("فسنان", "فستان"),
        ("سمعاة", "سماعة"),
        ("bluetoth", "bluetooth"),
        ("hedphones", "headphones"),
        ("wireles", "wireless"),
        ("headpohnse", "headphones"),
    ],
)
def test_a_slip_of_the_pen_is_forgiven(typed: str, word: str) -> None:
    query = widened(typed, STORE)

    assert matches(query, indexed(word, "", ""))


@pytest.mark.parametrize("typed", ["5205", "A55", "كتف", "dog", "عب5ية", "هاتف", "قميص"])
def test_a_number_a_short_word_or_another_word_is_no_slip(typed: str) -> None:
    assert widened(typed, STORE) == Query.parse(typed)


def test_a_word_that_the_store_has_is_meant_as_it_is() -> None:
    vocabulary = {"كريم", "كريب"}

    query = widened("كريم", vocabulary)

    assert query == Query.parse("كريم")
    assert not matches(query, {"كريب"})


def test_of_near_words_the_nearest_count() -> None:
    assert Vocabulary(["headphones", "headphons", "headset"]).near("headphonez") == ("headphones",)
    assert Vocabulary(["كتاببه", "كتتابه", "مكتبه"]).near("كتابه") == ("كتاببه", "كتتابه")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("بلوثوت", "بلوتوث"), ("ظابط", "ضابط"), ("مقناطيس", "مغناطيس"), ("صاعات", "ساعات")],
)
def test_what_sounds_alike_is_half_a_slip(typed: str, meant: str) -> None:
    assert Vocabulary([meant, "طاولة", "كرسي"]).near(typed) == (meant,)
    assert Vocabulary(["صيارة", "ليارة"]).near("سيارة") == ("صيارة",)


def test_a_big_store_is_looked_through_in_a_moment() -> None:
    chance = random.Random(7)
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    known = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(20000)]

    began = time.process_time()
    vocabulary = Vocabulary(known)
    for word in ("سامسونغ", "الكترونيات", "بنطلونات", "عبايه"):
        vocabulary.near(word)
    took = time.process_time() - began

    # A tenth of a second here is ten times what it takes: this finds a wrong turn, not a slow day.
    assert took / 4 < 0.1


def test_the_forms_of_a_word_are_few() -> None:
    assert forms("والعبايات") == {"والعبايات", "عبايات", "عبا"}
    assert forms("iPhone15") == {"iphone15", "iphone", "15"}
    assert forms("") == set()


@pytest.mark.parametrize(
    ("typed", "title", "expected"),
    [
        ("ورد", "وَرْد", Fit.TITLE),
        ("الورد", "ورد", Fit.TITLE),
        ("ورد", "ورد جوري", Fit.BEGINS),
        ("ورد", "وردة", Fit.IN_TITLE),
        ("ورد", "عصير ورد طبيعي", Fit.IN_TITLE),
        ("حزاء", "رف حذاء", Fit.IN_TITLE),
        ("ورد", "عصير", Fit.ELSEWHERE),
        ("عصير ورد", "ورد", Fit.ELSEWHERE),
        ("عسل من اليمن", "عسل من اليمن", Fit.TITLE),
        ("T-Shirt", "t shirt", Fit.TITLE),
    ],
)
def test_a_title_fits_more_or_less(typed: str, title: str, expected: Fit) -> None:
    assert fit(Query.parse(typed), title) is expected
