"""What a scripted model server may answer: one value an answer, well behaved or not."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Say:
    """Text, as these pieces (a string is cut into words).

    ``delay_s`` passes before the first piece, ``pause_s`` between two. After ``cut_after`` pieces the connection
    breaks, after ``hang_after`` nothing more comes; ``endless`` begins again at the end. ``usage`` is (input, output)
    tokens, None leaves it out, by default they are counted.
    """

    text: str | Sequence[str]
    delay_s: float = 0
    pause_s: float = 0
    finish: str | None = "stop"
    cut_after: int | None = None
    hang_after: int | None = None
    endless: bool = False
    usage: tuple[int, int] | Literal["counted"] | None = "counted"

    @property
    def pieces(self) -> Sequence[str]:
        return re.findall(r"\S+\s*|\s+", self.text) if isinstance(self.text, str) else self.text


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call; ``arguments`` as a string are sent as they are, JSON or not."""

    name: str
    arguments: str | Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallTools:
    """Tool calls after some text; streamed, each call's arguments come in pieces of ``piece`` characters."""

    calls: Sequence[Call]
    text: str = ""
    piece: int = 5
    finish: str | None = "tool_calls"
    delay_s: float = 0


@dataclass(frozen=True, slots=True)
class Refuse:
    """A refusal in the field of its own that OpenAI has for it."""

    text: str = "I can't help with that."


@dataclass(frozen=True, slots=True)
class Fail:
    """An error instead of an answer."""

    status: int = 500
    message: str = "scripted failure"
    code: str | None = None
    type: str = "server_error"
    retry_after_s: float | None = None
    delay_s: float = 0


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing at all, until the client goes away."""


@dataclass(frozen=True, slots=True)
class Raw:
    """These bytes, whatever they are."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Embed:
    """Vectors of this length, late by ``delay_s``; ``missing`` leaves so many of them out."""

    dim: int = 64
    delay_s: float = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Hear:
    """A transcript, late by ``delay_s``; ``text`` None: what the server's ear recognises."""

    text: str | None = None
    delay_s: float = 0


@dataclass(frozen=True, slots=True)
class Speak:
    """The speech of the text that came, late by ``delay_s``, in pieces of ``piece_ms``, with ``pause_s`` between.

    After ``cut_after_ms`` of sound the connection breaks; ``silent`` sends no sound at all; ``as_wav`` sends a WAV file
    though PCM was asked for, as some servers do.
    """

    delay_s: float = 0
    piece_ms: int = 200
    pause_s: float = 0
    cut_after_ms: int | None = None
    silent: bool = False
    as_wav: bool = False


ChatAnswer = Say | CallTools | Refuse | Fail | Hang | Raw
EmbeddingAnswer = Embed | Fail | Hang | Raw
HearingAnswer = Hear | Fail | Hang | Raw
SpeakingAnswer = Speak | Fail | Hang | Raw


@dataclass(slots=True)
class Asked:
    """A request as it came. ``disconnected`` turns true when the client leaves before the answer's end."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    disconnected: bool = False
    ended: bool = False

    @property
    def question(self) -> str:
        """The text of the last message of the user's."""
        for message in reversed(self.body.get("messages", [])):
            if message.get("role") == "user":
                return text_of(message)
        return ""


ChatScript = Callable[[Asked], ChatAnswer]
EmbeddingScript = Callable[[Asked], EmbeddingAnswer]
HearingScript = Callable[[Asked], HearingAnswer]
SpeakingScript = Callable[[Asked], SpeakingAnswer]


def text_of(message: Mapping[str, Any]) -> str:
    """Return a message's text, which may come in parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def vector_of(text: str, dim: int) -> list[float]:
    """Return a vector of length 1 made of the text's words: texts that share words are near each other."""
    vector = [0.0] * dim
    for word in re.findall(r"\w+", text.casefold()):
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        vector[int.from_bytes(digest[:4], "big") % dim] += 1 if digest[4] & 1 else -1
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector] if length else vector


_PASSAGE = re.compile(r"⟦passage (\d+):[^⟧]*⟧\n([^⟦]+)")
_COMMAND = re.compile(r"!(\w+)(?::([\w.]+))?")


def by_hand(asked: Asked) -> ChatAnswer:
    """Answer for someone who tries things: a word like !hang or !fail:429 in the question says how."""
    found = next(reversed(list(_COMMAND.finditer(asked.question))), None)
    command, value = (found[1], found[2] or "") if found else ("", "")
    offered = [tool["function"]["name"] for tool in asked.body.get("tools") or ()]
    match command:
        case "fail":
            return Fail(int(value or 500), retry_after_s=1 if value == "429" else None)
        case "hang":
            return Hang()
        case "refuse":
            return Refuse()
        case "empty":
            return Say("")
        case "cut":
            return Say("This answer breaks off in the middle of a", cut_after=4)
        case "short":
            return Say("This answer is cut off by its", finish="length")
        case "endless":
            return Say("and so on ", endless=True, pause_s=0.01)
        case "long":
            return Say([f"word{at} " for at in range(int(value or 1000))])
        case "paced":
            return Say([f"word{at} " for at in range(int(value or 100))], pause_s=0.02)
        case "slow":
            return Say("This answer comes slowly, a word at a time.", pause_s=float(value or 0.5))
        case "cite" if passage := _PASSAGE.search(asked.question):
            sentence = passage[2].strip().splitlines()[-1].split(". ")[0]
            return Say(
                f'{sentence} [{passage[1]} "{sentence}"]. This is invented [1 "and stands nowhere"].', pause_s=0.02
            )
        case "tool" if offered and asked.body["messages"][-1].get("role") == "user":
            return CallTools([Call(value or offered[0], {"query": asked.question[:100]})])
    return Say(f"You said: {asked.question[-200:]}", pause_s=0.02)
