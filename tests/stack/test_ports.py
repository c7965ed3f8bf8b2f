import socket

import pytest

from stack.ports import find_free_port, find_free_udp_range, is_free

pytestmark = pytest.mark.unit


def test_the_preferred_port_is_taken_when_it_is_free() -> None:
    port = find_free_port()
    assert find_free_port(port) == port


def test_a_taken_port_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        other = find_free_port(port)
        assert other != port
        assert is_free(other)


def test_a_range_of_free_udp_ports() -> None:
    first, last = find_free_udp_range(20)
    assert last - first + 1 == 20
    for port in (first, last):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))


def test_no_range_is_found_where_every_port_is_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="no 1 free UDP ports in a row"):
            find_free_udp_range(1, low=port, high=port + 2)
