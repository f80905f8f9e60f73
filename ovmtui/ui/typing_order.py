"""Keys one after the other: each has had its effect before the next is looked at.

Textual hands a key to the widget that has the focus at that moment and looks for
bindings later. When keys come in a burst, as they do over a slow line, those after a `/`
would still be taken for verbs. Here a key waits until the one before has gone all the
way up and its action has run.
"""

from __future__ import annotations

from collections import deque
from typing import Any, TypeVar

from textual.app import App
from textual.events import Event, Key
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

ReturnType = TypeVar("ReturnType")

_LOST = 0.5
"""Seconds after which a key counts as done although nothing came back from it."""
_SETTLING = 0.02
"""Seconds between looks whether a new page is built and has taken the focus."""
_ROUNDS = 10
"""Looks after which a page counts as one that takes no focus."""


class KeyDone(Message):
    """Follows a key through the same queues, and so arrives when the key has."""


class TypingOrder(App[ReturnType]):
    """An application that takes keys strictly in order."""

    _waiting: deque[Key]
    _under_way: Timer | None = None
    _settled_screen: Screen[Any] | None = None
    _rounds = 0

    async def on_event(self, event: Event) -> None:
        """Hold a new key back while another is on its way."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
            return
        if not hasattr(self, "_waiting"):
            self._waiting = deque()
        self._waiting.append(event)
        if self._under_way is None:
            await self._next_key()

    async def on_key_done(self) -> None:
        """Let the next key go."""
        if self._under_way is not None:
            self._under_way.stop()
            self._under_way = None
        await self._next_key()

    async def _next_key(self) -> None:
        if self._waiting and self.screen is not self._settled_screen:
            # A page that has just come cannot take a key before it has its focus.
            self._rounds += 1
            ready = self.screen.is_mounted and self.screen.focused is not None
            if ready or self._rounds >= _ROUNDS:
                self._settled_screen, self._rounds = self.screen, 0
            self._under_way = self.set_timer(_SETTLING, self.on_key_done)
        elif self._waiting:
            target = self.focused or self.screen
            # A target that is taken away takes its messages with it.
            self._under_way = self.set_timer(_LOST, self.on_key_done)
            await super().on_event(self._waiting.popleft())
            target.post_message(KeyDone())
