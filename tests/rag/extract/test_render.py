import io
from pathlib import Path

import psutil
import pytest
from PIL import Image

from clara.core.errors import ClaraError, NotFound
from clara.rag.extract.drawing import MAX_HEIGHT, MAX_PIXELS
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.render import DRAWING, render_page
from tests.rag.documents_made import make_pdf, make_pdf_with_content, make_pdf_with_noise, make_raw_pdf, write


def picture(path: Path, page: int = 1, width: int = 600, limits: ExtractLimits = DRAWING) -> Image.Image:
    image = Image.open(io.BytesIO(render_page(path, page, width, limits)), formats=["PNG"])
    image.load()
    return image


def pdf_of_size(width: float, height: float) -> bytes:
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] >>".encode()
    return make_raw_pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page],
    )


class TestRenderPage:
    def test_the_page_that_was_asked_for(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.pdf", make_pdf(["", "word " * 500]))
        blank, full = picture(path, 1), picture(path, 2)
        assert blank.size == full.size == (600, 849)
        assert blank.getextrema() == ((255, 255),) * 3
        assert full.getextrema()[0][0] < 100

    def test_the_width_is_bounded(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.pdf", make_pdf(["hello"]))
        assert picture(path, width=-5).width == 100
        assert picture(path, width=10**9).width == 2000

    @pytest.mark.parametrize("size", [(10, 14_400), (0.001, 14_000), (14_400, 10), (200, 10**9)])
    def test_absurd_shapes_are_bounded(self, tmp_path: Path, size: tuple[float, float]) -> None:
        image = picture(write(tmp_path, "a.pdf", pdf_of_size(*size)), width=2000)
        assert image.width * image.height <= 1.01 * MAX_PIXELS
        assert image.height <= MAX_HEIGHT

    def test_a_picture_that_cannot_be_packed(self, tmp_path: Path) -> None:
        data = make_pdf_with_noise(1400)
        assert picture(write(tmp_path, "a.pdf", data), width=2000).width == 2000

    @pytest.mark.parametrize("page", [0, 2, -1, 10**12])
    def test_a_page_that_is_not_there(self, tmp_path: Path, page: int) -> None:
        with pytest.raises(NotFound) as caught:
            picture(write(tmp_path, "a.pdf", make_pdf(["hello"])), page)
        assert caught.value.problem_code == "no_such_page"

    @pytest.mark.parametrize(
        ("data", "code"),
        [(make_pdf(["x"], user_password="x"), "encrypted_pdf"), (b"%PDF-1.4\n", "damaged_pdf"), (b"", "damaged_pdf")],
    )
    def test_a_file_that_cannot_be_read(self, tmp_path: Path, data: bytes, code: str) -> None:
        with pytest.raises(ClaraError) as caught:
            picture(write(tmp_path, "a.pdf", data))
        assert caught.value.problem_code == code

    def test_a_page_that_takes_too_long(self, tmp_path: Path) -> None:
        slow = b"BT /F1 12 Tf 10 10 Td " + b"(hello world how are you) Tj 1 0 Td " * 1_000_000 + b"ET"
        path = write(tmp_path, "a.pdf", make_pdf_with_content(slow, packed=True))
        with pytest.raises(ClaraError) as caught:
            picture(path, limits=ExtractLimits(wall_s=0.2))
        assert caught.value.problem_code == "parser_timeout"
        assert not psutil.Process().children()
