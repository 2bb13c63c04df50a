from clara.tutor.events import Cited
from clara.voice.wording.aloud import read_aloud


def cited(n: int, page: int, file_name: str = "biology-notes.pdf") -> Cited:
    return Cited(n, "f", file_name, "d", 0, page, page, "", "quote", 0, 5)


class TestReadAloud:
    def test_a_quote_is_followed_by_its_place_and_leaves_no_mark_open(self) -> None:
        written = "Your files say, word for word:\n\n“Guard cells open the stomata.” [1]"
        assert read_aloud(written, [cited(1, 41)]) == (
            "Your files say, word for word. Guard cells open the stomata, see page forty-one of your biology notes."
        )

    def test_markdown_and_formulas_are_words(self) -> None:
        said = read_aloud("## Energy\n\n- **Kinetic** energy is $\\frac{1}{2} m v^2$.\n- It is a `number`.")
        assert "one half" in said
        assert "squared" in said
        assert not set("#*`$\\_-").intersection(said)

    def test_a_place_is_named_once_where_several_sentences_stand_there(self) -> None:
        said = read_aloud("Cells divide. [1] They grow. [2]", [cited(1, 3), cited(2, 3)])
        assert said.count("page three") == 1

    def test_another_language_hears_its_own_words(self) -> None:
        said = read_aloud("Die Zelle ist die kleinste Einheit des Lebens. [1]", [cited(1, 7, "Zellen.pdf")])
        assert "Seite 7" in said

    def test_nothing_is_nothing(self) -> None:
        assert read_aloud("") == ""
        assert read_aloud("***") == ""
