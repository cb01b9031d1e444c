"""Half a minute of what `make chaos` does for five."""

from .run import run

SEED, SECONDS = 20300101, 30


def test_whatever_breaks_nothing_that_was_acknowledged_is_lost() -> None:
    said: list[str] = []

    found = run(SEED, SECONDS, said.append)

    assert found == [], "\n".join(said)
