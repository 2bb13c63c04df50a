"""Where on a page an outline's titles stand."""

import re
from collections.abc import Sequence

_PREFIX = re.compile(r"[\W_]*(?:(?:[^\W\d_]+[ .]+)?(?:\d[\d.]*[a-z]?|[A-Z][\d.]*|[IVXLC]+)[\W_]+)?")
"""What a line may have before its title: a number, "Chapter 5:", "Appendix A"."""
_NUMBERING = re.compile(
    r"(?:(?:chapter|section|part|appendix)\s+)?(?:[\dIVXLC]+|[A-Z])(?:\.\w+)*[.:)]?\s+", re.IGNORECASE
)
_MAX_PREFIX_CHARS = 24
_MAX_FOUND = 20


def find_titles(text: str, titles: Sequence[str], estimates: Sequence[int | None]) -> list[int | None]:
    """Return for each title the offset of the line that it begins; None where none does and nothing is estimated.

    Where several lines begin so, the one nearest to the title's estimated offset is meant, and where none does, the
    line that begins nearest to it: a title may stand there in other words, or in a picture.
    """
    offsets: list[int | None] = []
    after = 0
    for title, estimate in zip(titles, estimates, strict=True):
        lines = _lines_with(text, title) or _lines_with(text, _NUMBERING.sub("", title, count=1))
        offset = _choose(lines or _line_near(text, estimate), estimate, after)
        after = after if offset is None else offset + 1
        offsets.append(offset)
    return offsets


def _lines_with(text: str, title: str) -> list[int]:
    words = re.findall(r"[^\W_]+", title)
    if not words:
        return []
    pattern = re.compile(r"(?<!\w)" + r"[\W_]*".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
    lines = []
    for match in pattern.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        prefix = text[line : match.start()]
        if len(prefix) <= _MAX_PREFIX_CHARS and _PREFIX.fullmatch(prefix):
            lines.append(line)
            if len(lines) == _MAX_FOUND:
                break
    return lines


def _line_near(text: str, estimate: int | None) -> list[int]:
    if estimate is None:
        return []
    estimate = max(0, min(estimate, len(text)))
    start, following = text.rfind("\n", 0, estimate) + 1, text.find("\n", estimate) + 1
    return [following if following and following - estimate < estimate - start else start]


def _choose(lines: list[int], estimate: int | None, after: int) -> int | None:
    if len(lines) < 2:
        return lines[0] if lines else None
    if estimate is not None:
        return min(lines, key=lambda line: abs(line - estimate))
    return next((line for line in lines if line >= after), lines[0])
