"""What one material's own sentences show of its words: which are nouns, which are names, which make a phrase."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from clara.rag.stopwords import stop_words
from clara.study.words import AFTER_NOUNS, BEFORE_NOUNS, BEFORE_VERBS, NO_TERMS

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
WORD = re.compile(rf"[^\W_]{_LETTER}*(?:(?:-|(?<=[^\W_]{{3}})['’](?!s\b)){_LETTER}+)*")
LEAST_LETTERS = 3
PHRASES = (2, 3)
ENDING_IN_S = frozenset(("en", "es", "fr", "pt"))
"""Languages whose nouns take an s for the plural, and no cases."""
_BEGINS = re.compile(r"(?:\A|[.!?:;(\n]\s*|\A[\"“‘«]+)\Z")

_CLOSES = re.compile(
    r"\s*(?:[.,;:)!?]|\Z|(?:of|is|are|was|were|de|del|della|di|du|des|da|do|van|es|son|est|sont|è|sono|é|são)\b)"
)
"""What follows the noun that ends a phrase, and seldom a verb."""

Key = tuple[int, ...]


class Nouns:
    """Learned from texts, one at a time. ``key_of`` gives the same for all forms of a word."""

    def __init__(self, key_of: Callable[[str, str], Key]) -> None:
        self.names: set[str] = set()
        self._key_of = key_of
        self._nouns: set[Key | str] = set()
        self._phrases: Counter[Key] = Counter()
        self._led: set[Key] = set()

    def learn(self, text: str, language: str) -> None:
        before, after = BEFORE_NOUNS.get(language, frozenset()), AFTER_NOUNS.get(language, frozenset())
        matches = list(WORD.finditer(text))
        folded = [match[0].casefold() for match in matches]
        content = [is_content(match[0], language) for match in matches]
        for at, match in enumerate(matches):
            if not content[at]:
                continue
            if match[0][0].isupper() and text[: match.start()].rstrip("\"'“‘«( ")[-1:].islower():
                self.names.add(match[0])
            led = at > 0 and folded[at - 1] in before and text[matches[at - 1].end() : match.start()].isspace()
            followed = at + 1 < len(matches) and folded[at + 1] in after
            if (_ends(text, matches, content, at) and led) or followed or _looks_like_noun(match[0], language):
                self._nouns.add(self._form(match[0], language))
            begins = led or _BEGINS.search(text, 0, match.start()) is not None
            for words in PHRASES:
                span = matches[at : at + words]
                if len(span) == words and all(content[at : at + words]) and _is_joined(text, span):
                    key = self._key_of(text[span[0].start() : span[-1].end()], language)
                    self._phrases[key] += 1
                    if not before or (begins and _ends(text, matches, content, at + words - 1)):
                        self._led.add(key)
                    if led and _CLOSES.match(text, span[-1].end()):
                        self._nouns.add(self._form(span[-1][0], language))

    def is_noun(self, word: str, language: str) -> bool:
        """Tell whether a word was seen as a noun; any may be one in languages of which no signs of nouns are known."""
        return self._form(word, language) in self._nouns or not tells_nouns(language)

    def is_phrase(self, text: str, language: str) -> bool:
        """Tell whether it comes again, ends in a noun, and stands alone as one somewhere: "the immune system is"."""
        key = self._key_of(text, language)
        return self._phrases[key] > 1 and key in self._led and self.is_noun(text.split()[-1], language)

    def _form(self, word: str, language: str) -> Key | str:
        """Return what a noun's forms share, and no verb's: "protects" has the stem of "protection"."""
        if language not in ENDING_IN_S:
            return self._key_of(word, language)
        folded = word.casefold()
        return folded[:-1] if folded.endswith("s") and len(folded) > LEAST_LETTERS else folded


def tells_nouns(language: str) -> bool:
    return bool(BEFORE_NOUNS.get(language) or AFTER_NOUNS.get(language)) or language in ("ar", "de")


def is_content(word: str, language: str) -> bool:
    folded = word.casefold()
    if not word[0].isalpha() or folded in stop_words(language) or folded in NO_TERMS.get(language, ()):
        return False
    return len(word) >= LEAST_LETTERS or (word.isupper() and len(word) > 1)


def is_plural(word: str, language: str) -> bool:
    return language in ENDING_IN_S and word.endswith("s") and not word.endswith("ss")


def is_article_pair(one: str, other: str, language: str) -> bool:
    """Tell whether two words are one thing in Arabic, where an adjective has its noun's article.

    Of adjectives only those are known by their form that end like "خلوي", "أساسية" and "خضراء".
    """
    return language == "ar" and one.startswith("ال") and other.startswith("ال") and other.endswith(("ي", "ية", "اء"))


def goes_with_verb(text: str, end: int, language: str) -> bool:
    """Tell whether the word that ends here is half of a verb: "नियंत्रित करती है"."""
    begins = BEFORE_VERBS.get(language)
    return begins is not None and text[end:].lstrip().startswith(begins)


def _ends(text: str, matches: Sequence[re.Match[str]], content: Sequence[bool], at: int) -> bool:
    """Tell whether no other content word follows directly."""
    return at + 1 == len(matches) or not content[at + 1] or text[matches[at].end() : matches[at + 1].start()] != " "


def _is_joined(text: str, span: Sequence[re.Match[str]]) -> bool:
    return span[-1].end() - span[0].start() == sum(len(word[0]) for word in span) + len(span) - 1


def _looks_like_noun(word: str, language: str) -> bool:
    if language == "de":
        return word[0].isupper() and not word.isupper()
    return language == "ar" and word.startswith("ال") and len(word) > 4
