"""Which sections a topic names."""

import pytest

from clara.store.spread import Section
from clara.study.sections import named_sections

SECTIONS = [
    Section(heading, at, at)
    for at, heading in enumerate(
        [
            "Biology › Chapter 2: Photosynthesis",
            "2 Photosynthesis › Light",
            "12. Osmosis",
            "第二章 光合作用",
            "Kapitel 3 – Die Zelle",
            "2.1 Leaves",
            "Glossary",
        ]
    )
]


class TestNamedSections:
    @pytest.mark.parametrize(
        ("topic", "found"),
        [
            ("chapter 2", [0, 1]),
            ("Photosynthesis", [0, 1]),
            ("photosynthesis!", [0, 1]),
            ("section 2.1", [5]),
            ("第二章", [3]),
            ("Kapitel 3", [4]),
            ("die Zelle", [4]),
            ("osmosis", [2]),
            ("chapter 1", []),
            ("light reactions", []),
            ("", []),
        ],
    )
    def test_by_title_or_number(self, topic: str, found: list[int]) -> None:
        assert [section.first for section in named_sections(topic, SECTIONS)] == found
