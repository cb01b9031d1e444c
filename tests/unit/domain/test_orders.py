"""Orders: the whole life of one, compared with the table of the contract move by move."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product as every
from uuid import UUID

import pytest

from marketplace.domain.merchants import MerchantId
from marketplace.domain.money import MOST, AmountTooLarge, Money
from marketplace.domain.orders import (
    OPEN,
    TRANSITIONS,
    BadQuantity,
    ConfirmationMethod,
    ConfirmationState,
    Customer,
    DeliveryFailure,
    Move,
    NothingToCollect,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Party,
    PaymentStatus,
    ReasonMissing,
    TimelineEntry,
    UnknownReason,
    WrongOrderStatus,
    parse_confirmation_method,
    parse_quantity,
    total_of,
)
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import ProductId
from marketplace.domain.text import NotOneOf
from marketplace.domain.variants import VariantId

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)

# CONTRACT §5, written out by hand: from, to, who may, what happens to the stock, what it is called.
THE_CONTRACT = [
    ("pending", "confirmed", "guest merchant", "none", "OrderConfirmed"),
    ("pending", "cancelled", "guest merchant admin", "release", "OrderCancelled"),
    ("pending", "expired", "clock", "release", "OrderExpired"),
    ("confirmed", "preparing", "merchant", "none", "OrderPrepared"),
    ("confirmed", "shipped", "merchant", "consume", "OrderShipped"),
    ("confirmed", "cancelled", "guest merchant admin", "release", "OrderCancelled"),
    ("preparing", "shipped", "merchant", "consume", "OrderShipped"),
    ("preparing", "cancelled", "merchant admin", "release", "OrderCancelled"),
    ("shipped", "delivered", "merchant", "none", "OrderDelivered"),
    ("shipped", "delivery_failed", "merchant", "none", "DeliveryFailed"),
    ("shipped", "returned", "merchant", "restock", "OrderReturned"),
    ("delivery_failed", "shipped", "merchant", "none", "OrderShipped"),
    ("delivery_failed", "returned", "merchant", "restock", "OrderReturned"),
    ("delivered", "returned", "merchant", "restock", "OrderReturned"),
    ("expired", "pending", "merchant", "reserve", "OrderReopened"),
    ("cancelled", "pending", "merchant", "reserve", "OrderReopened"),
]
STATUSES = (
    "pending confirmed preparing shipped delivered delivery_failed returned cancelled expired"
).split()
PARTIES = "guest merchant admin clock".split()


def a_line(price: int = 500, quantity: int = 2, id: int = 1) -> OrderLine:
    return OrderLine(
        product_id=ProductId(UUID(int=id)),
        variant_id=VariantId(UUID(int=id)),
        title="مصباح",
        sku="L-1",
        unit_price=Money(price, "SAR"),
        quantity=quantity,
    )


def an_order(status: str = "pending", *lines: OrderLine) -> Order:
    order, _ = Order.place(
        id=OrderId(UUID(int=1)),
        merchant_id=MerchantId(UUID(int=2)),
        number=1001,
        customer=Customer(name="سارة", phone=PhoneNumber("+966501234567"), address="الرياض"),
        method=ConfirmationMethod.WHATSAPP,
        note="",
        lines=lines or (a_line(),),
        confirm_within=timedelta(0),
        tracking_hash=b"hash",
        at=NOW,
    )
    order.status = OrderStatus(status)
    order.timeline = (replace(order.timeline[0], status=order.status),)
    return order


def to(status: str, by: str = "merchant", **said: object) -> Move:
    """A move with everything that its status asks for."""
    reasons = {"cancelled": "no longer wanted", "delivery_failed": "refused"}
    spoken = {"reason": reasons.get(status, "")} | said
    return Move(to=OrderStatus(status), by=Party(by), **spoken)  # type: ignore[arg-type]


def walked(*statuses: str) -> Order:
    order = an_order()
    for status in statuses:
        order.move(to(status, "clock" if status == "expired" else "merchant"), NOW)
    return order


def cells() -> Iterator[tuple[str, str, str, str | None, str]]:
    for was, wanted, who in every(STATUSES, STATUSES, PARTIES):
        rows = [row for row in THE_CONTRACT if row[:2] == (was, wanted) and who in row[2].split()]
        stock, name = rows[0][3:] if rows else (None, "")
        yield was, wanted, who, stock, name


def test_the_statuses_and_parties_are_those_of_the_contract() -> None:
    assert [each.value for each in OrderStatus] == STATUSES
    assert {each.value for each in Party} == set(PARTIES)
    assert len(list(cells())) == 9 * 9 * 4


@pytest.mark.parametrize(
    ("was", "wanted", "who", "stock", "name"), [cell for cell in cells() if cell[3] is not None]
)
def test_a_move_of_the_table_happens(
    was: str, wanted: str, who: str, stock: str, name: str
) -> None:
    order = an_order(was)

    happened = order.move(to(wanted, who, note="so it is"), LATER)

    assert order.status == wanted
    assert (type(happened).__name__, happened.stock.value) == (name, stock)
    assert (happened.order_id, happened.merchant_id) == (order.id, order.merchant_id)
    assert (happened.was.value, happened.at) == (was, LATER)
    entry = order.timeline[-1]
    assert len(order.timeline) == 2
    assert (entry.at, entry.status.value, entry.by.value) == (LATER, wanted, who)
    assert entry.note == "so it is"


@pytest.mark.parametrize("who", PARTIES)
@pytest.mark.parametrize("was", STATUSES)
def test_a_move_that_is_not_in_the_table_is_refused_and_leaves_no_trace(was: str, who: str) -> None:
    refusals = [cell for cell in cells() if cell[0] == was and cell[2] == who and cell[3] is None]
    allowed = [row[1] for row in THE_CONTRACT if row[0] == was and who in row[2].split()]

    for _, wanted, *_ in refusals:
        order = an_order(was)
        with pytest.raises(WrongOrderStatus) as refused:
            order.move(to(wanted, who), LATER)

        facts = refused.value.facts
        assert (facts["status"], facts["wanted"]) == (was, wanted)
        assert sorted(facts["allowed"]) == sorted(allowed)  # type: ignore[call-overload]
        assert order == an_order(was)


@pytest.mark.parametrize("who", PARTIES)
@pytest.mark.parametrize("was", STATUSES)
def test_an_order_tells_where_it_may_go(was: str, who: str) -> None:
    allowed = [row[1] for row in THE_CONTRACT if row[0] == was and who in row[2].split()]

    assert sorted(an_order(was).allowed(Party(who), LATER)) == sorted(allowed)


def test_the_table_has_no_line_that_the_contract_has_not() -> None:
    ours = {
        (was.value, wanted.value, " ".join(sorted(rule.by)), rule.stock.value, rule.fact.__name__)
        for (was, wanted), rule in TRANSITIONS.items()
    }

    assert ours == {
        (was, wanted, " ".join(sorted(who.split())), stock, name)
        for was, wanted, who, stock, name in THE_CONTRACT
    }


def test_an_order_is_open_while_somebody_has_to_do_something_about_it() -> None:
    ended = {"delivered", "returned", "cancelled", "expired"}

    assert {each.value for each in OPEN} == set(STATUSES) - ended


# Placing


def test_a_new_order_is_pending_unpaid_and_awaits_confirmation() -> None:
    order = an_order()

    assert order.status is OrderStatus.PENDING
    assert order.payment_status is PaymentStatus.UNPAID
    assert order.confirmation.method is ConfirmationMethod.WHATSAPP
    assert order.confirmation.state is ConfirmationState.AWAITED
    assert order.timeline == (TimelineEntry(at=NOW, status=OrderStatus.PENDING, by=Party.GUEST),)
    assert order.currency == "SAR"


def test_an_order_costs_what_its_lines_cost() -> None:
    order = an_order("pending", a_line(500, 2), a_line(1_250, 3, id=2))

    assert [line.total.minor for line in order.lines] == [1_000, 3_750]
    assert order.total == total_of(order.lines) == Money(4_750, "SAR")


def test_an_order_that_nobody_could_pay_is_refused() -> None:
    dear = a_line(MOST // 2, 1)

    with pytest.raises(AmountTooLarge):
        total_of([dear, dear, a_line(1, 1)])
    with pytest.raises(AmountTooLarge):
        assert a_line(MOST, 10_000).total


def test_an_order_without_lines_is_none() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        replace(an_order(), lines=())


@pytest.mark.parametrize("quantity", [0, -1, 10_001])
def test_a_line_is_of_one_to_ten_thousand_units(quantity: int) -> None:
    with pytest.raises(ValueError, match="units"):
        a_line(quantity=quantity)
    with pytest.raises(BadQuantity):
        parse_quantity(quantity)

    assert parse_quantity(1) == 1
    assert parse_quantity(10_000) == 10_000


def test_a_guest_is_asked_in_one_of_three_ways() -> None:
    assert parse_confirmation_method("link") is ConfirmationMethod.LINK
    with pytest.raises(NotOneOf) as refused:
        parse_confirmation_method("pigeon")

    assert refused.value.facts == {"allowed": ["whatsapp", "phone", "link"]}


# Reasons


@pytest.mark.parametrize("who", ["guest", "merchant", "admin"])
def test_whoever_cancels_says_why(who: str) -> None:
    order = an_order()

    with pytest.raises(ReasonMissing):
        order.move(to("cancelled", who, reason=""), LATER)
    assert order == an_order()
    order.move(to("cancelled", who, reason="found it cheaper"), LATER)

    assert order.timeline[-1].reason == "found it cheaper"


@pytest.mark.parametrize("reason", [each.value for each in DeliveryFailure])
def test_a_delivery_fails_for_one_of_five_reasons(reason: str) -> None:
    order = an_order("shipped")

    order.move(to("delivery_failed", reason=reason), LATER)

    assert order.timeline[-1].reason == reason


@pytest.mark.parametrize("reason", ["", "Refused", "refused ", "the dog", "no_answer,refused"])
def test_a_delivery_fails_for_no_other_reason(reason: str) -> None:
    order = an_order("shipped")

    with pytest.raises(UnknownReason) as refused:
        order.move(to("delivery_failed", reason=reason), LATER)

    assert refused.value.facts == {
        "allowed": ["refused", "no_answer", "wrong_address", "postponed", "damaged"]
    }
    assert order == an_order("shipped")


def test_that_a_move_is_wrong_is_said_before_a_reason_is_asked_for() -> None:
    with pytest.raises(WrongOrderStatus):
        an_order("delivered").move(to("cancelled", reason=""), LATER)
    with pytest.raises(WrongOrderStatus):
        an_order("pending").move(to("delivery_failed", reason="the dog"), LATER)


# Confirmation


@pytest.mark.parametrize("who", ["guest", "merchant"])
def test_a_confirmed_order_says_so(who: str) -> None:
    order = an_order()

    order.move(to("confirmed", who), LATER)

    assert order.confirmation.state is ConfirmationState.CONFIRMED
    assert order.confirmation.method is ConfirmationMethod.WHATSAPP


def test_an_order_that_is_cancelled_before_it_is_confirmed_was_declined() -> None:
    assert walked("cancelled").confirmation.state is ConfirmationState.DECLINED


def test_an_order_that_is_cancelled_later_was_confirmed_all_the_same() -> None:
    assert walked("confirmed", "cancelled").confirmation.state is ConfirmationState.CONFIRMED


def test_a_reopened_order_has_to_be_confirmed_anew() -> None:
    order = walked("confirmed", "cancelled", "pending")

    assert order.confirmation.state is ConfirmationState.AWAITED


# Money


def test_a_delivered_order_is_paid_in_full_where_nothing_else_is_said() -> None:
    order = walked("confirmed", "shipped", "delivered")

    assert order.amount_collected == order.total
    assert order.payment_status is PaymentStatus.COLLECTED


def test_what_was_collected_is_kept_as_it_was_said() -> None:
    order = an_order("shipped")

    order.move(to("delivered", amount_collected=Money(900, "SAR")), LATER)

    assert order.amount_collected == Money(900, "SAR")
    assert order.payment_status is PaymentStatus.COLLECTED


def test_a_parcel_handed_over_for_nothing_is_unpaid() -> None:
    order = an_order("shipped")

    order.move(to("delivered", amount_collected=Money.zero("SAR")), LATER)

    assert order.amount_collected == Money.zero("SAR")
    assert order.payment_status is PaymentStatus.UNPAID


@pytest.mark.parametrize(
    ("was", "wanted"), [row[:2] for row in THE_CONTRACT if "merchant" in row[2]]
)
def test_money_is_collected_at_the_door_and_nowhere_else(was: str, wanted: str) -> None:
    order = an_order(was)
    said = to(wanted, amount_collected=Money(1_000, "SAR"))

    if wanted == "delivered":
        order.move(said, LATER)
        assert order.payment_status is PaymentStatus.COLLECTED
    else:
        with pytest.raises(NothingToCollect):
            order.move(said, LATER)
        assert order == an_order(was)


# Parcels


def test_a_failed_delivery_is_tried_again_three_times_at_most() -> None:
    order = walked("confirmed", "shipped")
    for _ in range(3):
        order.move(to("delivery_failed"), LATER)
        order.move(to("shipped"), LATER)
    order.move(to("delivery_failed"), LATER)

    assert order.retries == 3
    assert order.allowed(Party.MERCHANT, LATER) == (OrderStatus.RETURNED,)
    with pytest.raises(WrongOrderStatus) as refused:
        order.move(to("shipped"), LATER)

    assert refused.value.facts["allowed"] == ["returned"]


def test_a_parcel_leaves_the_shelf_once_however_often_it_is_sent() -> None:
    order = walked("confirmed")

    effects = [
        order.move(to(status), LATER).stock.value
        for status in ("shipped", "delivery_failed", "shipped", "delivery_failed", "returned")
    ]

    assert effects == ["consume", "none", "none", "none", "restock"]


@pytest.mark.parametrize("was", ["shipped", "delivery_failed", "delivered"])
def test_what_comes_back_damaged_does_not_go_back_to_the_shelf(was: str) -> None:
    happened = an_order(was).move(to("returned", restock=False), LATER)

    assert happened.stock.value == "none"


@pytest.mark.parametrize(("was", "wanted", "who", "stock"), [row[:4] for row in THE_CONTRACT])
def test_only_a_return_asks_whether_to_restock(was: str, wanted: str, who: str, stock: str) -> None:
    happened = an_order(was).move(to(wanted, who.split()[0], restock=False), LATER)

    assert happened.stock.value == ("none" if stock == "restock" else stock)


def test_the_courier_is_remembered_until_another_one_is_named() -> None:
    order = walked("confirmed")

    order.move(to("shipped", tracking_number="AX-1", courier="Aramex"), LATER)
    order.move(to("delivery_failed"), LATER)
    assert (order.tracking_number, order.courier) == ("AX-1", "Aramex")
    order.move(to("shipped", tracking_number="SM-2"), LATER)

    assert (order.tracking_number, order.courier) == ("SM-2", "Aramex")


# Reopening


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
def test_an_order_can_be_reopened_for_seven_days(ended: str) -> None:
    order = walked(ended)

    assert order.allowed(Party.MERCHANT, NOW + WEEK) == (OrderStatus.PENDING,)
    order.move(to("pending"), NOW + WEEK)

    assert order.status is OrderStatus.PENDING


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
def test_an_order_cannot_be_reopened_a_moment_later(ended: str) -> None:
    order = walked(ended)

    assert order.allowed(Party.MERCHANT, NOW + WEEK + SECOND) == ()
    with pytest.raises(WrongOrderStatus) as refused:
        order.move(to("pending"), NOW + WEEK + SECOND)

    assert refused.value.facts["allowed"] == []


def test_the_seven_days_count_from_the_end_and_not_from_the_beginning() -> None:
    order = an_order()
    order.move(to("cancelled"), NOW + 2 * WEEK)

    order.move(to("pending"), NOW + 3 * WEEK)

    assert order.status is OrderStatus.PENDING


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
def test_an_order_that_ever_shipped_is_never_reopened(ended: str) -> None:
    """Its units have left the shelf: reserving them again would promise them twice."""
    for was, wanted in TRANSITIONS:
        if was in (OrderStatus.SHIPPED, OrderStatus.DELIVERY_FAILED, OrderStatus.DELIVERED):
            assert wanted != ended


# The books


def test_the_timeline_tells_the_whole_story() -> None:
    order = walked("cancelled", "pending", "confirmed", "preparing", "shipped", "delivered")

    assert [entry.status.value for entry in order.timeline] == [
        "pending",
        "cancelled",
        "pending",
        "confirmed",
        "preparing",
        "shipped",
        "delivered",
    ]


def test_prices_and_lines_stay_as_they_were_through_every_move() -> None:
    before, order = an_order(), an_order()

    for status in ("confirmed", "preparing", "shipped", "delivered", "returned"):
        order.move(to(status), LATER)

    assert (order.lines, order.total, order.number) == (before.lines, before.total, before.number)
