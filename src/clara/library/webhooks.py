"""Telling of flagged turns: a signed request, tried again until it was taken or a day is over."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from clara.core.clock import iso
from clara.core.errors import ClaraError
from clara.jobs.held import HeldJob
from clara.settings.sections import FlagSettings
from clara.store.database import Database
from clara.store.flags import FlagRow, get_flag, note_delivery

if TYPE_CHECKING:
    import httpx

log = structlog.get_logger()

FIRST_RETRY_S, MOST_RETRY_S = 5.0, 3600.0
TYPE = "turn.flagged"
_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Undelivered(Exception):
    """Why a request wasn't taken; in a few words, for the log."""

    reason: str


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the ``webhook-signature`` header of Standard Webhooks: HMAC-SHA256 of ``id.timestamp.body``."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret: what follows ``whsec_`` is base64, any other text is itself."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def body_of(flag: FlagRow) -> bytes:
    """Return what is told: ids, kind and time, and nothing that was said."""
    data = {
        "id": flag.id,
        "kind": flag.kind,
        "user_id": flag.owner_id,
        "conversation_id": flag.conversation_id or None,
        "message_id": flag.message_id or None,
        "created_at": iso(flag.created_at),
    }
    return json.dumps({"type": TYPE, "timestamp": iso(flag.created_at), "data": data}).encode()


class Webhook:
    """Runs jobs whose subject is a flag. ``development``: plain http to this machine is allowed."""

    def __init__(
        self,
        database: Database,
        settings: FlagSettings,
        development: bool,
        now: Callable[[], float] = time.time,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._development = development
        self._now = now
        self._transport = transport

    def run(self, job: HeldJob) -> None:
        flag = self._database.read_now(lambda tx: get_flag(tx, job.owner_id, job.subject))
        url = self._settings.webhook_url
        if flag is None or flag.delivered_at is not None or url is None:
            job.finish(lambda tx: None)
            return
        try:
            self._send(url, flag)
        except Undelivered as error:
            self._again(job, flag, error.reason)
            return
        now = self._now()
        job.finish(lambda tx: note_delivery(tx, job.owner_id, flag.id, now))

    def _again(self, job: HeldJob, flag: FlagRow, reason: str) -> None:
        age_s = self._now() - flag.created_at
        if age_s > self._settings.give_up_s:
            log.error("flag.not_delivered", flag=flag.id, kind=flag.kind, reason=reason)
            job.finish(lambda tx: None)
            return
        delay_s = min(MOST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(job.attempt - 1, 12))
        log.warning("flag.delivery_failed", flag=flag.id, attempt=job.attempt, delay_s=delay_s, reason=reason)
        # No failure of the job's: those are few, and somebody's call for help isn't given up after three tries.
        job.give_back(delay_s, failed=False)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        log.error("flag.not_delivered", flag=job.subject, code=error.problem_code)
        job.finish(lambda tx: None)

    def _send(self, url: str, flag: FlagRow) -> None:
        import httpx

        parts = urlsplit(url)
        host, address = self._address(url)
        secret = self._settings.webhook_secret
        assert secret is not None
        timestamp, body = int(self._now()), body_of(flag)
        headers = {
            "host": parts.netloc.rpartition("@")[2],
            "content-type": "application/json",
            "webhook-id": flag.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret.get_secret_value(), flag.id, timestamp, body),
        }
        target = httpx.URL(url).copy_with(host=address)
        try:
            with httpx.Client(
                timeout=self._settings.timeout_s, follow_redirects=False, trust_env=False, transport=self._transport
            ) as client:
                # To the address that was checked: a name may resolve to another one a moment later.
                request = client.build_request(
                    "POST", target, content=body, headers=headers, extensions={"sni_hostname": host}
                )
                answer = client.send(request, stream=True)
                answer.close()
        except httpx.HTTPError as error:
            raise Undelivered(type(error).__name__) from None
        if not 200 <= answer.status_code < 300:
            raise Undelivered(f"status {answer.status_code}")

    def _address(self, url: str) -> tuple[str, str]:
        """Return the host and an address of it that may be sent to, or raise Undelivered."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            found = socket.getaddrinfo(
                host, parts.port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM
            )
        except OSError:
            raise Undelivered("name not found") from None
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        if parts.scheme != "https" and not (self._development and all(a.is_loopback for a in addresses)):
            raise Undelivered("not https")
        if not self._may_send(addresses):
            raise Undelivered("private address")
        return host, str(addresses[0])

    def _may_send(self, addresses: Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> bool:
        if not addresses:
            return False
        if self._settings.allow_private or (self._development and all(address.is_loopback for address in addresses)):
            return True
        mapped = [getattr(address, "ipv4_mapped", None) or address for address in addresses]
        return all(address.is_global and not address.is_multicast for address in mapped)
