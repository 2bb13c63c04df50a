"""Where sentences begin and end, in any script, as offsets into the text."""

import re
from functools import cache

from clara.rag.stopwords import stop_words

_CLOSERS = "\"'\u00bb\u2019\u201d\u203a)\\]}\u300d\u300f\u3011\u3009\u300b\uff09*_"
_ABBREVIATIONS = """
    al approx apr aug ave bd bzw ca cap capt cf ch chap co col corp dec dept dipl dr ed eds eg eq eqs esp
    est etc evtl ex feb fig figs fr ft gen gov hon hr hrsg ie inc jan jr jul jun kap lt ltd maj mar messrs
    mgr mio mr mrd mrs ms mt nov nr oct op para pl pp prof ref refs rev sec sect sen sep sept sgt sig sp
    spp sr sra srta st str tel usw viz vol vols vs zb núm pág págs lic ing bd abb abs aufl bspw ggf inkl
    sog vgl mme mlle av env éd
"""
_UNSPACED_LETTERS = "\u0e01-\u0e4e\u0e80-\u0ecf\u1000-\u109f\u1780-\u17d3"
_LONG_UNSPACED = 60
"""Thai, Lao, Khmer and Burmese end a sentence with a blank, and set blanks between clauses too."""
_GOES_ON = "ๆ|และ|หรือ|แต่|ได้แก่|เช่น|คือ|โดย|ซึ่ง|เพื่อ|จึง|ทำให้|พ\\.ศ|ค\\.ศ|ร\\.ศ|จ\\.ศ"
"""What a clause in Thai begins with that goes on with the one before, and eras, which stand before a year."""

_LONGEST_SHORT_FORM = 8
_FIRST_WORD = re.compile(r"[^\W_]+")
_AT_LINE_START = re.compile(r"(?:\A|\n)[ \t]*[0-9]{1,3}\Z")
_AFTER_ORDINAL = re.compile(r"(?:Jan|Jän|Feb|März|April|Mai|Ju[nl]i|August|Sept|Okt|Nov|Dez|Jahr)")
"""What a number with a full stop counts in German, where that is no sentence's end: "am 9. November"."""
_OMISSION = re.compile(r".{0,4}?(?<!\. )\. \. \.(?! \.)", re.DOTALL)
"""Three full stops set apart, as TeX sets them; more of them lead to a page number."""
_ITEM = re.compile(r"[ \t]*(?:[-*•◦▪‣–—·#>|]|\(?[0-9]{1,3}[.)]\s|\(?[a-zA-Z][.)]\s)")

_SHORT_LINE = 0.6
"""A line that is this much shorter than a text's full ones ended on purpose: a heading, an item, a paragraph's end."""
_ALIKE, _RUN_TOGETHER = 0.8, 0.48


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(_ABBREVIATIONS.split())


@cache
def _boundary() -> re.Pattern[str]:
    ideographic = f"[\u3002\uff01\uff1f\uff61\uff0e]+[{_CLOSERS}]*"
    full_stop = f"(?P<stop>[.!?\u2026]+)[{_CLOSERS}]*(?:\\[[0-9, \u2013-]+\\])*(?=\\s)"
    other_marks = f"[\u0964\u0965\u061f\u06d4\u0589\u1362\u104b\u17d4\u17d5]+[{_CLOSERS}]*"
    blank_line = r"\n[ \t\r\f\v]*\n"
    line_end = r"(?P<line>\n)"
    before = f"(?:(?<=[{_UNSPACED_LETTERS}])(?<!ๆ)(?<!ได้แก่)(?<!เช่น)(?<!และ)(?<!หรือ)|(?<=\\d{{4}}))"
    clause = f"(?P<clause>{before} +(?!{_GOES_ON})(?=[{_UNSPACED_LETTERS}]))"
    # One look ahead spares the engine six attempts at every letter.
    any_first = "(?=[ \n.!?\u2026\u3002\uff01\uff1f\uff61\uff0e\u0964\u0965\u061f\u06d4\u0589\u1362\u104b\u17d4\u17d5])"
    return re.compile(
        any_first + "(?:" + "|".join((blank_line, full_stop, line_end, ideographic, other_marks, clause)) + ")"
    )


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences' (start, end) offsets in order; together they hold every character that isn't blank."""
    spans: list[tuple[int, int]] = []
    start = 0
    wide = _width(text)
    for match in _boundary().finditer(text):
        if match["stop"] and not _ends_sentence(text, match):
            continue
        if match["line"] and not _ends_line(text, match.start(), wide):
            continue
        if match["clause"] and match.start() - start < _LONG_UNSPACED:
            continue
        start = _close(spans, text, start, match.end())
    _close(spans, text, start, len(text))
    return spans


def _width(text: str) -> int:
    """Return how long a full line is: the longest, unless it is one of a few into which extraction ran two together."""
    lengths = sorted(map(len, text.splitlines()), reverse=True)
    longest = lengths[0] if lengths else 0
    for at, length in enumerate(lengths):
        if length < _RUN_TOGETHER * longest:
            break
        if len(lengths) > at + 2 and lengths[at + 2] > _ALIKE * length:
            return length
    return longest


def _close(spans: list[tuple[int, int]], text: str, start: int, end: int) -> int:
    part = text[start:end]
    body = part.strip()
    if body:
        first = start + len(part) - len(part.lstrip())
        spans.append((first, first + len(body)))
    return end


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + 24].lstrip()
    if following and (following[0].islower() or following[0] in ",;"):
        return False
    if match["stop"] != ".":
        return True
    end = match.start()
    omission = _OMISSION.match(text, max(0, end - 4))
    if omission and omission.end() - 5 <= end:
        return False
    first = end
    while first > max(0, end - _LONGEST_SHORT_FORM) and text[first - 1].isalnum():
        first -= 1
    word = text[first:end]
    if word.isdigit() and len(word) <= 2 and _AFTER_ORDINAL.match(following):
        return False
    if word.isdigit():
        return not _AT_LINE_START.search(text, max(0, first - 8), end)
    if not _is_short_form(word, text[max(0, first - 2) : first]):
        return True
    # "J. Smith" and "U.S. Senate" go on; "vitamin C. It" and "in the U.S. The" don't.
    starter = _FIRST_WORD.match(following)
    return bool(starter and starter[0].casefold() in stop_words("en"))


def _is_short_form(word: str, before: str) -> bool:
    if len(word) != 1:
        return word.casefold() in _abbreviations()
    if before.endswith("."):
        return word.isalpha() and before[0].isalpha()
    return word.isupper() and (not before or before[-1].isspace() or before[-1] == "(")


def _ends_line(text: str, at: int, wide: int) -> bool:
    if _ITEM.match(text, at + 1):
        return True
    begin = text.rfind("\n", 0, at) + 1
    following = text[at + 1 : at + 25].lstrip()
    if not following or following[0].islower():
        return False
    return at - begin < wide * _SHORT_LINE
