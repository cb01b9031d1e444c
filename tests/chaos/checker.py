"""The history is checked: what somebody was told is so, once, and all that follows from it."""

import time
from collections import Counter
from collections.abc import Sequence

from .guests import Acknowledged
from .town import Town

DRAIN = 180.0
"""Seconds until everything that waits must be done."""

_WAITING = """
    SELECT count(*) FROM jobs WHERE state <> 'dead'
        AND reaction IN ('note_new_order', 'mail_new_order', 'send_verification_email')
"""


def drained(town: Town) -> float:
    """Wait until nothing waits any more; how many seconds it took."""
    begun = time.monotonic()
    while town.asked(_WAITING)[0][0]:
        if time.monotonic() > begun + DRAIN:
            left = town.asked(
                "SELECT reaction, state, attempt, due_at - now(), last_error FROM jobs LIMIT 20"
            )
            raise AssertionError(f"it does not drain: {left}")
        time.sleep(0.2)
    return time.monotonic() - begun


def faults(town: Town, acknowledged: Sequence[Acknowledged], stock: int) -> list[str]:
    """Everything that is not as it was promised; nothing, if all is well."""
    return [
        *_orders(town, acknowledged),
        *_notices(town, acknowledged),
        *_letters(town, acknowledged),
        *_stock(town, acknowledged, stock),
        *_jobs(town),
        *_books(town),
    ]


def _orders(town: Town, acknowledged: Sequence[Acknowledged]) -> list[str]:
    told = Counter((each.key, each.id, each.number) for each in acknowledged)
    there = Counter(
        (note, str(id), number)
        for note, id, number in town.asked("SELECT note, id, number FROM orders")
    )
    lost = [f"order {each} is lost" for each in told - there]
    unknown = [f"order {each} is one too many" for each in there - told]
    return lost + unknown


def _notices(town: Town, acknowledged: Sequence[Acknowledged]) -> list[str]:
    slips = Counter(
        str(subject)
        for (subject,) in town.asked(
            "SELECT subject_id FROM notifications WHERE topic = 'new_order'"
        )
    )
    return [
        f"order {each.number} has {slips[each.id]} slips in the inbox"
        for each in acknowledged
        if slips[each.id] != 1
    ]


def _letters(town: Town, acknowledged: Sequence[Acknowledged]) -> list[str]:
    """At least one, and if there are more they are the same one."""
    return [
        f"order {each.number} has the letters {town.mail.letters[each.number]}"
        for each in acknowledged
        if len(set(town.mail.letters[each.number])) != 1
    ]


def _stock(town: Town, acknowledged: Sequence[Acknowledged], stock: int) -> list[str]:
    promised = sum(each.quantity for each in acknowledged)
    [counted] = town.asked("SELECT sum(on_hand), sum(reserved) FROM variants")
    [ledger] = town.asked("SELECT sum(on_hand), sum(reserved) FROM stock_movements")
    wanted = (stock, promised)
    return [
        f"{name} says {said}, and it is {wanted}"
        for name, said in (("the shelf", counted), ("the ledger", ledger))
        if tuple(map(int, said)) != wanted
    ]


def _jobs(town: Town) -> list[str]:
    stuck = town.asked(
        "SELECT id, reaction, state, last_error FROM jobs WHERE state IN ('dead', 'unknown')"
    )
    return [f"job {each} is parked" for each in stuck]


def _books(town: Town) -> list[str]:
    told = []
    for words, wanted in (
        ("audit verify", "are as they were written"),
        ("stock reconcile --dry-run", "Every count agrees"),
    ):
        status, said = town.command(words)
        if status or wanted not in said:
            told.append(f"`marketplace {words}` says: {said}")
    return told
