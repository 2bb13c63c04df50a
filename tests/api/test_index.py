"""The index finds the route that trying all in turn would find."""

import asyncio
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.routing import Match, Route, Router

from clara.api.index import RouteIndex

words = st.sampled_from(["a", "b", "c", "", "%2F", "é"])
templates = st.lists(st.sampled_from(["a", "b", "{x}", "{y}", "{z:path}", "a{x}"]), min_size=0, max_size=4)
methods = st.sampled_from(["GET", "POST"])


async def endpoint(request: Any) -> None: ...


def first(routes: list[Any], scope: dict[str, Any]) -> tuple[Match, Any]:
    """What the framework's own loop would choose."""
    partial: tuple[Match, Any] = (Match.NONE, None)
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return match, child
        if match is Match.PARTIAL and partial[0] is Match.NONE:
            partial = match, child
    return partial


def with_distinct_names(parts: list[str]) -> str:
    return "/" + "/".join(
        part.replace("x", f"x{n}").replace("y", f"y{n}").replace("z", f"z{n}") for n, part in enumerate(parts)
    )


class TestRouteIndex:
    @given(st.lists(st.tuples(templates, methods), max_size=12), st.lists(words, max_size=5), methods)
    @example([(["a", "{x}"], "GET"), (["a", "b"], "GET")], ["a", "b"], "GET")
    @example([(["{x}"], "GET"), (["a"], "POST")], ["a"], "POST")
    @example([([], "GET")], [], "POST")
    def test_agrees_with_trying_all(self, declared: list[tuple[list[str], str]], path: list[str], method: str) -> None:
        routes = [Route(with_distinct_names(parts), endpoint, methods=[verb]) for parts, verb in declared]
        scope = {"type": "http", "path": "/" + "/".join(path), "method": method}
        match, child = RouteIndex(routes).matches(scope)
        expected, expected_child = first(routes, scope)
        assert match is expected
        assert child == (expected_child or {})

    def test_leaves_sockets_and_lifespan_alone(self) -> None:
        index = RouteIndex([Route("/a", endpoint)])
        assert index.matches({"type": "websocket", "path": "/a"}) == (Match.NONE, {})

    def test_what_it_does_not_know_is_found_behind_it(self, edge: Any) -> None:
        assert isinstance(edge.app.router.routes[0], RouteIndex)
        assert edge.client().get("/openapi.json").status_code == 200
        assert edge.client().get("/nothing").status_code == 404

    def test_every_route_of_the_app_is_found_in_it(self, edge: Any) -> None:
        index = edge.app.router.routes[0]
        for path in ("/v1/me", "/things/ana", "/v1/sign-in", "/events"):
            match, child = index.matches({"type": "http", "path": path, "method": "GET"})
            assert match is not Match.NONE, path
            assert child["route"]


def test_router_is_what_the_property_compares_with() -> None:
    """Starlette's Router chooses as `first` does."""
    answered: list[str] = []

    def noting(name: str) -> Any:
        async def app(request: Any) -> Any:
            from starlette.responses import Response

            answered.append(name)
            return Response()

        return app

    router = Router([Route("/{x}", noting("any")), Route("/a", noting("a"))])

    async def ignore(message: Any) -> None: ...

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "path": "/a", "method": "GET", "headers": [], "query_string": b""}
    asyncio.run(router(scope, receive, ignore))
    assert answered == ["any"]
