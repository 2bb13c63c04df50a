"""File names as metadata: never a path, nothing that renders as something else."""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME = 255
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_name(name: str | None) -> str:
    """Return the last path component without control and bidirectional characters, at most 255 characters long."""
    text = unicodedata.normalize("NFC", name or "").encode("utf-8", "replace").decode()
    text = re.split(r"[/\\]", text)[-1]
    kept = "".join(c for c in text if c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs", "Co", "Zl", "Zp"))
    kept = kept.strip().strip(".").strip() or "untitled"
    if len(kept) <= MAX_NAME:
        return kept
    suffix = PurePosixPath(kept).suffix[:16]
    return kept[: MAX_NAME - len(suffix)].rstrip() + suffix


def clean_title(name: str) -> str:
    """Return a folder's or conversation's name on one line, without control and bidirectional characters."""
    text = unicodedata.normalize("NFC", name).encode("utf-8", "replace").decode()
    text = "".join(" " if c.isspace() else c for c in text)
    kept = "".join(c for c in text if c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    return " ".join(kept.split())
