"""Text cut into parts that can be quoted: sentences, and pieces of what is too long for one."""

import re
from collections.abc import Iterator

from clara.rag.sentences import sentences

LONG_SENTENCE = 320
"""Characters beyond which a "sentence" is taken for a run of them, a table or a formula, and cut where it can be."""

_NUMBERING = re.compile(r"^[\s#]*(?:[0-9A-Z]{1,3}(?:\.[0-9]{1,3})*\.?\s+)?")
_COMMAND = re.compile(r"^(?:>{1,3}|\$)[ \t]\S.*$", re.MULTILINE)
_PROMPT = re.compile("[>$] ")
_SEAMS = tuple(
    re.compile(pattern)
    for pattern in (
        # "…in time.The next": a blank that text extraction lost.
        r"(?<=[a-zà-öø-ÿ)\]”][.!?])(?=[A-ZÀ-ÖØ-Þ“])",
        r"(?<=[.!?]\s)|(?<=[。！？])",
        r"(?<=\n)",
        r"(?<=[;:]\s)|(?<=[；：])",
        r"(?<=[,،]\s)|(?<=[，、])",
        r"(?<=\s)",
    )
)


def split(text: str, heading: str = "") -> list[tuple[int, int]]:
    """Return the parts' offsets, in order: the sentences without the headings printed above them, long ones cut."""
    spans: list[tuple[int, int]] = []
    above = bool(heading)
    for start, end in sentences(text):
        if above:
            start = _after_titles(text, start, end, heading)
            above = start == end
        for first, last in _commands_apart(text, start, end):
            if last - first > LONG_SENTENCE:
                spans.extend(_cut(text, first, last))
            else:
                spans.append((first, last))
    return spans


def _commands_apart(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a span, and the lines that were typed at a prompt, if it has any, each apart."""
    if _PROMPT.search(text, start, end) is None:
        if start < end:
            yield start, end
        return
    for match in _COMMAND.finditer(text, start, end):
        yield from trim(text, start, match.end())
        start = match.end()
    yield from trim(text, start, end)


def _after_titles(text: str, start: int, end: int, heading: str) -> int:
    """Return where a span goes on after the lines, if it begins with any, that are its passage's headings."""
    while start < end:
        line = text.find("\n", start, end)
        stop = end if line < 0 else line
        title = _NUMBERING.sub("", text[start:stop]).strip(" #")
        if not title or title not in heading:
            break
        start = stop
        while start < end and text[start].isspace():
            start += 1
    return start


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONG_SENTENCE:
        at = _seam(text, start, end)
        yield from trim(text, start, at)
        start = at
    yield from trim(text, start, end)


def _seam(text: str, start: int, end: int) -> int:
    for seam in _SEAMS:
        places = [match.start() for match in seam.finditer(text, start + LONG_SENTENCE // 4, start + LONG_SENTENCE)]
        if places:
            return places[0] if seam is _SEAMS[0] else places[-1]
    return min(end, start + LONG_SENTENCE)


def trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span without the blanks around it, or nothing if there is nothing else."""
    body = text[start:end].strip()
    if body:
        first = text.index(body, start)
        yield first, first + len(body)
