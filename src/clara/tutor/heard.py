"""What of an answer was heard: its events up to where speech was cut off. What was not heard is not history."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from clara.tutor.events import AnswerEvent, CitationEvent, TextEvent

_MARK = re.compile(r"\[(\d{1,3})\]")
_WHOLE = re.compile(
    r"(?:^|(?<=\n))[ \t]*```.*?(?:\n[ \t]*```|\Z)|\$\$[^$]{1,1000}\$\$|\\\[.{1,1000}?\\\]|\\\(.{1,300}?\\\)"
    r"|\\begin\{(?P<name>\w{1,12})\*?\}.{0,1000}?\\end\{(?P=name)\*?\}"
    r"|(?<![\\A-Za-z0-9])\$[^\s$](?:[^$\n]{0,300}?(?<!\s))??\$(?!\d)"
    r"|`[^`\n]{1,300}`|!?\[[^\[\]\n]{0,300}\](?:\([^()\n]{0,500}\))?|https?://[^\s<>()]+",
    re.DOTALL,
)
"""What means nothing by halves: formulas, code, links, marks."""
_HANGING = re.compile(r"(?:\A|(?<=\s))(?:\*{1,3}|_{1,3}|~~|#{1,6}|[-+>]|\d{1,3}[.)])\Z")
"""Marks before what was not heard."""
_SPACED = re.compile(r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_EMPHASIS = re.compile(
    r"(?<!\\)(\*{1,3}|~~|(?<!\w)_{1,3}(?=\w)|(?<=[^\s_])_{1,3}(?!\w))(?<!\d\*(?=\d|\Z))(?<!\s\*(?=\s))"
)

_BETWEEN_LETTERS = re.compile(r"\w\*\w")
"""A product, unless it ends what is open."""


def heard_of(events: Iterable[AnswerEvent], text: str) -> Sequence[AnswerEvent]:
    """Return the events of an answer as far as ``text``, a beginning of what it says, was heard.

    Text is cut behind a word, outside of formulas, code and links, and emphasis that is open there is closed. A quote
    that was not heard whole is left out, since it is kept as a place and
    never as text; citations are kept with their marks. What was made and shown before that point is kept, and what
    follows the last word when that was heard. What the text holds beyond the answer (an apology) is nobody's event.
    """
    events = list(events)
    written = "".join(event.text for event in events if isinstance(event, TextEvent))
    left = _kept_length(written, len(text.rstrip()))
    kept: list[AnswerEvent] = []
    following: list[AnswerEvent] = []
    for event in events:
        if not isinstance(event, TextEvent):
            following.append(event)
            continue
        if left <= 0 and event.text.strip():
            break
        kept += following
        following.clear()
        if len(event.text.rstrip()) <= left or not event.text.strip():
            kept.append(event)
        else:
            if event.quote_of is None and left > 0:
                kept.append(replace(event, text=event.text[:left]))
            break
        left -= len(event.text)
    else:
        kept += following
    said = "".join(event.text for event in kept if isinstance(event, TextEvent))
    if len(said.rstrip()) < len(written.rstrip()) and (closing := _closing(said)):
        _close(kept, closing)
    marked = {int(number) for number in _MARK.findall(said)}
    return [event for event in kept if not isinstance(event, CitationEvent) or event.citation.n in marked]


def _kept_length(written: str, heard: int) -> int:
    """Return how much of a text of which so many characters were heard can be kept."""
    if heard >= len(written.rstrip()):
        return heard
    for whole in _WHOLE.finditer(written):
        if heard < whole.end():
            heard = min(heard, whole.start())
            break
    while heard > 0 and _SPACED.match(written, heard) and _SPACED.match(written, heard - 1):
        heard -= 1
    kept = written[:heard].rstrip()
    while (hanging := _HANGING.search(kept, max(0, len(kept) - 8))) is not None:
        kept = kept[: hanging.start()].rstrip()
    return len(kept)


def _close(kept: list[AnswerEvent], closing: str) -> None:
    while isinstance(last := kept[-1], TextEvent) and not last.text.strip():
        kept.pop()
    if isinstance(last, TextEvent):
        kept[-1] = replace(last, text=last.text.rstrip())
    kept.append(TextEvent(closing))


def _closing(text: str) -> str:
    """Return the marks that close what is open at the end of a text in Markdown, innermost first."""
    block = "\n" + _WHOLE.sub("", text[text.rfind("\n\n") + 1 :])
    still_open: list[str] = []
    for found in _EMPHASIS.finditer(block):
        mark = found[1]
        if mark in still_open:
            del still_open[still_open.index(mark) :]
        elif not _BETWEEN_LETTERS.match(block, found.start() - 1):
            still_open.append(mark)
    return "".join(reversed(still_open))
