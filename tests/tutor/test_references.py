"""What a message points at without naming it."""

import pytest

from clara.rag.languages import detect_language
from clara.tutor.quotes.questions import read_question
from clara.tutor.quotes.references import asks_for_overview, refers_back


class TestRefersBack:
    @pytest.mark.parametrize(
        "text",
        [
            "How big is it?", "Who discovered it?", "Where are they found?", "What are its parts?",
            "How many live there?", "Why is that?", "Wie groß ist es?", "Et où se trouve-t-elle ?",
            "它有多大？", "Где он находится?",
        ],
    )  # fmt: skip
    def test_a_pronoun_without_a_subject(self, text: str) -> None:
        assert refers_back(read_question(text, lambda: detect_language(text)))

    @pytest.mark.parametrize(
        "text",
        [
            "What is mitosis?", "When did Napoleon lose his throne?", "Welche Zellen gibt es?",
            "What is in there is what?", "How do plants of the tropics cool their large leaves down?",
            "其他语言有哪些？", "Qu'est-ce que la photosynthèse ?",
            "ما هو التمثيل الضوئي؟", "Il y a combien de planètes ?", "What is photosynthesis?", "",
        ],
    )  # fmt: skip
    def test_no_pronoun_or_one_of_the_question_itself(self, text: str) -> None:
        assert not refers_back(read_question(text, lambda: detect_language(text)))


class TestAsksForOverview:
    @pytest.mark.parametrize(
        "text",
        [
            "what topics are covered in my notes", "give me an overview of my documents", "Summarize this document",
            "Which files do I have?", "list my files", "Was steht in diesem Buch?", "这本书讲了什么？",
        ],
    )  # fmt: skip
    def test_files_and_nothing_else(self, text: str) -> None:
        assert asks_for_overview(read_question(text))

    @pytest.mark.parametrize(
        "text",
        [
            "What is a file?", "What does the book say about photosynthesis?", "Who wrote this book?",
            "What is a folder?", "Which files does R read?", "Was sagt das Buch über Zellen?",
            "这本书里的细胞是什么？", "",
        ],
    )  # fmt: skip
    def test_anything_else(self, text: str) -> None:
        assert not asks_for_overview(read_question(text))
