"""The command line as people use it: processes with an environment, their output and their exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTES = "# Photosynthesis\n\nPlants store energy as glucose. Chlorophyll absorbs red and blue light.\n"


class Shell:
    """Runs commands on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """Return what a command prints, on both streams; it has to end with this code."""
        done = subprocess.run(
            [sys.executable, "-m", "clara", *arguments],
            env=os.environ | {"CLARA_DATA_DIR": str(self.folder / "data")} | environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A store with one file, in the folder Biology."""
    shell = Shell(tmp_path_factory.mktemp("cli"))
    (shell.folder / "notes.md").write_text(NOTES)
    assert "notes.md: 1 passage." in shell.run("ingest", "notes.md", "--folder", "Biology")
    return shell


class TestIngest:
    def test_names_what_it_could_not_read_and_goes_on(self, shell: Shell) -> None:
        (shell.folder / "some").mkdir()
        (shell.folder / "some" / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
        (shell.folder / "some" / "other.md").write_text("# Tides\n\nThe moon raises the tides.\n")

        said = shell.run("ingest", "some", "--user", "ben", code=1)

        assert "other.md: 1 passage." in said
        assert "broken.pdf: " in said
        assert "Traceback" not in said

    def test_says_which_file_is_not_there(self, shell: Shell) -> None:
        assert shell.run("ingest", "nowhere.pdf", code=1) == "clara: There is no file nowhere.pdf.\n"


class TestSearch:
    def test_prints_passages_with_their_place(self, shell: Shell) -> None:
        said = shell.run("search", "chlorophyll light")

        assert said.startswith("1. notes.md")
        assert "Chlorophyll absorbs" in said

    def test_json_is_what_the_api_answers(self, shell: Shell) -> None:
        (passage,) = json.loads(shell.run("search", "chlorophyll", "--folder", "Biology", "--json"))

        assert passage["folder_id"].startswith("fld_")
        assert passage["text"][slice(*passage["marks"][0])] == "Chlorophyll"

    def test_file_of_no_folder_has_none(self, shell: Shell) -> None:
        (shell.folder / "loose.md").write_text("# Rust\n\nIron oxidises to rust in wet air.\n")
        shell.run("ingest", "loose.md", "--user", "eve")

        (passage,) = json.loads(shell.run("search", "rust", "--user", "eve", "--json"))

        assert passage["folder_id"] is None

    def test_of_another_learner_finds_nothing(self, shell: Shell) -> None:
        assert "nothing to search in" in shell.run("search", "chlorophyll", "--user", "cleo", code=1)

    def test_names_the_folders_that_there_are(self, shell: Shell) -> None:
        assert "There is no folder 'Physics'. There are: Biology." in shell.run(
            "search", "light", "--folder", "Physics", code=1
        )


class TestAsk:
    def test_answers_with_its_sources(self, shell: Shell) -> None:
        said = shell.run("ask", "What light does chlorophyll absorb?")

        assert "red and blue light" in said
        assert re.search(r"^\[1\] notes\.md", said, re.MULTILINE)

    def test_json_has_the_citations_of_the_api(self, shell: Shell) -> None:
        said = json.loads(shell.run("ask", "What light does chlorophyll absorb?", "--json"))

        (citation,) = said["citations"]
        assert citation["quote"] in NOTES
        assert {"n", "file_id", "file_name", "page_from", "chunk_id"} <= set(citation)


class TestKey:
    def test_is_made_listed_and_ended(self, shell: Shell) -> None:
        made = shell.run("key", "add", "--name", "school", "--scope", "files", "--learner", "ana")
        key, key_id = made.split("\n")[0], re.search(r"Its id is (\S+);", made)
        assert key_id is not None

        listed = shell.run("key", "list")
        assert f"{key_id[1]}  school  files  ana" in listed
        assert key not in listed
        shell.run("key", "revoke", key_id[1])
        assert "revoked" in shell.run("key", "list")
        assert "There is no active key" in shell.run("key", "revoke", key_id[1], code=1)


class TestToken:
    def test_link_is_for_development(self, shell: Shell) -> None:
        assert shell.run("token").startswith("http://127.0.0.1:8000/")
        assert "Make a key" in shell.run("token", ENVIRONMENT="production", CLARA_SERVICE_KEY="k" * 40, code=1)


class TestSettings:
    def test_wrong_one_is_named(self, shell: Shell) -> None:
        assert "port: " in shell.run("check", PORT="many", code=2).lower()

    def test_are_shown_without_secrets(self, shell: Shell) -> None:
        assert "very-secret" not in shell.run("check", CLARA_SERVICE_KEY="very-secret-very-secret-very-secret-1")
