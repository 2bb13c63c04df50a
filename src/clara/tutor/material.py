"""The passages that a model is given for one question: numbered, and searched for on in the same files only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clara.core.errors import Invalid
from clara.providers.chat import Tool
from clara.rag.documents import Passage
from clara.rag.search import SearchEngine
from clara.tutor.answering import Question
from clara.tutor.prompting import Marker, show_passages

PASSAGES = 8
PASSAGES_AGAIN = 5
MOST_SEARCHES = 6
MOST_QUERY = 500

SEARCH_TOOL = "search_material"
_DESCRIPTION = (
    "Search the learner's own files for more passages. Use it when the passages at hand don't answer the question, "
    "with other words than before, in the language of the files. Returns numbered passages, cited like the others."
)
_PARAMETERS: Mapping[str, Any] = {
    "type": "object",
    "properties": {"query": {"type": "string", "description": "What to look for: a question or a few words."}},
    "required": ["query"],
}


@dataclass(slots=True)
class Material:
    """What one answer may cite. Passages are numbered from 1 in the order in which the model gets them."""

    search: SearchEngine
    question: Question
    marker: Marker
    passages: list[Passage] = field(default_factory=list)
    searches: int = 0

    def add(self, found: Sequence[Passage]) -> list[int]:
        """Number passages; one that was given before keeps its number."""
        known = {(passage.document_id, passage.seq): n for n, passage in enumerate(self.passages, 1)}
        numbers = []
        for passage in found:
            key = (passage.document_id, passage.seq)
            if key not in known:
                self.passages.append(passage)
                known[key] = len(self.passages)
            numbers.append(known[key])
        return numbers

    def has(self, number: int) -> bool:
        return 1 <= number <= len(self.passages)

    def tool(self) -> Tool:
        """Return the tool that searches on: the same learner's files, in the same folder, whatever the model wants."""
        return Tool(SEARCH_TOOL, _DESCRIPTION, _PARAMETERS, self._search)

    async def _search(self, arguments: Mapping[str, Any]) -> str:
        query = arguments.get("query")
        if not isinstance(query, str) or not query.strip():
            raise Invalid('Not searched: "query" must be a text that isn\'t empty.')
        if self.searches >= MOST_SEARCHES:
            return "Not searched: that was the last search for this question. Answer with the passages at hand."
        self.searches += 1
        found = await self.search.search(
            self.question.owner_id, query[:MOST_QUERY], folder_id=self.question.folder_id, limit=PASSAGES_AGAIN
        )
        before = len(self.passages)
        numbers = self.add(found.passages)
        new = [number for number in numbers if number > before]
        known = [number for number in numbers if number <= before]
        if not new:
            again = f" Only these again: {', '.join(map(str, known))}." if known else ""
            return f"Nothing new was found.{again}"
        return show_passages(self.marker, [(number, self.passages[number - 1]) for number in new])


def query_of(arguments: Mapping[str, Any]) -> str:
    """Return what a call of the tool looks for, for people."""
    query = arguments.get("query")
    return " ".join(query.split())[:200] if isinstance(query, str) else ""
