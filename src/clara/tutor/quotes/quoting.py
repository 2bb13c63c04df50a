"""The answerer that needs no model: it quotes the learner's own files, word for word, or says that they don't say."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from clara.rag.embedder import StaticEmbedder
from clara.rag.languages import detect_language
from clara.rag.passages import printed_pages
from clara.rag.search import SearchEngine
from clara.store.files import count_unread
from clara.tutor.answering import Question
from clara.tutor.checking import Draft, check
from clara.tutor.events import AnswerEvent, CitationEvent, Cited, TextEvent
from clara.tutor.phrases import Phrases, phrases_in
from clara.tutor.quotes.coverage import BY_WORDS, UNSPACED_ALLOWANCE, WITH_MEANING, margin
from clara.tutor.quotes.evidence import Reader, Word, rarity
from clara.tutor.quotes.greetings import says_nothing, small_talk
from clara.tutor.quotes.overview import look_over
from clara.tutor.quotes.questions import READ_CHARS, Asked, subject_of
from clara.tutor.quotes.references import asks_for_overview
from clara.tutor.quotes.selection import choose
from clara.tutor.reading import Reading, asked_before, read
from clara.tutor.showing import quoted

PASSAGES = 6
FAR_BEHIND = 0.6
"""Passages that score less than this share of the best one aren't read: one in a thousand answers is lost by it."""
_ASIDE = 0.3
"""What words like "explain" weigh beside those that name a subject; nothing where no file has them."""
_ENGLISH = "en"
_UNSPACED = frozenset(("zh", "ja", "th"))

Events = AsyncGenerator[AnswerEvent, None]


class QuotingAnswerer:
    """Answers with at most three quotations, each checked against the stored text."""

    name = "none"

    def __init__(self, search: SearchEngine) -> None:
        self._search = search

    async def answer(self, question: Question) -> Events:
        """Yield what is said around the quotes as text, and for each quote its citation, then the quote."""
        talk = small_talk(question.text)
        if talk is not None:
            yield TextEvent(getattr(phrases_in(talk.language), talk.kind))
            return
        if says_nothing(question.text):
            yield TextEvent(phrases_in(detect_language(" ".join(asked_before(question)))).nothing_asked)
            return
        reading = await read(self._search, question, PASSAGES)
        unread = await self._search.database.read(lambda tx: count_unread(tx, question.owner_id, question.folder_id))
        async with aclosing(self._say(question, reading, unread)) as events:
            async for event in events:
                yield event

    async def _say(self, question: Question, reading: Reading, unread: int) -> Events:
        """Yield the answer, and at its end how many files couldn't be looked into yet."""
        asked, phrases = reading.asked, phrases_in(reading.asked.language)
        late = phrases.still_reading.format(unread) if unread else ""
        if asks_for_overview(asked) and reading.found.searched_chunks:
            overview = await self._search.database.read(lambda tx: look_over(tx, question.owner_id, question.folder_id))
            intro, drafts = phrases.overview.format(overview.files), overview.drafts
        else:
            intro, drafts = phrases.found, self._pick(reading)
        cited = await check(self._search.database, question.owner_id, drafts)
        if not cited:
            excuse = _excuse(phrases, reading, question.folder_id)
            nothing_yet = late and not reading.found.searched_chunks
            yield TextEvent(late if nothing_yet else f"{excuse}\n\n{late}".rstrip())
            return
        yield TextEvent((phrases.only_quotes if asked.is_task else intro) + "\n\n")
        for citation in cited:
            yield CitationEvent(citation)
            yield TextEvent(quoted(citation.quote, citation.n), quote_of=citation.n)
            yield TextEvent(_place(phrases, citation) + ("\n\n" if citation is not cited[-1] else ""))
        if late:
            yield TextEvent(f"\n\n{late}")

    def _pick(self, about: Reading) -> Sequence[Draft]:
        """Return what is to be quoted; nothing where the material doesn't cover the question."""
        found = about.found
        if not found.passages or not found.words:
            return []
        asked, words = self._weigh(about)
        best = found.passages[0].score * FAR_BEHIND
        passages = [passage for passage in found.passages if passage.score >= best]
        languages = [hit.language for hit in found.hits[: len(passages)]]
        static = self._search.embedder.name == StaticEmbedder.name and found.hits[0].cosine is not None
        knows = static and languages[0] == _ENGLISH
        embed = self._search.embedder.embed if knows else None
        reading = Reader(self._search.tokenizer, asked, words, embed).read(passages, languages)
        weights = WITH_MEANING if knows else BY_WORDS
        allowance = UNSPACED_ALLOWANCE if languages[0] in _UNSPACED else 0.0
        if margin(weights, self._search.tokenizer, asked, words, found, reading) + allowance < 0:
            return []
        return [Draft(passages[at.passage], at.start, at.end) for at in choose(passages, languages, reading)]

    def _weigh(self, about: Reading) -> tuple[Asked, list[Word]]:
        """Return the words that are looked for; where the message names no subject ("tell me more"), the last one's."""
        asked, earlier, found = about.asked, about.earlier, about.found
        subject = set(self._search.tokenizer.query_terms(subject_of(asked), found.languages))
        named = [weight < 1 or not subject.isdisjoint(terms) for weight, _, terms in found.words]
        aside = _ASIDE
        if earlier and (about.leans or not subject):
            asked = replace(asked, text=f"{earlier[-1]} {asked.text}"[:READ_CHARS])
            aside = _ASIDE if subject else _ASIDE / 3
        return asked, [
            Word(rarity(found.corpus_chunks, holders), weight if is_named else aside if holders else 0.0, terms)
            for is_named, (weight, holders, terms) in zip(named, found.words, strict=True)
        ]


def _excuse(phrases: Phrases, about: Reading, folder_id: str | None) -> str:
    if not about.found.corpus_chunks:
        return phrases.no_files
    if not about.found.searched_chunks:
        return phrases.empty_folder
    if about.asked.is_task:
        return phrases.abilities
    return phrases.not_covered if folder_id is None else phrases.not_in_folder


def _place(phrases: Phrases, citation: Cited) -> str:
    """Return where a quote stands: by the numbers that a book has in print, and those that a viewer counts."""
    if citation.page_from is None:
        return ""
    first, last = str(citation.page_from), str(citation.page_to)
    printed = printed_pages(citation)
    if first == last:
        return " " + phrases.page.format(f"{printed[0]}, PDF {first}" if printed else first)
    return " " + (
        phrases.pages.format(printed[0], f"{printed[1]}, PDF {first}–{last}")
        if printed
        else phrases.pages.format(first, last)
    )
