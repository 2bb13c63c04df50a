"""A whole answer as one text to be read aloud, by a client that has a voice of its own."""

from collections.abc import Iterable

from clara.rag.languages import detect_language
from clara.tutor.events import Cited
from clara.voice.wording.speakable import Speaker, spoken_text
from clara.voice.wording.units import Units

_SILENT = dict.fromkeys(map(ord, '"“”„«»「」『』'))
"""Nobody says them; a place that is put before the end of its sentence would leave them half open."""


def read_aloud(written: str, citations: Iterable[Cited] = ()) -> str:
    """Return what is said for an answer: Markdown and LaTeX as words, each citation as its page and file."""
    speaker, units = Speaker(detect_language(written)), Units()
    for cited in citations:
        speaker.cite(cited)
    said = [spoken_text(speaker.say(unit)) for unit in (*units.feed(written), *units.finish())]
    return " ".join(sentence for sentence in said if sentence).translate(_SILENT)
