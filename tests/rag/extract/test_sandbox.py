import contextlib
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from clara.core.errors import ClaraError, Internal
from clara.rag.documents import Page
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.process import PROGRAM, ConfinedProcess, Stopped
from clara.rag.extract.sandbox import active_limits, extract, never, receive
from tests.rag.documents_made import (
    make_docx,
    make_docx_bomb,
    make_pdf,
    make_pdf_of_empty_pages,
    make_pdf_with_content,
    make_pdf_without_pages,
    paragraph,
    write,
)

LIMITS = ExtractLimits()
MEGABYTE = 1024**2
WORDS = b"BT /F1 12 Tf 10 10 Td (hello) Tj ET\n"
SLOW = WORDS[:-3] + b"(hello world how are you) Tj 1 0 Td " * 2_000_000 + b"ET"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="a limit of Linux")


def everything(path: Path, media_type: MediaType, limits: ExtractLimits = LIMITS) -> list[DocumentInfo | Page]:
    with contextlib.closing(extract(path, media_type, limits)) as items:
        return list(items)


def failure(path: Path, media_type: MediaType, limits: ExtractLimits = LIMITS) -> tuple[int, str]:
    with pytest.raises(ClaraError) as caught:
        everything(path, media_type, limits)
    assert str(path) not in caught.value.detail
    return caught.value.status, caught.value.problem_code


def children() -> list[psutil.Process]:
    return psutil.Process().children()


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    before = {child.pid for child in children()}
    yield
    assert {child.pid for child in children()} <= before


@pytest.fixture(scope="module")
def slow_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that takes seconds to read, and hundreds of megabytes."""
    return write(tmp_path_factory.mktemp("slow"), "slow.pdf", make_pdf_with_content(SLOW, packed=True))


@pytest.fixture
def long_pdf(tmp_path: Path) -> Path:
    return write(tmp_path, "long.pdf", make_pdf_of_empty_pages(15_000))


class TestExtract:
    def test_a_pdf(self, tmp_path: Path) -> None:
        outline = [(2, 1, "One"), (3, 2, "Details")]
        data = make_pdf(["Preface.", "First.", "Second."], outline, roman=1, title="Book")
        info, *pages = everything(write(tmp_path, "blob", data), MediaType.PDF)
        assert info == DocumentInfo(paged=True, pages_total=3, title="Book")
        assert [(page.number, page.label, page.text) for page in pages if isinstance(page, Page)] == [
            (1, "i", "Preface."),
            (2, "1", "One\nFirst."),
            (3, "2", "Details\nSecond."),
        ]
        headings = [(h.level, h.title, h.page, h.offset) for p in pages if isinstance(p, Page) for h in p.headings]
        assert headings == [(1, "One", 2, 0), (2, "Details", 3, 0)]

    @pytest.mark.parametrize(
        ("media_type", "data"),
        [
            (MediaType.DOCX, make_docx(paragraph("One", "H1") + paragraph("It is 5 < 6."))),
            (MediaType.HTML, b"<h1>One</h1><p>It is 5 &lt; 6."),
            (MediaType.MARKDOWN, b"# One\n\nIt is 5 < 6."),
            (MediaType.CSV, b"One,Two\nIt is 5 < 6.,7"),
            (MediaType.TEXT, b"It is 5 < 6."),
        ],
    )
    def test_a_format_without_pages(self, tmp_path: Path, media_type: MediaType, data: bytes) -> None:
        info, *parts = everything(write(tmp_path, "blob", data), media_type)
        assert info == DocumentInfo(
            paged=False, pages_total=1, title="One" if media_type is MediaType.MARKDOWN else None
        )
        assert "It is 5 < 6." in "\n".join(part.text for part in parts if isinstance(part, Page))
        headings = [heading.title for part in parts if isinstance(part, Page) for heading in part.headings]
        assert headings == {MediaType.TEXT: [], MediaType.CSV: ["One, Two"]}.get(media_type, ["One"])

    def test_a_pdf_without_text_has_empty_pages(self, tmp_path: Path) -> None:
        _, *pages = everything(write(tmp_path, "blob", make_pdf_of_empty_pages(3)), MediaType.PDF)
        assert pages == [Page(1, None, ""), Page(2, None, ""), Page(3, None, "")]

    def test_a_pdf_with_an_owner_password_only(self, tmp_path: Path) -> None:
        data = make_pdf(["hello"], owner_password="secret")
        assert everything(write(tmp_path, "blob", data), MediaType.PDF)[1] == Page(1, None, "hello")

    def test_pages_come_while_others_are_read(self, slow_pdf: Path, tmp_path: Path) -> None:
        pages = iter(extract(write(tmp_path, "blob", make_pdf_of_empty_pages(20_000)), MediaType.PDF, LIMITS))
        next(pages)
        assert next(pages) == Page(1, None, "")
        assert children()[0].is_running()
        pages.close()  # type: ignore[attr-defined]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (make_pdf(["hello"], user_password="secret"), (422, "encrypted_pdf")),
            (make_pdf_without_pages(), (422, "empty_document")),
            (make_pdf(["hello"] * 30)[:-300], (422, "damaged_pdf")),
            (make_pdf(["hello"] * 30)[:3000], (422, "damaged_pdf")),
            (make_pdf_with_content(WORDS).partition(b"startxref")[0], (422, "damaged_pdf")),
            (b"%PDF-1.7\n" + bytes(range(256)) * 40, (422, "damaged_pdf")),
            (b"\x89PNG\r\n\x1a\n" * 40, (422, "damaged_pdf")),
            (b"", (422, "damaged_pdf")),
            (make_pdf_of_empty_pages(100_000), (413, "too_many_pages")),
        ],
        ids=[
            "encrypted",
            "no pages",
            "cut off",
            "cut off early",
            "its end lost",
            "random",
            "a picture",
            "empty",
            "100,000 pages",
        ],
    )
    def test_pdf(self, tmp_path: Path, data: bytes, expected: tuple[int, str]) -> None:
        assert failure(write(tmp_path, "blob", data), MediaType.PDF) == expected

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"\x89PNG\r\n\x1a\n" * 40, (422, "damaged_docx")),
            (make_docx_bomb(50), (413, "zip_bomb")),
            (make_docx_bomb(50, claimed_bytes=1000), (422, "damaged_docx")),
        ],
        ids=["a picture", "a bomb", "a lying bomb"],
    )
    def test_docx(self, tmp_path: Path, data: bytes, expected: tuple[int, str]) -> None:
        assert failure(write(tmp_path, "blob", data), MediaType.DOCX) == expected

    def test_200_megabytes_of_text_are_refused_at_once(self, tmp_path: Path) -> None:
        path = tmp_path / "blob"
        with path.open("wb") as file:
            for _ in range(200):
                file.write(b"word\n" * (MEGABYTE // 5))
        started = time.monotonic()
        assert failure(path, MediaType.TEXT) == (413, "too_much_text")
        assert time.monotonic() - started < 5

    def test_a_missing_file_is_no_fault_of_the_file(self, tmp_path: Path) -> None:
        assert failure(tmp_path / "gone", MediaType.TEXT) == (500, "internal")
        assert failure(tmp_path / "gone", MediaType.PDF) == (500, "internal")


@linux_only
class TestLimits:
    def test_memory(self, slow_pdf: Path, tmp_path: Path) -> None:
        tight = ExtractLimits(memory_bytes=200 * MEGABYTE)
        assert failure(slow_pdf, MediaType.PDF, tight) == (422, "parser_out_of_memory")
        text = write(tmp_path, "blob", b"word " * 8_000_000)
        assert failure(text, MediaType.TEXT, ExtractLimits(memory_bytes=100 * MEGABYTE)) == (
            422,
            "parser_out_of_memory",
        )

    def test_processor_time(self, slow_pdf: Path) -> None:
        assert failure(slow_pdf, MediaType.PDF, ExtractLimits(cpu_s=1)) == (422, "parser_timeout")

    def test_waiting(self, slow_pdf: Path) -> None:
        started = time.monotonic()
        assert failure(slow_pdf, MediaType.PDF, ExtractLimits(wall_s=0.3)) == (422, "parser_timeout")
        assert time.monotonic() - started < 5

    def test_a_slow_reader_does_not_fail_the_file(self, long_pdf: Path) -> None:
        items = extract(long_pdf, MediaType.PDF, ExtractLimits(wall_s=20.0))
        next(items)
        held = threading.Event()
        held.wait(0.5)
        assert sum(1 for _ in items) == 15_000

    def test_all_hold_on_linux(self) -> None:
        held = active_limits()
        newer_kernels = {"other_files", "network_and_programs", "new_processes"}
        assert {name for name, holds in held.items() if not holds} <= newer_kernels

    def test_what_a_parser_taken_over_could_reach(self, tmp_path: Path) -> None:
        if not active_limits()["other_files"] or not active_limits()["network_and_programs"]:
            pytest.skip("needs a kernel with Landlock and seccomp")
        secret, allowed = write(tmp_path, "secret", b"secret"), write(tmp_path, "allowed", b"allowed")
        tried = {
            "read the file": f"open({str(allowed)!r}).read()",
            "read another": f"open({str(secret)!r}).read()",
            "list a folder": f"os.listdir({str(tmp_path)!r})",
            "read the parent's environment": "open(f'/proc/{os.getppid()}/environ').read()",
            "write": f"open({str(allowed)!r}, 'a').write('x')",
            "make": f"open({str(tmp_path / 'new')!r}, 'w')",
            "remove": f"os.remove({str(allowed)!r})",
            "fork": "os.fork()",
            "run": "os.execv('/bin/true', ['true'])",
            "connect": "socket.socket()",
            "signal": "os.kill(os.getppid(), 0)",
            "read the environment": "os.environ['PATH']",
        }
        program = f"""
            import sys, json, os, socket
            job = json.loads(sys.stdin.buffer.readline()); sys.path[:] = job['sys_path']
            from pathlib import Path
            from clara.rag.extract.confine import confine
            from clara.rag.extract.limits import ExtractLimits
            confine(ExtractLimits(), job['parent_pid'], Path({str(allowed)!r}))
            done = []
            for name, code in {tried!r}.items():
                try: eval(code)
                except (OSError, KeyError): continue
                done.append(name)
            print(json.dumps(done))
        """
        with ConfinedProcess({}, LIMITS, never, textwrap.dedent(program)) as process:
            assert process.readline() == b'["read the file"]\n', process.diagnosis()


class TestEnding:
    def test_closing_kills_and_reaps_at_once(self, slow_pdf: Path) -> None:
        items = extract(slow_pdf, MediaType.PDF, LIMITS)
        next(items)
        (child,) = children()
        started = time.monotonic()
        items.close()
        assert not child.is_running()
        assert time.monotonic() - started < 3

    def test_stop_is_asked_while_waiting(self, slow_pdf: Path) -> None:
        asked: list[float] = []

        def stop() -> bool:
            asked.append(time.monotonic())
            return len(asked) == 5

        with pytest.raises(Stopped):
            list(extract(slow_pdf, MediaType.PDF, LIMITS, stop))
        assert asked[-1] - asked[0] < 3
        assert not children()

    def test_stop_before_the_start(self, long_pdf: Path) -> None:
        with pytest.raises(Stopped):
            next(extract(long_pdf, MediaType.PDF, LIMITS, lambda: True))

    @linux_only
    def test_a_parser_that_is_killed(self, slow_pdf: Path) -> None:
        items = extract(slow_pdf, MediaType.PDF, LIMITS)
        next(items)
        children()[0].kill()
        with pytest.raises(ClaraError) as caught:
            list(items)
        assert caught.value.problem_code == "parser_out_of_memory"

    @linux_only
    def test_the_parser_dies_with_its_parent(self) -> None:
        busy = PROGRAM.replace("main; main(job)", "confine, ExtractLimits; confine(ExtractLimits(), job['parent_pid'])")
        busy = busy.replace("child", "confine") + "; import time; print(flush=True); time.sleep(60)"
        program = f"""
            import os, signal
            from clara.rag.extract.limits import ExtractLimits
            from clara.rag.extract.process import ConfinedProcess
            process = ConfinedProcess({{}}, ExtractLimits(), lambda: False, {busy!r})
            assert process.readline() == b"\\n"
            print(process.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
        )
        deadline = time.monotonic() + 10
        with contextlib.suppress(psutil.NoSuchProcess):
            while psutil.Process(int(result.stdout)).status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < deadline
                threading.Event().wait(0.01)


class TestUntrusted:
    """What the parent makes of a process that says what it wants."""

    def received(self, program: str) -> list[DocumentInfo | Page]:
        program = "import sys, os, time, json; job = json.loads(sys.stdin.readline())\n" + textwrap.dedent(program)
        with ConfinedProcess({}, LIMITS, never, program) as process:
            return list(receive(process, MediaType.PDF, LIMITS))

    @pytest.mark.parametrize(
        ("program", "code"),
        [
            ("print('garbage')", "parser_crashed"),
            ("print('{\"info\":[true,1,null]}')", "internal"),
            ("print('{\"info\":[true,1,null]}'); sys.stdout.flush(); os.abort()", "parser_out_of_memory"),
            ("sys.stdout.write('x' * 40_000_000); time.sleep(60)", "parser_crashed"),
            ("os.write(2, b'free(): invalid pointer'); os.abort()", "parser_crashed"),
            ("os.kill(os.getpid(), 11)", "parser_crashed"),
            ("sys.exit(3)", "internal"),
            ('print(\'{"failed":"encrypted_pdf"}\')', "encrypted_pdf"),
            ("os.write(2, b'noise ' * 1_000_000); print('{\"failed\":\"damaged_pdf\"}')", "damaged_pdf"),
        ],
    )
    def test_ends_in_a_public_error(self, program: str, code: str) -> None:
        with pytest.raises(ClaraError) as caught:
            self.received(program)
        assert caught.value.problem_code == code

    def test_is_read_no_further_than_it_is_wanted(self) -> None:
        program = """
            print('{"info":[true,null,null]}')
            number = 0
            while True:
                number += 1
                print('{"pages":[[%d,null,"%s",[]]]}' % (number, "x" * 100_000))
        """
        with pytest.raises(ClaraError) as caught:
            self.received(program)
        assert caught.value.problem_code == "parser_crashed"  # over the limit on characters, which it should have kept

    def test_a_start_that_fails_is_internal(self) -> None:
        broken = PROGRAM.replace("clara.rag.extract.child", "clara.rag.extract.no_such_module")
        with pytest.raises(Internal), ConfinedProcess({}, LIMITS, never, broken) as process:
            list(receive(process, MediaType.PDF, LIMITS))
