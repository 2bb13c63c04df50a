"""Turns as other servers see them: events that are kept, followed, cleared and swept; stopping from elsewhere."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

import pytest
import sqlalchemy as sa

from clara.core.errors import NotFound
from clara.library.locks import Locks
from clara.store import conversations as stored
from clara.store import turns as stored_turns
from clara.store.database import Tx
from clara.store.system import sweep_turns
from clara.store.tables import turn_events, turns
from clara.tutor.answering import Question
from clara.tutor.events import (
    AnswerEvent,
    ArtifactEvent,
    CitationEvent,
    DoneEvent,
    ErrorEvent,
    ProgressEvent,
    TextEvent,
    ToolEvent,
    UsageEvent,
)
from clara.tutor.turns.recorded import decode, encode
from clara.tutor.turns.tape import Numbered
from tests.stores import FirstPassage, Store, open_store
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


class Steps:
    """Says one event for each that it is given, when it is given it; None ends the answer."""

    name = "steps"

    def __init__(self) -> None:
        self.left: asyncio.Queue[AnswerEvent | None] = asyncio.Queue()

    def say(self, *events: AnswerEvent | None) -> None:
        for event in events:
            self.left.put_nowait(event)

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        while (event := await self.left.get()) is not None:
            yield event


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def here(store: Store, steps: Steps) -> Iterator[Store]:
    """The server that writes; ``store`` is another on the same database."""
    with open_store(store.settings, answerer=lambda _: steps) as here:
        yield here


async def heard_of(events: AsyncIterator[Numbered]) -> list[Numbered]:
    return [heard async for heard in events]


def texts(heard: list[Numbered]) -> str:
    return "".join(item.event.text for item in heard if isinstance(item.event, TextEvent))


def kept(store: Store) -> str:
    return json.dumps([list(row) for row in store.database.read_now(lambda tx: tx.execute(_EVENTS).all())])


_EVENTS = sa.select(turn_events.c.first, turn_events.c.events)


class TestFollow:
    async def test_hears_on_another_server_what_is_said_here(self, here: Store, store: Store, steps: Steps) -> None:
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        own = asyncio.ensure_future(heard_of(here.tutor.start(turn).tape.listen()))
        found = await store.tutor.find("ana", "c", turn.id)
        events = store.tutor.follow(found)
        steps.say(TextEvent("One. "))

        assert (await anext(events)).event == TextEvent("One. "), "before the answer is whole"
        steps.say(ToolEvent("search", "started", "ATP"), TextEvent("Two."), UsageEvent(5, 2), None)
        rest = await heard_of(events)

        assert rest == (await own)[1:]
        assert isinstance(rest[-1].event, DoneEvent)
        assert [heard.number for heard in rest] == list(range(2, len(rest) + 2))
        assert (found.question_id, found.message_id) == (turn.question_id, turn.message_id)
        assert (found.question.text, found.asked_at) == ("Hi", turn.asked_at)

    async def test_hears_it_all_after_its_end(self, here: Store, store: Store, steps: Steps) -> None:
        artifact = ArtifactEvent("set_1", "quiz", "ATP", {"items": [{"q": "é\u0001"}]})
        steps.say(TextEvent("One. "), artifact, None)
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        own = await heard_of(here.tutor.start(turn).tape.listen())

        for tutor in (here.tutor, store.tutor):
            assert await heard_of(tutor.follow(await tutor.find("ana", "c", turn.id))) == own

    async def test_hears_why_it_failed(self, here: Store, store: Store) -> None:
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        running = here.tutor.start(turn)
        await here.tutor.close(timeout_s=0.05)
        await heard_of(running.tape.listen())

        last = (await heard_of(store.tutor.follow(await store.tutor.find("ana", "c", turn.id))))[-1].event

        assert isinstance(last, ErrorEvent)
        assert last.code == "draining"

    async def test_server_that_is_gone_is_told(self, here: Store, store: Store) -> None:
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        events = store.tutor.follow(await store.tutor.find("ana", "c", turn.id))
        lapse = {"turn_lease_until": 1.0}
        await store.database.write(lambda tx: stored.change_conversation(tx, "ana", "c", **lapse))

        (heard,) = await heard_of(events)

        assert isinstance(heard.event, ErrorEvent)
        assert heard.event.code == "turn_interrupted"
        shown = (await store.conversations.messages("ana", "c")).items
        assert [(message.content, message.answered) for message in shown] == [("Hi", False)]
        assert (await store.conversations.get("ana", "c")).turn_id is None
        assert (await store.ask("ana", "Hi", "c"))[1].content == "Nothing."
        shown = (await store.conversations.messages("ana", "c")).items
        assert [message.answered for message in shown] == [True, None], "answered, and not doubled"

    async def test_of_others_or_elsewhere_is_not_there(self, here: Store, store: Store, steps: Steps) -> None:
        steps.say(None)
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        await here.tutor.answer(turn)
        await store.ask("ben", "Hi", "c")
        await store.ask("ana", "Hi", "d")

        for owner_id, chat, turn_id in (("ben", "c", turn.id), ("ana", "d", turn.id), ("ana", "c", "turn_x")):
            with pytest.raises(NotFound) as caught:
                await store.tutor.find(owner_id, chat, turn_id)
            assert caught.value.problem_code == "turn_not_found"

    async def test_running_turn_is_told_with_its_conversation(self, here: Store, store: Store, steps: Steps) -> None:
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        assert (await store.conversations.get("ana", "c")).turn_id == turn.id
        assert (await store.conversations.list("ana")).items[0].turn_id == turn.id
        steps.say(None)
        await here.tutor.answer(turn)
        assert (await store.conversations.get("ana", "c")).turn_id is None


class TestStop:
    async def test_from_another_server(self, here: Store, store: Store, steps: Steps) -> None:
        steps.say(TextEvent("One. "))
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        running = here.tutor.start(turn)
        events = running.tape.listen()
        await anext(events)

        assert await store.tutor.stop("ana", "c") == turn.id

        last = (await heard_of(events))[-1].event
        assert isinstance(last, DoneEvent)
        assert last.ended == "stopped"
        shown = (await store.conversations.messages("ana", "c")).items
        assert [message.content for message in shown] == ["Hi", "One. "]

    async def test_deleting_the_conversation_ends_the_answer(self, here: Store, store: Store, steps: Steps) -> None:
        steps.say(TextEvent("One. "))
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        events = here.tutor.start(turn).tape.listen()
        await anext(events)

        await store.conversations.delete("ana", "c")

        last = (await heard_of(events))[-1].event
        assert isinstance(last, ErrorEvent)
        assert last.code == "turn_lost"
        assert [store.count(table) for table in ("turns", "turn_events", "messages")] == [0, 0, 0]


class TestDeletedFile:
    async def test_takes_the_events_of_ended_turns_along(self, store: Store) -> None:
        file_id = await store.add("ana", "Mitochondria make ATP.")
        other = await store.add("ben", "Mitochondria make ATP.")
        await store.ask("ana", "mitochondria")
        await store.ask("ben", "mitochondria")
        assert kept(store).count("Mitochondria") == 4

        await store.files.delete("ana", file_id)

        assert kept(store).count("Mitochondria") == 2, "ben's"
        await store.files.delete("ben", other)
        assert (store.count("turn_events"), store.count("turns")) == (0, 0)

    async def test_is_not_written_back_by_a_turn_that_runs(self, here: Store, store: Store, steps: Steps) -> None:
        file_id = await store.add("ana", "Mitochondria make ATP.")
        quote = [event async for event in FirstPassage(store.search).answer(Question("ana", "ATP", None, ()))]
        turn = await here.tutor.begin("ana", "c", "mitochondria", create=True)
        running = here.tutor.start(turn)
        steps.say(*quote, TextEvent(" So."))
        await wait_for(lambda: store.count("turn_events"))
        assert "Mitochondria" in kept(store)
        following = store.tutor.follow(await store.tutor.find("ana", "c", turn.id))
        assert (await anext(following)).number == 1

        await store.files.delete("ana", file_id)
        assert kept(store) == "[]"
        steps.say(TextEvent("Mitochondria again", quote_of=1), TextEvent("More."))
        await wait_for(lambda: running.tape.after(0) == [])
        steps.say(TextEvent("End."), None)
        await heard_of(running.tape.listen())

        assert "Mitochondria" not in kept(store)
        assert store.count("turn_events") == 1, "the last event, which quotes nothing"
        heard = [*await heard_of(following)]
        assert isinstance(heard[-1].event, DoneEvent)
        late = await heard_of(store.tutor.follow(await store.tutor.find("ana", "c", turn.id)))
        assert len(late) == 1
        assert late[0].number == heard[-1].number > 1

    async def test_between_two_batches_nothing_slips_in(self, here: Store, store: Store, steps: Steps) -> None:
        """The deletion comes after the last batch, and the turn's end right after the deletion."""
        file_id = await store.add("ana", "Mitochondria make ATP.")
        quote = [event async for event in FirstPassage(store.search).answer(Question("ana", "ATP", None, ()))]
        turn = await here.tutor.begin("ana", "c", "mitochondria", create=True)
        running = here.tutor.start(turn)
        await store.files.delete("ana", file_id)
        steps.say(*quote, None)
        await heard_of(running.tape.listen())

        assert "Mitochondria" not in kept(store)

    async def test_what_was_worked_out_before_is_not_remembered(self, here: Store, store: Store, steps: Steps) -> None:
        file_id = await store.add("ana", "Mitochondria make ATP.")
        task = {"text": "What makes ATP?", "rung": 1, "answers": ["mitochondria"]}
        turn = await here.tutor.begin("ana", "c", "What makes ATP?", create=True)
        running = here.tutor.start(turn)
        steps.say(ProgressEvent({"tasks": [task]}), TextEvent("What have you tried?"))
        await store.files.delete("ana", file_id)
        steps.say(None)
        await heard_of(running.tape.listen())

        assert (await store.conversations.get("ana", "c")).progress == {"tasks": [task | {"answers": []}]}


class TestExam:
    async def test_what_an_answer_told_of_closed_files_is_not_looked_back_at(
        self, here: Store, store: Store, steps: Steps
    ) -> None:
        await store.add("ana", "Mitochondria make ATP.")
        quote = [event async for event in FirstPassage(store.search).answer(Question("ana", "ATP", None, ()))]
        for told in ([*quote, TextEvent(" It is the mitochondria.")], [TextEvent("You are welcome.")]):
            turn = await here.tutor.begin("ana", "c", f"Question {len(told)}", create=True)
            running = here.tutor.start(turn)
            steps.say(*told, None)
            await heard_of(running.tape.listen())

        await Locks(store.database, store.clock).put("ana", "none", "exam", False, "teacher")

        history = (await here.tutor.begin("ana", "c", "Again?")).question.history
        assert [said.text for said in history] == [f"Question {len(quote) + 1}", "Question 1", "You are welcome."]


class TestSweep:
    async def test_forgets_turns_that_are_over(self, store: Store) -> None:
        await store.ask("ana", "Hi", "c")
        chat, _ = await store.ask("ana", "Hi", "d")
        turn_id = store.database.read_now(lambda tx: tx.execute(sa.select(turns.c.id).limit(1)).scalar_one())

        def expire(tx: Tx) -> None:
            tx.execute(turns.update().where(turns.c.id == turn_id).values(expires_at=1.0))

        await store.database.write(expire)
        for conversation_id in ("c", chat):
            with pytest.raises(NotFound):
                await store.tutor.find("ana", conversation_id, turn_id)

        assert await store.database.write(sweep_turns) == 1
        assert (store.count("turns"), store.count("turn_events")) == (1, 1)
        assert await store.database.write(sweep_turns) == 0

    async def test_keeps_for_five_minutes(self, store: Store) -> None:
        await store.ask("ana", "Hi", "c")
        life = store.database.read_now(
            lambda tx: tx.execute(sa.select(turns.c.expires_at - turns.c.created_at)).scalar_one()
        )
        assert 295 < life < 320

    async def test_what_never_ended_goes_too(self, store: Store) -> None:
        turn = await store.tutor.begin("ana", "c", "Hi", create=True)
        row = store.database.read_now(lambda tx: stored_turns.get_turn(tx, "ana", turn.id))
        assert row is not None
        assert (row.state, row.held, row.stop_asked) == (stored_turns.RUNNING, True, False)
        life = store.database.read_now(
            lambda tx: tx.execute(sa.select(turns.c.expires_at - turns.c.created_at)).scalar_one()
        )
        assert life < 3600


class TestOddText:
    async def test_of_a_model_can_be_kept_and_sent(self, here: Store, store: Store, steps: Steps) -> None:
        """What no JSON and no database has as text: models write it all the same."""
        odd = "NUL \x00, half a pair \ud83d, a bell \x07, ⟦marks⟧ and 🔋"
        steps.say(TextEvent(odd), TextEvent("", quote_of=None), ArtifactEvent("set_1", "quiz", odd, {odd: [odd]}), None)
        turn = await here.tutor.begin("ana", "c", "Hi", create=True)
        answered = await here.tutor.answer(turn)

        odd = odd.replace("\ud83d", "\ufffd")
        assert answered.content == odd
        shown = (await store.conversations.messages("ana", "c")).items
        assert [message.content for message in shown] == ["Hi", odd]
        followed = await heard_of(store.tutor.follow(await store.tutor.find("ana", "c", turn.id)))
        assert texts(followed) == odd
        assert (await store.conversations.list("ana", wanted="half pair")).total == 1


class TestRecorded:
    def test_every_event_comes_back_as_it_was(self) -> None:
        from clara.tutor.events import Cited

        cited = Cited(1, "file_1", "a.pdf", "doc_1", 0, 1, 2, "Cells", "Mitochondria", 3, 15)
        for event in (
            TextEvent("é\n“x” [1]", quote_of=1),
            CitationEvent(cited),
            ToolEvent("search", "failed"),
            ArtifactEvent("set_1", "quiz", "ATP", {"items": [1, {"a": None}]}),
            UsageEvent(1, 2),
            DoneEvent("msg_1", "msg_2", 1.5, True, "length"),
            ErrorEvent("model_failed", 502, "A provider failed", "It failed.", {"left": 3}),
        ):
            assert decode(json.loads(json.dumps(encode(event)))) == event
