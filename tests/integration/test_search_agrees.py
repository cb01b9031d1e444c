"""The database folds, splits and stems as the domain does, character by character."""

import random
import unicodedata
from collections.abc import Iterator
from importlib import import_module
from itertools import chain

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.adapters.postgres import search as postgres
from marketplace.adapters.postgres.statements import compiled
from marketplace.domain.search import Query, fold, forms, indexed, matches, spellings, words

from .conftest import WORKER

Connection = psycopg.Connection[tuple[object, ...]]

SCHEMA = f"search_agrees_{WORKER}"
"""Workers share the server."""

BLOCKS = {
    "Latin-1": range(0x01, 0x100),
    "Latin Extended and IPA": range(0x0100, 0x02B0),
    "Modifiers, accents, Greek, Cyrillic": range(0x02B0, 0x0530),
    "Hebrew": range(0x0590, 0x0600),
    "Arabic": range(0x0600, 0x0700),
    "Arabic Supplement": range(0x0750, 0x0780),
    "Arabic Extended-B and -A": range(0x0870, 0x0900),
    "Latin Extended Additional, Greek Extended": range(0x1E00, 0x2000),
    "Punctuation and symbols": range(0x2000, 0x2E80),
    "Chinese and Japanese": chain(range(0x3000, 0x3400), range(0x4E00, 0x9FFF, 97)),
    "Korean": range(0xAC00, 0xD7B0, 31),
    "Arabic Presentation Forms-A": range(0xFB00, 0xFE00),
    "Arabic Presentation Forms-B and full width": range(0xFE00, 0xFFFE),
    "Mathematical letters": range(0x1D400, 0x1D800),
    "Arabic mathematical letters": range(0x1EE00, 0x1EF00),
    "Emoji": range(0x1F000, 0x1FB00),
    "Tags and selectors": range(0xE0000, 0xE01F0),
}
EVERY_SIXTIETH = [chr(code) for code in range(1, 0x110000, 60) if not 0xD800 <= code < 0xE000]

WORDS = """
    عباية عبايات العباية والعبايات للعباية بالعباية وحقيبة وسادة قَهْوَةٌ شـــاي آيفون15 iPhone١٥
    RTX-4090 A54 مؤسسة مسئول قراءة شيء ماء ملاءات پيراهن گل ﻋﺒﺎﻳﺔ ﷺ ½ ② 𝓓𝓻𝓮𝓼𝓼 women's T-shirt
    dresses watches boxes cookies batteries gps Éclair straße İstanbul ΣΊΣΥΦΟΣ ، ؛ ؟ « » — … 👜 👩‍👧
    عباااءة جميييل ممممتاز cooool AAA aaaa2 xxxl www 1000 هههه حذاء ظهر ثلاجة ذذذهب ظظظظ2 ثوووب15
    ألبان البان أسرة سوداء فضي ملابس آيفون تيشيرتات
    فساتين الألوان ألعاب بالونات نسائية رجالي ' " \\ : * & | ! ( ) <-> % _ $$ {} ء ءء
""".split()
ALPHABET = [*"ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤـ َُِّ٠١٢٣۴۵ abcdesxy '-019ßæıéÀ،.؛🌹\u200c\u200f\n"]


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Connection]:
    """The functions in a schema of their own, so that no test depends on a migration."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        connection.execute(f"SET search_path TO {SCHEMA}".encode())
        for function in postgres.FUNCTIONS:
            connection.execute(function.encode())
        yield connection
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())


def disagreements(database: Connection, texts: list[str]) -> list[object]:
    """What the database says otherwise, in one round trip for all texts."""
    rows = database.execute(
        "SELECT said, search_fold(said), search_forms(search_fold(said)),"
        " search_spellings(search_fold(said), search_forms(search_fold(said))),"
        " tsvector_to_array(search_vector(said, said, said))"
        " FROM unnest(%s::text[]) AS said",
        [texts],
    ).fetchall()
    expected = [
        (
            text,
            fold(text),
            forms(text),
            spellings(fold(text), forms(text)),
            indexed(text, text, text),
        )
        for text in texts
    ]
    found = [
        (text, folded, {*some}, {*also}, {*all_})  # type: ignore[misc]
        for text, folded, some, also, all_ in rows
    ]
    return [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_character_of_a_block_is_folded_alike(database: Connection, block: str) -> None:
    characters = [chr(code) for code in BLOCKS[block]]
    # Alone, within a word, at its end, and where an accent may change places with another.
    texts = [text for each in characters for text in (each, f"كت{each}اب ab{each} e{each}\u0301")]

    assert disagreements(database, texts) == []


def test_characters_of_all_of_unicode_are_folded_alike(database: Connection) -> None:
    """Also those that are younger than one Unicode of the two, and those that do not exist yet."""
    assert disagreements(database, [f"a{each}b" for each in EVERY_SIXTIETH]) == []


def test_the_digits_of_all_scripts_are_digits(database: Connection) -> None:
    decimal = [chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), -1) >= 0]
    known = [each for each in decimal if fold(each)]

    assert len(known) >= 650
    assert [fold(each) for each in known] == [str(unicodedata.decimal(each)) for each in known]
    assert disagreements(database, decimal) == []


def test_mixtures_of_words_are_found_by_the_same_forms(database: Connection) -> None:
    chance = random.Random(20)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(1, 12))) for _ in range(3000)]
    texts += ["".join(chance.choices(WORDS, k=chance.randint(2, 30))) for _ in range(1000)]

    assert disagreements(database, texts) == []


def test_mixtures_of_letters_are_found_by_the_same_forms(database: Connection) -> None:
    chance = random.Random(21)
    texts = ["".join(chance.choices(ALPHABET, k=chance.randint(1, 60))) for _ in range(6000)]

    assert disagreements(database, texts) == []


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80),
        max_size=10,
    )
)
def test_whatever_anybody_types_is_folded_alike(database: Connection, texts: list[str]) -> None:
    assert disagreements(database, texts) == []


def test_a_letter_that_one_side_forgets_is_noticed(database: Connection) -> None:
    forgetful = postgres.FUNCTIONS[0].replace("'چ', 'ج'", "'چ', 'چ'")
    database.execute(forgetful.replace("CREATE", "CREATE OR REPLACE", 1).encode())
    try:
        assert disagreements(database, ["چاكيت", "جاكيت"])
    finally:
        whole = postgres.FUNCTIONS[0].replace("CREATE", "CREATE OR REPLACE", 1)
        database.execute(whole.encode())


def test_the_migration_made_the_functions_as_they_are() -> None:
    made: dict[str, str] = {}
    for step in ("0007_search", "0021_spellings", "0025_kin"):
        module = import_module(f"marketplace.adapters.postgres.migrations.versions.{step}")
        made |= {each.partition("(")[0]: each for each in module.FUNCTIONS}

    assert sorted(made.values()) == sorted(postgres.FUNCTIONS)


def test_a_page_without_spaces_can_be_stored(database: Connection) -> None:
    page = "ﷺ" * 5000 + "漢" * 5000 + "a1" * 2500

    assert disagreements(database, [page, "漢" * 5000, "a1" * 2500, "é" * 5000]) == []


HOSTILE = [
    "'",
    "\\",
    "a'b",
    "a\\'b",
    ":*",
    "a:*&b",
    "(",
    ")|(",
    "!a",
    "<->",
    "'a' | 'b'",
    "$1",
    "%s",
    "\u0000",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_query_says_something_in_the_language_of_the_database(
    database: Connection, text: str
) -> None:
    asked = postgres.tsquery(Query.parse(text))

    (row,) = database.execute("SELECT %s::tsquery::text", [asked]).fetchall()

    assert (row[0] == "") == (words(text) == [])


def test_the_same_products_are_found_in_the_database_and_in_memory(database: Connection) -> None:
    chance = random.Random(22)
    telling = [word for word in WORDS if words(word)]
    products = [
        (
            " ".join(chance.choices(telling, k=4)),
            " ".join(chance.choices(telling, k=1)),
            " ".join(chance.choices(telling, k=6)),
        )
        for _ in range(300)
    ]
    typed = [" ".join(chance.choices(telling, k=chance.randint(1, 3))) for _ in range(300)]
    typed += [word[: chance.randint(1, 8)] for word in telling]
    typed += [word[:2] + word[3:] for word in telling]
    documents = [indexed(*product) for product in products]
    vocabulary = set().union(*documents)
    queries = [query for each in typed for query in (Query.parse(each[:100]),)]
    queries += [query.loosened(query.nearest(vocabulary)) for query in queries]
    queries = [query for query in queries if query]
    expected = [[matches(query, document) for document in documents] for query in queries]
    database.execute("DROP TABLE IF EXISTS found")
    database.execute("CREATE TABLE found (at int, lexemes tsvector)")
    database.cursor().executemany(
        "INSERT INTO found VALUES (%s, search_vector(%s, %s, %s))",
        [(at, *product) for at, product in enumerate(products)],
    )

    found = [
        [
            row[0]
            for row in database.execute(
                "SELECT lexemes @@ %s::tsquery FROM found ORDER BY at", [postgres.tsquery(query)]
            )
        ]
        for query in queries
    ]

    assert any(any(row) for row in expected)
    assert found == expected


def test_the_functions_can_fill_a_generated_column(database: Connection) -> None:
    database.execute("DROP TABLE IF EXISTS sold")
    database.execute(
        "CREATE TABLE sold (title text NOT NULL, description text NOT NULL, found_by tsvector"
        " NOT NULL GENERATED ALWAYS AS (search_vector(title, '', description)) STORED)"
    )

    # As a restored dump does, which trusts no path.
    database.execute("SET search_path TO ''")
    database.execute(
        f"INSERT INTO {SCHEMA}.sold VALUES ('عباية سوداء', 'من قماش الكريب'), ('', '')".encode()  # noqa: S608
    )
    database.execute(f"SET search_path TO {SCHEMA}".encode())

    asked = postgres.tsquery(Query.parse("العبايات كريب"))
    rows = database.execute("SELECT title FROM sold WHERE found_by @@ %s::tsquery", [asked])
    assert rows.fetchall() == [("عباية سوداء",)]


def test_letters_that_are_drawn_out_are_spelt_alike(database: Connection) -> None:
    chance = random.Random(23)
    words = ("".join(each * chance.choice((1, 1, 2, 3, 5)) for each in word) for word in WORDS * 20)
    letters = ["".join(chance.choices("اذظث2 aixw", k=chance.randint(3, 20))) for _ in range(3000)]

    assert disagreements(database, [*words, *letters]) == []


def test_the_word_as_it_was_typed_comes_before_another_spelling_of_it(
    database: Connection,
) -> None:
    titles = ["حذاء رياضي", "حزاء رياضي", "رف", "رف حذاء"]
    descriptions = ["", "", "لكل حزاء", ""]
    rank = compiled(postgres.rank(sa.column("found_by"), sa.func.search_fold(sa.column("title"))))
    for typed, expected in {
        "حزاء": ["حزاء رياضي", "حذاء رياضي", "رف حذاء", "رف"],
        "حذاء": ["حذاء رياضي", "رف حذاء", "حزاء رياضي", "رف"],
    }.items():
        query = Query.parse(typed)
        asked = {
            **rank.fixed,
            "query": postgres.tsquery(query),
            **postgres.ranked(query),
            "every": titles,
            "told": descriptions,
        }

        rows = database.execute(
            b"SELECT title FROM unnest(%(every)s::text[], %(told)s::text[])"
            b" WITH ORDINALITY AS sold (title, description, at),"
            b" search_vector(title, '', description) AS found_by"
            b" WHERE found_by @@ %(query)s::tsquery ORDER BY -(" + rank.text + b"), at",
            asked,
        )

        assert [title for (title,) in rows] == expected


def test_the_word_itself_in_the_title_comes_first(database: Connection) -> None:
    query = Query.parse("كريم اليد")
    rank = compiled(postgres.rank(sa.column("found_by"), sa.func.search_fold(sa.column("title"))))
    asked = {
        **rank.fixed,
        "query": postgres.tsquery(query),
        **postgres.ranked(query),
    }

    rows = database.execute(
        "SELECT title FROM (VALUES ('لوشن', 'كريم اليد'), ('كريمات لليد', ''), ('كريم اليد', ''),"
        " ('كريم', 'اليد'), ('كريم فقط', '')) AS sold (title, description),"
        " search_vector(title, '', description) AS found_by"
        " WHERE found_by @@ %(query)s::tsquery ORDER BY -(".encode()
        + rank.text
        + b")",
        asked,
    )

    assert [title for (title,) in rows] == ["كريم اليد", "كريم", "لوشن"]
