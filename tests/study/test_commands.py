"""What a message tells to make."""

import pytest

from clara.study.commands import Command, read_command
from clara.study.scope import Kind

D, F, Q, M, S = Kind.DIAGRAM, Kind.FLASHCARDS, Kind.QUIZ, Kind.MINDMAP, Kind.SUMMARY


class TestReadCommand:
    @pytest.mark.parametrize(
        ("message", "kind", "topic"),
        [
            ("make flashcards about osmosis", F, "osmosis"),
            ("Create flash cards on the cell cycle, please!", F, "cell cycle"),
            ("quiz me on photosynthesis", Q, "photosynthesis"),
            ("Quiz me", Q, ""),
            ("Clara, could you make me a quick quiz on the French Revolution?", Q, "French Revolution"),
            ("create a diagram of the water cycle", D, "water cycle"),
            ("mind map of cell biology", M, "cell biology"),
            ("summarise chapter 2", S, "chapter 2"),
            ("Can you summarize my notes?", S, ""),
            ("give me a summary of photosynthesis", S, "photosynthesis"),
            ("Mach mir Karteikarten über die Zelle", F, "Zelle"),
            ("Fasse Kapitel 2 zusammen", S, "Kapitel 2"),
            ("Haz un cuestionario sobre la célula", Q, "célula"),
            ("Crée une carte mentale sur la photosynthèse", M, "photosynthèse"),
            ("Crea flashcards sulla cellula", F, "cellula"),
            ("Faça um resumo do capítulo 2", S, "capítulo 2"),
            ("Maak een quiz over cellen", Q, "cellen"),
            ("Сделай карточки по теме клетка", F, "клетка"),
            ("制作关于光合作用的抽认卡", F, "光合作用"),
            ("考考我光合作用", Q, "光合作用"),
            ("光合作用のクイズを作って", Q, "光合作用"),
            ("第二章を要約してください", S, "第二章"),
            ("أنشئ بطاقات عن الخلية", F, "الخلية"),
            ("प्रकाश संश्लेषण पर क्विज़ बनाओ", Q, "प्रकाश संश्लेषण"),
            ("สร้างแฟลชการ์ดเกี่ยวกับการสังเคราะห์ด้วยแสงหน่อยครับ", F, "การสังเคราะห์ด้วยแสง"),
            ("ทดสอบฉันเรื่องออสโมซิส", Q, "ออสโมซิส"),
            ("วาดแผนผังความคิดของเซลล์", M, "เซลล์"),
            ("สรุปเรื่องการหายใจให้หน่อย", S, "การหายใจ"),
            ("ทำแบบทดสอบจากไฟล์ของฉัน", Q, ""),
        ],
    )
    def test_kinds_and_topics(self, message: str, kind: Kind, topic: str) -> None:
        command = read_command(message)

        assert command is not None
        assert (command.kind, command.topic) == (kind, topic)

    def test_a_number_of_items(self) -> None:
        assert read_command("make 12 flashcards about osmosis") == Command(F, "osmosis", 12)

    @pytest.mark.parametrize(
        "message",
        [
            "What is a quiz?",
            "Who wrote the summary of the treaty?",
            "Explain the diagram of the heart",
            "What does the mind map of Freud show?",
            "test the hypothesis",
            "问题是什么",
            "",
            "make",
            "Was ist eine Zusammenfassung?",
            "make flashcards about osmosis. " * 40,
        ],
    )
    def test_questions_are_none(self, message: str) -> None:
        assert read_command(message) is None
