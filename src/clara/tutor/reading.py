"""A question as it is understood in its conversation, and what a search finds for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from clara.rag.languages import UNKNOWN, detect_language, question_language
from clara.rag.ranking import EARLIER_WEIGHTS
from clara.rag.search import SearchEngine, SearchResult
from clara.tutor.answering import Question
from clara.tutor.quotes.greetings import small_talk
from clara.tutor.quotes.questions import Asked, read_question
from clara.tutor.quotes.references import refers_back

MOST_BEFORE = 4
"""So many questions back a pronoun's subject is looked for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question, those before it that it was searched with (oldest first), and what was found.

    ``leans``: it leaves its subject to the last of them.
    """

    asked: Asked
    earlier: Sequence[str]
    leans: bool
    found: SearchResult


async def read(search: SearchEngine, question: Question, limit: int) -> Reading:
    """Search for what is asked, with as much of the questions before it as it needs."""
    earlier = asked_before(question)
    asked = read_question(question.text, lambda: detect_language(" ".join(earlier)))
    leans = bool(earlier) and refers_back(asked)
    if leans:
        earlier = [_subject_before(earlier, asked.language)]
    found = await search.search(
        question.owner_id,
        question.text,
        folder_id=question.folder_id,
        earlier=earlier[-len(EARLIER_WEIGHTS) :],
        leans=leans,
        limit=limit,
    )
    if found.languages and question_language(asked.text, found.languages) == UNKNOWN:
        asked = read_question(question.text, lambda: _expected(earlier, found), found.languages)
    return Reading(asked, earlier, leans, found)


def _expected(earlier: Sequence[str], found: SearchResult) -> str:
    """Return the language of the conversation so far, or else of what was found or of all files."""
    spoken = detect_language(" ".join(earlier))
    if spoken != UNKNOWN:
        return spoken
    known = [language for language in found.languages if language != UNKNOWN]
    return found.hits[0].language if found.hits else known[0] if len(known) == 1 else UNKNOWN


def asked_before(question: Question) -> list[str]:
    """Return the last questions before this one, oldest first, without thanks and the like."""
    said = (said.text for said in reversed(question.history) if said.role == "user" and small_talk(said.text) is None)
    return list(islice(said, MOST_BEFORE))[::-1]


def _subject_before(earlier: Sequence[str], language: str) -> str:
    """Return the last question that names its subject itself, or else the first."""
    named = (text for text in reversed(earlier) if not refers_back(read_question(text, lambda: language)))
    return next(named, earlier[0])
