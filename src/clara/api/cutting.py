"""An answer's text cut where a client wants it to end: at a stop sequence, or when it is long enough."""

from collections.abc import Sequence


class Cutter:
    """Gives back the text as it may be sent. ``ended`` is "stop" or "length" once that is all.

    The end of the text that could be the beginning of a stop sequence is held until it isn't. ``max_bytes``: of UTF-8.
    """

    def __init__(self, stops: Sequence[str], max_bytes: int | None = None) -> None:
        self.ended: str | None = None
        self._stops = tuple(stops)
        self._left = max_bytes
        self._held = ""

    def take(self, text: str) -> str:
        """Return what of the text so far may be sent now."""
        if self.ended is not None:
            return ""
        text = self._held + text
        found = [place for place in map(text.find, self._stops) if place >= 0]
        if found:
            self.ended, self._held = "stop", ""
            return self._within(text[: min(found)])
        held = self._could_begin(text)
        self._held = text[len(text) - held :]
        return self._within(text[: len(text) - held])

    def rest(self) -> str:
        """Return what is held: no more comes."""
        held, self._held = self._held, ""
        return self._within(held) if self.ended is None else ""

    def _could_begin(self, text: str) -> int:
        """Return how many characters at the text's end a stop sequence could begin with."""
        longest = min(len(text), max(map(len, self._stops), default=1) - 1)
        return next((n for n in range(longest, 0, -1) if any(s.startswith(text[-n:]) for s in self._stops)), 0)

    def _within(self, text: str) -> str:
        if self._left is None:
            return text
        data = text.encode("utf-8", "replace")
        if len(data) > self._left:
            self.ended = "length"
            text = data[: self._left].decode("utf-8", "ignore")
        self._left -= min(len(data), self._left)
        return text
