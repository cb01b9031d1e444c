"""Entries: the rows of a sheet that speak of one product."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .columns import OF_A_PRODUCT, OPTIONS, Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row says, by column; empty cells say nothing. The headings are in row 1."""

    number: int
    cells: Mapping[Column, str]

    @property
    def options(self) -> dict[int, str]:
        """Its values of the first, second and third option."""
        return {
            place: self.cells[value]
            for place, (_, value) in enumerate(OPTIONS)
            if value in self.cells
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """What is wrong with a row; without a ``column`` it is the row as a whole."""

    row: int
    column: Column | None = None
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a sheet says of one product, a row for each variant; it is refused as a whole."""

    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...] = ()

    def said(self, column: Column) -> str | None:
        """What is said of the product as such, in whichever row that is."""
        return next((row.cells[column] for row in self.rows if column in row.cells), None)

    def row_of(self, column: Column) -> int:
        """The row to name where it is wrong."""
        return next((row.number for row in self.rows if column in row.cells), self.rows[0].number)

    @property
    def disagreements(self) -> list[tuple[Row, Column]]:
        """Where a row says something else of the product than the rows before it."""
        columns = (*OF_A_PRODUCT, *(name for name, _ in OPTIONS))
        return [
            (row, column)
            for row in self.rows[1:]
            for column in columns
            if column in row.cells and row.cells[column] != self.said(column)
        ]
