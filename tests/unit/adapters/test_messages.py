"""Ways to guests: by mail, into a folder, and one after the other."""

import logging
import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from marketplace.adapters.memory.neighbours import MemoryMailer, MemoryMessenger
from marketplace.adapters.messages import FirstMessenger, MailMessenger
from marketplace.adapters.messages.mailboxes import ConsoleMessenger, FolderMessenger
from marketplace.application.ports import (
    Letter,
    Mailer,
    MailRefused,
    MailUnavailable,
    Message,
    MessageRefused,
    MessageUnavailable,
    Messenger,
)
from marketplace.domain.errors import MarketplaceError

from ..contracts.messenger import LINK, SHIPPED, SOUGHT, Arrivals, MessengerContract

NO_MAILBOX = replace(SHIPPED, email=None)


class TestMemoryMessenger(MessengerContract):
    @pytest.fixture
    def messenger(self) -> MemoryMessenger:
        return MemoryMessenger()

    @pytest.fixture
    def arrived(self, messenger: MemoryMessenger) -> Arrivals:
        return lambda: [each.facts["link"] for each in messenger.sent]


class TestMailMessenger(MessengerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer()

    @pytest.fixture
    def messenger(self, mailer: MemoryMailer) -> MailMessenger:
        return MailMessenger(mailer)

    @pytest.fixture
    def arrived(self, mailer: MemoryMailer) -> Arrivals:
        return lambda: [LINK for each in mailer.sent if LINK in each.text]

    async def test_it_is_a_letter_of_the_same_id_to_the_mailbox(
        self, messenger: MailMessenger, mailer: MemoryMailer
    ) -> None:
        await messenger.send(SHIPPED)

        [letter] = mailer.sent
        assert (letter.id, letter.to, letter.locale) == (SHIPPED.id, SHIPPED.email, SHIPPED.locale)
        assert (letter.subject, letter.text) == (SHIPPED.wording.title, SHIPPED.wording.text)

    async def test_whoever_gave_no_mailbox_is_not_reached(self, messenger: MailMessenger) -> None:
        assert messenger.reaches(SHIPPED)
        assert not messenger.reaches(NO_MAILBOX)
        with pytest.raises(MessageRefused, match="MESSAGES_URL"):
            await messenger.send(NO_MAILBOX)


class TestFolderMessenger(MessengerContract):
    @pytest.fixture
    def messenger(self, tmp_path: Path) -> FolderMessenger:
        return FolderMessenger(tmp_path / "messages")

    @pytest.fixture
    def arrived(self, tmp_path: Path) -> Arrivals:
        return lambda: [
            LINK for file in (tmp_path / "messages").iterdir() if LINK in file.read_text()
        ]

    async def test_the_log_says_who_waits_and_where_but_not_the_link(
        self, messenger: FolderMessenger, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            await messenger.send(SOUGHT)

        assert "+9665••••••67" in caplog.text
        assert f"{SOUGHT.id}.txt" in caplog.text
        assert "MESSAGES_URL" in caplog.text
        assert not messenger.reaches(SOUGHT)
        for secret in (SOUGHT.phone, "abc-DEF_123"):
            assert secret not in caplog.text


async def test_the_console_shows_who_gets_what() -> None:
    out = StringIO()

    await ConsoleMessenger(out).send(SHIPPED)

    assert out.getvalue().startswith("To: +966501234567\nSubject: طلبك في الطريق\n\nشُحن طلبك.")


async def test_the_console_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleMessenger().send(SOUGHT)

    assert LINK in capsys.readouterr().out


class Refusing(Messenger):
    """Reaches everybody, and takes nothing."""

    def __init__(self, error: MarketplaceError) -> None:
        self.error = error
        self.tried = 0

    def reaches(self, message: Message, /) -> bool:
        return True

    async def send(self, message: Message, /) -> None:
        self.tried += 1
        raise self.error


class BrokenMailer(Mailer):
    def __init__(self, error: MarketplaceError) -> None:
        self.error = error

    async def send(self, letter: Letter, /) -> None:
        raise self.error


async def test_what_one_way_refuses_for_good_goes_the_next() -> None:
    second = MemoryMessenger()

    await FirstMessenger(Refusing(MessageRefused(code=131026)), second).send(SHIPPED)

    assert second.sent == [SHIPPED]


async def test_what_one_way_cannot_bring_now_waits_for_it() -> None:
    """Or else a guest would have it twice."""
    second = MemoryMessenger()

    with pytest.raises(MessageUnavailable):
        await FirstMessenger(Refusing(MessageUnavailable()), second).send(SHIPPED)

    assert second.sent == []


async def test_what_no_way_brings_goes_the_last_one(tmp_path: Path) -> None:
    mailer = MemoryMailer()
    both = FirstMessenger(MailMessenger(mailer), FolderMessenger(tmp_path))

    await both.send(SHIPPED)
    await both.send(replace(SOUGHT, email=None))

    assert [each.id for each in mailer.sent] == [SHIPPED.id]
    assert os.listdir(tmp_path) == [f"{SOUGHT.id}.txt"]  # noqa: PTH208
    assert both.reaches(SHIPPED)
    assert not both.reaches(NO_MAILBOX)


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (MailRefused(code=550), MessageRefused),
        (MailUnavailable(retry_after=60), MessageUnavailable),
    ],
)
async def test_what_the_post_office_says_is_said_of_the_message(
    error: MarketplaceError, meant: type[MarketplaceError]
) -> None:
    with pytest.raises(meant) as refused:
        await MailMessenger(BrokenMailer(error)).send(SHIPPED)

    assert refused.value.facts == error.facts
