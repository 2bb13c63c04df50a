"""Flags are told signed, to public addresses, until somebody takes them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from clara.jobs.worker import Worker
from clara.library.webhooks import Webhook, signature
from clara.settings.sections import FlagSettings
from clara.store.database import Tx
from clara.store.flags import FlagRow, add_flag, get_flag
from clara.store.jobs import FLAG, enqueue_once
from clara.store.learners import lock_learner
from clara.store.tables import jobs
from tests.stores import Store

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it gets, and answers with the next of ``statuses``, 204 when there is none."""

    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    statuses: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.statuses.pop(0) if self.statuses else 204)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.got, Receiver.statuses = [], []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


def flagged(store: Store, now: float = 1_800_000_000.0) -> str:
    def flag(tx: Tx) -> str:
        lock_learner(tx, "ana", now)
        flag_id = add_flag(tx, "ana", "self_harm", "chat_1", "msg_1", now)
        assert flag_id is not None
        enqueue_once(tx, "ana", FLAG, flag_id)
        return flag_id

    return store.database.write_now(flag)


def run(store: Store, url: str, *, development: bool = True, now: float = 1_800_000_000.0, **more: Any) -> None:
    settings = FlagSettings(webhook_url=url, webhook_secret=SECRET, timeout_s=2, **more)
    worker = Worker(store.database, {FLAG: Webhook(store.database, settings, development, lambda: now)})
    worker.run_until_idle()


def flag_of(store: Store, flag_id: str) -> FlagRow:
    found = store.database.read_now(lambda tx: get_flag(tx, "ana", flag_id))
    assert found is not None
    return found


def waiting(store: Store) -> int:
    return len(store.database.read_now(lambda tx: tx.execute(jobs.select()).all()))


class TestDelivery:
    def test_is_signed_and_says_ids_only(self, store: Store, receiver: str) -> None:
        flag_id = flagged(store)
        run(store, receiver)

        headers, body = Receiver.got[0]
        signed = f"{flag_id}.1800000000.".encode() + body
        expected = base64.b64encode(hmac.new(b"0123456789abcdef", signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert (headers["webhook-id"], headers["webhook-timestamp"]) == (flag_id, "1800000000")
        data = json.loads(body)["data"]
        assert data.keys() == {"id", "kind", "user_id", "conversation_id", "message_id", "created_at"}
        assert flag_of(store, flag_id).delivered_at == 1_800_000_000.0
        assert waiting(store) == 0

    @pytest.mark.parametrize("status", [500, 404, 302])
    def test_is_tried_again_later(self, store: Store, receiver: str, status: int) -> None:
        flag_id = flagged(store)
        Receiver.statuses = [status]
        run(store, receiver)

        assert len(Receiver.got) == 1
        assert flag_of(store, flag_id).delivered_at is None
        assert waiting(store) == 1

    def test_is_given_up_after_a_day(self, store: Store, receiver: str) -> None:
        flagged(store)
        Receiver.statuses = [500]
        run(store, receiver, now=1_800_000_000.0 + 90_000)

        assert waiting(store) == 0

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:1/x",
            "https://127.0.0.1/x",
            "https://10.0.0.1/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest",
            "https://[::ffff:10.0.0.1]/x",
        ],
    )
    def test_private_addresses_and_plain_http_are_refused_in_production(self, store: Store, url: str) -> None:
        flag_id = flagged(store)
        run(store, url, development=False)

        assert flag_of(store, flag_id).delivered_at is None
        assert waiting(store) == 1


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'

    assert (
        signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
