"""A quote is found where it stands, whatever typography did to it, and never where it doesn't stand."""

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clara.rag.quotes import find_quote

PAGE = (
    "The infor-\nmation about well-known and well-\nknown efﬁcient “things” — it’s 3.5 mm, 1,500 people, −5 °C… "
    "in the\nco\u00adoperative and co\ufffe\noperation of Café and cafe\u0301s, 1914–\n1918. 119 people saw "
    "黑豹队的\n防守 rise by 50 in 10² m, or 5%; the pH was 7. Then 2 more (see pp. 12-15) came. He said: “No one "
    "knows.” Ask my staﬀ."
)
FOUND = {
    "as it stands": ("He said: “No one knows.”", "He said: “No one knows.”"),
    "line break for blank": ("in the co\u00adoperative", "in the\nco\u00adoperative"),
    "hyphen at a line end": ("The information about", "The infor-\nmation about"),
    "hyphen at a line end kept": ("well-known efficient", "well-\nknown efﬁcient"),
    "quote with its own line end": (
        "The infor-\nmation about well-\nknown and",
        "The infor-\nmation about well-known and",
    ),
    "soft hyphens": ("cooperative and cooperation of", "co\u00adoperative and co\ufffe\noperation of"),
    "ligature": ("efficient", "efﬁcient"),
    "straight marks": ('"things" - it\'s 3.5', "“things” — it’s 3.5"),
    "ellipsis": ("-5 °C...", "−5 °C…"),
    "composition": ("Cafe\u0301 and cafés", "Café and cafe\u0301s"),
    "dash between years": ("1914-1918", "1914–\n1918"),
    "han over a line break": ("黑豹队的防守", "黑豹队的\n防守"),
    "part of a han run": ("豹队", "豹队"),
    "odd blanks": ("  the\u00a0pH \t was\n7. ", "the pH was 7."),
    "word after a hyphen": ("known and", "known and"),
}
NOT_FOUND = {
    "nothing": "",
    "blanks": " \n\t",
    "marks alone": "“…”",
    "invented": "The information about cats",
    "stitched": "The information about efficient things",
    "stitched with an ellipsis": "The information … He said",
    "other case": "the information about",
    "other accent": "Cafe and",
    "other digit": "120 people",
    "beginning of a number": "rise by 5",
    "end of a number": "19 people",
    "end of a decimal": "5 mm",
    "beginning of a decimal": "it’s 3",
    "end of a thousand": "500 people",
    "without its minus": "5 °C",
    "without its per cent sign": "10² m, or 5",
    "power": "in 10",
    "end of a range": "15) came",
    "part of a word": "formation about",
    "beginning of a word": "He said: “No one know",
    "end of a hyphenated word": "mation about",
    "beginning of a hyphenated word": "The infor",
    "half a ligature": "ef",
    "half a ligature at a word's end": "my staf",
    "hyphen left out": "wellknown and",
    "hyphen put in": "The in-formation",
    "blank put in": "The in formation",
    "blank left out": "119people",
    "minus put in": "-119 people",
}


class TestFindQuote:
    @pytest.mark.parametrize("name", FOUND)
    def test_finds(self, name: str) -> None:
        quote, stands = FOUND[name]
        found = find_quote(quote, PAGE)
        assert found is not None
        assert PAGE[slice(*found)] == stands

    @pytest.mark.parametrize("name", NOT_FOUND)
    def test_does_not_find(self, name: str) -> None:
        assert find_quote(NOT_FOUND[name], PAGE) is None

    def test_the_first_that_stands_alone_is_given(self) -> None:
        assert find_quote("5 m", "15 m, 0.5 m, 5 mm, 5 m, 5 m") == (19, 22)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120), st.data())
    def test_whole_words_of_any_text_are_found(self, text: str, data: st.DataObject) -> None:
        words = text.split()
        assume(words)
        first = data.draw(st.integers(0, len(words) - 1))
        last = data.draw(st.integers(first, len(words) - 1))
        quote = " ".join(words[first : last + 1])
        assume(any(character.isalnum() for character in quote))
        assume(not quote[0].isdigit() and quote[0].isalnum() and quote[-1].isalpha())
        found = find_quote(quote, text)
        assume(found is not None or not any(mark in text for mark in "-\u2010\u00ad\ufffe\x02"))
        assert found is not None
        assert "".join(quote.split()) == "".join(text[slice(*found)].split())

    @given(
        st.text(st.sampled_from("ab \n-.,15\u00adﬁé“黑"), max_size=40),
        st.text(st.sampled_from('ab -.,15fé"黑'), max_size=8),
    )
    def test_what_is_found_is_the_quote(self, text: str, quote: str) -> None:
        found = find_quote(quote, text)
        if found is not None:
            assert 0 <= found[0] < found[1] <= len(text)
            assert bare(text[slice(*found)]) == bare(quote)

    @pytest.mark.parametrize(
        ("quote", "text"),
        [
            ("a" * 2_000, "a" * 1_000_000),
            ("a b " * 500 + "c", "a b " * 250_000),
            ("aa", "a-" * 500_000),
            ("a" * 1_000, "a-\n" * 300_000),
            ("1" * 500, "1" * 1_000_000),
            ("x" * 100, "\u00ad" * 1_000_000),
        ],
        ids=["letters", "words", "hyphens", "line ends", "digits", "soft hyphens"],
    )
    def test_hostile_text_takes_linear_time(self, quote: str, text: str) -> None:
        began = time.process_time()
        find_quote(quote, text)
        assert time.process_time() - began < 8


def bare(text: str) -> str:
    for old, new in (("ﬁ", "fi"), ("“", '"'), ("\u00ad", ""), ("-", ""), ("\n", ""), (" ", "")):
        text = text.replace(old, new)
    return text
