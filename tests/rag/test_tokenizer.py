"""Terms are the same for passages and questions, in every process, and lead back to the characters they came from."""

import os
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.tokenizer import Tokenizer

LANGUAGES = ("en", "es", "de", "hi", "zh", "th", "tr", "vi", "und")
texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from("abc dé \n-\u00ad\ufffeहिन्दी黑豹กรุงเทพ한국ﬁ½Iİ")
    ),
    max_size=80,
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer()


class TestTerms:
    def test_word_forms_of_a_language_meet(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.terms("universities", "en") == tokenizer.terms("university", "en")
        assert tokenizer.terms("canciones", "es") == tokenizer.terms("canción", "es")

    def test_case_width_ligatures_and_composition_do_not_matter(self, tokenizer: Tokenizer) -> None:
        for one, other in (("CAFÉ", "cafe\u0301"), ("ﬁsh", "fish"), ("ＡＢＣ", "abc"), ("Straße", "STRASSE")):
            assert tokenizer.terms(one, "und") == tokenizer.terms(other, "und")

    def test_latin_accents_do_not_matter(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.terms("Gödel Łukasiewicz", "en") == tokenizer.terms("Godel Lukasiewicz", "en")

    def test_tones_of_vietnamese_do(self, tokenizer: Tokenizer) -> None:
        assert len(set(tokenizer.terms("ban bán bàn bản bãn bạn", "vi"))) == 6

    def test_letters_with_marks_of_other_scripts_stay_what_they_are(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.terms("й", "und") != tokenizer.terms("и", "und")

    def test_combining_marks_do_not_cut_words(self, tokenizer: Tokenizer) -> None:
        assert len(tokenizer.terms("हिन्दी", "und")) == 1

    def test_function_words_of_the_language_are_left_out(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.terms("the of and", "en") == []
        assert len(tokenizer.terms("the of and", "es")) == 3

    def test_a_word_cut_at_a_line_end_is_found_whole_and_in_parts(self, tokenizer: Tokenizer) -> None:
        terms = tokenizer.terms("photo-\n  synthesis well-\nknown", "en")
        for word in ("photosynthesis", "known"):
            assert tokenizer.terms(word, "en")[0] in terms

    @pytest.mark.parametrize("hyphen", ["\u00ad", "\ufffe", "\ufffe\r\n", "\x02\n"])
    def test_soft_hyphens_vanish(self, tokenizer: Tokenizer, hyphen: str) -> None:
        assert tokenizer.terms(f"infor{hyphen}mation", "en") == tokenizer.terms("information", "en")

    def test_han_is_cut_into_pairs(self, tokenizer: Tokenizer) -> None:
        assert len(tokenizer.terms("黑豹队", "zh")) == 2
        assert tokenizer.terms("黑豹", "zh")[0] in tokenizer.terms("2015年黑豹队", "en")
        assert len(tokenizer.terms("豹", "zh")) == 1

    def test_thai_is_cut_into_grams_of_whole_letters(self, tokenizer: Tokenizer) -> None:
        assert set(tokenizer.terms("กรุงเทพ", "th")) <= set(tokenizer.terms("กรุงเทพมหานคร", "th"))

    def test_turkish_capitals_are_turkish(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.terms("IŞIK", "tr") == tokenizer.terms("ışık", "tr")

    def test_terms_stay_what_they_were(self, tokenizer: Tokenizer) -> None:
        """A segment stores these: when one changes, VERSION has to rise."""
        examples = {
            "en": "Photosynthesis, 3.5 millions of generously running Gödels",
            "es": "las universidades españolas",
            "de": "Häuser und Straßen",
            "ru": "университеты",
            "hi": "विश्वविद्यालयों",
            "ar": "الجامعات",
            "zh": "黑豹队的防守",
            "th": "กรุงเทพมหานคร",
        }
        assert {language: tokenizer.terms(text, language) for language, text in examples.items()} == GOLDEN

    def test_another_process_gives_the_same(self, tokenizer: Tokenizer) -> None:
        code = "from clara.rag.tokenizer import Tokenizer; print(Tokenizer().terms('running wolves 黑豹队', 'en'))"
        environment = {**os.environ, "PYTHONHASHSEED": "7"}
        other = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
        assert other.stdout.strip() == str(tokenizer.terms("running wolves 黑豹队", "en"))

    def test_the_cache_does_not_grow_without_end(self) -> None:
        small = Tokenizer(cached_words=100)
        for number in range(1_000):
            small.terms(f"word{number} 黑{chr(0x4E00 + number)}", LANGUAGES[number % 3])
        assert sum(map(len, small._words.values())) <= 100
        assert len(small._grams) <= 102
        assert small.terms("running", "en") == Tokenizer().terms("running", "en")

    def test_threads_give_the_same(self) -> None:
        shared = Tokenizer()
        words = [
            f"{stem}{ending}" for stem in ("run", "walk", "work", "play") for ending in ("s", "ing", "ed", "er")
        ] * 50
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda word: shared.terms(word, "en"), words))
        assert found == [Tokenizer().terms(word, "en") for word in words]

    @given(texts, st.sampled_from(LANGUAGES))
    def test_any_text_gives_32_bit_terms_twice_the_same(self, tokenizer: Tokenizer, text: str, language: str) -> None:
        terms = tokenizer.terms(text, language)
        assert terms == Tokenizer().terms(text, language)
        assert all(0 <= term < 1 << 32 for term in terms)

    @given(texts, texts, st.sampled_from(LANGUAGES))
    def test_blanks_part_texts(self, tokenizer: Tokenizer, one: str, other: str, language: str) -> None:
        both = tokenizer.terms(f"{one} \u2003 {other}", language)
        assert both == tokenizer.terms(one, language) + tokenizer.terms(other, language)

    @given(st.text(st.characters(max_codepoint=0x24F, categories=["L", "N", "Z"]), max_size=60))
    def test_composition_never_matters(self, tokenizer: Tokenizer, text: str) -> None:
        assert tokenizer.terms(unicodedata.normalize("NFD", text), "en") == tokenizer.terms(
            unicodedata.normalize("NFC", text), "en"
        )


class TestQueryWords:
    def test_a_word_has_its_stems_in_every_language_of_the_corpus(self, tokenizer: Tokenizer) -> None:
        (word,) = tokenizer.query_words("universidades", ("en", "es"))
        assert set(word) == {*tokenizer.terms("universidades", "en"), *tokenizer.terms("universidades", "es")}

    def test_function_words_are_those_of_the_question(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.query_terms("What is the capital of Spain?", ("en", "es")) == tokenizer.query_terms(
            "capital Spain", ("en", "es")
        )
        assert tokenizer.terms("die", "en")[0] in tokenizer.query_terms(
            "Did the soldiers die in the war?", ("en", "de")
        )

    @pytest.mark.parametrize(
        ("text", "corpus"),
        [("bile", "en"), ("bile", "en tr"), ("Cold War", "en"), ("die", "en"), ("chat", "en fr"), ("was war", "en")],
    )
    def test_words_that_are_function_words_of_another_language_only_stay(
        self, tokenizer: Tokenizer, text: str, corpus: str
    ) -> None:
        expected = set(tokenizer.terms(text, "en"))
        assert expected
        assert expected <= set(tokenizer.query_terms(text, corpus.split()))

    def test_function_words_alone_are_no_words(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.query_words("What is it?", ("en", "de")) == []

    def test_words_come_once_in_reading_order(self, tokenizer: Tokenizer) -> None:
        words = tokenizer.query_words("cells divide, and cells multiply", ("en",))
        assert words == [tuple(tokenizer.terms(word, "en")) for word in ("cells", "divide", "multiply")]

    @pytest.mark.parametrize(
        ("language", "text", "forms"),
        [("en", "Who wrote it?", "write writing wrote written"), ("de", "Wer schrieb es?", "schreiben geschrieben")],
    )
    def test_an_irregular_verb_is_found_in_all_its_forms(
        self, tokenizer: Tokenizer, language: str, text: str, forms: str
    ) -> None:
        (word,) = tokenizer.query_words(text, (language,))
        assert set(tokenizer.terms(forms, language)) <= set(word)

    def test_each_pair_of_han_is_a_word(self, tokenizer: Tokenizer) -> None:
        assert len(tokenizer.query_words("黑豹队", ("zh", "en"))) == 2

    def test_what_asks_is_no_word_where_there_are_no_blanks_either(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.query_terms("黑豹队什么时候成立？", ("zh",)) == tokenizer.query_terms("黑豹队 成立", ("zh",))

    def test_a_corpus_without_languages_has_no_words(self, tokenizer: Tokenizer) -> None:
        assert tokenizer.query_words("cells", ()) == []

    @given(texts)
    def test_terms_are_those_of_the_words(self, tokenizer: Tokenizer, text: str) -> None:
        words = tokenizer.query_words(text, ("en", "zh"))
        assert tokenizer.query_terms(text, ("en", "zh")) == list(dict.fromkeys(term for word in words for term in word))
        assert all(words)


class TestSpans:
    def marked(self, tokenizer: Tokenizer, text: str, question: str, languages: tuple[str, ...] = ("en",)) -> list[str]:
        terms = tokenizer.query_terms(question, languages)
        return [text[start:end] for start, end in tokenizer.spans(text, terms, languages)]

    def test_the_words_as_they_are_written_are_marked(self, tokenizer: Tokenizer) -> None:
        text = "The infor-\nmation on Normans’ naïve co\u00adoperation. ﬁshes!"
        assert self.marked(tokenizer, text, "information norman cooperation naive fish") == [
            "infor-\nmation", "Normans", "naïve", "co\u00adoperation", "ﬁshes",
        ]  # fmt: skip

    def test_neighbouring_grams_make_one_mark(self, tokenizer: Tokenizer) -> None:
        assert self.marked(tokenizer, "2015年黑豹队的防守", "黑豹队", ("zh",)) == ["黑豹队"]
        assert self.marked(tokenizer, "เที่ยวกรุงเทพมหานคร", "กรุงเทพ", ("th",)) == ["กรุงเทพ"]

    @given(texts, texts, st.sampled_from(LANGUAGES))
    def test_marks_ascend_and_hold_a_term(self, tokenizer: Tokenizer, text: str, question: str, language: str) -> None:
        terms = set(tokenizer.query_terms(question, (language,)))
        spans = tokenizer.spans(text, terms, (language,))
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(one[1] < other[0] for one, other in pairwise(spans))
        assert all(terms & set(tokenizer.terms(text[start:end], language)) for start, end in spans)
        assert bool(spans) == bool(terms & set(tokenizer.terms(text, language)))


GOLDEN = {
    "en": [187794331, 1752070969, 3146577611, 1285439590, 3841338147, 1518968264, 3318841031],
    "es": [2303377730, 2357595330],
    "de": [430271330, 2191978233],
    "ru": [2844411303],
    "hi": [3956134715],
    "ar": [1938432157],
    "zh": [2806546960, 1578286285, 185400831, 1040347011, 1511072085],
    "th": [
        151260218,
        1966845202,
        3750245216,
        166290499,
        2629592165,
        3957940923,
        353801845,
        2470830416,
        2910063569,
        3006418827,
    ],
}
