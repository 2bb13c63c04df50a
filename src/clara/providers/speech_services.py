"""The speech services that the settings name, the first one first."""

from pydantic import SecretStr

from clara.providers.speech import OnRequest, Patience, Speech, SpeechService
from clara.settings import OPENAI_URL, Settings

STT_MODEL = "openai:gpt-4o-mini-transcribe"
TTS_MODEL = "openai:gpt-4o-mini-tts"
"""OpenAI's small models, taken when its key is set and nothing is said."""


def make_speech(settings: Settings, on_request: OnRequest = lambda name, outcome: None) -> Speech:
    """Return what hears and speaks by these settings; without any service it does neither."""
    limits = settings.speech
    patience = Patience(limits.transcript_s, limits.first_sound_s, limits.idle_s)
    return Speech(ears_of(settings), voices_of(settings), patience, on_request)


def ears_of(settings: Settings) -> list[SpeechService]:
    """Return the services that hear."""
    speech = settings.speech
    first = _service(settings, settings.stt_model, STT_MODEL, speech.stt_base_url, speech.stt_api_key)
    second = _service(
        settings, settings.stt_fallback_model, None, speech.stt_fallback_base_url, speech.stt_fallback_api_key
    )
    return [service for service in (first, second) if service] if first else []


def voices_of(settings: Settings) -> list[SpeechService]:
    """Return the services that speak."""
    speech = settings.speech
    first = _service(settings, settings.tts_model, TTS_MODEL, speech.tts_base_url, speech.tts_api_key, speech.tts_voice)
    second = _service(
        settings,
        settings.tts_fallback_model,
        None,
        speech.tts_fallback_base_url,
        speech.tts_fallback_api_key,
        speech.tts_fallback_voice,
    )
    return [service for service in (first, second) if service] if first else []


def _service(
    settings: Settings, model: str | None, default: str | None, url: str | None, key: SecretStr | None, voice: str = ""
) -> SpeechService | None:
    if model is None and settings.openai_api_key and settings.openai_base_url is None:
        # Only OpenAI itself surely has these.
        model = default
    if model in (None, "none"):
        return None
    if url is None:
        url, key = settings.openai_base_url or OPENAI_URL, key or settings.openai_api_key
    return SpeechService(str(model), url, key.get_secret_value() if key else None, voice)
