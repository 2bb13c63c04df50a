"""How a quote is shown: its words untouched, the line breaks of the printed page gone, those of lists and code kept."""

import re
from itertools import pairwise

_BLANKS = re.compile(r"[ \t\f\v\u00a0]+")
_ITEM = re.compile(r"(?:[•◦▪‣●○·*+–—-]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)])\s|[>|$#]")
_CODE = re.compile(r"<-|->|[=(){}\[\]|;$\\@&^~]|\t")
_CODE_MARKS = 2
_SOFT_HYPHENS = ("\u00ad", "\ufffe", "\x02")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def lay_out(quote: str) -> str:
    """Return a quote with one line a list item, table row or line of code, and running text on one line."""
    lines = [line for line in (_BLANKS.sub(" ", line).strip() for line in quote.splitlines()) if line]
    if not lines:
        return ""
    text = lines[0]
    for above, line in pairwise(lines):
        text = _joined(text, above, line)
    return text


def _joined(text: str, above: str, line: str) -> str:
    if _ITEM.match(line) or above.endswith((":", "：")) or (_is_code(above) and _is_code(line)):
        return f"{text}\n{line}"
    if text.endswith(_SOFT_HYPHENS):
        return text[:-1] + line
    if text.endswith("-") and line[0].islower():
        return text + line
    if _UNSPACED.match(text[-1]) and _UNSPACED.match(line[0]):
        return text + line
    return f"{text} {line}"


def _is_code(line: str) -> bool:
    return len(_CODE.findall(line)) >= _CODE_MARKS
