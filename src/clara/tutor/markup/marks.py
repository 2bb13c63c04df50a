"""The marks that a model sets for its citations, [n "quote"], in the shapes that models really write."""

import re
from dataclasses import dataclass
from enum import Enum

MOST_CHARS = 1000
"""Of a mark; one that isn't closed by then is none."""

_ENOUGH_AFTER = 200
"""A bracket that a quote opens and doesn't close is waited for no longer than this."""
_WORDS = r"passage|passages|source|sources|material|quelle|quellen|fuente|fonte|bron|источник|来源|出典|no\.|nr\.|#"
_PAGE = r"(?:pp?|page|pages|s|seite|pág|pagina|стр)\.?[ \t]*\d+(?:[ \t]*[–-][ \t]*\d+)?"
_OPENING = "[\\[【［]"
_CLOSING = "[\\]】］]"
_HEAD = re.compile(
    rf"{_OPENING}[ \t]*\**\^?(?:(?:{_WORDS})[ \t]*)?(\d{{1,9}})\**[ \t]*(?:[:,.;=|–-]|†)?[ \t]*(?:{_PAGE}[ \t]*[:,]?)?"
    r"[ \t]*\n?[ \t]*",
    re.IGNORECASE,
)
_NUMBERS = r"\^?\d{1,4}(?:[ \t]*[,;–-][ \t]*\^?\d{1,4})*"
_BARE = re.compile(
    rf"{_OPENING}[ \t]*(?:(?:{_WORDS})[ \t]*)?(?P<bold>\**){_NUMBERS}(?P=bold)"
    rf"(?:†[^\]】\n]{{0,40}}|[ \t]*[,;:]?[ \t]*{_PAGE})?[ \t]*{_CLOSING}",
    re.IGNORECASE,
)
_CLOSED = re.compile(_CLOSING)
_QUOTE = re.compile(r"\\?[\"“”„«»‘'「『‹›]")
_CLOSERS = {
    '"': '"”“', "“": '”“"', "”": '”"', "„": '“”"', "«": "»", "»": "«", "‘": "’'", "'": "'’", "「": "」", "『": "』",
    "‹": "›", "›": "‹",
}  # fmt: skip
_TAIL = rf"(?=\s*[.,;]?\s*(?:\(?{_PAGE}\)?)?\s*{_CLOSING})"
_END = re.compile(rf"\s*[.,;]?\s*(?:\(?{_PAGE}\)?)?\s*{_CLOSING}", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"'“”„«»‘’\\])")
_NUMBER = re.compile(r"\d{1,4}")
_PLACES = re.compile(rf"†.*|{_PAGE}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark cites: numbers of passages, each with the quote, "" where there is none.

    ``blank`` is what stands between it and the text before. ``problem`` is "" or why it can't be shown: "bare",
    "unclosed".
    """

    cites: tuple[tuple[int, str], ...]
    blank: str = ""
    problem: str = ""


class Verdict(Enum):
    NO_MARK = 1
    UNDECIDED = 2


def read_mark(text: str, at: int, final: bool) -> tuple[Mark, int] | Verdict:
    """Read the mark that begins with the bracket at ``at``; return it and where it ends.

    UNDECIDED: more of the text may make it one, or end it, unless ``final``. Splits of the text change nothing.
    """
    complete = final or len(text) >= at + MOST_CHARS
    head = _HEAD.match(text, at)
    if head is None:
        return Verdict.NO_MARK
    opener = _QUOTE.match(text, head.end())
    if opener is None:
        bare = _BARE.match(text, at)
        if bare is None:
            return Verdict.NO_MARK
        numbers = _NUMBER.findall(_PLACES.sub("", bare[0]))
        return Mark(tuple((int(number), "") for number in numbers), problem="bare"), bare.end()
    end = _end(text, opener, min(len(text), at + MOST_CHARS), complete)
    if end is None:
        return Verdict.UNDECIDED
    if end < 0:
        return Mark(((int(head[1]), ""),), problem="unclosed"), _after_unclosed(text, opener, final)
    closing = _END.match(text, end)
    assert closing is not None
    return Mark(_cites(int(head[1]), opener[0], text[opener.end() : end])), closing.end()


def _end(text: str, opener: re.Match[str], limit: int, complete: bool) -> int | None:
    """Return where the last quote of a mark closes (after its closing sign), -1 if nowhere, None if not yet.

    That is the first sign before a closing bracket, unless a bracket that the quote opens is closed by that: then it
    is the next, if it comes soon.
    """
    depth, first = 0, -1
    if _CLOSED.search(text, opener.end(), limit) is None:
        return -1 if complete else None
    for found in _ends(opener[0]).finditer(text, opener.end(), limit):
        if 0 <= first < found.end() - _ENOUGH_AFTER:
            break
        if found["close"]:
            closing = _END.match(text, found.end(), limit)
            if depth == 0 and closing and (first < 0 or closing.end() <= first + _ENOUGH_AFTER):
                return found.end()
            first = found.end() if first < 0 else first
        elif found[0] in "[【［":
            depth += 1
        elif found[0] in "]】］" and depth:
            depth -= 1
    if first >= 0 and (complete or limit >= first + _ENOUGH_AFTER):
        return first
    return -1 if complete else None


def _ends(opener: str) -> re.Pattern[str]:
    closers = _CLOSERS[opener[-1]]
    sign = f"\\\\[{closers}]" if len(opener) > 1 else f"[{closers}]"
    skipped = "" if len(opener) > 1 else r"\\.|"
    return re.compile(rf"{skipped}(?P<close>{sign}){_TAIL}|[\[\]【】［］]", re.DOTALL | re.IGNORECASE)


def _cites(number: int, opener: str, inside: str) -> tuple[tuple[int, str], ...]:
    """Return the quotes of a mark; ``inside`` is from behind the first opening sign to behind the last closing one."""
    escaped = "\\\\" if len(opener) > 1 else ""
    closers = _CLOSERS[opener[-1]]
    sign = rf"{escaped}[{closers}]\s*[;,]?\s*(?:(?:and|und|y|et|e|en)\s+)?"
    between = re.compile(rf"{sign}(\d{{1,4}})\s*[:,]?\s*{escaped}[\"“„«‘'「『]")
    cites: list[tuple[int, str]] = []
    at = 0
    for found in between.finditer(inside):
        cites.append((number, _unescaped(inside[at : found.start()])))
        number, at = int(found[1]), found.end()
    cites.append((number, _unescaped(inside[at : len(inside) - len(opener)])))
    return tuple(cites)


def _unescaped(quote: str) -> str:
    return _ESCAPED.sub(r"\1", quote).strip()


def _after_unclosed(text: str, opener: re.Match[str], final: bool) -> int:
    """Return where the text goes on: behind a quote that was cut off with the answer, else at the quote itself."""
    rest = text[opener.end() :]
    signs = _CLOSERS[opener[0][-1]]
    cut = final and len(rest) < MOST_CHARS and not any(sign in rest for sign in ("\n", *signs))
    return len(text) if cut else opener.start()
