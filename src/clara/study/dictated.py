"""Commands as a recogniser writes them: with the sounds of thinking, and with numbers as words."""

import re

_FILLERS = (
    r"u+m+|u+h+|e+r+m*|a+h+|h+m+|so|well|okay|ok|right|alright|all right|yeah|yes|now|then|let's see|like"
    r"|ä+h*m*|e+h+m*|also|gut|na ja|ja|jetzt|eh|este|pues|bueno|vale|a ver|euh+|alors|bon|donc|ben|allora|dunque|ecco"
    r"|então|bem|pois|nou|dus|eens|ну|так|вот|э+м*|хорошо"
)
_LEADING = re.compile(rf"^(?:\W*(?:{_FILLERS})\b[\s,.!…-]*)+", re.IGNORECASE)
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "un deux trois quatre cinq six sept huit neuf dix onze douze",
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici",
    "um dois três quatro cinco seis sete oito nove dez onze doze",
    "een twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
)
_NUMBERS = {word: str(number) for words in _WORDS for number, word in enumerate(words.split(), 1)}
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_SECTIONS = (
    r"chapters?|units?|sections?|parts?|lessons?|lectures?|modules?|kapitel|abschnitt|teil|lektion|capítulo|unidad"
    r"|sección|parte|lección|chapitre|unité|partie|leçon|capitolo|unità|sezione|lezione|unidade|seção|hoofdstuk|deel"
    r"|глава|главу|главе|раздел|раздела|часть|урок"
)
_NUMBERED = re.compile(rf"\b(?P<section>{_SECTIONS})\s+(?:number\s+)?(?P<number>{_NUMBER})\b", re.IGNORECASE)
_THINGS = (
    r"(?:[\w-]+ )?(?:flash ?-?cards?|cards|questions|karteikarten|lernkarten|fragen|tarjetas|preguntas|cartes|fiches"
    r"|schede|domande|cartões|perguntas|leerkaarten|kaartjes|vragen|карточек|карточки|вопросов|вопроса)"
)
_COUNTED = re.compile(rf"\b(?P<number>{_NUMBER})(?P<things>\s+{_THINGS})\b", re.IGNORECASE)


def as_typed(said: str) -> str:
    """Return what was said as one would have typed it: "quiz me on chapter 2" for "Um, quiz me on chapter two."."""
    text = _LEADING.sub("", said.strip()) or said
    text = _NUMBERED.sub(lambda found: f"{found['section']} {_NUMBERS[found['number'].lower()]}", text)
    return _COUNTED.sub(lambda found: f"{_NUMBERS[found['number'].lower()]}{found['things']}", text)
