"""The mode "hints" without a model: where to read, what stands beside it, the quote without its words, the quote."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from clara.rag.languages import detect_language
from clara.rag.sentences import sentences
from clara.store.database import Database
from clara.store.passages import get_chunks
from clara.tutor.answering import Answerer, Question
from clara.tutor.events import AnswerEvent, CitationEvent, Cited, ProgressEvent, TextEvent
from clara.tutor.leaks.replies import content_words
from clara.tutor.leaks.word_guards import alike
from clara.tutor.modes.attempts import Attempt, judge
from clara.tutor.modes.ladder import ANSWER, Ladder
from clara.tutor.modes.phrases import ModePhrases, mode_phrases
from clara.tutor.phrases import phrases_in

BLANK = "____"
NEW_WORDS = 2
SHARED = 0.5


class KeylessHints:
    """Goes the ladder with the quotes that ``quoting`` would give."""

    name = "none"

    def __init__(self, database: Database, quoting: Answerer) -> None:
        self._database = database
        self._quoting = quoting

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        ladder = Ladder.of(question.progress)
        ladder = ladder.hear(question.text) if _goes_on(ladder, question.text) else ladder.begin(question.text, ())
        task = ladder.task
        assert task is not None
        async with aclosing(self._quoting.answer(replace(question, text=task.text))) as quoting:
            events = [event async for event in quoting]
        cited = next((event.citation for event in events if isinstance(event, CitationEvent)), None)
        if cited is None:
            # Small talk, or nothing in the material: there is no task.
            for event in events:
                yield event
            return
        yield ProgressEvent({**question.progress, **ladder.progress()})
        if task.rung >= ANSWER:
            for event in events:
                yield event
            return
        yield TextEvent(await self._hint(question.owner_id, cited, task.text, task.rung))

    async def _hint(self, owner_id: str, cited: Cited, task: str, rung: int) -> str:
        phrases = mode_phrases(detect_language(task))
        where = f"{phrases.where} {_place(phrases, cited, detect_language(task))}"
        own = [word for word in content_words(cited.quote) if not any(alike(word, o) for o in content_words(task))]
        if rung == 0 or not own:
            return f"{where}\n\n{phrases.safe}"
        if rung == 1:
            beside = await self._beside(owner_id, cited, own)
            return f"{where}\n\n{phrases.near} “{beside}”" if beside else f"{where}\n\n{phrases.safe}"
        return f"{where}\n\n{phrases.masked} “{_masked(cited.quote, own)}”"

    async def _beside(self, owner_id: str, cited: Cited, own: list[str]) -> str:
        """Return a sentence of the same passage that doesn't hold what the quote answers with."""
        key = (cited.document_id, cited.chunk_seq)
        chunk = (await self._database.read(lambda tx: get_chunks(tx, owner_id, [key]))).get(key)
        if chunk is None:
            return ""
        near: list[tuple[int, str]] = []
        for start, end in sentences(chunk.text):
            text = " ".join(chunk.text[start:end].split())
            words = content_words(text)
            shared = sum(any(alike(word, other) for other in own) for word in words)
            if len(words) > 2 and shared == 0 and cited.quote not in chunk.text[start:end]:
                near.append((abs(chunk.start + start - cited.start), text))
        return min(near, default=(0, ""))[1]


def _goes_on(ladder: Ladder, message: str) -> bool:
    """Is the message about the present task: an attempt, a plea, or nothing new?"""
    task = ladder.task
    if task is None:
        return False
    if judge(message, task.text, task.said) is not Attempt.NONE and not message.rstrip().endswith(("?", "？")):
        return True
    new = set(content_words(message)) - set(content_words(task.text))
    return len(new) < NEW_WORDS or (judge(message, "") is Attempt.NONE and not message.rstrip().endswith(("?", "？")))


def _place(phrases: ModePhrases, cited: Cited, language: str) -> str:
    heading = f", “{cited.heading}”" if cited.heading else ""
    page = f" {phrases_in(language).page.format(cited.page_from)}" if cited.page_from is not None else ""
    return f"**{cited.file_name}**{page}{heading}"


def _masked(quote: str, own: list[str]) -> str:
    """Blank the words that the task doesn't name, and every number."""

    def blank(found: re.Match[str]) -> str:
        words = content_words(found[0])
        hide = any(character.isdigit() for character in found[0]) or any(word in own for word in words)
        return BLANK if hide else found[0]

    return re.sub(r"[^\W_]+(?:[.,'’-][^\W_]+)*", blank, " ".join(quote.split()))
