"""Does a quote bear out what is claimed with it? Told by numbers and content words, without a model."""

import re
import unicodedata
from collections.abc import Collection, Iterator

from clara.core.folding import fold
from clara.rag.languages import UNKNOWN, detect_language
from clara.rag.tokenizer import Tokenizer

LEAST_SHARE = 0.5
"""Of a claim's distinct content words that its quote must hold."""

_BLANKS = "\u00a0\u202f\u2009"
_NUMBER = re.compile(rf"(?<![^\W_])(?:\d{{1,3}}(?:[{_BLANKS}'’]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)*)")
"""Not the digits of CO2, B12 or x2, which are parts of words."""
_GROUPS = re.compile(rf"(?<=\d)[.,'’{_BLANKS}](?=\d{{3}}(?!\d))")
_APART = re.compile(r"(?<!\d)(?<!\d )(\d{1,3})((?: \d{3})+)(?![\d ]\d)")
_POWER = re.compile(r"(?<=\d)\s?\^\s?\{?([-−]?\d+)\}?")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?<=[^\W_][ -])[A-ZÀ-ÖØ-Þ][^\W\d_]+|(?<=[^\W_][,;:] )[A-ZÀ-ÖØ-Þ][^\W\d_]+")
_NAME_BEGINS = 5
"""Letters of a name that languages spell alike: Europe, Europa."""
_ENOUGH_TERMS = 3
"""Content words of a quote whose claim has none to compare: a quote of "the" or "of" bears out nothing."""
_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: value for value, word in enumerate(_UNITS.split(), 1)} | {
    word: 10 * value for value, word in enumerate(_DECADES.split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_A_NUMBER = "|".join((*sorted(_VALUES, key=len, reverse=True), *_SCALES))
_PHRASE = re.compile(
    rf"\b(?:{_A_NUMBER})(?:(?:[\s-]+|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+)(?:{_A_NUMBER}))*\b",
    re.IGNORECASE,
)


def supports(
    tokenizer: Tokenizer,
    claim: str,
    quote: str,
    language: str | None = None,
    given: Collection[str] = (),
    spoken: str | None = None,
) -> bool:
    """Tell whether the quote has every number of the claim, and at least half of its content words.

    ``language`` is the quote's and ``spoken`` the claim's, where they are known. A claim in another language shares no
    words with its quote: its numbers and names decide alone; without either, the quote must say something at all.
    Numbers of ``given``, such as a question's, needn't stand in the quote.
    """
    return has_numbers(claim, quote, given) and has_words(tokenizer, claim, quote, language, spoken)


def has_numbers(claim: str, quote: str, given: Collection[str] = ()) -> bool:
    """Tell whether every number of the claim stands in the quote, or in what was given."""
    there = numbers(quote).union(numbers(_joined(quote)), *map(numbers, given))
    return numbers(claim) <= there or numbers(_joined(claim)) <= there


def has_words(
    tokenizer: Tokenizer, claim: str, quote: str, language: str | None = None, spoken: str | None = None
) -> bool:
    """Tell whether the quote has half of the claim's content words; half of its names in another language."""
    language = language or detect_language(quote)
    own = spoken or detect_language(claim)
    words = set(tokenizer.terms(_NUMBER.sub(" ", _PHRASE.sub(" ", claim)), language))
    there = set(tokenizer.terms(quote, language))
    says_something = len(there) >= _ENOUGH_TERMS or bool(numbers(claim) & numbers(quote))
    if not words:
        return says_something
    if len(words & there) >= LEAST_SHARE * len(words):
        return True
    if UNKNOWN in (own, language) or own == language:
        return False
    # German writes every noun with a capital.
    names = set() if own == "de" else {fold(name)[:_NAME_BEGINS] for name in _NAME.findall(claim)}
    begins = {fold(word)[:_NAME_BEGINS] for word in _WORD.findall(quote)}
    return len(names & begins) >= LEAST_SHARE * len(names) if names else says_something


def numbers(text: str) -> frozenset[str]:
    """Return the text's numbers, each in one spelling: "1,000" and "1.000" are "1000", "3,5" is "3.5".

    "Twelve" is "12", in English; "10^6" and "10⁶" are "106", as PDFs give powers.
    """
    plain = _POWER.sub(r"\1", text.translate(_RAISED))
    return frozenset((*(_one_spelling(match[0]) for match in _NUMBER.finditer(plain)), *_in_words(plain)))


def _one_spelling(number: str) -> str:
    plain = _GROUPS.sub("", number).replace(",", ".")
    return "".join(str(unicodedata.digit(character, character)) for character in plain)


def _joined(text: str) -> str:
    """Return the text with "12 300" as one number."""
    return _APART.sub(lambda found: found[1] + found[2].replace(" ", ""), text)


def _in_words(text: str) -> Iterator[str]:
    """Yield the numbers that are written in English words, but for "one" alone, which is said of anything."""
    for phrase in _PHRASE.finditer(text):
        whole = part = 0
        words = _WORD.findall(phrase[0].casefold())
        for word in words:
            if word in _SCALES:
                part = max(part, 1) * _SCALES[word]
                if word != "hundred":
                    whole, part = whole + part, 0
                continue
            value = _VALUES.get(word, 0)
            if value and part and not _goes_on(part, value):
                yield str(whole + part)
                whole = part = 0
            part += value
        if words != ["one"] and not _SCALES.keys() >= set(words):
            yield str(whole + part)


def _goes_on(part: int, value: int) -> bool:
    """Tell whether "forty" goes on with "two", or "hundred" with "forty"; "two" doesn't go on with "three"."""
    return part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10)
