"""Export requirements.txt and requirements-dev.txt from uv.lock; with --check, say whether they are as exported."""

import argparse
import subprocess
import sys
from pathlib import Path

EXTRAS = ["--extra", "production", "--extra", "models", "--extra", "study", "--extra", "voice"]
EXPORTS = {
    "requirements.txt": ["--no-dev", *EXTRAS],
    "requirements-dev.txt": EXTRAS,
}
HEADER = "# Exported from uv.lock by `make requirements`: change pyproject.toml, not this file.\n"


def export(uv: str, options: list[str]) -> str:
    command = [uv, "export", "--quiet", "--frozen", "--no-hashes", "--no-editable", "--no-header", "--no-annotate"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    return HEADER + done.stdout


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wrong = False
    for name, arguments in EXPORTS.items():
        content = export(options.uv, arguments)
        path = Path(name)
        if not options.check:
            path.write_text(content)
        elif not path.exists() or path.read_text() != content:
            print(f"{name} is not what uv.lock says: run `make requirements`", file=sys.stderr)
            wrong = True
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
