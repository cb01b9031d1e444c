"""Slips of the pen are forgiven, and no other word is taken for one."""

import pytest

from marketplace.domain.search import Query, indexed, matches

from .test_search import _pairs

FORGIVEN = """
    قمبص · قميص | قميض · قميص | قمصي · قميص | قمييص · قميص | عسلل · عسل سدر | شاحم · شاحن
    سماعه · سمّاعة | فستن · فستان | فسنان · فستان | فسستان · فستان | حقيلة · حقيبة | سجاضة · سجادة
    كرسس · كرسي | مصباخ · مصباح | بلتوث · بلوتوث | بلوثوث · بلوتوث | انقليزي · انجليزيه
    عطور · عطورر | تلفزون · تلفزيون | shirtt · Black Shirt
    drss · dress | sheos · shoes | watvh · Watch | samsong · Samsung | headpones · headphones
    lapto · Lap Top | laptpo · Lap Top | بنطلوون · بنطلون | الفسستان · فستان
    للسجاضة · سجادة
""".strip()

NO_SLIP = """
    أسرة · إبرة | ماسك · مسك | سماعة · ساعة | ساعة · سماعة | ستارة · سجارة | حرير · سرير
    كتف · كتب | خاتم · خادم | كريم · كريب | فستان · بستان | قماش · قميص | حزام · حذاء | عسل · غسل
    مشط · مسك | ورق · ورد | سكر · شكر لك | جبنة · جبهة
    shirt · skirt | bags · rugs | belt · bell | iphone15 · iphone16 | 5204 · 5205 | دولاب · دولار
    مروحة · مرحبا | حليب · كليب
""".strip()


@pytest.mark.parametrize(("typed", "title"), _pairs(FORGIVEN))
def test_a_slip_is_forgiven_where_nothing_else_is_found(typed: str, title: str) -> None:
    store = indexed(title, "", "لكل بيت").union(indexed("طاولة", "", ""))
    query = Query.parse(typed)

    near = query.nearest(store)

    assert query.takes(near)
    assert matches(query.loosened(near), indexed(title, "", ""))
    assert not matches(query.loosened(near), indexed("طاولة", "", ""))


@pytest.mark.parametrize(("typed", "title"), _pairs(NO_SLIP))
def test_another_word_is_no_slip(typed: str, title: str) -> None:
    query = Query.parse(typed)

    near = query.nearest(indexed(title, "", ""))

    assert not any(near)


def test_what_a_slip_was_taken_for_is_told_for_each_word() -> None:
    query = Query.parse("قمبص iphone15 ازرق")

    near = query.nearest(indexed("قميص أزرق iphone", "", ""))

    assert near == (("قميص",), (), (), (), ())
    assert query.takes(near)
    assert not query.takes(near[1:])
    assert not query.takes((("قَميص",), *near[1:]))
