"""What is answered without a search."""

import pytest

from clara.tutor.phrases import PHRASES
from clara.tutor.quotes.greetings import says_nothing, small_talk


class TestSmallTalk:
    @pytest.mark.parametrize(
        ("message", "kind", "language"),
        [
            ("hi", "greeting", "en"),
            ("Hello, Clara!!", "greeting", "en"),
            ("How's it going?", "greeting", "en"),
            ("Hallo!", "greeting", "de"),
            ("¡Buenos días!", "greeting", "es"),
            ("你好！", "greeting", "zh"),
            ("مرحبًا", "greeting", "ar"),
            ("thanks 😊", "thanks", "en"),
            ("OK, thank you so much.", "thanks", "en"),
            ("ありがとうございます。", "thanks", "ja"),
            ("See you later", "farewell", "en"),
            ("До свидания!", "farewell", "ru"),
            ("Who are you?", "identity", "en"),
            ("What's your name?", "identity", "en"),
            ("你好，你是谁？", "identity", "zh"),
            ("Hi! What can you do?", "abilities", "en"),
            ("Qu'est-ce que tu peux faire ?", "abilities", "fr"),
            ("तुम क्या कर सकते हो?", "abilities", "hi"),
        ],
    )
    def test_is_known_in_many_languages(self, message: str, kind: str, language: str) -> None:
        talk = small_talk(message)
        assert talk is not None
        assert (talk.kind, talk.language) == (kind, language)

    @pytest.mark.parametrize(
        "message",
        [
            "Hi, what is osmosis?", "hello world in Python", "Thanks to what did Rome grow?", "Who is Clara Schumann?",
            "NA", "ok, and why?", "help() in R", "", "   ", "?", "🙂", "hi " * 200, "你好世界",
        ],
    )  # fmt: skip
    def test_anything_more_is_a_question(self, message: str) -> None:
        assert small_talk(message) is None

    def test_every_kind_has_an_answer_in_every_language(self) -> None:
        for phrases in PHRASES.values():
            for kind in ("greeting", "farewell", "thanks", "identity", "abilities"):
                assert len(getattr(phrases, kind)) > 5


class TestSaysNothing:
    def test_marks_and_emoji_say_nothing(self) -> None:
        assert says_nothing("👍 ?!… \u202e")
        assert not says_nothing("x?")
        assert not says_nothing("光")


class TestPhrases:
    def test_places_take_page_numbers(self) -> None:
        for phrases in PHRASES.values():
            assert "12" in phrases.page.format(12)
            assert all(number in phrases.pages.format(12, 13) for number in ("12", "13"))
