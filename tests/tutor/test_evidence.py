"""Which sentence answers."""

import pytest

from clara.tutor.quotes.evidence import Reading, rarity
from clara.tutor.quotes.signs import WEIGHTS
from tests.tutor.reading import passage, quoted_text, read, scored


def best(question: str, *texts: str, heading: str = "", vectors: bool = False) -> str:
    passages = [passage(text, heading) for text in texts]
    reading, _ = read(question, passages, vectors=vectors)
    return quoted_text(passages, reading.sentences[0])


class TestReader:
    @pytest.mark.parametrize("vectors", [False, True])
    def test_prefers_the_sentence_that_holds_the_words(self, vectors: bool) -> None:
        text = "Plants are green. Chlorophyll absorbs red and blue light. Roots take up water."
        assert best("What does chlorophyll absorb?", text, vectors=vectors) == "Chlorophyll absorbs red and blue light."

    def test_prefers_a_definition(self) -> None:
        text = (
            "The osmosis of water was described by Nollet. Osmosis is the movement of water through a membrane. "
            "Many cells depend on osmosis."
        )
        assert best("What is osmosis?", text) == "Osmosis is the movement of water through a membrane."
        assert best("osmosis", text) == "Osmosis is the movement of water through a membrane."

    def test_prefers_a_definition_that_leaves_the_field_out(self) -> None:
        text = "If R and K are matrices, then the factors are defined by them. A factor is a vector of levels."
        assert best("What is a factor in R?", text) == "A factor is a vector of levels."

    def test_prefers_what_gives_a_name(self) -> None:
        text = "Water moves through a membrane; this is called osmosis. The teacher spoke at length about osmosis."
        assert best("What is osmosis?", text).startswith("Water moves")

    def test_prefers_a_time_when_asked_when(self) -> None:
        text = "The bridge was built by the Romans. The bridge was built in 1436. The bridge was built of stone."
        assert best("When was the bridge built?", text) == "The bridge was built in 1436."

    def test_takes_words_from_the_sentence_before(self) -> None:
        text = "Tesla moved to New York. He died there in 1943. Edison was born in 1847."
        assert best("When did Tesla die?", text) == "He died there in 1943."

    def test_takes_words_from_the_heading(self) -> None:
        text = "The main city is Nairobi. The coast is warm."
        assert best("What is the main city of Kenya?", text, heading="Africa › Kenya") == "The main city is Nairobi."

    def test_does_not_take_a_heading_or_a_question_for_an_answer(self) -> None:
        text = "What is osmosis?\nIt is the movement of water. Osmosis\nOsmosis needs a membrane."
        assert best("What is osmosis?", text) != "What is osmosis?"

    def test_prefers_the_better_passage(self) -> None:
        one, two = scored([passage("Light is fast."), passage("Light is fast.", seq=1)], 0.5, 1.0)
        reading, _ = read("How fast is light?", [two, one])
        assert reading.sentences[0].passage == 0

    def test_chances_add_up_and_fall(self) -> None:
        reading, _ = read("cells", [passage("Cells divide. Cells grow. Trees are tall.")])
        chances = [sentence.chance for sentence in reading.sentences]
        assert sum(chances) == pytest.approx(1.0)
        assert chances == sorted(chances, reverse=True)

    def test_tells_what_is_covered(self) -> None:
        full, _ = read("Do cells divide?", [passage("Cells divide.")])
        half, _ = read("Do cells whistle?", [passage("Cells divide.")])
        assert (full.passage_share, half.passage_share) == pytest.approx((1.0, 0.5))

    def test_nothing_to_read_is_no_error(self) -> None:
        assert read("cells", [])[0] == Reading((), [])
        assert read("cells", [passage("…")])[0].sentences == ()


class TestRarity:
    def test_rare_words_are_worth_more_and_common_ones_something(self) -> None:
        assert rarity(1_000, 0) > rarity(1_000, 1) > rarity(1_000, 1_000) > 0
        assert rarity(1, 1) > 1

    def test_there_is_a_weight_for_each_sign(self) -> None:
        assert len(WEIGHTS) == len(WEIGHTS._fields)
