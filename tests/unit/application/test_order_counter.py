"""Orders at the same moment, in memory."""

import pytest

from tests.unit.contracts.order_counter import OrderCounterContract
from tests.unit.world import World


class TestOrderCounter(OrderCounterContract):
    @pytest.fixture
    def world(self) -> World:
        return World()
