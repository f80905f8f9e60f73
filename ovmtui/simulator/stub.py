"""What a node's `xm` and its other programs are: a messenger to the simulated world.

It is run by a Python without `site`, and takes the built-in modules only: so it starts
in some ten milliseconds. It must not import anything of this package.

    stub.py SOCKET NODE PROGRAM [ARGUMENT]...
"""

from __future__ import annotations

import posix
import sys

# `socket` itself would take as long to import as Python to start.
from _socket import AF_UNIX, SOCK_STREAM, socket

_HEADER = 5
_CHUNK = 65536


def main() -> int:
    """Hand the arguments over, pass the answer on, and return the exit code."""
    words = [word.encode("utf-8", "surrogateescape") for word in sys.argv[2:]]
    request = b"\0".join(words)
    connection = socket(AF_UNIX, SOCK_STREAM)
    connection.connect(sys.argv[1])
    connection.sendall(len(request).to_bytes(4, "big") + request)
    while True:
        header = _receive(connection, _HEADER)
        payload = _receive(connection, int.from_bytes(header[1:], "big"))
        kind = header[:1]
        if kind == b"X":
            return int(payload)
        if kind == b"I":
            line = _read_line()
            connection.sendall(len(line).to_bytes(4, "big") + line)
        else:
            _write(1 if kind == b"O" else 2, payload)


def _receive(connection: socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        part = connection.recv(min(_CHUNK, count - len(received)))
        if not part:
            # The world has ended: like a node that lost its power.
            sys.exit(255)
        received += part
    return received


def _read_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = posix.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[posix.write(descriptor, data) :]


if __name__ == "__main__":
    sys.exit(main())
