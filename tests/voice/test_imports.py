"""A server without voice doesn't pay for it."""

import subprocess
import sys

HEAVY = "{'livekit', 'av', 'aiohttp', 'grpc', 'clara.voice.talking.voice_session', 'clara.voice.sound.io'}"


def imported_with(*modules: str) -> str:
    code = f"import sys, {', '.join(modules)}; print(sorted({HEAVY} & set(sys.modules)))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


class TestImports:
    def test_the_server_has_nothing_of_voice_in_memory(self) -> None:
        assert imported_with("clara.server", "clara.app") == "[]"

    def test_what_is_said_needs_no_library(self) -> None:
        names = (
            "wording.speakable",
            "wording.units",
            "wording.spoken",
            "wire.messages",
            "wire.outbox",
            "sound.playout",
        )
        assert imported_with(*(f"clara.voice.{name}" for name in names)) == "[]"
