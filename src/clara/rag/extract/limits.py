"""How much one file may cost: handed to the confined process, enforced there, and checked again by its parent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtractLimits:
    """Limits for reading one file; each has its own error.

    ``cpu_s`` is the parser's own processor time. ``wall_s`` is the time its reader has spent waiting for it, so that a
    slow reader doesn't fail a file. ``max_zip_ratio`` holds beyond the first 16 MB of inflated bytes of an entry.
    """

    max_pages: int = 20_000
    max_chars: int = 50_000_000
    memory_bytes: int = 2 * 1024**3
    cpu_s: int = 120
    wall_s: float = 300.0
    max_unzipped_bytes: int = 512 * 1024**2
    max_zip_entries: int = 20_000
    max_zip_ratio: int = 100


MAX_PART_CHARS = 1_000_000
"""The longest text of one page. A printed page has some thousands of characters; a million on one is an attack."""
MAX_TITLE_CHARS = 300
MAX_LABEL_CHARS = 32
MAX_LEVEL = 9
MAX_HEADINGS_PER_PAGE = 2_000
