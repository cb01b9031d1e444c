"""Events: facts, which nobody can change, found again by their name."""

import sys
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime
from uuid import UUID

import pytest

import marketplace.domain.audit
import marketplace.domain.notifications
import marketplace.domain.whatsapp  # noqa: F401
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import (
    OrderId,
    OrderMoved,
    OrderShipped,
    OrderStatus,
    StockEffect,
)

OURS = {
    name: kind for name, kind in Event.kinds.items() if kind.__module__.startswith("marketplace.")
}


def shipped() -> OrderShipped:
    return OrderShipped(
        at=datetime(2030, 1, 1, 12, tzinfo=UTC),
        order_id=OrderId(UUID(int=1)),
        merchant_id=MerchantId(UUID(int=2)),
        was=OrderStatus.PREPARING,
        stock=StockEffect.CONSUME,
    )


def test_an_event_is_found_by_its_name_as_it_is_made() -> None:
    """Slots make a second class of the same name: the outbox must know the one that is used."""
    for name, kind in OURS.items():
        assert getattr(sys.modules[kind.__module__], name) is kind
        assert "at" in {field.name for field in fields(kind)}


def test_a_kind_of_move_is_not_another_one() -> None:
    happened = shipped()
    told_generally = OrderMoved(
        at=happened.at,
        order_id=happened.order_id,
        merchant_id=happened.merchant_id,
        was=happened.was,
        stock=happened.stock,
    )

    assert happened == shipped()
    assert happened != told_generally
    assert "OrderShipped" in repr(happened)


def test_a_fact_cannot_be_changed() -> None:
    happened = shipped()

    with pytest.raises(FrozenInstanceError):
        happened.was = OrderStatus.PENDING  # type: ignore[misc]
    assert not hasattr(happened, "__dict__")
