"""Whether a quote bears out a claim."""

import pytest

from clara.rag.support import numbers, supports
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


class TestNumbers:
    def test_have_one_spelling(self) -> None:
        assert numbers("1,000 1.000 1\u202f000 1'000 ١٠٠٠") == {"1000"}
        assert numbers("3,5 and 3.5") == {"3.5"}

    def test_stay_apart(self) -> None:
        assert numbers("in 1945, 1946 and 12 300") == {"1945", "1946", "12", "300"}
