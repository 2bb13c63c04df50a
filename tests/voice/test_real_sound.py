"""Spoken questions and their answers, over a real socket, through the real voice detection, in real time.

All scenes are played at once, by learners of their own, on one server; each test is about one of them.
"""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from clara.testing.speech import INSTALL_ESPEAK, has_espeak
from clara.testing.talker import Talker
from clara.voice.wording.phrases import phrases_of
from tests.services import missing
from tests.voice.scenes import (
    AGAIN,
    BREAKS,
    COUGH,
    DEAF,
    DRAWL,
    HALVES,
    INTERRUPTION,
    LONG,
    LOST,
    MUTE,
    NOTHING,
    PAUSE_MS,
    QUESTION,
    SENTENCE,
    SLOW,
    STORY,
    THOUGHT,
    VOID,
    Stage,
    crowd,
    noise,
    play,
    softly,
    sound_of_all,
    spoken,
    staged,
    with_pause,
    words_by,
)

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]

HEARD_S = 1.5
THINKS_S = 0.7
"""Longer than the pause that ends a turn."""


@dataclass(frozen=True)
class Heard:
    """What a scene came to: the talker with all that it got, what is stored, and what was taken down on the way."""

    talker: Talker
    stored: list[tuple[str, str]]
    noted: Mapping[str, Any]

    def kinds(self, *kinds: str) -> list[str]:
        return [came.type for came in self.talker.came if came.type in kinds]

    def captions(self, role: str) -> list[str]:
        return [came.message["text"] for came in self.talker.of("transcript", role=role)]

    def between(self, kind: str, until: str) -> list[str]:
        """Return what came between the first message of a kind and the next of another."""
        kinds = [came.type for came in self.talker.came]
        first = kinds.index(kind)
        return kinds[first + 1 : kinds.index(until, first)]

    @property
    def errors(self) -> list[str]:
        return [came.message["code"] for came in self.talker.of("error")]


async def heard(stage: Stage, user_id: str, talker: Talker, **noted: Any) -> Heard:
    return Heard(talker, await stage.stored(user_id, talker.ready["conversation_id"]), noted)


async def question(stage: Stage) -> Heard:
    await stage.upload("quentin")
    async with stage.talker("quentin") as talker:
        await talker.say(spoken(QUESTION))
        await talker.until("turn", role="assistant")
        return await heard(stage, "quentin", talker)


async def barge_in(stage: Stage) -> Heard:
    async with stage.talker("bea") as talker:
        await talker.say(spoken(STORY))
        await talker.until("sound")
        await asyncio.sleep(HEARD_S)
        await talker.say(spoken(INTERRUPTION))
        await talker.until("turn", 2, role="assistant")
        return await heard(stage, "bea", talker, said=stage.said(LONG))


async def cough(stage: Stage) -> Heard:
    async with stage.talker("carl") as talker:
        await talker.say(spoken(STORY))
        await talker.until("sound")
        await asyncio.sleep(HEARD_S)
        await talker.say(spoken(COUGH))
        await talker.until("turn", role="assistant")
        return await heard(stage, "carl", talker)


async def in_a_crowd(stage: Stage) -> Heard:
    async with stage.talker("cora") as talker:
        await talker.say(spoken(STORY))
        await talker.until("sound")
        await asyncio.sleep(HEARD_S)
        await talker.say(crowd())
        await talker.until("turn", role="assistant")
        return await heard(stage, "cora", talker)


async def pause_within(stage: Stage) -> Heard:
    async with stage.talker("paul") as talker:
        await talker.say(with_pause(*HALVES, PAUSE_MS))
        await talker.until("turn", role="assistant")
        return await heard(stage, "paul", talker)


async def thought(stage: Stage) -> Heard:
    async with stage.talker("theo") as talker:
        await talker.say(spoken(THOUGHT[0]))
        await asyncio.sleep(THINKS_S)
        await talker.say(spoken(THOUGHT[1]))
        await talker.until("turn", role="assistant")
        return await heard(stage, "theo", talker)


async def silence(stage: Stage) -> Heard:
    async with stage.talker("sam") as talker:
        await asyncio.sleep(4)
        return Heard(talker, [], {})


async def noises(stage: Stage) -> Heard:
    async with stage.talker("nora") as talker:
        await talker.say(noise(0.4))
        await asyncio.sleep(1)
        before = list(talker.came)
        await talker.say(spoken(STORY))
        await talker.until("sound")
        await talker.say(noise(0.4))
        await talker.until("turn", role="assistant")
        return await heard(stage, "nora", talker, before=before)


async def nothing(stage: Stage) -> Heard:
    async with stage.talker("nick") as talker:
        await talker.say(spoken(NOTHING))
        await talker.say(softly(spoken(QUESTION)))
        await asyncio.sleep(2)
        before = list(talker.came)
        await talker.say(spoken(AGAIN))
        await talker.until("turn", role="assistant")
        return await heard(stage, "nick", talker, before=before)


async def deaf(stage: Stage) -> Heard:
    async with stage.talker("dora") as talker:
        for count, phrase in enumerate((DEAF, LOST), 1):
            await talker.say(spoken(phrase))
            await talker.until("error", count)
        await talker.say(spoken(AGAIN))
        await talker.until("turn", role="assistant")
        return await heard(stage, "dora", talker)


async def mute(stage: Stage) -> Heard:
    async with stage.talker("mia") as talker:
        for count, phrase in enumerate((MUTE, BREAKS, VOID, AGAIN), 1):
            await talker.say(spoken(phrase))
            await talker.until("turn", count, role="assistant")
        return await heard(stage, "mia", talker)


async def slow(stage: Stage) -> Heard:
    async with stage.talker("sloan") as talker:
        for count, phrase in enumerate((SLOW, DRAWL), 1):
            await talker.say(spoken(phrase))
            await talker.until("turn", count, role="assistant")
        return await heard(stage, "sloan", talker)


async def drop(stage: Stage) -> Heard:
    async with stage.talker("dan") as before:
        await before.say(spoken(STORY))
        await before.until("sound")
        await asyncio.sleep(HEARD_S)
        position_ms = before.segments[1].position_ms
        before.drop()
        await before.closed()
    await asyncio.sleep(1)
    async with stage.talker("dan", resume=before.resume) as talker:
        await talker.until("turn", role="assistant")
        await talker.say(spoken(AGAIN))
        await talker.until("turn", 2, role="assistant")
        return await heard(stage, "dan", talker, before=before, position_ms=position_ms, said=stage.said(LONG))


async def two_tabs(stage: Stage) -> Heard:
    async with stage.talker("tina") as first:
        await first.say(spoken(STORY))
        await first.until("sound")
        await asyncio.sleep(HEARD_S)
        async with stage.talker("tina") as talker:
            code = await first.closed()
            before = await heard(stage, "tina", first)
            await talker.say(spoken(AGAIN))
            await talker.until("turn", role="assistant")
            return await heard(stage, "tina", talker, before=before, code=code)


SCENES = {
    scene.__name__: scene
    for scene in (
        question,
        barge_in,
        cough,
        in_a_crowd,
        pause_within,
        thought,
        silence,
        noises,
        nothing,
        deaf,
        mute,
        slow,
        drop,
        two_tabs,
    )
}


@dataclass(frozen=True)
class Played:
    stage: Stage
    ended: Mapping[str, Any]

    def __getitem__(self, name: str) -> Heard:
        if isinstance(found := self.ended[name], BaseException):
            raise found
        assert isinstance(found, Heard)
        return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    with staged(tmp_path_factory.mktemp("data")) as stage:
        yield Played(stage, asyncio.run(play(stage, SCENES)))


class TestQuestion:
    def test_is_answered_aloud_and_names_the_page(self, played: Played) -> None:
        scene = played["question"]
        said = f"{SENTENCE}, see page two of your biology notes."
        assert played.stage.said(said) == [said]
        (citation,) = scene.talker.of("citation")
        assert citation.message["citation"]["page_from"] == 2
        assert scene.talker.turns("user") == [QUESTION]
        assert scene.talker.turns("assistant") == [f"{SENTENCE} [1]."]
        assert scene.errors == []

    def test_comes_as_sound_in_order_without_a_gap(self, played: Played) -> None:
        scene = played["question"]
        order = scene.kinds("audio_start", "sound", "audio_end")
        assert order == ["audio_start", *["sound"] * (len(order) - 2), "audio_end"]
        assert scene.talker.segments[1].held_ms > 1000
        seqs = [came.message["seq"] for came in scene.talker.came if "seq" in came.message]
        assert seqs == list(range(1, len(seqs) + 1))

    def test_is_shown_as_it_is_understood_and_its_answer_as_it_is_spoken(self, played: Played) -> None:
        scene = played["question"]
        assert scene.captions("user")[-1] == QUESTION
        shown = scene.captions("assistant")
        assert shown[-1] == f"{SENTENCE} [1]."
        assert len(shown) > 3
        assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(shown))
        assert "citation" not in scene.between("turn", "sound")

    def test_is_in_the_text_chat_as_it_was_spoken(self, played: Played) -> None:
        assert played["question"].stored == [("user", QUESTION), ("assistant", f"{SENTENCE} [1].")]


class TestInterruption:
    def test_pauses_at_once_and_clears_when_words_arrive(self, played: Played) -> None:
        scene = played["barge_in"]
        assert scene.kinds("pause", "clear", "resume") == ["pause", "clear"]
        assert scene.talker.turns("user") == [STORY, INTERRUPTION]
        assert scene.talker.of("turn", role="assistant")[0].message["interrupted"] is True

    def test_nothing_of_the_answer_comes_after_it_was_cleared(self, played: Played) -> None:
        came = played["barge_in"].talker.came
        cleared = next(at for at, one in enumerate(came) if one.type == "clear")
        segment = came[cleared].message["segment"]
        assert [one for one in came[cleared:] if one.type == "sound" and one.message["segment"] == segment] == []

    def test_keeps_what_was_heard_to_within_one_word(self, played: Played) -> None:
        scene = played["barge_in"]
        told = scene.talker.turns("assistant")[0]
        expected = words_by(scene.noted["said"], scene.talker.segments[1].heard_ms)
        assert LONG.startswith(told)
        assert len(expected) > 2
        assert abs(len(told.split()) - len(expected)) <= 1
        assert scene.stored[1] == ("assistant", told)

    def test_a_cough_stops_nothing_for_good(self, played: Played) -> None:
        scene = played["cough"]
        assert scene.kinds("pause", "clear", "resume") == ["pause", "resume"]
        assert scene.talker.turns("user") == [STORY]
        assert scene.captions("assistant")[-1].startswith(LONG)
        assert scene.stored == [("user", STORY), ("assistant", scene.captions("assistant")[-1])]

    def test_after_a_cough_no_sound_is_missing_or_came_twice(self, played: Played) -> None:
        scene = played["cough"]
        assert "sound" not in scene.between("pause", "resume")
        assert scene.talker.segments[1].pcm == played["noises"].talker.segments[1].pcm

    def test_what_recognisers_make_of_many_voices_cuts_nothing_off(self, played: Played) -> None:
        scene = played["in_a_crowd"]
        kinds = scene.kinds("pause", "clear", "resume")
        assert kinds == ["pause", "resume"] * (len(kinds) // 2)
        assert scene.talker.segments[1].pcm == played["noises"].talker.segments[1].pcm
        assert scene.talker.turns("user") == [STORY]
        assert scene.talker.turns("assistant")[0].startswith(LONG)


class TestHearing:
    def test_a_short_pause_does_not_end_a_question(self, played: Played) -> None:
        assert played["pause_within"].talker.turns("user") == [" ".join(HALVES)]

    def test_who_thinks_in_mid_sentence_asks_one_question(self, played: Played) -> None:
        scene = played["thought"]
        assert [text for role, text in scene.stored if role == "user"] == [" ".join(THOUGHT)]
        assert [role for role, _ in scene.stored] == ["user", "assistant"]
        assert len({came.message["id"] for came in scene.talker.of("turn", role="user")}) == 1
        assert len(scene.talker.of("audio_start")) == 1

    def test_silence_is_nothing(self, played: Played) -> None:
        assert played["silence"].kinds("transcript", "turn", "audio_start", "error") == []

    def test_noise_asks_nothing_hides_no_speech_and_interrupts_nothing(self, played: Played) -> None:
        scene = played["noises"]
        assert [came.type for came in scene.noted["before"] if came.type in ("transcript", "turn", "error")] == []
        assert scene.talker.turns("user") == [STORY]
        assert scene.kinds("pause", "clear", "resume") == []
        assert scene.talker.segments[1].pcm.startswith(sound_of_all(played.stage.said(LONG)))

    def test_what_has_no_words_is_nothing_nor_is_what_recognisers_make_up(self, played: Played) -> None:
        scene = played["nothing"]
        assert [came.type for came in scene.noted["before"] if came.type in ("transcript", "turn", "error")] == []
        assert [text for role, text in scene.stored if role == "user"] == [AGAIN]


class TestTrouble:
    def test_a_recogniser_that_fails_or_never_answers_is_told_of_and_the_next_question_works(
        self, played: Played
    ) -> None:
        scene = played["deaf"]
        assert scene.errors == ["speech_failed", "speech_timeout"]
        assert played.stage.said(phrases_of("en").unheard)
        assert scene.talker.turns("user") == [AGAIN]

    def test_a_voice_that_fails_breaks_off_or_is_silent_is_told_of_and_the_next_answer_sounds(
        self, played: Played
    ) -> None:
        scene = played["mute"]
        assert scene.errors == ["speech_failed"] * 3
        assert scene.talker.turns("user") == [MUTE, BREAKS, VOID, AGAIN]
        assert scene.talker.turns("assistant")[3].startswith("Always here.")

    def test_slow_services_are_waited_for(self, played: Played) -> None:
        scene = played["slow"]
        assert scene.talker.turns("user") == [SLOW, DRAWL]
        assert [text.split()[0] for text in scene.talker.turns("assistant")] == ["No", "Tardily"]
        assert scene.errors == []

    def test_one_learners_trouble_is_no_other_learners(self, played: Played) -> None:
        troubled = {user_id for user_id, codes in played.stage.errors.items() if codes}
        assert troubled == {"dora", "mia"}


class TestMetrics:
    def test_the_stages_of_answers_and_interruptions_are_counted(self, played: Played) -> None:
        key = {"Authorization": f"Bearer {played.stage.operator_key()}"}
        rendered = httpx.get(f"{played.stage.server.url}/metrics", headers=key).text
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(rendered)
            for sample in family.samples
        }
        for stage in ("endpointing", "transcript", "thinking", "first_audio", "total"):
            assert found["clara_voice_stage_seconds_count", stage] >= 5
        assert found["clara_voice_interruptions_total", "true"] >= 1
        assert found["clara_voice_interruptions_total", "false"] >= 1
        assert found["clara_voice_audio_seconds_total", "heard"] > 30
        assert found["clara_voice_audio_seconds_total", "sent"] > 10
        assert found["clara_voice_sessions_ended_total", "replaced"] == 1
        assert found["clara_speech_requests_total", "speech_failed", "openai:ear"] == 1


class TestConnections:
    def test_a_session_that_was_dropped_goes_on_and_has_what_was_heard(self, played: Played) -> None:
        scene = played["drop"]
        before, told = scene.noted["before"], scene.talker.turns("assistant")[0]
        seqs = [came.message["seq"] for one in (before, scene.talker) for came in one.came if "seq" in came.message]
        assert seqs == list(range(1, len(seqs) + 1))
        assert scene.talker.ready["session_id"] == before.ready["session_id"]
        assert scene.talker.ready["restored"] is False
        assert LONG.startswith(told)
        expected = words_by(scene.noted["said"], scene.noted["position_ms"])
        assert abs(len(told.split()) - len(expected)) <= 2
        assert [role for role, _ in scene.stored] == ["user", "assistant", "user", "assistant"]

    def test_the_newest_tab_wins(self, played: Played) -> None:
        scene = played["two_tabs"]
        assert scene.noted["code"] == 4409
        assert scene.talker.turns("user") == [AGAIN]
        assert scene.talker.turns("assistant")[0].startswith("Always here.")
        (asked, question), (answered, told) = scene.noted["before"].stored
        assert (asked, question, answered) == ("user", STORY, "assistant")
        assert LONG.startswith(told)
        assert told != LONG
