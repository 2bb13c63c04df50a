"""Numbers in words, 0 to 100, in the tutor's languages; English ones of any size, and fractions."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from clara.tutor.leaks.fraction_words import fractions_in_signs, han_fraction_digits
from clara.tutor.leaks.number_names import more_names
from clara.tutor.leaks.plain import letters, plain

_SMALL = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete "
    "dezoito dezenove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
    "zeventien achttien negentien",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة أحد-عشر اثنا-عشر ثلاثة-عشر أربعة-عشر خمسة-عشر "
    "ستة-عشر سبعة-عشر ثمانية-عشر تسعة-عشر",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety hundred",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто",
    "ar": "عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون مئة",
}
_ALSO = {
    "fr": {71: "soixante et onze", 80: "quatre vingt", 70: "septante", 90: "nonante"},
    "pt": {14: "quatorze", 16: "dezasseis", 17: "dezassete", 19: "dezanove"},
    "es": {21: "veintiun", 22: "veintidos", 23: "veintitres", 26: "veintiseis"},
    "ar": {10: "عشر", 2: "اثنين", 100: "مائة"},
    "de": {2: "zwo", 1: "eine"},
    "ru": {2: "две", 1: "одна"},
}
_HINDI = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस "
    "चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस "
    "इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन "
    "सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर "
    "चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी "
    "नब्बे इक्यानवे बानवे तिरानवे चौरानवे पंचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे सौ"
)
_HAN = "零一二三四五六七八九十"
_COMMON = (
    "one un uno une um uma ein eine een einer sei elf once dice due tre cent on dos do van dix sette null "
    "zero один одна एक दो सौ واحد 一 二 三 cem cien"
)
COMMON = frozenset(_COMMON.split())
"""Words that mean something else as often, in some language: numbers only where a result is told."""

_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10, "twelfth": 12, "twelfths": 12, "hundredth": 100,
    "hundredths": 100, "sixteenth": 16, "sixteenths": 16,
}  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_HALVES = "half|hälfte|halb|halbe|mitad|medio|media|moitié|demi|metà|mezzo|metade|meio|helft|половина|一半|半分|نصف|आधा"
_MOST_WORDS = 5
_MANY_WORDS_ARE_SO_SHORT = 4
"""Letters: names of numbers in further languages that are words of English, German or French as often."""
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0dff\u0e31-\u0e4e])+")
_THAI_TEN = "สิบ"
_HAN_NUMBER = re.compile("[零一二三四五六七八九十百两]{1,4}")


@cache
def _named() -> Mapping[str, int]:
    """Return every spelling's number; words are joined by one blank."""
    names: dict[str, int] = {}
    for language, small in _SMALL.items():
        units, tens = small.split(), ["", "", *_TENS[language].split()]
        for number in range(101):
            for name in _spellings(language, number, units, tens):
                names.setdefault(_key(name), number)
    for also in _ALSO.values():
        names.update({_key(name): number for number, name in also.items()})
    names.update({_key(name): number for number, name in enumerate(_HINDI.split())})
    for name, number in more_names():
        key = _key(name)
        if len(key) > _MANY_WORDS_ARE_SO_SHORT or not key.isascii():
            names.setdefault(key, number)
    return names


def _key(name: str) -> str:
    return " ".join(letters(plain(name)).replace("-", " ").replace("'", " ").split())


def _spellings(language: str, number: int, units: Sequence[str], tens: Sequence[str]) -> Sequence[str]:
    ten, one = divmod(number, 10)
    if number < 20:
        return [units[number]]
    if one == 0:
        return [tens[ten]]
    whole, unit = tens[ten], units[one]
    match language:
        case "de" | "nl":
            stem = {"eins": "ein"}.get(unit, unit)
            joint = "und" if language == "de" else ("ën" if stem.endswith("e") else "en")
            return [f"{stem}{joint}{whole}", f"{stem} {joint} {whole}"]
        case "es":
            joined = f"{'veinti' if ten == 2 else whole + ' y '}{unit}"
            return [joined, f"{whole} {unit}"]
        case "it":
            return [(whole[:-1] if one in (1, 8) else whole) + unit, f"{whole} {unit}"]
        case "pt":
            return [f"{whole} e {unit}", f"{whole} {unit}"]
        case "fr":
            return _french(ten, one, whole, units)
        case "ar":
            return [f"{unit} و{whole}", f"{unit} و {whole}"]
        case _:
            return [f"{whole} {unit}", f"{whole}{unit}"]


def _french(ten: int, one: int, whole: str, units: Sequence[str]) -> Sequence[str]:
    if ten in (7, 9):
        base = "soixante" if ten == 7 else "quatre vingt"
        return [f"{base} {units[10 + one]}", f"{'septante' if ten == 7 else 'nonante'} {units[one]}"]
    return [f"{whole.rstrip('s') if ten == 8 else whole} {'et ' if one == 1 and ten < 8 else ''}{units[one]}"]


@cache
def _thai_numbers() -> re.Pattern[str]:
    """Numbers from ten on: they stand between other words without a blank."""
    return re.compile("|".join(sorted((name for name in _named() if _THAI_TEN in name), key=len, reverse=True)))


def names_of(number: int) -> Sequence[str]:
    """Return a number's names in English, German, Spanish and French without blanks, for 0 to 99."""
    if not 0 <= number < 100:
        return ()
    found = {}
    for language in ("en", "de", "es", "fr"):
        units, tens = _SMALL[language].split(), ["", "", *_TENS[language].split()]
        name = _spellings(language, number, units, tens)[0]
        found[_key(name).replace(" ", "")] = True
    return tuple(found)


def in_digits(text: str, told: "re.Pattern[str] | None" = None) -> str:
    """Return a text of plain letters with its number words in digits: "three quarters" is "3/4".

    ``told``: words of COMMON count only where this matches right before them; None: everywhere.
    """
    parts = set(han_fraction_digits(text, "零一二三四五六七八九十百两"))
    text = _HAN_NUMBER.sub(lambda found: _han(found, text, None if found.span() in parts else told), text)
    if _THAI_TEN in text:
        text = _thai_numbers().sub(lambda found: f" {_named()[found[0]]} ", text)
    words = list(_WORD.finditer(text))
    out: list[str] = []
    at = position = 0
    while at < len(words):
        length, number = _longest(words, at, text)
        if length and told and length == 1 and words[at][0] in COMMON:
            before = text[max(0, words[at].start() - 40) : words[at].start()]
            length = 1 if told.search(before) or (not before.strip() and len(words) == 1) else 0
        if length:
            out += [text[position : words[at].start()], number]
            position = words[at + length - 1].end()
        at += length or 1
    return fractions_in_signs("".join(out) + text[position:])


def _longest(words: "Sequence[re.Match[str]]", at: int, text: str) -> tuple[int, str]:
    """Return how many words from here are a number, and that number."""
    most = min(len(words) - at, 12)
    for end in range(at, at + most - 1):
        if text[words[end].end() : words[end + 1].start()].strip(" -'"):
            most = end + 1 - at
            break
    said = [word[0] for word in words[at : at + most]]
    english = _english(said)
    if english[0]:
        return english
    for length in range(min(_MOST_WORDS, most), 0, -1):
        number = _named().get(" ".join(said[:length]))
        if number is not None:
            return length, str(number)
    return 0, ""


def _english(said: Sequence[str]) -> tuple[int, str]:
    """Read an English number of any size, with its fraction."""
    total = current = 0
    used = 0
    names = _english_names()
    for at, word in enumerate(said):
        if word in names:
            turned = at > 1 and said[at - 1] == "and" and total + current < 10 <= 19 < names[word]
            if current % 100 and not turned and (current % 10 or current % 100 < 20 or names[word] > 9):
                break
            current += names[word]
        elif word in _SCALES and (current or word == said[0] == "hundred"):
            if word == "hundred":
                current = (current or 1) * 100
            else:
                total, current = total + current * _SCALES[word], 0
        elif not (word == "and" and used and at + 1 < len(said) and said[at + 1] in names):
            break
        used = at + 1
    value = total + current
    rest = list(said[used:])
    if rest[:2] in (["and", "a"], ["and", "one"]) and len(rest) > 2 and rest[2] in _PARTS and used:
        return used + 3, str(value + 1 / _PARTS[rest[2]])
    if used and rest and rest[0] in _PARTS:
        return used + 1, f"{value}/{_PARTS[rest[0]]}"
    if used and rest[:1] == ["point"]:
        digits = [str(names[word]) for word in rest[1:] if names.get(word, 10) < 10]
        return (used + 1 + len(digits), f"{value}.{''.join(digits)}") if digits else (used, str(value))
    if used and rest and value % 100 in range(20, 100, 10) and rest[0] in _ORDINALS:
        return used + 1, str(value + _ORDINALS.index(rest[0]) + 1)
    if said[0] in ("a", "an") and len(said) > 1 and said[1] in _PARTS:
        return 2, f"1/{_PARTS[said[1]]}"
    return used, str(value)


@cache
def _english_names() -> Mapping[str, int]:
    units, tens = _SMALL["en"].split(), _TENS["en"].split()
    return (
        {name: number for number, name in enumerate(units)}
        | {name: 10 * number for number, name in enumerate(tens[:-1], 2)}
        | {"fourty": 40, "ninty": 90}
    )


def _han(found: re.Match[str], text: str, told: "re.Pattern[str] | None") -> str:
    """A numeral of Chinese or Japanese; a single one only where a result is told, since it is part of many words."""
    said = found[0].replace("两", "二")
    if len(said) == 1 and told is not None and not told.search(text[max(0, found.start() - 40) : found.start()]):
        return found[0]
    if "百" in said:
        return "100" if said in ("百", "一百") else found[0]
    ten, _, one = said.rpartition("十")
    if "十" not in said:
        return "".join(str(_HAN.index(digit)) for digit in said)
    if len(ten) > 1 or len(one) > 1:
        return found[0]
    return str((_HAN.index(ten) if ten else 1) * 10 + (_HAN.index(one) if one else 0))


def says_half(text: str) -> bool:
    return re.search(rf"\b(?:{_HALVES})\b", text) is not None
