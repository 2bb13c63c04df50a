"""The opening of a voice session, and the parts that all sessions of a process share."""

import asyncio
import gc
import importlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from clara.core.clock import Clock
from clara.core.ids import new_id
from clara.ops.limits import RateLimiter
from clara.ops.metrics import Metrics
from clara.providers.speech import Speech
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.database import Database
from clara.store.folders import require_folder
from clara.store.voice_sessions import RESTORABLE_S
from clara.study.sessions import Sessions
from clara.study.studio import Studio
from clara.tutor.debriefing import Debriefing
from clara.tutor.events import Cited
from clara.tutor.turns.tutor import Tutor
from clara.voice.sound.priming import Primed, Priming
from clara.voice.talking.asking import count_question
from clara.voice.talking.session import Session
from clara.voice.talking.study_room import Studying
from clara.voice.talking.study_session import StudySession
from clara.voice.talking.talk import Subject
from clara.voice.talking.text_session import TextSession
from clara.voice.wire.messages import Hello

if TYPE_CHECKING:
    from clara.voice.talking.voice_session import VoiceSession


@dataclass(frozen=True, slots=True)
class VoiceParts:
    """What sessions are made of; made once in create_app.

    ``shown`` is how a citation is sent; ``speech`` is connected to its services once, for all.
    """

    settings: Settings
    clock: Clock
    database: Database
    tutor: Tutor
    search: SearchEngine
    studio: Studio
    sessions: Sessions
    debriefing: Debriefing
    speech: Speech
    limiter: RateLimiter
    metrics: Metrics
    shown: Callable[[Cited], dict[str, Any]]

    @property
    def hears(self) -> bool:
        """Whether the server can turn speech into text."""
        return self.speech.hears and is_installed()

    @property
    def speaks(self) -> bool:
        return self.speech.speaks and is_installed()

    async def warm(self) -> None:
        """Load what sessions with sound need, if there can be any."""
        if self.hears or self.speaks:
            await _load()

    async def close(self) -> None:
        """Give back what sessions shared; they are closed before."""
        await self.speech.close()


def is_installed() -> bool:
    """Return whether the extra "voice" is."""
    return importlib.util.find_spec("livekit") is not None and importlib.util.find_spec("livekit.agents") is not None


async def _load() -> None:
    name = "clara.voice.talking.voice_session"
    is_first = name not in sys.modules
    # Two seconds of imports: not on the event loop.
    await asyncio.to_thread(importlib.import_module, name)
    if is_first:
        # What was loaded stays: to walk it at each full collection would hold every session for 0.1 s.
        gc.freeze()


async def open_session(parts: VoiceParts, owner_id: str, hello: Hello) -> Session:
    """Return a session that is ready to be started. NotFound where its folder isn't the learner's.

    One that comes back goes on with the study session that it was, whose time went on meanwhile.
    """
    session = await _open(parts, owner_id, hello)
    held, length_s = None, parts.settings.voice.study_session_s
    if hello.resume is not None:
        held = await parts.sessions.find(owner_id, session.conversation_id, length_s + RESTORABLE_S)
    if held is None and hello.study_session:
        held = await parts.sessions.begin(owner_id, session.conversation_id)
    if held is not None:
        lasted_s = max(0.0, parts.clock.now() - held.began_at)
        study = StudySession(asyncio.get_running_loop().time, length_s, lasted_s)
        session.hold_study(Studying(study, held, parts.sessions, parts.debriefing))
    return session


async def _open(parts: VoiceParts, owner_id: str, hello: Hello) -> "VoiceSession | TextSession":
    folder_id = hello.folder_id
    if folder_id is not None:
        await parts.database.read(lambda tx: require_folder(tx, owner_id, folder_id))
    conversation_id = hello.conversation_id or new_id("chat")
    if hello.audio == "none" or not (parts.hears or parts.speaks):
        subject = Subject(owner_id, conversation_id, folder_id, hello.language, reads_aloud=hello.reads_aloud)
        return TextSession(parts.tutor, subject, parts.shown)
    await _load()
    from clara.voice.talking.engine import Turns
    from clara.voice.talking.voice_session import Part, VoiceSession

    primed = await Priming(parts.search).prime(owner_id, conversation_id, folder_id) if parts.hears else Primed()
    guess = primed.language or "en"
    subject = Subject(owner_id, conversation_id, folder_id, hello.language, guess, hello.reads_aloud)
    limits = parts.settings.voice
    turns = Turns(limits.silence_s, limits.pause_s, limits.interruption_s, limits.false_alarm_s, limits.foresee)
    part = Part(
        subject,
        parts.shown,
        hello.language or primed.language,
        primed.terms,
        turns,
        partial(count_question, parts.limiter, owner_id),
    )
    return VoiceSession(parts.tutor, parts.speech, parts.metrics.voice, part)
