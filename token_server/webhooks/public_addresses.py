"""Connections to the internet only: an address that somebody gave must not lead to our neighbours.

What counts is the address that is connected to, at the moment in which that is done: a name that
changes its mind (DNS rebinding) gains nothing, nor does a way to write an address that one part
reads as a name and the next one as 127.0.0.1.
"""

import ipaddress
import socket
from typing import Final

from aiohttp import AddrInfoType
from yarl import URL

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_INTERNET_6: Final = ipaddress.ip_network("2000::/3")


class NotPublicError(OSError):
    """The address leads to something that is not on the internet."""


def open_public_socket(info: AddrInfoType) -> socket.socket:
    """Return a socket to connect to an address with, as aiohttp's connectors ask for it.

    Raises:
        NotPublicError: the address is not on the internet.
    """
    family, kind, protocol, _, place = info
    if not is_public(str(place[0])):
        raise NotPublicError("the address is not on the internet")
    return socket.socket(family, kind, protocol)


def check_url(url: str, *, may_be_private: bool) -> str:
    """Return an address that requests may be sent to, as it is.

    Names are not looked up: they may lead elsewhere by the time of the request.

    Raises:
        ValueError: it is not one, or requests are not sent there.
    """
    try:
        # As the client reads it: signs that stand for digits are digits to it.
        parts = URL(url)
        host, _ = parts.host, parts.port
    except ValueError:
        raise ValueError("is not an address like https://example.com/hook") from None
    schemes = {"https", "http"} if may_be_private else {"https"}
    if parts.scheme not in schemes or not host:
        raise ValueError("must begin with https:// and name a host")
    if parts.user or parts.password or parts.fragment:
        raise ValueError("must hold no user, no password and no #")
    if not may_be_private and _is_address(host) and not is_public(host):
        raise ValueError("leads to an address that is not on the internet")
    return url


def is_public(host: str) -> bool:
    """Tell whether a text is an IP address, and one of the internet's."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address not in _INTERNET_6:
            return False
        address = inner or address
    return address.is_global and not address.is_multicast


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # 127.1 and 0x7f000001 are addresses for those who connect, though not here.
        try:
            socket.inet_aton(host.rstrip("."))
        except OSError:
            return False
        raise ValueError("must write its address in full, as in 203.0.113.7") from None
    return True
