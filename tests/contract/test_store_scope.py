"""Tenant scope can't be forgotten: every call of the store names the learner, and routes can't reach the exceptions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import clara

SOURCE = Path(clara.__file__).parent
WITHOUT_OWNER = {
    "__init__",
    "blobs",
    "database",
    "identity",
    "migrate",
    "opening",
    "postgresql",
    "schema_lock",
    "sqlite",
    "sqlite_scrub",
    "status",
    "system",
    "tables",
    "upgrade",
}
NOUNS = sorted(path for path in (SOURCE / "store").glob("*.py") if path.stem not in WITHOUT_OWNER)


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


class TestStore:
    def test_modules_are_found(self) -> None:
        assert {"conversations", "deletion", "files", "folders", "jobs", "learners", "passages", "uploads"} <= {
            path.stem for path in NOUNS
        }

    @pytest.mark.parametrize("path", NOUNS, ids=lambda path: path.stem)
    def test_every_function_names_the_learner_first(self, path: Path) -> None:
        for function in public_functions(ast.parse(path.read_text())):
            names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
            assert names[:2] == ["tx", "owner_id"], f"{path.name}: {function.name}({', '.join(names)})"

    @pytest.mark.parametrize("path", NOUNS, ids=lambda path: path.stem)
    def test_every_function_uses_it(self, path: Path) -> None:
        for function in public_functions(ast.parse(path.read_text())):
            used = {
                node.id for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Name)
            }
            assert "owner_id" in used, f"{path.name}: {function.name} takes owner_id and doesn't use it"


class TestSql:
    def test_is_written_in_the_store_only(self) -> None:
        for path in SOURCE.rglob("*.py"):
            if path.parent.name not in ("store", "tables", "versions", "migrations"):
                found = set(imports(ast.parse(path.read_text()))) & {"sqlalchemy", "psycopg"}
                assert not found, f"{path.relative_to(SOURCE)} imports {found}"


class TestRoutes:
    def test_cannot_reach_what_has_no_owner(self) -> None:
        for path in (SOURCE / "api").rglob("*.py"):
            assert "clara.store.system" not in set(imports(ast.parse(path.read_text()))), path.name
