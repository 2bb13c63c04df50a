"""The browser's client in docs/protocol.md, run as it stands there, with a microphone that plays a question."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clara.testing.openai_server import ScriptedServer
from clara.testing.speech import INSTALL_ESPEAK, has_espeak, say_aloud
from tests.browser.conftest import ROOT, Launch, Server, running, signed_in
from tests.browser.voices import until, write_wav
from tests.services import missing

QUESTION = "What is osmosis in a plant?"


@pytest.fixture(scope="module")
def listening_server(model: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that hears and speaks, and answers with quotes."""
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    model.ear.learn(say_aloud(QUESTION))
    models = {
        "CLARA_STT_MODEL": "openai:scripted",
        "CLARA_TTS_MODEL": "openai:scripted",
        "CLARA_CHAT_MODEL": "none",
    }
    with running(tmp_path_factory.mktemp("listening"), {**model.environment, **models}) as started:
        yield started


class TestBrowserClient:
    def test_asks_and_plays_the_answer(
        self, launch: Launch, listening_server: Server, chromium: Any, tmp_path: Path
    ) -> None:
        found = re.search(r"```js\n(.*?)```", (ROOT / "docs" / "protocol.md").read_text(), re.DOTALL)
        assert found is not None
        wav = write_wav(tmp_path / "question.wav", 1.5, say_aloud(QUESTION), 1.0)
        browser = launch(
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={wav}%noloop",
            "--autoplay-policy=no-user-gesture-required",
        )
        try:
            page = browser.new_context(
                storage_state=signed_in(listening_server, chromium), permissions=["microphone"], bypass_csp=True
            ).new_page()
            page.goto(listening_server.url)
            page.evaluate(
                """async (code) => {
                    window.shown = [];
                    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
                    const { talk } = await import(address);
                    window.session = await talk(location.origin, null, (m) => window.shown.push(m));
                }""",
                found.group(1),
            )

            def shown(kind: str) -> list[dict[str, Any]]:
                return [message for message in page.evaluate("window.shown") if message["type"] == kind]

            until(page, lambda: len(shown("turn")) == 2, "a question and its answer")
            assert [turn["role"] for turn in shown("turn")] == ["user", "assistant"]
            assert shown("turn")[0]["text"] == QUESTION
            assert shown("turn")[1]["text"].startswith("You have no files yet")
            assert not shown("turn")[1]["interrupted"]
            assert shown("error") == []
            page.evaluate("window.session.bye()")
            until(page, lambda: bool(shown("bye")), "the end")
        finally:
            browser.close()
