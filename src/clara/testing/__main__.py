"""python -m clara.testing: a scripted server for trying Clara by hand, without a key and without a network."""

import argparse
import contextlib
import signal
import threading
from types import FrameType

from clara.testing.openai_server import scripted_server
from clara.testing.speech import Ear

WORDS = "!cite !fail:429 !fail:500 !hang !refuse !empty !cut !short !endless !long:1000 !slow:0.5 !tool:name"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clara.testing", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: one that is free)")
    parser.add_argument(
        "--hears", default="What does it say? !cite", metavar="WORDS", help="what it takes for said, whatever was"
    )
    options = parser.parse_args()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    with scripted_server(port=options.port) as server:
        server.ear = Ear(options.hears)
        print("# A scripted model that hears and speaks, too. Point Clara at it:")
        for name, value in server.environment.items():
            print(f"export {name}={value}")
        for name in ("CLARA_EMBEDDING_MODEL", "CLARA_STT_MODEL", "CLARA_TTS_MODEL"):
            print(f"export {name}={server.environment['CLARA_CHAT_MODEL']}")
        print(f"# Words in a question that make it misbehave: {WORDS}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            stopping.wait()


if __name__ == "__main__":
    main()
