"""A voice socket that a test plays by hand, in the page's own browser; and sound for microphones."""

import json
import re
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from clara.testing.speech import MICROPHONE_RATE, Sound
from clara.voice.wire.messages import Hello, pack_audio, read_message
from tests.waiting import wait_until

T = TypeVar("T")

OUT_RATE = 24_000


class FakeVoice:
    """Answers the page's sockets. What the page says is read as the server reads it: a wrong message fails the test."""

    def __init__(self, page: Any, **ready: Any) -> None:
        self.page = page
        self.ready = {"hears": True, "speaks": True, **ready}
        self.sockets: list[Any] = []
        self.hellos: list[Hello] = []
        self.said: list[dict[str, Any]] = []
        self.sound = b""
        self.seq = 0
        self.refuses: tuple[int, str] | None = None
        page.route("**/v1/me", self._tell_of_voice)
        page.route_web_socket(re.compile(r".*/voice/ws/.*"), self._opened)

    def _tell_of_voice(self, route: Any) -> None:
        answer = route.fetch()
        told = answer.json()
        told["voice"] |= {name: self.ready[name] for name in ("hears", "speaks")}
        route.fulfill(response=answer, json=told)

    def _opened(self, socket: Any) -> None:
        self.sockets.append(socket)
        if self.refuses is not None:
            code, reason = self.refuses
            socket.close(code=code, reason=reason)
            return
        socket.on_message(lambda message: self._take(socket, message))

    def _take(self, socket: Any, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.sound += message
            return
        read = read_message(message)
        if isinstance(read, Hello):
            self.hellos.append(read)
            self._greet(read)
            return
        self.said.append(json.loads(message))
        if self.said[-1]["type"] == "ping":
            self.says("pong", t=self.said[-1]["t"])
        if self.said[-1]["type"] == "bye":
            socket.close(code=1000, reason="bye")

    def _greet(self, hello: Hello) -> None:
        session = hello.resume.session_id if hello.resume else f"voice_{len(self.hellos)}"
        common = {"in_rate": MICROPHONE_RATE, "out_rate": OUT_RATE, "restored": False, "resume_token": "token"}
        told = {"conversation_id": hello.conversation_id or "chat_new", **common, **self.ready}
        self.says("ready", session_id=session, **told)

    def says(self, kind: str, **members: Any) -> None:
        self.seq += 1
        self.sends({"type": kind, **members, "seq": self.seq})

    def sends(self, message: dict[str, Any]) -> None:
        self.sockets[-1].send(json.dumps(message))

    def plays(self, segment: int, ms: int, offset: int = 0) -> None:
        """Send a tone."""
        tone = b"".join(
            (12_000 if at // 60 % 2 else -12_000).to_bytes(2, "little", signed=True) for at in range(24 * ms)
        )
        for at in range(0, len(tone), 48 * 40):
            self.sockets[-1].send(pack_audio(segment, offset + at // 2, tone[at : at + 48 * 40]))

    def drops(self) -> None:
        self.sockets[-1].close(code=1011, reason="gone")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.said if message["type"] == kind]

    def wait(self, condition: Callable[[], T], what: str) -> T:
        """Wait for what the page is to do; meanwhile it can."""
        return until(self.page, condition, what)


def until(page: Any, condition: Callable[[], T], what: str) -> T:
    def look() -> T:
        page.evaluate("0")
        return condition()

    return wait_until(look, 20, what)


def played_ms(said: Sequence[dict[str, Any]], segment: int) -> float:
    """Return how far the page says that it is."""
    return max((message["ms"] for message in said if message["segment"] == segment), default=-1)


def write_wav(path: Path, *parts: Sound | float) -> Path:
    """Write a microphone's sound: speech, and seconds of silence."""
    with wave.open(str(path), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(MICROPHONE_RATE)
        for part in parts:
            opened.writeframes(part.pcm if isinstance(part, Sound) else bytes(int(part * MICROPHONE_RATE) * 2))
    return path
