"""Which text had been said at a moment of a segment's sound: what was not heard is not history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clara.voice.wording.speakable import Piece

MS_PER_CHARACTER = 65.0
"""Of a unit whose sound isn't whole yet: about 15 characters a second, as synthetic voices speak."""

_PAUSES: Mapping[str, float] = {",": 3, ";": 4, ":": 4, "\u3001": 3, "\uff0c": 3}
"""How long a pause is, in characters; full stops end a unit, whose silence is cut off by ``end``."""


@dataclass(slots=True)
class _Unit:
    pieces: Sequence[Piece]
    weights: Sequence[float]
    sound_ms: float = 0
    whole: bool = False
    lead_ms: float = 0
    tail_ms: float = 0

    @property
    def lasts_ms(self) -> float:
        return self.sound_ms if self.whole else max(self.sound_ms, sum(self.weights) * MS_PER_CHARACTER)

    def text_at(self, position_ms: float) -> str:
        """Return the pieces of which at least half was said."""
        total = sum(self.weights)
        speaking_ms = max(0.0, self.lasts_ms - self.lead_ms - self.tail_ms)
        per_weight = speaking_ms / total if total else 0
        at, text, waiting = self.lead_ms, "", ""
        for piece, weight in zip(self.pieces, self.weights, strict=True):
            if not weight:
                waiting += piece.written
                continue
            if at + weight * per_weight / 2 > position_ms:
                return text
            text += waiting + piece.written
            waiting = ""
            at += weight * per_weight
        return text + waiting


class SpokenText:
    """The text of one segment of speech, unit by unit with how long each sounds.

    ``begin`` a unit, tell of its sound as it comes (``sounds``), and ``end`` it; positions count from the segment's
    first sample. ``on_said`` is told of the text now and then while it sounds, as far as it was said.
    """

    def __init__(self, on_said: Callable[[str], None] = lambda said: None) -> None:
        self.on_said = on_said
        self._units: list[_Unit] = []

    @property
    def text(self) -> str:
        """All that was begun."""
        return "".join(piece.written for unit in self._units for piece in unit.pieces)

    @property
    def sound_ms(self) -> float:
        return sum(unit.sound_ms for unit in self._units)

    def begin(self, pieces: Sequence[Piece]) -> None:
        self._units.append(_Unit(pieces, [_weight(piece.spoken) for piece in pieces]))

    def sounds(self, ms: float) -> None:
        """Say that so much more of the unit's sound is there."""
        self._units[-1].sound_ms += ms

    def end(self, lead_ms: float = 0, tail_ms: float = 0) -> None:
        """Say that the unit's sound is whole, with so much silence before and behind its words."""
        unit = self._units[-1]
        unit.whole, unit.lead_ms, unit.tail_ms = True, lead_ms, tail_ms

    def text_at(self, position_ms: float) -> str:
        """Return the written text of what had been said by then, to the word."""
        text, at = "", 0.0
        for unit in self._units:
            if position_ms <= at and unit.lasts_ms:
                break
            if position_ms < at + unit.lasts_ms or not unit.whole:
                return text + unit.text_at(position_ms - at)
            text += "".join(piece.written for piece in unit.pieces)
            at += unit.lasts_ms
        return text


def _weight(spoken: str) -> float:
    """Return how long something takes to say, in characters."""
    said = spoken.strip()
    if not any(character.isalnum() for character in said):
        return 0
    pauses = sum(_PAUSES.get(character, 0) for character in said)
    # A character of an unspaced script is a syllable or more.
    return len(said) + 1 + pauses + sum(1 for character in said if "\u3040" <= character <= "\ud7a3")
