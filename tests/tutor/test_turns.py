"""One turn: what is stored, when, and what becomes of it when something goes wrong. Leases: tests/backends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from clara.core.errors import Conflict, Invalid, NotFound, ProviderFailed
from clara.core.ids import NO_FOLDER
from clara.library.locks import Locks
from clara.rag.search import SearchEngine
from clara.store.tables import conversations, messages
from clara.testing import FakeClock, make_settings
from clara.tutor.answering import Question, Said
from clara.tutor.events import (
    ArtifactEvent,
    CitationEvent,
    DoneEvent,
    EndedEvent,
    ErrorEvent,
    ProgressEvent,
    TextEvent,
    ToolEvent,
    TutorEvent,
    UsageEvent,
)
from clara.tutor.turns.beginning import HISTORY, Again
from clara.tutor.turns.running import MAX_CHARACTERS
from clara.tutor.turns.tutor import Tutor
from tests.stores import Store, open_store
from tests.tutor.conftest import Scripted
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

BROKEN = ProviderFailed("The model failed.", code="model_failed")


async def said(store: Store, conversation_id: str, owner_id: str = "ana") -> list[tuple[str, str]]:
    page = await store.conversations.messages(owner_id, conversation_id)
    return [(message.role, message.content) for message in page.items]


async def events_of(events: AsyncIterator[TutorEvent]) -> list[TutorEvent]:
    return [event async for event in events]


class TestBegin:
    async def test_stores_the_question_at_once(self, store: Store) -> None:
        chat = (await store.conversations.create("ana")).id

        turn = await store.tutor.begin("ana", chat, "What is ATP?")

        assert await said(store, chat) == [("user", "What is ATP?")]
        stored = (await store.conversations.messages("ana", chat)).items[0]
        assert (stored.id, stored.created_at) == (turn.question_id, turn.asked_at)

    @pytest.mark.parametrize("message", ["", " ", "\n\t"])
    async def test_empty_question_is_refused(self, store: Store, message: str) -> None:
        with pytest.raises(Invalid):
            await store.tutor.begin("ana", None, message, create=True)
        assert store.count("conversations") == 0

    async def test_unknown_conversation_is_opened_only_when_told_to(self, store: Store) -> None:
        for unknown in (None, "made-up"):
            with pytest.raises(NotFound):
                await store.tutor.begin("ana", unknown, "Hi")
        assert store.count("conversations") == 0
        assert (await store.tutor.begin("ana", "made-up", "Hi", create=True)).conversation.id == "made-up"
        assert (await store.tutor.begin("ana", None, "Hi", create=True)).conversation.id.startswith("chat_")

    async def test_opened_conversation_has_the_history_folder_and_title(self, store: Store, clock: FakeClock) -> None:
        folder = (await store.folders.create("ana", "Biology")).id
        history = [Said("user", "What is ATP?"), Said("assistant", "Energy.")]

        turn = await store.tutor.begin("ana", "old", "And ADP?", folder, history, create=True)

        assert turn.question == Question("ana", "And ADP?", folder, history, conversation_id="old")
        opened = await store.conversations.get("ana", "old")
        assert (opened.title, opened.folder_id, opened.created_at) == ("What is ATP?", folder, clock.now())
        assert await said(store, "old") == [("user", "What is ATP?"), ("assistant", "Energy."), ("user", "And ADP?")]

    async def test_refused_turn_leaves_nothing(self, store: Store) -> None:
        for conversation_id in (None, "made-up"):
            with pytest.raises(NotFound):
                await store.tutor.begin("ana", conversation_id, "Hi", "fld_unknown", [Said("user", "x")], create=True)
        assert [store.count(table) for table in ("conversations", "messages")] == [0, 0]

    async def test_known_conversation_keeps_its_own_history(self, store: Store, answerer: Scripted) -> None:
        chat, _ = await store.ask("ana", "One?")
        await store.ask("ana", "Two?", chat)

        turn = await store.tutor.begin("ana", chat, "Three?", history=[Said("user", "Forged")], create=True)

        assert [line.text for line in turn.question.history] == ["One?", "Answered.", "Two?", "Answered."]

    async def test_looks_back_at_the_latest_only(self, store: Store) -> None:
        history = [Said("user", f"{number}") for number in range(50)]

        turn = await store.tutor.begin("ana", "c", "Now?", history=history, create=True)

        assert [line.text for line in turn.question.history] == [f"{number}" for number in range(50 - HISTORY, 50)]

    async def test_folder_of_the_question_wins(self, store: Store) -> None:
        folders = [(await store.folders.create("ana", name)).id for name in ("a", "b")]
        chat = (await store.conversations.create("ana", folder_id=folders[0])).id
        wide = (await store.conversations.create("ana")).id

        async def searched(chat: str, folder_id: str | None) -> str | None:
            turn = await store.tutor.begin("ana", chat, "Where?", folder_id)
            await store.tutor.answer(turn)
            return turn.question.folder_id

        assert await searched(chat, None) == folders[0]
        assert await searched(chat, folders[1]) == folders[1]
        assert await searched(chat, NO_FOLDER) is None
        assert await searched(wide, None) is None

    async def test_first_question_names_a_conversation_without_a_title(self, store: Store) -> None:
        unnamed = (await store.conversations.create("ana")).id
        named = (await store.conversations.create("ana", "Mine")).id
        for chat in (unnamed, named):
            await store.ask("ana", "What is ATP?", chat)
            await store.ask("ana", "And ADP?", chat)

        assert (await store.conversations.get("ana", unnamed)).title == "What is ATP?"
        assert (await store.conversations.get("ana", named)).title == "Mine"


class TestAnswer:
    async def test_says_when_it_was_stored(self, store: Store, clock: FakeClock) -> None:
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)
        clock.advance(5)

        answered = await store.tutor.answer(turn)

        question, answer = (await store.conversations.messages("ana", "c")).items
        assert (answer.id, answer.created_at) == (answered.message_id, answered.answered_at)
        assert answer.created_at - question.created_at == 5
        assert (answered.content, answered.covered) == ("Answered.", False)

    async def test_quotes_are_stored_as_places_only(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")

        chat, answered = await quoting.ask("ana", "Who makes ATP?")

        assert answered.content == "“Mitochondria make ATP.” [1]"
        rows = quoting.database.read_now(lambda tx: tx.execute(messages.select()).all())
        assert not any("Mitochondria" in repr(row) for row in rows)
        assert await said(quoting, chat) == [("user", "Who makes ATP?"), ("assistant", answered.content)]

    async def test_earlier_quotes_are_no_history(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")
        chat, _ = await quoting.ask("ana", "Who makes ATP?")

        turn = await quoting.tutor.begin("ana", chat, "And?")

        assert [line.text for line in turn.question.history] == ["Who makes ATP?", ""]

    async def test_failure_frees_the_conversation_and_keeps_the_question(
        self, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = ["Well, ", BROKEN]
        with pytest.raises(ProviderFailed):
            await store.ask("ana", "Hi", "c")
        assert await said(store, "c") == [("user", "Hi")]

        answerer.script = ["Hello."]
        await store.ask("ana", "Hi", "c")

        assert await said(store, "c") == [("user", "Hi"), ("assistant", "Hello.")], "asked again, not doubled"
        assert answerer.questions[-1].history == []

    async def test_another_question_after_a_failure_is_another(self, store: Store, answerer: Scripted) -> None:
        answerer.script = [BROKEN]
        with pytest.raises(ProviderFailed):
            await store.ask("ana", "Hi", "c")
        answerer.script = ["Hello."]
        await store.ask("ana", "Hello?", "c")

        assert [text for _, text in await said(store, "c")] == ["Hi", "Hello?", "Hello."]

    async def test_same_question_after_its_answer_is_asked_again(self, store: Store) -> None:
        await store.ask("ana", "Hi", "c")
        await store.ask("ana", "Hi", "c")

        assert [role for role, _ in await said(store, "c")] == ["user", "assistant"] * 2

    async def test_of_a_deleted_conversation_is_not_kept(self, store: Store) -> None:
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)
        await store.conversations.delete("ana", "c")

        with pytest.raises(Conflict) as caught:
            await store.tutor.answer(turn)
        assert caught.value.problem_code == "turn_lost"
        assert [store.count(table) for table in ("conversations", "messages", "citations")] == [0, 0, 0]


class Slow:
    """Says one word, and the other when it is let."""

    name = "slow"

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()

    def __call__(self, search: SearchEngine) -> "Slow":
        return self

    async def answer(self, question: Question) -> AsyncIterator[TextEvent | CitationEvent]:
        yield TextEvent("One. ")
        await self.may_go_on.wait()
        yield TextEvent("Two.")


class TestExam:
    async def test_that_closes_the_material_stops_an_answer_and_it_is_not_kept(self, tmp_path: Any) -> None:
        slow = Slow()
        with open_store(make_settings(tmp_path), answerer=slow) as store:
            turn = await store.tutor.begin("ana", "c", "Hi", create=True)
            streamed = store.tutor.stream(turn)
            assert await anext(streamed) == TextEvent("One. ")

            locks = Locks(store.database, store.clock)
            await locks.put("ana", "none", "exam", False, "teacher")
            async with asyncio.timeout(10):
                rest = [event async for event in streamed]

            assert isinstance(rest[-1], ErrorEvent)
            assert (rest[-1].code, rest[-1].status) == ("locked", 403)
            await locks.remove("ana", "none")
            assert await said(store, "c") == [("user", "Hi")]


class TestLease:
    async def test_is_prolonged_while_an_answer_is_written(self, tmp_path: Any) -> None:
        slow = Slow()
        with open_store(make_settings(tmp_path)) as store:
            tutor = Tutor(store.database, slow, store.clock, lease_s=0.3)
            turn = await tutor.begin("ana", "c", "Hi", create=True)
            answering = asyncio.create_task(tutor.answer(turn))
            lease = lease_until(store)

            await wait_for(lambda: lease_until(store) > lease + 0.6)
            with pytest.raises(Conflict):
                await tutor.begin("ana", "c", "Next?")
            slow.may_go_on.set()

            assert (await answering).content == "One. Two."
            assert lease_until(store) == 0

    async def test_of_a_dead_server_lapses(self, tmp_path: Any) -> None:
        with open_store(make_settings(tmp_path)) as store:
            tutor = Tutor(store.database, Scripted(), store.clock, lease_s=0.05)
            await tutor.begin("ana", "c", "Hi", create=True)
            async with asyncio.timeout(10):
                while True:
                    with contextlib.suppress(Conflict):
                        turn = await tutor.begin("ana", "c", "Hi")
                        break
                    await asyncio.sleep(0.01)
            await tutor.answer(turn)

            assert await said(store, "c") == [("user", "Hi"), ("assistant", "Answered.")]


def lease_until(store: Store) -> float:
    return store.database.read_now(lambda tx: tx.execute(sa.select(conversations.c.turn_lease_until)).scalar_one())


class TestStream:
    async def test_has_the_events_of_the_answerer_and_a_last_one(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")
        streamed = await events_of(quoting.tutor.stream(await quoting.tutor.begin("ana", "b", "ATP?", create=True)))

        assert [type(event) for event in streamed] == [CitationEvent, TextEvent, DoneEvent]

    async def test_error_is_the_last_event(self, store: Store, answerer: Scripted) -> None:
        answerer.script = ["One. ", BROKEN]
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)

        streamed = await events_of(store.tutor.stream(turn))

        assert streamed == [
            TextEvent("One. "),
            ErrorEvent("model_failed", 502, "A provider failed", "The model failed.", {}),
        ]
        assert await said(store, "c") == [("user", "Hi")], "what was shown is not kept, the question is"

    async def test_what_nobody_expected_is_told_as_ours(self, store: Store, answerer: Scripted) -> None:
        answerer.script = [ZeroDivisionError("secret")]
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)

        streamed = await events_of(store.tutor.stream(turn))

        assert isinstance(streamed[-1], ErrorEvent)
        assert (streamed[-1].code, streamed[-1].status) == ("internal", 500)
        assert "secret" not in repr(streamed)
        await store.tutor.begin("ana", "c", "Next?")

    @pytest.mark.parametrize("listened", [0, 1])
    async def test_goes_on_when_nobody_listens(self, tmp_path: Any, listened: int) -> None:
        slow = Slow()
        with open_store(make_settings(tmp_path), answerer=slow) as store:
            streamed = store.tutor.stream(await store.tutor.begin("ana", "c", "Hi", create=True))
            for _ in range(listened):
                assert await anext(streamed) == TextEvent("One. ")
            await streamed.aclose()
            slow.may_go_on.set()

            await wait_for(lambda: store.count("messages") == 2)
            assert (await said(store, "c"))[1] == ("assistant", "One. Two.")

    async def test_first_piece_is_never_held_and_later_ones_are_joined(self, store: Store, answerer: Scripted) -> None:
        answerer.script = [f"{number} " for number in range(500)]
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)

        texts = [event.text for event in await events_of(store.tutor.stream(turn)) if isinstance(event, TextEvent)]

        assert texts[0] == "0 "
        assert 2 <= len(texts) < 20
        assert "".join(texts) == "".join(map(str, answerer.script)) == (await said(store, "c"))[1][1]

    async def test_longest_life_ends_it(self, tmp_path: Any) -> None:
        with open_store(make_settings(tmp_path)) as store:
            tutor = Tutor(store.database, Slow(), store.clock, max_life_s=0.05)

            answered = await tutor.answer(await tutor.begin("ana", "c", "Hi", create=True))

            assert (answered.content, answered.ended) == ("One. ", "length")

    async def test_endless_answer_is_cut(self, tmp_path: Any) -> None:
        with open_store(make_settings(tmp_path), answerer=Endless()) as store:
            _, answered = await store.ask("ana", "Hi", "c")

            assert answered.ended == "length"
            assert MAX_CHARACTERS < len(answered.content) < MAX_CHARACTERS + 10_000

    async def test_is_cut_and_freed_when_the_server_ends(self, tmp_path: Any) -> None:
        with open_store(make_settings(tmp_path), answerer=Slow()) as store:
            streamed = store.tutor.stream(await store.tutor.begin("ana", "c", "Hi", create=True))
            assert await anext(streamed) == TextEvent("One. ")

            await store.tutor.close(timeout_s=0.05)

            last = await anext(streamed)
            assert isinstance(last, ErrorEvent)
            assert (last.code, last.status) == ("draining", 503)
            assert await said(store, "c") == [("user", "Hi")]
            await store.tutor.begin("ana", "c", "Next?")

    async def test_is_let_end_when_the_server_ends(self, tmp_path: Any) -> None:
        slow = Slow()
        with open_store(make_settings(tmp_path), answerer=slow) as store:
            streamed = store.tutor.stream(await store.tutor.begin("ana", "c", "Hi", create=True))
            assert await anext(streamed) == TextEvent("One. ")
            slow.may_go_on.set()

            await store.tutor.close()

            assert (await said(store, "c"))[1] == ("assistant", "One. Two.")


class Endless:
    """Never ends."""

    name = "endless"

    def __call__(self, search: SearchEngine) -> "Endless":
        return self

    async def answer(self, question: Question) -> AsyncIterator[TextEvent]:
        while True:
            yield TextEvent("x" * 1000)
            await asyncio.sleep(0)


class TestWhatComesWithAnAnswer:
    async def test_is_stored_with_it(self, store: Store, answerer: Scripted) -> None:
        answerer.events = [
            ToolEvent("search", "started", "ATP"),
            TextEvent("Here are cards. "),
            ArtifactEvent("set_1", "flashcards", "ATP", {"cards": []}),
            ProgressEvent({"rung": 2}),
            UsageEvent(10, 3),
            EndedEvent("length"),
        ]
        turn = await store.tutor.begin("ana", "c", "Cards?", create=True)

        streamed = await events_of(store.tutor.stream(turn))

        shown = [event for event in answerer.events if not isinstance(event, ProgressEvent | EndedEvent)]
        assert streamed[:-1] == shown
        assert isinstance(streamed[-1], DoneEvent)
        assert streamed[-1].ended == "length"
        message = (await store.conversations.messages("ana", "c")).items[-1]
        assert (message.model, message.ended, message.artifacts) == ("scripted", "length", ["set_1"])
        assert message.content == "Here are cards. "
        assert (await store.conversations.get("ana", "c")).progress == {"rung": 2}
        assert (await store.tutor.begin("ana", "c", "And?")).question.progress == {"rung": 2}

    async def test_progress_of_a_failed_answer_is_not(self, store: Store, answerer: Scripted) -> None:
        answerer.events = [ProgressEvent({"rung": 2}), BROKEN]
        with pytest.raises(ProviderFailed):
            await store.ask("ana", "Hint?", "c")

        assert (await store.conversations.get("ana", "c")).progress == {}

    async def test_mode_and_material_are_the_conversations(self, store: Store) -> None:
        chat = (await store.conversations.create("ana", mode="hints", material_only=True)).id

        first = await store.tutor.begin("ana", chat, "Hi")
        await store.tutor.answer(first)
        await store.conversations.change("ana", chat, mode="exam", material_only=False)
        second = await store.tutor.begin("ana", chat, "Hi again")

        assert (first.question.mode, first.question.material_only) == ("hints", True)
        assert (second.question.mode, second.question.material_only) == ("exam", False)

    async def test_progress_of_a_mode_that_was_left_meanwhile_is_not(self, store: Store, answerer: Scripted) -> None:
        chat = (await store.conversations.create("ana", mode="hints")).id
        answerer.events = [TextEvent("Try."), ProgressEvent({"rung": 2})]
        turn = await store.tutor.begin("ana", chat, "Hi")
        await store.conversations.change("ana", chat, mode="explain")

        await store.tutor.answer(turn)

        assert (await store.conversations.get("ana", chat)).progress == {}

    async def test_another_mode_forgets_what_the_one_before_remembered(self, store: Store, answerer: Scripted) -> None:
        chat = (await store.conversations.create("ana", mode="hints")).id
        answerer.events = [TextEvent("Try."), ProgressEvent({"rung": 2})]
        await store.ask("ana", "Hi", chat)

        await store.conversations.change("ana", chat, mode="hints")
        assert (await store.conversations.get("ana", chat)).progress == {"rung": 2}
        await store.conversations.change("ana", chat, mode="exam")
        assert (await store.conversations.get("ana", chat)).progress == {}


class TestStop:
    async def test_keeps_what_was_written(self, tmp_path: Any) -> None:
        with open_store(make_settings(tmp_path), answerer=Slow()) as store:
            streamed = store.tutor.stream(await store.tutor.begin("ana", "c", "Hi", create=True))
            assert await anext(streamed) == TextEvent("One. ")

            assert (await store.tutor.stop("ana", "c")) is not None

            last = await anext(streamed)
            assert isinstance(last, DoneEvent)
            assert last.ended == "stopped"
            message = (await store.conversations.messages("ana", "c")).items[-1]
            assert (message.content, message.ended) == ("One. ", "stopped")
            await store.tutor.begin("ana", "c", "Next?")

    async def test_before_anything_was_written_leaves_the_question(self, store: Store, answerer: Scripted) -> None:
        answerer.waits = True
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)
        streamed = asyncio.ensure_future(events_of(store.tutor.stream(turn)))
        await wait_for(lambda: answerer.questions)

        assert await store.tutor.stop("ana", "c") == turn.id

        assert [getattr(event, "code", "") for event in await streamed] == ["turn_stopped"]
        assert await said(store, "c") == [("user", "Hi")]

    async def test_of_nothing_is_no_error(self, store: Store) -> None:
        chat, _ = await store.ask("ana", "Hi")

        assert await store.tutor.stop("ana", chat) is None
        with pytest.raises(NotFound):
            await store.tutor.stop("ben", chat)


class TestAgain:
    async def test_replaces_the_answer(self, store: Store, answerer: Scripted) -> None:
        await store.ask("ana", "One?", "c")
        await store.ask("ana", "Two?", "c")
        answerer.script = ["Better."]
        question, answer = (await store.conversations.messages("ana", "c")).items[2:]

        for message_id in (answer.id, question.id):
            turn = await store.tutor.begin_again(Again("ana", "c", message_id))
            await store.tutor.answer(turn)

        assert [text for _, text in await said(store, "c")] == ["One?", "Answered.", "Two?", "Better."]
        assert [line.text for line in answerer.questions[-1].history] == ["One?", "Answered."]
        assert (await store.conversations.messages("ana", "c")).items[2].id == question.id

    async def test_keeps_the_old_answer_when_there_is_no_new_one(self, store: Store, answerer: Scripted) -> None:
        await store.ask("ana", "One?", "c")
        answer = (await store.conversations.messages("ana", "c")).items[-1]
        answerer.script = ["Well, ", BROKEN]

        with pytest.raises(ProviderFailed):
            await store.tutor.answer(await store.tutor.begin_again(Again("ana", "c", answer.id)))

        assert await said(store, "c") == [("user", "One?"), ("assistant", "Answered.")]

    async def test_takes_its_citations_along(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")
        chat, answered = await quoting.ask("ana", "Who makes ATP?")

        await quoting.tutor.answer(await quoting.tutor.begin_again(Again("ana", chat, answered.message_id)))

        assert [quoting.count(table) for table in ("messages", "citations")] == [2, 1]

    async def test_with_a_change_removes_what_follows_at_once(self, store: Store, answerer: Scripted) -> None:
        for question in ("One?", "Two?", "Three?"):
            await store.ask("ana", question, "c")
        second = (await store.conversations.messages("ana", "c")).items[2]
        answerer.script = [BROKEN]

        with pytest.raises(ProviderFailed):
            await store.tutor.answer(await store.tutor.begin_again(Again("ana", "c", second.id, "2?")))

        assert [text for _, text in await said(store, "c")] == ["One?", "Answered.", "2?"]
        answerer.script = ["Yes."]
        await store.ask("ana", "2?", "c")
        assert [text for _, text in await said(store, "c")] == ["One?", "Answered.", "2?", "Yes."]

    async def test_only_questions_are_changed(self, store: Store) -> None:
        _, answered = await store.ask("ana", "One?", "c")

        with pytest.raises(Invalid) as caught:
            await store.tutor.begin_again(Again("ana", "c", answered.message_id, "Mine now"))
        assert caught.value.problem_code == "not_a_question"
        await store.ask("ana", "Still free?", "c")

    async def test_what_answers_nothing_is_not_answered_again(self, store: Store) -> None:
        await store.tutor.answer(
            await store.tutor.begin("ana", "c", "Hi", history=[Said("assistant", "Welcome.")], create=True)
        )
        welcome = (await store.conversations.messages("ana", "c")).items[0]

        with pytest.raises(Invalid):
            await store.tutor.begin_again(Again("ana", "c", welcome.id))

    @pytest.mark.parametrize("owner_id", ["ana", "ben"])
    async def test_of_an_unknown_message_is_not_there(self, store: Store, owner_id: str) -> None:
        _, answered = await store.ask("ana", "One?", "c")
        await store.ask("ben", "One?", "c")
        message_id = "msg_unknown" if owner_id == "ana" else answered.message_id

        with pytest.raises(NotFound):
            await store.tutor.begin_again(Again(owner_id, "c", message_id))
        await store.ask(owner_id, "Still free?", "c")


class TestOnce:
    async def test_stores_nothing(self, store: Store, answerer: Scripted) -> None:
        history = [Said("user", f"{number}") for number in range(50)]

        events = [event async for event in store.tutor.once("ana", "Hi", None, history, "hints", "Rhyme.", 50)]

        assert events == [TextEvent("Answered.")]
        asked = answerer.questions[-1]
        assert (asked.text, asked.mode, asked.instructions, asked.max_tokens) == ("Hi", "hints", "Rhyme.", 50)
        assert asked.history == history[-HISTORY:]
        assert [store.count(table) for table in ("conversations", "messages", "turns")] == [0, 0, 0]

    async def test_of_an_unknown_folder_is_refused(self, store: Store) -> None:
        await store.folders.create("ben", "His")
        theirs = (await store.folders.list("ben")).items[0].id

        with pytest.raises(NotFound):
            async for _ in store.tutor.once("ana", "Hi", theirs):
                pass
