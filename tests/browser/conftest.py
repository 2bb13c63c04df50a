"""A real server in a process of its own, and Chromium: what a learner has in front of them."""

import contextlib
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Asked, ChatAnswer, Say, text_of
from tests.services import missing

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
ACTION_MS = 10_000

BOOK: Sequence[str] = (
    "Photosynthesis turns the energy of light into chemical energy, which the plant stores in glucose. "
    "It takes place in the chloroplasts. Chlorophyll absorbs mostly red and blue light.",
    "Osmosis is the movement of water through a membrane towards the side where more is dissolved. "
    "A plant cell in pure water does not burst, because its wall holds against the turgor pressure.",
    "Mitosis gives two daughter cells with the same chromosomes as the parent cell. "
    "Its four phases are prophase, metaphase, anaphase and telophase.",
)
"""The pages of the book that the tests upload."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass(frozen=True)
class Server:
    """A running server and the sign-in link that it printed."""

    url: str
    link: str
    data_dir: Path

    def new_link(self) -> str:
        """Ask for another link, as the page tells someone whose link was used."""
        command = [sys.executable, "-m", "clara", "token"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(self.data_dir, self.port), capture_output=True, text=True
        )
        return find_link(done.stdout + done.stderr)

    def new_key(self) -> str:
        """Make a service key for the learner of this machine, as whoever sets their tasks would have it."""
        command = [sys.executable, "-m", "clara", "key", "add", "--name", "school", "--learner", "local"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(self.data_dir, self.port), capture_output=True, text=True, check=True
        )
        found = re.search(r"\bclara_[\w-]+", done.stdout)
        assert found is not None, f"no key in: {done.stdout}"
        return found.group()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def environment(data_dir: Path, port: int) -> dict[str, str]:
    ours = ("CLARA_", "OPENAI_", "DATABASE_URL", "REDIS_URL", "RENDER", "FRONTEND_URL", "HOST")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**inherited, "CLARA_DATA_DIR": str(data_dir), "PORT": str(port), "ENVIRONMENT": "development"}


def find_link(text: str) -> str:
    match = re.search(r"http://[^\s\"']+/#sign-in=[A-Za-z0-9_\-.~%]+", text)
    assert match is not None, f"no sign-in link in: {text[-2000:]}"
    return match.group()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a model."""
    with running(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(scope="package")
def model() -> Iterator[ScriptedServer]:
    """A model whose answers the tests write."""
    with scripted_server() as scripted:
        yield scripted


@pytest.fixture(scope="package")
def taught_server(model: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with that model."""
    with running(tmp_path_factory.mktemp("taught"), model.environment) as started:
        yield started


@contextlib.contextmanager
def running(data_dir: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start a server in a process of its own, and stop it after."""
    if not (ROOT / "src" / "clara" / "page" / "index.html").is_file():
        missing("the built page", "make page")
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "backend_server.py"],
        cwd=ROOT,
        env={**environment(data_dir, port), **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines: queue.Queue[str | None] = queue.Queue()
        reader = threading.Thread(target=read_lines, args=(process, lines), daemon=True)
        reader.start()
        try:
            link = wait_for_link(lines)
            yield Server(link.partition("/#")[0], link, data_dir)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join(20)


def read_lines(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    """Keep the pipe empty for as long as the server runs."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def wait_for_link(lines: "queue.Queue[str | None]") -> str:
    seen: list[str] = []
    while "#sign-in=" not in (seen[-1] if seen else ""):
        line = lines.get(timeout=START_S)
        assert line is not None, "the server ended before it printed a link:\n" + "".join(seen)
        seen.append(line)
    return find_link(seen[-1])


Launch = Callable[..., Any]
"""Starts Chromium with more arguments."""


@pytest.fixture(scope="package")
def launch() -> Iterator[Launch]:
    """Closed with this package: Playwright keeps an event loop running in its thread, where no other can run."""
    path = os.environ.get("CLARA_TEST_CHROMIUM", "/usr/bin/chromium")
    if shutil.which(path) is None:
        missing("browser", "apt-get install chromium, or set CLARA_TEST_CHROMIUM to its path")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        missing("browser", "pip install playwright")
    expect.set_options(timeout=ACTION_MS)
    with sync_playwright() as playwright:

        def start(*more: str) -> Any:
            return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--headless", *more])

        yield start


@pytest.fixture(scope="package")
def chromium(launch: Launch) -> Iterator[Any]:
    """Its microphone is one that beeps, for pages that are allowed to use it."""
    browser = launch("--use-fake-device-for-media-stream")
    yield browser
    browser.close()


class Teacher:
    """Scripts what the tutor's model answers; requests for titles, which come when they like, take nothing of it."""

    def __init__(self, model: ScriptedServer) -> None:
        self._answers: list[ChatAnswer] = []
        model.otherwise = self._answer

    def says(self, *answers: ChatAnswer | str) -> None:
        """The answers to come; the last is given again and again."""
        self._answers = [Say(answer) if isinstance(answer, str) else answer for answer in answers]

    def _answer(self, asked: Asked) -> ChatAnswer:
        if "You are Clara" not in text_of(asked.body["messages"][0]):
            return Say("A title")
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Screen:
    """One browser window, whose console must stay clean."""

    def __init__(self, chromium: Any, base_url: str, **options: Any) -> None:
        self.context = chromium.new_context(base_url=base_url, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(ACTION_MS)
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._requested(request.url, base_url))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _requested(self, url: str, base_url: str) -> None:
        if not url.startswith((base_url, "blob:")):
            self.foreign.append(url)

    def expect_refusal(self, status: int) -> None:
        """Forget what Chromium itself says about answers of this status; they were asked for."""
        said = f"the server responded with a status of {status} "
        assert any(said in complaint for complaint in self.complaints)
        self.complaints = [complaint for complaint in self.complaints if said not in complaint]

    def expect_unreachable(self) -> None:
        self.complaints = [complaint for complaint in self.complaints if "net::ERR_" not in complaint]

    def upload(self, *paths: Path) -> None:
        self.page.locator("input[type=file]").first.set_input_files(list(paths))

    def file_row(self, name: str) -> Any:
        return self.page.get_by_role("list", name="Files").get_by_role("listitem").filter(has_text=name)

    def act(self, thing: str, action: str) -> None:
        """Choose an action from the menu of a file, folder or conversation."""
        self.page.get_by_role("button", name=f"Actions for {thing}", exact=True).first.click()
        self.page.get_by_role("menuitem", name=action).click()

    def ask(self, question: str) -> Any:
        """Ask, and return the answer's element once it is there."""
        answers = self.page.get_by_role("article", name="Clara answered")
        before = answers.count()
        self.page.get_by_label("Your question").fill(question)
        self.page.locator(".composer").get_by_role("button", name="Ask").click()
        answers.nth(before).wait_for()
        return answers.nth(before)

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []
        assert self.foreign == []


@pytest.fixture
def anonymous(server: Server, chromium: Any) -> Iterator[Screen]:
    """A browser that has never been here."""
    screen = Screen(chromium, server.url)
    yield screen
    screen.close()


@pytest.fixture(scope="package")
def session_state(server: Server, chromium: Any) -> Any:
    """The cookies of a browser that signed in by a link."""
    return signed_in(server, chromium)


@pytest.fixture(scope="package")
def taught_state(taught_server: Server, chromium: Any) -> Any:
    return signed_in(taught_server, chromium)


def signed_in(server: Server, chromium: Any) -> Any:
    screen = Screen(chromium, server.url)
    screen.page.goto(server.new_link())
    screen.page.get_by_role("heading", name="Your library").wait_for()
    state = screen.context.storage_state()
    screen.close()
    return state


@pytest.fixture
def screen(server: Server, chromium: Any, session_state: Any) -> Iterator[Screen]:
    """A signed-in browser on a desk."""
    opened = Screen(chromium, server.url, storage_state=session_state, viewport={"width": 1440, "height": 900})
    opened.page.goto("/")
    yield opened
    opened.close()


@pytest.fixture
def phone(server: Server, chromium: Any, session_state: Any) -> Iterator[Screen]:
    """A signed-in browser of the narrowest kind that is still sold."""
    size = {"width": 360, "height": 640}
    opened = Screen(chromium, server.url, storage_state=session_state, viewport=size, has_touch=True, is_mobile=True)
    opened.page.goto("/")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of three pages, one subject each."""
    return write_pdf(tmp_path_factory.mktemp("books") / "Cell biology.pdf", BOOK)


def write_pdf(path: Path, pages: Sequence[str]) -> Path:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for text in pages:
        pdf.add_page()
        pdf.multi_cell(0, 7, text)
    pdf.output(str(path))
    return path


@pytest.fixture
def library(screen: Screen, book: Path) -> Screen:
    """A signed-in browser whose library has the book, read."""
    from playwright.sync_api import expect

    screen.upload(book)
    expect(screen.file_row(book.name)).to_have_attribute("data-status", "ready", timeout=30_000)
    return screen


@pytest.fixture
def teacher(model: ScriptedServer) -> Teacher:
    return Teacher(model)


@pytest.fixture
def lesson(taught_server: Server, chromium: Any, taught_state: Any, book: Path) -> Iterator[Screen]:
    """A signed-in browser with a model and the book."""
    from playwright.sync_api import expect

    size = {"width": 1440, "height": 900}
    opened = Screen(chromium, taught_server.url, storage_state=taught_state, viewport=size)
    opened.page.goto("/")
    opened.upload(book)
    expect(opened.file_row(book.name)).to_have_attribute("data-status", "ready", timeout=30_000)
    yield opened
    opened.close()
