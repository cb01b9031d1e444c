"""Calls that really go out: to receivers on this machine, some of whom mean no good."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook

from marketplace.adapters.webhooks import MOST_BYTES, SHOWN, HttpWebhookSender
from marketplace.domain.webhooks import (
    Failure,
    HostNotAllowed,
    new_secret,
    parse_webhook_url,
    signed_headers,
)
from marketplace.domain.webhooks.addresses import Address

from ..unit.contracts.webhook_sender import WebhookSenderContract

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NAME = "erp.example"


@dataclass
class Receiver:
    """Somebody's program: it keeps what it is sent, and says what it was told to say."""

    port: int = 0
    says: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthanks"
    then: Talk | None = None
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                line.partition(":")[0].lower(): line.partition(":")[2].strip()
                for line in head[1:-2]
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.heard.append((headers | {":request": head[0]}, body))
            writer.write(self.says)
            await writer.drain()
            if self.then is not None:
                await self.then(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@dataclass
class Authority:
    """Signs certificates that only those trust who were told to."""

    folder: Path
    trusted: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority for tests")])
        self.name = name
        self.certificate = self._signed(name, self.key.public_key(), is_authority=True)
        self.trusted = ssl.create_default_context(
            cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        )

    def context_for(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        certificate = self._signed(subject, key.public_key(), is_authority=False, host=host)
        file = self.folder / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        is_authority: bool,
        host: str = "",
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if host:
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


class Names:
    """What a name means; it can mean something else the next time it is asked for."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        return [ip_address(each) for each in answer]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def receiver(authority: Authority) -> AsyncIterator[Receiver]:
    """``https://erp.example``, on this machine."""
    receiver = Receiver()
    tls = authority.context_for(NAME)
    server = await asyncio.start_server(receiver, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


def calling(authority: Authority, names: Names, patience: float = 10.0) -> HttpWebhookSender:
    return HttpWebhookSender(loopback=True, tls=authority.trusted, resolve=names, patience=patience)


class TestHttpWebhookSender(WebhookSenderContract):
    @pytest.fixture
    def sender(self) -> HttpWebhookSender:
        return HttpWebhookSender()

    @pytest.fixture
    def loopback_sender(self) -> HttpWebhookSender:
        return HttpWebhookSender(loopback=True)

    async def test_a_name_of_our_own_is_neither_taken_nor_called(self) -> None:
        sender = HttpWebhookSender()
        for host in ("localhost", "127.1", "0x7f000001", "2130706433", "0"):
            with pytest.raises(HostNotAllowed):
                await sender.check(parse_webhook_url(f"https://{host}/"))

    async def test_a_name_that_nobody_has_is_not_taken(self) -> None:
        with pytest.raises(HostNotAllowed):
            await HttpWebhookSender().check(parse_webhook_url("https://nobody.invalid/"))


async def test_a_call_arrives_signed_and_whole(authority: Authority, receiver: Receiver) -> None:
    secret, body = new_secret(b"s" * 32), json.dumps({"customer": "سارة"}).encode()
    headers = signed_headers([secret], "an event", datetime.now(UTC), body)
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/hooks?store=1")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, headers, body)

    assert (answered.failure, answered.status, answered.answer) == (None, 200, "thanks")
    [(heard, received)] = receiver.heard
    assert Webhook(secret).verify(received, heard) == {"customer": "سارة"}
    assert heard[":request"] == "POST /hooks?store=1 HTTP/1.1"
    assert heard["host"] == f"{NAME}:{receiver.port}"
    assert heard["content-type"] == "application/json"


async def test_the_name_is_asked_for_once_and_called_at_what_was_looked_at(
    authority: Authority, receiver: Receiver
) -> None:
    """Rebinding: a second question would be answered with somebody else's address."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, names).send(target, {}, b"{}")

    assert (answered.status, names.asked) == (200, 1)


async def test_what_has_another_meaning_than_when_it_was_taken_is_not_called(
    authority: Authority, receiver: Receiver
) -> None:
    sender = HttpWebhookSender(
        tls=authority.trusted, resolve=Names(["93.184.215.14"], ["127.0.0.1"])
    )
    target = parse_webhook_url(f"https://{NAME}:8443/")
    await sender.check(target)

    answered = await sender.send(target, {}, b"{}")

    assert answered.failure is Failure.NOT_ALLOWED
    assert receiver.connections == 0


async def test_whoever_cannot_prove_the_name_hears_nothing(
    authority: Authority, receiver: Receiver
) -> None:
    for name, trusted in (("other.example", authority.trusted), (NAME, None)):
        sender = HttpWebhookSender(loopback=True, tls=trusted, resolve=Names(["127.0.0.1"]))
        target = parse_webhook_url(f"https://{name}:{receiver.port}/")

        answered = await sender.send(target, {}, b"{}")

        assert (answered.failure, answered.status) == (Failure.TLS, None)
    assert receiver.heard == []


async def test_nobody_is_followed(authority: Authority, receiver: Receiver) -> None:
    receiver.says = (
        b"HTTP/1.1 307 Temporary Redirect\r\n"
        b"location: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n"
    )
    names = Names(["127.0.0.1"])
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, names).send(target, {}, b"{}")

    assert (answered.failure, answered.status) == (Failure.STATUS, 307)
    assert (receiver.connections, names.asked) == (1, 1)


async def test_no_proxy_is_taken_from_the_environment(
    authority: Authority, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert answered.status == 200


@pytest.mark.parametrize("status", [201, 202, 204, 299])
async def test_whatever_begins_with_a_two_is_a_success(
    authority: Authority, receiver: Receiver, status: int
) -> None:
    receiver.says = b"HTTP/1.1 %d Fine\r\ncontent-length: 0\r\n\r\n" % status
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert (answered.failure, answered.status) == (None, status)


async def test_of_an_answer_without_an_end_only_the_beginning_is_read(
    authority: Authority, receiver: Receiver
) -> None:
    sent = 0

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(b"x" * 1000)
            sent += 1000
            await writer.drain()

    receiver.says = b"HTTP/1.1 500 Oh\r\ncontent-length: 99999999999\r\n\r\n"
    receiver.then = pour
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert (answered.failure, answered.status) == (Failure.STATUS, 500)
    assert answered.answer == "x" * SHOWN
    assert MOST_BYTES < sent < 50_000_000


async def test_what_is_shown_of_an_answer_acts_on_nobody(
    authority: Authority, receiver: Receiver
) -> None:
    receiver.says = (
        b"HTTP/1.1 400 No\r\nconnection: close\r\n\r\na\0b\x1b[31m\r\n\xff \xe2\x80\xae c"
    )
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert answered.answer == "ab[31m � c"


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"])
async def test_whoever_says_nothing_is_not_waited_for(
    authority: Authority, receiver: Receiver, says: bytes
) -> None:
    async def sleep(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    receiver.says, receiver.then = says, sleep
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"]), 0.5).send(target, {}, b"{}")

    assert (answered.failure, answered.status) == (Failure.TIMEOUT, None)


async def test_whoever_speaks_something_else_is_no_receiver(
    authority: Authority, receiver: Receiver
) -> None:
    receiver.says = b"220 mail.example ESMTP\r\n"
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert answered.failure is Failure.PROTOCOL


async def test_whoever_hangs_up_is_tried_again_later(
    authority: Authority, receiver: Receiver
) -> None:
    receiver.says = b""
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert answered.failure in (Failure.PROTOCOL, Failure.UNREACHABLE)


async def test_of_several_addresses_the_next_is_tried(
    authority: Authority, receiver: Receiver
) -> None:
    target = parse_webhook_url(f"https://{NAME}:{receiver.port}/")

    answered = await calling(authority, Names(["127.0.0.9", "127.0.0.1"])).send(target, {}, b"{}")

    assert answered.status == 200


async def test_without_tls_only_the_own_machine_is_called() -> None:
    receiver = Receiver()
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        target = parse_webhook_url(f"http://localhost:{port}/hooks")

        allowed = await HttpWebhookSender(loopback=True, resolve=Names(["127.0.0.1"])).send(
            target, {}, b"{}"
        )
        refused = await HttpWebhookSender(resolve=Names(["127.0.0.1"])).send(target, {}, b"{}")

    assert (allowed.status, refused.failure) == (200, Failure.NOT_ALLOWED)
    assert receiver.connections == 1
