"""One stream of a command: decoded, counted, kept within a limit, told at once."""

from __future__ import annotations

import codecs
from collections.abc import Awaitable

from ovmtui.model.job import Stream
from ovmtui.transport.interface import OnOutput, OutputChunk


class Collector:
    """Takes the bytes of one stream."""

    def __init__(
        self, stream: Stream, on_output: OnOutput | None, *, limit: int = 0, offset: int = 0
    ) -> None:
        """Keep the first `limit` bytes; `offset` bytes have been delivered before."""
        self._stream = stream
        self._on_output = on_output
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept = bytearray()
        self.received = offset
        """Bytes of the stream so far."""
        self.truncated = False
        """Whether something was not kept."""

    @property
    def text(self) -> str:
        """What was kept."""
        return self._kept.decode("utf-8", "replace")

    def feed(self, data: bytes) -> Awaitable[None] | None:
        """Take the next bytes; return what to await before more of them, see `OnOutput`."""
        room = self._limit - len(self._kept)
        self._kept += data[:room]
        self.truncated = self.truncated or len(data) > room
        self.received += len(data)
        return self._tell(self._decoder.decode(data))

    def end(self) -> None:
        """Tell what is left of a character that was cut off."""
        self._tell(self._decoder.decode(b"", final=True))

    def _tell(self, text: str) -> Awaitable[None] | None:
        if not text or self._on_output is None:
            return None
        # The first bytes of a character are delivered only with its last one.
        waiting, _ = self._decoder.getstate()
        return self._on_output(OutputChunk(self._stream, text, self.received - len(waiting)))
