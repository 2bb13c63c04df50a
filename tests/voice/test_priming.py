"""What a recogniser is told to expect of a learner and their folder."""

import pytest

from clara.testing import RunningApp
from clara.voice.sound.priming import Priming
from tests.learners import Learner

pytestmark = pytest.mark.anyio

BOOK = """# Photosynthesis
Chlorophyll takes in the light. The thylakoid holds the chlorophyll, and the light makes the thylakoid work.

# Respiration
The mitochondrion makes energy. In the mitochondrion sugar is taken apart, and the energy is kept.
"""
GERMAN = """# Zellatmung
Das Mitochondrium erzeugt die Energie, und der Zucker wird in dem Mitochondrium zerlegt. Das ist die Zellatmung.
"""


class TestPriming:
    async def test_rare_words_of_the_material_and_its_language(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("cells.md", BOOK.encode())
        services = clara.app.state.services
        primed = await Priming(services.search).prime("ana", "", None)
        assert primed.language == "en"
        assert {"thylakoid", "mitochondrion", "Chlorophyll"} & set(primed.terms[:5])
        assert "makes" not in primed.terms[:3]

    async def test_the_learners_own_language_wins_over_the_materials(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("zellen.md", GERMAN.encode())
        services = clara.app.state.services
        assert (await Priming(services.search).prime("ana", "", None)).language == "de"
        turn = await services.tutor.begin("ana", "talk", "What does the book say about energy and sugar?", create=True)
        await services.tutor.answer(turn)
        assert (await Priming(services.search).prime("ana", "talk", None)).language == "en"

    async def test_without_material_there_is_nothing_to_expect(self, clara: RunningApp) -> None:
        primed = await Priming(clara.app.state.services.search).prime("ana", "", None)
        assert (primed.language, list(primed.terms)) == (None, [])
