"""Risk: what a store may make of what it knows of a phone."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from marketplace.domain.orders import (
    Background,
    Block,
    HintCode,
    OrderId,
    Original,
    RiskLevel,
    assessed,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DOUBLE = Original(id=OrderId(UUID(int=1)), number=1001)


@pytest.mark.parametrize(
    ("known", "level", "codes"),
    [
        (Background(), "low", ["first-order"]),
        (Background(is_first=False), "low", []),
        (Background(is_first=False, delivered=1), "low", ["good-customer"]),
        (Background(is_first=False, open=1), "low", ["open-orders"]),
        (Background(is_first=False, open=2), "medium", ["open-orders"]),
        (Background(is_first=False, refused=1), "medium", ["earlier-refusals"]),
        (Background(is_first=False, refused=1, delivered=9), "medium", ["earlier-refusals"]),
        (Background(is_first=False, refused=2), "high", ["earlier-refusals"]),
        (Background(is_first=False, refused=1, delivered=1), "medium", ["earlier-refusals"]),
        (Background(is_first=False, came_back=5), "low", ["came-back"]),
        (Background(is_first=False, cancelled=5), "low", ["earlier-cancellations"]),
        (
            Background(is_first=False, delivered=1, cancelled=7),
            "low",
            ["earlier-cancellations"],
        ),
        (
            Background(is_first=False, delivered=2, cancelled=1),
            "low",
            ["earlier-cancellations", "good-customer"],
        ),
        (Background(is_first=False, original=DOUBLE), "medium", ["duplicate-basket"]),
        (Background(block=Block(since=NOW)), "high", ["blocked-before", "first-order"]),
        (Background(is_first=False, block=Block(since=NOW, lifted_at=NOW)), "medium", None),
    ],
)
def test_an_order_is_as_risky_as_what_is_known_of_its_phone(
    known: Background, level: str, codes: list[str] | None
) -> None:
    risk = assessed(known)

    assert risk.level is RiskLevel(level)
    assert [each.code for each in risk.hints] == (["blocked-before"] if codes is None else codes)


def test_every_hint_says_its_numbers() -> None:
    known = Background(
        refused=2, delivered=1, open=3, is_first=False, original=DOUBLE, block=Block(since=NOW)
    )

    assert {each.code: each.facts for each in assessed(known).hints} == {
        HintCode.EARLIER_REFUSALS: {"count": 2, "delivered": 1},
        HintCode.BLOCKED_BEFORE: {"since": NOW, "lifted_at": None},
        HintCode.DUPLICATE_BASKET: {"order_id": DOUBLE.id, "number": 1001},
        HintCode.OPEN_ORDERS: {"count": 3},
    }
