"""Every contract of the unit of work, against memory."""

import pytest

from marketplace.adapters.memory.neighbours import MemoryBell, SequentialIds
from marketplace.adapters.memory.store import MemoryStore
from marketplace.adapters.memory.unit_of_work import MemoryUnitOfWork
from marketplace.adapters.memory.views import MemoryViews
from marketplace.application.ports import BeginUnitOfWork, Views
from marketplace.application.watching import StoreWatch

from .contracts.answers import AnswersContract
from .contracts.background import BackgroundContract
from .contracts.inboxes import InboxesContract
from .contracts.outbox import OutboxContract
from .contracts.ticks import TicksContract
from .contracts.unit_of_work import UnitOfWorkContract
from .contracts.views import ViewsContract
from .contracts.webhooks import WebhooksContract
from .world import World


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def bell() -> MemoryBell:
    return MemoryBell()


@pytest.fixture
def begin(store: MemoryStore, bell: MemoryBell) -> BeginUnitOfWork:
    ids = SequentialIds()
    return lambda: MemoryUnitOfWork(store, ids, bell, StoreWatch(alone=True))


@pytest.fixture
def views(store: MemoryStore) -> Views:
    return MemoryViews(store)


class TestMemoryUnitOfWork(UnitOfWorkContract):
    pass


class TestMemoryOutbox(OutboxContract):
    pass


class TestMemoryTicks(TicksContract):
    pass


class TestMemoryViews(ViewsContract):
    pass


class TestMemoryBackground(BackgroundContract):
    pass


class TestMemoryAnswers(AnswersContract):
    pass


@pytest.fixture
def world() -> World:
    return World()


class TestMemoryInboxes(InboxesContract):
    pass


class TestMemoryWebhooks(WebhooksContract):
    pass
