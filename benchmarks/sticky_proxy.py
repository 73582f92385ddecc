"""One address in front of several servers: whoever comes back with its cookie gets the same server again.

As small as it can be and still be a reverse proxy: bytes pass as they are, a connection stays with the server
that its first request was given to. For benchmarks; docs/server.md names nginx for a lab.
"""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Sequence

COOKIE = "server"
_CHOSEN = re.compile(rb"(?i)\r\ncookie:[^\r]*\bserver=(\d+)")


class StickyProxy:
    """Listens until the process ends.

    Args:
        ports: Of the servers, on this machine.

    Attributes:
        url: The one address.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turns = itertools.cycle(range(len(ports)))
        self._listening = socket.create_server(("localhost", 0), backlog=100)
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            incoming, _ = self._listening.accept()
            threading.Thread(target=self._serve, args=(incoming,), daemon=True).start()

    def _serve(self, incoming: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            received = incoming.recv(65536)
            if not received:
                incoming.close()
                return
            head += received
        known = _CHOSEN.search(head)
        number = int(known[1]) if known else next(self._turns)
        server = socket.create_connection(("localhost", self._ports[number]))
        server.sendall(head)
        threading.Thread(target=_pass, args=(incoming, server, b""), daemon=True).start()
        cookie = b"" if known else f"\r\nset-cookie: {COOKIE}={number}; path=/".encode()
        _pass(server, incoming, cookie)


def _pass(source: socket.socket, target: socket.socket, header: bytes) -> None:
    """Everything from one to the other; a header is put behind the first line of the first answer."""
    try:
        while received := source.recv(65536):
            if header:
                first, rest = received.split(b"\r\n", 1)
                received, header = first + header + b"\r\n" + rest, b""
            target.sendall(received)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()
