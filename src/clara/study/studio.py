"""What a learner does with study sets: make, list, read, rename, delete."""

import asyncio
from collections.abc import Mapping, Sequence

from clara.core.clock import Clock
from clara.core.errors import Conflict, Forbidden, Invalid, NotFound, ProviderFailed, ProviderTimeout, Unavailable
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.names import clean_title
from clara.providers.chat import ChatModel
from clara.rag.search import SearchEngine
from clara.settings.sections import StudySettings
from clara.store import study as stored
from clara.store.database import Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_known_learner
from clara.store.study import NO_MODEL, SetRow
from clara.study.drafts import Draft
from clara.study.material import Gatherer
from clara.study.saving import Saving, save, whole_summary
from clara.study.scope import Kind, Scope
from clara.study.sets import StudySet, show_sets

MAX_ITEMS = 50
DEFAULT_ITEMS = {Kind.FLASHCARDS: 10, Kind.QUIZ: 8, Kind.SUMMARY: 12, Kind.MINDMAP: 25, Kind.DIAGRAM: 15}


class Studio:
    """Study sets of one learner at a time; someone else's are NotFound."""

    def __init__(self, search: SearchEngine, clock: Clock, limits: StudySettings | None = None) -> None:
        self._database = search.database
        self._search = search
        self._clock = clock
        self._gatherer = Gatherer(search)
        self._limits = limits or StudySettings()

    async def make(
        self,
        owner_id: str,
        kind: Kind,
        scope: Scope,
        count: int | None = None,
        language_hint: str | None = None,
        model: ChatModel | None = None,
        exam_id: str | None = None,
    ) -> StudySet:
        """Make a set of the scope and keep it; the summary of a whole file is made once, and found after that.

        ``count`` items at most; ``language_hint``: the language to write in (ISO 639-1), by default the material's.
        ``exam_id``: the conversation whose exam asks it; nobody but that exam sees it before it is marked.
        Raises Conflict for material that has nothing to make it of, and what the model raises: a set is never empty.
        """
        if count is not None and not 1 <= count <= MAX_ITEMS:
            raise Invalid(f"A set has 1 to {MAX_ITEMS} items. Ask for fewer.", code="too_many_items")
        if kind is Kind.SUMMARY and (found := await self.summary_of(owner_id, scope)) is not None:
            return found
        await self._check_room(owner_id)
        count = count or DEFAULT_ITEMS[kind]
        try:
            async with asyncio.timeout(self._limits.make_s):
                if model is None:
                    draft, made_by = await self._without_model(owner_id, kind, scope, count), NO_MODEL
                else:
                    draft = await self._with_model(owner_id, kind, scope, count, language_hint, model)
                    made_by = model.name
        except TimeoutError:
            raise ProviderTimeout(
                "Making this took too long. Ask again, or choose less material.", code="model_timeout"
            ) from None
        saving = Saving(owner_id, kind, scope, draft, made_by, self._clock.now(), self._limits.max_sets, exam_id)
        row = await self._database.write(lambda tx: save(tx, saving))
        return await self.get(owner_id, row.id, exam_id)

    async def make_anyhow(
        self,
        owner_id: str,
        kind: Kind,
        scope: Scope,
        count: int | None = None,
        model: ChatModel | None = None,
    ) -> StudySet:
        """Make a set as ``make`` does, in the material's own words where the model fails: it says so of itself."""
        try:
            return await self.make(owner_id, kind, scope, count, model=model)
        except (ProviderFailed, ProviderTimeout, Unavailable):
            if model is None:
                raise
            return await self.make(owner_id, kind, scope, count)

    async def _without_model(self, owner_id: str, kind: Kind, scope: Scope, count: int) -> Draft:
        # Imported when the first set is made: patterns and types that a start needn't wait for.
        from clara.study import keyless

        material = await self._gatherer.gather(owner_id, scope, keyless.MAX_CHARS)
        tokenizer = self._search.tokenizer
        terms = await asyncio.to_thread(keyless.terms_of, material, tokenizer)
        corpus = await self._gatherer.rarity(owner_id, terms)
        return await asyncio.to_thread(keyless.make_draft, kind, scope, material, count, tokenizer, corpus)

    async def _with_model(
        self, owner_id: str, kind: Kind, scope: Scope, count: int, language: str | None, model: ChatModel
    ) -> Draft:
        from clara.study import modelled

        material = await self._gatherer.gather(owner_id, scope, modelled.MAX_CHARS)
        return await modelled.make_draft(kind, scope, material, count, language, model, self._search.tokenizer)

    async def summary_of(self, owner_id: str, scope: Scope) -> StudySet | None:
        """Return the summary of a whole file, if it was made."""

        def find(tx: Tx) -> StudySet | None:
            row = whole_summary(tx, owner_id, scope)
            return show_sets(tx, owner_id, [row])[0] if row else None

        return await self._database.read(find)

    async def get(self, owner_id: str, set_id: str, exam_id: str | None = None) -> StudySet:
        """Return a set with its items; that of a running exam only to the exam."""
        return await self._database.read(lambda tx: read_set(tx, owner_id, set_id, exam_id))

    async def find(self, owner_id: str, set_ids: Sequence[str]) -> Mapping[str, StudySet]:
        """Return sets by id; those that aren't there any more are left out, and those of running exams."""

        def read(tx: Tx) -> Mapping[str, StudySet]:
            rows = [row for row in stored.get_sets(tx, owner_id, set_ids).values() if row.exam_id is None]
            return {found.id: found for found in show_sets(tx, owner_id, rows)}

        return await self._database.scan(read) if set_ids else {}

    async def list(
        self,
        owner_id: str,
        kind: Kind | None = None,
        folder_id: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> PageOf[SetRow]:
        """Newest first, without their items; None means every kind or folder."""
        after = read_cursor(cursor)

        def query(tx: Tx) -> PageOf[SetRow]:
            if folder_id is not None:
                require_folder(tx, owner_id, folder_id)
            found = stored.list_sets(tx, owner_id, kind, folder_id, limit + 1, after)
            total = stored.count_sets(tx, owner_id, kind, folder_id, only_listed=True)
            return page_of(found, limit, total, lambda row: (row.created_at, row.id))

        return await self._database.read(query)

    async def rename(self, owner_id: str, set_id: str, title: str) -> StudySet:
        cleaned = clean_title(title)
        if not 1 <= len(cleaned) <= 200:
            raise Invalid("A study set's title has 1 to 200 characters. Choose another.", code="invalid_name")

        def rename(tx: Tx) -> None:
            require_set(tx, owner_id, set_id)
            stored.change_set(tx, owner_id, set_id, self._clock.now(), title=cleaned)

        await self._database.write(rename)
        return await self.get(owner_id, set_id)

    async def delete(self, owner_id: str, set_id: str) -> None:
        """Delete a set with its cards, reviews and attempts."""

        def delete(tx: Tx) -> None:
            lock_known_learner(tx, owner_id)
            require_set(tx, owner_id, set_id)
            stored.remove_set(tx, owner_id, set_id)

        await self._database.write(delete)

    async def _check_room(self, owner_id: str) -> None:
        """Refuse before a model is asked; the transaction that stores the set counts again."""
        if await self._database.read(lambda tx: stored.count_sets(tx, owner_id)) >= self._limits.max_sets:
            raise Conflict(
                f"You may keep {self._limits.max_sets} study sets. Delete some first.", code="quota_study_sets"
            )


def no_such_set() -> NotFound:
    return NotFound("There is no such study set. Look in the list of them.", code="study_set_not_found")


def in_exam() -> Forbidden:
    return Forbidden("These are the questions of an exam that isn't marked yet. Finish it first.", code="locked")


def require_set(tx: Tx, owner_id: str, set_id: str, exam_id: str | None = None) -> SetRow:
    """Return a set; Forbidden for that of a running exam, unless ``exam_id`` is that exam."""
    row = stored.get_set(tx, owner_id, set_id)
    if row is None:
        raise no_such_set()
    if row.exam_id not in (None, exam_id):
        raise in_exam()
    return row


def read_set(tx: Tx, owner_id: str, set_id: str, exam_id: str | None = None) -> StudySet:
    """As ``require_set``, with its items."""
    return show_sets(tx, owner_id, [require_set(tx, owner_id, set_id, exam_id)])[0]
