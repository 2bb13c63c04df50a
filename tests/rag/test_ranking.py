"""A question outweighs the ones before it, and leans on them when it says little itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clara.rag.embedder import StaticEmbedder
from clara.rag.ranking import (
    EARLIER_WEIGHTS,
    LEANING_WEIGHT,
    NAME_SHARE,
    Query,
    fuse,
    lexical_share,
    make_query,
    pair_bonus,
)
from clara.rag.segments import title_code
from clara.rag.tokenizer import Tokenizer

TOKENIZER = Tokenizer()
LONG = "Which organelles make the energy of animal cells?"


def term(word: str) -> int:
    return TOKENIZER.terms(word, "en")[0]


def ask(question: str, *earlier: str, rows: np.ndarray | None = None) -> Query:
    return make_query(TOKENIZER, ("en",), question, earlier, None if rows is None else {"m": rows})


class TestMakeQuery:
    def test_words_of_the_question_count_in_full(self) -> None:
        query = ask(LONG, "What about plant cells?", "Where are roots?")
        assert query.terms[term("organelles")] == query.terms[term("cells")] == 1

    def test_earlier_words_count_less_and_less(self) -> None:
        query = ask(LONG, "What about plants?", "Where are roots?", "Why is grass green?")
        assert (query.terms[term("plants")], query.terms[term("roots")]) == EARLIER_WEIGHTS
        assert term("grass") not in query.terms

    def test_a_question_of_few_words_leans_on_the_one_before(self) -> None:
        query = ask("And in winter?", "Why do leaves fall?")
        assert query.terms[term("leaves")] == 2 * EARLIER_WEIGHTS[0]

    def test_a_question_without_words_still_has_the_earlier_ones(self) -> None:
        assert set(ask("Why is that so?", "Why do leaves turn?").terms) == {term("leaves"), term("turn")}

    def test_neighbours_are_pairs(self) -> None:
        assert ask("the animal cells of plants", "two roots").pairs == (
            ((term("animal"), term("cells")),),
            ((term("cells"), term("plants")),),
        )

    def test_a_question_that_leaves_its_subject_to_the_one_before_leans_more(self) -> None:
        query = make_query(TOKENIZER, ("en",), "How big is it?", ("What is the Moon?",), leans=True)
        assert query.terms[term("Moon")] == LEANING_WEIGHT

    def test_headings_are_looked_for_by_neighbouring_words_and_by_names(self) -> None:
        titles = ask("When was the University of Chicago founded?").titles
        of = {
            text: title_code(TOKENIZER.terms(text, "en")) for text in ("founded", "Chicago: the university", "Oxford")
        }
        assert (titles[of["founded"]], titles[of["Chicago: the university"]]) == (pytest.approx(1 / 3), NAME_SHARE)
        assert of["Oxford"] not in titles

    @pytest.mark.parametrize("question", ["", "The The", "Is It?", "one two three four five six seven eight"])
    def test_no_heading_is_looked_for_without_words_or_with_many(self, question: str) -> None:
        assert not ask(question).titles

    def test_vectors_are_blended_by_the_same_weights(self) -> None:
        rows = np.eye(3, 4, dtype=np.float32)
        blended = ask(LONG, "a", "b", rows=rows).vectors["m"]
        wanted = np.array([1, *EARLIER_WEIGHTS, 0])
        assert blended == pytest.approx(wanted / np.linalg.norm(wanted), abs=1e-6)

    @given(st.integers(0, 4), st.integers(1, 5))
    def test_rows_and_earlier_questions_need_not_be_as_many(self, earlier: int, rows: int) -> None:
        vector = ask(LONG, *["roots"] * earlier, rows=np.ones((rows, 3), dtype=np.float32)).vectors["m"]
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)

    def test_a_vector_of_nothing_stays_nothing(self) -> None:
        assert not ask(LONG, rows=np.zeros((1, 3), dtype=np.float32)).vectors["m"].any()


class TestFuse:
    @given(
        arrays(np.float32, 7, elements=st.floats(0, 1, width=32)),
        arrays(np.float32, 7, elements=st.floats(-1, 1, width=32)),
        st.sampled_from([StaticEmbedder.name, "other"]),
    )
    def test_more_evidence_never_ranks_lower(self, lexical: np.ndarray, cosine: np.ndarray, embedder: str) -> None:
        share = np.full(7, 0.5, dtype=np.float32)
        fused = fuse(embedder, lexical, cosine, share, 7)
        for one in range(7):
            for other in range(7):
                if lexical[one] >= lexical[other] and cosine[one] >= cosine[other]:
                    assert fused[one] >= fused[other] - 1e-6

    def test_other_languages_trust_the_static_vectors_less(self) -> None:
        assert lexical_share(StaticEmbedder.name, "en") < lexical_share(StaticEmbedder.name, "es")


class TestPairBonus:
    def test_long_descriptions_gain_less(self) -> None:
        assert 2 * pair_bonus(2) > 10 * pair_bonus(10) > 20 * pair_bonus(20) > 0
