"""The schedule: what happens because time has passed, and for no other reason."""

from dataclasses import dataclass
from datetime import date

from .events import Event
from .merchants import MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCame(Event):
    """It is time for something; ``at`` is the moment, however late anybody noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryDue(TimeCame):
    """Orders that nobody has confirmed are given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealDue(TimeCame):
    """What was written into the audit book is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeDue(TimeCame):
    """What nobody can use any more is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningsDue(TimeCame):
    """Somewhere it is morning: the stores there hear how yesterday was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepDue(TimeCame):
    """Files that belong to nobody are removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileDue(TimeCame):
    """The stock is compared with the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDue(TimeCame):
    """A copy of everything is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue(Event):
    """A store hears how this ``day`` was, by its own clock."""

    merchant_id: MerchantId
    day: date
