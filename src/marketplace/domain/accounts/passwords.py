"""Passwords: hard to guess, and written in one way."""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from string import digits, punctuation

from ..errors import BadValue
from ..text import BadCharacters, TooLong, TooShort


class WrongPassword(BadValue):
    """Not the password of the account that is signed in."""


class CommonPassword(BadValue):
    """One of the first passwords anybody would try."""


def parse_password(text: str) -> str:
    """
    8 to 128 characters of any kind, no rules of composition (NIST SP 800-63B), in NFC.

    Refused is also what comes next to somebody who guesses: a usual password in other letters or
    digits, with some more around it, or one thing over and over.

    Raises :class:`TooShort`, :class:`TooLong`, :class:`BadCharacters` or :class:`CommonPassword`.
    """
    if len(text) > 128:
        raise TooLong(at_most=128)
    password = as_kept(text)
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in password):
        raise BadCharacters
    if len(password) < 8:
        raise TooShort(at_least=8)
    if _is_guessable(password):
        raise CommonPassword
    return password


def unlike(*own: str | None) -> Callable[[str], str]:
    """A parser of passwords that refuses what everybody knows of its owner, too."""

    def parse(text: str) -> str:
        password = parse_password(text)
        if _tells(password, [each for each in own if each]):
            raise CommonPassword
        return password

    return parse


def as_kept(password: str) -> str:
    """
    The one form of a password that is hashed: keyboards differ in how they type a letter.

    Endless ones are cut, for none that is kept is so long.
    """
    return unicodedata.normalize("NFC", password[:1000])


def _is_guessable(password: str) -> bool:
    said = _plain(password)
    if len(said) < 6 or len(set(said)) < 3 or not _COMMON.isdisjoint(_cores(said)):
        return True
    # Of one word or row of keys nothing is hidden by a sign before or behind it.
    within = {said[start : len(said) - end] for start in range(3) for end in range(3)}
    plain = (each for each in within if len(each) > 5)
    return any(each in _COMMON or _repeats(each) or _counts(each) for each in plain)


def _tells(password: str, own: Sequence[str]) -> bool:
    """Whether it is no more than a name, an address or a number of its owner."""
    said = _cores(_plain(password))
    known = {_plain(each) for name in own for each in (name, name.partition("@")[0])}
    known |= {core for each in known for core in _cores(each)}
    number = _plain(password).translate(dict.fromkeys(map(ord, _SIGNS))).lstrip("0")
    is_number = number.isdigit() and any(each.endswith(number) for each in own)
    return is_number or not known.isdisjoint(said)


def _plain(password: str) -> str:
    """As it looks: in any letters, in any digits, with what cannot be seen left out."""
    seen = unicodedata.normalize("NFKC", password).casefold().strip()
    shown = (each for each in seen if unicodedata.category(each) != "Cf")
    return "".join(str(unicodedata.decimal(each, each)) for each in shown).strip()


def _cores(said: str) -> set[str]:
    """What is left without digits and signs around it, and without signs that pass for letters."""
    bare = {said, said.strip(_SIGNS), said.strip(_SIGNS + digits), said.rstrip(_SIGNS + digits)}
    spelt = {each.translate(leet) for each in bare for leet in _LEET}
    return {each for each in bare | spelt if len(each) > 2}


def _repeats(said: str) -> bool:
    """One thing over and over, the last time maybe not to its end."""
    return any(said.startswith(said[size:]) for size in range(1, len(said) // 2 + 1))


def _counts(said: str) -> bool:
    """12345678, or hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(said)}
    return steps in ({1}, {-1})


_SIGNS = punctuation + " "
_LEET = str.maketrans("@4310$57!", "aaeiossti"), str.maketrans("@4310$57!", "aaelosstl")
_USUAL = frozenset(
    """11223344 123123123 12341234 12344321 12345678 123456789 1234567890 1234abcd 1234qwer
    123qweasd 147258369 147852369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 87654321 987654321 a1b2c3d4
    abc12345 abcd1234 abcdefgh admin123 admin1234 administrator ahmed123 ahmed1234 alhamdulillah
    allahuakbar arsenal1 asdf1234 asdfasdf asdfghjkl ashley123 barcelona baseball bismillah
    changeme changeme1 charlie1 chelsea1 computer cristiano default1 dragon123 dubai123 egypt123
    facebook1 football freedom1 google123 guest123 habibi123 hello123 helloworld iloveyou
    iloveyou1 iloveyou2 internet jennifer jessica1 kuwait123 letmein1 letmein123 liverpool
    login123 lovelove manchester master123 mercedes michael1 michelle mohamed1 mohamed123
    mohammed mohammed1 monkey123 muhammad muhammad1 p@ssw0rd p@ssw0rd1 p@ssword pa$$word
    passw0rd password password1 password12 password123 password1234 pokemon1 princess q1w2e3r4
    q1w2e3r4t5 qazwsxedc qweasdzxc qwer1234 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui
    qwertyuiop realmadrid riyadh123 ronaldo7 root1234 samsung1 samsung123 saudi123 secret123
    shadow123 starwars sunshine superman temp1234 test1234 testtest trustno1 user1234 welcome1
    welcome123 whatever zaq12wsx zxcvbnm1 zxcvbnm123""".split()
)
_COMMON = _USUAL | {core for each in _USUAL for core in _cores(each) if len(core) > 3}
