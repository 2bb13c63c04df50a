"""Cards and questions without a model."""

from collections import Counter
from collections.abc import Sequence

from clara.rag.tokenizer import Tokenizer
from clara.study.cleaning import normal
from clara.study.cloze import BLANK, Cloze, make_cards, make_clozes, make_questions
from clara.study.drafts import DraftItem
from clara.study.facts import Fact, find_facts
from clara.study.terms import TermFinder
from tests.study.books import CELLS, PAGES, passage

MANY = [
    f"The {thing} of the {place} carries the {load} towards the {end} of the plant in summer."
    for thing, place, load, end in zip(
        ("xylem", "phloem", "stoma", "cambium", "cortex", "pith", "endodermis", "cuticle"),
        ("root", "stem", "leaf", "trunk", "branch", "bud", "petal", "seed"),
        ("water", "sugar", "oxygen", "starch", "nitrate", "calcium", "protein", "mineral"),
        ("crown", "ground", "outside", "bark", "center", "surface", "bottom", "edge"),
        strict=True,
    )
]


def made(texts: Sequence[str], count: int = 10) -> tuple[list[Cloze], list[Fact], TermFinder]:
    tokenizer = Tokenizer()
    facts = find_facts([passage(text, seq) for seq, text in enumerate(texts)], "en")
    finder = TermFinder(tokenizer, facts, {})
    return make_clozes(facts, finder, tokenizer, count), facts, finder


def questions(texts: Sequence[str]) -> list[DraftItem]:
    return make_questions(*made(texts))


class TestCards:
    def test_are_sentences_of_the_material_with_a_term_left_out(self) -> None:
        clozes, _, _ = made(PAGES)

        assert clozes
        for card in make_cards(clozes):
            whole = card.body["front"].replace(BLANK, card.body["back"])
            assert " ".join(card.quotes[0].text.split()) == whole

    def test_do_not_give_the_back_away(self) -> None:
        for card in make_cards(made(CELLS.split("\n\n"))[0]):
            assert normal(card.body["back"]) not in normal(card.body["front"])

    def test_ask_for_each_term_once(self) -> None:
        backs = [normal(card.body["back"]) for card in make_cards(made(MANY)[0])]

        assert len(backs) == len(set(backs)) > 4

    def test_are_the_same_every_time(self) -> None:
        assert make_cards(made(MANY)[0]) == make_cards(made(MANY)[0])

    def test_ask_for_the_subject_of_a_definition(self) -> None:
        backs = [cloze.term.text for cloze in made(PAGES)[0]]

        assert "Osmosis" in backs

    def test_come_in_the_order_of_the_text(self) -> None:
        places = [(cloze.fact.passage.seq, cloze.fact.start) for cloze in made(MANY)[0]]

        assert places == sorted(places)


class TestQuestions:
    def test_have_exactly_one_right_option(self) -> None:
        asked = questions(MANY)

        assert any(question.body["type"] == "choice" for question in asked)
        for question in asked:
            options = [normal(option) for option in question.body["options"]]
            assert len(set(options)) == len(options)
            if question.body["type"] == "choice":
                assert options.count(normal(question.body["answer"])) == 1
                assert len(options) == 4

    def test_no_option_stands_in_the_question(self) -> None:
        for question in questions(MANY):
            for option in question.body["options"]:
                assert f" {normal(option)} " not in f" {normal(question.body['question'])} "

    def test_the_right_option_is_everywhere(self) -> None:
        asked = [question.body for question in questions([*MANY, *PAGES]) if question.body["type"] == "choice"]
        places = Counter(body["options"].index(body["answer"]) for body in asked)

        assert len(asked) >= 4
        assert max(places.values()) - min(places[place] for place in range(4)) <= 1

    def test_options_stand_behind_the_same_word_elsewhere(self) -> None:
        people = ("Newton", "Galileo", "Darwin", "Pasteur", "Curie")
        places = ("London", "Padua", "Plymouth", "Strasbourg", "Warsaw")
        texts = [
            f"The letters of {who} were written in {where} long before the great discovery."
            for who, where in zip(people, places, strict=True)
        ]

        for question in questions(texts):
            assert set(question.body["options"]) <= set(people) or set(question.body["options"]) <= set(places)

    def test_options_come_from_the_same_document(self) -> None:
        tokenizer = Tokenizer()
        texts = [passage(text, seq, document=f"d{seq % 2}") for seq, text in enumerate(MANY)]
        facts = find_facts(texts, "en")
        finder = TermFinder(tokenizer, facts, {})
        for question in make_questions(make_clozes(facts, finder, tokenizer, 10), facts, finder):
            document = question.quotes[0].passage.document_id
            own = " ".join(text.text for text in texts if text.document_id == document)
            assert all(option in own for option in question.body["options"])

    def test_without_enough_terms_a_blank_is_to_be_filled(self) -> None:
        asked = questions(["Osmosis is the movement of water through a membrane towards the side with more salt."])

        assert [question.body["type"] for question in asked] == ["short"]
