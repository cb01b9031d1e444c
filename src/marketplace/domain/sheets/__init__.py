"""Sheets: products as the rows of a file that spreadsheets write and read."""

from .columns import Column
from .entries import Entry, Row, RowProblem
from .reading import Reading
from .writing import heading, written

__all__ = ["Column", "Entry", "Reading", "Row", "RowProblem", "heading", "written"]
