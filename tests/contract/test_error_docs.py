"""docs/errors.md lists every code that the source can give, under the status that it has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import clara
from clara.rag.extract import failures

SOURCE = Path(clara.__file__).parent
DOCS = SOURCE.parents[1] / "docs" / "errors.md"

Found = dict[str, set[int | None]]


def trees() -> Iterator[ast.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield ast.parse(path.read_text())


def classes() -> dict[str, tuple[str, int]]:
    """Return (code, status) by error class: those that say ``code, status, title = …``."""
    found = {}
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "(code, status, title)":
                        code, status, _ = ast.literal_eval(line.value)
                        found[node.name] = code, status
    return found


def strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def source_codes() -> Found:
    """Return every code with the statuses that it is raised with, None where only a table says it."""
    known = classes()
    found: Found = {code: {status} for code, status in known.values()}
    for tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            status = known.get(ast.unparse(node.func), (None, None))[1]
            for keyword in node.keywords:
                if keyword.arg == "error_code" or (keyword.arg == "code" and status):
                    for code in strings(keyword.value):
                        found.setdefault(code, set()).add(status)
    for code in failures.CODES:
        found.setdefault(code, set()).add(413 if code in failures.TOO_MUCH else 422)
    return found


def documented() -> Found:
    found: Found = {}
    statuses: set[int | None] = set()
    for line in DOCS.read_text().splitlines():
        if line.startswith("## "):
            statuses = {int(status) for status in re.findall(r"\b\d{3}\b", line.partition(":")[0])}
        elif row := re.match(r"\| `(\w+)` \| \S", line):
            assert row[1] not in found, f"{row[1]} is listed twice"
            found[row[1]] = statuses
    return found


class TestErrorDocs:
    def test_every_code_is_listed(self) -> None:
        missing = source_codes().keys() - documented().keys()

        assert not missing, f"docs/errors.md lacks {sorted(missing)}"

    def test_every_listed_code_exists(self) -> None:
        gone = documented().keys() - source_codes().keys()

        assert not gone, f"nothing gives {sorted(gone)} any more: remove it from docs/errors.md"

    def test_codes_stand_under_a_status_that_they_have(self) -> None:
        listed = documented()
        for code, statuses in source_codes().items():
            assert statuses == {None} or statuses & listed[code], f"{code} is given with {statuses}"
