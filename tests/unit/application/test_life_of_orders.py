"""The life of many orders in memory; and what breaks it is found."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from marketplace.adapters.memory.repositories import MemoryAuditBook
from marketplace.application import stock
from marketplace.application.orders import confirming, editing, moving, ordering
from marketplace.application.orders.editing import EditingService
from marketplace.domain.orders import (
    TRANSITIONS,
    Order,
    OrderCancelled,
    OrderStatus,
    Party,
    PaymentStatus,
    StockEffect,
    Transition,
)
from marketplace.domain.variants import StockChange, Variant
from tests.unit.life_of_orders import LifeOfOrders
from tests.unit.world import World

QUICK = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class InMemory(LifeOfOrders):
    def a_world(self, runner: asyncio.Runner) -> AbstractContextManager[World]:
        return nullcontext(World())


TestLifeOfOrders = InMemory.TestCase
TestLifeOfOrders.settings = QUICK


def _nothing(*_: object, **__: object) -> None:
    return None


async def _nothing_done(*_: object, **__: object) -> None:
    return None


def _counts_are_believed(patch: pytest.MonkeyPatch) -> None:
    """A variant would refuse most of it by itself, and the machine is to find out."""
    patch.setattr(Variant, "__post_init__", _nothing)


def _release_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Variant, "release", lambda self, _: StockChange(self.id, 0, 0))


def _restock_doubled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Variant, "restock", lambda self, units: self._move(on_hand=2 * units, reserved=0))


def _consumed_without_promise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Variant, "consume", lambda self, units: self._move(on_hand=-units, reserved=0))
    _counts_are_believed(patch)


def _nobody_looks_at_the_shelf(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ordering, "must_be_there", _nothing)
    _counts_are_believed(patch)


def _ledger_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    written = stock.written_down

    def half(changes: Sequence[StockChange], *said: Any, **more: Any) -> Any:
        less = [StockChange(each.variant_id, each.on_hand, 0) for each in changes]
        return written(less, *said, **more)

    patch.setattr(moving, "written_down", half)


def _edits_forget_the_stock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EditingService, "_follow", _nothing_done)


def _edits_take_what_is_not_there(patch: pytest.MonkeyPatch) -> None:
    found = editing._differences

    def once(was: Any, now: Any, products: Any) -> Any:
        return [each for each in found(was, now, products) if each.reserved > 0]

    patch.setattr(editing, "_differences", once)


def _delivered_can_be_cancelled(patch: pytest.MonkeyPatch) -> None:
    rule = Transition(OrderCancelled, frozenset({Party.MERCHANT}), StockEffect.NONE)
    patch.setitem(TRANSITIONS, (OrderStatus.DELIVERED, OrderStatus.CANCELLED), rule)


def _the_book_has_gaps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryAuditBook, "add", _nothing_done)


def _events_come_twice(patch: pytest.MonkeyPatch) -> None:
    real = moving.move

    async def twice(market: Any, orders: Sequence[Order], *said: Any) -> None:
        was = [each.status for each in orders]
        await real(market, orders, *said)
        for order, before in zip(orders, was, strict=True):
            fact = TRANSITIONS[before, order.status].fact
            again = fact(
                at=order.moved_at,
                order_id=order.id,
                merchant_id=order.merchant_id,
                was=before,
                stock=StockEffect.NONE,
            )
            await market.orders.save(order, again)

    patch.setattr(confirming, "move", twice)


def _refunds_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PaymentStatus, "of", lambda *_: PaymentStatus.COLLECTED)


SABOTAGES: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    _release_forgotten: "what is promised is what open orders hold",
    _restock_doubled: "none gets lost",
    _consumed_without_promise: "what is promised is what open orders hold",
    _nobody_looks_at_the_shelf: "no unit is sold twice",
    _ledger_is_not_kept: "the ledger adds up to what there is",
    _edits_forget_the_stock: "what is promised is what open orders hold",
    _edits_take_what_is_not_there: "what is promised is what open orders hold",
    # The units have left: that they are nowhere is as true as that nobody may take them back.
    _delivered_can_be_cancelled: "(only as the table says|none gets lost)",
    _the_book_has_gaps: "the book has every change once",
    _events_come_twice: "every event once",
    _refunds_are_not_counted: "paid as the sums say",
}
"""What is broken, and what of the truth it must be caught by."""


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.__name__.strip("_"))
def test_whatever_is_broken_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: Callable[[pytest.MonkeyPatch], None]
) -> None:
    sabotage(monkeypatch)
    # Nobody asks for the shortest way to break it, and the first will do.
    hasty = settings(
        QUICK,
        max_examples=200,
        phases=[Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
    )

    with pytest.raises(AssertionError, match=f"^{SABOTAGES[sabotage]}"):
        run_state_machine_as_test(InMemory, settings=hasty)
