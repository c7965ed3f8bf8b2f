"""Connections to the internet only: an address that somebody gave must not lead to our neighbours.

The names are looked up once, and the addresses that were found good are the ones that are connected
to: a name that changes its mind between the two (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class NotPublicError(OSError):
    """The address leads to something that is not on the internet."""


class PublicResolver(AbstractResolver):
    """Finds the addresses of names, and refuses those that are not on the internet."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            NotPublicError: one of them is not on the internet.
            OSError: there are none.
        """
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(one["host"]) for one in found):
            raise NotPublicError("the name leads to an address that is not on the internet")
        return found

    async def close(self) -> None:
        """Do nothing: nothing is held open."""


def check_url(url: str, *, may_be_private: bool) -> str:
    """Return an address that requests may be sent to, as it is.

    Names are not looked up: they may lead elsewhere by the time of the request.

    Raises:
        ValueError: it is not one, or requests are not sent there.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not an address like https://example.com/hook") from None
    schemes = {"https", "http"} if may_be_private else {"https"}
    if parts.scheme not in schemes or not host:
        raise ValueError("must begin with https:// and name a host")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("must hold no user, no password and no #")
    if not may_be_private and _is_address(host) and not is_public(host):
        raise ValueError("leads to an address that is not on the internet")
    return url


def is_public(host: str) -> bool:
    """Tell whether an IP address is one of the internet's."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not address.is_multicast


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # 127.1 and 0x7f000001 are addresses for those who connect, though not here.
        try:
            socket.inet_aton(host)
        except OSError:
            return False
        raise ValueError("must write its address in full, as in 203.0.113.7") from None
    return True
