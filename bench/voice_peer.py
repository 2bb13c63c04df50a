"""A bare session of livekit-agents, for comparison: its own voice detection, no socket, no tutor, no store, no HTTP.

Run as a program it prints the share of a processor that one of so many talking sessions takes.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any

from livekit import rtc
from livekit.agents import Agent, AgentSession, LanguageCode, ModelSettings, inference, llm, stt

from bench.voice_stage import ANSWER, QUESTION, spoken
from clara.testing.speech import FRAME_MS, Sound, mumble
from clara.voice.sound.io import MICROPHONE_RATE, SPEAKER_RATE, Loudspeaker, Microphone
from clara.voice.sound.parts import NoModel, NoVoice

_FRAME_BYTES = MICROPHONE_RATE * FRAME_MS // 1000 * 2


class Nobody:
    """A listener that doesn't listen; counts answers."""

    def __init__(self) -> None:
        self.ended = 0

    def audio_start(self, segment: int) -> None: ...

    def audio(self, segment: int, offset: int, pcm: bytes) -> None: ...

    def audio_end(self, segment: int, position_ms: float, interrupted: bool, text: str) -> None:
        self.ended += 1

    def clear(self, segment: int, position_ms: float) -> None: ...

    def pause(self, segment: int) -> None: ...

    def resume(self, segment: int) -> None: ...


class Ear(stt.STT[Any]):
    """Hears the same question in everything, at once."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))

    async def _recognize_impl(self, buffer: Any, **_: Any) -> stt.SpeechEvent:
        said = stt.SpeechData(language=LanguageCode("en"), text=QUESTION)
        return stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[said])


class Bare(Agent):
    """Answers at once with sound that is ready."""

    def __init__(self) -> None:
        super().__init__(instructions="")
        self._pcm = mumble(ANSWER).pcm

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncGenerator[str, None]:
        yield ANSWER

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        async for _ in text:
            pass
        size = SPEAKER_RATE // 5 * 2
        for at in range(0, len(self._pcm), size):
            piece = self._pcm[at : at + size]
            yield rtc.AudioFrame(piece, SPEAKER_RATE, 1, len(piece) // 2)


async def share(sessions: int, seconds: float, rest_s: float) -> float:
    """Return the share of a processor a session, in percent; the feeding of its microphone is in it."""
    question = spoken(QUESTION)
    running, tasks = [], []
    for _ in range(sessions):
        nobody, microphone = Nobody(), Microphone()
        session: AgentSession[None] = AgentSession(
            stt=Ear(),
            vad=inference.VAD(model="silero"),
            llm=NoModel(),
            tts=NoVoice(),
            turn_handling={
                "turn_detection": "vad",
                "endpointing": {"mode": "fixed", "min_delay": 0.3, "max_delay": 3.0},
                "interruption": {"mode": "vad"},
                "preemptive_generation": {"enabled": False},
            },
            aec_warmup_duration=None,
            session_close_transcript_timeout=0.1,
        )
        session.input.audio, session.output.audio = microphone, Loudspeaker(nobody)
        await session.start(Bare(), record=False)
        running.append(session)
        tasks.append(asyncio.create_task(_talk(microphone, nobody, question, rest_s)))
        await asyncio.sleep(0.007)
    await asyncio.sleep(2)
    used, began = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    result = (time.process_time() - used) / (time.perf_counter() - began) / sessions * 100
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, *(session.aclose() for session in running), return_exceptions=True)
    return result


async def _talk(microphone: Microphone, nobody: Nobody, question: Sound, rest_s: float) -> None:
    """Ask, hear the answer out, rest, and again; a frame every 20 ms all the while."""
    due, mouth, answered, rest_until = time.perf_counter(), bytearray(question.pcm), 0, 0.0
    while True:
        if not mouth and nobody.ended > answered:
            rest_until = rest_until or time.perf_counter() + rest_s
            if time.perf_counter() > rest_until:
                mouth, answered, rest_until = bytearray(question.pcm), nobody.ended, 0.0
        frame = bytes(mouth[:_FRAME_BYTES]).ljust(_FRAME_BYTES, b"\0")
        del mouth[:_FRAME_BYTES]
        microphone.push(frame)
        due += FRAME_MS / 1000
        await asyncio.sleep(max(0, due - time.perf_counter()))


if __name__ == "__main__":
    print(f"share {asyncio.run(share(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))):.3f}")
