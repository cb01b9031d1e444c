"""The contracts of the other neighbours, against memory."""

import pytest

from marketplace.adapters.memory.neighbours import (
    FrozenClock,
    MemoryAccessTokens,
    MemoryImageProcessor,
    MemoryImageStore,
    MemoryMailer,
    MemoryPasswordHasher,
    SequentialIds,
)

from .contracts.access_tokens import AccessTokensContract
from .contracts.clock_ids import ClockContract, IdsContract
from .contracts.image_processor import ImageProcessorContract
from .contracts.image_store import ImageStoreContract
from .contracts.mailer import Arrivals, Arrived, MailerContract
from .contracts.passwords import PasswordHasherContract


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer()

    @pytest.fixture
    def arrived(self, mailer: MemoryMailer) -> Arrivals:
        return lambda: [Arrived.as_written(each) for each in mailer.sent]


class TestMemoryImageStore(ImageStoreContract):
    @pytest.fixture
    def images(self) -> MemoryImageStore:
        return MemoryImageStore()


class TestMemoryImageProcessor(ImageProcessorContract):
    @pytest.fixture
    def processor(self) -> MemoryImageProcessor:
        return MemoryImageProcessor()


class TestMemoryPasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def passwords(self) -> MemoryPasswordHasher:
        return MemoryPasswordHasher()

    @pytest.fixture
    def earlier(self) -> MemoryPasswordHasher:
        return MemoryPasswordHasher(salt_bytes=4)


class TestMemoryAccessTokens(AccessTokensContract):
    @pytest.fixture
    def tokens(self) -> MemoryAccessTokens:
        return MemoryAccessTokens()


class TestFrozenClock(ClockContract):
    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()


class TestSequentialIds(IdsContract):
    @pytest.fixture
    def ids(self) -> SequentialIds:
        return SequentialIds()
