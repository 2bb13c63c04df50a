"""Each app's own registry."""

from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from clara.ops.metrics import Metrics


class TestMetrics:
    def test_two_apps_do_not_collide(self) -> None:
        first, second = Metrics(), Metrics()
        first.observe("GET", "/x", 200, 0.01)
        assert b'route="/x"' in first.render()[0]
        assert b'route="/x"' not in second.render()[0]

    def test_renders_what_prometheus_reads(self) -> None:
        metrics = Metrics()
        metrics.observe("GET", "/x", 200, 0.01)
        body, content_type = metrics.render()
        names = {family.name for family in text_string_to_metric_families(body.decode())}
        assert {
            "clara_http_requests",
            "clara_http_request_seconds",
            "clara_rate_limit_errors",
            "clara_streams",
        } <= names
        assert "process_resident_memory_bytes" in names
        assert content_type.startswith("text/plain")

    def test_voice_is_counted(self) -> None:
        metrics = Metrics()
        metrics.voice.stages.labels("total").observe(0.3)
        metrics.voice.interruptions.labels("false").inc()
        metrics.voice.sessions.set_function(lambda: 3)
        body = metrics.render()[0]
        assert b'clara_voice_stage_seconds_bucket{le="0.3",stage="total"} 1.0' in body
        assert b'clara_voice_interruptions_total{kind="false"} 1.0' in body
        assert b"clara_voice_sessions 3.0" in body

    def test_the_docs_list_them_all(self) -> None:
        """docs/metrics.md has a row for each metric, with its kind and labels, and none for others."""
        listed = {}
        for line in (Path(__file__).parents[2] / "docs/metrics.md").read_text().splitlines():
            if line.startswith("| `clara_"):
                name, kind, labels, _ = (cell.strip() for cell in line.strip("| ").split("|"))
                listed[name.strip("`")] = (kind, tuple(label.strip("`") for label in labels.split()))
        collectors = {
            collector._name: (collector._type, tuple(collector._labelnames))
            for collector in Metrics().registry._collector_to_names
            if isinstance(collector, MetricWrapperBase)
        }
        assert listed == collectors
