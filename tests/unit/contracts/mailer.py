"""What every mailer must do. Subclass and provide ``mailer`` and ``arrived`` fixtures."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import NamedTuple
from uuid import UUID

from marketplace.application.ports import Letter, Mailer
from marketplace.domain.accounts import EmailAddress, Locale

ARABIC = Letter(
    id=UUID("01900000-0000-7000-8000-000000000001"),
    to=EmailAddress("ada@example.org"),
    subject="طلب جديد رقم \u20661001\u2069 من متجر له اسم طويل لا يتسع له سطر واحد من رأس الرسالة",
    text="وصل طلب جديد.\n\n129.00 SAR\n",
    html='<p dir="rtl">وصل طلب جديد.</p>\n',
    locale=Locale.ARABIC,
)
ENGLISH = Letter(
    id=UUID("01900000-0000-7000-8000-000000000002"),
    to=EmailAddress("grace@example.org"),
    subject="New order",
    text="There is a new order.\n",
    html="<p>There is a new order.</p>\n",
    locale=Locale.ENGLISH,
)


class Arrived(NamedTuple):
    """What the recipient sees of a letter."""

    to: str
    subject: str
    text: str
    html: str

    @classmethod
    def as_written(cls, letter: Letter) -> "Arrived":
        return cls(letter.to, letter.subject, letter.text, letter.html)

    @classmethod
    def of(cls, message: EmailMessage) -> "Arrived":
        bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
        text, html = (str(body and body.get_content()).replace("\r\n", "\n") for body in bodies)
        return cls(message["To"], message["Subject"], text, html)


Arrivals = Callable[[], list[Arrived]]
"""One for each letter, in no order: a mail program shows one Message-ID once."""


class MailerContract:
    """The sentences."""

    async def test_a_letter_arrives_as_it_was_written(
        self, mailer: Mailer, arrived: Arrivals
    ) -> None:
        await mailer.send(ARABIC)

        assert arrived() == [Arrived.as_written(ARABIC)]

    async def test_each_letter_arrives(self, mailer: Mailer, arrived: Arrivals) -> None:
        await mailer.send(ARABIC)
        await mailer.send(ENGLISH)

        assert sorted(arrived()) == sorted(
            [Arrived.as_written(ARABIC), Arrived.as_written(ENGLISH)]
        )

    async def test_a_letter_sent_twice_is_one_letter(
        self, mailer: Mailer, arrived: Arrivals
    ) -> None:
        await mailer.send(ENGLISH)
        await mailer.send(ENGLISH)

        assert arrived() == [Arrived.as_written(ENGLISH)]
