"""What can go wrong: one table."""

import random
import time
from collections.abc import Callable, Iterator, Mapping

from .town import LEASE, Town

Fault = Callable[[Town, random.Random], None]


def _server_dies(town: Town, chance: random.Random) -> None:
    town.kill_server(chance.randrange(2))


def _worker_dies(town: Town, chance: random.Random) -> None:
    town.kill_worker(chance.randrange(2))


def _worker_is_taken_for_dead(town: Town, chance: random.Random) -> None:
    town.freeze_worker(chance.randrange(2), LEASE * chance.uniform(0.5, 1.5))


def _redis_forgets(town: Town, chance: random.Random) -> None:
    town.redis.command("FLUSHALL")


def _redis_freezes(town: Town, chance: random.Random) -> None:
    town.redis.freeze()
    time.sleep(chance.uniform(0.5, 3))
    town.redis.thaw()


def _redis_dies(town: Town, chance: random.Random) -> None:
    town.redis.kill()
    time.sleep(chance.uniform(0, 2))
    town.redis.start()


def _mail_is_down(town: Town, chance: random.Random) -> None:
    town.mail.shut()
    time.sleep(chance.uniform(0.5, 4))
    town.mail.open()


def _postgres_crashes(town: Town, chance: random.Random) -> None:
    town.crash_postgres()


FAULTS: Mapping[str, Fault] = {
    "a server is killed": _server_dies,
    "a worker is killed": _worker_dies,
    "a worker is frozen": _worker_is_taken_for_dead,
    "Redis is emptied": _redis_forgets,
    "Redis is frozen": _redis_freezes,
    "Redis is killed": _redis_dies,
    "mail is down": _mail_is_down,
    "PostgreSQL is stopped at once": _postgres_crashes,
}


def drawn(chance: random.Random) -> Iterator[str]:
    """Each before any comes again, in an order of its own each time."""
    while True:
        yield from chance.sample(sorted(FAULTS), len(FAULTS))
