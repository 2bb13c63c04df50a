"""Passages and searches made for tests: a corpus in memory, searched and read as the product does, without a store."""

from collections.abc import Sequence
from dataclasses import replace

from clara.rag.chunks import chunk_pages
from clara.rag.documents import Chunk, Page, Passage
from clara.rag.embedder import StaticEmbedder
from clara.rag.languages import detect_language
from clara.rag.tokenizer import Tokenizer
from clara.tutor.quotes.evidence import Reader, Reading, Word, rarity
from clara.tutor.quotes.questions import read_question

TOKENIZER = Tokenizer()
EMBEDDER = StaticEmbedder()


def passage(text: str, heading: str = "", score: float = 1.0, seq: int = 0) -> Passage:
    chunk = Chunk(seq, 1, 1, 0, len(text), heading, text)
    return passages_of([chunk], score)[0]


def passages_of(chunks: Sequence[Chunk], score: float = 1.0) -> list[Passage]:
    return [
        Passage(
            chunk_id=f"doc-{chunk.seq}",
            file_id="file",
            file_name="book.pdf",
            folder_id="none",
            document_id="doc",
            seq=chunk.seq,
            page_from=chunk.page_from,
            page_to=chunk.page_to,
            start=chunk.start,
            end=chunk.end,
            heading=chunk.heading,
            text=chunk.text,
            score=score,
        )
        for chunk in chunks
    ]


def cut(text: str) -> list[Passage]:
    """Return the first eight chunks of a text as passages."""
    return passages_of(list(chunk_pages([Page(1, None, text)]))[:8])


def words_of(question: str, languages: Sequence[str], holders: int = 1) -> list[Word]:
    words = dict.fromkeys(TOKENIZER.query_words(question, languages))
    return [Word(rarity(100, holders), 1.0, terms) for terms in words]


def read(question: str, passages: Sequence[Passage], *, vectors: bool = False) -> tuple[Reading, list[str]]:
    """Return what is read in the passages, and the language of each."""
    languages = [detect_language(found.text) for found in passages]
    words = words_of(question, sorted(set(languages)) or ["en"])
    reader = Reader(TOKENIZER, read_question(question), words, EMBEDDER.embed if vectors else None)
    return reader.read(passages, languages), languages


def quoted_text(passages: Sequence[Passage], place: object) -> str:
    at, start, end = (getattr(place, name) for name in ("passage", "start", "end"))
    return passages[at].text[start:end]


def scored(passages: Sequence[Passage], *scores: float) -> list[Passage]:
    return [replace(found, score=score) for found, score in zip(passages, scores, strict=True)]
