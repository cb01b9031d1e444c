"""Time zones: those there are, wherever we run."""

from zoneinfo import available_timezones

import pytest

from marketplace.domain.phones import COUNTRIES
from marketplace.domain.time_zones import TIME_ZONES, UnknownTimeZone, parse_time_zone


def test_every_zone_is_one_of_the_iana_database() -> None:
    known = available_timezones()

    # A machine may have none.
    assert not known or known >= TIME_ZONES


def test_every_country_keeps_a_time_that_can_be_said() -> None:
    assert {country.time_zone for country in COUNTRIES.values()} <= TIME_ZONES


def test_a_zone_is_understood_in_any_case() -> None:
    assert parse_time_zone(" asia/riyadh ") == "Asia/Riyadh"
    assert parse_time_zone("utc") == "UTC"


@pytest.mark.parametrize("said", ["", "Riyadh", "+03:00", "../etc/passwd", "Asia/Riyadh\0", "Asia"])
def test_what_names_no_place_is_refused(said: str) -> None:
    with pytest.raises(UnknownTimeZone):
        parse_time_zone(said)
