"""Citation marks, in the shapes that models write."""

import pytest

from tests.tutor.shown import cites, marks, shown


class TestMarks:
    @pytest.mark.parametrize(
        ("written", "cited"),
        [
            ('So it is [1 "a quote"].', [(1, "a quote")]),
            ("So it is [1 “a quote”].", [(1, "a quote")]),
            ("So it is [2: „ein Zitat“].", [(2, "ein Zitat")]),
            ("So it is [1, «une citation»].", [(1, "une citation")]),
            ("So it is [1 'a quote'].", [(1, "a quote")]),
            ("So it is [1 'it's a quote'].", [(1, "it's a quote")]),
            ("So it is [1「引用」].", [(1, "引用")]),
            ("So it is 【1 “引用”】.", [(1, "引用")]),
            ('So it is [passage 3: "a quote"].', [(3, "a quote")]),
            ('So it is [1, p. 12, "a quote"].', [(1, "a quote")]),
            ('So it is [1 "a quote", p. 12].', [(1, "a quote")]),
            ('So it is [**1** "a quote"].', [(1, "a quote")]),
            ('So it is [1 "a"; 2 "b"].', [(1, "a"), (2, "b")]),
            ('So it is [1 "a", 2 "b" and 3 "c"].', [(1, "a"), (2, "b"), (3, "c")]),
            ('So it is [1 "he said "no" and left"].', [(1, 'he said "no" and left')]),
            (r'So it is [1 "he said \"no\""].', [(1, 'he said "no"')]),
            (r"So it is [1 \"a quote\"].", [(1, "a quote")]),
            ('So it is [1 "an [inner] bracket"].', [(1, "an [inner] bracket")]),
            ('So it is [1 "in the array ["a"] it is"].', [(1, 'in the array ["a"] it is')]),
            ('So it is [1 "half open [0, 1) is"]. And more text follows.', [(1, "half open [0, 1) is")]),
            ('So it is [1 "over\ntwo lines"].', [(1, "over\ntwo lines")]),
            ('So it is [1 "a quote" ].', [(1, "a quote")]),
        ],
    )
    def test_are_read(self, written: str, cited: list[tuple[int, str]]) -> None:
        assert cites(written) == cited
        assert shown(written).startswith("So it is.")

    @pytest.mark.parametrize(
        "written", ["So it is [1].", "So it is [1, 2].", "So it is [1][2].", "So it is [^1].", "So it is 【3†source】.",
                    "So it is [1, p. 3].", "So it is [2-3].", "So it is [Source 1].", "So it is [passages 1, 2].",
                    "So it is [**1**].", "So it is [Quelle 2, S. 4]."],
    )  # fmt: skip
    def test_without_a_quote_go_with_the_blank_before(self, written: str) -> None:
        assert shown(written) == "So it is."
        assert {mark.problem for mark in marks(written)} == {"bare"}

    def test_of_a_passage_that_nobody_has_are_marks_too(self) -> None:
        assert cites('So it is [99999 "a quote"].') == [(99999, "a quote")]

    def test_that_are_cut_off_go(self) -> None:
        assert shown('So it is [1 "a quote that never') == "So it is"

    def test_that_never_close_leave_what_they_say(self) -> None:
        text = 'So it is [1 "a quote" and then on ' + "and on " * 200
        assert shown(text).startswith('So it is"a quote" and then on')
        assert [mark.problem for mark in marks(text)] == ["unclosed"]

    @pytest.mark.parametrize(
        "text",
        [
            "- [x] done\n- [ ] open",
            r"\[ x^2 \] and \(a\)",
            "an array a[1], nums[i] and xs[1][2]",
            "x in [0, 1] and the interval [1, 2]",
            "$x_{[1]} \\in [1]$",
            '`[1 "code"]` and\n```\n[1 "more"]\n```\n',
            "[note] and [a](b) and [99]",
            "In 1990 [sic] it was",
        ],
    )
    def test_are_not_seen_in_other_brackets(self, text: str) -> None:
        assert marks(text) == []

    def test_between_two_marks_nothing_is_lost(self) -> None:
        assert shown('One [1 "a"], two [2 "b"]: three\n\n[1 "c"] four') == "One, two: three\n\n four"
