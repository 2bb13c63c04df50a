import pytest

from clara.testing.speech import MICROPHONE_RATE, mumble
from clara.voice.sound.silence import voiced_ms
from clara.voice.sound.unspoken import is_echo, is_invented, is_nod, is_stop


class TestInvented:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            ".",
            " … ",
            "[BLANK_AUDIO]",
            "(coughs)",
            "*sighs*",
            "♪♪",
            "Thanks for watching!",
            "Untertitel der Amara.org-Community",
            "Sous-titrage Société Radio-Canada",
            "Субтитры сделал DimaTorzok",
            "ご視聴ありがとうございました",
        ],
    )
    def test_no_words_are_no_words_however_loud(self, text: str) -> None:
        assert is_invented(text, is_quiet=False, voiced_ms=5000)

    @pytest.mark.parametrize("text", ["You?", "Thank you.", "What is (a) cell", "no", "x"])
    def test_words_are_words(self, text: str) -> None:
        assert not is_invented(text, is_quiet=False)
        assert not is_invented(text, is_quiet=False, voiced_ms=900)

    @pytest.mark.parametrize("text", ["Thank you.", "Vielen Dank.", "Merci.", "Спасибо.", "You"])
    def test_what_takes_longer_to_say_than_there_was_sound_was_not_said(self, text: str) -> None:
        assert is_invented(text, is_quiet=False, voiced_ms=100)
        assert is_invented(text, is_quiet=True)
        assert not is_invented("no", is_quiet=True, voiced_ms=60)

    def test_voiced_sound_is_counted_without_the_silence_around_it(self) -> None:
        said = mumble("what is a cell", MICROPHONE_RATE).pcm
        around = bytes(MICROPHONE_RATE)
        assert 0.6 * len(said) / 32 < voiced_ms(around + said + around) <= len(said) / 32 + 20
        assert voiced_ms(b"") == voiced_ms(around) == 0


class TestEchoes:
    TERMS = ("plasmolysis", "xylem", "guard cells", "stomata")

    @pytest.mark.parametrize(
        "text", ["Plasmolysis, xylem, guard cells, stomata.", "xylem guard cells", "guard, cells, stomata"]
    )
    def test_the_list_that_a_recogniser_was_given_is_nothing_that_was_said(self, text: str) -> None:
        assert is_echo(text, self.TERMS)
        assert not is_echo(text, ())

    @pytest.mark.parametrize(
        "text", ["Stomata?", "guard cells", "stomata, xylem and guard cells", "what is the xylem", ""]
    )
    def test_who_names_some_of_it_is_heard(self, text: str) -> None:
        assert not is_echo(text, self.TERMS)


class TestNods:
    @pytest.mark.parametrize("text", ["Mhm.", "Uh-huh", "okay, yeah", "I see.", "Ja, genau!", "d'accord", "うん", "嗯"])
    def test_who_listens(self, text: str) -> None:
        assert is_nod(text)

    @pytest.mark.parametrize("text", ["", "no", "okay stop", "wait", "yes but why", "what", "ok ok ok ok ok", "water"])
    def test_who_wants_the_turn(self, text: str) -> None:
        assert not is_nod(text)


class TestStops:
    @pytest.mark.parametrize(
        "text",
        ["Stop.", "stop, stop, STOP!", "Okay, stop it please, Clara.", "That's enough.", "Hör auf!",
         "Sei still, bitte.", "Arrête, s'il te plaît.", "¡Basta!", "хватит", "停下。", "止めて", "كفى", "रुक जाओ"],
    )  # fmt: skip
    def test_is_the_wish_that_she_stop(self, text: str) -> None:
        assert is_stop(text)

    @pytest.mark.parametrize(
        "text",
        ["", "Please.", "Stop, what is osmosis?", "Where does it stop?", "Enough of what?", "a full stop", "Wait."],
    )
    def test_is_a_question(self, text: str) -> None:
        assert not is_stop(text)
