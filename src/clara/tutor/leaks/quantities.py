"""Numbers with their units in a plain text, in any of the usual spellings, comparable with each other."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_UNITS: dict[str, dict[str, float]] = {
    "length": {"mm": 1e-3, "cm": 1e-2, "dm": 0.1, "m": 1, "km": 1e3, "nm": 1e-9, "µm": 1e-6, "μm": 1e-6,
               "inch": 0.0254, "inches": 0.0254, "ft": 0.3048, "feet": 0.3048, "foot": 0.3048, "yd": 0.9144,
               "yards": 0.9144, "mi": 1609.344, "mile": 1609.344, "miles": 1609.344, "meter": 1, "meters": 1,
               "metre": 1, "metres": 1, "metros": 1, "metri": 1, "metern": 1, "kilometer": 1e3, "kilometers": 1e3,
               "kilometre": 1e3, "kilometres": 1e3, "centimeter": 1e-2, "centimeters": 1e-2, "millimeter": 1e-3,
               "centimetres": 1e-2, "centimetre": 1e-2, "millimeters": 1e-3, "millimetres": 1e-3},
    "mass": {"mg": 1e-6, "g": 1e-3, "kg": 1, "t": 1e3, "lb": 0.45359237, "lbs": 0.45359237, "oz": 0.028349523,
             "gram": 1e-3, "grams": 1e-3, "gramm": 1e-3, "kilogram": 1, "kilograms": 1, "kilogramm": 1, "tonne": 1e3,
             "tonnes": 1e3, "tons": 1e3, "pound": 0.45359237, "pounds": 0.45359237},
    "time": {"ms": 1e-3, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "sekunden": 1, "min": 60, "mins": 60,
             "minute": 60, "minutes": 60, "minuten": 60, "minutos": 60, "h": 3600, "hr": 3600, "hrs": 3600,
             "hour": 3600, "hours": 3600, "std": 3600, "stunden": 3600, "horas": 3600, "heures": 3600, "day": 86400,
             "days": 86400, "week": 604800, "weeks": 604800, "year": 31557600, "years": 31557600},
    "volume": {"ml": 1e-3, "cl": 1e-2, "dl": 0.1, "l": 1, "liter": 1, "liters": 1, "litre": 1, "litres": 1,
               "m^3": 1e3, "cm^3": 1e-3, "dm^3": 1, "mm^3": 1e-6},
    "area": {"mm^2": 1e-6, "cm^2": 1e-4, "dm^2": 1e-2, "m^2": 1, "km^2": 1e6, "ha": 1e4},
    "speed": {"m/s": 1, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "mph": 0.44704},
    "energy": {"j": 1, "kj": 1e3, "mj": 1e6, "cal": 4.184, "kcal": 4184, "kwh": 3.6e6, "joule": 1, "joules": 1},
    "force": {"n": 1, "kn": 1e3, "newton": 1, "newtons": 1},
    "power": {"w": 1, "kw": 1e3, "mw": 1e6, "watt": 1, "watts": 1},
    "voltage": {"v": 1, "mv": 1e-3, "kv": 1e3, "volt": 1, "volts": 1},
    "current": {"a": 1, "ma": 1e-3, "ampere": 1, "amperes": 1, "amps": 1},
    "resistance": {"ω": 1, "ohm": 1, "ohms": 1, "kω": 1e3},
    "pressure": {"pa": 1, "hpa": 100, "kpa": 1e3, "bar": 1e5, "atm": 101325},
    "frequency": {"hz": 1, "khz": 1e3, "mhz": 1e6},
    "amount": {"mol": 1, "mmol": 1e-3, "moles": 1},
    "angle": {"°": 1, "deg": 1, "degree": 1, "degrees": 1, "grad": 1, "rad": 180 / math.pi, "radians": 180 / math.pi},
}  # fmt: skip
_BY_NAME = {name: (dimension, factor) for dimension, units in _UNITS.items() for name, factor in units.items()}
_KELVIN = {"°c": (1.0, 273.15), "celsius": (1.0, 273.15), "°f": (5 / 9, 255.372222), "fahrenheit": (5 / 9, 255.372222),
           "k": (1.0, 0.0), "kelvin": (1.0, 0.0)}  # fmt: skip
_UNIT = re.compile(
    r"\s{0,2}-?(?:(degrees?\s+)?(celsius|fahrenheit)|(°\s?[cf]\b)|([a-zµμω]+\s?\^\s?\(?[23]\)?|(?:m/s|km/h)(?![\w])"
    r"|[a-zµμω]+|°))(?![a-z\d])"
)
_PER = re.compile(
    r"\s*(?:/|(?:per|pro|por|par|al|all'|in|an?|each|every|в|na|je)(?![^\W_]))"
    r"\s*(?:1 |one |une? |eine[rm]? )?([a-z]+)"
)
_NUMBER = re.compile(
    r"(?<!\d)(?<!\d\.)(?P<sign>(?:(?<=[\s=(:])|^)-\s?|\bminus\s|\bnegative\s)?"
    r"(?P<body>\d{1,3}(?:[,.' \u00a0\u202f\u2009]\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
    r"(?P<power>e[+-]?\d{1,3}|\s?[*x]\s?10\s?\^\s?\(?[+-]?\d{1,3}\)?)?"
)
_GROUPS = re.compile(r"[,.' \u00a0\u202f\u2009](?=\d{3}(?:\D|$))")
_PERCENT = re.compile(
    r"\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|pour cent\b|per cento\b|por cento\b|procent\b)"
)
_JOINT = re.compile(r"[\s,]*(?:and|und|y|et|e|en|и)?\s*")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands. ``base`` is it in the unit of its dimension; ``digits`` that it is written with."""

    value: float
    start: int
    end: int
    dimension: str = ""
    base: float = 0.0
    digits: int = 0
    decimals: int = 0


def quantities(text: str) -> list[Quantity]:
    """Return the quantities of a plain text in small letters; one that can be read in two ways twice."""
    found: list[Quantity] = []
    for match in _NUMBER.finditer(text):
        if _inside_word(text, match) or (found and match.start("body") < found[-1].end):
            continue
        for value, decimals in _readings(match):
            found += _with_unit(text, match, value, decimals)
    found += _sums(found, text)
    for match in _CLOCK.finditer(text):
        seconds = int(match[1]) * 3600 + int(match[2]) * 60
        found.append(Quantity(seconds / 60, match.start(), match.end(), "time", seconds))
    return found


def _inside_word(text: str, match: re.Match[str]) -> bool:
    """ "H2O" and "CO2" hold no numbers; "answer42" and "x42" do."""
    start = match.start("body")
    before = re.search(r"[^\W\d_]+$", text[max(0, start - 20) : start])
    if before is None or match["sign"]:
        return False
    following = text[match.end("body") : match.end("body") + 1]
    return len(before[0]) in (1, 2) and (following.isalpha() or len(before[0]) == 2)


def _readings(match: re.Match[str]) -> Sequence[tuple[float, int]]:
    body = match["body"].strip()
    plain = _GROUPS.sub("", body)
    texts = {plain.replace(",", ".") if plain.count(",") + plain.count(".") <= 1 else plain.replace(",", "")}
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", body):
        texts.add(body.replace(",", "."))
    if re.fullmatch(r"\d+,\d+", body):
        # "41,42" may be a list.
        texts |= set(body.split(","))
    power = re.search(r"[+-]?\d+(?=\)?$)", match["power"]) if match["power"] else None
    scale = 10.0 ** int(power[0]) if power and abs(int(power[0])) < 300 else 1.0
    sign = -1.0 if match["sign"] else 1.0
    readings = []
    for text in texts:
        try:
            value = float(text)
        except ValueError:
            continue
        readings.append((sign * value * scale, len(text.partition(".")[2])))
        if match["sign"]:
            readings.append((value * scale, len(text.partition(".")[2])))
    return readings


def _with_unit(text: str, match: re.Match[str], value: float, decimals: int) -> list[Quantity]:
    digits = len(re.sub(r"\D", "", match["body"]).lstrip("0"))
    start, end = match.start(), match.end()
    as_read = Quantity(value, start, end, "", value, digits, decimals)
    if percent := _PERCENT.match(text, end):
        return [as_read, Quantity(value / 100, start, percent.end(), "", value / 100, digits, decimals + 2)]
    unit = _UNIT.match(text, end)
    if unit is None:
        return [as_read]
    name = (unit[2] or unit[3] or unit[4]).replace(" ", "").replace("(", "").replace(")", "")
    if name in _KELVIN and not (name == "k" and unit[4] != "k"):
        factor, offset = _KELVIN[name]
        return [Quantity(value, start, unit.end(), "temperature", value * factor + offset, digits, decimals)]
    if name not in _BY_NAME:
        return [as_read]
    dimension, factor = _BY_NAME[name]
    over = _PER.match(text, unit.end())
    if over and over[1] in _UNITS["time"]:
        rate = value * factor / _UNITS["time"][over[1]]
        named = "speed" if dimension == "length" else f"{dimension} a time"
        return [Quantity(value, start, over.end(), named, rate, digits, decimals)]
    return [Quantity(value, start, unit.end(), dimension, value * factor, digits, decimals)]


def _sums(found: Sequence[Quantity], text: str) -> list[Quantity]:
    """ "1 h 30 min" is one quantity."""
    sums = []
    for first, second in pairwise(found):
        adjacent = second.start >= first.end and _JOINT.fullmatch(text, first.end, second.start)
        if adjacent and first.dimension and first.dimension == second.dimension and first.base > second.base:
            base = first.base + second.base
            sums.append(Quantity(base, first.start, second.end, first.dimension, base))
    return sums


def same(answer: Quantity, found: Quantity) -> bool:
    """Are both the same, as far as their units tell? A rounded value of three digits or more is the same."""
    if answer.dimension and found.dimension:
        if answer.dimension != found.dimension:
            # "75 km, every hour" tells 75 km/h.
            return found.digits > 1 and close(answer.value, found.value)
        return _close(answer.base, found.base, found)
    return _close(answer.value, found.value, found) or (
        bool(answer.dimension or found.dimension) and _close(answer.base, found.base, found)
    )


def close(answer: float, found: float) -> bool:
    return math.isclose(answer, found, rel_tol=1e-9, abs_tol=1e-12)


def _close(answer: float, value: float, found: Quantity) -> bool:
    if close(answer, value) or (math.isclose(answer, value, rel_tol=2e-5) and found.digits >= 4):
        return True
    precise = found.digits >= 3 or (found.decimals >= 1 and found.digits >= 2)
    if not precise or (answer == int(answer) and abs(answer) < 1000):
        return False
    if value == 0 or not math.isclose(answer, value, rel_tol=0.05):
        return False
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - found.digits + 1)
    return abs(answer - value) <= unit / 2 * 1.0001
