"""What came out: a table for people, JSON for programs."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import msgspec

from .contestants import BASELINE, OURS
from .rounds import Round
from .scenarios import Scenario


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    One contestant in a scenario: medians over the rounds.

    Milliseconds of processor time a request, and as a part of the ``reference`` of the same round:
    ``ratio``, at least ``lowest`` and at most ``highest``.
    """

    contestant: str
    total: float
    server: float
    database: float
    ratio: float
    lowest: float
    highest: float
    median: float
    p99: float
    per_second: float
    size: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario, its rounds as they were measured included."""

    scenario: str
    question: str
    reference: str
    bar: float | None
    tail: float | None
    lines: list[Line]
    rounds: list[Round]

    @classmethod
    def of(cls, name: str, scenario: Scenario, rounds: Sequence[Round]) -> "Result":
        ours = next(name for name in OURS if name in rounds[0])
        reference = BASELINE if BASELINE in rounds[0] else ours
        return cls(
            scenario=name,
            question=scenario.question,
            reference=reference,
            bar=scenario.bar,
            tail=scenario.tail,
            lines=[_line(each, reference, rounds) for each in rounds[0]],
            rounds=list(rounds),
        )

    def table(self) -> Iterator[str]:
        yield ""
        yield f"{self.scenario}: {self.question}"
        yield (
            f"{'':14}{'CPU ms':>8}{'server':>8}{'PostgreSQL':>12}"
            f"{'of ' + self.reference:>20}{'least–most':>16}"
            f"{'p50 ms':>9}{'p99 ms':>9}{'per s':>8}{'bytes':>8}"
        )
        for line in self.lines:
            yield (
                f"{line.contestant:14}{line.total:8.3f}{line.server:8.3f}{line.database:12.3f}"
                f"{line.ratio:20.3f}{f'{line.lowest:.3f}–{line.highest:.3f}':>16}"
                f"{line.median:9.2f}{line.p99:9.2f}{line.per_second:8.0f}{line.size:8}"
            )
        ours = next(line for line in self.lines if line.contestant in OURS)
        if self.tail is not None:
            tail = ours.p99 / ours.median
            word = "reached" if tail <= self.tail else "missed"
            yield f"the bar is a p99 of {self.tail:g} medians, this one is {tail:.1f}: {word}"
        if self.bar is not None and self.reference == BASELINE:
            word = "reached" if ours.ratio <= self.bar else "missed"
            yield f"the bar is {self.bar:.3f} of the baseline: {word}"


def as_json(results: Sequence[Result], **circumstances: Any) -> bytes:
    said = {**circumstances, "results": results}
    return msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"


def _line(contestant: str, reference: str, rounds: Sequence[Round]) -> Line:
    measures = [each[contestant] for each in rounds]
    ratios = [each[contestant].total / each[reference].total for each in rounds]
    return Line(
        contestant=contestant,
        total=median(each.total for each in measures),
        server=median(each.server for each in measures),
        database=median(each.database for each in measures),
        ratio=median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
        median=median(each.outcome.median for each in measures),
        p99=median(each.outcome.p99 for each in measures),
        per_second=median(each.outcome.answers / each.outcome.seconds for each in measures),
        size=measures[0].outcome.size,
    )
