"""Made-up books and real questions about them, the same at every run, from text that every Python brings along.

A chain of word triples learns from the manual that `help()` shows and from the standard library's docstrings; it
writes sentences of English with English's word frequencies. Each book has a subject: a third of its words, the
commonest apart, are replaced throughout by words of an invented lexicon, a few of which all books share, so that the
vocabulary is as large, and as unevenly spread, as in real books.
"""

import ast
import random
import re
import sysconfig
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOW = (
    "made-up books: a word-triple chain over Python's manual and docstrings, a subject's own words in each; fixed seed"
)

_FRAMES = (
    "What is the {}?", "How does the {} work?", "Why is {} used?", "When should {} be called?",
    "Which {} can be given?", "What happens if {} fails?", "Explain the {}.", "Who changed {} and why?",
)  # fmt: skip
_SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "den",
    "dor",
    "el",
    "fa",
    "gan",
    "gor",
    "ha",
    "hin",
    "ka",
    "kel",
    "lor",
    "ma",
    "mer",
    "mir",
    "na",
    "nor",
    "ol",
    "pra",
    "ra",
    "rin",
    "sa",
    "sel",
    "tan",
    "tor",
    "ul",
    "ver",
    "vi",
    "zan",
]
_NOT_PROSE = re.compile(r"^\s*(>>>|\.\.\.|[|+=*-]{3,}|:\w+|\.\. )|[{}<>\\_=`]")
_COMMON = 250
_LEXICON = 60_000
_REPLACED = 0.35


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the passage (book, number) whose words it was made of."""

    text: str
    book: int
    passage: int


class Writer:
    """Writes books; the same seed gives the same text on the same version of Python."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._following, self._openings, self._common = _chain()

    def book(self, passages: int, chars: int = 1000) -> list[str]:
        """Return passages of about ``chars`` characters on one invented subject."""
        subject: dict[str, str] = {}
        return [self._passage(chars, subject) for _ in range(passages)]

    def question(self, passage: str) -> str:
        """Return a question of six to ten words that follow each other in a sentence of the passage."""
        sentences = [found for found in passage.split(". ") if found.count(" ") > 6]
        words = re.findall(r"\w[\w'-]*", self._random.choice(sentences or [passage]))
        count = min(len(words) - 1, self._random.randint(6, 10))
        start = self._random.randrange(1, len(words) - count + 1)
        return self._random.choice(_FRAMES).format(" ".join(words[start : start + count]))

    def _passage(self, chars: int, subject: dict[str, str]) -> str:
        target = chars * self._random.uniform(0.9, 1.08)
        text = self._sentence(subject)
        while len(text) < target:
            text += " " + self._sentence(subject)
        return text[: int(chars * 1.12)].rsplit(" ", 1)[0]

    def _sentence(self, subject: dict[str, str]) -> str:
        first, second = self._random.choice(self._openings)
        words = [first, self._word(second, subject)]
        while len(words) < 40 and not words[-1].endswith((".", "?", "!")):
            choices = self._following.get((first, second))
            if not choices:
                break
            first, second = second, self._random.choice(choices)
            words.append(self._word(second, subject))
        return " ".join(words).rstrip(",;:") + ("" if words[-1].endswith((".", "?", "!")) else ".")

    def _word(self, word: str, subject: dict[str, str]) -> str:
        bare = word.rstrip(".,;:?!")
        if not bare.isalpha() or bare in self._common:
            return word
        if bare not in subject:
            replaced = self._random.random() < _REPLACED
            # Ranks are drawn so that a few invented words are in many books and most in one or two.
            subject[bare] = _invented(int(_LEXICON ** self._random.random())) if replaced else bare
        return subject[bare] + word[len(bare) :]


@cache
def _invented(rank: int) -> str:
    maker = random.Random(rank)
    return "".join(maker.choices(_SYLLABLES, k=maker.choice((2, 3, 3, 4)))) + maker.choice(
        ("", "", "s", "ing", "ed", "ic")
    )


def library(books: int, passages: int, questions: int, seed: int = 1) -> tuple[list[list[str]], list[Asked]]:
    """Return books of so many passages of about 1,000 characters, and questions about random passages."""
    writer = Writer(seed)
    written = [writer.book(passages) for _ in range(books)]
    chooser = random.Random(seed + 1)
    places = [(chooser.randrange(books), chooser.randrange(passages)) for _ in range(questions)]
    return written, [Asked(writer.question(written[book][number]), book, number) for book, number in places]


@cache
def _chain() -> tuple[dict[tuple[str, str], list[str]], list[tuple[str, str]], frozenset[str]]:
    following: dict[tuple[str, str], list[str]] = defaultdict(list)
    openings: list[tuple[str, str]] = []
    counts: Counter[str] = Counter()
    for sentence in _sentences():
        words = sentence.split()
        counts.update(words)
        openings.append((words[0], words[1]))
        for first, second, third in zip(words, words[1:], words[2:], strict=False):
            following[first, second].append(third)
    return dict(following), openings, frozenset(word for word, _ in counts.most_common(_COMMON))


def _sentences() -> Iterator[str]:
    for text in _sources():
        for paragraph in re.split(r"\n\s*\n", text):
            lines = [line.strip() for line in paragraph.splitlines()]
            if any(_NOT_PROSE.search(line) for line in lines):
                continue
            for sentence in re.split(r"(?<=[.!?])\s+", " ".join(lines)):
                if 4 <= len(sentence.split()) <= 60 and sentence[:1].isupper():
                    yield sentence


def _sources() -> Iterator[str]:
    from pydoc_data.topics import topics

    yield from (topics[name] for name in sorted(topics))
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted([*root.glob("*.py"), *root.glob("[a-z]*/*.py")]):
        if {"site-packages", "test", "tests", "idlelib", "lib2to3"}.isdisjoint(path.relative_to(root).parts):
            yield from _docstrings(path)


def _docstrings(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
