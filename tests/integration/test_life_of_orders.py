"""The life of many orders, with PostgreSQL for a memory."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from marketplace.adapters.memory.neighbours import MemoryBell, SequentialIds
from marketplace.adapters.postgres.pool import make_pool
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.adapters.postgres.views import PostgresViews
from marketplace.application.marketplace import Marketplace
from tests.unit.life_of_orders import LifeOfOrders
from tests.unit.world import World

from .conftest import EMPTY, administer


def test_whatever_people_do_the_books_are_right(database_url: str) -> None:
    @contextmanager
    def in_postgres(runner: asyncio.Runner) -> Iterator[World]:
        administer(database_url, EMPTY)
        pool = make_pool(database_url)
        runner.run(pool.open())
        world, ids = World(), SequentialIds()
        world.ports = replace(
            world.ports,
            begin=lambda: PostgresUnitOfWork(pool, ids, MemoryBell(), world.watch),
            views=PostgresViews(pool),
        )
        world.marketplace = Marketplace(world.ports)
        try:
            yield world
        finally:
            runner.run(pool.close())

    class InPostgres(LifeOfOrders):
        def a_world(self, runner: asyncio.Runner) -> AbstractContextManager[World]:
            return in_postgres(runner)

    few = settings(
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )

    run_state_machine_as_test(InPostgres, settings=few)
