"""File names and titles as metadata."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.library.names import MAX_NAME, clean_name, clean_title

ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=400),
    st.text(st.sampled_from("e\u0301\x00. /\u202e\u0958ａ"), max_size=20),
)


class TestCleanName:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("cells.pdf", "cells.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system.ini", "system.ini"),
            ("/absolute/path/notes.md", "notes.md"),
            ("..%2F..%2Fetc%2Fpasswd", "%2F..%2Fetc%2Fpasswd"),
            ("a\x00b.txt", "ab.txt"),
            ("line\r\nbreak.txt", "linebreak.txt"),
            ("\u202egpj.exe", "gpj.exe"),
            ("\u2066hidden\u2069.pdf", "hidden.pdf"),
            ("  spaced out .txt ", "spaced out .txt"),
            ("👩‍🔬 cells 🧫.pdf", "👩‍🔬 cells 🧫.pdf"),
            ("e\u0301tude.pdf", "étude.pdf"),
            ("e\x00\u0301tude.pdf", "étude.pdf"),
            ("a. . .", "a"),
            ("\ud800lone.pdf", "?lone.pdf"),
            ("...", "untitled"),
            ("", "untitled"),
            (None, "untitled"),
            ("/", "untitled"),
            ("مرحبا.pdf", "مرحبا.pdf"),
        ],
    )
    def test_keeps_what_can_be_shown(self, sent: str | None, kept: str) -> None:
        assert clean_name(sent) == kept

    def test_cuts_a_long_one_before_its_suffix(self) -> None:
        kept = clean_name("ä" * 5000 + ".docx")

        assert len(kept) == MAX_NAME
        assert kept.endswith("ä.docx")

    def test_cuts_a_long_suffix_too(self) -> None:
        assert len(clean_name("a." + "b" * 5000)) <= MAX_NAME

    @given(ANY_TEXT)
    def test_any_becomes_a_name(self, sent: str) -> None:
        kept = clean_name(sent)

        assert 1 <= len(kept) <= MAX_NAME
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in "/\\\u202e" for c in kept)
        kept.encode()
        assert clean_name(kept) == kept


class TestCleanTitle:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("Biology", "Biology"),
            (" two\nlines\there ", "two lines here"),
            ("\u202eygoloiB", "ygoloiB"),
            ("\x00", ""),
            ("Math / Physics", "Math / Physics"),
        ],
    )
    def test_is_one_line(self, sent: str, kept: str) -> None:
        assert clean_title(sent) == kept

    @given(ANY_TEXT)
    def test_any_is_one_line(self, sent: str) -> None:
        kept = clean_title(sent)

        assert kept == clean_title(kept) == kept.strip()
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept)
