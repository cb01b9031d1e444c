"""Whose address it is that asks, where proxies of ours stand in between."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

_PLACE = re.compile(
    r"\[(?P<bracketed>[0-9A-Fa-f:.]+)(?:%[^\]]*)?\](?::[0-9]*)?"
    r"|(?P<v4>[0-9.]+)(?::[0-9]*)?"
    r"|(?P<v6>[0-9A-Fa-f:.]+)(?:%.*)?"
)


def client_address(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """
    The right-most address that is not a proxy of ours.

    ``forwarded`` are the lines of ``X-Forwarded-For``: every proxy adds on the right whom it was
    asked by, so what stands further left is hearsay. Without a trusted peer nothing in them counts,
    and where one of ours wrote what is no address, the proxy itself is all we know.
    """
    here = _parsed(peer)
    if here is None:
        return peer
    said = [each for line in forwarded for each in line.split(",")]
    while said and any(here in network for network in trusted):
        before = _parsed(said.pop())
        if before is None:
            break
        here = before
    return str(here)


def _parsed(said: str) -> IPv4Address | IPv6Address | None:
    match = _PLACE.fullmatch(said.strip())
    if match is None:
        return None
    try:
        address = ip_address(match["bracketed"] or match["v4"] or match["v6"])
    except ValueError:
        return None
    # An IPv4 client, as a socket that listens for both kinds sees it (RFC 4291, 2.5.5.2).
    return getattr(address, "ipv4_mapped", None) or address
