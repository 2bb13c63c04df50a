"""python -m clara.testing: a scripted model server for trying Clara by hand, without a key and without a network."""

import argparse
import contextlib
import signal
import threading
from types import FrameType

from clara.testing.openai_server import scripted_server

WORDS = "!cite !fail:429 !fail:500 !hang !refuse !empty !cut !short !endless !long:1000 !slow:0.5 !tool:name"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clara.testing", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: one that is free)")
    options = parser.parse_args()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    with scripted_server(port=options.port) as server:
        print("# A scripted model. Point Clara at it:")
        for name, value in server.environment.items():
            print(f"export {name}={value}")
        print(f"export CLARA_EMBEDDING_MODEL={server.environment['CLARA_CHAT_MODEL']}")
        print(f"# Words in a question that make it misbehave: {WORDS}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            stopping.wait()


if __name__ == "__main__":
    main()
