"""What every sender must do. Subclass and provide ``sender`` and ``loopback_sender`` fixtures."""

import pytest

from marketplace.application.ports import WebhookSender
from marketplace.domain.webhooks import Failure, HostNotAllowed, parse_webhook_url

OURS = (
    "https://127.0.0.1/",
    "https://10.1.2.3/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "http://8.8.8.8/",
    "https://8.8.8.8:25/",
)
"""Our own house, and doors that are not of the web."""


class WebhookSenderContract:
    """The sentences. Nothing here leaves the machine."""

    @pytest.mark.parametrize("url", OURS)
    async def test_what_is_ours_is_neither_taken_nor_called(
        self, sender: WebhookSender, url: str
    ) -> None:
        target = parse_webhook_url(url)

        with pytest.raises(HostNotAllowed):
            await sender.check(target)
        answered = await sender.send(target, {}, b"{}")

        assert (answered.failure, answered.status) == (Failure.NOT_ALLOWED, None)

    async def test_an_address_of_the_internet_is_taken(self, sender: WebhookSender) -> None:
        await sender.check(parse_webhook_url("https://8.8.8.8/hooks"))

    async def test_a_developer_may_call_the_own_machine_and_no_other(
        self, loopback_sender: WebhookSender
    ) -> None:
        await loopback_sender.check(parse_webhook_url("http://127.0.0.1:9/"))

        for url in OURS[1:4]:
            with pytest.raises(HostNotAllowed):
                await loopback_sender.check(parse_webhook_url(url))

    async def test_where_nobody_listens_nobody_answers(
        self, loopback_sender: WebhookSender
    ) -> None:
        answered = await loopback_sender.send(parse_webhook_url("http://127.0.0.1:9/"), {}, b"{}")

        assert answered.failure is Failure.UNREACHABLE
