"""An exam marked: its answers against the quiz, or, without one, beside the pages to compare them with."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import Conflict
from clara.core.ids import NO_FOLDER, new_id
from clara.library.locks import EXAM, hold_on, locked
from clara.rag.languages import detect_language
from clara.rag.search import SearchEngine
from clara.rag.sentences import sentences
from clara.store import conversations as stored
from clara.store.conversations import Citation, Conversation
from clara.store.database import Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_known_learner
from clara.store.study import get_set, open_exam_sets, remove_exam_sets
from clara.study.marking import Marker
from clara.study.studio import read_set
from clara.tutor.checking import Draft, check
from clara.tutor.conversations import require_conversation
from clara.tutor.events import Cited
from clara.tutor.leaks.replies import content_words
from clara.tutor.modes.examining import option_of
from clara.tutor.modes.exams import Exam
from clara.tutor.modes.phrases import ModePhrases, mode_phrases

MOST_CITED = 30


@dataclass(slots=True)
class _Sheet:
    """A marked exam as a message: parts, and the places that they cite."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    cited: list[Citation] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.parts.append({"text": text})

    def cite(self, place: Citation) -> None:
        if len(self.cited) < MOST_CITED:
            self.cited.append(replace(place, n=len(self.cited) + 1))
            self.parts += [{"text": "\n- "}, {"cite": len(self.cited)}]


class Exams:
    """Marks exams of one learner at a time; someone else's are NotFound."""

    def __init__(self, search: SearchEngine, marker: Marker, clock: Clock) -> None:
        self._search = search
        self._database = search.database
        self._marker = marker
        self._clock = clock

    async def mark(self, owner_id: str, conversation_id: str, by_setter: bool) -> str:
        """Mark the exam of a conversation, which ends it, and return the id of the message that says how it went.

        Where a lock made it an exam, only a service key marks it (``by_setter``).
        """

        def begin(tx: Tx) -> Conversation:
            found = _unmarked(tx, owner_id, conversation_id)
            if not by_setter and hold_on(tx, owner_id, found.folder_id).mode == EXAM:
                raise locked()
            return found

        conversation = await self._database.read(begin)
        exam = Exam.of(conversation.progress)
        by_pages = None if await self._has_quiz(owner_id, exam) else await self._by_pages(owner_id, conversation, exam)
        message_id, now = new_id("msg"), self._clock.now()

        def keep(tx: Tx) -> None:
            lock_known_learner(tx, owner_id)
            if Exam.of(_unmarked(tx, owner_id, conversation_id).progress) != exam:
                raise Conflict("The exam went on meanwhile. Mark it again.", code="turn_running")
            sheet = by_pages or self._by_quiz(tx, owner_id, conversation_id, exam)
            seq = stored.add_message(
                tx, owner_id, conversation_id, message_id, "assistant", sheet.parts, now, "none", "end"
            )
            places = [replace(place, message_seq=seq) for place in sheet.cited]
            stored.add_citations(tx, owner_id, conversation_id, places)
            progress = {**conversation.progress, **replace(exam, marked=True).progress()}
            stored.change_conversation(tx, owner_id, conversation_id, progress=progress)
            remove_exam_sets(tx, owner_id, conversation_id, but=exam.set_id)
            open_exam_sets(tx, owner_id, conversation_id)

        await self._database.write(keep)
        return message_id

    async def _has_quiz(self, owner_id: str, exam: Exam) -> bool:
        """Tell whether there is a quiz to mark by; where it was deleted, answers are set beside the pages."""
        found = await self._database.read(lambda tx: get_set(tx, owner_id, exam.set_id)) if exam.set_id else None
        return found is not None

    def _by_quiz(self, tx: Tx, owner_id: str, conversation_id: str, exam: Exam) -> _Sheet:
        quiz = read_set(tx, owner_id, exam.set_id, conversation_id)
        phrases, sheet = mode_phrases(quiz.language), _Sheet()
        there = {item.number: item for item in quiz.items}
        given = {item: option_of(there[item], text) for item, text in exam.answers if item in there}
        attempt = self._marker.mark_quiz(tx, owner_id, quiz, {item: text[:500] for item, text in given.items()})
        wrong = [one for one in attempt.marked if not one.right]
        lines = [
            phrases.right.format(at) if one.right else phrases.wrong.format(at, one.item.body["answer"])
            for at, one in enumerate(attempt.marked, 1)
        ]
        sheet.say(f"{attempt.right}/{len(attempt.marked)}\n\n" + "\n".join(f"- {line}" for line in lines))
        places = [source.place for one in wrong for source in one.item.sources]
        if places:
            sheet.say(f"\n\n{phrases.review}")
        for place in places:
            sheet.cite(
                Citation(
                    0, 0, place.file_id, place.document_id, place.chunk_seq, place.start, place.end,
                    place.page_from, place.page_to, place.quote_crc,
                )
            )  # fmt: skip
        return sheet

    async def _by_pages(self, owner_id: str, conversation: Conversation, exam: Exam) -> _Sheet:
        language = detect_language(" ".join(text for _, text in exam.answers))
        phrases, sheet = mode_phrases(language), _Sheet()
        if not exam.answers:
            sheet.say(phrases.closed)
        folder_id = None if conversation.folder_id == NO_FOLDER else conversation.folder_id
        await self._database.read(lambda tx: require_folder(tx, owner_id, conversation.folder_id))
        for number, text in exam.answers:
            cited = await self._place_of(owner_id, folder_id, text)
            self._compare(sheet, phrases, number, cited)
        return sheet

    def _compare(self, sheet: _Sheet, phrases: ModePhrases, number: int, cited: Sequence[Cited]) -> None:
        sheet.say(("\n\n" if sheet.parts else "") + phrases.unsure.format(number))
        for one in cited:
            place = (one.file_id, one.document_id, one.chunk_seq, one.start, one.end, one.page_from, one.page_to)
            sheet.cite(Citation(0, 0, *place))

    async def _place_of(self, owner_id: str, folder_id: str | None, text: str) -> Sequence[Cited]:
        """Return the sentence of the material that is nearest to an answer."""
        found = await self._search.search(owner_id, text[:2000], folder_id=folder_id, limit=1)
        if not found.passages:
            return []
        passage = found.passages[0]
        said = set(content_words(text))
        spans = sentences(passage.text)
        shared = [len(said & set(content_words(passage.text[start:end]))) for start, end in spans]
        if not any(shared):
            return []
        return await check(self._database, owner_id, [Draft(passage, *spans[shared.index(max(shared))])])


def _unmarked(tx: Tx, owner_id: str, conversation_id: str) -> Conversation:
    found = require_conversation(tx, owner_id, conversation_id)
    exam = Exam.of(found.progress)
    if not exam.begun:
        raise Conflict("This conversation has no exam. Begin one by asking in mode exam.", code="not_an_exam")
    if exam.marked:
        raise Conflict("This exam was marked: its last message says how it went.", code="already_marked")
    if found.turn_id is not None:
        raise Conflict("An answer in this conversation is being written. Wait for it.", code="turn_running")
    return found
