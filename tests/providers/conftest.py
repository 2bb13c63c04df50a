"""Key pairs and tokens of a pretended issuer, and its JWKS address on a real socket."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = 1_800_000_000.0


class SetClock:
    """A clock that only tests move."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time - NOW + 1000


class Keys:
    """One private key of each kind, with public JWKs under the ids rsa, ec and ed."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.ed = ed25519.Ed25519PrivateKey.generate()

    def private(self, kid: str) -> Any:
        return getattr(self, kid)

    def jwk(self, kid: str, **changes: Any) -> dict[str, Any]:
        algorithms = {"rsa": jwt.algorithms.RSAAlgorithm, "ec": jwt.algorithms.ECAlgorithm}
        algorithm: Any = algorithms.get(kid, jwt.algorithms.OKPAlgorithm)
        return json.loads(algorithm.to_jwk(self.private(kid).public_key())) | {"kid": kid, "use": "sig"} | changes

    def key_set(self, *kids: str) -> dict[str, Any]:
        return {"keys": [self.jwk(kid) for kid in kids or ("rsa", "ec", "ed")]}


class KeyServer:
    """An issuer's JWKS address; ``answer`` is what it gives next. ``gate`` holds answers back while it is closed."""

    def __init__(self) -> None:
        self.hits = 0
        self.arrived = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.status = 200
        self.body = b"{}"
        self.headers: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/jwks.json"

    def publish(self, document: Any, **headers: str) -> None:
        self.body, self.status = json.dumps(document).encode(), 200
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    async def asked(self) -> None:
        """Wait until a request has arrived that nobody waited for yet."""
        assert await asyncio.to_thread(self.arrived.acquire, timeout=10)

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.hits += 1
                server.arrived.release()
                server.gate.wait(20)
                self.send_response(server.status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(server.body)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(server.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    server = KeyServer()
    yield server
    server.close()


@pytest.fixture
def token(keys: Keys) -> Callable[..., str]:
    def mint(kid: str = "ed", *, key: Any = None, alg: str | None = None, header: Any = None, **claims: Any) -> str:
        alg = alg or {"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"}[kid]
        payload = {"sub": "ana", "exp": NOW + 60, "iss": "https://issuer.test"} | claims
        payload = {name: value for name, value in payload.items() if value is not ...}
        headers = {"kid": kid} | (header or {})
        return jwt.encode(payload, key or keys.private(kid), algorithm=alg, headers=headers)

    return mint
