"""Answers by quoting (first thin version; to be replaced whole by its owner)."""

from collections.abc import AsyncIterator

from clara.rag.search import SearchEngine
from clara.rag.sentences import sentences
from clara.tutor.answering import Question
from clara.tutor.events import CitationEvent, Cited, TextEvent


class QuotingAnswerer:
    name = "none"

    def __init__(self, search: SearchEngine) -> None:
        self._search = search

    async def answer(self, question: Question) -> AsyncIterator[TextEvent | CitationEvent]:
        earlier = [said.text for said in question.history if said.role == "user"]
        found = await self._search.search(
            question.owner_id, question.text, folder_id=question.folder_id, earlier=earlier
        )
        if not found.passages or found.hits[0].bm25 <= 0:
            yield TextEvent("Your material doesn't cover this.")
            return
        marked = self._search.mark(found).passages[0]
        spans = sentences(marked.text)
        start, end = max(spans, key=lambda s: sum(1 for m in marked.marks if s[0] <= m[0] < s[1]))
        quote = marked.text[start:end].strip()
        start = marked.text.index(quote, start)
        cited = Cited(
            1,
            marked.file_id,
            marked.file_name,
            marked.document_id,
            marked.seq,
            marked.page_from,
            marked.page_to,
            marked.heading,
            quote,
            marked.start + start,
            marked.start + start + len(quote),
        )
        yield TextEvent("From your files:\n\n")
        yield CitationEvent(cited)
        yield TextEvent(f"“{' '.join(quote.split())}” [1]", quote_of=1)
