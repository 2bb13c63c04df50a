import pytest

from clara.study.commands import read_command
from clara.study.dictated import as_typed
from clara.study.scope import Kind


class TestAsTyped:
    @pytest.mark.parametrize(
        ("said", "typed"),
        [
            ("Um, quiz me on chapter two.", "quiz me on chapter 2."),
            ("Okay, so, make five flashcards about osmosis", "make 5 flashcards about osmosis"),
            ("Ähm, frag mich zu Kapitel drei ab", "frag mich zu Kapitel 3 ab"),
            ("Draw the water cycle", "Draw the water cycle"),
            ("Um.", "Um."),
            ("What are the two parts of one cell?", "What are the two parts of one cell?"),
            ("sofa beds", "sofa beds"),
        ],
    )
    def test_numbers_and_sounds_of_thinking(self, said: str, typed: str) -> None:
        assert as_typed(said) == typed

    @pytest.mark.parametrize(
        ("said", "kind", "topic", "count"),
        [
            ("Um, quiz me on chapter two.", Kind.QUIZ, "chapter 2", None),
            ("Okay, make ten flashcards about osmosis.", Kind.FLASHCARDS, "osmosis", 10),
            ("Well, draw the water cycle, please.", Kind.DIAGRAM, "water cycle", None),
            ("Yeah, a mind map of photosynthesis.", Kind.MINDMAP, "photosynthesis", None),
        ],
    )
    def test_a_spoken_command_is_one(self, said: str, kind: Kind, topic: str, count: int | None) -> None:
        command = read_command(as_typed(said))
        assert command is not None
        assert (command.kind, command.topic, command.count) == (kind, topic, count)
