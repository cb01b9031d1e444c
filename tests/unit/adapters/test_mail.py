"""Letters in their envelopes, and the mailers that put them where a developer looks."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest

from marketplace.adapters.mail import parse_sender, sealed
from marketplace.adapters.mail.mailboxes import ConsoleMailer, FolderMailer
from marketplace.application.ports import Letter, MailRefused
from marketplace.domain.accounts import EmailAddress

from ..contracts.mailer import ARABIC, ENGLISH, Arrivals, Arrived, MailerContract

SENDER = "سوق <no-reply@souq.example>"


def opened(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def carried(letter: Letter) -> EmailMessage:
    """The message as it is read at the other end."""
    return opened(sealed(letter, parse_sender(SENDER)).as_bytes())


class TestFolderMailer(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> FolderMailer:
        return FolderMailer(tmp_path / "mail", SENDER)

    @pytest.fixture
    def arrived(self, tmp_path: Path) -> Arrivals:
        return lambda: [
            Arrived.of(opened(file.read_bytes())) for file in (tmp_path / "mail").iterdir()
        ]

    async def test_a_file_is_named_for_its_letter(
        self, mailer: FolderMailer, tmp_path: Path
    ) -> None:
        await mailer.send(ENGLISH)

        assert [file.name for file in (tmp_path / "mail").iterdir()] == [f"{ENGLISH.id}.eml"]


async def test_the_console_shows_who_gets_what() -> None:
    out = StringIO()

    await ConsoleMailer(SENDER, out).send(ARABIC)

    assert "To: ada@example.org\n" in out.getvalue()
    assert f"Subject: {ARABIC.subject}\n" in out.getvalue()
    assert ARABIC.text in out.getvalue()


async def test_the_console_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleMailer(SENDER).send(ENGLISH)

    assert ENGLISH.text in capsys.readouterr().out


def test_a_letter_says_who_sends_it_when_and_in_which_language() -> None:
    message = carried(ARABIC)

    assert message["From"].addresses[0] == Address("سوق", addr_spec="no-reply@souq.example")
    assert message["Date"].datetime.utcoffset().total_seconds() == 0
    assert message["Content-Language"] == "ar"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


def test_the_same_letter_has_the_same_message_id_of_our_own_domain() -> None:
    assert carried(ARABIC)["Message-ID"] == f"<{ARABIC.id}@souq.example>"
    assert carried(ARABIC)["Message-ID"] == carried(ARABIC)["Message-ID"]
    assert carried(ARABIC)["Message-ID"] != carried(ENGLISH)["Message-ID"]


def test_every_server_on_the_way_can_carry_a_letter() -> None:
    long = replace(ARABIC, text="كلمة " * 5000, html="<p>" + "كلمة " * 5000)

    content = sealed(long, parse_sender(SENDER)).as_bytes()

    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert Arrived.of(opened(content)).text == long.text.rstrip() + " \n"


@pytest.mark.parametrize(
    "subject",
    [
        "Hello\r\nBcc: eve@example.org",
        "Hello\nBcc: eve@example.org",
        "Hello\rBcc: eve@example.org",
        "Hello\r\n\r\n<script>",
        "Hello\u2028Bcc: eve@example.org",
        "Hello\x0bBcc: eve@example.org",
        "=?utf-8?q?Hello=0D=0ABcc:_eve@example.org?=",
        "=?utf-8?b?SGVsbG8NCkJjYzogZXZlQGV4YW1wbGUub3Jn?=",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3FHello=0D=0ABcc:_eve=3F=3D?=",
        "مرحبًا " * 30 + "\r\nBcc: eve@example.org",
        "x" * 2000 + "\nBcc: eve@example.org",
    ],
)
def test_no_subject_brings_a_header_of_its_own(subject: str) -> None:
    message = carried(replace(ARABIC, subject=subject))

    assert sorted(message.keys()) == sorted(carried(ARABIC).keys())
    assert message["Bcc"] is None
    assert len(message["Subject"].splitlines()) == 1
    assert Arrived.of(message).text == ARABIC.text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "ada@example.org, eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nRCPT TO:<eve@example.org>",
        "Ada <ada@example.org>",
        "=?utf-8?q?ada?=@example.org\x00",
        "ada@exämple.org",
        "ada@[127.0.0.1]",
        '"a b"@example.org',
        "@example.org",
        "x" * 65 + "@example.org",
    ],
)
def test_a_letter_to_no_single_mailbox_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        sealed(replace(ARABIC, to=EmailAddress(address)), parse_sender(SENDER))


@pytest.mark.parametrize(
    "address", [".ada@example.org", "a..b@example.org", "ada.@example.org", "o'x@e.co"]
)
def test_an_address_of_an_odd_form_arrives_whole_or_is_refused(address: str) -> None:
    try:
        message = carried(replace(ARABIC, to=EmailAddress(address)))
    except MailRefused:
        return

    assert message["To"] == address


@pytest.mark.parametrize("sender", ["", "Souq", "Souq <souq>", '"Souq\r\nBcc: x" <a@b.example>'])
def test_a_sender_that_is_none_stops_the_start(sender: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        parse_sender(sender)
