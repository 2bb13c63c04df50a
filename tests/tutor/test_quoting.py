"""The answerer without a model, over a real store."""

import asyncio
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import pytest

from clara.core.errors import NotFound
from clara.jobs.worker import Worker
from clara.rag.documents import Page
from clara.rag.embedder import Embedder, NoEmbedder, StaticEmbedder
from clara.rag.extract.messages import DocumentInfo
from clara.rag.ingest import Extract, Ingestion
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.jobs import INGEST
from clara.tutor.answering import Question, Said
from clara.tutor.events import CitationEvent, Cited, TextEvent
from clara.tutor.phrases import PHRASES
from clara.tutor.quotes.quoting import QuotingAnswerer
from tests.rag.documents_made import make_pdf
from tests.stores import Store, open_store, read_plainly

pytestmark = pytest.mark.anyio

EN = PHRASES["en"]
PLANTS = """# Photosynthesis

Photosynthesis is the process by which plants turn light into chemical energy. It takes place in the chloroplasts. \
Chlorophyll absorbs red and blue light and reflects green light.

# Respiration

Respiration releases the energy of sugar in the mitochondria. Hans Krebs described the citric acid cycle in 1937. \
One molecule of glucose yields about thirty molecules of ATP.
"""
BOTANIK = "Die Photosynthese ist ein Vorgang, bei dem Pflanzen aus Licht Energie gewinnen. Sie findet im Blatt statt."


@dataclass(frozen=True)
class Answer:
    text: str
    cited: Sequence[Cited]

    @property
    def quotes(self) -> list[str]:
        return [citation.quote for citation in self.cited]


class Asking:
    """Asks the answerer as a turn does."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.store = store
        self.embedder = embedder
        self.answerer = QuotingAnswerer(SearchEngine(store.database, embedder, store.clock))

    async def add(self, text: str, name: str = "plants.md", read: Extract = read_plainly, **where: str) -> str:
        """Upload a file of Ana's, read it by ``read``, and return its id."""
        data = make_pdf(["any"]) if name.endswith(".pdf") else text.encode("utf-8", "surrogatepass")
        uploaded = await self.store.upload("ana", data, name=name, **where)
        files = self.store.settings.files
        ingestion = Ingestion(self.store.database, self.store.blobs, self.embedder, self.store.clock, files, read)
        await asyncio.to_thread(Worker(self.store.database, {INGEST: ingestion}).run_until_idle)
        return uploaded.file.id

    async def ask(
        self, text: str, *, owner: str = "ana", folder: str | None = None, history: Sequence[Said] = ()
    ) -> Answer:
        parts: list[str] = []
        cited: dict[int, Cited] = {}
        async for event in self.answerer.answer(Question(owner, text, folder, history)):
            match event:
                case CitationEvent(citation):
                    assert citation.n == len(cited) + 1
                    cited[citation.n] = citation
                case TextEvent(shown, quote_of):
                    if quote_of is not None:
                        assert shown.endswith(f"” [{quote_of}]")
                        assert "".join(cited[quote_of].quote.split()) in "".join(shown.split())
                    parts.append(shown)
        return Answer("".join(parts), list(cited.values()))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store


@pytest.fixture(params=[NoEmbedder, StaticEmbedder], ids=["words", "vectors"])
def asking(request: pytest.FixtureRequest, store: Store) -> Asking:
    return Asking(store, request.param())


class TestAnswer:
    async def test_quotes_the_sentence_that_answers(self, store: Store, asking: Asking) -> None:
        file_id = await asking.add(PLANTS)
        answer = await asking.ask("What does chlorophyll absorb?")
        assert answer.quotes[0] == "Chlorophyll absorbs red and blue light and reflects green light."
        assert answer.text.startswith(f"{EN.found}\n\n“Chlorophyll absorbs")
        assert (answer.cited[0].file_id, answer.cited[0].file_name) == (file_id, "plants.md")

    async def test_every_quote_stands_at_its_offsets(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        for text in ("What is photosynthesis?", "energy", "Who described the citric acid cycle?", "ATP and glucose"):
            answer = await asking.ask(text)
            assert 1 <= len(answer.cited) <= 3
            for one in answer.cited:
                assert PLANTS[one.start : one.end] == one.quote
                assert (one.page_from, one.page_to) == (None, None)

    async def test_a_quote_from_a_pdf_names_its_page(self, store: Store, asking: Asking) -> None:
        pages = ("Cells divide by mitosis.", "A cell of yeast divides in ninety minutes. It buds.")
        await asking.add("", name="cells.pdf", read=_pages_of(pages))
        answer = await asking.ask("How many minutes does yeast need to divide?")
        assert answer.cited[0].page_from == answer.cited[0].page_to == 2
        assert "[1] (p. 2)" in answer.text

    async def test_a_quote_from_a_book_names_the_printed_page_and_the_files(self, store: Store, asking: Asking) -> None:
        pages = ("Cells divide by mitosis.", "A cell of yeast divides in ninety minutes. It buds.")
        await asking.add("", name="cells.pdf", read=_pages_of(pages, first=70))
        answer = await asking.ask("How many minutes does yeast need to divide?")
        assert (answer.cited[0].page_from, answer.cited[0].label_from) == (2, "71")
        assert "[1] (p. 71, PDF 2)" in answer.text

    async def test_is_short(self, store: Store, asking: Asking) -> None:
        await asking.add("\n\n".join(f"Cells of kind {n} hold energy. {PLANTS}" for n in range(30)), name="b.md")
        answer = await asking.ask("Which cells hold energy?")
        assert len(answer.cited) <= 3
        assert all(len(quote) <= 420 for quote in answer.quotes)

    async def test_answers_again_alike(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        assert await asking.ask("What is photosynthesis?") == await asking.ask("What is photosynthesis?")


class TestNotCovered:
    @pytest.mark.parametrize(
        "text",
        ["Who won the world cup in 1998?", "What is the capital of Mongolia?", "How do I bake sourdough bread?"],
    )
    async def test_says_so_and_cites_nothing(self, store: Store, asking: Asking, text: str) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask(text)
        assert (answer.text, answer.cited) == (EN.not_covered, [])

    async def test_in_the_language_of_the_question(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask("Wer hat im Jahr 1998 die Weltmeisterschaft gewonnen?")
        assert (answer.text, answer.cited) == (PHRASES["de"].not_covered, [])

    async def test_without_files_says_to_upload_some(self, asking: Asking) -> None:
        answer = await asking.ask("What is photosynthesis?")
        assert (answer.text, answer.cited) == (EN.no_files, [])

    async def test_an_empty_folder_is_told_from_no_files(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        folder = await store.folders.create("ana", "History")
        answer = await asking.ask("What is photosynthesis?", folder=folder.id)
        assert (answer.text, answer.cited) == (EN.empty_folder, [])

    async def test_a_folder_without_the_answer_suggests_all_files(self, store: Store, asking: Asking) -> None:
        folder = await store.folders.create("ana", "History")
        await asking.add(PLANTS)
        await asking.add("The war ended in 1648 with a treaty.", name="war.txt", folder_id=folder.id)
        answer = await asking.ask("What is photosynthesis?", folder=folder.id)
        assert (answer.text, answer.cited) == (EN.not_in_folder, [])

    async def test_another_learners_files_are_not_there(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        assert (await asking.ask("What is photosynthesis?", owner="ben")).text == EN.no_files

    async def test_an_unknown_folder_is_an_error(self, store: Store, asking: Asking) -> None:
        with pytest.raises(NotFound):
            await asking.ask("What is photosynthesis?", folder="folder_of_nobody")

    async def test_a_deleted_file_is_no_longer_quoted(self, store: Store, asking: Asking) -> None:
        file_id = await asking.add(PLANTS)
        assert (await asking.ask("What is photosynthesis?")).cited
        await store.files.delete("ana", file_id)
        assert (await asking.ask("What is photosynthesis?")).text == EN.no_files


class TestWithoutASearch:
    async def test_a_greeting_gets_a_greeting(self, asking: Asking) -> None:
        assert (await asking.ask("Hi Clara!")).text == EN.greeting
        assert (await asking.ask("Guten Morgen")).text == PHRASES["de"].greeting

    async def test_says_what_it_is_and_can_do(self, asking: Asking) -> None:
        assert (await asking.ask("Who are you?")).text == EN.identity
        assert (await asking.ask("你能做什么？")).text == PHRASES["zh"].abilities

    @pytest.mark.parametrize("text", ["🙂", "?!", "…" * 5_000])
    async def test_marks_alone_ask_for_a_question(self, asking: Asking, text: str) -> None:
        assert (await asking.ask(text)).text == EN.nothing_asked


class TestLanguages:
    async def test_a_german_question_is_answered_in_german(self, store: Store, asking: Asking) -> None:
        await asking.add(BOTANIK, name="botanik.txt")
        answer = await asking.ask("Was ist Photosynthese?")
        assert answer.text.startswith(PHRASES["de"].found)
        assert answer.quotes[0].startswith("Die Photosynthese ist ein Vorgang")

    async def test_a_single_word_is_taken_to_be_in_the_language_of_the_files(
        self, store: Store, asking: Asking
    ) -> None:
        await asking.add(BOTANIK, name="botanik.txt")
        assert (await asking.ask("Photosynthese")).text.startswith(PHRASES["de"].found)

    @pytest.mark.parametrize("text", ["Cold War", "war", "bile"])
    async def test_also_where_it_is_a_function_word_of_another_language(
        self, store: Store, asking: Asking, text: str
    ) -> None:
        said = "The Cold War was a war without battles between two great powers.\n\nBile is made by the liver."
        await asking.add(said, name="notes.txt")
        answer = await asking.ask(text)
        assert answer.text.startswith(EN.found)
        assert text.casefold() in answer.quotes[0].casefold()
        assert (await asking.ask("pour")).text == EN.not_covered

    async def test_a_term_in_a_conversation_is_taken_to_be_in_its_language(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        german = [Said("user", "Was wird über die Atmung gesagt?"), Said("assistant", "Nichts.")]
        assert (await asking.ask("Chlorophyll", history=german)).text.startswith(PHRASES["de"].found)

    async def test_chinese(self, store: Store, asking: Asking) -> None:
        text = "光合作用是植物把光能转化为化学能的过程。它发生在叶绿体中。呼吸作用在线粒体中进行。"
        await asking.add(text, name="植物.txt")
        answer = await asking.ask("什么是光合作用？")
        assert answer.text.startswith(PHRASES["zh"].found)
        assert answer.quotes[0].startswith("光合作用是植物把光能转化为化学能的过程。")
        assert (await asking.ask("谁赢得了1998年世界杯？")).cited == []


class TestHistory:
    async def test_a_follow_up_is_about_what_was_asked_before(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        history = [Said("user", "What is photosynthesis?"), Said("assistant", "…")]
        answer = await asking.ask("And where does it take place?", history=history)
        assert any("chloroplasts" in quote for quote in answer.quotes)

    async def test_a_new_subject_is_not_answered_with_the_old_one(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        history = [Said("user", "What is photosynthesis?"), Said("assistant", "…")]
        assert (await asking.ask("Who won the world cup in 1998?", history=history)).cited == []

    async def test_thanks_are_not_what_a_follow_up_is_about(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        history = [Said("user", text) for text in ("What is photosynthesis?", "thanks!", "great", "ok")]
        assert (await asking.ask("Tell me more", history=history)).cited

    async def test_a_pronoun_stands_for_the_last_subject_that_was_named(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        said = ("What is respiration?", "How does it work?", "thanks")
        history = [Said("user", text) for text in said]
        assert "mitochondria" in (await asking.ask("Where does it happen?", history=history)).quotes[0]


class TestSubjects:
    async def test_a_section_about_the_subject_is_quoted_before_pages_that_often_have_the_word(
        self, store: Store, asking: Asking
    ) -> None:
        await asking.add("\n\n".join(f"Use R in R as R users do: R {n}, R." for n in range(40)), name="often.txt")
        await asking.add("# What is R?\n\nR is a system for statistical computation.", name="faq.md")
        assert (await asking.ask("What is R?")).quotes[0].endswith("R is a system for statistical computation.")

    async def test_an_irregular_verb_is_found_in_another_form(self, store: Store, asking: Asking) -> None:
        await asking.add(f"{PLANTS}\nThe guide was written by Ada Lovell. The garden was built in 1820.")
        assert "Ada Lovell" in (await asking.ask("Who wrote the guide?")).quotes[0]

    async def test_what_is_true_of_another_of_that_kind_is_no_answer(self, store: Store) -> None:
        asking = Asking(store, StaticEmbedder())
        await asking.add(
            "The Roman Republic was founded in 509 BC after the last king was driven out.", name="rome.txt"
        )
        assert "509" in (await asking.ask("When was the Roman Republic founded?")).quotes[0]
        assert (await asking.ask("When was the Roman Empire founded?")).cited == []

    async def test_a_short_form_is_defined_in_brackets(self, store: Store, asking: Asking) -> None:
        network = "The Comprehensive Archive Network (CRAN) is a collection of sites."
        await asking.add(f"Since 2016 builds of CRAN are kept.\n\n{network}", name="faq.txt")
        assert (await asking.ask("What is CRAN?")).quotes[0] == network


class TestOverview:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("What are my files about?", "en"), ("What did I upload?", "en"),
            ("Worum geht es in meinen Dateien?", "de"), ("¿De qué tratan mis archivos?", "es"),
            ("De quoi parlent mes fichiers ?", "fr"),
            ("Di cosa parlano i miei file?", "it"), ("Sobre o que são meus arquivos?", "pt"),
            ("Waar gaan mijn bestanden over?", "nl"), ("О чём мои файлы?", "ru"), ("我的文件是关于什么的？", "zh"),
            ("アップロードしたファイルは何についてですか", "ja"), ("ما موضوع ملفاتي؟", "ar"),
            ("मेरी फ़ाइलें किस बारे में हैं?", "hi"),
        ],
    )  # fmt: skip
    async def test_quotes_how_files_and_chapters_begin(
        self, store: Store, asking: Asking, text: str, language: str
    ) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask(text)
        assert answer.text.startswith(PHRASES[language].overview.format(1))
        assert answer.quotes[0].startswith("Photosynthesis")
        assert all(PLANTS[one.start : one.end] == one.quote for one in answer.cited)

    async def test_keeps_names_and_headings_of_files_out_of_its_own_words(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask("What are my files about?")
        own = answer.text
        for quote in answer.quotes:
            own = own.replace(" ".join(quote.split()), "")
        assert "plants" not in own.lower()

    async def test_of_a_folder(self, store: Store, asking: Asking) -> None:
        folder = await store.folders.create("ana", "History")
        await asking.add(PLANTS)
        await asking.add("The war ended in 1648 with a treaty.", name="war.txt", folder_id=folder.id)
        answer = await asking.ask("What is this book about?", folder=folder.id)
        assert answer.quotes == ["The war ended in 1648 with a treaty."]

    async def test_of_many_files_shows_each_begin(self, store: Store, asking: Asking) -> None:
        for number in range(3):
            await asking.add(f"Book {number} is about the number {number}.", name=f"{number}.txt")
        answer = await asking.ask("What are my files about?")
        assert {quote[:6] for quote in answer.quotes} == {"Book 0", "Book 1", "Book 2"}

    async def test_a_question_about_something_in_the_files_is_none(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask("What does the book say about chlorophyll?")
        assert answer.text.startswith(EN.found)

    async def test_without_files_says_to_upload_some(self, asking: Asking) -> None:
        assert (await asking.ask("What did I upload?")).text == EN.no_files


class TestStillReading:
    async def test_says_how_many_files_are_being_read(self, store: Store, asking: Asking) -> None:
        await store.upload("ana", PLANTS, name="plants.md")
        assert (await asking.ask("What is photosynthesis?")).text == EN.still_reading.format(1)

    async def test_also_below_an_answer_and_when_there_is_none(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        await store.upload("ana", "The war ended in 1648.", name="war.txt")
        late = f"\n\n{EN.still_reading.format(1)}"
        answer = await asking.ask("What is photosynthesis?")
        assert answer.cited
        assert answer.text.endswith(late)
        assert (await asking.ask("When did the war end?")).text == EN.not_covered + late

    async def test_only_of_the_folder_that_is_asked(self, store: Store, asking: Asking) -> None:
        folder = await store.folders.create("ana", "History")
        await asking.add(PLANTS, folder_id=folder.id)
        await store.upload("ana", "The war ended in 1648.", name="war.txt")
        answer = await asking.ask("What is photosynthesis?", folder=folder.id)
        assert EN.still_reading.format(1) not in answer.text


class TestTasks:
    async def test_says_that_it_can_only_quote(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask("Summarize photosynthesis for me")
        assert answer.text.startswith(EN.only_quotes)
        assert answer.quotes[0].startswith("Photosynthesis is the process")

    async def test_and_what_it_can_do_when_there_is_nothing_to_quote(self, store: Store, asking: Asking) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask("Write an essay about Napoleon")
        assert (answer.text, answer.cited) == (EN.abilities, [])


class TestHostileQuestions:
    @pytest.mark.parametrize(
        "text",
        [
            "a" * 5_000, "photosynthesis " * 330, "光合" * 2_500, "what " * 1_000, "\u202e?siht si tahw",
            "'; DROP TABLE --", "((((((((", "\\d+(?:x)*", "[1] “quoted” [2]", "🙂 photosynthesis 🙂",
            "\ud83d photosynthesis",
        ],
    )  # fmt: skip
    async def test_are_answered_or_turned_away(self, store: Store, asking: Asking, text: str) -> None:
        await asking.add(PLANTS)
        answer = await asking.ask(text)
        assert answer.text
        assert all(PLANTS[one.start : one.end] == one.quote for one in answer.cited)


class TestHostileFiles:
    @pytest.mark.parametrize(
        "text",
        [
            "photosynthesis " * 5_000, "photosynthesis," * 5_000, "x" * 60_000 + " photosynthesis", "光合作用" * 9_000,
            "تمثيل photosynthesis " * 3_000, "| photosynthesis | 1 |\n" * 3_000, "photosynthesis\n" * 4_000,
        ],
    )  # fmt: skip
    async def test_are_quoted_in_short_or_not_at_all(self, store: Store, asking: Asking, text: str) -> None:
        await asking.add(text, name="hostile.txt")
        for question in ("What is photosynthesis?", "什么是光合作用？"):
            for one in (await asking.ask(question)).cited:
                assert text[one.start : one.end] == one.quote
                assert len(one.quote) <= 420


def _pages_of(pages: Sequence[str], first: int = 1) -> Callable[..., Generator[DocumentInfo | Page]]:
    """Return a reader of these pages; ``first`` is the number printed on the first."""

    def read(*_: object) -> Generator[DocumentInfo | Page]:
        yield DocumentInfo(True, len(pages), None)
        for number, text in enumerate(pages, 1):
            yield Page(number, None if first == 1 else str(number - 1 + first), text)

    return read
