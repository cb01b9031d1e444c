"""The contracts of the other neighbours, against memory."""

from datetime import timedelta

import pytest

from marketplace.adapters.memory.neighbours import (
    FrozenClock,
    MemoryAccessTokens,
    MemoryImageProcessor,
    MemoryImageStore,
    MemoryMailer,
    MemoryPasswordHasher,
    MemorySealing,
    MemoryThrottle,
    MemoryWebhookSender,
    SequentialIds,
)
from marketplace.application.ports import Window

from .contracts.access_tokens import AccessTokensContract
from .contracts.clock_ids import ClockContract, IdsContract
from .contracts.image_processor import ImageProcessorContract
from .contracts.image_store import ImageStoreContract
from .contracts.mailer import Arrivals, Arrived, MailerContract
from .contracts.passwords import PasswordHasherContract
from .contracts.sealing import SealingContract
from .contracts.throttle import LetPass, ThrottleContract, admitted
from .contracts.webhook_sender import WebhookSenderContract


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


class TestMemorySealing(SealingContract):
    @pytest.fixture
    def sealing(self) -> MemorySealing:
        return MemorySealing()


class TestMemoryThrottle(ThrottleContract):
    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def throttle(self, clock: FrozenClock) -> MemoryThrottle:
        return MemoryThrottle(clock)

    @pytest.fixture
    def let_pass(self, clock: FrozenClock) -> LetPass:
        async def let_pass(seconds: int) -> None:
            clock.pass_(timedelta(seconds=seconds))

        return let_pass

    async def test_a_window_moves_with_the_time(
        self, throttle: MemoryThrottle, clock: FrozenClock
    ) -> None:
        window = Window("key", 2, 60)
        await throttle.admit([window])
        clock.pass_(timedelta(seconds=40))
        await throttle.admit([window])
        clock.pass_(timedelta(seconds=20))

        assert [await admitted(throttle, window) for _ in range(2)] == [True, False]

    async def test_made_up_names_do_not_fill_the_memory(
        self, throttle: MemoryThrottle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(MemoryThrottle, "ROOM", 3)
        used = Window("used", 2, 60)
        for name in "abcdefg":
            await admitted(throttle, used, Window(name, 1, 60))
            await throttle.remember(name, 60)

        assert not await admitted(throttle, used)
        assert [name for name in "abcdefg" if await throttle.remembers(name)] == ["e", "f", "g"]


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


class TestMemoryWebhookSender(WebhookSenderContract):
    @pytest.fixture
    def sender(self) -> MemoryWebhookSender:
        return MemoryWebhookSender()

    @pytest.fixture
    def loopback_sender(self) -> MemoryWebhookSender:
        return MemoryWebhookSender(loopback=True)
