import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.tutor.events import Cited
from clara.voice.wording.places import say_file, say_place
from clara.voice.wording.speakable import Speaker, spoken_text
from clara.voice.wording.units import Units


def cited(n: int = 1, file_name: str = "biology-notes.pdf", page: int | None = 41, **values: object) -> Cited:
    found: dict[str, object] = {"page_to": page, "heading": "", "label_from": None, "label_to": None} | values
    return Cited(n, "file", file_name, "doc", 0, page, quote="q", start=0, end=1, **found)  # type: ignore[arg-type]


def said(text: str, language: str = "en", *places: Cited) -> str:
    speaker, units = Speaker(language), Units()
    for place in places:
        speaker.cite(place)
    return " ".join(filter(None, (spoken_text(speaker.say(unit)) for unit in [*units.feed(text), *units.finish()])))


class TestEnglish:
    @pytest.mark.parametrize(
        ("written", "spoken"),
        [
            ("**Bold** and *thin* and ~~gone~~.", "Bold and thin and gone."),
            ("# A heading", "A heading."),
            ("- an item\n- another", "an item. another."),
            ("1. First this\n2. Then that", "One: First this. Two: Then that."),
            ("> quoted", "quoted."),
            ("Call `some_name` here.", "Call some name here."),
            ("See [the book](https://x.y/z_1).", "See the book."),
            ("See https://www.nature.com/a/b?c=d now.", "See nature.com now."),
            ("Here:\n```python\nx = 1\n```\n", "Here. There is code on the screen."),
            ("```mermaid\ngraph TD\n```\n", "There is a diagram on the screen."),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b. 1, 2."),
            (r"So $x^2 + \frac{1}{2}$ it is.", "So x squared plus one half it is."),
            (r"So \(a \le b\).", "So a is at most b."),
            ("It is $5 or $7.50.", "It is 5 dollars or 7 dollars and 50 cents."),
            ("If x^2 < 5 then", "If x squared is less than 5 then."),
            ("2 * 3 = 6, 2*3=6", "2 times 3 equals 6, 2 times 3 equals 6."),
            ("It is 20 °C 🙂 → warm", "It is 20 degrees Celsius to warm."),
            ("a <b>tag</b>, a_b and _this_", "a tag, a b and this."),
            ("- [x] done\n◦ other", "done. other."),
            ("Title\n=====\nText", "Title. Text."),
            ("**Step 1**\nDo it.", "Step 1. Do it."),
            ("a | b\n--- | ---\nc | d", "a, b. c, d."),
            ("A note.[^1]\n[^1]: It says so.", "A note. It says so."),
            ("See <https://www.x.org/a_b>, or www.y.org/c.", "See x.org, or y.org."),
            ("x<sup>2</sup> and H<sub>2</sub>O", "x squared and H 2 O."),
            ("5 &lt; 6 &amp; so on", "5 is less than 6 and so on."),
            (r"Water is \ce{H2O}, \alpha is \frac{1}{2}.", "Water is H 2 O, alpha is one half."),
            ("\\begin{align}\na &= b\n\\end{align}\nholds.", "a equals b holds."),
            ("The $x$-axis and the $n$th term", "The x-axis and the nth term."),
            ("It is |x| here, a*b there", "It is the absolute value of x here, a times b there."),
            ("x ∈ [0, 1] and the interval [2, 3]", "x in 0, 1 and the interval 2, 3."),
            ("Great 👍🏽 job", "Great job."),
            ("==marked== and `x**2`", "marked and x squared."),
            ("---\n", ""),
            ("🙂", ""),
        ],
    )
    def test_markup_becomes_words(self, written: str, spoken: str) -> None:
        assert said(written) == spoken


class TestCitations:
    def test_a_mark_is_the_page_and_the_file(self) -> None:
        assert said("Water moves [1].", "en", cited()) == "Water moves, see page forty-one of your biology notes."

    def test_a_mark_behind_the_full_stop_is_said_before_it(self) -> None:
        assert said("Water moves. [1] Yes", "en", cited()) == (
            "Water moves, see page forty-one of your biology notes. Yes."
        )

    def test_a_place_is_not_named_twice_in_a_row(self) -> None:
        assert said("Water moves [1]. It does [1][2].", "en", cited(), cited(2)).count("page") == 1

    def test_several_places_are_joined(self) -> None:
        assert said("So [1][2].", "en", cited(), cited(2, page=7)) == (
            "So, see page forty-one of your biology notes, and page seven of your biology notes."
        )

    def test_a_mark_that_points_nowhere_is_silent(self) -> None:
        assert said("Water moves [7].") == "Water moves."

    def test_several_pages_and_printed_numbers(self) -> None:
        assert say_place(cited(page_to=43)) == "pages forty-one to forty-three of your biology notes"
        assert say_place(cited(label_from="xiv", label_to="xiv")) == "page fourteen of your biology notes"

    def test_without_pages_the_heading_is_named(self) -> None:
        place = cited(file_name="Notes.docx", page=None, heading="Cells › Osmosis")
        assert say_place(place) == "your Notes, under Osmosis"

    @pytest.mark.parametrize(
        ("language", "place"),
        [("de", "Seite 41, biology notes"), ("ja", "ページ 41, biology notes"), ("xx", "41, biology notes")],
    )
    def test_other_languages_use_their_word_for_page(self, language: str, place: str) -> None:
        assert say_place(cited(), language) == place

    @pytest.mark.parametrize(
        ("file_name", "words"),
        [
            ("Cell_Biology-2.pdf", "Cell Biology 2"),
            ("BiologyNotes.docx", "Biology Notes"),
            ("Dr. No", "Dr. No"),
            ("$$.pdf", "file"),
        ],
    )
    def test_a_file_is_called_by_its_words(self, file_name: str, words: str) -> None:
        assert say_file(file_name) == words


class TestOtherLanguages:
    def test_maths_keeps_its_signs(self) -> None:
        assert said(r"Also $x^2 + \frac{1}{2}$, bei 20 °C.", "de") == "Also x² + ½, bei 20 °C."

    @pytest.mark.parametrize(
        ("language", "written", "spoken"),
        [
            ("zh", "斜率是$\\frac{3}{4}$，**即**$H_2O$。", "斜率是 ¾，即 H₂O。"),
            ("ja", "傾きは$x^2$です。", "傾きは x² です。"),
            ("zh", "温度为20℃。", "温度为20℃。"),
            ("es", r"El agua es \ce{H2O} &amp; \alpha.", "El agua es H2O & α."),
            ("pt", "São R$ 5,00 ou $x$.", "São R$ 5,00 ou x."),
            ("ar", "ما هو $x^2$؟", "ما هو x²؟"),
        ],
    )
    def test_it_is_read_as_that_languages_text(self, language: str, written: str, spoken: str) -> None:
        assert said(written, language) == spoken

    def test_nothing_english_is_said(self) -> None:
        assert said("1. Wasser [1]\n```python\nx\n```\n", "de", cited()) == "1: Wasser, Seite 41, biology notes."


class TestGoingOn:
    def test_a_unit_that_was_cut_at_a_comma_goes_on(self) -> None:
        assert spoken_text(Speaker().say("In every plant cell, ")) == "In every plant cell,"
        assert spoken_text(Speaker().say("In a cell [1], ")) == "In a cell,"


class TestAnyText:
    MARKUP = st.lists(
        st.sampled_from([*"*_`#|[]()$\\<>{}~^", "\n", " ", "a", "B", "1", "[1]", "$x^2$", "```\n", "é", "水", "🙂"])
    )

    @given(MARKUP.map("".join), st.sampled_from(["en", "de"]))
    @settings(max_examples=300, deadline=None)
    def test_pieces_are_the_text_and_no_markup_is_left(self, text: str, language: str) -> None:
        speaker, units = Speaker(language), Units()
        speaker.cite(cited())
        for unit in [*units.feed(text), *units.finish()]:
            pieces = speaker.say(unit)
            assert "".join(piece.written for piece in pieces) == unit
            assert not set(spoken_text(pieces)) & set("\\`*_#|~^{}[]🙂")

    @given(st.text())
    @settings(deadline=None)
    def test_any_text_can_be_said(self, text: str) -> None:
        said(text)
