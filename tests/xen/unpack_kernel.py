"""Unpack the ELF kernel of a Linux bzImage, so that no emulated CPU has to.

Usage: unpack_kernel.py BZIMAGE ELF

The layout is that of the kernel's Documentation/arch/x86/boot.rst: the setup header at
0x1f1 counts the setup sectors, and `payload_offset` and `payload_length` at 0x248 say
where the compressed kernel lies behind them.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

SECTOR = 512
SETUP_SECTORS_OFFSET = 0x1F1
PAYLOAD_OFFSET = 0x248
SIZE_TRAILER = 4
"""Bytes that the kernel's build appends: the unpacked size."""

UNPACKERS = {
    b"\xfd7zXZ\x00": ("xz", "-dc", "--single-stream"),
    b"\x02\x21\x4c\x18": ("lz4", "-dc"),
    b"\x28\xb5\x2f\xfd": ("zstd", "-dc"),
}


def unpack(image: bytes) -> bytes:
    """Return the ELF file inside the bzImage `image`.

    Raises:
        ValueError: the payload is of an unknown kind or does not hold an ELF file.
    """
    setup_sectors = image[SETUP_SECTORS_OFFSET] or 4
    offset, length = struct.unpack_from("<II", image, PAYLOAD_OFFSET)
    start = (setup_sectors + 1) * SECTOR + offset
    payload = image[start : start + length]
    for magic, command in UNPACKERS.items():
        if payload.startswith(magic):
            done = subprocess.run(
                command, input=payload[:-SIZE_TRAILER], capture_output=True, check=False
            )
            if done.stdout.startswith(b"\x7fELF"):
                return done.stdout
            raise ValueError(f"{command[0]} gave no ELF file: {done.stderr.decode()}")
    raise ValueError(f"unknown payload {payload[:6]!r}")


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_bytes(unpack(Path(source).read_bytes()))
