"""Whatever valid walk many orders take, no unit is promised twice and none gets lost."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from marketplace.domain.merchants import MerchantId
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    ConfirmationMethod,
    Customer,
    DeliveryFailure,
    Move,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Party,
    StockEffect,
)
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import ProductId
from marketplace.domain.variants import Variant, VariantId

PROMISED = {OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING}
AWAY = {OrderStatus.SHIPPED, OrderStatus.DELIVERY_FAILED, OrderStatus.DELIVERED}


class StockOfOrders(RuleBasedStateMachine):
    """One shelf, many orders, and a second book that is kept by counting orders."""

    orders = Bundle("orders")

    @initialize(units=st.integers(0, 12))
    def fill_the_shelf(self, units: int) -> None:
        self.at = datetime(2030, 1, 1, 12, tzinfo=UTC)
        self.variant = Variant(
            id=VariantId(UUID(int=1)), price=Money(500, "SAR"), on_hand=units, reserved=0
        )
        self.bought, self.damaged = units, 0
        self.all: list[Order] = []

    @rule(target=orders, quantity=st.integers(1, 5))
    @precondition(lambda self: self.variant.available)
    def place(self, quantity: int) -> object:
        if quantity > self.variant.available:
            return multiple()
        self.variant.reserve(quantity)
        line = OrderLine(
            product_id=ProductId(UUID(int=1)),
            variant_id=self.variant.id,
            title="Lamp",
            sku="",
            unit_price=self.variant.price,
            quantity=quantity,
        )
        order, _ = Order.place(
            id=OrderId(UUID(int=len(self.all))),
            merchant_id=MerchantId(UUID(int=2)),
            number=1001 + len(self.all),
            customer=Customer(name="S", phone=PhoneNumber("+966501234567"), address="R"),
            method=ConfirmationMethod.PHONE,
            note="",
            lines=[line],
            confirm_within=timedelta(minutes=1),
            tracking_hash=b"",
            at=self.at,
        )
        self.all.append(order)
        return order

    @rule(order=orders, by=st.sampled_from(Party), restock=st.booleans(), data=st.data())
    def move(self, order: Order, by: Party, restock: bool, data: st.DataObject) -> None:
        allowed = order.allowed(by, self.at)
        if not allowed:
            return
        wanted = data.draw(st.sampled_from(allowed))
        [line] = order.lines
        if wanted is OrderStatus.PENDING and line.quantity > self.variant.available:
            return
        happened = order.move(
            Move(to=wanted, by=by, reason=DeliveryFailure.DAMAGED, restock=restock), self.at
        )
        if happened.stock is not StockEffect.NONE:
            getattr(self.variant, happened.stock)(line.quantity)
        if wanted is OrderStatus.RETURNED and not restock:
            self.damaged += line.quantity

    @rule(available=st.integers(0, 12))
    def count(self, available: int) -> None:
        self.bought += available - self.variant.available
        self.variant.count(available)

    @rule(order=consumes(orders))
    def forget(self, order: Order) -> None:
        """Nobody touches this order any more; its units still count."""

    @rule(days=st.integers(0, 8))
    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    @invariant()
    def every_unit_is_promised_once_at_most(self) -> None:
        promised = sum(each.lines[0].quantity for each in self.all if each.status in PROMISED)

        assert 0 <= self.variant.reserved == promised <= self.variant.on_hand

    @invariant()
    def no_unit_gets_lost(self) -> None:
        away = sum(each.lines[0].quantity for each in self.all if each.status in AWAY)

        assert self.variant.on_hand + away + self.damaged == self.bought

    @invariant()
    def the_timeline_ends_where_the_order_is(self) -> None:
        assert all(each.timeline[-1].status is each.status for each in self.all)
        assert all(each.retries <= 3 for each in self.all)


TestStockOfOrders = StockOfOrders.TestCase
TestStockOfOrders.settings = settings(max_examples=40, stateful_step_count=30)
