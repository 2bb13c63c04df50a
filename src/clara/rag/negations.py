"""Is a quote cut so that a "not" is left out?"""

import re
from functools import cache

from clara.rag.sentences import sentences

_WORDS_BEFORE, _WORDS_AFTER = 4, 2
_CHARS = 160
_CLAUSE = re.compile(r"[.;:!?,،。；：！？，、()\[\]]|\n\s*\n|\s[–—-]\s")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?![^\W_])(?!-\w)")
"""But for the first half of "non-linear"."""
_BETWEEN = re.compile(
    r"\b(?:and|or|but|because|although|while|und|oder|aber|weil|y|o|pero|et|ou|mais|e|ma|mas|en|maar|и|или|но)\b"
)

_SPACED = (
    "not no never nor neither cannot none nobody nothing nowhere hardly scarcely barely without lacks lacking "
    "nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne weder kaum nunca jamás tampoco "
    "ningún ninguna ninguno nadie nada sin ni ne pas jamais aucun aucune personne rien sans guère non mai nessun "
    "nessuno nessuna senza né não nem nenhum nenhuma ninguém sem niet geen nooit niets zonder noch не нет никогда "
    "никто ничто без ни нельзя لا لم لن ليس ليست ما غير دون بدون नहीं न मत बिना aldrig inte ikke "
    "ej nie nem není nikdy ei eivät δεν μην לא אין không chẳng chưa tidak bukan değil 안 못 "
    # What turns a statement round without a "not".
    "fail fails failed failing unable unlikely false untrue wrong wrongly falsely rarely seldom unless myth doubt "
    "doubts doubtful denies denied deny disproved refuted falsch selten unwahr falso falsa faux fausse "
)
_ENGLISH_SHORT = re.compile(r"n['’]t\Z")
_CHINESE = "(?:不(?![同仅但断久])|没|沒|未(?!来)|无法|無法|并非)"
_THAI = "(?:ไม่|มิได้|ไม่ได้|ไม่เคย)"
_KOREAN = re.compile(r"(?:않|못하|없|아니|아닙|아닌|말아)")
_JAPANESE = "(?:ない|なく|なかっ|ません|ず[、。に]|ぬ[、。])"
_UNSPACED_BEFORE = re.compile(rf"{_CHINESE}[^。；，！？、\s]{{0,3}}\Z|{_THAI}\Z")
_UNSPACED_AFTER = re.compile(rf"\A[^。；，！？、\s]{{0,8}}{_JAPANESE}|\A{_CHINESE}")
_UNSPACED = re.compile(rf"{_CHINESE}|{_THAI}|{_JAPANESE}")
_POSTPONED = re.compile(r"\b(?:nicht|niet)\b")


def cuts_negation(text: str, start: int, end: int) -> bool:
    """Tell whether a negation stands in the same clause, right before or behind ``text`` from ``start`` to ``end``."""
    spans = sentences(text)
    first = max((begin for begin, _ in spans if begin <= start), default=start)
    last = min((stop for _, stop in spans if stop >= end), default=end)
    before = _CLAUSE.split(text[max(first, start - _CHARS) : start])[-1].casefold()
    after = _CLAUSE.split(text[end : min(last, end + _CHARS)])[0].casefold()
    if _UNSPACED_BEFORE.search(before) or _UNSPACED_AFTER.search(text[end : min(last, end + 12)]):
        return True
    following = _BETWEEN.split(after)[0]
    near = _WORD.findall(before)[-_WORDS_BEFORE:] + _WORD.findall(following)[:_WORDS_AFTER]
    return any(map(_negates, near)) or _POSTPONED.search(following) is not None


def negates(text: str) -> bool:
    """Tell whether a text has a negation anywhere."""
    return any(map(_negates, _WORD.findall(text.casefold()))) or _UNSPACED.search(text) is not None


def _negates(word: str) -> bool:
    return word in _negations() or bool(_ENGLISH_SHORT.search(word) or _KOREAN.match(word))


@cache
def _negations() -> frozenset[str]:
    return frozenset(_SPACED.split())
