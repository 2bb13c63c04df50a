"""Real TeX PDFs (R manuals, from Debian's package r-doc-pdf), uploaded to a real server: pages, outline and text.

Of each book a few places were looked up with other programs: words, the page and the printed number that they stand on,
and the outline's heading above them. A search for the words must give a passage on that page under that heading, and
the page must carry that number. Where pdftotext is installed, the words that it finds on each page are compared too.
"""

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.measure import Client
from bench.pdf_ingest import until_ready
from bench.report import Figure, Options, Skipped
from bench.serving import client, serving

FOLDERS = ("/usr/share/R/doc/manual", "/usr/share/doc/r-doc-pdf/manual")
COMPARED = ("R-intro.pdf", "R-exts.pdf")


@dataclass(frozen=True, slots=True)
class Place:
    """Words, the physical page that they stand on, its printed number, and the heading above them."""

    words: str
    page: int
    label: str
    heading: str


PLACES = {
    "R-intro.pdf": (
        Place(
            "the components of a vector may not be completely known, value not available", 17, "11", "Missing values"
        ),
        Place("a stem and leaf plot, summary and fivenum of eruptions", 43, "37", "Examining the distribution"),
        Place("R and S have different defaults for unordered factors, Helmert contrasts", 64, "58", "Contrasts"),
    ),
    "R-exts.pdf": (
        Place(
            "sets variable HAVE_FOO to TRUE if it was found and to FALSE otherwise", 30, "23", "Configure and cleanup"
        ),
        Place("the newcommand and renewcommand macros within an Rd file", 110, "103", "User-defined macros"),
        Place(
            "link a shared object in package packA to a library of packB, severe portability issues", 160, "153", "Unix"
        ),
    ),
    "fullrefman.pdf": (
        Place(
            "do.call for calling a function by name and argument list; Recall for recursive calling", 100, "69", "call"
        ),
        Place(
            "truncation behavior, correct width measurement for long non-ASCII, full width character",
            2300,
            "2269",
            "str",
        ),
    ),
}


def run(options: Options) -> list[Figure]:
    folder = next((Path(name) for name in FOLDERS if Path(name, "R-intro.pdf").exists()), None)
    if folder is None:
        raise Skipped("the R manuals aren't on this machine: apt-get install r-doc-pdf")
    names = [name for name in PLACES if (folder / name).exists()][: 1 if options.quick else None]
    found, took, pages, shares = [], 0.0, 0, []
    with serving() as server:
        for name in names:
            one = client(server, name.removesuffix(".pdf"))
            started = time.monotonic()
            file = until_ready(one, one.upload(name, (folder / name).read_bytes())["id"])
            took += time.monotonic() - started
            pages += int(str(file["pages_total"]))
            found += [_stands_there(one, str(file["id"]), place) for place in PLACES[name]]
            if name in COMPARED and shutil.which("pdftotext"):
                shares.append(_share_of_words(one, str(file["id"]), folder / name))
            one.close()
    told = (
        [Figure("words that pdftotext finds on a page and we too", 100 * min(shares), "%", at_least=98)]
        if shares
        else []
    )
    return [
        Figure(
            f"places of {', '.join(names)} found: page, number, heading",
            100 * sum(found) / len(found),
            "%",
            at_least=100,
            against=f"{sum(found)} of {len(found)}",
        ),
        *told,
        Figure("real TeX PDFs, upload to ready", pages / took, "pages / s", against=f"{pages:,} pages in {took:.1f} s"),
    ]


def _stands_there(one: Client, file_id: str, place: Place) -> bool:
    passages = one.get(f"/v1/search?q={quote(place.words)}&limit=3")["passages"]
    page = one.get(f"/v1/files/{file_id}/pages/{place.page}")
    headings = [p["heading"] for p in passages if p["page_from"] <= place.page <= p["page_to"]]
    right = any(place.heading in heading for heading in headings) and page["label"] == place.label
    if not right:
        seen = [(p["page_from"], p["page_to"], p["heading"]) for p in passages]
        print(f"not as it stands: {place}; found {seen}, page number {page['label']}")
    return right


def _share_of_words(one: Client, file_id: str, path: Path) -> float:
    """Return the share of pdftotext's words, page by page, that our page has too; its running head is left out."""
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
    same = total = 0
    for number, page in enumerate(text.split("\f")[:-1], 1):
        ours = one.get(f"/v1/files/{file_id}/pages/{number}")
        head, _, rest = page.lstrip().partition("\n")
        theirs = _words(rest if ours["label"] in head.split() else page)
        same += len(theirs & _words(ours["text"]))
        total += len(theirs)
    return same / total


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", re.sub(r"[-\u2010]\n", "", text).lower()))
