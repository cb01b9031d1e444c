"""Webhooks: who makes the calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from marketplace.domain.webhooks import Failure, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a call: the status and the beginning of the answer, or what failed."""

    failure: Failure | None = None
    status: int | None = None
    answer: str = ""


class WebhookSender(Protocol):
    """Calls strangers, and nobody else: not us, not our neighbours, not whom they point to."""

    async def check(self, target: Target, /) -> None:
        """``HostNotAllowed`` unless every address of the host may be called."""
        ...

    async def send(self, target: Target, headers: Mapping[str, str], body: bytes, /) -> Answered:
        """
        POST, once, to an address that was checked for this very call.

        It never raises for what the other side does, and takes 15 seconds at most.
        """
        ...
