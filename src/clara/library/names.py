"""File names as metadata: never a path, nothing that renders as something else."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

MAX_NAME = 255
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_NOT_IN_TITLES = ("Cc", "Cs", "Co")
_NOT_IN_NAMES = (*_NOT_IN_TITLES, "Zl", "Zp")
_EDGES = re.compile(r"\A[\s.]+|[\s.]+\Z")


def clean_name(name: str | None) -> str:
    """Return the last path component without control and bidirectional characters, at most 255 characters long."""
    last = re.split(r"[/\\]", name or "")[-1]
    kept = _EDGES.sub("", _visible(last, _NOT_IN_NAMES)) or "untitled"
    if len(kept) <= MAX_NAME:
        return kept
    suffix = PurePosixPath(kept).suffix[:16]
    return kept[: MAX_NAME - len(suffix)].rstrip() + suffix


def clean_title(name: str) -> str:
    """Return a folder's or conversation's name on one line, without control and bidirectional characters."""
    spaced = "".join(" " if c.isspace() else c for c in name)
    return " ".join(_visible(spaced, _NOT_IN_TITLES).split())


def _visible(text: str, categories: Collection[str]) -> str:
    """Drop what can't be seen or stored; composed last, for what is dropped may have kept two characters apart."""
    text = text.encode("utf-8", "replace").decode()
    kept = "".join(c for c in text if c not in _BIDI and unicodedata.category(c) not in categories)
    return unicodedata.normalize("NFC", kept)
