"""Marks held against real pages: the scripted suite, and what it doesn't reach."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from bench.citations import OWNER, all_passages, shown
from bench.quote_cases import cases

from clara.rag.documents import Passage
from clara.rag.search import SearchEngine
from clara.testing import RunningApp, make_settings, running_app
from clara.tutor.answering import Question
from clara.tutor.events import CitationEvent, TextEvent
from clara.tutor.material import Material
from clara.tutor.prompting import Marker
from clara.tutor.writing import Writing
from tests.rag.documents_made import make_pdf

pytestmark = [pytest.mark.anyio, pytest.mark.serial]

BOTANY = [
    """Plants turn the energy of light into chemical energy. This process, which takes place in the
chloroplasts of green leaves, is called photo-
synthesis. It was described in 1779 by Jan Ingenhousz, who
saw that leaves give off bubbles in the light. A single oak of middle age has about 250,000
leaves, and takes up 110 litres of water on a hot day. Chlorophyll absorbs red and blue light
and reflects green light. The stomata, small openings on the lower side of a leaf, let carbon
dioxide in and water vapour out. They are not opened at night by most plants of the temper-
ate zones. Roots never take up carbon dioxide in amounts that matter for growth.
Water rises in the xylem because it evaporates from the leaves. The phloem, however, carries
sugar from the leaves to the roots, and it is a living tissue. Trees of more than 100 metres
have been measured in California. A ring of wood is added to the trunk each year, so that the
age of a tree can be counted. In dry years the rings are narrow, which tells historians about
the weather of the past. "Nothing in biology makes sense except in the light of evolution",
wrote Theodosius Dobzhansky in 1973. Seeds of the lotus have sprouted after 1,300 years. The
largest flower, that of Rafflesia, cannot be grown away from its host plant, and smells of
meat. Mosses have neither roots nor vessels, and no moss grows taller than about 50 centi-
metres, for water must seep from cell to cell. The last sentence of this page goes""",
    """on to the next page without any pause whatsoever. Ferns spread by spores, which are blown
about by the wind. The eﬀect of the wind on their ﬂight is diﬃcult to foresee. Their leaves
are rolled up while they are young. Horsetails were 30 metres tall 300 million years ago, and
coal was made of them. Not all plants are green: the dodder has no chlorophyll, and lives on
what other plants make. It winds around their stems and grows into them with suckers.""",
]  # fmt: skip
LIGATURES = """The eﬀect of the wind on their ﬂight is diﬃcult to foresee. Oﬃcial ﬁgures diﬀer from what
farmers ﬁnd in their ﬁelds. A soft\u00adware that counts ﬁsh was oﬀered for 12 dollars in 2004."""


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    """Two pages of a PDF and a text file, read by the real extractor."""
    async with running_app(make_settings(Path(tmp_path_factory.mktemp("cites")))) as app:
        pdf = make_pdf([page.translate(str.maketrans({"ﬀ": "ff", "ﬂ": "fl", "ﬃ": "ffi"})) for page in BOTANY])
        for name, data in (("botany.pdf", pdf), ("wind.txt", LIGATURES.encode())):
            await app.client.post("/v1/files", files={"file": (name, data)}, headers=app.learner(OWNER))
        await app.until_idle()
        yield app


@pytest.fixture
def search(app: RunningApp) -> SearchEngine:
    engine: SearchEngine = app.app.state.services.search
    return engine


@pytest.fixture
async def passages(search: SearchEngine) -> Sequence[Passage]:
    return sorted(await all_passages(search, OWNER), key=lambda passage: (passage.file_name, passage.seq))


async def written(search: SearchEngine, found: Sequence[Passage], text: str, question: str = "Why?") -> Writing:
    """Let a model write this text after these passages were found."""
    material = Material(search, Question(OWNER, question, None, ()), Marker.new())
    material.add(found)
    writing = Writing(material, "en")
    await writing.hear(text)
    await writing.end()
    return writing


async def cited(search: SearchEngine, found: Sequence[Passage], text: str, question: str = "Why?") -> list[str]:
    """Return "file pages: quote" of each citation that is shown."""
    writing = await written(search, found, text, question)
    return [f"{c.file_name} {c.page_from}-{c.page_to}: {' '.join(c.quote.split())}" for c in writing.cited]


class TestSuite:
    async def test_no_false_quote_is_shown_and_the_true_ones_are_kept(
        self, search: SearchEngine, passages: Sequence[Passage]
    ) -> None:
        outcomes: Counter[tuple[bool, bool]] = Counter()
        amiss = []
        for seed in range(6):
            for case in cases(passages, seed):
                is_shown = await shown(search, passages, case)
                outcomes[case.right, is_shown] += 1
                if case.right != is_shown:
                    amiss.append(case)
        assert sum(outcomes.values()) >= 300
        assert not amiss
        assert outcomes[True, True] >= 80


class TestQuotes:
    async def test_over_a_page_break_name_both_pages(self, search: SearchEngine, passages: Sequence[Passage]) -> None:
        found = [p for p in passages if "The last sentence" in p.text]
        quote = "last sentence of this page goes on to the next page without any pause"
        (shown,) = await cited(search, found, f'The last sentence goes on to the next page [1 "{quote}"].')
        assert shown == f"botany.pdf 1-2: {quote}"

    async def test_beside_their_passage_stand_on_its_page(
        self, search: SearchEngine, passages: Sequence[Passage]
    ) -> None:
        holds = [p for p in passages if "Chlorophyll absorbs" in p.text]
        (beside,) = [p for p in passages if p.seq == holds[0].seq + 1 and p.document_id == holds[0].document_id]
        assert beside.page_from == 1, "the first page must have two chunks"
        writing = await written(
            search, [beside], 'Chlorophyll absorbs red light [1 "Chlorophyll absorbs red and blue light"].'
        )
        assert [(c.chunk_seq, c.page_from, c.page_to) for c in writing.cited] == [(holds[0].seq, 1, 1)]

    async def test_over_two_chunks_keep_the_longer_part(
        self, search: SearchEngine, passages: Sequence[Passage]
    ) -> None:
        one, two = passages[0], passages[1]
        assert one.document_id == two.document_id
        text = one.text[-60:] + "\n" + two.text[:120]
        quote = " ".join(text[text.index(" ") + 1 : text.rindex(" ")].replace("-\n", "").split())
        writing = await written(search, [one], f'{quote.rstrip(".")} [1 "{quote}"].')
        (found,) = writing.cited
        assert found.chunk_seq == two.seq
        assert " ".join(found.quote.replace("-\n", "").split()) in quote
        assert two.text[found.start - two.start : found.end - two.start] == found.quote

    async def test_of_a_text_file_have_no_pages(self, search: SearchEngine, passages: Sequence[Passage]) -> None:
        (found,) = [p for p in passages if p.file_name == "wind.txt"]
        text = 'It cost 12 dollars [1 "software that counts fish was offered for 12 dollars"].'
        assert await cited(search, [found], text) == [
            "wind.txt None-None: soft\xadware that counts ﬁsh was oﬀered for 12 dollars"
        ]

    async def test_of_a_deleted_file_are_not_shown(self, app: RunningApp, search: SearchEngine) -> None:
        headers = app.learner(OWNER)
        upload = {"file": ("gone.txt", b"Ravens can count up to 30 objects with ease.")}
        file_id = (await app.client.post("/v1/files", files=upload, headers=headers)).json()["id"]
        await app.until_idle()
        found = [p for p in await all_passages(search, OWNER) if p.file_id == file_id]
        await app.client.delete(f"/v1/files/{file_id}", headers=headers)
        writing = await written(search, found, 'Ravens count 30 objects [1 "Ravens can count up to 30 objects"].')
        assert writing.cited == []
        assert "[" not in writing.text


GERMAN = "Eine Eiche hat etwa {} Blätter, und das ist nicht wenig für einen Baum"
FR = "Selon ce livre, {} a décrit la photosynthèse en 1779 et pas avant"
OAK = "oak of middle age has about 250,000 leaves"


class TestAnswer:
    async def test_numbers_count_up_in_order_of_appearance_and_are_used_again(
        self, search: SearchEngine, passages: Sequence[Passage]
    ) -> None:
        text = (
            'Coal was made of horsetails [2 "coal was made of them"]. '
            'Sugar moves in the phloem [1 "phloem, however, carries sugar from the leaves to the roots"]. '
            'Horsetails made coal [2 "coal was made of them"]. Nothing [1 "of this is true at all"]. Nor this [1].'
        )
        found = [next(p for p in passages if words in p.text) for words in ("phloem", "coal was")]
        assert found[0] != found[1]
        writing = await written(search, found, text)
        assert writing.text == (
            "Coal was made of horsetails [1]. Sugar moves in the phloem [2]. Horsetails made coal [1]. "
            "Nothing. Nor this."
        )
        assert [c.n for c in writing.cited] == [1, 2]

    async def test_a_citation_comes_right_before_its_mark(
        self, search: SearchEngine, passages: Sequence[Passage]
    ) -> None:
        found = [p for p in passages if "Chlorophyll absorbs" in p.text]
        material = Material(search, Question(OWNER, "Why?", None, ()), Marker.new())
        material.add(found)
        writing = Writing(material, "en")
        events = [
            *await writing.hear('Chlorophyll absorbs light [1 "Chlorophyll absorbs red and blue light"]. Yes.'),
            *await writing.end(),
        ]
        assert [type(event) for event in events] == [TextEvent, CitationEvent, TextEvent, TextEvent]
        assert isinstance(events[2], TextEvent)
        assert events[2].text == " [1]"

    async def test_marks_side_by_side_have_one_claim(self, search: SearchEngine, passages: Sequence[Passage]) -> None:
        found = [p for p in passages if "Chlorophyll absorbs" in p.text]
        text = (
            "Chlorophyll absorbs red light and blue light "
            '[1 "Chlorophyll absorbs red and blue light"; 1 "reflects green light"] '
            '[1 "Chlorophyll absorbs red"].'
        )
        writing = await written(search, found, text)
        assert len(writing.cited) == 2
        assert writing.text.endswith("blue light [1] [2].")

    @pytest.mark.parametrize(
        ("claim", "quote", "holds"),
        [
            ("About 250000 leaves grow on an oak", OAK, True),
            ("1. **Oaks** have a quarter million leaves: 250.000", OAK, True),
            ("On page 1 it says that oaks have 250,000 leaves", OAK, True),
            ("One hundred and ten litres of water", "takes up 110 litres of water", True),
            (GERMAN.format("250.000"), OAK, True),
            (GERMAN.format("350.000"), OAK, False),
            (FR.format("Jan Ingenhousz"), "described in 1779 by Jan Ingenhousz", True),
            (FR.format("Charles Darwin"), "described in 1779 by Jan Ingenhousz", False),
        ],
    )  # fmt: skip
    async def test_a_quote_bears_out_its_claim(
        self, search: SearchEngine, passages: Sequence[Passage], claim: str, quote: str, holds: bool
    ) -> None:
        found = [p for p in passages if p.file_name == "botany.pdf" and p.page_from == 1]
        texts = [f'{claim} [{number} "{quote}"].' for number in range(1, len(found) + 1)]
        assert any([await cited(search, found, text) for text in texts]) == holds

    async def test_numbers_of_the_question_may_be_repeated(
        self, search: SearchEngine, passages: Sequence[Passage]
    ) -> None:
        found = [p for p in passages if "110 litres" in p.text]
        text = 'In 3 hot days it takes up much water [1 "takes up 110 litres of water on a hot day"].'
        assert await cited(search, found, text) == []
        assert await cited(search, found, text, question="How much water in 3 hot days?")
