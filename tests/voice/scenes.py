"""Learners who talk to one running server at the same time, each in a scene of their own, in real time."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from clara.testing import RunningServer, running_server
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Asked, ChatAnswer, Fail, Hang, Hear, HearingAnswer, Say, Speak, SpeakingAnswer
from clara.testing.speech import MICROPHONE_RATE, Sound, Word, mumble, say_aloud
from clara.testing.talker import Talker, connected
from clara.testing.talking import sound_of
from clara.voice.sound.silence import loudness
from tests.rag.documents_made import make_pdf

SENTENCE = "The powerhouse of the cell is the mitochondrion"
PAGES = ["Osmosis is the movement of water through a membrane.", f"{SENTENCE}. It turns sugar into energy."]
LONG = (
    "Mitochondria are small bodies within the cell. They turn sugar into the energy that everything else runs on. "
    "Each of them has two membranes, one of which is folded many times."
)
QUESTION = "what is the powerhouse of the cell"
STORY = "tell me the long story of sugar please"
INTERRUPTION = "wait wait explain that again"
COUGH = "ahem ahem hrm ahem"
HALVES = ("how does water", "get through a membrane")
THOUGHT = ("could you please", "tell me what osmosis is")
DEAF = "nobody understands these eight simple little words"
NOTHING = "there are no real words in here"
SLOW = "take as much time as you would like"
MUTE = "answer this silently"
BREAKS = "begin and then break off"
DRAWL = "do speak after a long while to everyone"
LOST = "this one gets lost on its way to you"
VOID = "give no sound at all for this one"
AGAIN = "are you still there my friend"
PHRASES = (QUESTION, STORY, INTERRUPTION, COUGH, *THOUGHT, DEAF, LOST, NOTHING, SLOW, MUTE, BREAKS, VOID, DRAWL, AGAIN)
INVENTED = "Thanks for watching!"
"""What the recogniser writes for sounds that it can't place, as Whisper does."""

_HEARD: Mapping[str, HearingAnswer] = {
    COUGH: Hear(""),
    DEAF: Fail(500),
    LOST: Hang(),
    NOTHING: Hear(""),
    SLOW: Hear(SLOW, delay_s=1.5),
}
_ANSWERED: Mapping[str, str] = {
    STORY: LONG,
    INTERRUPTION: "Gladly, once more.",
    MUTE: "Unspeakable words are these.",
    BREAKS: "Breakable is what this sentence is, long as it may be.",
    VOID: "Inaudible words are these.",
    DRAWL: "Tardily this comes.",
    SLOW: "No hurry at all.",
    AGAIN: "Always here.",
}
_QUIET = 200
PAUSE_MS = 150
"""Shorter than what ends a stretch of speech."""
_PASSAGE = re.compile(rf"⟦passage (\d+):[^⟧]*⟧\n[^⟦]*{SENTENCE}")


def spoken(phrase: str) -> Sound:
    return _spoken(phrase)


@cache
def _spoken(phrase: str) -> Sound:
    return say_aloud(phrase)


def with_pause(first: str, second: str, pause_ms: int) -> Sound:
    """Return two phrases with a pause between them."""
    before, after = spoken(first), spoken(second)
    pause = bytes(MICROPHONE_RATE * pause_ms // 1000 * 2)
    at = before.lasts_ms + pause_ms
    later = [Word(word.text, word.start_ms + at, word.end_ms + at) for word in after.words]
    return Sound(before.pcm + pause + after.pcm, MICROPHONE_RATE, [*before.words, *later])


def softly(sound: Sound) -> Sound:
    """Return a sound so soft that it is hardly speech."""
    samples = np.frombuffer(sound.pcm, "<i2").astype(float)
    return Sound((samples * 150 / loudness(sound.pcm)).astype("<i2").tobytes(), sound.rate, sound.words)


def noise(seconds: float) -> Sound:
    """Return what rooms and wires sound like, each for so long, softly and loudly: hiss, rumble, a mains hum, keys."""
    size = int(MICROPHONE_RATE * seconds)
    hiss = np.random.default_rng(3).normal(size=size)
    rumble = np.fft.irfft(np.fft.rfft(hiss) / np.arange(1, size // 2 + 2), size)
    hum = sum(np.sin(np.arange(size) * (2 * np.pi * 50 * n / MICROPHONE_RATE)) / n for n in range(1, 12))
    keys = hiss * np.exp(-(np.arange(size) % (MICROPHONE_RATE // 5)) / 80)
    return _joined(*(_at(level, kind) for level in (300, 1500, 5000) for kind in (hiss, rumble, hum, keys)))


def crowd(seconds: float = 2, level: float = 1500) -> Sound:
    """Return many voices at once, of which no word is understood."""
    size = int(MICROPHONE_RATE * seconds)
    voices = [np.frombuffer(spoken(phrase).pcm, "<i2").astype(float) for phrase in PHRASES]
    return _joined(_at(level, sum(np.resize(np.roll(voice, at * 7001), size) for at, voice in enumerate(voices))))


def _at(level: float, samples: Any) -> Any:
    return samples * level / np.sqrt((samples**2).mean())


def _joined(*parts: Any) -> Sound:
    return Sound(np.concatenate(parts).clip(-30_000, 30_000).astype("<i2").tobytes(), MICROPHONE_RATE, ())


def words_by(texts: list[str], position_ms: float) -> list[str]:
    """Return the words that have sounded by a position, when these texts are spoken one after another."""
    found, at = [], 0.0
    for text in texts:
        sound = mumble(text)
        found += [word.text for word in sound.words if at + (word.start_ms + word.end_ms) / 2 <= position_ms]
        at += sound.lasts_ms
    return found


def sound_of_all(texts: list[str]) -> bytes:
    """Return the sound of these texts, spoken one after another."""
    return b"".join(mumble(text).pcm for text in texts)


@dataclass
class Stage:
    """A server, the services behind it, and what became of each scene."""

    server: RunningServer
    services: ScriptedServer
    errors: dict[str, list[str]] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def talker(self, user_id: str, **hello: Any) -> AsyncIterator[Talker]:
        async with connected(self.server.url, user_id, **hello) as talker:
            try:
                yield talker
            finally:
                told = [came.message["code"] for came in talker.of("error")]
                self.errors.setdefault(user_id, []).extend(told)

    async def stored(self, user_id: str, chat_id: str) -> list[tuple[str, str]]:
        """Return the roles and texts of a conversation, as the text chat shows them."""
        async with httpx.AsyncClient(base_url=self.server.url, headers=self.server.learner(user_id)) as client:
            answer = await client.get(f"/v1/chats/{chat_id}/messages")
        assert answer.status_code == 200, answer.text
        return [(message["role"], message["content"]) for message in answer.json()["messages"]]

    async def upload(self, user_id: str) -> None:
        files = {"file": ("biology-notes.pdf", make_pdf(PAGES))}
        async with httpx.AsyncClient(base_url=self.server.url, headers=self.server.learner(user_id)) as client:
            answer = await client.post("/homework/upload-rag", files=files, timeout=60)
        assert answer.status_code == 200, answer.text

    def operator_key(self) -> str:
        """Return a new key that may read metrics."""
        command = [sys.executable, "-m", "clara", "key", "add", "--name", "test", "--scope", "operator"]
        environment = os.environ | {"CLARA_DATA_DIR": str(self.server.log_path.parent)}
        made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return made.stdout.split()[0]

    def said(self, within: str) -> list[str]:
        """Return what the voice was asked to say of a text, in order."""
        asked_for = self.services.asked_for("/audio/speech")
        inputs = [asked.body["input"] for asked in asked_for if "input" in (asked.body or {})]
        return list(dict.fromkeys(text for text in inputs if text in within))


@contextlib.contextmanager
def staged(folder: Path, **environment: str) -> Iterator[Stage]:
    """Run a server whose services hear, answer and speak as the phrases want it."""
    with scripted_server() as services:
        services.ear.learn(*(spoken(phrase) for phrase in PHRASES))
        services.ear.learn(with_pause(*HALVES, PAUSE_MS), crowd())
        services.otherwise, services.speak = _answer, _speak

        def hear(asked: Asked) -> HearingAnswer:
            pcm, rate = sound_of(asked.body["file"])
            if loudness(pcm) < _QUIET:
                return Hear("Thank you.")
            heard = services.ear.hear(pcm, rate)
            return _HEARD.get(heard, Hear(heard or INVENTED))

        services.hear = hear
        models = {"CLARA_STT_MODEL": "openai:ear", "CLARA_TTS_MODEL": "openai:voice"}
        with running_server(folder, **services.environment | models | environment) as server:
            yield Stage(server, services)


def _answer(asked: Asked) -> ChatAnswer:
    material, _, question = asked.question.rpartition("The learner's question:")
    if QUESTION in question and (passage := _PASSAGE.search(material)):
        return Say(f'{SENTENCE} [{passage[1]} "{SENTENCE}"].')
    found = next((text for phrase, text in _ANSWERED.items() if phrase in question), None)
    # Whoever thinks in mid-sentence goes on before a model has answered.
    return Say(found or "There is nothing to say about that.", delay_s=1.5 if question.endswith(THOUGHT[0]) else 0)


def _speak(asked: Asked) -> SpeakingAnswer:
    text = str(asked.body["input"])
    if "Unspeakable" in text:
        return Fail(500)
    if "Inaudible" in text:
        return Speak(silent=True)
    if "Breakable" in text:
        return Speak(cut_after_ms=600)
    return Speak(delay_s=1.5 if "Tardily" in text else 0)


Scene = Callable[[Stage], Awaitable[Any]]


async def play(stage: Stage, scenes: Mapping[str, Scene]) -> dict[str, Any]:
    """Play all scenes at once; return what each came to, or the exception that ended it."""
    ended = await asyncio.gather(*(scene(stage) for scene in scenes.values()), return_exceptions=True)
    return dict(zip(scenes, ended, strict=True))
