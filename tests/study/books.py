"""Material that tests make things of."""

from collections.abc import Sequence

from clara.rag.documents import Passage
from clara.rag.languages import detect_language
from clara.study.material import Material

CELLS = """# Cells

## Organelles

The mitochondrion makes most of the ATP that a cell uses for its work. The ribosome builds proteins from amino acids.
The nucleus holds the chromosomes of the cell in a double membrane. A human cell has 46 chromosomes in its nucleus.

## Photosynthesis

Photosynthesis turns the energy of light into chemical energy in the chloroplast. Chlorophyll absorbs mostly red and
blue light in the leaves. The chloroplast stores the energy as glucose for the plant. Oxygen leaves the leaf through the
stomata on its lower side.

## Osmosis

Osmosis is the movement of water through a membrane towards the side where more is dissolved. The turgor pressure of the
vacuole keeps the stem of the plant upright. A plant cell in pure water keeps its shape because of its wall.
"""

PAGES: Sequence[str] = [
    "The mitochondrion makes most of the ATP that a cell uses for its work. "
    "The ribosome builds the proteins of the cell from amino acids.",
    "Photosynthesis turns the energy of light into chemical energy in the chloroplast. "
    "Chlorophyll absorbs mostly red and blue light in the leaves of a plant.",
    "Osmosis is the movement of water through a membrane towards the side where more is dissolved. "
    "The turgor pressure of the vacuole keeps the stem of the plant upright.",
]


def passage(text: str, seq: int = 0, heading: str = "", document: str = "d", page: int | None = None) -> Passage:
    return Passage(
        f"{document}-{seq}", "f", "book.pdf", "none", document, seq, page, page, 0, len(text), heading, text, 0.0
    )


def material(*texts: str) -> Material:
    passages = [passage(text, seq) for seq, text in enumerate(texts)]
    return Material(passages, detect_language(" ".join(texts)), "book", [])
