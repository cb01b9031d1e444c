"""Products are found by what is drawn out, and by what is written as it is spoken."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

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

SPELLINGS = r"""CREATE FUNCTION search_spellings(folded text, forms text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    drawn text;
    every text[] := forms;
    more text[] := '{}';
BEGIN
    IF folded ~ '([^ 0-9iwx])\1\1+' THEN
        drawn := (
            SELECT string_agg(
                regexp_replace(word, '([^ 0-9iwx])\1\1+', '\1\1', 'g') || ' '
                || regexp_replace(word, '([^ 0-9iwx])\1\1+', '\1', 'g'), ' ')
            FROM unnest(string_to_array(folded, ' ')) AS word
            WHERE word ~ '([^ 0-9iwx])\1\1+' AND word !~ '^[0-9]*([^0-9])\1*[0-9]*$');
        more := coalesce(search_forms(drawn), more);
        every := every || more;
    END IF;
    IF array_to_string(every, ' ') ~ '[ذظث]' THEN
        more := more || array(
            SELECT translate(word, 'ذظث', everyday)
            FROM unnest(every) AS word, unnest(ARRAY['زضت', 'دضت']) AS everyday
            WHERE word ~ '[ذظث]');
    END IF;
    RETURN more;
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

FUNCTIONS = (FORMS, SPELLINGS, VECTOR)

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
        FROM (SELECT '{"عبايا": "عبا", "حقايب": "حقيب", "شنط": "شنط", "فساتين": "فستان", "قمصان": "قميص", "بناطيل": "بنطلون", "بنطال": "بنطلون", "بناطلين": "بنطلون", "جواكيت": "جاكيت", "جاكيتات": "جاكيت", "معاطف": "معطف", "تنانير": "تنور", "بلايز": "بلوز", "احذيه": "حذا", "جزم": "جزم", "صنادل": "صندل", "اثواب": "ثوب", "ثياب": "ثوب", "احزمه": "حزام", "خواتم": "خاتم", "اساور": "اسوار", "اسواره": "اسوار", "قلايد": "قلاد", "سلاسل": "سلسل", "اقراط": "قرط", "حلقان": "حلق", "عطور": "عطر", "بخاخات": "بخاخ", "هدايا": "هدي", "العاب": "لعب", "كتب": "كتاب", "اقلام": "قلم", "دفاتر": "دفتر", "هواتف": "هاتف", "شواحن": "شاحن", "اسلاك": "سلك", "كوابل": "كيبل", "كابلات": "كيبل", "كيابل": "كيبل", "اجهزه": "جهاز", "ادوات": "ادا", "اغطيه": "غطا", "كراسي": "كرس", "مكاتب": "مكتب", "رفوف": "رف", "مفارش": "مفرش", "وسايد": "وساد", "مخدات": "مخد", "ستاير": "ستار", "سجاجيد": "سجاد", "مناشف": "منشف", "بطانيات": "بطان", "شراشف": "شرشف", "اكواب": "كوب", "صحون": "صحن", "ملاعق": "ملعق", "سكاكين": "سكين", "قدور": "قدر", "اطباق": "طبق", "مصابيح": "مصباح", "شموع": "شمع", "ورود": "ورد", "ورد": "ورد", "زهور": "زهر", "ازهار": "زهر", "تمور": "تمر", "زيوت": "زيت", "بهارات": "بهار", "توابل": "تابل", "فواكه": "فاكه", "عصاير": "عصير", "علب": "علب", "قطع": "قطع", "قطعتين": "قطع", "حبتين": "حبه", "علبتين": "علب", "اطفال": "طفل", "رجال": "رجل", "نسا": "امرا", "نسايي": "امرا", "نساييه": "امرا", "رجالي": "رجل", "رجاليه": "رجل", "اولاد": "ولد", "ولادي": "ولد", "بنات": "بنت", "بناتي": "بنت", "الوان": "لون", "صور": "صور", "لوحات": "لوح", "اطارات": "اطار", "اقمشه": "قماش", "خيام": "خيم", "حبال": "حبل", "مسابح": "مسبح", "سبح": "سبح", "كرات": "كره", "افران": "فرن", "خلاطات": "خلاط", "غسالات": "غسال", "مراوح": "مروح", "نظاير": "نظار", "اطقم": "طقم", "ادويه": "دوا", "كمايم": "كمام", "اقنعه": "قناع", "كرتونات": "كرتون", "women": "woman", "men": "man", "children": "child", "knives": "knife", "shelves": "shelf", "scarves": "scarf", "mice": "mouse", "feet": "foot", "teeth": "tooth"}'::jsonb ->> word AS singular
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
    words text[] := string_to_array(btrim(search_apart(folded)), ' ');
    first text[] := search_forms(folded) || (
        SELECT array_agg(left(one || other, 64))
        FROM unnest(words, words[2:]) AS pair (one, other)
        WHERE one || other !~ '[0-9]');
    second text[] := search_forms(search_fold(more));
BEGIN
    RETURN coalesce(nullif(array_to_string(first, ':1A ') || ':1A', ':1A'), '')::tsvector
        || coalesce(nullif(array_to_string(second, ':1B ') || ':1B', ':1B'), '')::tsvector
        || array_to_tsvector(search_forms(search_fold(description)));
END
$$"""


def upgrade() -> None:
    connection = op.get_bind()
    _shut_writers_out()
    connection.exec_driver_sql(SPELLINGS)
    _say_otherwise(connection, FORMS, VECTOR)


def downgrade() -> None:
    connection = op.get_bind()
    _shut_writers_out()
    _say_otherwise(connection, FORMS_OF_BEFORE, VECTOR_OF_BEFORE)
    op.execute("DROP FUNCTION search_spellings")


def _shut_writers_out() -> None:
    """
    Whoever reads goes on; whoever writes waits until the end.

    What is generated is not generated again when the function is another one. So every row that
    would be generated otherwise is written again, and none may come in between that was generated
    by the function of before. That is a thousand products a second or so: where there are hundreds
    of thousands, stores take no orders for some minutes, which wants a quiet hour.
    """
    op.execute("LOCK TABLE products, categories IN SHARE ROW EXCLUSIVE MODE")


def _say_otherwise(connection: sa.Connection, *functions: str) -> None:
    for function in functions:
        # Without parameters: a colon or a percent sign in there is nothing but itself.
        connection.exec_driver_sql(function.replace("CREATE", "CREATE OR REPLACE", 1))
    # To be generated again, a row has to be given what it is generated of.
    op.execute(
        "UPDATE products SET title = title"
        " WHERE found_by IS DISTINCT FROM search_vector(title, keywords, description)"
    )
    op.execute(
        "UPDATE categories SET name = name"
        " WHERE found_by IS DISTINCT FROM search_vector('', name, '')"
    )
