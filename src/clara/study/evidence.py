"""What a model wrote, held against the passages that it was given."""

from collections.abc import Sequence

from clara.rag.documents import Passage
from clara.rag.languages import UNKNOWN, detect_language
from clara.rag.negations import cuts_negation
from clara.rag.quotes import find_quote
from clara.rag.support import supports
from clara.rag.tokenizer import Tokenizer
from clara.study.drafts import Quote
from clara.study.material import Material
from clara.study.shapes import Cited

LONGEST_QUOTE = 600
_SHORTEST_QUOTE = 4


class Evidence:
    """Tells of claims whether their quotes stand in the passages and bear them out."""

    def __init__(self, material: Material, tokenizer: Tokenizer) -> None:
        self.passages: Sequence[Passage] = material.passages
        self._language = material.language
        self._tokenizer = tokenizer

    def find(self, cited: Cited, claim: str, question: str = "") -> Quote | None:
        """Return where an item's quote stands, if it bears the claim out; looked for first in the passage named.

        ``question`` is what the claim answers: its numbers needn't be quoted, but it must be about what the quote says.
        """
        quote = cited.quote.strip().strip('"“”„«»')[:LONGEST_QUOTE]
        if len(quote) < _SHORTEST_QUOTE:
            return None
        found = self._place(cited.passage, quote)
        if found is None or cuts_negation(found.passage.text, found.start, found.end):
            return None
        if not supports(self._tokenizer, claim, found.text, given=[question]):
            return None
        return found if self._is_about(question or claim, found) else None

    def same_words(self, one: str, other: str) -> bool:
        """Tell whether all content words of ``one`` are in ``other``."""
        words = set(self._tokenizer.terms(one, self._language))
        return bool(words) and words <= set(self._tokenizer.terms(other, self._language))

    def _place(self, number: int, quote: str) -> Quote | None:
        named = self.passages[number - 1 : number] if number > 0 else ()
        for passage in (*named, *self.passages):
            found = find_quote(quote, passage.text)
            if found is not None:
                return Quote(passage, *found)
        return None

    def _is_about(self, text: str, quote: Quote) -> bool:
        """Tell whether a text shares a content word with the quote or the headings above it; other languages may."""
        if detect_language(text) not in (UNKNOWN, self._language):
            return True
        words = set(self._tokenizer.terms(text, self._language))
        there = set(self._tokenizer.terms(f"{quote.text} {quote.passage.heading}", self._language))
        return not words or not words.isdisjoint(there)
