import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.errors import ClaraError, TooLarge, UnsupportedType
from clara.rag.extract.media import MediaType
from clara.rag.extract.pictures import picture_size
from clara.rag.extract.sniff import HEAD_BYTES, MAX_PIXELS, sniff
from tests.rag.documents_made import make_gif, make_jpeg, make_png, make_webp

MADE = [
    (MediaType.PNG, make_png),
    (MediaType.JPEG, make_jpeg),
    (MediaType.GIF, make_gif),
    (MediaType.WEBP, make_webp),
]


def kind(data: bytes, filename: str = "scan") -> MediaType:
    return sniff(data[:HEAD_BYTES], filename, len(data))


def refusal(data: bytes, filename: str = "scan") -> ClaraError:
    with pytest.raises(ClaraError) as caught:
        kind(data, filename)
    return caught.value


@pytest.mark.parametrize(("expected", "make"), MADE)
class TestEachKind:
    @pytest.mark.parametrize("name", ["scan", "scan.PNG", "IMG_1.jpg", "x.webp", "photo.heic", ""])
    def test_is_told_by_its_bytes(self, expected: MediaType, make: object, name: str) -> None:
        assert kind(make(300, 200), name) is expected  # type: ignore[operator]

    def test_says_its_size(self, expected: MediaType, make: object) -> None:
        assert picture_size(expected, make(301, 207), is_whole=True) == (301, 207)  # type: ignore[operator]

    @pytest.mark.parametrize("name", ["essay.docx", "book.PDF", "notes.txt", "old.doc", "table.csv"])
    def test_is_refused_under_the_name_of_a_document(self, expected: MediaType, make: object, name: str) -> None:
        error = refusal(make(300, 200), name)  # type: ignore[operator]
        assert (error.status, error.problem_code) == (415, "unsupported_type")
        assert f"{expected.label} image, not what its name says" in error.detail

    def test_is_refused_when_it_says_that_it_is_huge_or_empty(self, expected: MediaType, make: object) -> None:
        if expected is not MediaType.WEBP:
            error = refusal(make(65_000, 65_000))  # type: ignore[operator]
            assert (error.status, error.problem_code) == (413, "too_many_pixels")
            assert "200 million" in error.detail
        assert refusal(make(0, 10)).problem_code == "unsupported_type"  # type: ignore[operator]

    def test_is_refused_when_its_head_is_cut_off(self, expected: MediaType, make: object) -> None:
        data = make(300, 200)  # type: ignore[operator]
        for size in range(9, 13):
            error = refusal(data[:size])
            assert (error.status, error.problem_code) == (415, "unsupported_type")


class TestJpeg:
    def test_size_behind_a_long_preview(self) -> None:
        preview = b"\xff\xe1" + struct.pack(">H", 60_000) + bytes(59_998)
        data = make_jpeg(300, 200)
        long = data[:2] + preview * 2 + data[2:]
        assert kind(long) is MediaType.JPEG
        assert picture_size(MediaType.JPEG, long, is_whole=True) == (300, 200)
        assert refusal(data[:2] + preview).problem_code == "unsupported_type"


class TestAnyBytes:
    @given(
        st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP"]), st.binary(max_size=80)
    )
    def test_are_a_picture_within_bounds_or_refused(self, start: bytes, rest: bytes) -> None:
        try:
            found = kind(start + rest)
        except (UnsupportedType, TooLarge):
            return
        size = picture_size(found, start + rest, is_whole=True)
        assert size is not None
        assert 1 <= size[0] * size[1] <= MAX_PIXELS


def test_what_is_made_here_is_a_real_png() -> None:
    data = make_png(3, 2)
    at = data.index(b"IDAT") + 4
    assert len(zlib.decompress(data[at : at + int.from_bytes(data[at - 8 : at - 4], "big")])) == 2 * (1 + 3 * 3)
