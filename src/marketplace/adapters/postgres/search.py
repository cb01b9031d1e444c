"""
Search in PostgreSQL: the domain's tables of folding and of forms, as immutable functions.

The functions need nothing but what every PostgreSQL from 17 on has built in: no extension, no text
search configuration, no locale of the server.
"""

import json
from collections.abc import Mapping
from string import Template
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from marketplace.domain.search import (
    ALL_OF_ONE,
    AND,
    APART,
    ARTICLE,
    CLASSICAL,
    DIGITS,
    DRAWN_OUT,
    ENDINGS,
    EVERYDAY,
    HEARD,
    LETTERS,
    LONGEST_WORD,
    PLURALS,
    SPELLED_OUT,
    UNHEARD,
    Fit,
    Query,
    Term,
)
from marketplace.domain.slips import JOINED

from .statements import given

WEIGHTS = "{0.02, 0.3, 0.6, 1}"
"""
Of the description, of what a word may be as well, of what is neither title nor description, and of
the title.

The word itself in a description must not come before another form of it in a title.
"""

_OFTEN = {ord(letter): LETTERS[ord(letter)] for letter in "ةى"}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _rewritten(*rules: tuple[str, str], name: str = "t") -> str:
    """Statements that put each rule's replacement wherever its pattern is met."""
    return "\n    ".join(
        f"{name} := regexp_replace({name}, {_quoted(pattern)}, {_quoted(replacement)}, 'g');"
        for pattern, replacement in rules
    )


def _exchanged(table: Mapping[int, str]) -> str:
    """
    A statement that puts other letters in the place of some.

    One after the other, for ``translate`` looks every letter of the text up in the whole table.
    """
    chain = "t"
    for code, letters in table.items():
        chain = f"replace({chain}, {_quoted(chr(code))}, {_quoted(letters)})"
    return f"t := {chain};"


def _exchanged_if_any(table: Mapping[int, str]) -> str:
    sources = "".join(map(chr, table))
    return f"IF t ~ '[{sources}]' THEN\n        {_exchanged(table)}\n    END IF;"


_HEAD = """\
CREATE FUNCTION $signature
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$$$
"""


def _function(signature: str, body: str, **values: str) -> str:
    return Template(_HEAD + body + "$$$$").substitute(values, signature=signature)


_FOLD = _function(
    "search_fold(said text) RETURNS text",
    """\
DECLARE
    t text COLLATE "pg_c_utf8" := said;
BEGIN
    $unreadable
    t := lower(normalize(t, NFKD));
    $unheard
    $often
    $arabic_digits
    $seldom
    $other_digits
    $spelled_out
    $between
    t := t || ' ';
    t := replace(replace(t, 'ء ', ' '), 'ء', 'ي');
    $spaces
    t := btrim(t);
    $too_long
    RETURN t;
END
""",
    unreadable=_rewritten((f"[^ {UNHEARD}{HEARD}]+", " ")),
    unheard=_rewritten((f"[{UNHEARD}]+", "")),
    often=_exchanged(_OFTEN),
    arabic_digits=_exchanged_if_any({code: at for code, at in DIGITS.items() if code < 0x0700}),
    seldom=_exchanged_if_any({code: at for code, at in LETTERS.items() if code not in _OFTEN}),
    other_digits=_exchanged_if_any({code: at for code, at in DIGITS.items() if code >= 0x0700}),
    spelled_out=_exchanged_if_any({ord(letter): two for letter, two in SPELLED_OUT.items()}),
    between=_rewritten((f"[^ {HEARD}]+", " ")),
    spaces=_rewritten(("  +", " ")),
    too_long=_rewritten((f"([^ ]{{{LONGEST_WORD}}})[^ ]+", r"\1")),
)

_APART = _function(
    "search_apart(folded text) RETURNS text",
    """\
DECLARE
    t text COLLATE "pg_c_utf8" := ' ' || folded || ' ';
BEGIN
    $apart
    RETURN t;
END
""",
    apart=_rewritten(*APART),
)

_FORMS = _function(
    "search_forms(folded text) RETURNS text[]",
    """\
DECLARE
    apart text COLLATE "pg_c_utf8" := search_apart(folded);
    t text COLLATE "pg_c_utf8" := apart;
    plain text COLLATE "pg_c_utf8";
    singulars text[];
BEGIN
    $article
    plain := t;
    IF plain ~ ' و' THEN
        plain := plain || coalesce((
            SELECT string_agg(leaning[1], ' ') || ' '
            FROM regexp_matches(plain, $leaning, 'g') AS leaning), '');
    END IF;
    t := plain;
    $endings
    singulars := (
        SELECT array_agg(singular)
        FROM (SELECT $plurals::jsonb ->> word AS singular
              FROM unnest(string_to_array(plain, ' ')) AS word) AS looked_up
        WHERE singular IS NOT NULL);
    RETURN array_remove(string_to_array(folded || apart || plain || t, ' '), '') || singulars;
END
""",
    article=_rewritten(ARTICLE),
    leaning=_quoted(AND),
    endings=_rewritten(*ENDINGS),
    plurals=_quoted(json.dumps(PLURALS, ensure_ascii=False)),
)

_SPELLINGS = _function(
    "search_spellings(folded text, forms text[]) RETURNS text[]",
    """\
DECLARE
    drawn text;
    every text[] := forms;
    more text[] := '{}';
BEGIN
    IF folded ~ $drawn_out THEN
        drawn := (
            SELECT string_agg(
                regexp_replace(word, $drawn_out, '\\1\\1', 'g') || ' '
                || regexp_replace(word, $drawn_out, '\\1', 'g'), ' ')
            FROM unnest(string_to_array(folded, ' ')) AS word
            WHERE word ~ $drawn_out AND word !~ $all_of_one);
        more := coalesce(search_forms(drawn), more);
        every := every || more;
    END IF;
    IF array_to_string(every, ' ') ~ $classical THEN
        more := more || array(
            SELECT translate(word, $letters, everyday)
            FROM unnest(every) AS word, unnest($everyday) AS everyday
            WHERE word ~ $classical);
    END IF;
    RETURN more;
END
""",
    drawn_out=_quoted(DRAWN_OUT),
    all_of_one=_quoted(ALL_OF_ONE),
    classical=_quoted(f"[{CLASSICAL}]"),
    letters=_quoted(CLASSICAL),
    everyday=f"ARRAY[{', '.join(map(_quoted, EVERYDAY))}]",
)

# Folded words have nothing in them that means something in a tsvector. Where a word stands plays no
# part: it has a position because without one it has no weight.
_VECTOR = _function(
    "search_vector(title text, more text, description text) RETURNS tsvector",
    """\
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
        SELECT array_agg($joined || left(one || other, $longest))
        FROM unnest(words, words[2:]) AS pair (one, other)
        WHERE one || other !~ '[0-9]');
BEGIN
    first := first || pairs;
    RETURN coalesce(nullif(array_to_string(first, ':1A ') || ':1A', ':1A'), '')::tsvector
        || coalesce(nullif(array_to_string(second, ':1B ') || ':1B', ':1B'), '')::tsvector
        || coalesce(nullif(array_to_string(third, ':1C ') || ':1C', ':1C'), '')::tsvector
        || array_to_tsvector(fourth || search_spellings(told, fourth));
END
""",
    joined=_quoted(JOINED),
    longest=str(LONGEST_WORD),
)

FUNCTIONS = (_FOLD, _APART, _FORMS, _SPELLINGS, _VECTOR)
"""What migrations create, in this order; a test compares the copies that they keep of their own."""


def tsquery(query: Query, before: str = "") -> str:
    """
    What a ``search_vector`` must match, to be cast to ``tsquery``; ``before`` is what every word
    there begins with.
    """
    return " & ".join(f"({_alternatives(term, before)})" for term in query.terms)


def ranked(query: Query) -> dict[str, object]:
    """The values that :func:`rank` has to be given."""
    return {
        "titles": [*query.titles],
        "beginnings": [f"{title} " for title in query.titles],
        # Another spelling of a title is a word of it, whatever else is spelt like that.
        "in_title": " & ".join(f"({_alternatives(term, at='AC')})" for term in query.terms),
        # Any of the words as they were typed: who has these comes first.
        "said": " | ".join(lexeme(term.said) for term in query.terms),
        "meant": " | ".join(_alternatives(term) for term in query.terms),
    }


def touching(query: Query) -> str:
    """What has anything to do with the query, be it with half of a word of it."""
    return " | ".join(_touching(term) for term in query.terms)


def asked(query: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """A ``tsquery`` that is read once, and not for every product that it is compared with."""
    return sa.select(sa.cast(query, TSQUERY)).scalar_subquery()


def rank(vector: sa.ColumnElement[Any], title: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """
    How well a product fits, a whole number: cursors can hold it.

    First what its title is, as :class:`~marketplace.domain.search.Fit` has it. Then the title
    counts more than SKUs and tags, these more than the description, and the word itself more than
    another form of it.
    """
    weights: sa.ColumnElement[Any] = sa.literal_column(f"'{WEIGHTS}'")
    itself, alike = (
        sa.func.ts_rank(weights, vector, asked(given(name, sa.Text)), type_=sa.Float)
        for name in ("said", "meant")
    )
    many, fewer = sa.literal_column("100000", sa.Float), sa.literal_column("10000", sa.Float)
    texts = sa.ARRAY(sa.Text)
    begun = title.concat(sa.literal_column("' '")).bool_op("^@")
    fit = sa.case(
        (title == sa.any_(given("titles", texts)), _tier(Fit.TITLE)),
        (begun(sa.any_(given("beginnings", texts))), _tier(Fit.BEGINS)),
        (vector.bool_op("@@")(asked(given("in_title", sa.Text))), _tier(Fit.IN_TITLE)),
        else_=_tier(Fit.ELSEWHERE),
    )
    return fit + sa.cast(many * itself + fewer * alike, sa.Integer)


def _tier(fit: Fit) -> sa.ColumnElement[int]:
    """More than any difference of words within it."""
    return sa.literal_column(str(1_000_000 * fit), sa.Integer)


def _alternatives(term: Term, before: str = "", at: str = "") -> str:
    parts = " & ".join(f"({_alternatives(part, before, at)})" for part in term.parts)
    return " | ".join([*_words(term, before, at), *([f"({parts})"] if parts else [])])


def _touching(term: Term) -> str:
    return " | ".join([*_words(term), *map(_touching, term.parts)])


def _words(term: Term, before: str = "", at: str = "") -> list[str]:
    """``at`` is the weights that count; none said, all of them do."""
    others = sorted(term.equal.difference(term.starts))
    return [
        *(f"{lexeme(before + word)}:*{at}" for word in term.starts),
        *(f"{lexeme(before + word)}{at and ':'}{at}" for word in others),
    ]


def lexeme(word: str) -> str:
    """A word as it stands in a ``tsquery``."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
