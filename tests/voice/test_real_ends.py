"""How sessions with sound end: many of them, one after another, and all at once when the server is told to stop."""

import asyncio
import gc
import signal
from pathlib import Path

import psutil
import pytest

from clara.testing import make_settings, running_server
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Say
from clara.testing.speech import INSTALL_ESPEAK, has_espeak
from clara.testing.talker import connected
from tests.contract.served import Served, served
from tests.services import missing
from tests.voice.scenes import LONG, STORY, Stage, spoken, staged, words_by
from tests.waiting import wait_for

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]

SESSIONS, WARM, AT_ONCE = 200, 20, 8
MOST_GROWTH_MIB = 30
STOPS_IN_S = 15
PLENTY = {"chat_per_minute": 1_000_000, "voice_per_minute": 1_000_000, "reads_per_minute": 1_000_000}


def resident_mib() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


class TestManySessions:
    def test_leave_nothing_behind(self, tmp_path: Path) -> None:
        async def talk(server: Served, number: int) -> None:
            async with connected(f"http://127.0.0.1:{server.port}", f"learner-{number}") as talker:
                await talker.send(type="text", text="say something")
                await talker.until("sound")
                if number % 2:
                    await talker.send(type="bye")
                    assert await talker.closed() == 1000
                else:
                    talker.drop()
                    await talker.closed()

        async def open_and_close(server: Served, numbers: range) -> None:
            free = asyncio.Semaphore(AT_ONCE)

            async def one(number: int) -> None:
                async with free:
                    await talk(server, number)

            await asyncio.gather(*(one(number) for number in numbers))
            hub = server.app.state.services.doorway.hub
            await wait_for(lambda: not hub.lives)

        async def main(services: ScriptedServer) -> None:
            speech = {"stt_base_url": services.url, "tts_base_url": services.url}
            settings = make_settings(
                tmp_path,
                port=0,
                limits=PLENTY,
                openai_base_url=services.url,
                openai_api_key="none",
                chat_model="openai:scripted",
                stt_model="openai:ear",
                tts_model="openai:voice",
                speech=speech,
                voice={"hold_s": 0.2, "sessions_per_process": AT_ONCE * 2},
            )
            async with served(settings) as server:
                await open_and_close(server, range(WARM))
                tasks, before = await settled(), resident_mib()
                await open_and_close(server, range(WARM, WARM + SESSIONS))
                await wait_for(lambda: len(asyncio.all_tasks()) <= tasks)
                assert resident_mib() - before <= MOST_GROWTH_MIB

        with scripted_server(lambda asked: Say(LONG)) as services:
            asyncio.run(main(services))


async def settled() -> int:
    """Return how many tasks there are once connections that were kept for a moment are gone."""
    await asyncio.sleep(0.5)
    return len(asyncio.all_tasks())


class TestSigterm:
    def test_in_mid_answer_tells_the_client_and_keeps_what_was_heard(self, tmp_path: Path) -> None:
        if not has_espeak():
            missing("espeak-ng", INSTALL_ESPEAK)

        async def main(stage: Stage) -> None:
            async with stage.talker("ana") as talker:
                await talker.say(spoken(STORY))
                await talker.until("sound")
                await asyncio.sleep(1.5)
                stage.server.process.send_signal(signal.SIGTERM)
                assert await talker.closed() == 1001
                assert talker.came[-1].message["type"] == "bye"
                heard = words_by(stage.said(LONG), talker.segments[1].heard_ms)
            assert await asyncio.to_thread(stage.server.process.wait, STOPS_IN_S) == 0
            environment = stage.services.environment | {
                "CLARA_STT_MODEL": "openai:ear",
                "CLARA_TTS_MODEL": "openai:voice",
            }
            with running_server(tmp_path, **environment) as server:
                after = Stage(server, stage.services)
                async with after.talker("ana", resume=talker.resume) as again:
                    assert again.ready["restored"] is True
                    assert again.ready["conversation_id"] == talker.ready["conversation_id"]
                stored = await after.stored("ana", talker.ready["conversation_id"])
            (asked, question), (answered, told) = stored
            assert (asked, question, answered) == ("user", STORY, "assistant")
            assert LONG.startswith(told)
            assert abs(len(told.split()) - len(heard)) <= 1

        with staged(tmp_path) as stage:
            asyncio.run(main(stage))
