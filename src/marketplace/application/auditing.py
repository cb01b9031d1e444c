"""Auditing: the book is sealed as it grows, and whoever doubts it can look."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.domain.audit import Seal

from .ports import BeginUnitOfWork, Clock, Sealing, Views

AT_ONCE = 500
"""Entries under one seal."""
LATE = timedelta(minutes=10)
"""No transaction is open for so long: what is older than the last seal by this is under one."""
_SECRET = b"the seal of the audit book"

_log = logging.getLogger("marketplace.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What was found. ``faults`` says in words what is not as it was written, the first one first.

    ``head`` is the end of the chain, to be noted down where nobody with access to the database
    can change it. ``signed_from`` is the first seal whose key is known here, 0 if there is none:
    those before it are vouched for by it.
    """

    entries: int
    seals: int
    signed_from: int
    waiting: int
    head: str
    faults: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        """
        A whole chain, and no seal of it is ours: the key is another one than it was.

        Or somebody without it wrote all anew, which only an earlier ``head`` can tell.
        """
        return self.seals > 0 and not self.signed_from and len(self.faults) == 1


@dataclass(frozen=True, slots=True)
class AuditService:
    """The chain over the audit book, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    sealing: Sealing

    async def seal(self) -> int:
        """Put under seal what is under none; how many entries there were."""
        sealed = 0
        while True:
            now = self.clock.now()
            async with self.begin() as market:
                last = await market.audit.last_seal()
                since = last.at - LATE if last else datetime.min.replace(tzinfo=now.tzinfo)
                entries = await market.audit.unsealed(since, AT_ONCE)
                if not entries:
                    return sealed
                seal = Seal.over(entries, last, now)
                await market.audit.seal(signed(seal, self.sealing))
            # Told to the log as well, which goes to another place than the database.
            _log.info("audit seal %s over %s entries", head_of(seal), len(entries))
            sealed += len(entries)

    async def verify(self, anchor: str | None = None) -> Verdict:
        """
        Compare every entry with its seal, and every seal with the one before.

        ``anchor`` is a ``head`` that was noted down earlier: it has to be part of the chain still.
        Only that tells that the newest seals were cut off together with what is under them.
        """
        faults: list[str] = []
        before: Seal | None = None
        entries, heads = 0, set[str]()
        signed_from, is_ours = 0, False
        while some := await self.views.seals(before.number if before else 0, 100):
            for seal in some:
                if not seal.follows(before):
                    faults.append(f"seal {seal.number} does not follow the one before it")
                faults += await self._broken(seal)
                was_ours, is_ours = is_ours, self._is_ours(seal)
                # An earlier key may be forgotten, but never one between those that are known.
                if was_ours and not is_ours:
                    faults.append(
                        f"seal {seal.number} is not signed by us, as the one before it is"
                    )
                if is_ours and not signed_from:
                    signed_from = seal.number
                entries += len(seal.ids)
                heads.add(head_of(seal))
                before = seal
        if before and not signed_from:
            faults.append(f"seal {before.number} is not signed by us, nor is any before it")
        if anchor and anchor not in heads:
            faults.append(f"there is no seal {anchor} any more")
        waiting = await self.views.unsealed_entries()
        faults += [
            f"entry {each.id} is under no seal: it was slipped in"
            for each in waiting
            if before and each.at < before.at - LATE
        ]
        return Verdict(
            entries=entries,
            seals=before.number if before else 0,
            signed_from=signed_from,
            waiting=len(waiting),
            head=head_of(before) if before else "",
            faults=tuple(faults),
        )

    def _is_ours(self, seal: Seal) -> bool:
        return self.sealing.open(seal.signature, _SECRET) == seal.hash

    async def _broken(self, seal: Seal) -> list[str]:
        there = {each.id: each.digest for each in await self.views.entries_by_id(seal.ids)}
        told = []
        for id, digest in zip(seal.ids, seal.digests, strict=False):
            if id not in there:
                told.append(f"entry {id} of seal {seal.number} was removed")
            elif there[id] != digest:
                told.append(f"entry {id} of seal {seal.number} was altered")
        return told


def signed(seal: Seal, sealing: Sealing) -> Seal:
    """With a signature that only this installation can make."""
    return Seal(
        number=seal.number,
        at=seal.at,
        previous=seal.previous,
        ids=seal.ids,
        digests=seal.digests,
        hash=seal.hash,
        signature=sealing.seal(seal.hash, _SECRET),
    )


def head_of(seal: Seal) -> str:
    """``12:9f86…``: enough to know it again."""
    return f"{seal.number}:{seal.hash.hex()}"
