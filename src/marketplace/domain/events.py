"""What an event is: a fact in the past tense, which nobody can change."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, stored in the transaction that made it happen."""

    at: datetime

    kinds: ClassVar[dict[str, type["Event"]]] = {}
    """Every event there is, by the name it has in the outbox."""

    @property
    def due_at(self) -> datetime:
        """When what follows from it is to be done: at once, unless it is an appointment."""
        return self.at

    def __init_subclass__(cls) -> None:
        Event.kinds[cls.__name__] = cls
