"""Verifying the audit book: what was tampered with, and what another key has sealed."""

from marketplace.adapters.memory.neighbours import MemorySealing
from marketplace.application.auditing import AuditService
from marketplace.application.ports import Sealing
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from tests.unit.world import World


class Keys(Sealing):
    """Seals with the first of its keys, and opens with each."""

    def __init__(self, *keys: Sealing) -> None:
        self._keys = keys

    def seal(self, plain: bytes, secret: bytes, /) -> bytes:
        return self._keys[0].seal(plain, secret)

    def open(self, sealed: bytes, secret: bytes, /) -> bytes | None:
        return next(filter(None, (key.open(sealed, secret) for key in self._keys)), None)


OLD, NEW = MemorySealing(), MemorySealing()


def auditing(world: World, *keys: Sealing) -> AuditService:
    return world.with_(sealing=Keys(*keys)).auditing


async def sealed(world: World, *keys: Sealing) -> None:
    """Another entry, under another seal."""
    async with world.ports.begin() as market:
        entry = AuditEntry.of(
            Action.PASSWORD_CHANGED,
            id=AuditEntryId(world.ports.ids.new()),
            at=world.clock.now(),
            actor=None,
            subject_type="account",
            subject_id=world.ports.ids.new(),
        )
        await market.audit.add(entry)
    assert await auditing(world, *keys).seal() == 1


async def test_a_book_under_another_key_is_whole_and_not_ours(world: World) -> None:
    for _ in range(3):
        await sealed(world, OLD)

    verdict = await auditing(world, NEW).verify()

    assert (verdict.is_foreign, verdict.signed_from) == (True, 0)
    assert verdict.faults == ("seal 3 is not signed by us, nor is any before it",)
    named = await auditing(world, NEW, OLD).verify()
    assert (named.faults, named.signed_from, named.is_foreign) == ((), 1, False)


async def test_a_key_that_was_replaced_is_no_fault_when_it_is_forgotten(world: World) -> None:
    await sealed(world, OLD)
    await sealed(world, OLD)
    await sealed(world, NEW, OLD)

    verdict = await auditing(world, NEW).verify()

    assert (verdict.faults, verdict.signed_from, verdict.is_foreign) == ((), 3, False)


async def test_a_seal_without_the_key_is_found_though_a_good_one_follows(world: World) -> None:
    await sealed(world, NEW)
    await sealed(world, MemorySealing())
    await sealed(world, NEW)

    verdict = await auditing(world, NEW).verify()

    assert verdict.faults == ("seal 2 is not signed by us, as the one before it is",)
    assert not verdict.is_foreign


async def test_the_last_seal_is_ours_if_any_is(world: World) -> None:
    await sealed(world, NEW)
    await sealed(world, MemorySealing())
    await sealed(world, MemorySealing())

    verdict = await auditing(world, NEW).verify()

    assert verdict.faults == ("seal 2 is not signed by us, as the one before it is",)


async def test_a_book_that_was_cut_off_is_not_excused_by_another_key(world: World) -> None:
    await sealed(world, OLD)

    verdict = await auditing(world, NEW).verify(f"2:{'0' * 64}")

    assert len(verdict.faults) == 2
    assert not verdict.is_foreign


async def test_an_empty_book_is_whole(world: World) -> None:
    verdict = await auditing(world, NEW).verify()

    assert (verdict.seals, verdict.faults, verdict.is_foreign) == (0, (), False)
