"""Rounds: everybody is asked in turn, again and again, so that a noisy minute is everybody's."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from .contestants import ROOT, Contestant, Stage
from .load import GRACE, Outcome, Plan
from .processes import Failed, cpu
from .scenarios import Scenario


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One contestant in one round; ``server`` and ``database`` are milliseconds a request."""

    contestant: str
    server: float
    database: float
    outcome: Outcome

    @property
    def total(self) -> float:
        return self.server + self.database


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long all this takes, in seconds, and how many ask at once."""

    rounds: int
    seconds: float
    connections: int


Round = Mapping[str, Measure]
"""Of each contestant one measure, taken within the same few seconds."""


def played(
    scenario: Scenario, contestants: Sequence[Contestant], stage: Stage, pace: Pace
) -> Iterator[Round]:
    """One round after the other; the one before them, which warms everybody up, is not told."""
    taking_part = [each for each in contestants if each.name in scenario.requests]
    requests = {each.name: scenario.requests[each.name](stage) for each in taking_part}
    for number in range(pace.rounds + 1):
        measures = {}
        for each in taking_part:
            plan = Plan(
                ports=each.ports,
                requests=requests[each.name],
                connections=pace.connections,
                seconds=pace.seconds,
                seed=number,
            )
            measures[each.name] = _measured(each, stage, plan)
        if number:
            yield measures


def _measured(contestant: Contestant, stage: Stage, plan: Plan) -> Measure:
    postgres = [stage.server.process]
    server, database = cpu(contestant.heads), cpu(postgres)
    outcome = _asked(plan)
    server, database = cpu(contestant.heads) - server, cpu(postgres) - database
    if outcome.wrong or not outcome.answers:
        raise Failed(f"{contestant.name} answers: {outcome.wrong}")
    return Measure(
        contestant=contestant.name,
        server=server * 1000 / outcome.answers,
        database=database * 1000 / outcome.answers,
        outcome=outcome,
    )


def _asked(plan: Plan) -> Outcome:
    client = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=msgspec.json.encode(plan),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
        timeout=plan.seconds + 3 * GRACE,
        start_new_session=True,
    )
    return msgspec.json.decode(client.stdout, type=Outcome)
