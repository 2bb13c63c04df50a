"""A document's language decides how its words are stemmed: running text is recognised, a table isn't guessed at."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.languages import UNKNOWN, detect_language, question_language
from clara.rag.stopwords import LANGUAGES, stop_words

EXAMPLES = {
    "en": "What is the capital of the country?",
    "es": "¿Cuál es la capital del país?",
    "de": "Wie heißt die Hauptstadt des Landes?",
    "fr": "Quelle est la capitale de ce pays ?",
    "it": "Qual è la capitale di questo paese?",
    "pt": "Qual é a capital deste país e por que não mudou?",
    "nl": "Wat is de hoofdstad van het land?",
    "sv": "Vad är huvudstaden i det här landet?",
    "pl": "Jaka jest stolica tego kraju i dlaczego?",
    "cs": "Jaké je hlavní město této země a proč?",
    "tr": "Bu ülkenin başkenti neresi ve neden böyle?",
    "vi": "Thủ đô của nước này là gì?",
    "ru": "Какая столица у этой страны и почему?",
    "uk": "Яка столиця цієї країни і чому?",
    "el": "Ποια είναι η πρωτεύουσα της χώρας;",
    "ar": "ما هي عاصمة هذا البلد؟",
    "fa": "پایتخت این کشور کجا است و چرا؟",
    "he": "מהי עיר הבירה של המדינה?",
    "hi": "इस देश की राजधानी क्या है?",
    "zh": "这个国家的首都是哪里？",
    "ja": "この国の首都はどこですか？",
    "ko": "이 나라의 수도는 어디입니까?",
    "th": "เมืองหลวงของประเทศนี้คืออะไร",
    "ta": "இந்த நாட்டின் தலைநகரம் எது?",
    "hy": "Ո՞րն է այս երկրի մայրաքաղաքը",
}


class TestDetectLanguage:
    @pytest.mark.parametrize("language", EXAMPLES)
    def test_one_sentence_is_enough(self, language: str) -> None:
        assert detect_language(EXAMPLES[language]) == language

    @pytest.mark.parametrize("text", ["", "   \n", "12345 67.8 %", "∫ x² dx = ⅓", "🙂🙂", "NaCl H2O KMnO4 Fe2O3"])
    def test_what_is_no_running_text_is_unknown(self, text: str) -> None:
        assert detect_language(text) == UNKNOWN

    def test_foreign_names_do_not_decide(self) -> None:
        assert detect_language("The word 北京 is how the name of the city of Beijing is written in Chinese.") == "en"

    def test_latin_terms_do_not_decide_in_chinese(self) -> None:
        assert detect_language("机器学习 (machine learning) 是人工智能 (AI) 的分支，用 Python") == "zh"

    def test_words_that_many_languages_share_do_not_decide(self) -> None:
        assert detect_language("La primera edición de la novela se publicó en la capital") == "es"
        assert detect_language("Det er en stor by og den ligger i Norge") in ("no", "da")

    def test_one_word_each_of_several_languages_does_not_decide(self) -> None:
        assert detect_language("Bile helps to digest fat.") == UNKNOWN
        assert detect_language("War and peace") == UNKNOWN
        assert detect_language("The liver makes bile. The heart pumps the blood.") == "en"

    def test_only_the_beginning_is_read(self) -> None:
        began = time.process_time()
        assert detect_language("the cat and the dog " * 1_000 + "пес и кот " * 3_000_000) == "en"
        assert time.process_time() - began < 5

    @given(st.text())
    def test_any_text_has_an_answer(self, text: str) -> None:
        assert detect_language(text) in {*LANGUAGES, *EXAMPLES, UNKNOWN}


class TestQuestionLanguage:
    @pytest.mark.parametrize("text", ["bile", "Cold War", "the main chat"])
    def test_one_function_word_of_a_language_without_documents_does_not_decide(self, text: str) -> None:
        assert question_language(text, ("hu",)) == UNKNOWN

    @pytest.mark.parametrize("language", EXAMPLES)
    def test_a_sentence_does(self, language: str) -> None:
        assert question_language(EXAMPLES[language], ("en", "zh")) == language

    def test_one_decides_for_the_only_language_of_the_documents(self) -> None:
        assert question_language("The cell", ("en", UNKNOWN)) == "en"
        assert question_language("The cell", ("en", "de")) == UNKNOWN

    def test_a_script_that_no_document_is_in_does(self) -> None:
        assert question_language("О чём мои файлы?", ("en",)) == "ru"


class TestStopWords:
    def test_an_unknown_language_has_none(self) -> None:
        assert stop_words("xx") == frozenset()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_words_are_as_the_tokenizer_sees_them(self, language: str) -> None:
        words = stop_words(language)
        assert len(words) > 10
        assert all(word == unicodedata.normalize("NFKC", word.casefold()) for word in words)
