"""A session's own parts as livekit-agents wants them; they send events to all who subscribe, so none is ever shared."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from livekit import rtc
from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, LanguageCode, llm, stt, tts, utils
from livekit.agents.types import NOT_GIVEN, NotGivenOr

from clara.core.errors import ClaraError
from clara.providers.speech import Speech
from clara.voice.io import SPEAKER_RATE

OnError = Callable[[ClaraError], None]


class Ear(stt.STT[Any]):
    """Hears by a speech service. What fails is told of and counts as nothing heard: the session goes on."""

    def __init__(
        self, speech: Speech, on_error: OnError, language: str | None = None, terms: Sequence[str] = ()
    ) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._speech = speech
        self._on_error = on_error
        self._language = language
        self._terms = terms

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        frame = rtc.combine_audio_frames(buffer)
        text = ""
        try:
            text = await self._speech.transcribe(bytes(frame.data), frame.sample_rate, self._language, self._terms)
        except ClaraError as error:
            self._on_error(error)
        heard = stt.SpeechData(language=LanguageCode(self._language or "en"), text=text)
        return stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[heard])


class NoModel(llm.LLM[Any]):
    """Stands where a session must have a model; ours answers in the agent."""

    def chat(self, **_: Any) -> NoReturn:
        raise NotImplementedError("answers come from the tutor")


class NoVoice(tts.TTS[Any]):
    """Stands where a session must have a voice; ours speaks in the agent."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=SPEAKER_RATE, num_channels=1)

    def synthesize(self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> NoReturn:
        raise NotImplementedError("speech comes from the agent")
