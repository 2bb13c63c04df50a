"""How connections to services of models and speech are kept."""

from typing import TypedDict

KEPT_S = 60.0
"""Between two requests: an answer is listened to, and the next question thought of. Clients' own default of 5 s would
have each spoken turn open three connections anew, with a round trip and two more for TLS each. A service that closes
sooner is noticed."""
MOST = 1000
MOST_IDLE = 100


class Limits(TypedDict):
    """Of httpx and of httpx2 alike."""

    max_connections: int
    max_keepalive_connections: int
    keepalive_expiry: float


LIMITS = Limits(max_connections=MOST, max_keepalive_connections=MOST_IDLE, keepalive_expiry=KEPT_S)
