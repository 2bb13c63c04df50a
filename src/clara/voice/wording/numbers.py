"""Whole numbers as English words, as a page's number is said."""

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_BELOW_TWENTY = _SMALL.split(" ")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_MOST = 1_000_000


def say_number(number: int) -> str:
    """Return "forty-one" for 41; numbers below 0 or from a million on stay figures."""
    if not 0 <= number < _MOST:
        return str(number)
    if number < 20:
        return _BELOW_TWENTY[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_BELOW_TWENTY[ones]}" if ones else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    above, below = divmod(number, size)
    joined = "" if not below else f" and {say_number(below)}" if below < 100 else f" {say_number(below)}"
    return f"{say_number(above)} {name}{joined}"


def say_ordinal(number: int) -> str:
    """Return "twenty-first" for 21, of whole numbers from 1 to 99."""
    words = say_number(number)
    head, _, last = words.rpartition("-")
    ordinal = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head}-{ordinal}" if head else ordinal
