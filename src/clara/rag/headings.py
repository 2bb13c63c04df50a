"""Which of a chunk's headings a quote stands under."""

import re

from clara.rag.chunks import HEADING_SEPARATOR, LEAD_CHARS, TITLE_CHARS

_LOOKED_AT = 4 * (LEAD_CHARS + TITLE_CHARS)
_NUMBERING = r"(?:(?:[^\W\d_]+[ .]+)?(?:\d[\d.]*[a-z]?|[A-Z][\d.]*|[IVXLC]+)[^\w\n]+)?"


def heading_at(heading: str, text: str, offset: int) -> str:
    """Return the heading path of what stands at ``offset`` of a chunk's text.

    A heading with a short lead goes with its first subsection, whose path the chunk has: what stands above the
    subsection's title isn't in it.
    """
    titles = heading.split(HEADING_SEPARATOR)
    while len(titles) > 1 and offset < _place(titles[-1], text):
        titles.pop()
    return HEADING_SEPARATOR.join(titles)


def _place(title: str, text: str) -> int:
    """Return where the line begins that is the title, with or without a number before it; 0 where there is none."""
    words = re.findall(r"[^\W_]+", title)
    if not words:
        return 0
    pattern = rf"^[^\w\n]*{_NUMBERING}" + r"[\W_]+".join(map(re.escape, words)) + r"[^\w\n]*$"
    found = re.compile(pattern, re.MULTILINE | re.IGNORECASE).search(text, 0, _LOOKED_AT)
    return found.start() if found else 0
