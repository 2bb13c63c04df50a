"""What the scripted server does of speech: forms with sound read, transcripts, and sound for texts."""

import asyncio
import io
import wave
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from typing import Any

from clara.providers.sound import wav_of
from clara.testing.scripts import Asked, Hear, Speak
from clara.testing.speech import Ear, mumble


def form_of(content_type: str, body: bytes) -> dict[str, Any]:
    """Return a form's fields: texts, and bytes for its file."""
    parsed = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    if not parsed.is_multipart():
        raise ValueError("not a form")
    found: dict[str, Any] = {}
    for part in parsed.get_payload():
        assert not isinstance(part, str)
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        assert isinstance(value, bytes)
        found[str(name)] = value if part.get_filename() else value.decode()
    return found


async def hear(answer: Hear, asked: Asked, ear: Ear) -> Mapping[str, str]:
    """Return the answer of audio/transcriptions."""
    await asyncio.sleep(answer.delay_s)
    return {"text": answer.text if answer.text is not None else ear.hear(*sound_of(asked.body["file"]))}


def speak(answer: Speak, asked: Asked) -> Iterator[bytes]:
    """Yield the bytes of audio/speech in pieces."""
    if answer.silent:
        return
    sound = mumble(str(asked.body["input"]))
    sent = wav_of(sound.pcm, sound.rate) if answer.as_wav else sound.pcm
    size = sound.rate * answer.piece_ms // 1000 * 2
    for at in range(0, len(sent), size):
        yield sent[at : at + size]


def sound_of(file: bytes) -> tuple[bytes, int]:
    """Return a WAV file's samples and their rate."""
    with wave.open(io.BytesIO(file)) as opened:
        return opened.readframes(opened.getnframes()), opened.getframerate()
