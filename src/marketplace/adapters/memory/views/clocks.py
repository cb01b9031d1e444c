"""What the clock of a store shows; that of Greenwich where this machine does not know the zone."""

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC


def shown_at(moment: datetime, zone: str) -> datetime:
    """The time on the clock, which says nothing of its zone."""
    return moment.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def begun(day: date, zone: str) -> datetime:
    """The moment a day begins."""
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)
