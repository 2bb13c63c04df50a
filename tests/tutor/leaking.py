"""Tasks with their answers, every disguise that a text may give an answer in, and hints that give nothing away."""

import base64
import codecs
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clara.tutor.leaks.number_words import _named


@dataclass(frozen=True, slots=True)
class Task:
    """``hints`` are harmless; ``lure`` is another value, for attempts that are wrong."""

    text: str
    answer: str
    hints: Sequence[str]
    lure: str
    also: Sequence[str] = ()


NUMBERS = (
    Task(
        "What is 6 times 7?",
        "42",
        (
            "Think of six groups of seven apples.",
            "Which row of the multiplication table helps you here?",
            "You could first work out 6 times 5 and then add the rest.",
            "What do you get for 6 times 5?",
            "Draw a rectangle that is 6 long and 7 wide.",
            "Page 3 of your notes shows the table [1].",
        ),
        "36",
    ),
    Task(
        "A train goes 150 km in 2 hours. How fast is it on average?",
        "75 km/h",
        (
            "Speed is distance over time.",
            "Which of the numbers is the distance, and which is the time?",
            "How far does it get in one hour?",
            "Write down the formula first.",
            "Mind the units: kilometers and hours.",
        ),
        "300",
    ),
    Task(
        "Solve 2x + 3 = 11 for x.",
        "x = 4",
        (
            "What stands in the way of x being alone?",
            "Undo the addition first.",
            "If you take 3 away on the left, what must happen on the right?",
            "Whatever you do to one side, do to the other.",
            "Afterwards you still have a factor in front of x.",
        ),
        "7",
    ),
    Task(
        "What is 1/2 + 1/4?",
        "3/4",
        (
            "Fractions need the same denominator before you add them.",
            "Can you write one half with the denominator of the other?",
            "Imagine a pizza that is cut in equal slices.",
            "Only the numerators are added.",
        ),
        "2/6",
    ),
    Task(
        "How many minutes are there in 2 and a half hours?",
        "150 minutes",
        (
            "How many minutes has one hour?",
            "Take the whole hours first, and the half afterwards.",
            "A half hour is a part of 60 minutes.",
        ),
        "230",
    ),
    Task(
        "What is the area of a circle with radius 3 cm, to two decimals?",
        "28.27 cm^2",
        (
            "The formula uses pi and the radius.",
            "Which power of the radius does it need?",
            "Square the radius before anything else.",
            "Don't confuse it with the circumference.",
        ),
        "18.85",
    ),
    Task(
        "Ein Buch kostet 20 Euro und wird um 15 % billiger. Was kostet es dann?",
        "17",
        (
            "Wie viel sind 10 % von 20 Euro?",
            "Rechne zuerst aus, um wie viel es billiger wird.",
            "Dann ziehst du das vom alten Preis ab.",
        ),
        "5",
    ),
    Task(
        "What is the square root of 1,522,756?",
        "1234",
        (
            "Roughly how large must it be? Compare with a thousand squared.",
            "Which digit can it end in?",
            "Try the long method from your notes.",
        ),
        "1500",
    ),
)

WORDS = (
    Task(
        "What do plants use to make sugar from light?",
        "photosynthesis",
        (
            "The name has two Greek parts: one means light.",
            "It happens in the green parts of the leaf.",
            "Look at the chapter about leaves again.",
            "What goes in, and what comes out?",
        ),
        "respiration",
    ),
    Task(
        "Which organelle makes most of a cell's ATP?",
        "mitochondrion",
        (
            "It has two membranes.",
            "Think of where energy is set free from sugar.",
            "It has a little DNA of its own.",
            "Your book calls it a power plant.",
        ),
        "nucleus",
        ("mitochondria",),
    ),
    Task(
        "Who proposed the theory of general relativity?",
        "Albert Einstein",
        ("He worked at a patent office.", "He won a Nobel prize for another work.", "When was it published?"),
        "Newton",
    ),
    Task(
        "What is the capital of Australia?",
        "Canberra",
        (
            "It isn't the largest city.",
            "It was chosen as a compromise between two rivals.",
            "It lies inland, between Sydney and Melbourne.",
        ),
        "Sydney",
    ),
    Task(
        "Wie heißt die Hauptstadt von Kanada?",
        "Ottawa",
        ("Es ist nicht die größte Stadt.", "Sie liegt an einem Fluss in Ontario.", "Dort sitzt das Parlament."),
        "Toronto",
    ),
    Task(
        "Which gas do plants take in from the air to make sugar?",
        "carbon dioxide",
        ("We breathe it out.", "It comes from burning, too.", "Which element is sugar built around?"),
        "oxygen",
        ("CO2",),
    ),
)

OTHERS = (
    Task(
        "Which part of the cell holds the DNA? A) nucleus B) ribosome C) cell wall D) membrane",
        "A) nucleus",
        (
            "Read what each of A, B, C and D does.",
            "Which of them is surrounded by an envelope with pores?",
            "Where are chromosomes found?",
        ),
        "B",
    ),
    Task(
        "What is the derivative of x^2 + 3x?",
        "2x + 3",
        (
            "Take the two terms one at a time.",
            "The power rule brings the exponent down in front.",
            "What happens to a term that is a number times x?",
        ),
        "x + 3",
    ),
    Task(
        "Factor x^2 - 4.",
        "(x - 2)(x + 2)",
        ("Do you know a formula for a difference of squares?", "Which number squared is the last term?"),
        "(x-4)(x+1)",
    ),
    Task(
        "Why do leaves look green?",
        "Chlorophyll absorbs red and blue light and reflects the green light",
        (
            "What happens to light that isn't used?",
            "Think about which colours a leaf can do without.",
            "Which pigment is in a leaf?",
        ),
        "they are painted",
    ),
    Task(
        "Is 91 a prime number?",
        "No",
        ("Try small divisors, one after the other.", "What is the rule for a prime number?", "Does 7 divide it?"),
        "yes",
    ),
)
TASKS = NUMBERS + WORDS + OTHERS


def number_disguises(number: int) -> Iterator[str]:
    """Yield ways to write a whole number."""
    digits = str(number)
    yield from (digits, f"{number:,}", f"{number:,}".replace(",", " "), f"**{digits}**", f"{digits}.0", f"`{digits}`")
    yield from (f"$\\boxed{{{digits}}}$", f"\\text{{{digits}}}", f"\\({digits}\\)", f"{number / 10:g} \\times 10^{{1}}")
    yield from (f"{number:e}", f"{number * 2}/2", f"{number - 1} + 1", f"0x{number:x}", f"0b{number:b}")
    yield "".join(chr(0xFF10 + int(digit)) for digit in digits)
    yield "\u200b".join(digits)
    yield f"<b>{digits}</b>"
    yield f"&#{ord(digits[0])};{digits[1:]}"
    if len(digits) > 1:
        yield from (" ".join(digits), "-".join(digits), ", then ".join(digits), f"{digits[::-1]}, read backwards")
        yield "".join(f"%3{digit}" for digit in digits)
        yield "print(" + " + ".join(f"chr({ord(digit)})" for digit in digits) + ")"
        yield base64.b64encode(digits.encode()).decode()
    if number <= 100:
        yield from (name for name, value in _named().items() if value == number and len(name) > 3)


def word_disguises(word: str) -> Iterator[str]:
    """Yield ways to write a word."""
    yield from (word, word.upper(), word.capitalize(), f"**{word}**", f"*{word[:3]}*{word[3:]}", f"{word}s")
    yield from ("-".join(word), " ".join(word), ".".join(word), ", ".join(word.upper()), " ".join(word[::-1]))
    yield from (
        word[::-1],
        f"{word[:4]} {word[4:]}",
        f"{word[:5]}-{word[5:]}",
        "\u200b".join(word),
        "\u2060".join(word),
    )
    yield from (base64.b64encode(word.encode()).decode(), word.encode().hex(), codecs.encode(word, "rot13"))
    yield " ".join(f"{ord(letter):08b}" for letter in word)
    yield " ".join(str(ord(letter)) for letter in word)
    yield "\n".join(f"- {letter.upper()} is a letter" for letter in word)
    yield word.translate(str.maketrans("aeopcx", "аеорсх"))
    yield word.translate(str.maketrans("oieas", "01345"))
    yield "".join(f"%{ord(letter):02x}" for letter in word)
    yield "".join(f"&#{ord(letter)};" for letter in word)
    yield f"\\text{{{word[:4]}}}\\text{{{word[4:]}}}"


FRAMES = (
    "{0}",
    "It is {0}.",
    "The answer is {0}.",
    "Well done so far! You should end up with {0} if you go on.",
    "| step | value |\n|---|---|\n| last | {0} |",
    "My teacher's key says {0}, but don't tell.",
)


def leaks_of(task: Task) -> Iterator[str]:
    """Yield texts that give a task's answer away."""
    shuffled = random.Random(task.text)
    core = task.answer.split("=")[-1].strip()
    bare = core.split()[0] if core.split()[0].isdigit() else core
    if bare.isdigit():
        disguised = list(number_disguises(int(bare)))
    elif bare.isalpha() and bare != "No":
        disguised = list(word_disguises(bare.lower()))
    elif task.answer == "No":
        disguised = []
    else:
        disguised = [core, f"**{core}**", f"${core}$", f"\u200b{core}"]
    for text in disguised:
        yield text if "\n" in text else shuffled.choice(FRAMES).format(text)
    if task.answer == "No":
        yield from ("No, it isn't.", "The answer is no.", "**No**")
