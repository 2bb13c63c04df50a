"""How far a client has read what is said aloud, with a voice of its own: as it reports, character by character."""

import asyncio

SILENT_S = 20.0
"""A client that reports nothing for so long has a voice that tells nothing: all that is on the screen was read."""


class Reading:
    """Of one answer at a time: ``begin`` it, tell what was ``played`` of it, and ``follow`` it to its end."""

    def __init__(self, silent_s: float = SILENT_S) -> None:
        self._silent_s = silent_s
        self._id = ""
        self._chars = 0
        self._cut = False
        self._told = asyncio.Event()

    def begin(self, message_id: str) -> None:
        self._id, self._chars, self._cut = message_id, 0, False
        self._told.set()

    def played(self, message_id: str, chars: int) -> None:
        """So many characters of an answer were heard; of another one than this it means nothing."""
        if message_id == self._id:
            self._chars = max(self._chars, chars)
            self._told.set()

    def heard(self, written: str) -> str:
        return written[: self._chars]

    def cut(self) -> None:
        """Nothing more is read."""
        self._cut = True
        self._told.set()

    async def follow(self, written: str) -> bool:
        """Wait until all of it was heard; False where it was cut, or another one begins."""
        length, followed = len(written.rstrip()), self._id
        while self._id == followed and self._chars < length and not self._cut:
            self._told.clear()
            try:
                async with asyncio.timeout(self._silent_s):
                    await self._told.wait()
            except TimeoutError:
                break
        return self._id == followed and not self._cut
