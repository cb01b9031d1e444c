"""What every clock and every maker of ids must do. Provide a ``clock``, an ``ids`` fixture."""

from datetime import timedelta
from uuid import RFC_4122

from marketplace.application.ports import Clock, Ids


class ClockContract:
    """The sentences."""

    def test_the_time_is_told_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta(0)

    def test_time_does_not_go_back(self, clock: Clock) -> None:
        assert clock.now() <= clock.now()


class IdsContract:
    """The sentences."""

    def test_an_id_is_a_uuid_of_version_7(self, ids: Ids) -> None:
        id = ids.new()

        assert (id.version, id.variant) == (7, RFC_4122)

    def test_a_later_id_sorts_after_an_earlier_one(self, ids: Ids) -> None:
        made = [ids.new() for _ in range(5000)]

        assert made == sorted(set(made))
        assert [each.bytes for each in made] == sorted(each.bytes for each in made)
