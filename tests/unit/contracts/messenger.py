"""What every way to guests must do. Subclass and provide ``messenger`` and ``arrived``."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from marketplace.application.ports import LetterKind, Message, Messenger, Wording
from marketplace.domain.accounts import EmailAddress, Locale
from marketplace.domain.phones import PhoneNumber

LINK = "https://souq.example/api/orders/track/abc-DEF_123"
SHIPPED = Message(
    id=UUID("01900000-0000-7000-8000-000000000001"),
    kind=LetterKind.ORDER_SHIPPED,
    phone=PhoneNumber("+966501234567"),
    email=EmailAddress("noura@example.org"),
    locale=Locale.ARABIC,
    facts={
        "customer": "نورة\nالعتيبي",
        "store": "متجر آدا",
        "number": "1001",
        "courier": "",
        "tracking_number": "SMSA-290131",
        "total": "129.00 SAR",
        "link": LINK,
    },
    wording=Wording(title="طلبك في الطريق", text=f"شُحن طلبك.\n\n{LINK}\n", html="<p>شُحن</p>\n"),
)
SOUGHT = replace(
    SHIPPED,
    id=UUID("01900000-0000-7000-8000-000000000002"),
    kind=LetterKind.ORDER_LINK,
    locale=Locale.ENGLISH,
)

Arrivals = Callable[[], list[str]]
"""The link in each message that arrived, in no order."""


class MessengerContract:
    """The sentences."""

    async def test_a_message_arrives_with_its_link(
        self, messenger: Messenger, arrived: Arrivals
    ) -> None:
        await messenger.send(SHIPPED)

        assert arrived() == [LINK]

    async def test_each_message_arrives(self, messenger: Messenger, arrived: Arrivals) -> None:
        await messenger.send(SHIPPED)
        await messenger.send(SOUGHT)

        assert arrived() == [LINK, LINK]

    async def test_a_message_sent_twice_is_one_message(
        self, messenger: Messenger, arrived: Arrivals
    ) -> None:
        await messenger.send(SOUGHT)
        await messenger.send(SOUGHT)

        assert arrived() == [LINK]
