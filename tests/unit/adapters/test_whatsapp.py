"""The way through WhatsApp, against a stand-in for its API."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from marketplace.adapters.messages.whatsapp import MOST_ANSWER, PARAMETERS, WhatsAppMessenger
from marketplace.application.ports import LetterKind, MessageRefused, MessageUnavailable
from marketplace.domain.errors import MarketplaceError

from ..contracts.messenger import LINK, SHIPPED, SOUGHT, Arrivals, MessengerContract
from .graph_api import NUMBER, TOKEN, GraphApi, failed, graph_api


@pytest.fixture
async def api() -> AsyncIterator[GraphApi]:
    async with graph_api() as api:
        yield api


@pytest.fixture
async def messenger(api: GraphApi) -> AsyncIterator[WhatsAppMessenger]:
    messenger = WhatsAppMessenger(api.url, TOKEN)
    yield messenger
    await messenger.close()


class TestWhatsAppMessenger(MessengerContract):
    @pytest.fixture
    def arrived(self, api: GraphApi) -> Arrivals:
        return lambda: [
            each["template"]["components"][0]["parameters"][-1]["text"] for each in api.taken
        ]


async def test_a_message_is_a_template_in_its_language_filled_in(
    messenger: WhatsAppMessenger, api: GraphApi
) -> None:
    await messenger.send(SHIPPED)

    [said] = api.taken
    assert said["to"] == "966501234567"
    assert said["biz_opaque_callback_data"] == str(SHIPPED.id)
    assert said["template"]["name"] == "shop_order_shipped"
    assert said["template"]["language"] == {"code": "ar"}
    assert [each["text"] for each in said["template"]["components"][0]["parameters"]] == [
        "نورة العتيبي",
        "متجر آدا",
        "\u20661001\u2069",
        "—",
        "\u2066SMSA-290131\u2069",
        LINK,
    ]


async def test_there_is_a_template_for_everything_guests_are_told() -> None:
    assert set(PARAMETERS) == {each for each in LetterKind if each.startswith("order_")}
    assert all(parameters[-1] == "link" for parameters in PARAMETERS.values())


async def test_one_connection_carries_many_messages(
    messenger: WhatsAppMessenger, api: GraphApi
) -> None:
    for number in range(5):
        await messenger.send(replace(SHIPPED, id=UUID(int=number)))

    assert (api.asked, api.connections) == (5, 1)


@pytest.mark.parametrize(
    "played",
    [
        failed(429, 130429),
        failed(400, 130429),
        failed(400, 131056),
        failed(400, 131048),
        failed(400, 80007),
        failed(400, 4),
        failed(500, 131000),
        failed(503, 131016),
        failed(400, 131057),
        failed(400, 2),
        # What the operator puts right
        failed(401, 190),
        failed(403, 10),
        failed(403, 200),
        failed(403, 131031),
        failed(400, 131042),
        failed(400, 133010),
        (401, b"{}"),
        (403, b"Forbidden"),
        # What is no answer of theirs
        (500, b""),
        (502, b"<html>Bad Gateway"),
        (429, b'{"error": []}'),
        (503, b'{"error": {"code": "131000"}}'),
        (302, b""),
    ],
)
async def test_what_passes_is_tried_again_with_the_same_id(
    messenger: WhatsAppMessenger, api: GraphApi, played: tuple[int, bytes]
) -> None:
    api.played = [played]

    with pytest.raises(MessageUnavailable):
        await messenger.send(SHIPPED)
    await messenger.send(SHIPPED)

    assert [each["biz_opaque_callback_data"] for each in api.taken] == [str(SHIPPED.id)]


@pytest.mark.parametrize(
    "played",
    [
        failed(400, 131026),
        failed(400, 131021),
        failed(400, 131030),
        failed(400, 131050),
        failed(404, 132001),
        failed(400, 132000),
        failed(400, 132015),
        failed(400, 100),
        failed(403, 130497),
        (400, b""),
        (404, b'[{"error": 1}]'),
        (400, b"[" * 60_000),
        (400, b'{"error": {"code": true}}'),
        (400, b"\xff\xfe"),
    ],
)
async def test_what_never_goes_is_refused_for_good(
    messenger: WhatsAppMessenger, api: GraphApi, played: tuple[int, bytes]
) -> None:
    api.played = [played]

    with pytest.raises(MessageRefused) as refused:
        await messenger.send(SHIPPED)

    assert refused.value.facts["status"] == played[0]


@pytest.mark.parametrize("played", [failed(401, 190), failed(400, 131026), failed(500, 1)])
async def test_neither_token_nor_guest_is_in_a_log_or_an_error(
    messenger: WhatsAppMessenger,
    api: GraphApi,
    caplog: pytest.LogCaptureFixture,
    played: tuple[int, bytes],
) -> None:
    api.played = [played]

    with caplog.at_level(logging.DEBUG), pytest.raises(MarketplaceError) as refused:
        await messenger.send(SHIPPED)

    error = refused.value
    assert error.__cause__ is None
    for secret in (TOKEN, "966501234567", LINK):
        assert secret not in caplog.text + repr(error) + repr(error.facts) + repr(error.__context__)


async def test_a_wrong_token_is_told_to_the_operator(
    api: GraphApi, caplog: pytest.LogCaptureFixture
) -> None:
    other = WhatsAppMessenger(api.url, "another-token-of-enough-letters")

    with pytest.raises(MessageUnavailable):
        await other.send(SHIPPED)
    await other.close()

    assert "status 401, code 190" in caplog.text
    assert api.taken == []


async def test_who_says_nothing_is_not_waited_for(api: GraphApi) -> None:
    api.silent = True
    impatient = WhatsAppMessenger(api.url, TOKEN, patience=0.05)

    with pytest.raises(MessageUnavailable):
        await impatient.send(SHIPPED)
    await impatient.close()


async def test_a_connection_that_breaks_is_made_anew(
    messenger: WhatsAppMessenger, api: GraphApi
) -> None:
    await messenger.send(SOUGHT)
    api.broken = True
    with pytest.raises(MessageUnavailable):
        await messenger.send(SHIPPED)

    api.broken = False
    await messenger.send(SHIPPED)

    assert len(api.taken) == 2


async def test_nobody_there_is_no_error_of_ours(api: GraphApi) -> None:
    nobody = WhatsAppMessenger(f"whatsapp://{NUMBER}?api=http://127.0.0.1:1", TOKEN)

    with pytest.raises(MessageUnavailable) as unavailable:
        await nobody.send(SHIPPED)

    assert unavailable.value.__cause__ is None


async def test_an_answer_without_end_is_not_read_to_its_end(
    messenger: WhatsAppMessenger, api: GraphApi
) -> None:
    api.endless = True
    api.played = [(400, failed(400, 131026)[1] + b" " * MOST_ANSWER)]

    with pytest.raises(MessageRefused):
        await messenger.send(SHIPPED)


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("whatsapp://", TOKEN),
        ("whatsapp://shop", TOKEN),
        (f"whatsapp://user:secret@{NUMBER}", TOKEN),
        (f"whatsapp://{NUMBER}/messages", TOKEN),
        (f"whatsapp://{NUMBER}?version=23", TOKEN),
        (f"whatsapp://{NUMBER}?prefix=My%20Shop", TOKEN),
        (f"whatsapp://{NUMBER}?token=secret", TOKEN),
        (f"whatsapp://{NUMBER}?api=http://graph.example", TOKEN),
        (f"whatsapp://{NUMBER}?api=ftp://127.0.0.1", TOKEN),
        (f"whatsapp://{NUMBER}", ""),
        (f"whatsapp://{NUMBER}", "short"),
        (f"whatsapp://{NUMBER}", f"{TOKEN} and more"),
        (f"whatsapp://{NUMBER}", f"{TOKEN}\r\nhost: x"),
    ],
)
def test_what_cannot_work_is_refused_at_once_and_tells_no_secret(url: str, token: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        WhatsAppMessenger(url, token)

    assert "secret" not in str(refused.value)
    assert TOKEN not in str(refused.value)
