"""What the Accept header asks for."""

import pytest

from clara.api.negotiation import prefers


class TestPrefers:
    @pytest.mark.parametrize(
        "accept",
        [
            "text/event-stream",
            "Text/Event-Stream",
            "text/event-stream, application/json",
            "application/json;q=0.5, text/event-stream",
            "text/event-stream;q=0.1, */*",
            " text/event-stream ; charset=utf-8 ; q=0.3, text/html",
        ],
    )
    def test_asked_for_before_the_usual(self, accept: str) -> None:
        assert prefers(accept, "text/event-stream", "application/json")

    @pytest.mark.parametrize(
        "accept",
        [
            "",
            "*/*",
            "text/*",
            "application/json",
            "application/json, text/event-stream",
            "text/event-stream;q=0",
            "text/event-stream;q=0.000, application/json;q=0",
            "text/event-stream;q=0.5, application/json",
            "text/event-streams",
            ";;,,;q=,",
        ],
    )
    def test_the_usual_otherwise(self, accept: str) -> None:
        assert not prefers(accept, "text/event-stream", "application/json")
