"""A session's own parts as livekit-agents wants them; they send events to all who subscribe, so none is ever shared."""

from typing import Any, NoReturn

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, llm, stt, tts

from clara.voice.sound.io import SPEAKER_RATE


class NoEar(stt.STT[Any]):
    """Stands where a session must have a recogniser; ours hears in the agent."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))

    async def _recognize_impl(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("words come from the agent")


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
