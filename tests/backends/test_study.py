"""Study sets on both databases: kept, listed, reviewed, marked, moved with a folder and with a doubled file."""

import asyncio

import pytest

from clara.core.errors import NotFound
from clara.core.ids import NO_FOLDER
from clara.study.marking import Marker
from clara.study.reviewing import Rating, Reviews
from clara.study.scope import Kind, Scope
from clara.study.sessions import Sessions
from clara.study.studio import Studio
from tests.stores import Store
from tests.study.books import CELLS

pytestmark = pytest.mark.anyio


@pytest.fixture
def studio(store: Store) -> Studio:
    return Studio(store.search, store.clock)


class TestStudio:
    async def test_keeps_and_lists(self, store: Store, studio: Studio) -> None:
        file_id = await store.add("ana", CELLS)
        made = [await studio.make("ana", kind, Scope(file_id=file_id)) for kind in (Kind.QUIZ, Kind.MINDMAP)]

        page = await studio.list("ana", limit=1)
        rest = await studio.list("ana", limit=1, cursor=page.next_cursor)

        assert [row.id for row in (*page.items, *rest.items)] == [made[1].id, made[0].id]
        assert await studio.get("ana", made[0].id) == made[0]
        assert (await studio.find("ana", [made[0].id, "set_unknown"])).keys() == {made[0].id}
        with pytest.raises(NotFound):
            await studio.get("ben", made[0].id)

    async def test_makes_a_summary_once(self, store: Store, studio: Studio) -> None:
        scope = Scope(file_id=await store.add("ana", CELLS))

        made = await asyncio.gather(*(studio.make("ana", Kind.SUMMARY, scope) for _ in range(4)))

        assert len({found.id for found in made}) == 1
        assert (await studio.list("ana")).total == 1

    async def test_goes_with_a_folder_and_a_file(self, store: Store, studio: Studio) -> None:
        folder = await store.folders.create("ana", "Biology")
        await store.add("ana", CELLS)
        doubled = await store.add("ana", CELLS, folder_id=folder.id)
        made = await studio.make("ana", Kind.FLASHCARDS, Scope(file_id=doubled))

        await store.folders.delete("ana", folder.id, with_files=False)

        found = await studio.get("ana", made.id)
        assert found.folder_id == NO_FOLDER
        assert all(source.quote for item in found.items for source in item.sources)
        assert found.items[0].sources[0].file_id != doubled
        await store.files.delete("ana", found.items[0].sources[0].file_id)
        with pytest.raises(NotFound):
            await studio.get("ana", made.id)


class TestReviews:
    async def test_are_scheduled_and_counted(self, store: Store, studio: Studio) -> None:
        file_id = await store.add("ana", CELLS)
        cards = await studio.make("ana", Kind.FLASHCARDS, Scope(file_id=file_id))
        quiz = await studio.make("ana", Kind.QUIZ, Scope(file_id=file_id))
        reviews, marker = (
            Reviews(store.database, store.clock),
            Marker(store.database, store.clock, store.search.tokenizer),
        )
        first = cards.items[0].card
        assert first is not None

        after = await reviews.review("ana", first.id, Rating.EASY)
        attempt = await marker.mark("ana", quiz.id, {item.number: item.body["answer"] for item in quiz.items})
        due = await reviews.due("ana")
        progress = await reviews.progress("ana")

        assert after.due_at > store.clock.now() + 86_400
        assert attempt.right == len(quiz.items)
        assert due.total == len(cards.items) - 1
        counts = progress.folders[NO_FOLDER]
        assert (counts.sets, counts.cards, counts.learned, counts.reviews, counts.attempts) == (
            2,
            len(cards.items),
            1,
            1,
            1,
        )
        with pytest.raises(NotFound):
            await reviews.review("ben", first.id, Rating.EASY)

    async def test_sessions_are_kept_once(self, store: Store) -> None:
        sessions = Sessions(store.database, store.clock)

        kept = [await sessions.complete("ana", "one", 600, 0.5, {"topics": ["x"]}) for _ in range(2)]

        assert kept == [True, False]
        assert (await Reviews(store.database, store.clock).progress("ana")).sessions == 1

    async def test_a_session_that_was_begun_is_found_until_it_is_over_and_counts_once(self, store: Store) -> None:
        sessions, progress = Sessions(store.database, store.clock), Reviews(store.database, store.clock).progress
        held = await sessions.begin("ana", "talk")

        assert await sessions.find("ana", "talk", 60) == held
        assert await sessions.find("ana", "other", 60) is None
        assert await sessions.find("ben", "talk", 60) is None
        assert await sessions.find("ana", "talk", -60) is None
        assert (await progress("ana")).sessions == 0

        await sessions.keep("ana", held, 40, 0.5, {"topics": ["x"]}, over=False)
        assert await sessions.find("ana", "talk", 60) == held
        await sessions.keep("ana", held, 90, 0.75, {"topics": ["x", "y"]}, over=True)
        assert await sessions.find("ana", "talk", 60) is None
        kept = await progress("ana")
        assert (kept.sessions, kept.session_s) == (1, 90)
