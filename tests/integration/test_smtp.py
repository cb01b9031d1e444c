"""Letters through a real SMTP server, and through one that says no."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from marketplace.adapters.mail.smtp import SmtpMailer
from marketplace.application.ports import MailRefused, MailUnavailable
from marketplace.domain.accounts import EmailAddress

from ..unit.contracts.mailer import ARABIC, ENGLISH, Arrivals, Arrived, MailerContract

SENDER = "سوق <no-reply@souq.example>"


class PostOffice:
    """Takes letters, unless it was told what to say instead, command by command."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.says: dict[str, str] = {}

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.says:
            return self.says["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.says:
            return self.says["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if "DATA" in self.says:
            return self.says["DATA"]
        self.envelopes.append(envelope)
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        """One for each Message-ID, as a mail program shows them."""
        read = [
            message_from_bytes(cast(bytes, each.content), policy=policy.default)
            for each in self.envelopes
        ]
        return list({message["Message-ID"]: message for message in read}.values())


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def port(office: PostOffice) -> Iterator[int]:
    controller = Controller(office, hostname="127.0.0.1", port=a_free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def mailer(port: int) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER)


class TestSmtpMailer(MailerContract):
    @pytest.fixture
    def arrived(self, office: PostOffice) -> Arrivals:
        return lambda: [Arrived.of(message) for message in office.messages()]

    async def test_the_envelope_bears_the_bare_addresses(
        self, mailer: SmtpMailer, office: PostOffice
    ) -> None:
        await mailer.send(ARABIC)

        [envelope] = office.envelopes
        assert (envelope.mail_from, envelope.rcpt_tos) == (
            "no-reply@souq.example",
            ["ada@example.org"],
        )
        assert isinstance(envelope.content, bytes)
        assert envelope.content.isascii()

    async def test_a_letter_sent_again_has_the_same_message_id(
        self, mailer: SmtpMailer, office: PostOffice
    ) -> None:
        await mailer.send(ARABIC)
        await mailer.send(ARABIC)

        assert len(office.envelopes) == 2
        assert [each["Message-ID"] for each in office.messages()] == [f"<{ARABIC.id}@souq.example>"]

    @pytest.mark.parametrize(
        ("command", "said", "code", "reason"),
        [
            ("RCPT", "550 5.1.1 <ada@example.org>: no such mailbox", 550, "5.1.1"),
            ("RCPT", "553 no such domain", 553, ""),
            ("DATA", "554 5.7.1 this is spam", 554, "5.7.1"),
        ],
    )
    async def test_what_the_server_refuses_for_good_is_refused(
        self,
        mailer: SmtpMailer,
        office: PostOffice,
        command: str,
        said: str,
        code: int,
        reason: str,
    ) -> None:
        office.says[command] = said

        with pytest.raises(MailRefused) as refused:
            await mailer.send(ARABIC)

        assert refused.value.facts == {"code": code, "reason": reason}
        assert "ada" not in str(refused.value)

    @pytest.mark.parametrize(
        ("command", "said"),
        [
            ("RCPT", "451 4.7.1 greylisted, try again later"),
            ("RCPT", "452 mailbox full"),
            ("DATA", "451 4.3.0 local error"),
            ("DATA", "421 4.3.2 shutting down"),
            ("MAIL", "451 busy"),
            ("MAIL", "550 5.7.1 this sender is not yours"),
            ("RCPT", "554 5.7.1 relay access denied"),
        ],
    )
    async def test_what_may_pass_is_tried_again(
        self, mailer: SmtpMailer, office: PostOffice, command: str, said: str
    ) -> None:
        office.says[command] = said

        with pytest.raises(MailUnavailable) as unavailable:
            await mailer.send(ARABIC)

        assert unavailable.value.facts["retry_after"] == 60
        office.says.clear()
        await mailer.send(ARABIC)
        assert len(office.envelopes) == 1

    async def test_a_bad_address_does_not_even_reach_the_server(
        self, mailer: SmtpMailer, office: PostOffice
    ) -> None:
        address = EmailAddress("ada@example.org>\r\nRCPT TO:<eve@example.org")

        with pytest.raises(MailRefused):
            await mailer.send(replace(ARABIC, to=address))

        assert office.envelopes == []

    @pytest.mark.parametrize(
        "change",
        [
            {"subject": "Hello\r\nBcc: eve@example.org\r\n\r\nbody"},
            {"subject": "=?utf-8?q?Hello=0D=0ABcc:_eve@example.org?="},
            {"text": ".\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<eve@example.org>\r\nDATA\r\n.\r\n"},
            {"text": "a\n.\nb\n..\nc", "html": "\n.\n"},
            {"text": "a\r.\r\nb\n.\r\nc\r\r\n.\r\n"},
        ],
        ids=repr,
    )
    async def test_no_letter_smuggles_another_one(
        self, mailer: SmtpMailer, office: PostOffice, change: dict[str, str]
    ) -> None:
        await mailer.send(replace(ARABIC, **change))  # type: ignore[arg-type]

        [envelope], [message] = office.envelopes, office.messages()
        assert envelope.rcpt_tos == ["ada@example.org"]
        assert message["Bcc"] is None

    async def test_many_letters_go_at_the_same_time(
        self, mailer: SmtpMailer, office: PostOffice
    ) -> None:
        letters = [replace(ENGLISH, subject=f"Letter {number}") for number in range(20)]

        await asyncio.gather(*(mailer.send(each) for each in letters))

        assert len(office.envelopes) == 20


async def test_a_connection_is_used_again_while_it_stands(serve: "Serve") -> None:
    script = Script(NOOP=b"250 here")
    mailer = SmtpMailer(f"smtp://127.0.0.1:{await serve(script)}", SENDER, kept_for=60)

    for letter in (ARABIC, ENGLISH, ARABIC):
        await mailer.send(letter)
    await mailer.close()

    await asyncio.wait_for(script.finished.wait(), 5)
    assert (script.heard.count("EHLO"), script.heard.count("content")) == (1, 3)
    assert script.heard[-1] == "QUIT"


@pytest.mark.parametrize("said", [b"421 too long idle", b"leave"])
async def test_a_connection_that_stands_no_more_costs_no_letter(
    serve: "Serve", said: bytes
) -> None:
    script = Script(NOOP=said)
    mailer = SmtpMailer(f"smtp://127.0.0.1:{await serve(script)}", SENDER, kept_for=60)

    for letter in (ARABIC, ENGLISH):
        await mailer.send(letter)
    await mailer.close()

    assert (script.heard.count("EHLO"), script.heard.count("content")) == (2, 2)


async def test_a_connection_that_nobody_uses_is_hung_up(serve: "Serve") -> None:
    script = Script()
    mailer = SmtpMailer(f"smtp://127.0.0.1:{await serve(script)}", SENDER, kept_for=0.01)

    await mailer.send(ARABIC)

    await asyncio.wait_for(script.finished.wait(), 5)
    assert "NOOP" not in script.heard


async def test_a_refusal_ends_the_connection_and_not_the_mail(serve: "Serve") -> None:
    script = Script(RCPT=b"550 5.1.1 no such mailbox")
    mailer = SmtpMailer(f"smtp://127.0.0.1:{await serve(script)}", SENDER, kept_for=60)
    with pytest.raises(MailRefused):
        await mailer.send(ARABIC)

    script.says["RCPT"] = b"250 OK"
    await mailer.send(ENGLISH)
    await mailer.close()

    assert (script.heard.count("EHLO"), script.heard.count("content")) == (2, 1)


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{a_free_port()}", SENDER)

    with pytest.raises(MailUnavailable):
        await mailer.send(ARABIC)


class Script:
    """A server that follows a script: what it says to each command, or silence, or it leaves."""

    SILENCE, LEAVE = b"", b"leave"

    def __init__(self, **changed: bytes) -> None:
        self.says = {
            "greeting": b"220 ready",
            "EHLO": b"250 souq",
            "MAIL": b"250 OK",
            "RCPT": b"250 OK",
            "DATA": b"354 go on",
            "content": b"250 taken",
            "QUIT": b"221 bye",
        } | changed
        self.heard: list[str] = []
        self.finished = asyncio.Event()

    async def follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = "greeting"
        try:
            while command:
                said = self.says.get(command, b"502 what?")
                if said == self.LEAVE:
                    return
                if said:
                    writer.write(said + b"\r\n")
                ending = b"\r\n.\r\n" if command == "DATA" else b"\r\n"
                line = (await reader.readuntil(ending)).decode()
                command = "content" if command == "DATA" else line[:4].upper()
                self.heard.append(command)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.finished.set()


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Script], Awaitable[int]]]:
    """Lets a server follow a script; tells its port."""
    servers: list[asyncio.Server] = []

    async def start(script: Script) -> int:
        server = await asyncio.start_server(script.follow, "127.0.0.1", 0)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


Serve = Callable[[Script], Awaitable[int]]


@pytest.mark.parametrize("where", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "content"])
async def test_a_server_that_falls_silent_is_given_up(serve: Serve, where: str) -> None:
    script = Script(**{where: Script.SILENCE})
    mailer = SmtpMailer(f"smtp://127.0.0.1:{await serve(script)}", SENDER, patience=0.2)

    with pytest.raises(MailUnavailable):
        await mailer.send(ARABIC)

    await asyncio.wait_for(script.finished.wait(), 5)


@pytest.mark.parametrize("where", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "content"])
async def test_a_server_that_leaves_is_tried_again(serve: Serve, where: str) -> None:
    port = await serve(Script(**{where: Script.LEAVE}))

    with pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(ARABIC)


async def test_a_server_that_speaks_something_else_is_tried_again(serve: Serve) -> None:
    port = await serve(Script(greeting=b"HTTP/1.1 400 Bad Request"))

    with pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(ARABIC)


@pytest.mark.parametrize("farewell", [Script.SILENCE, Script.LEAVE, b"500 what?"])
async def test_a_letter_is_sent_once_the_server_has_taken_it(serve: Serve, farewell: bytes) -> None:
    script = Script(QUIT=farewell)

    await SmtpMailer(f"smtp://127.0.0.1:{await serve(script)}", SENDER).send(ARABIC)

    assert "content" in script.heard


async def test_a_password_is_not_told_to_a_server_that_cannot_keep_it(serve: Serve) -> None:
    script = Script(EHLO=b"250-souq\r\n250 AUTH PLAIN LOGIN")
    port = await serve(script)

    with pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://ada:secret@127.0.0.1:{port}", SENDER).send(ARABIC)

    assert "AUTH" not in script.heard


async def test_a_user_signs_in_with_the_password_of_the_url(office: PostOffice) -> None:
    seen: list[LoginPassword] = []

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        seen.append(data)
        return AuthResult(success=data.password == b"s/e:c@ret", handled=False)

    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=a_free_port(),
        authenticator=authenticate,
        auth_require_tls=False,
    )
    controller.start()
    try:
        at = f"127.0.0.1:{controller.port}?starttls=never"
        await SmtpMailer(f"smtp://ada%40x:{quote('s/e:c@ret', safe='')}@{at}", SENDER).send(ARABIC)
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://ada:wrong@{at}", SENDER).send(ARABIC)
    finally:
        controller.stop()

    assert seen[0].login == b"ada@x"
    assert len(office.envelopes) == 1


@pytest.fixture
def certified(tmp_path: Path) -> ssl.SSLContext:
    """The identity of a server that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_letter_goes_encrypted_only_to_the_server_it_is_meant_for(
    office: PostOffice, certified: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=a_free_port(),
        tls_context=certified,
        require_starttls=True,
    )
    controller.start()
    mailer = SmtpMailer(f"smtp://127.0.0.1:{controller.port}?starttls=required", SENDER)
    try:
        with pytest.raises(MailUnavailable):
            await mailer.send(ARABIC)
        assert office.envelopes == []

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        await mailer.send(ARABIC)
    finally:
        controller.stop()

    assert len(office.envelopes) == 1


@pytest.mark.parametrize(
    "url",
    ["", "http://mail.example", "smtp://", "mail.example:25", "smtp://mail.example?starttls=maybe"],
)
def test_an_url_of_no_mail_server_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"smtp|starttls"):
        SmtpMailer(url, SENDER)


def test_a_mailer_does_not_show_its_password() -> None:
    assert "secret" not in repr(SmtpMailer("smtp://ada:secret@mail.example", SENDER))
