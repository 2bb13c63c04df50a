"""Which words of a sentence are asked for, in languages with blanks and without."""

from collections.abc import Sequence

import pytest

from clara.rag.tokenizer import Tokenizer
from clara.study.cloze import make_clozes, make_questions
from clara.study.drafts import DraftItem
from clara.study.facts import Fact, find_facts
from clara.study.terms import TermFinder
from tests.study.books import passage

IMMUNE = (
    "The immune system protects the body against pathogens of every kind. Immunology is a science that examines the "
    "immune system of animals. The innate immune system is found in all plants and animals. Phagocytes are cells that "
    "engulf the pathogens in the tissues of the body. Another means of protection of the body is the skin of the "
    "animal. The process was continued in the tissues for several days. Antibodies are proteins that mark the "
    "pathogens for the phagocytes. Vaccination is the protection of the body by a weak form of a pathogen."
)
THAI = (
    "การสังเคราะห์ด้วยแสงเป็นกระบวนการที่พืชเปลี่ยนพลังงานแสงให้เป็นพลังงานเคมี "
    "คลอโรฟิลล์คือรงควัตถุสีเขียวที่ดูดกลืนแสงสีแดงและสีน้ำเงินจากดวงอาทิตย์ "
    "ไซเล็มเป็นเนื้อเยื่อที่ลำเลียงน้ำและแร่ธาตุจากรากขึ้นสู่ใบของพืชชั้นสูง โฟลเอ็มเป็นเนื้อเยื่อที่ลำเลียงอาหารจากใบไปยังส่วนต่าง ๆ ของพืช "
    "กรุงศรีอยุธยาได้รับการสถาปนาโดยพระเจ้าอู่ทองในปี พ.ศ. 1893 ให้เป็นราชธานีของไทย"
)
JAPANESE = (
    "リボソームはアミノ酸からタンパク質を合成する。ゴルジ体はタンパク質を修飾して細胞の外へ送り出す。"
    "徳川家康は1603年に江戸幕府を開いた。織田信長は1582年に本能寺の変で討たれた。"
)
CHINESE = (
    "公立学校的费用由国家的财政来支付。私立学校的费用由学生的家长来支付。国家的财政支持所有的公立学校。有些家长更愿意选择私立学校。"
    "免疫系统保护我们的身体不受病原体的侵害。人的免疫系统能识别很多的病原体。病原体从外面进入人的身体。"
    "秦始皇在公元前221年统一了六个国家。法国的大革命爆发于1789年的夏天。"
)
KOREAN = (
    "세포는 모든 생물의 기본 단위이다. 미토콘드리아는 세포가 사용하는 에너지의 대부분을 만든다. "
    "리보솜은 아미노산으로부터 단백질을 합성하는 기관이다. 세종대왕은 1443년에 훈민정음을 창제하였다."
)
ARABIC = "ينظم الغشاء الخلوي مرور المواد من الخلية وإليها. تصنع الريبوسومات البروتينات من الأحماض الأمينية في الخلية."
HINDI = (
    "गॉल्जी उपकरण प्रोटीन को संशोधित करके पैक करता है। कोशिका झिल्ली पदार्थों के आवागमन को नियंत्रित करती है। "
    "राइबोसोम कोशिका में प्रोटीन का निर्माण करते हैं।"
)


def known(text: str, language: str) -> tuple[list[Fact], TermFinder]:
    facts = find_facts([passage(text)], language)
    return facts, TermFinder(Tokenizer(), facts, {})


def terms(text: str, language: str, begin: str = "") -> list[str]:
    """Return the terms of the first sentence that begins so, best first; of all sentences without."""
    facts, finder = known(text, language)
    return [term.text for fact in facts if fact.text.startswith(begin) for term in finder.find(fact)]


def quiz(text: str, language: str) -> Sequence[DraftItem]:
    facts, finder = known(text, language)
    return make_questions(make_clozes(facts, finder, Tokenizer(), 20), facts, finder)


class TestEnglish:
    def test_what_is_defined_comes_first(self) -> None:
        assert terms(IMMUNE, "en", "Immunology")[0] == "Immunology"
        assert terms(IMMUNE, "en", "Phagocytes")[0] == "Phagocytes"

    def test_a_mere_was_defines_nothing(self) -> None:
        asked = [item.body["answer"] for item in quiz(IMMUNE, "en")]

        assert not {"process", "Another", "means", "days"} & set(asked)

    def test_a_word_within_a_phrase_is_not_asked_for_alone(self) -> None:
        found = terms(IMMUNE, "en", "The immune system")

        assert "immune system" in found
        assert not {"immune", "system"} & set(found)

    def test_verbs_are_no_terms_though_their_stem_is_a_nouns(self) -> None:
        assert "protects" not in terms(IMMUNE, "en", "The immune system")
        assert "protection" in terms(IMMUNE, "en", "Vaccination")

    def test_eras_months_and_numerals_are_no_names(self) -> None:
        text = (
            "Julius Caesar crossed the Rubicon in January 49 BC. World War II began on the first Friday of September."
        )

        assert not {"BC", "January", "II", "Friday", "September"} & set(terms(text, "en"))
        assert {"Rubicon", "Julius Caesar"} & set(terms(text, "en"))

    def test_options_are_written_as_the_right_one(self) -> None:
        for item in quiz(IMMUNE, "en"):
            options = item.body["options"]
            assert len({option[0].isupper() for option in options}) <= 1, item.body


class TestThai:
    def test_what_a_clause_is_about_is_a_term(self) -> None:
        found = terms(THAI, "th")

        assert {"การสังเคราะห์ด้วยแสง", "คลอโรฟิลล์", "ไซเล็ม", "โฟลเอ็ม", "กรุงศรีอยุธยา"} <= set(found)

    def test_years_of_its_era(self) -> None:
        assert "1893" in terms(THAI, "th", "กรุงศรีอยุธยา")

    def test_a_quiz_is_made_of_it(self) -> None:
        asked = quiz(THAI, "th")

        assert len(asked) >= 4
        for item in asked:
            assert item.body["answer"] not in item.body["question"]

    def test_titles_are_no_sentences(self) -> None:
        assert find_facts([passage("โครงสร้างของรากและลำต้นพืชใบเลี้ยงเดี่ยวกับใบเลี้ยงคู่")], "th") == []


class TestJapanese:
    def test_words_of_two_scripts_stay_whole(self) -> None:
        found = terms(JAPANESE, "ja", "リボソーム")

        assert {"アミノ酸", "タンパク質"} <= set(found)
        assert "タンパク" not in found

    def test_half_a_verb_is_no_term(self) -> None:
        assert not {"合成", "修飾"} & set(terms(JAPANESE, "ja"))

    def test_years(self) -> None:
        assert {"1603", "1582"} <= set(terms(JAPANESE, "ja"))


class TestChinese:
    def test_strings_that_cut_a_word_are_no_terms(self) -> None:
        found = set(terms(CHINESE, "zh"))

        assert {"公立学校", "私立学校", "免疫系统", "病原体"} <= found
        assert not {"立学校", "学校", "疫系统", "系统"} & found

    def test_years(self) -> None:
        assert {"221", "1789"} <= set(terms(CHINESE, "zh"))


class TestKorean:
    def test_nouns_are_asked_for_without_their_particles(self) -> None:
        found = terms(KOREAN, "ko")

        assert {"미토콘드리아", "리보솜", "단백질", "아미노산", "1443"} <= set(found)
        assert not {"사용하", "미토콘드리아는", "만든다"} & set(found)
        assert any(item.body["question"].startswith("_____은 아미노산") for item in quiz(KOREAN, "ko"))


class TestOtherLanguages:
    @pytest.mark.parametrize("language", ["el", "uk"])
    def test_any_word_may_be_a_noun_where_nothing_tells(self, language: str) -> None:
        text = {
            "el": "Ο πυρήνας περιέχει τα χρωμοσώματα του κυττάρου μέσα σε διπλή μεμβράνη.",
            "uk": "Мітохондрія виробляє більшу частину енергії для роботи клітини.",
        }[language]

        assert quiz(text, language)

    def test_an_arabic_noun_keeps_its_adjective(self) -> None:
        found = terms(ARABIC, "ar")

        assert {"الغشاء الخلوي", "الأحماض الأمينية"} <= set(found)
        assert not {"الغشاء", "الخلوي", "الريبوسومات البروتينات"} & set(found)

    @pytest.mark.parametrize("half", ["संशोधित", "नियंत्रित"])
    def test_half_of_a_hindi_verb_is_no_term(self, half: str) -> None:
        assert half not in terms(HINDI, "hi")
