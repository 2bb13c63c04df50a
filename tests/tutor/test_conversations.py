"""Conversations as their learner reads them. On every backend: tests/backends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.errors import Invalid
from clara.store.passages import remove_text
from clara.store.tables import chunks, citations
from clara.tutor.answering import Said
from clara.tutor.conversations import MAX_TITLE, title_of
from clara.tutor.showing import DELETED, MOVED, NOT_READ
from tests.stores import Store

pytestmark = pytest.mark.anyio


class TestMessages:
    async def test_cursor_of_another_list_is_refused_or_harmless(self, quoting: Store) -> None:
        chat, _ = await quoting.ask("ana", "One?")
        await quoting.ask("ana", "Two?", chat)
        other = (await quoting.conversations.list("ana", limit=1)).next_cursor
        assert other is None
        with pytest.raises(Invalid):
            await quoting.conversations.messages("ana", chat, cursor="x")

    async def test_quote_of_a_file_that_is_read_again_says_so(self, quoting: Store) -> None:
        file_id = await quoting.add("ana", "Mitochondria make ATP.")
        chat, _ = await quoting.ask("ana", "Who makes ATP?")
        file = await quoting.files.get("ana", file_id)

        await quoting.database.write(lambda tx: remove_text(tx, "ana", file.document.id))
        message = (await quoting.conversations.messages("ana", chat)).items[1]

        assert message.content == f"{NOT_READ} [1]"
        assert (message.citations[0].file_name, message.citations[0].quote) == ("cells.txt", None)

    async def test_quote_that_another_reading_has_elsewhere_is_not_shown(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")
        chat, _ = await quoting.ask("ana", "Who makes ATP?")

        await quoting.database.write(
            lambda tx: tx.execute(chunks.update().values(text="Chloroplasts do other things."))
        )
        message = (await quoting.conversations.messages("ana", chat)).items[1]

        assert message.content == f"{MOVED} [1]"
        cited = message.citations[0]
        assert (cited.file_name, cited.quote, cited.heading, cited.chunk_id) == ("cells.txt", None, None, None)

    async def test_quote_from_before_checksums_is_shown(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")
        chat, _ = await quoting.ask("ana", "Who makes ATP?")

        await quoting.database.write(lambda tx: tx.execute(citations.update().values(quote_crc=None)))
        message = (await quoting.conversations.messages("ana", chat)).items[1]

        assert message.content == "“Mitochondria make ATP.” [1]"

    async def test_quote_of_a_deleted_file_is_gone(self, quoting: Store) -> None:
        file_id = await quoting.add("ana", "Mitochondria make ATP.")
        chat, _ = await quoting.ask("ana", "Who makes ATP?")

        await quoting.files.delete("ana", file_id)
        message = (await quoting.conversations.messages("ana", chat)).items[1]

        assert message.content == f"{DELETED} [1]"
        assert (message.citations[0].file_id, message.citations[0].file_name) == (file_id, None)

    async def test_a_page_reads_its_own_citations_only(self, quoting: Store) -> None:
        await quoting.add("ana", "Mitochondria make ATP.")
        chat, _ = await quoting.ask("ana", "Who makes ATP?")
        await quoting.ask("ana", "Who makes ATP again?", chat)

        first = await quoting.conversations.messages("ana", chat, limit=2)
        second = await quoting.conversations.messages("ana", chat, limit=2, cursor=first.next_cursor)

        assert [len(message.citations) for message in (*second.items, *first.items)] == [0, 1, 0, 1]
        assert {message.content for message in (first.items[1], second.items[1])} == {"“Mitochondria make ATP.” [1]"}

    async def test_empty_conversation_has_none(self, quoting: Store) -> None:
        chat = (await quoting.conversations.create("ana")).id

        page = await quoting.conversations.messages("ana", chat)

        assert (list(page.items), page.next_cursor, page.total) == ([], None, 0)

    async def test_long_ones_are_read_in_few_statements(self, quoting: Store) -> None:
        history = [Said("user", f"{number}") for number in range(1000)]
        turn = await quoting.tutor.begin("ana", "c", "Now?", history=history, create=True)
        await quoting.tutor.answer(turn)

        page = await quoting.conversations.messages("ana", "c", limit=100)

        assert page.total == 1002
        assert [message.seq for message in page.items] == list(range(903, 1003))


class TestTitles:
    def test_are_the_beginning_of_the_question(self) -> None:
        assert title_of("What\n is\tATP?") == "What is ATP?"
        assert title_of("\u202eWhat\u200f?") == "What?"
        assert title_of("x" * MAX_TITLE) == "x" * MAX_TITLE

    def test_are_cut_at_a_word(self) -> None:
        title = title_of("word " * 100)

        assert title.endswith("word…")
        assert len(title) <= MAX_TITLE
        assert title_of("x" * 1000) == "x" * (MAX_TITLE - 1) + "…"

    @given(st.text(max_size=3000))
    def test_always_fit(self, question: str) -> None:
        title = title_of(question)

        assert len(title) <= MAX_TITLE
        assert "\n" not in title

    async def test_odd_ones_are_refused(self, quoting: Store) -> None:
        chat = (await quoting.conversations.create("ana")).id
        for title in ("\u202e", "x" * 201):
            with pytest.raises(Invalid, match="1 to 200"):
                await quoting.conversations.change("ana", chat, title, None)
