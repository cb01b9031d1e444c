"""Whom we call: an address somebody has typed may lead into our own house, and must not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import SplitResult, urlsplit

from ..errors import BadValue
from ..text import clean

HTTPS_PORTS = frozenset({443, 8443})
"""Others are of neighbours that speak something else, and would take our words for theirs."""
LONGEST_URL = 500

_SCHEMES = {"https": 443, "http": 80}
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?)+")
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+")
"""What a URL may be written with (RFC 3986); neither blanks, quotes, brackets nor backslashes."""

Address = IPv4Address | IPv6Address

_NEVER: tuple[IPv4Network | IPv6Network, ...] = (
    *map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    ),
    *map(
        IPv6Network,
        (
            # Of all there is only 2000::/3 is given out, and of that not everything.
            "::/3",
            "4000::/2",
            "8000::/1",
            # Teredo and its neighbours, documentation, 6to4: they hold IPv4 addresses, or none.
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        ),
    ),
)
"""Private, shared, of this machine, of this link, for many, for books, for later (RFC 6890)."""


class BadWebhookUrl(BadValue):
    """Not ``https://host/path`` on one of ``ports``, without a name, a password or a fragment."""


class HostNotAllowed(BadValue):
    """The host has no address, or one that is not of the public internet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL, taken apart; ``host`` is a name in ASCII or an address without brackets."""

    url: str
    scheme: str
    host: str
    port: int


def parse_webhook_url(text: str) -> Target:
    """
    A URL that can be called at all; whether it may be is for :func:`may_be_called`.

    A name in other letters than Latin ones is told in the ASCII form it has on the wire.
    """
    said = clean(text, at_most=LONGEST_URL, at_least=1)
    try:
        parts = urlsplit(said)
        port = parts.port
        host = _ascii(parts.hostname or "", is_address="[" in parts.netloc)
    except ValueError:
        raise _bad() from None
    if parts.scheme not in _SCHEMES or "@" in parts.netloc or "#" in said or port == 0:
        raise _bad()
    if parts.netloc.rpartition("]")[2].endswith(":"):
        raise _bad()
    bracketed = f"[{host}]" if ":" in host else host
    where = bracketed if port is None else f"{bracketed}:{port}"
    path = _path(parts)
    url = f"{parts.scheme}://{where}{path}"
    if not _PLAIN.fullmatch(path):
        raise _bad()
    return Target(url=url, scheme=parts.scheme, host=host, port=port or _SCHEMES[parts.scheme])


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the public internet, and nobody's here."""
    inner = getattr(address, "ipv4_mapped", None)
    if inner is not None or getattr(address, "scope_id", None) is not None:
        return False
    return not any(
        address in network for network in _NEVER if network.version == address.version
    ) and not (address.is_multicast or address.is_reserved or address.is_private)


def may_be_called(target: Target, addresses: Iterable[Address], *, loopback: bool) -> bool:
    """
    Whether every address of the host may be called, over this scheme and at this port.

    ``loopback`` lets a developer's own machine be called too, at any port and without TLS.
    """
    every = list(addresses)
    if not every:
        return False
    if loopback and all(each.is_loopback for each in every):
        return True
    if target.scheme != "https" or target.port not in HTTPS_PORTS:
        return False
    return all(map(is_public, every))


def _bad() -> BadWebhookUrl:
    return BadWebhookUrl(ports=sorted(HTTPS_PORTS))


def _ascii(host: str, *, is_address: bool) -> str:
    """``ValueError`` if it is no host. An address is one of every machine, not of one link."""
    if is_address:
        if "%" in host:
            raise ValueError(host)
        return str(IPv6Address(host))
    name = host if host.isascii() else host.encode("idna").decode()
    if not _HOST.fullmatch(name):
        raise ValueError(host)
    return name


def _path(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
