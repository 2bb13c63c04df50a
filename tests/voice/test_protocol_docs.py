"""The client in docs/protocol.md does what it says, as it stands there."""

import asyncio
import re
import sys
import wave
from pathlib import Path

import pytest

import clara
from clara.testing import SERVICE_KEY, make_settings
from clara.testing.openai_server import scripted_server
from clara.testing.speech import INSTALL_ESPEAK, has_espeak, say_aloud
from tests.contract.served import DEADLINE_S, served
from tests.services import missing

pytestmark = pytest.mark.anyio

DOCS = (Path(clara.__file__).parents[2] / "docs" / "protocol.md").read_text()


async def run_example(folder: Path, port: int, question: str) -> str:
    found = re.search(r"```python\n(.*?)```", DOCS, re.DOTALL)
    assert found is not None
    (folder / "ask.py").write_text(found.group(1))
    environment = {"BASE": f"http://127.0.0.1:{port}", "KEY": SERVICE_KEY, "PATH": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "ask.py", question, cwd=folder, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(DEADLINE_S * 2):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


class TestPythonClient:
    async def test_asks_by_text(self, tmp_path: Path) -> None:
        async with served(make_settings(tmp_path / "data", port=0)) as server:
            said = await run_example(tmp_path, server.port, "What is osmosis?")
        assert said.splitlines()[0] == "user: What is osmosis?"
        assert said.splitlines()[1].startswith("assistant: You have no files yet")

    async def test_asks_by_sound(self, tmp_path: Path) -> None:
        if not has_espeak():
            missing("espeak-ng", INSTALL_ESPEAK)
        question = say_aloud("what is the powerhouse of the cell")
        with wave.open(str(tmp_path / "question.wav"), "wb") as recording:
            recording.setparams((1, 2, question.rate, 0, "NONE", ""))
            recording.writeframes(question.pcm)
        with scripted_server() as speech:
            speech.ear.learn(question)
            settings = make_settings(
                tmp_path / "data",
                port=0,
                stt_model="openai:ear",
                tts_model="openai:voice",
                speech={"stt_base_url": speech.url, "tts_base_url": speech.url},
            )
            async with served(settings) as server:
                said = await run_example(tmp_path, server.port, "question.wav")
        assert said.splitlines()[0] == f"user: {question.text}"
        assert "assistant: You have no files yet" in said
        with wave.open(str(tmp_path / "answer.wav")) as answer:
            assert answer.getnframes() > answer.getframerate()
