"""What a letter is made of, and how each part is set in plain text and in HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from string import Template
from typing import Protocol


class Block(Protocol):
    """A part of a letter. ``$name`` in its words stands for a fact."""

    def text(self, facts: Mapping[str, str], /) -> str: ...

    def html(self, facts: Mapping[str, str], /) -> str: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before its facts are known."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """Prose."""

    words: str

    def text(self, facts: Mapping[str, str], /) -> str:
        return filled(self.words, facts)

    def html(self, facts: Mapping[str, str], /) -> str:
        return f'<p style="margin:0 0 16px">{marked_up(self.words, facts)}</p>'


@dataclass(frozen=True, slots=True)
class Link(Block):
    """The one thing to do; in HTML a button, and the address for whom buttons do not work."""

    words: str
    address: str = "$link"

    def text(self, facts: Mapping[str, str], /) -> str:
        # On a line of its own: a mail program takes for part of an address whatever touches it.
        return filled(self.address, facts)

    def html(self, facts: Mapping[str, str], /) -> str:
        address = marked_up(self.address, facts)
        return (
            f'<p style="margin:0 0 16px"><a href="{address}" style="display:inline-block;'
            "padding:12px 24px;border-radius:6px;background:#0f766e;color:#ffffff;"
            f'text-decoration:none">{marked_up(self.words, facts)}</a></p>'
            '<p dir="ltr" style="margin:0 0 16px;font-size:13px;color:#52525b;'
            f'word-break:break-all">{address}</p>'
        )


@dataclass(frozen=True, slots=True)
class Table(Block):
    """Names and values. A row without a value is left out; one with several lines keeps them."""

    rows: tuple[tuple[str, str], ...]

    def text(self, facts: Mapping[str, str], /) -> str:
        told = ((name, filled(value, facts)) for name, value in self.rows)
        return "\n".join(
            f"{name}:\n{value}" if "\n" in value else f"{name}: {value}"
            for name, value in told
            if value
        )

    def html(self, facts: Mapping[str, str], /) -> str:
        rows = "".join(
            '<tr><th scope="row" style="padding:6px 0;padding-inline-end:16px;text-align:start;'
            f'vertical-align:top;font-weight:normal;color:#52525b">{escape(name)}</th>'
            f'<td style="padding:6px 0">{marked_up(value, facts)}</td></tr>'
            for name, value in self.rows
            if filled(value, facts)
        )
        return f'<table role="presentation" style="margin:0 0 16px">{rows}</table>'


def filled(words: str, facts: Mapping[str, str]) -> str:
    return Template(words).substitute(facts)


def marked_up(words: str, facts: Mapping[str, str]) -> str:
    """The words as HTML, whatever the facts contain."""
    return escape(filled(words, facts)).replace("\n", "<br>")
