"""What is said aloud of something that was made: what it is, and where to look; never what is in it."""

from clara.study.labels import kind_label
from clara.study.scope import Kind
from clara.study.sets import StudySet

_ENGLISH = {
    Kind.DIAGRAM: "I've drawn a diagram of {title}; it's on your screen.",
    Kind.FLASHCARDS: "I've made {count} flashcards about {title}; they are on your screen.",
    Kind.QUIZ: "I've made a quiz about {title}, with {count} questions; it's on your screen.",
    Kind.MINDMAP: "I've made a mind map of {title}; it's on your screen.",
    Kind.SUMMARY: "I've written a summary of {title}; it's on your screen.",
}
_SINGULAR = {
    Kind.FLASHCARDS: "I've made one flashcard about {title}; it's on your screen.",
    Kind.QUIZ: "I've made a quiz about {title}, with one question; it's on your screen.",
}
_ON_SCREEN = {
    "de": "Das siehst du auf deinem Bildschirm.",
    "es": "Lo tienes en la pantalla.",
    "fr": "C'est sur ton écran.",
    "it": "Lo trovi sullo schermo.",
    "pt": "Está no teu ecrã.",
    "nl": "Het staat op je scherm.",
    "ru": "Это у тебя на экране.",
    "zh": "已经显示在你的屏幕上。",
    "ja": "画面に表示しました。",
    "ar": "تجده على شاشتك.",
    "hi": "यह तुम्हारी स्क्रीन पर है।",
    "ko": "화면에 표시했습니다.",
    "th": "แสดงอยู่บนหน้าจอแล้ว",
}


def say_made(found: StudySet) -> str:
    """Return the sentence in the set's language; English where the language has none here."""
    count, kind = len(found.items), Kind(found.kind)
    label = kind_label(kind, found.language)
    # What is of all files, and has no name of its own, is called what it is.
    title = found.title if found.title != label else ""
    on_screen = _ON_SCREEN.get(found.language)
    if on_screen is not None:
        return f"{label}: {title} ({count}). {on_screen}" if title else f"{label} ({count}). {on_screen}"
    sentence = _SINGULAR.get(kind, _ENGLISH[kind]) if count == 1 else _ENGLISH[kind]
    return sentence.format(title=title or "your files", count=count)
