"""What gives words away: a term in any form or disguise, and most of what a longer answer says."""

import re
from collections.abc import Sequence

from clara.tutor.leaks.replies import Reply
from clara.tutor.leaks.spellings import backwards, first_letters, shifted, spelled, with_gaps
from clara.tutor.leaks.told import LETTER, TOLD

COVERED = 0.6
"""Of a longer answer's words, that give it away."""


def alike(word: str, other: str) -> bool:
    """Are both forms of one word, or one of them a slip of the pen?"""
    if word == other or other in (word + "s", word + "es", word + "n", word + "en"):
        return True
    longer = max(len(word), len(other))
    if longer < 5:
        return False
    if len(word) >= 6 and word in other:
        return True
    head = _common(word, other)
    if head >= 4 and head >= 0.75 * longer and abs(len(word) - len(other)) <= 4:
        return True
    if len(word) < 7 or abs(len(word) - len(other)) > 1:
        return False
    both = head + _common(word[head:][::-1], other[head:][::-1])
    return both >= longer - 1 or (both >= longer - 2 and sorted(word) == sorted(other))


def _common(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


class Words:
    """A name or term. ``told_only``: the task names it, so only telling it as the result counts."""

    kind = "word"

    def __init__(self, words: Sequence[str], told_only: bool, any_of: bool) -> None:
        self._words = words
        self._told_only = told_only
        self._any = any_of
        self._joined = "".join(words)

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        if self._told_only:
            return any(self._told_in(sentence) for sentence in reply.sentences)
        test = any if self._any else all
        if test(any(alike(word, other) for other in earlier.words) for word in self._words) and any(
            alike(word, other) for word in self._words for other in reply.words
        ):
            return True
        return any(self._hidden(word, earlier) for word in {self._joined, *self._long()}) or self._by_letter(reply)

    def _long(self) -> Sequence[str]:
        return [word for word in self._words if len(word) >= 4] if self._any or len(self._words) == 1 else ()

    def _told_in(self, sentence: str) -> bool:
        words = re.findall(r"[^\W_]+", sentence)
        for found in re.finditer(r"[^\W_]+", sentence):
            if not any(alike(word, found[0]) for word in self._words):
                continue
            following = sentence[found.end() : found.end() + 30]
            asked = re.match(r"\s*(?:or|oder|o|ou|of|или)\b", following) or re.search(
                r"(?:\bor|\boder|\bou|\bили|whether|\bif)\s+(?:\w+\s+)?$", sentence[: found.start()]
            )
            if len(words) <= 2 or (not asked and TOLD.search(sentence[max(0, found.start() - 40) : found.start()])):
                return True
            if re.match(r"\s+(?:is|ist|es|est|è|é)\s+(?:the\s+)?(?:answer|correct|right|richtig|it\b)", following):
                return True
        return False

    def _hidden(self, word: str, reply: Reply) -> bool:
        if len(word) < 3:
            return False
        text = reply.text
        return (
            spelled(word, text)
            or (len(word) >= 4 and (backwards(word, text) or shifted(word, text)))
            or first_letters(word, text)
            or with_gaps(word, reply.raw.casefold().replace("\\_", "_"))
        )  # fmt: skip

    def _by_letter(self, reply: Reply) -> bool:
        """ "The first letter is p": letter by letter the learner would have it."""
        if len(self._joined) < 3:
            return False
        for sentence in reply.sentences:
            if LETTER.search(sentence):
                named = re.findall(r"(?<![^\W_])['\"(]?([^\W\d_])['\")]?(?![^\W_']|')", sentence)
                if set(named) - {"a", "i"} & set(self._joined) - {"a", "i"}:
                    return True
                if re.search(rf"with\W+{re.escape(self._joined[:2])}", sentence):
                    return True
        return False


class Unspaced:
    """A term in a script without blanks."""

    kind = "word"

    def __init__(self, term: str, task: Reply) -> None:
        self._term = re.sub(r"\s+", "", term)
        self._told_only = self._term in task.text

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        text = re.sub(r"[\s\-.,·、。・]+", "", reply.text)
        at = text.find(self._term)
        while at >= 0:
            if not self._told_only or TOLD.search(text[max(0, at - 20) : at]) or len(text) <= len(self._term) + 3:
                return True
            at = text.find(self._term, at + 1)
        return not self._told_only and len(self._term) > 1 and self._term[::-1] in text


class Statement:
    """A sentence or more: given away by most of what the task doesn't say itself."""

    kind = "statement"

    def __init__(self, words: Sequence[str], own: bool) -> None:
        self._words = words
        self._share = COVERED if own else 0.9

    def leaks(self, reply: Reply, earlier: Reply) -> bool:
        said = set(reply.words)
        covered = sum(any(alike(word, other) for other in said) for word in self._words)
        return covered >= max(min(2, len(self._words)), self._share * len(self._words))
