"""Slips of the pen: which of the words there are somebody may have meant."""

import re
from collections.abc import Iterable
from itertools import accumulate, islice, pairwise

ALIKE = "تث دذز ضظ جغق سص"
"""Letters that many people pronounce, and so write, alike."""

_SOUNDS = {ord(letter): alike[0] for alike in ALIKE.split() for letter in alike}
_DOTS = "بتثني جحخ دذ رز سش صض طظ عغ فق تط دض زظ قك حه".split()
"""Letters that differ in nothing but their dots, or in how heavily they are pronounced."""
_KEYS = "ضصثقفغعهخحجد شسيبلاتنمكط ذورزظ qwertyuiop asdfghjkl zxcvbnm".split()
"""Letters that lie side by side on a keyboard."""
_NEIGHBOURS = frozenset(
    {(one, other) for alike in _DOTS for one in alike for other in alike}
    | {
        pair
        for row in _KEYS
        for one, other in pairwise(row)
        for pair in ((one, other), (other, one))
    }
)
_VOWELS = frozenset("اويaeiou")
"""Letters that people leave out, or put in."""
_SLIP = 2
"""Halves in a slip of the pen."""
_SHORT = 5
"""Letters of a word in which any other one makes another word: beds (أسرة) are no needle (إبرة)."""
MOST_NEAR = 8
"""Words that count where several are equally near."""
MOST_COMPARED = 20_000
"""Words of a store that a mistyped one is compared with."""
_LONGEST = 40
"""Letters of a word that somebody may have meant."""
_DIGIT = re.compile("[0-9]")

JOINED = "+"
"""What a word begins with that is written as two (laptop): it is no beginning of a word."""


class Vocabulary:
    """
    All the words there are, by their length: each is compared with those alone that it may be.

    Of very many words only some are: whoever mistypes must not keep everybody else waiting.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._by_length: dict[int, list[tuple[str, str, frozenset[str]]]] = {}
        for known in islice(self.words, MOST_COMPARED):
            other = known.removeprefix(JOINED)
            if 3 <= len(other) <= _LONGEST and not _DIGIT.search(other):
                # A slip brings at most one new sound: counting them costs a tenth of comparing.
                sounds = frozenset(other.translate(_SOUNDS))
                self._by_length.setdefault(len(other), []).append((known, other, sounds))

    def near(self, word: str) -> tuple[str, ...]:
        """
        The words that differ the least, by one slip from four letters on and by two from eight on.

        A slip is a letter too many, too few, another one, or two that changed places; a letter that
        sounds like the right one is half a slip. In a short word another letter is one that looks
        like the right one or lies beside it on a keyboard, one too many lies beside the letter
        before or after it, and in the shortest one too few is a vowel. A word with digits has no
        near ones: the next model is another model.
        """
        slips = 0 if len(word) < 4 or _DIGIT.search(word) else 1 if len(word) < 8 else 2
        if not slips:
            return ()
        letters = frozenset(word.translate(_SOUNDS))
        best, closest = slips * _SLIP, set[str]()
        for length in range(len(word) - slips, len(word) + slips + 1):
            for known, other, others in self._by_length.get(length, ()):
                if max(len(letters - others), len(others - letters)) * _SLIP > best:
                    continue
                if length < 4 and others < letters:
                    continue
                distance = _distance(word, other, best)
                if distance < best:
                    best, closest = distance, {known}
                elif distance == best:
                    closest.add(known)
        return tuple(sorted(closest)[:MOST_NEAR])


def _distance(one: str, other: str, at_most: int) -> int:
    """Halves of slips between two words (optimal string alignment), or more than ``at_most``."""
    is_short = len(one) <= _SHORT
    drops, adds = _strokes(one, is_short=is_short), _strokes(other, is_short=len(one) < _SHORT)
    before: list[int] = []
    row = [*accumulate(adds, initial=0)]
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [row[0] + drops[i - 1]]
        for j, another in enumerate(other, 1):
            change = _change(letter, another, is_short=is_short)
            cost = min(before[j] + drops[i - 1], row[-1] + adds[j - 1], before[j - 1] + change)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == another:
                cost = min(cost, earlier[j - 2] + _SLIP)
            row.append(cost)
        if min(row) > at_most:
            return at_most + 1
    return row[-1]


def _strokes(word: str, *, is_short: bool) -> list[int]:
    """What it costs to have each of the letters or not."""
    if not is_short:
        return [_SLIP] * len(word)
    around = zip(f" {word}", word, f"{word[1:]} ", strict=False)
    return [
        _SLIP
        if letter in _VOWELS
        or letter in (before, after)
        or not _NEIGHBOURS.isdisjoint(((letter, before), (letter, after)))
        else 2 * _SLIP
        for before, letter, after in around
    ]


def _change(letter: str, another: str, *, is_short: bool) -> int:
    if letter == another:
        return 0
    if _SOUNDS.get(ord(letter), letter) == _SOUNDS.get(ord(another), another):
        return _SLIP // 2
    return 2 * _SLIP if is_short and (letter, another) not in _NEIGHBOURS else _SLIP
