"""What this process knows of changes: which stores look different now, and how sure that is."""

from collections.abc import Collection
from time import monotonic

from marketplace.domain.merchants import MerchantId

SURE_FOR = 0.9
"""Seconds for which somebody who has looked may say that nothing has changed in other processes."""

MOST_REMEMBERED = 10_000
"""Stores that changed; of more of them nothing is known, and all count as changed."""


class StoreWatch:
    """
    Counts the changes of stores, by this process and by the others that it hears of.

    Whoever wants to know later whether something still holds notes the ``count`` before reading
    it, and asks whether the store is ``unchanged`` since. Where there are other processes, somebody
    looks what they did, and says so with ``looked``; without that, nothing is known. A single
    process knows everything: it is ``alone``.
    """

    def __init__(self, *, alone: bool) -> None:
        self._sure_until = float("inf") if alone else 0.0
        self._count = 0
        self._unknown_before = 0
        self._changed: dict[MerchantId, int] = {}

    @property
    def count(self) -> int | None:
        """How many changes there were so far; None while nobody knows."""
        return self._count if monotonic() < self._sure_until else None

    def unchanged(self, merchant_id: MerchantId, since: int) -> bool:
        """Nobody has changed the store since so many changes, as far as is known."""
        return self._changed.get(merchant_id, self._unknown_before) <= since

    def changed(self, merchants: Collection[MerchantId]) -> None:
        """It has just happened. Never waits and never fails."""
        if not merchants:
            return
        self._count += 1
        for each in merchants:
            self._changed[each] = self._count
        if len(self._changed) > MOST_REMEMBERED:
            self.forget()

    def looked(self, at: float) -> None:
        """Everything that others had changed by then, on the monotonic clock, has been told."""
        self._sure_until = max(self._sure_until, at + SURE_FOR)

    def forget(self) -> None:
        """Anything may have changed."""
        self._count += 1
        self._unknown_before = self._count
        self._changed.clear()
