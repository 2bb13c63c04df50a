"""Citations of a scripted model, right and wrong in thirty ways, over real PDFs: which are shown, which are dropped?

The R manuals (TeX, with ligatures and hyphenation), or a generated PDF where they aren't installed, are read by the
real extractor. Eight passages at a time are "found"; the model writes a claim with a quote, true or forged (near
misses, stitched, cut, misattributed, numbers changed), and the answer goes through the tutor's own writing and checks.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.made_pdf import made_pdf
from bench.quote_cases import Case, cases
from bench.report import Figure, Options
from clara.rag.documents import Passage
from clara.rag.passages import passage_of
from clara.rag.search import SearchEngine
from clara.store.passages import chunks_from, get_page, ready_files
from clara.testing import make_settings, running_app
from clara.tutor.answering import Question
from clara.tutor.material import Material
from clara.tutor.prompting import Marker
from clara.tutor.writing import Writing

OWNER = "ana"
BOOKS = tuple(Path("/usr/share/R/doc/manual") / name for name in ("R-intro.pdf", "R-exts.pdf", "R-lang.pdf"))
AT_ONCE = 8
MOST_CHUNKS = 10_000


def run(options: Options) -> list[Figure]:
    books = [path for path in BOOKS if path.exists()] or [made_pdf(60)]
    print(f"{', '.join(path.name for path in books)}")
    return asyncio.run(_run(books, 12 if options.quick else 80))


async def _run(books: Sequence[Path], windows: int) -> list[Figure]:
    outcomes: Counter[tuple[str, bool, bool]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        async with running_app(make_settings(Path(folder))) as app:
            for book in books:
                form = {"file": (book.name, book.read_bytes(), "application/pdf")}
                (await app.client.post("/v1/files", files=form, headers=app.learner(OWNER))).raise_for_status()
            await app.until_idle(300)
            search = app.app.state.services.search
            passages = await all_passages(search, OWNER)
            breaks = await page_breaks(search, OWNER, passages)
            across = [p for p in passages if any((p.document_id, at) in breaks for at in range(p.start + 1, p.end))]
            for at in range(windows):
                first = at * max(1, (len(passages) - AT_ONCE) // windows)
                # Spread, as those that a search finds, but for two neighbours.
                found = [passages[(first + step) % len(passages)] for step in (0, 1, 7, 19, 41, 67, 101, 151)]
                found += [p for p in across[at % len(across) :][:1] if p not in found] if across else []
                for case in cases(found, at, breaks):
                    is_shown = await shown(search, found, case)
                    outcomes[case.kind, case.right, is_shown] += 1
                    if is_shown != case.right:
                        print(f"  amiss: {case}")
    return _figures(outcomes)


async def all_passages(search: SearchEngine, owner_id: str) -> list[Passage]:
    """Return every chunk of a learner's files as a passage."""
    passages: list[Passage] = []
    for placed in await search.database.read(lambda tx: ready_files(tx, owner_id)):
        rows = await search.database.read(
            lambda tx, id=placed.document_id: chunks_from(tx, owner_id, id, 0, MOST_CHUNKS)
        )
        passages += [passage_of(row, placed, score=1.0) for row in rows]
    return passages


async def page_breaks(search: SearchEngine, owner_id: str, passages: Sequence[Passage]) -> set[tuple[str, int]]:
    """Return (document, offset) of the first character of each page."""
    pages = {(p.document_id, number) for p in passages for number in range(p.page_from or 1, (p.page_to or 0) + 1)}
    found = await search.database.read(lambda tx: [(key[0], get_page(tx, owner_id, *key)) for key in pages])
    return {(document_id, page.start) for document_id, page in found if page is not None}


async def shown(search: SearchEngine, found: Sequence[Passage], case: Case) -> bool:
    """Return whether the case's citation is shown when the model writes it after these passages were found."""
    material = Material(search, Question(OWNER, "What do my files say?", None, ()), Marker.new())
    material.add(found)
    writing = Writing(material, "en")
    for at in range(0, len(case.written), 7):
        await writing.hear(case.written[at : at + 7])
    await writing.end()
    return bool(writing.cited)


def _figures(outcomes: Counter[tuple[str, bool, bool]]) -> list[Figure]:
    for kind, right in sorted({(kind, right) for kind, right, _ in outcomes}):
        kept, dropped = outcomes[kind, right, True], outcomes[kind, right, False]
        amiss = "" if not (dropped if right else kept) else "  <-"
        print(f"  {'true ' if right else 'false'} {kind:32} shown {kept:5}, dropped {dropped:5}{amiss}")
    right, wrong = (_dropped(outcomes, right) for right in (True, False))
    return [
        Figure("citations of the scripted suite", sum(outcomes.values()), "", at_least=300),
        Figure("false ones dropped", 100 * wrong[0] / wrong[1], "%", at_least=100,
               against=f"{wrong[1] - wrong[0]} of {wrong[1]:,} shown"),
        Figure("true ones kept", 100 * (1 - right[0] / right[1]), "%", at_least=99,
               against=f"{right[0]} of {right[1]:,} dropped"),
    ]  # fmt: skip


def _dropped(outcomes: Counter[tuple[str, bool, bool]], right: bool) -> tuple[int, int]:
    """Return how many were dropped of how many."""
    found = [(shown, count) for (_, is_right, shown), count in outcomes.items() if is_right == right]
    return sum(count for shown, count in found if not shown), sum(count for _, count in found)
