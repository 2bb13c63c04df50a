"""What a question asks for, in the languages that have cues."""

import pytest

from clara.rag.cues import CUES
from clara.rag.statements import names, points_back, states
from clara.tutor.phrases import PHRASES
from clara.tutor.quotes.questions import Kind, answer_test, read_question, subject_of


class TestReadQuestion:
    @pytest.mark.parametrize(
        ("text", "language", "kind"),
        [
            ("When did the war end?", "en", Kind.TIME),
            ("In what year was the treaty signed?", "en", Kind.TIME),
            ("How many bones does a hand have?", "en", Kind.NUMBER),
            ("Who discovered the cell?", "en", Kind.NAME),
            ("Why is the sky blue?", "en", Kind.REASON),
            ("What is osmosis?", "en", Kind.DEFINITION),
            ("Who was Charles Darwin?", "en", Kind.DEFINITION),
            ("What does the word mitosis mean?", "en", Kind.DEFINITION),
            ("Explain the rule of three", "en", Kind.DEFINITION),
            ("How do I sort a list of names?", "en", Kind.OTHER),
            ("Was ist eine Zelle?", "de", Kind.DEFINITION),
            ("Wann endete der Krieg?", "de", Kind.TIME),
            ("¿Cuántos huesos tiene la mano?", "es", Kind.NUMBER),
            ("¿Qué es la fotosíntesis?", "es", Kind.DEFINITION),
            ("Pourquoi le ciel est-il bleu ?", "fr", Kind.REASON),
            ("Chi ha scoperto la cellula e dove?", "it", Kind.NAME),
            ("O que é a fotossíntese das plantas?", "pt", Kind.DEFINITION),
            ("Wanneer eindigde de oorlog van het land?", "nl", Kind.TIME),
            ("Что такое фотосинтез?", "ru", Kind.DEFINITION),
            ("战争什么时候结束？", "zh", Kind.TIME),
            ("光合作用是什么？", "zh", Kind.DEFINITION),
            ("戦争はいつ終わりましたか？", "ja", Kind.TIME),
            ("متى انتهت الحرب؟", "ar", Kind.TIME),
            ("युद्ध कब समाप्त हुआ?", "hi", Kind.TIME),
        ],
    )
    def test_tells_language_and_kind(self, text: str, language: str, kind: Kind) -> None:
        asked = read_question(text)
        assert (asked.language, asked.kind) == (language, kind)

    def test_a_bare_term_asks_what_it_is(self) -> None:
        assert read_question("black holes", lambda: "en").kind is Kind.DEFINITION
        assert read_question("光合作用").kind is Kind.DEFINITION

    def test_a_message_too_short_to_tell_is_in_the_expected_language(self) -> None:
        assert read_question("Photosynthese", lambda: "de").language == "de"
        assert read_question("Photosynthese").language == "und"

    @pytest.mark.parametrize(
        "text", ["Summarize the chapter about cells", "Make me a quiz on cells", "Übersetze das bitte", "总结第三章"]
    )
    def test_knows_what_only_a_model_can_do(self, text: str) -> None:
        assert read_question(text, lambda: "en").is_task
        assert not read_question("What is a cell?", "en").is_task

    @pytest.mark.parametrize(
        "text", ["", "   ", "?", "🙂" * 50, "a" * 5_000, "¿" * 5_000, "what is " * 2_000, "\u202e\u0000?"]
    )
    def test_takes_any_text(self, text: str) -> None:
        asked = read_question(text)
        assert len(asked.text) <= 2_000
        assert answer_test(asked) is None or isinstance(subject_of(asked), str)


class TestSubjectOf:
    def test_leaves_out_what_only_says_what_to_do(self) -> None:
        assert subject_of(read_question("Please explain the difference between mitosis and meiosis")).split() == [
            "the", "between", "mitosis", "and", "meiosis",
        ]  # fmt: skip

    def test_leaves_out_a_task(self) -> None:
        assert subject_of(read_question("a quiz on the imperialism of the time")).split()[:2] == ["a", "on"]


class TestAnswerTest:
    def test_wants_a_time_that_the_question_does_not_have(self) -> None:
        test = answer_test(read_question("When was the treaty of 1648 signed?"))
        assert test is not None
        assert test("It was signed in Münster on 24 October.")
        assert not test("The treaty of 1648 was signed.")
        assert not test("It was signed by the envoys.")

    def test_wants_a_name_that_the_question_does_not_have(self) -> None:
        test = answer_test(read_question("Who was the teacher of Plato?"))
        assert test is not None
        assert test("Plato was taught by Socrates.")
        assert not test("The teacher of Plato was a wise man.")

    @pytest.mark.parametrize("text", ["Wer war der Lehrer von Platon?", "谁是柏拉图的老师？", "How do I sort a list?"])
    def test_can_not_be_told_where_capitals_say_nothing(self, text: str) -> None:
        assert answer_test(read_question(text)) is None


class TestDefinitions:
    @pytest.mark.parametrize("rest", [" is a cell", "s are cells", " (DNA) is", ", which is a", "” refers to"])
    def test_what_follows_a_defined_subject(self, rest: str) -> None:
        assert states(rest, "en")

    @pytest.mark.parametrize("rest", [" of cells is", " and others", "", " isolated"])
    def test_what_does_not(self, rest: str) -> None:
        assert not states(rest, "en")

    def test_what_comes_before_a_name(self) -> None:
        assert names("This process is called “", "en")
        assert names("This is known as the ", "en")
        assert not names("He called the police about ", "en")


class TestPointsBack:
    def test_sees_pronouns_and_conjunctions(self) -> None:
        assert points_back("It divides twice.", "en")
        assert points_back("Sie teilt sich zweimal.", "de")
        assert points_back("但是它分裂两次。", "zh")

    def test_sees_whole_words_only(self) -> None:
        assert not points_back("Italy divides.", "en")
        assert not points_back("It divides.", "xx")


class TestCues:
    def test_every_language_with_phrases_has_cues(self) -> None:
        assert CUES.keys() == PHRASES.keys()
