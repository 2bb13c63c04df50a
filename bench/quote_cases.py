"""Citations as models write them, right and wrong in many ways, made from the text of real pages.

What is right is told by how a case was made, never by the code that is to be measured.
"""

import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from clara.rag.documents import Passage
from clara.rag.sentences import sentences

LEAST, MOST = 45, 260
_LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}
_NEGATION = re.compile(r"\b(?:not|never|cannot|no)\b (?=(?:[\w'-]+ ){4})")
_WORD = re.compile(r"[A-Za-z]{4,}")
_DIGITS = re.compile(r"(?<![\w.,])\d+(?!\w)(?![\w.,]*\d)")
_PROSE = re.compile(r"[A-Z][\w ,;:'’()\"“”ﬁﬂﬀﬃﬄ\n-]+[.]")
_COMMON_WORDS = "this that these those with from have been will would which when where what there their they"
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with its mark's number and quote. ``right``: the quote stands there and bears out the claim."""

    kind: str
    right: bool
    claim: str
    number: int
    quote: str

    @property
    def written(self) -> str:
        """What the model writes."""
        quote = self.quote.replace('"', '\\"')
        return f'{self.claim} [{self.number} "{quote}"].'


def cases(passages: Sequence[Passage], seed: int, breaks: Collection[tuple[str, int]] = ()) -> Iterator[Case]:
    """Yield cases about passages that are numbered from 1; of a kind that the text has no place for there is none.

    ``breaks`` are where pages begin: document and offset.
    """
    chance = random.Random(seed)
    for number, passage in enumerate(passages, 1):
        spans = [(a, b) for a, b in sentences(passage.text) if LEAST <= b - a <= MOST]
        prose = [span for span in spans if _PROSE.fullmatch(passage.text[slice(*span)])]
        for start, end in chance.sample(prose, min(3, len(prose))):
            sentence = passage.text[start:end]
            yield from _right(sentence, number, chance)
            yield from _wrong(sentence, number, chance)
            yield from _cut(passage.text, start, end, number)
        for start, end in spans:
            if any((passage.document_id, passage.start + at) in breaks for at in range(start + 1, end)):
                quote = _flowing(passage.text[start:end])
                yield Case("over a page break", True, _claim(quote, chance), number, quote)
        yield from _elsewhere(passages, number, prose, chance)
        yield from _stitched(passage.text, prose, number, chance)


def _right(sentence: str, number: int, chance: random.Random) -> Iterator[Case]:
    claim = _claim(sentence, chance)
    flowing = _flowing(sentence)
    yield Case("verbatim", True, claim, number, sentence)
    if "\n" in sentence:
        yield Case("line breaks gone", True, claim, number, flowing)
        yield Case("line breaks as blanks", True, claim, number, re.sub(r"(?<!-)\s*\n\s*", " ", sentence))
    if "-\n" in sentence:
        yield Case("hyphenated at a line's end", True, claim, number, flowing)
    for letters, sign in _LIGATURES.items():
        if sign in sentence:
            yield Case("ligature written out", True, claim, number, flowing.replace(sign, letters))
        elif letters in sentence:
            yield Case("ligature set", True, claim, number, flowing.replace(letters, sign))
    if "'" in sentence or "’" in sentence:
        yield Case("other apostrophe", True, claim, number, flowing.translate(str.maketrans("'’", "’'")))
    if '"' in sentence or "“" in sentence:
        yield Case("quotation marks inside", True, claim, number, flowing)
    yield Case("without its full stop", True, claim, number, flowing.rstrip("."))
    if (found := _DIGITS.search(sentence)) is not None:
        grouped = f"{int(found[0]):,}"
        yield Case("number in the claim", True, f"{claim} It says {grouped}", number, flowing)
    cut = flowing.find(", ")
    if cut >= LEAST and not _NEGATION.search(flowing[cut:]) and " not" not in flowing[cut : cut + 30]:
        yield Case("first clause", True, _claim(flowing[:cut], chance), number, flowing[:cut])


def _wrong(sentence: str, number: int, chance: random.Random) -> Iterator[Case]:
    claim, flowing = _claim(sentence, chance), _flowing(sentence)
    words = flowing.split(" ")
    at = chance.randrange(1, len(words) - 1)
    swapped = [*words[: at - 1], words[at], words[at - 1], *words[at + 1 :]]
    changes = {
        "a word replaced": [*words[:at], "zebra", *words[at + 1 :]],
        "a word put in": [*words[:at], "quite", *words[at:]],
        "a word left out": [*words[:at], *words[at + 1 :]],
        "two words swapped": swapped if swapped != words else [*words, "then"],
    }
    for kind, changed in changes.items():
        yield Case(kind, False, claim, number, " ".join(changed))
    long = [word for word in _WORD.findall(flowing) if len(word) > 5]
    if long:
        word = chance.choice(long)
        letters = word[:2] + word[3] + word[2] + word[4:]
        if letters != word:
            yield Case("two letters swapped", False, claim, number, flowing.replace(word, letters))
        yield Case("cut within a word", False, claim, number, flowing[: flowing.index(word) + len(word) - 2])
    if (found := _DIGITS.search(flowing)) is not None:
        other = str(int(found[0]) + 4321)
        changed = flowing[: found.start()] + other + flowing[found.end() :]
        yield Case("a number changed in the quote", False, claim, number, changed)
        yield Case("a number changed in the claim", False, f"{claim} exactly {other}", number, flowing)
        if len(found[0]) > 1 and found.start() > 30:
            yield Case("cut within a number", False, claim, number, flowing[: found.end() - 1])
    yield Case("a number only in the claim", False, f"{claim} in 7391 cases", number, flowing)
    yield Case("other case", False, claim, number, flowing.upper())
    yield Case("invented", False, claim, number, f"It is known that {chance.choice(long or ['this'])} was found so.")
    yield Case("no claim of this", False, "Penguins breed in Antarctica during winter storms", number, flowing)
    yield Case("no such passage", False, claim, 99, flowing)


def _cut(text: str, start: int, end: int, number: int) -> Iterator[Case]:
    """Yield quotes whose "not" was left out before them."""
    for found in _NEGATION.finditer(text, start, end):
        rest = _flowing(text[found.end() : end]).rstrip(".")
        before = _flowing(text[start : found.start()])
        if len(rest) >= 25 and "," not in rest[:25]:
            yield Case("negation cut off", False, f"{before} {rest}".replace("not ", ""), number, rest)


def _elsewhere(
    passages: Sequence[Passage], number: int, prose: Sequence[tuple[int, int]], chance: random.Random
) -> Iterator[Case]:
    passage = passages[number - 1]
    for start, end in prose[:1]:
        quote = _flowing(passage.text[start:end])
        for other, there in enumerate(passages, 1):
            apart = there.document_id != passage.document_id or not _overlap(there, passage)
            if apart and quote not in _flowing(there.text):
                yield Case("another passage's number", False, _claim(quote, chance), other, quote)
                break


def _overlap(one: Passage, other: Passage) -> bool:
    ends = (one.page_from or 0, one.page_to or 0), (other.page_from or 0, other.page_to or 0)
    return ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1]


def _stitched(text: str, prose: Sequence[tuple[int, int]], number: int, chance: random.Random) -> Iterator[Case]:
    if len(prose) < 3:
        return
    first, second = _flowing(text[slice(*prose[0])]), _flowing(text[slice(*prose[2])])
    claim = f"{_claim(first, chance)} {_claim(second, chance)}"
    half = first[: first.index(" ", len(first) // 2)]
    yield Case("stitched", False, claim, number, f"{half} {second[second.index(' ', len(second) // 2) + 1 :]}")
    yield Case("stitched with dots", False, claim, number, f"{half} ... {second}")
    yield Case("sentence left out between", False, claim, number, f"{first} {second}")


def _flowing(text: str) -> str:
    """Return a text as one writes it who reads it: words whole, on one line."""
    return " ".join(re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text).split())


def _claim(sentence: str, chance: random.Random) -> str:
    """Return what one may say who read the sentence: most of its words, in another order, and no numbers."""
    plain = _flowing(sentence)
    for letters, sign in _LIGATURES.items():
        plain = plain.replace(sign, letters)
    words = [word for word in _WORD.findall(plain) if word.lower() not in _COMMON]
    kept = words[: max(2, round(len(words) * 0.8))]
    chance.shuffle(kept)
    return "We learn about " + " and ".join(kept)
