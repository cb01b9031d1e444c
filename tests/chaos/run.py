"""One run: guests order, everything breaks, and at the end the books are read."""

import random
import time
from collections.abc import Callable

import httpx

from tests.integration.serving import Shop

from . import checker
from .faults import FAULTS, drawn
from .guests import Guests
from .town import a_town

STOCK = 1_000_000


def run(seed: int, seconds: float, say: Callable[[str], None]) -> list[str]:
    """Whatever is not as it was promised. The same seed draws the same faults."""
    chance = random.Random(seed)
    with a_town() as town:
        with httpx.Client(base_url=town.servers[0].url, timeout=30) as client:
            shop = Shop(client)
            product = shop.offer(stock=STOCK)
        guests = Guests([each.url for each in town.servers], shop, product, seed)
        guests.come(4)
        end, broken = time.monotonic() + seconds, drawn(chance)
        try:
            while time.monotonic() < end:
                time.sleep(chance.uniform(0.5, 2))
                name = next(broken)
                say(f"{len(guests.acknowledged):6} orders, {name}")
                FAULTS[name](town, chance)
        finally:
            town.mend()
            guests.leave()
        say(f"{len(guests.acknowledged)} orders in {guests.attempts} attempts")
        say(f"drained in {checker.drained(town):.1f} s")
        found = [f"a guest was told {each}" for each in guests.odd]
        found += checker.faults(town, guests.acknowledged, STOCK)
        letters = sum(len(each) for each in town.mail.letters.values())
        say(f"{letters} letters about {len(town.mail.letters)} orders")
        if not guests.acknowledged:
            found.append("nobody could order anything")
    return found
