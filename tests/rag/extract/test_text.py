from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.extract.characters import clean, decode, guess_encoding
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.text import read_text
from tests.rag.documents_made import write

LIMITS = ExtractLimits(max_chars=300_000)


def text_of(folder: Path, data: bytes) -> str:
    return read_text(write(folder, "a.txt", data), LIMITS)


class TestReadText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"])
    def test_every_encoding_that_is_read(self, tmp_path: Path, encoding: str) -> None:
        bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
        assert text_of(tmp_path, bom + "Größe – 5 €\nStraße".encode(encoding)) == "Größe – 5 €\nStraße"

    def test_a_western_encoding_after_a_long_head_of_ascii(self, tmp_path: Path) -> None:
        assert text_of(tmp_path, b"word " * 20_000 + "Straße".encode("cp1252")).endswith("Straße")

    def test_binary_data_after_a_head_of_text(self, tmp_path: Path) -> None:
        with pytest.raises(ReadFailed, match="unreadable_text"):
            text_of(tmp_path, b"word " * 20_000 + bytes(range(256)) * 400)

    def test_nuls_after_a_head_of_text(self, tmp_path: Path) -> None:
        with pytest.raises(ReadFailed, match="unreadable_text"):
            text_of(tmp_path, b"word " * 20_000 + b"\0" * 10)

    def test_too_much_text(self, tmp_path: Path) -> None:
        for data in (b"word " * 70_000, "wörd ".encode() * 70_000, b"x" * 1_200_005):
            with pytest.raises(ReadFailed, match="too_much_text"):
                text_of(tmp_path, data)


class TestClean:
    def test_line_ends_become_newlines(self) -> None:
        assert clean("a\r\nb\rc\x0cd\u2028e\x85f") == "a\nb\nc\nd\ne\nf"

    def test_tabs_and_astral_characters_stay(self) -> None:
        assert clean("\tlet 𝑥 = 😀") == "\tlet 𝑥 = 😀"

    @given(st.text(st.characters(codec=None, exclude_categories=[])))
    def test_any_text_can_be_stored(self, text: str) -> None:
        cleaned = clean(text)
        assert "\0" not in cleaned
        assert "\r" not in cleaned
        assert cleaned.encode().decode() == cleaned
        assert clean(cleaned) == cleaned
        assert len(cleaned.splitlines()) <= cleaned.count("\n") + 1


class TestGuessEncoding:
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
    def test_utf_8_is_recognised_whole_and_cut_off(self, text: str) -> None:
        data = text.encode()
        assert guess_encoding(data) == "utf-8"
        assert guess_encoding(data[:-1], is_whole=False) == "utf-8"

    @given(st.binary())
    def test_what_is_guessed_can_be_read(self, data: bytes) -> None:
        encoding = guess_encoding(data)
        if encoding:
            decode([data], encoding, 10_000)
