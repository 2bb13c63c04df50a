"""Does a quote bear out what is claimed with it? Told by numbers and content words, without a model."""

import re
import unicodedata
from collections.abc import Collection

from clara.rag.languages import UNKNOWN, detect_language
from clara.rag.tokenizer import Tokenizer

LEAST_SHARE = 0.5
"""Of a claim's distinct content words that its quote must hold."""

_BLANKS = "\u00a0\u202f\u2009"
_NUMBER = re.compile(rf"\d{{1,3}}(?:[{_BLANKS}'’]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)*")
_GROUPS = re.compile(rf"(?<=\d)[.,'’{_BLANKS}](?=\d{{3}}(?!\d))")


def supports(
    tokenizer: Tokenizer, claim: str, quote: str, language: str | None = None, given: Collection[str] = ()
) -> bool:
    """Tell whether the quote has every number of the claim, and at least half of its content words.

    ``language`` is the quote's, if it is known. A claim in another language shares no words with its quote: its numbers
    decide alone. Numbers of ``given``, such as a question's, needn't stand in the quote.
    """
    if not numbers(claim) <= numbers(quote).union(*map(numbers, given)):
        return False
    language = language or detect_language(quote)
    own = detect_language(claim)
    if UNKNOWN not in (own, language) and own != language:
        return True
    words = set(tokenizer.terms(claim, language))
    return not words or len(words & set(tokenizer.terms(quote, language))) >= LEAST_SHARE * len(words)


def numbers(text: str) -> frozenset[str]:
    """Return the text's numbers, each in one spelling: "1,000" and "1.000" are "1000", "3,5" is "3.5"."""
    return frozenset(_one_spelling(match[0]) for match in _NUMBER.finditer(text))


def _one_spelling(number: str) -> str:
    plain = _GROUPS.sub("", number).replace(",", ".")
    return "".join(str(unicodedata.digit(character, character)) for character in plain)
