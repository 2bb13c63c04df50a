from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from clara.providers.speech_services import ears_of, make_speech, voices_of
from clara.testing import make_settings

LOCAL = "http://127.0.0.1:8001/v1"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def made(**values: Any) -> tuple[list[tuple[str, str, str | None]], ...]:
        settings = make_settings(tmp_path, **values)
        return tuple([(s.name, s.url, s.key) for s in found] for found in (ears_of(settings), voices_of(settings)))

    return made


class TestServices:
    def test_without_a_key_there_are_none(self, services: Any, tmp_path: Path) -> None:
        assert services() == ([], [])
        assert not make_speech(make_settings(tmp_path)).hears

    def test_openais_key_is_enough(self, services: Any) -> None:
        ears, voices = services(openai_api_key="k")
        assert ears == [("openai:gpt-4o-mini-transcribe", "https://api.openai.com/v1", "k")]
        assert voices == [("openai:gpt-4o-mini-tts", "https://api.openai.com/v1", "k")]

    def test_none_switches_it_off(self, services: Any) -> None:
        assert services(openai_api_key="k", stt_model="none", tts_model="none") == ([], [])

    def test_another_endpoint_is_not_expected_to_speak(self, services: Any) -> None:
        assert services(openai_base_url=LOCAL) == ([], [])
        assert services(openai_base_url=LOCAL, stt_model="openai:whisper")[0] == [("openai:whisper", LOCAL, None)]

    def test_the_key_of_openai_goes_nowhere_else(self, services: Any) -> None:
        ears, _ = services(openai_api_key="k", stt_model="openai:whisper", speech={"stt_base_url": LOCAL})
        assert ears == [("openai:whisper", LOCAL, None)]

    def test_a_second_service(self, services: Any) -> None:
        ears, voices = services(
            openai_api_key="k",
            stt_fallback_model="openai:whisper",
            tts_fallback_model="openai:kokoro",
            speech={"stt_fallback_base_url": LOCAL, "tts_fallback_base_url": LOCAL, "tts_fallback_api_key": "x"},
        )
        assert ears[1:] == [("openai:whisper", LOCAL, None)]
        assert voices[1:] == [("openai:kokoro", LOCAL, "x")]


class TestRefusing:
    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"stt_model": "whisper"}, "CLARA_STT_MODEL"),
            ({"tts_model": "anthropic:x"}, "CLARA_TTS_MODEL"),
            ({"stt_model": "openai:whisper"}, "CLARA_SPEECH__STT_BASE_URL"),
            ({"speech": {"tts_base_url": LOCAL}}, "CLARA_TTS_MODEL"),
            ({"speech": {"tts_base_url": "ftp://x"}, "tts_model": "openai:x"}, "endpoint"),
        ],
    )
    def test_what_could_not_work_is_refused_by_name(self, services: Any, values: dict[str, Any], named: str) -> None:
        with pytest.raises(ValidationError, match=named):
            services(**values)
