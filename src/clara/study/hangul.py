"""Terms of Korean, whose nouns carry particles: what stands before one."""

import re
from collections.abc import Iterator

from clara.study.han import Candidate, years

_PARTICLE = (
    "은|는|이|가|을|를|의|에|에서|에는|에서는|으로|로|와|과|도|만|께서|에게"
    "|으로부터|로부터|보다|까지|부터|이다|이며|이고|이나"
)
_NOUN = re.compile(rf"(?<![^\W_])([가-힣]{{2,12}}?)(?=(?:{_PARTICLE})(?![^\W_]))")
_NO_NOUN = re.compile(
    "(?:하|되|있|없|않|같|많|시키|지|았|었|였|했|스러우|로우|려)$|^(?:그것|이것|저것|우리|그들|모두|대부분|때문|경우|가장)"
)
_TOPIC = re.compile("[은는이가]")
_DEFINES = re.compile("(?:이다|이란|뜻한다|말한다|의미한다|입니다)[.。]?$")


def korean(text: str) -> Iterator[Candidate]:
    """Yield nouns without their particles, and years."""
    yield from years(text)
    for match in _NOUN.finditer(text):
        if not _NO_NOUN.search(match[1]):
            yield match.start(), match.end(), "korean"


def defines(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence begins with this term and says what it is."""
    return start == 0 and _TOPIC.match(text, end) is not None and _DEFINES.search(text.strip()) is not None


def ends_closed(term: str) -> bool:
    """Tell whether a term ends in a consonant: it takes other particles, which stand behind the blank."""
    return (ord(term[-1]) - 0xAC00) % 28 > 0
