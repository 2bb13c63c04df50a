"""The few words of study sets that are ours, by language."""

from clara.study.scope import Kind

_KINDS = {
    "en": ("Diagram", "Flashcards", "Quiz", "Mind map", "Summary"),
    "de": ("Diagramm", "Karteikarten", "Quiz", "Mindmap", "Zusammenfassung"),
    "es": ("Diagrama", "Tarjetas", "Cuestionario", "Mapa mental", "Resumen"),
    "fr": ("Schéma", "Cartes mémoire", "Quiz", "Carte mentale", "Résumé"),
    "it": ("Diagramma", "Schede", "Quiz", "Mappa mentale", "Riassunto"),
    "pt": ("Diagrama", "Cartões", "Questionário", "Mapa mental", "Resumo"),
    "nl": ("Diagram", "Leerkaarten", "Quiz", "Mindmap", "Samenvatting"),
    "ru": ("Схема", "Карточки", "Тест", "Интеллект-карта", "Конспект"),
    "zh": ("图表", "抽认卡", "测验", "思维导图", "摘要"),
    "ja": ("図", "暗記カード", "クイズ", "マインドマップ", "要約"),
    "ar": ("مخطط", "بطاقات", "اختبار", "خريطة ذهنية", "ملخص"),
    "th": ("แผนภาพ", "บัตรคำ", "แบบทดสอบ", "แผนผังความคิด", "บทสรุป"),
    "ko": ("도표", "플래시카드", "퀴즈", "마인드맵", "요약"),
    "hi": ("आरेख", "फ़्लैशकार्ड", "प्रश्नोत्तरी", "माइंड मैप", "सारांश"),
}
_ORDER = (Kind.DIAGRAM, Kind.FLASHCARDS, Kind.QUIZ, Kind.MINDMAP, Kind.SUMMARY)

_NOTES = {
    "en": "Made without a language model, in the words of your files.",
    "de": "Ohne Sprachmodell gemacht, in den Worten deiner Dateien.",
    "es": "Hecho sin modelo de lenguaje, con las palabras de tus archivos.",
    "fr": "Fait sans modèle de langage, avec les mots de tes fichiers.",
    "it": "Fatto senza un modello linguistico, con le parole dei tuoi file.",
    "pt": "Feito sem modelo de linguagem, com as palavras dos seus ficheiros.",
    "nl": "Gemaakt zonder taalmodel, in de woorden van je bestanden.",
    "ru": "Сделано без языковой модели, словами ваших файлов.",
    "zh": "未使用语言模型制作，内容均为您文件中的原文。",
    "ja": "言語モデルを使わず、あなたのファイルの言葉で作りました。",
    "ar": "أُعدّ دون نموذج لغوي، بكلمات ملفاتك.",
    "th": "สร้างโดยไม่ใช้โมเดลภาษา ด้วยถ้อยคำจากไฟล์ของคุณ",
    "ko": "언어 모델 없이, 올리신 파일의 문장 그대로 만들었습니다.",
    "hi": "भाषा मॉडल के बिना, आपकी फ़ाइलों के शब्दों में बनाया गया।",
}


def kind_label(kind: Kind, language: str) -> str:
    """Return what a kind of set is called, in English where the language has no word here."""
    return _KINDS.get(language, _KINDS["en"])[_ORDER.index(kind)]


def no_model_note(language: str) -> str:
    """Return the sentence that says of a set that no model made it."""
    return _NOTES.get(language, _NOTES["en"])
