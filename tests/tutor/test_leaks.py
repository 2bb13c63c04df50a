# ruff: noqa: E501
"""What gives an answer away is found in every disguise, and what doesn't is let through."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.tutor.leaks.check import LeakCheck
from tests.tutor.leaking import FRAMES, TASKS, Task, leaks_of, number_disguises, word_disguises

MOST_FALSE_ALARMS = 0.05


def check(answer: str, task: str = "", also: Sequence[str] = ()) -> LeakCheck:
    return LeakCheck([answer, *also], task)


class TestNumbers:
    @settings(max_examples=60, deadline=None)
    @given(number=st.integers(11, 999_999), frame=st.sampled_from(FRAMES), data=st.data())
    def test_any_spelling_is_found(self, number: int, frame: str, data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(list(number_disguises(number))))

        assert check(str(number)).find(frame.format(text)), text

    @settings(max_examples=60, deadline=None)
    @given(number=st.integers(11, 9999), other=st.integers(11, 9999), frame=st.sampled_from(FRAMES))
    def test_another_number_is_let_through(self, number: int, other: int, frame: str) -> None:
        if str(other) in (str(number), str(number)[::-1]):
            return

        assert check(str(number)).find(frame.format(other)) is None

    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            ("3/4", "three quarters"), ("3/4", "0.75"), ("3/4", "75 %"), ("3/4", "\\frac{3}{4}"), ("3/4", "\\frac34"),
            ("3/4", "¾"), ("3/4", "6/8"), ("1 1/2", "one and a half"), ("1.5", "1,5"), ("1000", "1.000"),
            ("1000", "1e3"), ("0.5", "½"), ("x = 4", "4 = x"), ("x = 4", "x equals four"), ("4", "the root of x is 2+2"),
            ("5 km", "5000 m"), ("5 km", "five kilometers"), ("5000 m", "5 km"), ("20 °C", "293.15 K"),
            ("20 °C", "68 °F"), ("90 min", "1 h 30 min"), ("90 min", "1.5 hours"), ("90 min", "1:30"), ("2 kg", "2000 g"),
            ("72 km/h", "20 m/s"), ("-3", "minus three"), ("-3", "−3"), ("14", "XIV"), ("42", "one less than 43"),
            ("42", "between 41 and 43"), ("42", "half of 84"), ("42", "twice 21"), ("42", "six times 7"),
            ("42", "The first digit is 4."), ("3.14159", "about 3.142"), ("2x+3", "3 + 2·x"), ("2", "it has two"),
            ("75 km/h", "75 kilometres per hour"), ("75 km/h", "75 km an hour"), ("75 km/h", "1.25 km per minute"),
            ("75 km/h", "75 km, every single hour"), ("3/4", "3:4"), ("3/4", "3 out of 4"), ("3/4", "trois quarts"),
            ("3/4", "drei Viertel"), ("3/4", "tres cuartos"), ("3/4", "四分之三"), ("3/4", "75 hundredths"),
            ("3/4", "0 point 75"), ("3/4", "a quarter less than one"), ("3/4", "the numerator is 3, the denominator 4"),
            ("3/4", "3 on top and 4 below"), ("3/4", "$\\nicefrac{3}{4}$"), ("3/4", "3 fourths"),
            ("x = 2y", "x is twice y"),
            ("x = 2 or x = 3", "one of them is x = 3"), ("42", "4\u20e32\u20e3"), ("1234", "1 2 3 4"),
        ],
    )  # fmt: skip
    def test_forms(self, answer: str, text: str) -> None:
        assert check(answer).find(text)

    @pytest.mark.parametrize(
        "text",
        [
            "kırk iki", "czterdzieści dwa", "førtito", "toogfyrre", "neljäkymmentäkaksi", "negyvenkettő", "bốn mươi hai",
            "σαράντα δύο", "ארבעים ושתיים", "사십이", "마흔둘", "มันคือสี่สิบสองนะ", "empat puluh dua", "patruzeci și doi",
            "fourty-two", "F0RTY TW0", "f-o-r-t-y-t-w-o", "owt-ytrof", "two and forty", "four-two", "four two", "xlii",
            "the forty-second", "four tens and two ones", "Forty.\n\nTwo.", "You get 4...\n2!", "a 4 before a 2",
            "It begins with a 4.\nAnd it ends with a 2.", "$4{2}$", "2A in hexadecimal", "52 in octal", "....- ..---.",
            "more than 41 and less than 43", "the number after 41", "next to 41 and 43", "43 less one", "21 doubled",
            "14 tripled", "thrice fourteen", "eighty-four halved", "the sum of 20 and 22", "the product of 2 and 21",
            "36 plus another 6", "35 and then 7 more", "30 and 12 together", "add 35 and 7", "a tenth of 420",
            "ten percent of 420", "3 dozen and 6", "subtract 8 from 50",
        ],
    )  # fmt: skip
    def test_roundabout(self, text: str) -> None:
        assert check("42", "What is 6 times 7?").find(text)

    @pytest.mark.parametrize(
        "text",
        [
            "Multiply 6 by 7.", "What is the product of 6 and 7?", "Add 6 seven times.", "Which digit do you get to?",
            "You have two numbers; four times one of them helps.", "Start with 7 and go on.", "Think of seven tens.",
        ],
    )  # fmt: skip
    def test_calculating_as_the_task_does_is_allowed(self, text: str) -> None:
        assert check("42", "What is 6 times 7?").find(text) is None

    @pytest.mark.parametrize(
        "text", ["What is 6 * 7?", "six times seven is your task", "[42] says so", "Look at page 7 first."]
    )
    def test_what_the_task_says_may_be_said(self, text: str) -> None:
        assert check("42", "What is 6 times 7, that is 6 * 7?").find(text) is None

    def test_an_answer_that_the_task_names_only_counts_as_the_result(self) -> None:
        found = check("4", "Solve 4x = 16.")

        assert found.find("What happens to the 4 in front of x?") is None
        assert found.find("So x = 4.")
        assert found.find("It is 4.")


class TestWords:
    @settings(max_examples=60, deadline=None)
    @given(word=st.sampled_from(["photosynthesis", "canberra", "einstein", "equator", "metaphor"]), data=st.data())
    def test_any_spelling_is_found(self, word: str, data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(list(word_disguises(word))))

        assert check(word).find(text), text

    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            ("mitochondria", "a mitochondrion does"), ("photosynthesis", "photosynthsis"), ("photosynthesis", "ph0tosynthesis"),
            ("photosynthesis", "The first letter is p."), ("Albert Einstein", "It was Einstein."),
            ("photosynthesis", "Photo. And then synthesis."), ("photosynthesis", "ph_tosynthes_s"),
            ("photosynthesis", "The first half is photo. The rest is synthesis."),
            ("photosynthesis", "called 70686f746f73796e746865736973"),
            ("photosynthesis", "16-8-15-20-15-19-25-14-20-8-5-19-9-19"),
            ("B) ribosome", "the ribosome"), ("光合作用", "答案是光合作用。"), ("фотосинтез", "Это фотосинтез."),
            ("French Revolution", "The French one, in 1789"), ("H2O", "$H_2O$"), ("carbon dioxide", "dioxide of carbon"),
        ],
    )  # fmt: skip
    def test_forms(self, answer: str, text: str) -> None:
        assert check(answer, "Which? A) nucleus B) ribosome C) wall D) membrane").find(text)

    def test_two_sentences_may_hold_it_together(self) -> None:
        found = check("carbon dioxide")

        assert found.find("The first word is carbon.") is None
        assert found.find("The first word is carbon. The second is dioxide.")
        assert found.find("And dioxide.", before="The first word is carbon.")


class TestChoices:
    TASK = "Which one? A) nucleus B) ribosome C) wall D) membrane"

    @pytest.mark.parametrize(
        "text",
        [
            "B",
            "(B)",
            "It's B.",
            "option b",
            "Not A, C or D.",
            "Choose the ribosome.",
            "**B**",
            "The second one.",
            "Choose the 2nd.",
            "Option 2",
        ],
    )
    def test_letter_text_or_all_others(self, text: str) -> None:
        assert check("B", self.TASK).find(text)

    @pytest.mark.parametrize("text", ["Compare A, B, C and D.", "A good start!", "What does a wall do?"])
    def test_talking_about_them_is_allowed(self, text: str) -> None:
        assert check("B", self.TASK).find(text) is None


class TestVerdicts:
    TASK = "Is 7 a prime number?"

    @pytest.mark.parametrize(
        "text", ["Yes.", "Indeed!", "✅", "7 is prime.", "So 7 is a prime number. Why?", "Definitely."]
    )
    def test_said_or_stated(self, text: str) -> None:
        assert check("yes", self.TASK).find(text)

    @pytest.mark.parametrize(
        "text",
        [
            "Is 7 a prime number?",
            "Find out whether 7 is a prime number.",
            "A prime number has two divisors.",
            "Divide 7 by 2.",
        ],
    )
    def test_asking_is_allowed(self, text: str) -> None:
        assert check("yes", self.TASK).find(text) is None

    def test_the_other_way_round(self) -> None:
        assert check("no", "Is 9 a prime number?").find("9 is not prime.")
        assert check("no", "Is 9 a prime number?").find("9 is divisible by what?") is None


class TestTheCorpus:
    @pytest.mark.parametrize("task", TASKS, ids=lambda task: task.answer)
    def test_every_leak_is_found(self, task: Task) -> None:
        found = check(task.answer, task.text, task.also)

        assert [text for text in leaks_of(task) if found.find(text) is None] == []

    def test_few_hints_are_held(self) -> None:
        held = [
            (task.answer, hint)
            for task in TASKS
            for hint in task.hints
            if check(task.answer, task.text, task.also).find(hint)
        ]

        assert len(held) <= MOST_FALSE_ALARMS * sum(len(task.hints) for task in TASKS), held

    @settings(max_examples=200, deadline=None)
    @given(text=st.text(max_size=300))
    def test_any_text_is_read(self, text: str) -> None:
        check("42").find(text)
        check(text or "x", text).find("a b c 42 " + text)
