"""Whether a quote bears out a claim."""

import pytest

from clara.rag.support import has_numbers, numbers, supports
from clara.rag.tokenizer import Tokenizer

QUOTE = "The heart of an adult beats about 70 times a minute and pumps 5.5 litres of blood."


def holds(claim: str, quote: str = QUOTE, **options: object) -> bool:
    return supports(Tokenizer(), claim, quote, **options)  # type: ignore[arg-type]


class TestSupports:
    @pytest.mark.parametrize(
        "claim",
        [
            "An adult heart beats 70 times a minute.",
            "Hearts pump 5,5 litres of blood",
            "70",
            "How often does the heart beat? About 70 times.",
        ],
    )
    def test_what_the_quote_says(self, claim: str) -> None:
        assert holds(claim)

    @pytest.mark.parametrize(
        "claim",
        [
            "The heart beats 80 times a minute.",
            "The lungs take up oxygen from inhaled air.",
            "The heart stops during sleep, says Galen in Rome.",
            "70 kidneys filter urine all day long",
        ],
    )
    def test_not_what_it_does_not_say(self, claim: str) -> None:
        assert not holds(claim)

    def test_numbers_of_the_question_need_not_stand_in_the_quote(self) -> None:
        assert not holds("In 2 minutes the heart beats many times")
        assert holds("In 2 minutes the heart beats many times", given=["How often in 2 minutes?"])

    def test_a_claim_in_another_language_is_held_to_its_numbers(self) -> None:
        assert holds("Das Herz eines Erwachsenen schlägt etwa 70 Mal in der Minute, und das ist nicht wenig.")
        assert not holds("Das Herz eines Erwachsenen schlägt etwa 90 Mal in der Minute, und das ist nicht wenig.")

    def test_a_claim_of_function_words_says_nothing_that_could_be_wrong(self) -> None:
        assert holds("It is so.")

    @pytest.mark.parametrize(
        "claim", ["It is so.", "Das Herz des Menschen schlägt auch in der Nacht und ruht sich nie aus."]
    )
    @pytest.mark.parametrize("quote", ["of", "The", "an adult", "is a", "42"])
    def test_but_nothing_is_borne_out_by_a_quote_that_says_nothing(self, claim: str, quote: str) -> None:
        assert holds(claim, language="en")
        assert not holds(claim, quote, language="en")


class TestNumbers:
    def test_have_one_spelling(self) -> None:
        assert numbers("1,000 1.000 1\u202f000 1'000 ١٠٠٠") == {"1000"}
        assert numbers("3,5 and 3.5") == {"3.5"}

    def test_stay_apart(self) -> None:
        assert numbers("in 1945, 1946 and 12 300") == {"1945", "1946", "12", "300"}

    def test_in_english_words(self) -> None:
        assert numbers("twenty-five cats, two dogs") == {"25", "2"}
        assert numbers("two hundred and fifty thousand") == {"250000"}
        assert numbers("one hundred and ten, two and three") == {"110", "2", "3"}
        assert numbers("one of them, often, hundreds") == frozenset()

    def test_of_words_and_powers(self) -> None:
        assert numbers("CO2 and B12 in 10^6, 10⁶ or $10^{23}$") == {"106", "1023"}

    def test_in_groups_set_apart_by_blanks_are_one(self) -> None:
        assert has_numbers("12,300 people", "about 12 300 people")
        assert has_numbers("12 300 people", "about 12,300 people")
        assert not has_numbers("12,300 people", "about 12 and 300 people")


class TestNames:
    QUOTE = "In 1779 the physician Jan Ingenhousz described what leaves do in the light."

    @pytest.mark.parametrize(("name", "there"), [("Jan Ingenhousz", True), ("Charles Darwin", False)])
    def test_are_compared_in_another_language(self, name: str, there: bool) -> None:
        claim = f"Selon ce livre, {name} a décrit la photosynthèse en 1779 et non pas en été."
        assert holds(claim, self.QUOTE, spoken="fr") is there
