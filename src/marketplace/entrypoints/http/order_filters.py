"""Which orders are asked for: the parameters that the list and the sheet have in common."""

from typing import Annotated, TypeAlias

from litestar.params import FromQuery, QueryParameter

from marketplace.application.orders import FindOrders
from marketplace.application.ports import OrderSort
from marketplace.domain.orders import OrderStatus, PaymentStatus

from .shapes import words

_OTHERS = "One or several, by commas or each for itself"
_DAY = (
    "A day (`2026-03-01`) by the clock of the store, or a moment (RFC 3339). The first day is "
    "included"
)

Statuses: TypeAlias = Annotated[
    list[str] | None,
    QueryParameter(description=f"{_OTHERS}: {', '.join(OrderStatus)}"),
]
Payments: TypeAlias = Annotated[
    list[str] | None,
    QueryParameter(description=f"{_OTHERS}: {', '.join(PaymentStatus)}"),
]
Said: TypeAlias = FromQuery[str]
SinceDay: TypeAlias = Annotated[str, QueryParameter(name="from", description=_DAY)]
UntilDay: TypeAlias = Annotated[
    str,
    QueryParameter(name="to", description=f"{_DAY}, and so is the last; a moment is not"),
]
OneOfSorts: TypeAlias = FromQuery[Annotated[str, words(OrderSort)]]


def filters(
    *,
    q: str,
    status: list[str] | None,
    payment_status: list[str] | None,
    city: str,
    since: str,
    until: str,
    sort: str,
) -> FindOrders:
    """What was asked for, for the use case to understand."""
    return FindOrders(
        q=q,
        status=tuple(status or ()),
        payment_status=tuple(payment_status or ()),
        city=city,
        since=since,
        until=until,
        sort=sort,
    )
