"""What of an answer was heard: its events up to where speech was cut off. What was not heard is not history."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from clara.tutor.events import AnswerEvent, CitationEvent, TextEvent

_MARK = re.compile(r"\[(\d{1,3})\]")


def heard_of(events: Iterable[AnswerEvent], text: str) -> Sequence[AnswerEvent]:
    """Return the events of an answer as far as ``text``, a beginning of what it says, was heard.

    Plain text is cut to the character; a quote that was not heard whole is left out, since it is kept as a place and
    never as text; citations are kept with their marks. What was made and shown before that point is kept, and what
    follows the last word when that was heard. What the text holds beyond the answer (an apology) is nobody's event.
    """
    left = len(text.rstrip())
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
            if event.quote_of is None:
                kept.append(replace(event, text=event.text[:left]))
            break
        left -= len(event.text)
    else:
        kept += following
    said = "".join(event.text for event in kept if isinstance(event, TextEvent))
    marked = {int(number) for number in _MARK.findall(said)}
    return [event for event in kept if not isinstance(event, CitationEvent) or event.citation.n in marked]
