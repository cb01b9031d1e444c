"""Editing: what of an order can still be changed, and what is written down of a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..delivery import Fee
from ..errors import Conflict, RuleBroken
from ..events import Event
from ..merchants import MerchantId
from ..money import Money
from ..variants import VariantId
from .lines import OrderLine
from .moving import PROMISED, OrderId, OrderStatus
from .placing import Customer
from .timeline import Changed

MOST_EDITS = 200
"""That are written down of one order."""
AT_ANY_TIME = frozenset({"merchant_note"})
"""What nobody but the merchant sees."""
OF_THE_PARCEL = frozenset({"tracking_number", "courier"})
"""What belongs to the parcel, and is often known only when it has left."""
OF_THE_MONEY = frozenset({"amount_collected"})
"""What is known when the parcel was handed over, and may have been written down wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What of an order is to be otherwise; None leaves it as it is."""

    customer: Customer | None = None
    lines: Sequence[OrderLine] | None = None
    fees: Sequence[Fee] | None = None
    discount: Money | None = None
    note: str | None = None
    merchant_note: str | None = None
    tracking_number: str | None = None
    courier: str | None = None
    amount_collected: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEdited(Event):
    """Something of the order is otherwise now; ``fields`` says what."""

    order_id: OrderId
    merchant_id: MerchantId
    fields: tuple[str, ...]


class NotEditable(Conflict):
    """In its ``status`` the ``fields`` of an order stay as they are; ``allowed`` is where not."""


class TooManyEdits(RuleBroken):
    """Of one order at most ``at_most`` are written down."""


class DiscountTooLarge(RuleBroken):
    """A discount is at most what the order costs without it, ``most``."""


def editable_in(field: str) -> frozenset[OrderStatus]:
    """The statuses in which this field of an order can be changed."""
    if field in AT_ANY_TIME:
        return frozenset(OrderStatus)
    if field in OF_THE_PARCEL:
        return frozenset(OrderStatus) - {OrderStatus.EXPIRED, OrderStatus.CANCELLED}
    if field in OF_THE_MONEY:
        return frozenset({OrderStatus.DELIVERED})
    return PROMISED


def must_be_editable(status: OrderStatus, fields: Sequence[str]) -> None:
    """:class:`NotEditable` if one of the fields stays as it is in this status."""
    refused = [each for each in fields if status not in editable_in(each)]
    if refused:
        common = frozenset[OrderStatus].intersection(*map(editable_in, refused))
        raise NotEditable(
            status=status, fields=refused, allowed=[each for each in OrderStatus if each in common]
        )


def told(before: Mapping[str, str], after: Mapping[str, str]) -> list[Changed]:
    """What of these is otherwise after, in the order it was asked for."""
    return [
        Changed(field=name, before=before[name], after=said)
        for name, said in after.items()
        if before[name] != said
    ]


def told_of_lines(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> list[Changed]:
    """What was added, taken away, or is of another number or price."""
    was = {each.variant_id: each for each in before}
    now = {each.variant_id: each for each in after}
    changes = []
    for key in was | now:
        old, new = _line(was.get(key)), _line(now.get(key))
        if old != new:
            changes.append(Changed(field="items", before=old, after=new))
    return changes


def told_of_damage(
    lines: Sequence[OrderLine], restock: bool | Mapping[VariantId, int]
) -> tuple[Changed, ...]:
    """What came back and does not go on the shelf again."""
    if restock is True:
        return ()
    back = restock or {}
    return tuple(
        Changed(field="damaged", before="", after=f"{units} × {line.name}")
        for line in lines
        if (units := line.quantity - back.get(line.variant_id, 0)) > 0
    )


def _line(line: OrderLine | None) -> str:
    return f"{line.quantity} × {line.name}, {line.unit_price}" if line else ""
