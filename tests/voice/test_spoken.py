from hypothesis import given
from hypothesis import strategies as st

from clara.voice.wording.speakable import Piece, Speaker
from clara.voice.wording.spoken import SpokenText


def segment(*units: tuple[str, float]) -> SpokenText:
    spoken = SpokenText()
    for text, ms in units:
        spoken.begin(Speaker().say(text))
        spoken.sounds(ms)
        spoken.end()
    return spoken


class TestText:
    def test_nothing_was_said_at_the_beginning(self) -> None:
        assert segment(("Water moves.", 1000)).text_at(0) == ""

    def test_all_was_said_at_the_end(self) -> None:
        assert segment(("Water moves. ", 1000), ("It does.", 500)).text_at(1500) == "Water moves. It does."

    def test_a_sentence_is_kept_to_the_word(self) -> None:
        spoken = segment(("Mitochondria are the powerhouse of the cell. ", 3000), ("They turn", 900))
        assert spoken.text_at(2200) == "Mitochondria are the powerhouse"
        assert spoken.text_at(3400) == "Mitochondria are the powerhouse of the cell. They"

    def test_maths_is_kept_whole_or_not_at_all(self) -> None:
        spoken = segment(("So $x^2 + 1$ it is.", 2000))
        assert spoken.text_at(500) == "So"
        assert spoken.text_at(1500).startswith("So $x^2 + 1$")

    def test_silence_around_the_words_is_not_speech(self) -> None:
        spoken = SpokenText()
        spoken.begin(Speaker().say("one two"))
        spoken.sounds(2000)
        spoken.end(lead_ms=500, tail_ms=500)
        assert spoken.text_at(600) == ""
        assert spoken.text_at(800) == "one"
        assert spoken.text_at(1400) == "one two"

    def test_sound_that_has_only_begun_to_come_is_estimated(self) -> None:
        spoken = SpokenText()
        spoken.begin(Speaker().say("one two three four five six seven"))
        spoken.sounds(40)
        assert spoken.text_at(300) == "one"

    def test_what_is_silent_goes_with_what_is_said_before_it(self) -> None:
        spoken = segment(("**bold** word [7]. ", 1000))
        assert spoken.text_at(1000) == "**bold** word [7]. "
        assert spoken.text_at(0) == ""

    def test_a_unit_without_sound_is_passed(self) -> None:
        assert segment(("---\n", 0), ("Yes.", 400)).text_at(400) == "---\nYes."

    @given(
        st.lists(st.tuples(st.text("ab ,.$1[]", max_size=30), st.floats(0, 5000)), max_size=6),
        st.lists(st.floats(0, 40_000), max_size=6),
    )
    def test_text_only_grows_and_is_always_a_beginning(
        self, units: list[tuple[str, float]], positions: list[float]
    ) -> None:
        spoken = segment(*units)
        before = ""
        for position in sorted(positions):
            now = spoken.text_at(position)
            assert spoken.text.startswith(now)
            assert now.startswith(before)
            before = now

    def test_pieces_without_words_never_divide_by_nothing(self) -> None:
        spoken = SpokenText()
        spoken.begin([Piece("…", "")])
        spoken.sounds(100)
        assert spoken.text_at(50) == "…"
