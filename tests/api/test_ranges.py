"""One byte range a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.api.ranges import asked_range, is_known
from clara.core.errors import RangeNotSatisfiable


class TestAskedRange:
    @pytest.mark.parametrize(
        ("header", "found"),
        [
            ("bytes=0-0", (0, 1)),
            ("bytes=0-", (0, 10)),
            ("bytes=3-5", (3, 6)),
            ("bytes=9-", (9, 10)),
            ("bytes=5-100", (5, 10)),
            ("bytes=-3", (7, 10)),
            ("bytes=-100", (0, 10)),
            ("Bytes = 1 - 2", (1, 3)),
        ],
    )
    def test_lies_within_the_file(self, header: str, found: tuple[int, int]) -> None:
        assert asked_range(header, 10) == found

    @pytest.mark.parametrize(
        "header",
        [None, "", "bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=٠-٣", "x" * 999],
    )
    def test_what_is_no_single_range_means_the_whole(self, header: str | None) -> None:
        assert asked_range(header, 10) is None

    @pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999999999-"])
    def test_outside_is_refused_with_the_size(self, header: str) -> None:
        with pytest.raises(RangeNotSatisfiable, match="10 bytes") as caught:
            asked_range(header, 10)

        assert caught.value.headers == {"Content-Range": "bytes */10"}

    @given(st.text(max_size=30) | st.from_regex(r"bytes=\d{0,3}-\d{0,3}", fullmatch=True), st.integers(1, 500))
    def test_anything_is_within_or_refused(self, header: str, size: int) -> None:
        try:
            found = asked_range(header, size)
        except RangeNotSatisfiable:
            return
        assert found is None or 0 <= found[0] < found[1] <= size


class TestIsKnown:
    @pytest.mark.parametrize("header", ['"a"', 'W/"a"', '"b", "a"', "*"])
    def test_matches_weakly_and_in_lists(self, header: str) -> None:
        assert is_known(header, '"a"')

    @pytest.mark.parametrize("header", [None, "", '"b"', "a", '"a', '"ab"'])
    def test_others_are_not_known(self, header: str | None) -> None:
        assert not is_known(header, '"a"')
