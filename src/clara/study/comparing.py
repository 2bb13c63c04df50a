"""Does an answer say what the right one says? Told by words, numbers, signs and negations, without a model."""

import re
import unicodedata

from clara.rag.negations import negates
from clara.rag.support import numbers
from clara.rag.tokenizer import Tokenizer
from clara.study.cleaning import normal

_LEAST_TYPO_CHARS = 8
_MOST_BESIDES = 3
"""Content words beside those of the answer, or twice as many as it has: who writes down the page knows nothing."""
_ZEROS = re.compile(r"(?<=\d)[.,]0+(?!\d)")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_MINUS = re.compile(r"(?<![\w)\]])[-−–]\s?(?=\d)")
_SIGNS = frozenset("%‰°$€£¥₹")
_BUT = re.compile(
    r"\b(?:anything|everything|all|nothing) but\b|\bexcept\b|\bother than\b|\baußer\b|\bexcepto\b|\bsauf\b"
)
_OR = {
    "en": "or", "de": "oder", "es": "o|u", "fr": "ou", "it": "o|oppure", "pt": "ou", "nl": "of", "ru": "или",
    "ar": "أو", "hi": "या", "sv": "eller", "da": "eller", "no": "eller", "pl": "lub|albo", "tr": "veya|ya da",
}  # fmt: skip
_OR_UNSPACED = re.compile(r"或|还是|または|หรือ|\s/\s|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})")


def option_key(option: str) -> str:
    """Return what is the same for options that say the same: "The wall." and "the wall", but not "5" and "-5"."""
    folded = " ".join(unicodedata.normalize("NFC", option).casefold().split())
    return folded.strip(" .,;:!?\"'“”„«»") or folded


def says_the_same(tokenizer: Tokenizer, given: str, answer: str, page: str, language: str, question: str = "") -> bool:
    """Tell whether a short answer is right: it has the words and numbers of the answer, and little else.

    What is in the question needn't be said again. A letter of a longer word may be missing, too many, or exchanged with
    the next: another one makes another word ("phosphate", "phosphite").
    """
    given, answer = _ZEROS.sub("", given), _ZEROS.sub("", answer)
    if _signs(given) != _signs(answer):
        return False
    if normal(given) == normal(answer):
        return True
    if negates(given) != negates(answer) or _BUT.search(given.casefold()) or _hedges(given, answer, language):
        return False
    if not numbers(answer) <= numbers(given) or not numbers(given) <= numbers(f"{question} {answer}"):
        return False
    asked = _terms(tokenizer, question, language)
    wanted = _terms(tokenizer, answer, language)
    said = _terms(tokenizer, given, language) - asked - wanted
    if wanted - asked <= _terms(tokenizer, given, language) and (wanted - asked or numbers(answer)):
        besides = said - _terms(tokenizer, page, language)
        return len(said) <= max(_MOST_BESIDES, 2 * len(wanted)) and len(besides) <= max(1, len(wanted))
    return _is_typo(normal(given), normal(answer))


def _terms(tokenizer: Tokenizer, text: str, language: str) -> set[int]:
    return set(tokenizer.terms(_DIGITS.sub(" ", text), language))


def _signs(text: str) -> tuple[int, frozenset[str]]:
    """Return how many numbers are below zero, and the units that are but a sign."""
    return len(_MINUS.findall(text)), frozenset(text) & _SIGNS


def _hedges(given: str, answer: str, language: str) -> bool:
    """Tell whether it says one thing or another, where the answer is one thing."""
    own = _OR.get(language)
    pattern = re.compile(rf"\b(?:{own})\b") if own else None
    return any(
        found is not None and found.search(given.casefold()) is not None and not found.search(answer.casefold())
        for found in (pattern, _OR_UNSPACED)
    )


def _is_typo(one: str, other: str) -> bool:
    """Tell whether one letter was added, left out, or exchanged with the next."""
    if numbers(one) != numbers(other) or min(len(one), len(other)) < _LEAST_TYPO_CHARS:
        return False
    pairs = zip(one, other, strict=False)
    at = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    swapped = one[:at] + one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    return other == swapped or one[at + 1 :] == other[at:] or one[at:] == other[at + 1 :]
