"""What Prometheus reads. Labels are route templates and classes, never paths, file names or people."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_VOICE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10)
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """One app's metrics, in a registry of their own, so that two apps in one process don't collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "clara_http_requests", "HTTP requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "clara_http_request_seconds",
            "Time until the whole answer was sent.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.limited = Counter(
            "clara_rate_limited", "Requests refused by a rate limit.", ("rate",), registry=self.registry
        )
        self.limits_failed = Counter(
            "clara_rate_limit_errors", "Hits let through uncounted: the counter is down.", registry=self.registry
        )
        self.streams = Gauge("clara_streams", "Streams that are open.", registry=self.registry)
        self.refused = Counter(
            "clara_identity_refused",
            "Requests refused for want of identity or right.",
            ("code",),
            registry=self.registry,
        )
        self.database_up = Gauge("clara_database_up", "1 while the database can be read.", registry=self.registry)
        self.jobs = Gauge("clara_jobs", "Background work that is not done.", ("kind", "state"), registry=self.registry)
        self.shards = Gauge("clara_shards", "Learners whose index is in memory.", registry=self.registry)
        self.shard_bytes = Gauge("clara_shard_bytes", "What those take.", registry=self.registry)
        self.lexical = Counter(
            "clara_searches_without_vectors",
            "Questions searched by words alone, since they could not be embedded.",
            ("code",),
            registry=self.registry,
        )
        self.model_requests = Counter(
            "clara_model_requests",
            'Requests to language models: "begun", or an error\'s code.',
            ("model", "outcome"),
            registry=self.registry,
        )
        self.citation_marks = Counter(
            "clara_citation_marks",
            'Citations that a model wrote: "shown", or why one was dropped.',
            ("outcome",),
            registry=self.registry,
        )
        self.stripped = Counter(
            "clara_answers_stripped",
            "Links, images, HTML and diagrams taken out of what a model wrote.",
            ("kind",),
            registry=self.registry,
        )
        self.leaks_held = Counter(
            "clara_leaks_held",
            "Sentences held back in hints since they gave an answer away, by what did.",
            ("kind",),
            registry=self.registry,
        )
        self.key_fetches = Counter(
            "clara_jwks_fetches", "Fetches of the token issuer's keys.", ("outcome",), registry=self.registry
        )
        self.voice = VoiceMetrics(self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        method = method if method in _METHODS else "other"
        self.requests.labels(method, route, status).inc()
        self.seconds.labels(method, route).observe(seconds)

    def render(self) -> tuple[bytes, str]:
        """Return the exposition and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_PLAIN_0_0_4


class VoiceMetrics:
    """What is counted of voice.

    The stages of an answer follow each other from the learner's last sound: ``endpointing`` until their turn is over,
    of which ``transcript`` was the time until its words were there; ``thinking`` from there until the answer's first
    text, ``first_audio`` from there until its first sound is on its way; ``total`` is all of it, what a learner waits.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.stages = Histogram(
            "clara_voice_stage_seconds",
            'From the end of a learner\'s speech to the first sound of the answer: "total", and its stages.',
            ("stage",),
            buckets=_VOICE_SECONDS,
            registry=registry,
        )
        self.interruptions = Counter(
            "clara_voice_interruptions",
            'Answers that stopped since the learner was heard: "true" when words came, "false" when they went on.',
            ("kind",),
            registry=registry,
        )
        self.underruns = Counter(
            "clara_voice_underruns", "Times that an answer's sound ran dry before its end.", registry=registry
        )
        self.sessions = Gauge("clara_voice_sessions", "Voice sessions of this process.", registry=registry)
        self.connections = Gauge("clara_voice_connections", "Voice sockets that are open.", registry=registry)
        self.ended = Counter("clara_voice_sessions_ended", "Voice sessions that ended.", ("reason",), registry=registry)
        self.audio_seconds = Counter(
            "clara_voice_audio_seconds",
            'Seconds of sound: "heard" of learners, "sent" to them, "dropped" since nobody read it in time.',
            ("direction",),
            registry=registry,
        )
        self.speech_requests = Counter(
            "clara_speech_requests",
            'Requests to speech services: "done", or an error\'s code.',
            ("service", "outcome"),
            registry=registry,
        )
