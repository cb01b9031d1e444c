"""Reading a sheet that a spreadsheet saved, whatever it calls CSV."""

import codecs
import csv
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from itertools import chain

from ..errors import BadValue, RuleBroken
from ..products import MOST_VARIANTS, TooManyVariants
from ..text import NotOneOf
from ..variants import SkuTaken
from .cells import undone
from .columns import KNOWN_BY, Column, columns_of, meant_by, perhaps_meant_by
from .entries import Entry, Row, RowProblem

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_PRODUCTS = 10_000
MOST_COLUMNS = 200
LONGEST_ROW = 100_000
"""Characters, line breaks within it included."""
_MOST_LINES = 3 * MOST_ROWS
"""Rows without anything in them are skipped, but not for ever."""
_STEP = 50
"""Rows that are read at one go, if they are not very long."""
_LONG = 20_000
"""Characters that are."""
_PIECE = 64 * 1024

_OTHER_KINDS = {
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"{\\rtf": "rtf",
}
_SEPARATORS = ",;\t"
_USUAL_SIGNS = frozenset("–—‘’“”«»…•·°×÷€£\u00a0")
_PAIR_OF_UTF_8 = re.compile(rb"[\xd8-\xdb][\x80-\xbf]")
_MIXED_WORD = re.compile("[A-Za-z][\u0621-\u064a]|[\u0621-\u064a][A-Za-z]")


class UnreadableSheet(RuleBroken):
    """No CSV at all; the fact ``kind`` says what it is, where that can be told."""


class UnknownEncoding(RuleBroken):
    """Neither UTF-8, nor UTF-16 with its mark, nor Windows-1256."""


class BrokenSheet(RuleBroken):
    """From the row ``row`` on it cannot be told where a cell ends: a quote is missing."""


class EmptySheet(RuleBroken):
    """There is nothing below the headings."""


class ColumnsMissing(RuleBroken):
    """None of the columns in ``needed`` was found by its heading."""


class SameColumns(RuleBroken):
    """Two columns are called so that both mean ``column``."""


class TooManyColumns(RuleBroken):
    """More than ``at_most``."""


class TooManyRows(RuleBroken):
    """More than ``at_most`` rows, or more products than ``products``."""


class TooManyCells(BadValue):
    """More cells than there are headings: text with a comma in it lacks its quotes."""


class RowsDisagree(BadValue):
    """The rows of one product say different things of it, or of one of its variants."""


class _Looks:
    """
    Whether what was read as Windows-1256 was written so, for anything can be read so.

    UTF-8 that is broken in one place is pairs of bytes, and what the west writes are its own
    letters, or Arabic ones in the middle of Latin words.
    """

    def __init__(self) -> None:
        self._beyond = self._arabic = self._western = self._signs = self._pairs = self._mixed = 0

    def at(self, piece: bytes, said: str) -> None:
        beyond = [each for each in said if not each.isascii()]
        self._beyond += len(beyond)
        self._arabic += sum("\u0600" <= each <= "\u06ff" for each in beyond)
        self._western += sum(each.isalpha() and each < "\u0250" for each in beyond)
        self._signs += sum(each in _USUAL_SIGNS for each in beyond)
        self._pairs += len(_PAIR_OF_UTF_8.findall(piece))
        self._mixed += len(_MIXED_WORD.findall(said))

    @property
    def arabic(self) -> bool:
        return (
            self._arabic > self._western
            and 6 * self._pairs < self._beyond
            and 5 * self._mixed < self._arabic
            and 2 * self._arabic > self._beyond - self._signs
        )


class Reading:
    """
    A sheet on its way from bytes to entries.

    Whoever waits for it takes the ``steps`` one by one, a few milliseconds each. ``mapping`` says
    what a heading means where it does not say so itself; "" leaves the column out.
    """

    def __init__(
        self, content: bytes, mapping: Mapping[str, str] | None = None, *, currency: str
    ) -> None:
        self._content, self._currency = content, currency
        self._mapping = {name.strip(): _column(said) for name, said in (mapping or {}).items()}
        self._line = 0
        self._length = 0
        self._since = 0
        self._names: list[Column | None] = []
        self._groups: dict[tuple[str, object], list[Row]] = {}
        self._bad: dict[int, RowProblem] = {}
        self.columns: dict[Column, str] = {}
        self.ignored: list[str] = []
        self.rows = 0
        self.entries: list[Entry] = []

    def steps(self) -> Iterator[None]:
        """
        Raises what is wrong with the sheet as a whole; rows that are wrong are in the entries.
        """
        if not self._content.strip():
            raise EmptySheet
        for magic, kind in _OTHER_KINDS.items():
            if self._content.startswith(magic):
                raise UnreadableSheet(kind=kind)
        encoding = yield from self._encoding()
        text = TextIOWrapper(BytesIO(self._content), encoding, newline="")
        try:
            yield from self._read(text)
        except UnicodeDecodeError:
            raise UnknownEncoding from None
        except csv.Error:
            raise BrokenSheet(row=self._line) from None
        yield from self._sorted_out()

    def _encoding(self) -> Generator[None, None, str]:
        if self._content.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if self._content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in self._content[:_PIECE]:
            for encoding in ("utf-16-le", "utf-16-be"):
                if _is_headed(self._content, encoding):
                    return encoding
            beginning = self._content[:1000]
            if beginning.count(b"\0") > len(beginning) / 10:
                raise UnreadableSheet(kind="binary")
        for encoding in ("utf-8", "cp1256"):
            decoder = codecs.getincrementaldecoder(encoding)()
            looks = _Looks()
            try:
                for start in range(0, len(self._content), _PIECE):
                    piece = self._content[start : start + _PIECE]
                    said = decoder.decode(piece, start + _PIECE >= len(self._content))
                    if encoding != "utf-8":
                        looks.at(piece[:_LONG], said[:_LONG])
                    yield
            except UnicodeDecodeError:
                continue
            if encoding == "utf-8" or looks.arabic:
                return encoding
        raise UnknownEncoding

    def _read(self, text: TextIOWrapper) -> Iterator[None]:
        first = text.readline(LONGEST_ROW + 1)
        separator = ""
        if first.lower().startswith("sep=") and len(first.strip()) == 5:
            separator = first.strip()[4]
            first = text.readline(LONGEST_ROW + 1)
        while first and not first.strip(" \t\r\n,;"):
            first = text.readline(LONGEST_ROW + 1)
        if len(first) > LONGEST_ROW:
            raise BrokenSheet(row=1)
        lines = chain([first], iter(lambda: text.readline(LONGEST_ROW + 1), ""))
        separator = separator or max(_SEPARATORS, key=lambda each: _recognised(first, each))
        rows = csv.reader(self._counted(lines), delimiter=separator, strict=True)
        for cells in rows:
            self._line += 1
            self._length = 0
            if self._line == 1:
                self._head(cells)
            elif any(cell.strip() for cell in cells):
                self._take(cells)
            elif self._line > _MOST_LINES:
                raise TooManyRows(at_most=MOST_ROWS, products=MOST_PRODUCTS)
            if self._line % _STEP == 0 or self._since > _LONG:
                self._since = 0
                yield
        if not self.rows:
            raise EmptySheet

    def _counted(self, lines: Iterator[str]) -> Iterator[str]:
        """A quote that is never closed would make the rest of the file one cell."""
        for line in lines:
            self._length += len(line)
            self._since += len(line)
            if self._length > LONGEST_ROW:
                raise BrokenSheet(row=self._line + 1)
            yield line

    def _head(self, cells: Sequence[str]) -> None:
        while cells and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > MOST_COLUMNS:
            raise TooManyColumns(at_most=MOST_COLUMNS)
        names = [each.strip() for each in cells]
        for name, column in zip(
            names, columns_of(names, self._mapping, self._currency), strict=True
        ):
            if column in self.columns:
                raise SameColumns(column=column)
            self._names.append(column)
            shown = "".join(each for each in name if each.isprintable())[:50]
            if column:
                self.columns[column] = shown
            elif shown:
                self.ignored.append(shown)
        if not self.columns.keys() & set(KNOWN_BY):
            raise ColumnsMissing(needed=list(KNOWN_BY))

    def _take(self, cells: Sequence[str]) -> None:
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise TooManyRows(at_most=MOST_ROWS, products=MOST_PRODUCTS)
        said = {
            column: undone(cell)
            for column, cell in zip(self._names, cells, strict=False)
            if column and cell.strip()
        }
        row = Row(number=self._line, cells=said)
        if any(cell.strip() for cell in cells[len(self._names) :]):
            facts = {"at_most": len(self._names)}
            self._bad[row.number] = RowProblem(row=row.number, code=TooManyCells.code, facts=facts)
        if said or row.number in self._bad:
            self._groups.setdefault(_product_of(row), []).append(row)
        if len(self._groups) > MOST_PRODUCTS:
            raise TooManyRows(at_most=MOST_ROWS, products=MOST_PRODUCTS)

    def _sorted_out(self) -> Iterator[None]:
        """Rows are put together by product, and what only the whole sheet shows is noted."""
        skus: dict[str, int] = {}
        for rows in self._groups.values():
            entry = Entry(rows=tuple(rows))
            problems = [self._bad[row.number] for row in rows if row.number in self._bad]
            if len(rows) > MOST_VARIANTS:
                facts = {"at_most": MOST_VARIANTS}
                row = rows[MOST_VARIANTS]
                problems = [RowProblem(row=row.number, code=TooManyVariants.code, facts=facts)]
            else:
                problems += [
                    RowProblem(row=row.number, column=column, code=RowsDisagree.code)
                    for row, column in entry.disagreements
                ]
            for row in rows:
                sku = row.cells.get(Column.SKU, "").strip()
                if not sku.isprintable() or len(sku) > 64:
                    continue  # It is refused by itself, and no database keeps what is in it.
                if sku and (first := skus.setdefault(sku.lower(), row.number)) != row.number:
                    taken = {"sku": sku, "row": first}
                    problems.append(
                        RowProblem(
                            row=row.number, column=Column.SKU, code=SkuTaken.code, facts=taken
                        )
                    )
            self.entries.append(Entry(rows=entry.rows, problems=tuple(problems)))
            self._since += len(rows)
            if self._since >= _STEP:
                self._since = 0
                yield
        self._groups.clear()


def _is_headed(content: bytes, encoding: str) -> bool:
    """Whether the first line says something, if it is read in this encoding."""
    if len(content) % 2:
        return False
    first, _, _ = content[:8000].decode(encoding, "ignore").partition("\n")
    return any(_recognised(first, each)[0] for each in _SEPARATORS)


def _column(said: str) -> Column | None:
    if not said:
        return None
    try:
        return Column(said)
    except ValueError:
        raise NotOneOf(allowed=["", *Column]) from None


def _recognised(line: str, separator: str) -> tuple[int, int]:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return 0, 0
    known = sum(
        (meant_by(cell) or perhaps_meant_by(cell)) is not None for cell in cells[:MOST_COLUMNS]
    )
    return known, len(cells)


def _product_of(row: Row) -> tuple[str, object]:
    """What the rows of one product have in common; of a title alone, if it comes in options."""
    for column in (Column.ID, Column.SLUG):
        if column in row.cells:
            return column, row.cells[column].strip().casefold()
    if Column.TITLE in row.cells and row.options:
        return Column.TITLE, row.cells[Column.TITLE].strip().casefold()
    return "row", row.number
