"""Amounts as English words: units ("meters per second squared") and money ("5 dollars and 50 cents")."""

import re

_PREFIXES = {
    "": "", "k": "kilo", "c": "centi", "m": "milli", "\u00b5": "micro", "\u03bc": "micro", "n": "nano", "p": "pico",
    "d": "deci", "h": "hecto", "M": "mega", "G": "giga", "T": "tera",
}  # fmt: skip
_BASES = {
    "m": "meter", "g": "gram", "s": "second", "L": "liter", "l": "liter", "J": "joule", "W": "watt", "V": "volt",
    "A": "amp", "Hz": "hertz", "Pa": "pascal", "N": "newton", "\u03a9": "ohm", "\u2126": "ohm", "mol": "mole",
    "eV": "electron volt", "F": "farad", "C": "coulomb", "cal": "calorie", "B": "byte", "Bq": "becquerel",
    "bar": "bar", "Wh": "watt hour", "K": "kelvin", "T": "tesla",
}  # fmt: skip
_OTHERS = {
    "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "sec": "second", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "ft": "foot", "mi": "mile", "yd": "yard", "mph": "mile per hour", "ha": "hectare",
    "t": "ton", "\u00b0C": "degree Celsius", "\u00b0F": "degree Fahrenheit", "\u2103": "degree Celsius",
    "\u2109": "degree Fahrenheit", "\u00b0": "degree", "%": "percent", "dB": "decibel", "rad": "radian",
    "atm": "atmosphere", "\u00c5": "angstrom", "u": "atomic mass unit", "M": "molar", "kcal": "kilocalorie",
    "year": "year", "yr": "year", "\u00a2": "cent",
}  # fmt: skip
_UNITS = {f"{sign}{base}": f"{prefix}{name}" for base, name in _BASES.items() for sign, prefix in _PREFIXES.items()}
_UNITS = {
    symbol: name for symbol, name in _UNITS.items() if symbol not in ("Ms", "Gs", "Ts", "hs", "cs", "ds")
} | _OTHERS
_MANY = {
    "foot": "feet", "mile per hour": "miles per hour", "percent": "percent", "molar": "molar", "hertz": "hertz",
    "kilohertz": "kilohertz", "megahertz": "megahertz", "gigahertz": "gigahertz",
    "degree Celsius": "degrees Celsius", "degree Fahrenheit": "degrees Fahrenheit",
}  # fmt: skip
_POWERS = {"1": "", "2": " squared", "3": " cubed"}
_RAISED = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u2212", "0123456789--")
_SYMBOLS = sorted(_UNITS, key=len, reverse=True)
_SYMBOL = "|".join(map(re.escape, _SYMBOLS))
_POWER = r"(?:\^?\{?(?:[-\u207b\u2212]?[\u00b9\u00b2\u00b3]|[-\u2212]?[123](?!\d))\}?)?"
_FACTOR = re.compile(rf"(?P<join>[/\u00b7\u22c5*. ]?)\s*(?P<unit>{_SYMBOL})(?P<power>{_POWER})(?![A-Za-z])")
_REST = re.compile(r"\Z|/|[\s\u00b7\u22c5*.]*[^\W\d]+(?:\^?\{?-|\u207b)")
"""What follows a unit that isn't multiplied by another."""
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_BARE = ["m", "s", "g", "h", "V", "W", "J", "N", "K", "L", "l"]
"""Letters that are a unit by themselves behind a number and a blank; others are more often something else."""
_ALONE = "|".join([*map(re.escape, (symbol for symbol in _SYMBOLS if len(symbol) > 1 or not symbol.isalpha()))])
_POWERED = f"(?:{_SYMBOL})(?:[\u00b2\u00b3]|\u207b[\u00b9\u00b2\u00b3])"
_JOINED = (
    rf"(?:{_SYMBOL}){_POWER}(?:[/\u00b7\u22c5](?:{_SYMBOL}){_POWER}|[ \u00b7](?:{_SYMBOL})\u207b[\u00b9\u00b2\u00b3])+"
)

UNIT = f"{_JOINED}|{_POWERED}|{_ALONE}|{'|'.join(_BARE)}"
"""A pattern for a unit behind a number."""

AMOUNT = (
    rf"(?<![\w.,/-]){_NUMBER}(?:[-\u2013]{_NUMBER})?(?:[ \u00a0\u202f]?\\?(?:{_JOINED}|{_POWERED}|{_ALONE})"
    rf"|[ \u00a0\u202f](?:{'|'.join(_BARE)}))(?![A-Za-z0-9\u00b2\u00b3/])"
)
"""A pattern for a number with its unit, in running text."""

_COINS = {
    "$": ("dollar", "dollars", "cents"), "\u20ac": ("euro", "euros", "cents"), "\u00a3": ("pound", "pounds", "pence"),
    "\u00a5": ("yen", "yen", ""), "\u20b9": ("rupee", "rupees", "paise"), "\u20a9": ("won", "won", ""),
}  # fmt: skip
_COIN = "[" + "".join(_COINS) + "]"
_LARGE = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion", "b": "billion"}
_SIZE = r"(?:\s?(?:thousand|million|billion|trillion|bn|[kKmM])(?![A-Za-z]))?"
MONEY = rf"\\?{_COIN}\s?{_NUMBER}{_SIZE}|(?<![\w.,]){_NUMBER}\s?[\u20ac\u00a3\u00a5\u20b9]"
_MONEY = re.compile(rf"\\?(?P<coin>{_COIN})?\s?(?P<number>{_NUMBER})(?P<size>{_SIZE})\s?(?P<after>{_COIN})?")
_AMOUNT = re.compile(rf"(?P<number>{_NUMBER}(?:[-\u2013]{_NUMBER})?)[\s\u00a0\u202f]?\\?(?P<unit>.+)\Z", re.DOTALL)


def say_unit(written: str, one: bool = False) -> str | None:
    """Return a unit's name, in the singular for ``one``; None when it is none."""
    words, at = "", 0
    while (factor := _FACTOR.match(written, at)) is not None:
        if not at and factor["join"].strip():
            return None
        name = _UNITS[factor["unit"]]
        power = factor["power"].strip("^{}").translate(_RAISED)
        per = factor["join"] == "/" or power.startswith("-")
        if not one and not per and _REST.match(written, factor.end()):
            name = _MANY.get(name, f"{name}s")
        words += (" per " if per else " ") + name + _POWERS.get(power.lstrip("-") or "1", "")
        at = factor.end()
    return words.strip() if at and at == len(written) else None


def say_amount(written: str) -> str:
    """Return a number with its unit, as ``AMOUNT`` finds it."""
    found = _AMOUNT.match(written)
    said = say_unit(found["unit"], found["number"] == "1") if found else None
    number = re.sub("[-\u2013]", " to ", found["number"]) if found else ""
    return f"{number} {said}" if said else written


def say_money(written: str, adjective: bool = False) -> str:
    """Return a price, as ``MONEY`` finds it; as ``adjective`` in the singular: "a 5 dollar bill"."""
    found = _MONEY.match(written)
    if found is None:
        return written
    one, many, cents = _COINS[found["coin"] or found["after"] or "$"]
    number, size = found["number"], (found["size"] or "").strip()
    whole, _, part = number.partition(".")
    if size:
        return f"{number} {_LARGE.get(size, size)} {many}"
    name = one if number == "1" or adjective else many
    if len(part) != 2 or not cents:
        return f"{number} {name}"
    if not int(part):
        return f"{whole} {name}"
    if not int(whole.replace(",", "")):
        return f"{int(part)} {cents}"
    return f"{whole} {one if whole == '1' else many} and {int(part)} {cents}"
