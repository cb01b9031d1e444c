"""Words that are written as two are found whole; more plurals, and loanwords in either letters."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

# ruff: noqa: E501

FORMS = r"""CREATE FUNCTION search_forms(folded text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    apart text COLLATE "pg_c_utf8" := search_apart(folded);
    t text COLLATE "pg_c_utf8" := apart;
    plain text COLLATE "pg_c_utf8";
    singulars text[];
BEGIN
    t := regexp_replace(t, ' (?:ال(?!وان|واح|عاب|كترون|منيوم|ماني |مانيه |مانيا |بوم |بومات |ياف |بسه |بان |حفه |ات |يه |هام )(?=[^ ]{2})|(?:و|[بكف]|و[بكف])ال(?!ون|طو|سيوم|فن |نت)(?=[^ ]{3})|و?لل(?=[^ ]{3}))', ' ', 'g');
    plain := t;
    IF plain ~ ' و' THEN
        plain := plain || coalesce((
            SELECT string_agg(leaning[1], ' ') || ' '
            FROM regexp_matches(plain, ' و(?!اق|اح|اجه|افل|اد|اسع|الد|اير|اي|ات|اكس|اصل|ارد|ثيق|ثاي|جب|جه|حد|حش|رد|رود|رق|رش|راث|زن|ساد|سايد|سط|سيل|شاح|شم|صف|صل|صي|ضع|ضو|طن|ظيف|عا|قاي|قت|قود|كال|كيل|لاد|لاع|لاي|لد|يب|يف)([^ ]{3,})', 'g') AS leaning), '');
    END IF;
    t := plain;
    t := regexp_replace(t, '([^ ]{3})(?:ات|يات|ييات|ه|يه|ييه|ي|يي|يا|ها) ', '\1 ', 'g');
    t := regexp_replace(t, '([^ ]{4})(?:ا|ين) ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z](?:ss|sh|ch|x))es ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z][a-z][a-hj-rtv-z])s ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z]{3})(?:ie|y) ', '\1i ', 'g');
    singulars := (
        SELECT array_agg(singular)
        FROM (SELECT '{"عبايا": "عبا", "حقايب": "حقيب", "شنط": "شنط", "فساتين": "فستان", "قمصان": "قميص", "بناطيل": "بنطلون", "بنطال": "بنطلون", "بناطلين": "بنطلون", "جواكيت": "جاكيت", "جاكيتات": "جاكيت", "معاطف": "معطف", "تنانير": "تنور", "بلايز": "بلوز", "احذيه": "حذا", "احزيه": "حذا", "احديه": "حذا", "جزم": "جزم", "صنادل": "صندل", "اثواب": "ثوب", "اتواب": "ثوب", "ثياب": "ثوب", "تياب": "ثوب", "احزمه": "حزام", "خواتم": "خاتم", "اساور": "اسوار", "اسواره": "اسوار", "قلايد": "قلاد", "سلاسل": "سلسل", "اقراط": "قرط", "حلقان": "حلق", "عطور": "عطر", "بخاخات": "بخاخ", "هدايا": "هدي", "العاب": "لعب", "كتب": "كتاب", "اقلام": "قلم", "دفاتر": "دفتر", "هواتف": "هاتف", "شواحن": "شاحن", "اسلاك": "سلك", "كوابل": "كيبل", "كابلات": "كيبل", "كيابل": "كيبل", "اجهزه": "جهاز", "ادوات": "ادا", "اغطيه": "غطا", "كراسي": "كرس", "مكاتب": "مكتب", "رفوف": "رف", "مفارش": "مفرش", "وسايد": "وساد", "مخدات": "مخد", "ستاير": "ستار", "سجاجيد": "سجاد", "مناشف": "منشف", "بطانيات": "بطان", "شراشف": "شرشف", "اكواب": "كوب", "صحون": "صحن", "ملاعق": "ملعق", "سكاكين": "سكين", "قدور": "قدر", "اطباق": "طبق", "مصابيح": "مصباح", "شموع": "شمع", "ورود": "ورد", "ورد": "ورد", "زهور": "زهر", "ازهار": "زهر", "تمور": "تمر", "زيوت": "زيت", "بهارات": "بهار", "توابل": "تابل", "فواكه": "فاكه", "عصاير": "عصير", "علب": "علب", "قطع": "قطع", "قطعتين": "قطع", "حبتين": "حبه", "علبتين": "علب", "اطفال": "طفل", "رجال": "رجل", "نسا": "امرا", "نسايي": "امرا", "نساييه": "امرا", "رجالي": "رجل", "رجاليه": "رجل", "اولاد": "ولد", "ولادي": "ولد", "بنات": "بنت", "بناتي": "بنت", "الوان": "لون", "صور": "صور", "لوحات": "لوح", "اطارات": "اطار", "اقمشه": "قماش", "خيام": "خيم", "حبال": "حبل", "مسابح": "مسبح", "سبح": "سبح", "كرات": "كره", "افران": "فرن", "خلاطات": "خلاط", "غسالات": "غسال", "مراوح": "مروح", "نظاير": "نظار", "نضاير": "نظار", "اطقم": "طقم", "ادويه": "دوا", "كمايم": "كمام", "اقنعه": "قناع", "كرتونات": "كرتون", "فضي": "فضه", "فضيه": "فضه", "سود": "اسود", "حمر": "احمر", "خضر": "اخضر", "زرق": "ازرق", "صفر": "اصفر", "سمر": "اسمر", "رز": "ارز", "شمغ": "شماغ", "صواني": "صين", "دلال": "دله", "سلال": "سله", "ملابس": "لبس", "سوار": "اسوار", "اسوره": "اسوار", "بشوت": "بشت", "عقل": "عقال", "نعال": "نعل", "فنايل": "فانيل", "فنيله": "فانيل", "بجامه": "بيجام", "لحف": "لحاف", "الحفه": "لحاف", "البسه": "لباس", "الواح": "لوح", "البان": "لبن", "اسره": "سرير", "اواني": "انا", "انيه": "انا", "ثريات": "ثريا", "تريات": "ثريا", "اظافر": "ظفر", "اضافر": "ظفر", "مياه": "ما", "مرايا": "مرا", "كووس": "كاس", "رووس": "راس", "عقود": "عقد", "دهون": "دهن", "لحوم": "لحم", "بذور": "بذر", "بزور": "بذر", "بدور": "بذر", "قشور": "قشر", "خيوط": "خيط", "سيوف": "سيف", "جلود": "جلد", "حبوب": "حب", "نجوم": "نجم", "قلوب": "قلب", "دروع": "درع", "طيور": "طير", "كروت": "كرت", "فصوص": "فص", "سطول": "سطل", "نقوش": "نقش", "عروض": "عرض", "طقوم": "طقم", "كلاب": "كلب", "قطط": "قط", "معاجين": "معجون", "مساحيق": "مسحوق", "مشاريب": "مشروب", "عطورات": "عطر", "فناجيل": "فنجان", "فنجال": "فنجان", "قصص": "قصه", "تيجان": "تاج", "بلاطي": "بالطو", "بطاطا": "بطاطس", "سوده": "اسود", "مسكره": "ماسكار", "مسكارا": "ماسكار", "ميكب": "مكياج", "ميكاب": "مكياج", "ماكياج": "مكياج", "شوز": "shoe", "هودي": "hoodi", "برفيوم": "perfume", "جلاليب": "جلاب", "شبابيك": "شباك", "دبابيس": "دبوس", "دكاكين": "دكان", "صنانير": "صنار", "انقليزي": "انجليز", "انقليزيه": "انجليز", "انكليزي": "انجليز", "كابل": "كيبل", "تلفون": "تليفون", "تلفونات": "تليفون", "تليفزيون": "تلفزيون", "تلفاز": "تلفزيون", "موبيل": "موبايل", "كمبيوتر": "computer", "كومبيوتر": "computer", "شكولاته": "شوكولات", "شوكلاته": "شوكولات", "شيكولاته": "شوكولات", "شوكولا": "شوكولات", "مكرونه": "معكرون", "كتشب": "كاتشب", "جاكت": "جاكيت", "جينس": "jean", "جينز": "jean", "جنز": "jean", "تيشرت": "tshirt", "تيشيرت": "tshirt", "تيشرتات": "tshirt", "تيشيرتات": "tshirt", "ايفون": "iphone", "ايباد": "ipad", "سامسونج": "samsung", "سامسونغ": "samsung", "لابتوب": "laptop", "لابتوبات": "laptop", "بلوتوث": "bluetooth", "بلوتوت": "bluetooth", "هواوي": "huawei", "شاومي": "xiaomi", "سوني": "soni", "كاسيو": "casio", "رولكس": "rolex", "نايك": "nike", "نايكي": "nike", "اديداس": "adida", "شانيل": "chanel", "ديور": "dior", "قوتشي": "gucci", "جوتشي": "gucci", "غوتشي": "gucci", "بلايستيشن": "playstation", "women": "woman", "men": "man", "children": "child", "knives": "knife", "shelves": "shelf", "scarves": "scarf", "mice": "mouse", "feet": "foot", "teeth": "tooth"}'::jsonb ->> word AS singular
              FROM unnest(string_to_array(plain, ' ')) AS word) AS looked_up
        WHERE singular IS NOT NULL);
    RETURN array_remove(string_to_array(folded || apart || plain || t, ' '), '') || singulars;
END
$$"""

VECTOR = r"""CREATE FUNCTION search_vector(title text, more text, description text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    folded text := search_fold(title);
    further text := search_fold(more);
    told text := search_fold(description);
    words text[] := string_to_array(btrim(search_apart(folded)), ' ');
    first text[] := search_forms(folded);
    second text[] := search_forms(further);
    third text[] := search_spellings(folded, first) || search_spellings(further, second);
    fourth text[] := search_forms(told);
    pairs text[] := (
        SELECT array_agg('+' || left(one || other, 64))
        FROM unnest(words, words[2:]) AS pair (one, other)
        WHERE one || other !~ '[0-9]');
BEGIN
    first := first || pairs;
    RETURN coalesce(nullif(array_to_string(first, ':1A ') || ':1A', ':1A'), '')::tsvector
        || coalesce(nullif(array_to_string(second, ':1B ') || ':1B', ':1B'), '')::tsvector
        || coalesce(nullif(array_to_string(third, ':1C ') || ':1C', ':1C'), '')::tsvector
        || array_to_tsvector(fourth || search_spellings(told, fourth));
END
$$"""

FUNCTIONS = (FORMS, VECTOR)
"""As they were when this step was made; whoever changes them makes another step."""

FORMS_OF_BEFORE = r"""CREATE FUNCTION search_forms(folded text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    apart text COLLATE "pg_c_utf8" := search_apart(folded);
    t text COLLATE "pg_c_utf8" := apart;
    plain text COLLATE "pg_c_utf8";
    singulars text[];
BEGIN
    t := regexp_replace(t, ' (?:ال(?!وان|واح|عاب|كترون|منيوم|ماني |مانيه |مانيا |بوم |بومات |ياف |بسه |ات |يه |هام )(?=[^ ]{2})|(?:و|[بكف]|و[بكف])ال(?!ون|طو|سيوم|فن |نت)(?=[^ ]{3})|و?لل(?=[^ ]{3}))', ' ', 'g');
    plain := t;
    IF plain ~ ' و' THEN
        plain := plain || coalesce((
            SELECT string_agg(leaning[1], ' ') || ' '
            FROM regexp_matches(plain, ' و(?!اق|اح|اجه|افل|اد|اسع|الد|اير|اي|ات|اكس|اصل|ارد|ثيق|ثاي|جب|جه|حد|حش|رد|رود|رق|رش|راث|زن|ساد|سايد|سط|سيل|شاح|شم|صف|صل|صي|ضع|ضو|طن|ظيف|عا|قاي|قت|قود|كال|كيل|لاد|لاع|لاي|لد|يب|يف)([^ ]{3,})', 'g') AS leaning), '');
    END IF;
    t := plain;
    t := regexp_replace(t, '([^ ]{3})(?:ات|يات|ييات|ه|يه|ييه|ي|يي|يا|ها) ', '\1 ', 'g');
    t := regexp_replace(t, '([^ ]{4})(?:ا|ين) ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z](?:ss|sh|ch|x))es ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z][a-z][a-hj-rtv-z])s ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z]{3})(?:ie|y) ', '\1i ', 'g');
    singulars := (
        SELECT array_agg(singular)
        FROM (SELECT '{"عبايا": "عبا", "حقايب": "حقيب", "شنط": "شنط", "فساتين": "فستان", "قمصان": "قميص", "بناطيل": "بنطلون", "بنطال": "بنطلون", "بناطلين": "بنطلون", "جواكيت": "جاكيت", "جاكيتات": "جاكيت", "معاطف": "معطف", "تنانير": "تنور", "بلايز": "بلوز", "احذيه": "حذا", "احزيه": "حذا", "احديه": "حذا", "جزم": "جزم", "صنادل": "صندل", "اثواب": "ثوب", "اتواب": "ثوب", "ثياب": "ثوب", "تياب": "ثوب", "احزمه": "حزام", "خواتم": "خاتم", "اساور": "اسوار", "اسواره": "اسوار", "قلايد": "قلاد", "سلاسل": "سلسل", "اقراط": "قرط", "حلقان": "حلق", "عطور": "عطر", "بخاخات": "بخاخ", "هدايا": "هدي", "العاب": "لعب", "كتب": "كتاب", "اقلام": "قلم", "دفاتر": "دفتر", "هواتف": "هاتف", "شواحن": "شاحن", "اسلاك": "سلك", "كوابل": "كيبل", "كابلات": "كيبل", "كيابل": "كيبل", "اجهزه": "جهاز", "ادوات": "ادا", "اغطيه": "غطا", "كراسي": "كرس", "مكاتب": "مكتب", "رفوف": "رف", "مفارش": "مفرش", "وسايد": "وساد", "مخدات": "مخد", "ستاير": "ستار", "سجاجيد": "سجاد", "مناشف": "منشف", "بطانيات": "بطان", "شراشف": "شرشف", "اكواب": "كوب", "صحون": "صحن", "ملاعق": "ملعق", "سكاكين": "سكين", "قدور": "قدر", "اطباق": "طبق", "مصابيح": "مصباح", "شموع": "شمع", "ورود": "ورد", "ورد": "ورد", "زهور": "زهر", "ازهار": "زهر", "تمور": "تمر", "زيوت": "زيت", "بهارات": "بهار", "توابل": "تابل", "فواكه": "فاكه", "عصاير": "عصير", "علب": "علب", "قطع": "قطع", "قطعتين": "قطع", "حبتين": "حبه", "علبتين": "علب", "اطفال": "طفل", "رجال": "رجل", "نسا": "امرا", "نسايي": "امرا", "نساييه": "امرا", "رجالي": "رجل", "رجاليه": "رجل", "اولاد": "ولد", "ولادي": "ولد", "بنات": "بنت", "بناتي": "بنت", "الوان": "لون", "صور": "صور", "لوحات": "لوح", "اطارات": "اطار", "اقمشه": "قماش", "خيام": "خيم", "حبال": "حبل", "مسابح": "مسبح", "سبح": "سبح", "كرات": "كره", "افران": "فرن", "خلاطات": "خلاط", "غسالات": "غسال", "مراوح": "مروح", "نظاير": "نظار", "نضاير": "نظار", "اطقم": "طقم", "ادويه": "دوا", "كمايم": "كمام", "اقنعه": "قناع", "كرتونات": "كرتون", "women": "woman", "men": "man", "children": "child", "knives": "knife", "shelves": "shelf", "scarves": "scarf", "mice": "mouse", "feet": "foot", "teeth": "tooth"}'::jsonb ->> word AS singular
              FROM unnest(string_to_array(plain, ' ')) AS word) AS looked_up
        WHERE singular IS NOT NULL);
    RETURN array_remove(string_to_array(folded || apart || plain || t, ' '), '') || singulars;
END
$$"""

VECTOR_OF_BEFORE = r"""CREATE FUNCTION search_vector(title text, more text, description text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    folded text := search_fold(title);
    further text := search_fold(more);
    told text := search_fold(description);
    words text[] := string_to_array(btrim(search_apart(folded)), ' ');
    first text[] := search_forms(folded);
    second text[] := search_forms(further);
    third text[] := search_spellings(folded, first) || search_spellings(further, second);
    fourth text[] := search_forms(told);
    pairs text[] := (
        SELECT array_agg(left(one || other, 64))
        FROM unnest(words, words[2:]) AS pair (one, other)
        WHERE one || other !~ '[0-9]');
BEGIN
    first := first || pairs;
    RETURN coalesce(nullif(array_to_string(first, ':1A ') || ':1A', ':1A'), '')::tsvector
        || coalesce(nullif(array_to_string(second, ':1B ') || ':1B', ':1B'), '')::tsvector
        || coalesce(nullif(array_to_string(third, ':1C ') || ':1C', ':1C'), '')::tsvector
        || array_to_tsvector(fourth || search_spellings(told, fourth));
END
$$"""


def upgrade() -> None:
    _say_otherwise(FORMS, VECTOR)


def downgrade() -> None:
    _say_otherwise(FORMS_OF_BEFORE, VECTOR_OF_BEFORE)


def _say_otherwise(*functions: str) -> None:
    """
    Whoever reads goes on; whoever writes waits until the end.

    As in the step before: what is generated is written again, a thousand products a second or so.
    """
    op.execute("LOCK TABLE products, categories IN SHARE ROW EXCLUSIVE MODE")
    connection: sa.Connection = op.get_bind()
    for function in functions:
        # Without parameters: a colon or a percent sign in there is nothing but itself.
        connection.exec_driver_sql(function.replace("CREATE", "CREATE OR REPLACE", 1))
    # Two words have a pair, which is written otherwise now: they need not be looked at first.
    op.execute(
        "UPDATE products SET title = title WHERE title ~ '[[:alpha:]] +[[:alpha:]]'"
        " OR found_by IS DISTINCT FROM search_vector(title, keywords, description)"
    )
    op.execute(
        "UPDATE categories SET name = name"
        " WHERE found_by IS DISTINCT FROM search_vector('', name, '')"
    )
