"""Study sets over HTTP: made without a model, kept, marked, reviewed, exported, deleted."""

import asyncio
import codecs
import csv
import io
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.learners import Learner
from tests.rag.documents_made import make_pdf
from tests.services import missing
from tests.study.books import CELLS, PAGES

pytestmark = pytest.mark.anyio

KINDS = ("flashcards", "quiz", "mindmap", "diagram", "summary")
LISTS = {"flashcards": "cards", "quiz": "questions", "mindmap": "nodes", "diagram": "nodes", "summary": "points"}


async def book(learner: Learner, **fields: str) -> str:
    return str((await learner.upload("cells.md", CELLS.encode(), **fields))["file_id"])


async def make(learner: Learner, kind: str, **values: Any) -> dict[str, Any]:
    answer = await learner.post("/v1/study", json={"kind": kind} | values)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/study/{answer.json()['id']}"
    return dict(answer.json())


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestMake:
    @pytest.mark.parametrize("kind", KINDS)
    async def test_every_kind_of_a_file_cited_and_labelled(self, ana: Learner, kind: str) -> None:
        file_id = await book(ana)

        made = await make(ana, kind, file_id=file_id)

        items = made[LISTS[kind]]
        assert len(items) == made["item_count"] > 1
        assert made["made_by"] == "none"
        assert made["description"] == "Made without a language model, in the words of your files."
        assert all(item["citations"][0]["file_id"] == file_id for item in items)
        assert all(item["citations"][0]["quote"] in CELLS for item in items)
        assert (made["diagram"] is None) == (kind in ("flashcards", "quiz"))
        assert (await ana.get(f"/v1/study/{made['id']}")).json() == made

    async def test_of_pages(self, ana: Learner) -> None:
        uploaded = await ana.upload("cells.pdf", make_pdf(list(PAGES)))

        made = await make(ana, "flashcards", file_id=uploaded["file_id"], page_from=2, page_to=2)

        assert {cited["page_from"] for card in made["cards"] for cited in card["citations"]} == {2}

    async def test_of_a_topic_by_title_and_by_words(self, ana: Learner) -> None:
        file_id = await book(ana)

        by_title = await make(ana, "summary", file_id=file_id, topic="Osmosis")
        by_words = await make(ana, "flashcards", topic="chlorophyll light")

        assert all("Osmosis" in cited["heading"] for point in by_title["points"] for cited in point["citations"])
        assert "Chlorophyll" in str(by_words["cards"])

    async def test_of_a_folder(self, ana: Learner) -> None:
        folder_id = await ana.folder()
        await book(ana, folder_id=folder_id)
        await ana.upload("other.md", b"# Rome\n\nThe emperor Trajan ruled the Roman Empire at its largest extent.")

        made = await make(ana, "flashcards", folder_id=folder_id)

        assert made["folder_id"] == folder_id
        assert "Trajan" not in str(made)

    async def test_is_the_same_every_time(self, ana: Learner) -> None:
        file_id = await book(ana)

        one, other = [await make(ana, "quiz", file_id=file_id) for _ in range(2)]

        assert [q["options"] for q in one["questions"]] == [q["options"] for q in other["questions"]]

    async def test_of_nothing(self, ana: Learner) -> None:
        assert problem(await ana.post("/v1/study", json={"kind": "quiz"})) == (409, "no_material")
        await book(ana)
        assert problem(await ana.post("/v1/study", json={"kind": "quiz", "topic": "volcanoes"})) == (
            409,
            "topic_not_covered",
        )

    async def test_of_pages_without_a_file_or_in_the_wrong_order(self, ana: Learner) -> None:
        file_id = await book(ana)

        pages = {"kind": "quiz", "page_from": 3, "page_to": 2}
        assert problem(await ana.post("/v1/study", json=pages)) == (422, "pages_without_file")
        assert problem(await ana.post("/v1/study", json=pages | {"file_id": file_id})) == (422, "invalid_pages")

    async def test_of_pages_that_are_not_there(self, ana: Learner) -> None:
        file_id = (await ana.upload("cells.pdf", make_pdf(list(PAGES))))["file_id"]

        beyond = await ana.post("/v1/study", json={"kind": "quiz", "file_id": file_id, "page_from": 9})
        without = await ana.post("/v1/study", json={"kind": "quiz", "file_id": await book(ana), "page_from": 1})

        assert problem(beyond) == (409, "no_material")
        assert "pages" in beyond.json()["detail"]
        assert problem(without) == (422, "no_pages")

    async def test_of_all_files_names_none_in_its_title(self, ana: Learner) -> None:
        for name in ("cells.md", "more cells.md"):
            await ana.upload(name, f"{CELLS}\n{name}".encode())

        assert (await make(ana, "quiz"))["title"] == "Quiz"

    async def test_of_a_table_asks_for_cells_of_known_rows(self, ana: Learner) -> None:
        rows = ("Planet,Moons,Found by", "Venus,0,Ancients", "Uranus,28,Herschel", "Neptune,16,Galle", "Mars,2,Hall")
        table = "\n".join((*rows, "Jupiter,95,Galileo"))
        file_id = (await ana.upload("planets.csv", table.encode()))["file_id"]

        quiz = await make(ana, "quiz", file_id=file_id)
        columns = [set(column) for column in zip(*csv.reader(io.StringIO(table)), strict=True)]

        assert quiz["item_count"] == 5
        for question in quiz["questions"]:
            assert question["question"].startswith("Planet: ")
            assert "Planet: _" not in question["question"]
            assert any(set(question["options"]) <= column for column in columns[1:])
        nodes = (await make(ana, "mindmap", file_id=file_id))["nodes"]
        assert {node["label"] for node in nodes if node["parent"] is None} == columns[0] - {"Planet"}

    async def test_of_a_script_without_blanks(self, ana: Learner) -> None:
        text = "# 光合作用\n\n光合作用把光能转化为化学能储存在葡萄糖中。叶绿素主要吸收红光和蓝光。" * 1
        text += "叶绿素存在于植物细胞的叶绿体之中。光合作用释放的氧气通过气孔离开叶片。"
        await ana.upload("zh.md", text.encode())

        made = await make(ana, "flashcards")

        assert made["language"] == "zh"
        assert "未使用语言模型" in made["description"]


class TestList:
    async def test_newest_first_by_kind_and_page(self, ana: Learner) -> None:
        file_id = await book(ana)
        made = [await make(ana, kind, file_id=file_id) for kind in ("quiz", "mindmap", "quiz")]

        listed = (await ana.get("/v1/study", params={"limit": 2})).json()
        rest = (await ana.get("/v1/study", params={"limit": 2, "cursor": listed["next_cursor"]})).json()
        quizzes = (await ana.get("/v1/study", params={"kind": "quiz"})).json()

        assert listed["total"] == 3
        assert [one["id"] for one in listed["sets"] + rest["sets"]] == [one["id"] for one in made[::-1]]
        assert quizzes["total"] == 2

    async def test_rename_and_delete(self, ana: Learner) -> None:
        made = await make(ana, "flashcards", file_id=await book(ana))
        address = f"/v1/study/{made['id']}"
        await ana.post(f"/v1/reviews/{made['cards'][0]['id']}", json={"rating": "good"})

        renamed = await ana.patch(address, json={"title": "  My cells "})
        gone = await ana.delete(address)

        assert renamed.json()["title"] == "My cells"
        assert gone.status_code == 204
        assert problem(await ana.get(address)) == (404, "study_set_not_found")
        assert (await ana.get("/v1/reviews/due")).json()["total"] == 0


class TestQuiz:
    async def test_is_marked_by_the_server(self, ana: Learner) -> None:
        quiz = await make(ana, "quiz", file_id=await book(ana))
        first, *others = quiz["questions"]
        answers = [{"item": one["item"], "answer": f" {one['answer'].upper()}"} for one in others]

        answer = await ana.post(f"/v1/study/{quiz['id']}/attempts", json={"answers": answers})

        marked = answer.json()
        assert answer.status_code == 201
        assert (marked["right"], marked["total"]) == (len(others), len(others) + 1)
        assert marked["results"][0] == {
            "item": first["item"],
            "right": False,
            "given": None,
            "answer": first["answer"],
            "explanation": first["explanation"],
            "citations": first["citations"],
        }
        listed = (await ana.get(f"/v1/study/{quiz['id']}/attempts")).json()["attempts"]
        assert [(one["right"], one["total"]) for one in listed] == [(marked["right"], marked["total"])]

    async def test_comes_without_answers_when_asked(self, ana: Learner) -> None:
        quiz = await make(ana, "quiz", file_id=await book(ana))

        shown = (await ana.get(f"/v1/study/{quiz['id']}", params={"answers": "false"})).json()

        for question in shown["questions"]:
            assert (question["answer"], question["explanation"], question["citations"]) == (None, None, [])

    async def test_only_a_quiz_and_its_own_questions(self, ana: Learner) -> None:
        file_id = await book(ana)
        cards, quiz = await make(ana, "flashcards", file_id=file_id), await make(ana, "quiz", file_id=file_id)
        answers = {"answers": [{"item": 99, "answer": "x"}]}

        assert problem(await ana.post(f"/v1/study/{cards['id']}/attempts", json=answers)) == (409, "not_a_quiz")
        assert problem(await ana.post(f"/v1/study/{quiz['id']}/attempts", json=answers)) == (422, "unknown_item")


class TestReviews:
    async def test_a_card_comes_back_later_the_better_it_was_known(self, ana: Learner) -> None:
        made = await make(ana, "flashcards", file_id=await book(ana))
        due = (await ana.get("/v1/reviews/due")).json()
        assert due["total"] == made["item_count"]
        assert due["cards"][0]["set_id"] == made["id"]

        times = {}
        for card, rating in zip(due["cards"], ("again", "hard", "good", "easy"), strict=False):
            answer = await ana.post(f"/v1/reviews/{card['id']}", json={"rating": rating})
            assert answer.status_code == 200
            times[rating] = answer.json()["due_at"]

        assert times["again"] < times["hard"] < times["good"] < times["easy"]
        left = (await ana.get("/v1/reviews/due")).json()
        assert left["total"] == made["item_count"] - 4
        assert left["next_due_at"] == times["again"]

    async def test_of_a_folder_are_counted_apart(self, ana: Learner) -> None:
        folder_id = await ana.folder()
        await make(ana, "flashcards", file_id=await book(ana, folder_id=folder_id))
        rocks = b"Granite is a rock that cooled slowly below the surface. Basalt is a rock that cooled fast in water."
        other = await make(ana, "flashcards", file_id=(await ana.upload("rocks.md", rocks))["file_id"])
        await ana.post(f"/v1/reviews/{other['cards'][0]['id']}", json={"rating": "again"})

        due = (await ana.get("/v1/reviews/due", params={"folder_id": folder_id})).json()

        assert {card["set_id"] for card in due["cards"]}.isdisjoint({other["id"]})
        assert due["next_due_at"] is None
        assert (await ana.get("/v1/reviews/due")).json()["next_due_at"] is not None

    async def test_sent_several_times_at_once_counts_once(self, ana: Learner) -> None:
        made = await make(ana, "flashcards", file_id=await book(ana))
        address = f"/v1/reviews/{made['cards'][0]['id']}"

        answers = await asyncio.gather(*(ana.post(address, json={"rating": "good"}) for _ in range(5)))

        assert len({answer.text for answer in answers}) == 1
        assert (await ana.get("/v1/progress")).json()["folders"][0]["reviews"] == 1

    async def test_progress_by_folder(self, ana: Learner) -> None:
        folder_id = await ana.folder()
        file_id = await book(ana, folder_id=folder_id)
        cards = await make(ana, "flashcards", file_id=file_id)
        quiz = await make(ana, "quiz", folder_id=folder_id)
        await ana.post(f"/v1/reviews/{cards['cards'][0]['id']}", json={"rating": "easy"})
        answers = [{"item": one["item"], "answer": one["answer"]} for one in quiz["questions"]]
        await ana.post(f"/v1/study/{quiz['id']}/attempts", json={"answers": answers[:1]})

        progress = (await ana.get("/v1/progress")).json()

        assert progress["folders"] == [
            {
                "folder_id": folder_id,
                "sets": 2,
                "cards": cards["item_count"],
                "new": cards["item_count"] - 1,
                "due": cards["item_count"] - 1,
                "learned": 1,
                "reviews": 1,
                "quiz_attempts": 1,
                "quiz_score": round(1 / quiz["item_count"], 4),
            }
        ]


class TestExport:
    async def test_csv_holds_no_formulas(self, ana: Learner) -> None:
        await ana.upload("=SUM(A1).md", CELLS.encode())
        made = await make(ana, "flashcards")

        answer = await ana.get(f"/v1/study/{made['id']}/export")

        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.content.startswith(codecs.BOM_UTF8)
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0] == ["front", "back", "source"]
        assert [row[:2] for row in rows[1:]] == [[card["front"], card["back"]] for card in made["cards"]]
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
        assert rows[1][2] == "'=SUM(A1).md"

    async def test_names_pages_as_they_are_printed(self, ana: Learner) -> None:
        file_id = (await ana.upload("cells.pdf", make_pdf(list(PAGES), roman=2)))["file_id"]
        made = await make(ana, "flashcards", file_id=file_id)

        exported = (await ana.get(f"/v1/study/{made['id']}/export")).content.decode("utf-8-sig")
        notes = (await ana.get(f"/summary/{file_id}")).json()["notes"]

        sources = {row[2] for row in csv.reader(io.StringIO(exported))} - {"source"}
        assert sources == {"cells.pdf, p. i", "cells.pdf, p. ii", "cells.pdf, p. 1"}
        assert all(f"(p. {page})" in notes for page in ("i", "ii", "1"))

    async def test_apkg_has_the_same_notes_every_time(self, ana: Learner, tmp_path: Path) -> None:
        made = await make(ana, "flashcards", file_id=await book(ana))
        address = f"/v1/study/{made['id']}/export"

        found = [notes_of((await ana.get(address, params={"format": "apkg"})).content, tmp_path) for _ in range(2)]

        assert found[0] == found[1]
        assert len(found[0]) == made["item_count"]

    async def test_apkg_opens_in_anki(self, ana: Learner, tmp_path: Path) -> None:
        try:
            from anki.collection import Collection, ImportAnkiPackageRequest
        except ImportError:
            missing("anki", "pip install anki")
        made = await make(ana, "flashcards", file_id=await book(ana))
        package = tmp_path / "cards.apkg"
        answer = await ana.get(f"/v1/study/{made['id']}/export", params={"format": "apkg"})
        package.write_bytes(answer.content)

        collection = Collection(str(tmp_path / "collection.anki2"))
        try:
            for _ in range(2):
                collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package)))
            notes = [collection.get_note(note_id) for note_id in collection.find_notes("")]
            names = [deck.name for deck in collection.decks.all_names_and_ids()]
        finally:
            collection.close()

        assert sorted(note["Back"] for note in notes) == sorted(card["back"] for card in made["cards"])
        assert made["title"] in names

    async def test_only_cards(self, ana: Learner) -> None:
        made = await make(ana, "mindmap", file_id=await book(ana))

        assert problem(await ana.get(f"/v1/study/{made['id']}/export")) == (409, "not_cards")


def notes_of(package: bytes, folder: Path) -> list[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        path = Path(archive.extract("collection.anki2", folder))
    connection = sqlite3.connect(path)
    try:
        return sorted(connection.execute("SELECT guid, flds FROM notes").fetchall())
    finally:
        connection.close()


class TestDeletion:
    async def test_of_a_file_takes_what_quotes_it(self, ana: Learner) -> None:
        folder_id = await ana.folder()
        file_id = await book(ana, folder_id=folder_id)
        other = b"# Rome\n\nThe emperor Trajan ruled the Roman Empire at its largest extent in the year 117."
        kept = (await ana.upload("rome.md", other, folder_id=folder_id))["file_id"]
        whole = await make(ana, "quiz", file_id=file_id)
        mixed = await make(ana, "flashcards", folder_id=folder_id, count=50)
        tree = await make(ana, "mindmap", folder_id=folder_id)
        card = next(card for card in mixed["cards"] if card["citations"][0]["file_id"] == file_id)
        await ana.post(f"/v1/reviews/{card['id']}", json={"rating": "good"})

        receipt = (await ana.delete(f"/v1/files/{file_id}")).json()

        assert receipt["study"] == []
        assert receipt["deleted"]["study_items"] > whole["item_count"]
        assert problem(await ana.get(f"/v1/study/{whole['id']}")) == (404, "study_set_not_found")
        left = (await ana.get(f"/v1/study/{mixed['id']}")).json()
        assert {card["citations"][0]["file_id"] for card in left["cards"]} == {kept}
        assert left["item_count"] == len(left["cards"])
        drawn = (await ana.get(f"/v1/study/{tree['id']}")).json()
        assert "Osmosis" not in str(drawn)
        assert "Rome" in drawn["diagram"]

    async def test_of_a_folder_leaves_its_sets_without_one(self, ana: Learner) -> None:
        folder_id = await ana.folder()
        made = await make(ana, "quiz", file_id=await book(ana, folder_id=folder_id))

        await ana.delete(f"/v1/folders/{folder_id}")

        found = (await ana.get(f"/v1/study/{made['id']}")).json()
        assert found["folder_id"] is None
        assert found["questions"][0]["citations"][0]["quote"]
