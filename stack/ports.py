"""Finds loopback ports that nobody uses."""

import random
import socket
from contextlib import ExitStack


def find_free_port(preferred: int | None = None) -> int:
    """Return a free TCP port on loopback: the preferred one if it is free."""
    if preferred is not None and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether a TCP port on loopback can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def find_free_udp_range(size: int, *, low: int = 40000, high: int = 60000) -> tuple[int, int]:
    """Return the first and last port of a range of UDP ports that are free now.

    Raises:
        OSError: no such range was found; somebody else holds nearly all ports.
    """
    pick = random.SystemRandom()
    for _ in range(200):
        start = pick.randrange(low, high - size)
        if _range_is_free(start, size):
            return start, start + size - 1
    raise OSError(f"found no {size} free UDP ports in a row between {low} and {high} on loopback")


def _range_is_free(start: int, size: int) -> bool:
    with ExitStack() as probes:
        for port in range(start, start + size):
            probe = probes.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
