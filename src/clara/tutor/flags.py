# ruff: noqa: E501
"""Messages that somebody responsible should hear of: self-harm, abuse, and attempts to cheat. Told by rules."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from clara.tutor.leaks.plain import letters, plain

MAX_CHARS = 4000


class Flag(StrEnum):
    """Why a turn is flagged."""

    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    CHEATING = "cheating"


_SELF_HARM = (
    # en
    r"\b(?:i|im|i m|i ll|i d|ive|we) (?:\w+ ){0,6}(?:kill(?:ing)? my ?self|hurt(?:ing)? my ?self|cut(?:ting)? my ?self|harm(?:ing)? my ?self|end(?:ing)? my (?:own )?life|take my (?:own )?life|hang my ?self)\b",
    r"\bi (?:\w+ ){0,4}(?:want|wanna|wish|like|prefer|need|going|plan|gonna|ready) (?:to |i (?:was|were) )?(?:\w+ )?(?:die|dead|be dead|commit suicide|not (?:be )?(?:alive|exist|wake up))\b",
    r"\b(?:i m|im|i am|i feel|i ve been|i have been|i keep|i) (?:\w+ ){0,3}(?:suicidal|self harming|thinking (?:about|of) (?:suicide|killing my ?self|ending it))\b",
    r"\bi (?:don t|do not|dont) (?:\w+ )?(?:want|wanna) (?:to )?(?:live|be alive|be here|exist)(?: any ?more| anymore|$)",
    r"\b(?:no one|nobody) would (?:miss|care)(?: \w+){0,3} if i (?:died|die|was dead|were dead|was gone|were gone|killed my ?self)\b|\bi (?:\w+ ){0,3}better off dead\b|\beveryone (?:\w+ ){0,3}better off without me\b|\bi (?:\w+ )?(?:have|see) (?:no reason|nothing) to live\b",
    # de
    r"\bich (?:\w+ ){0,5}(?:mich (?:\w+ )?(?:umbringen|toten|verletzen|ritzen|erhangen)|mir (?:\w+ )?(?:das leben nehmen|etwas antun|was antun)|suizidgedanken|selbstmordgedanken)\b|\bich (?:will|mochte) (?:\w+ ){0,3}(?:sterben|nicht mehr leben|tot sein)\b",
    # es
    r"\b(?:quiero|voy a|pienso|ganas de|pensando en|me dan ganas de|quisiera) (?:\w+ ){0,2}(?:matarme|suicidarme|morirme|morir|hacerme dano|cortarme|quitarme la vida|no vivir mas|desaparecer para siempre)\b|\bno quiero (?:seguir )?vivi(?:r|endo)(?: mas)?$|\bme quiero (?:matar|morir|suicidar)\b",
    # fr
    r"\bje (?:\w+ ){0,4}(?:me (?:tuer|suicider|faire du mal|pendre|mutiler)|mourir|en finir(?: avec la vie)?|plus vivre|mettre fin a mes jours)\b|\bj ai (?:\w+ ){0,3}(?:envie de mourir|des idees suicidaires|envie de me tuer)\b",
    # it
    r"\b(?:voglio|vorrei|sto pensando di|penso di|ho voglia di) (?:\w+ ){0,2}(?:uccidermi|ammazzarmi|suicidarmi|morire|farmi del male|farla finita|tagliarmi)\b|\bnon voglio piu vivere\b|\bmi voglio (?:uccidere|ammazzare)\b",
    # pt
    r"\b(?:quero|vou|penso em|pensando em|vontade de|queria) (?:\w+ ){0,2}(?:me matar|matar me|morrer|me suicidar|me machucar|me cortar|acabar com (?:a )?minha vida)\b|\bnao quero mais viver\b",
    # nl
    r"\bik (?:\w+ ){0,4}(?:mezelf (?:\w+ )?(?:vermoorden|doden|pijn doen|snijden|ophangen|iets aandoen)|zelfmoord plegen|dood zijn|niet meer leven)\b|\bik wil (?:\w+ )?(?:dood|sterven)\b",
    # ru
    r"(?:\bя |^)(?:\w+ ){0,3}(?:хочу умереть|хочу сдохнуть|не хочу (?:больше )?жить|покончить с собой|убить себя|покончу с собой|убью себя|режу себя|наложить на себя руки)",
    # zh ja ar hi
    r"我(?:\w{0,4})(?:想死|想自杀|要自杀|不想活|活不下去|想结束自己的生命|想结束生命|自残)|(?:死にたい|自殺したい|消えてしまいたい|生きていたくない|自分を傷つけ|リストカットし)",
    r"(?:اريد|أريد|سوف|افكر في|أفكر في|اتمنى|أتمنى) (?:\w+ ){0,2}(?:ان اموت|أن أموت|الموت|الانتحار|الإنتحار|انتحر|أنتحر|قتل نفسي|ان اقتل نفسي|أن أقتل نفسي|ايذاء نفسي|إيذاء نفسي)|لا اريد (?:ان )?اعيش|لا أريد (?:أن )?أعيش",
    r"(?:मैं|मुझे|मै)(?: \S+){0,3} (?:मरना चाहत|आत्महत्या कर|खुदकुशी कर|खुद को (?:मार|नुकसान|चोट)|जीना नहीं चाहत|जान देना चाहत)|मर जाना चाहत",
)
_FICTION = re.compile(
    r"\b(?:romeo|juliet|hamlet|ophelia|werther|macbeth|othello|karenina|bovary|character|protagonist|poem|novel|story|scene|chapter"
    r"|speaker|essay about|figur|gedicht|roman|szene|personaje|personnage|poeme|personaggio|personagem"
    r"|персонаж|герой|роман|стих|小说|人物|主人公|小説|شخصية|قصيدة|कहानी|पात्र|character s)\b"
)
_ABUSE = (
    r"\b(?:my |mein |meine |mi |mon |ma |mio |mia |meu |minha |mijn |мой |моя |мой )?(?:dad|father|mom|mother|stepdad|stepfather|uncle|brother|teacher|coach|parents?|boyfriend|vater|mutter|stiefvater|onkel|padre|madre|padrastro|tio|pere|beau pere|oncle|patrigno|zio|pai|mae|padrasto|vader|moeder|stiefvader|oom|папа|отец|мама|отчим|дядя|брат) (?:\w+ ){0,3}(?:hits me|hit me|beats me|beat me|touches me|touched me|hurts me|abuses me|abused me|rapes me|raped me|threatens to kill me|schlagt mich|fasst mich an|missbraucht mich|me pega|me golpea|me toca|abusa de mi|me frappe|me bat|me touche|m a violee?|mi picchia|mi tocca|mi ha violentato|me bate|abusa de mim|slaat me|raakt me aan|misbruikt me|бьет меня|избивает меня|трогает меня)",
    r"\bi (?:was|am being|have been|got|m being|ve been) (?:\w+ )?(?:raped|molested|sexually abused|abused|sexually assaulted|beaten at home)\b|\bich (?:wurde|werde) (?:\w+ ){0,2}(?:vergewaltigt|missbraucht|geschlagen)\b",
    r"(?:爸爸|妈妈|父亲|叔叔|老师)(?:总是|经常|一直)?(?:打我|性侵我|摸我)|(?:父|母|先生|おじ)(?:さん)?に(?:殴られ|叩かれ|触られ|虐待され)|(?:ابي|أبي|امي|أمي|عمي) (?:يضربني|تضربني|يلمسني)|(?:पापा|पिता|माँ|चाचा)(?: \S+){0,2} (?:मुझे मारते|मुझे पीटते|मुझे छूते)",
    r"\bi (?:\w+ ){0,4}(?:kill|shoot|stab|bomb|murder) (?:my |the |all |every|everyone (?:at|in) )(?:\w+ )?(?:teacher|classmates?|school|family|parents|everyone|students|mom|dad|brother|sister)\b",
)
_CHEATING = (
    r"\b(?:ignore|forget|disregard|override|bypass) (?:\w+ ){0,3}(?:instructions?|rules?|prompts?|guidelines?|restrictions?)\b",
    r"\b(?:print|reveal|show|repeat|tell me|output|what (?:are|is)) (?:\w+ ){0,3}(?:system prompt|your (?:instructions|prompt|rules|hidden|secret))\b",
    r"\bmy (?:teacher|professor|school|mom|mother|dad|father|parents?|boss|tutor) (?:\w+ ){0,3}(?:allow|said (?:it s|its|it is|you|that you|i) |lets|permit|told (?:you|me) (?:to|you|i))",
    r"\b(?:i am|i m|im) (?:the|a|your) (?:teacher|developer|admin|administrator|principal|creator)\b|\b(?:developer|dan|admin|debug|god|jailbreak) mode\b|\bjailbreak\b",
    r"\b(?:answer|solution|it) (?:\w+ ){0,3}(?:in |as )?(?:base ?64|rot ?13|morse|backwards|in reverse|reversed|hex|binary|pig latin|leetspeak)\b|\bspell (?:\w+ )?(?:it|the answer|out)\b",
    r"\b(?:pretend|act|roleplay|role play|imagine) (?:\w+ ){0,4}(?:no (?:rules|restrictions|limits)|you (?:are|re) (?:my|a|an|not|the) |grandm|allowed|exam is over)",
    r"\bignorier(?:e)? (?:\w+ ){0,3}(?:anweisungen|regeln)\b|\bmein(?:e)? (?:lehrer|lehrerin|mutter|vater) (?:\w+ ){0,3}(?:erlaubt|gesagt)|\bignora (?:\w+ ){0,3}(?:instrucciones|reglas|istruzioni|regole|instrucoes|regras)\b|\bignore[zs]? (?:\w+ ){0,3}(?:consignes|regles|instructions)\b|\bmi profesora? (?:\w+ ){0,2}(?:permite|dijo|deja)|\b(?:mon|ma) prof\w* (?:\w+ ){0,2}(?:autorise|permet|a dit)|\b(?:il|la) mi[ao] prof\w* (?:\w+ ){0,2}(?:permette|ha detto)|\bmeu professor (?:\w+ ){0,2}(?:permite|disse|deixa)|\bnegeer (?:\w+ ){0,3}(?:instructies|regels)\b|\bmijn (?:leraar|docent) (?:\w+ ){0,2}(?:mag|zei|vindt)",
    r"(?:игнорируй|забудь) (?:\w+ ){0,3}(?:инструкции|правила)|учитель (?:\w+ ){0,2}(?:разреш|сказал)|忽略(?:之前|以上|所有|你)?\w{0,4}(?:指令|规则|说明)|老师(?:允许|同意|说可以)|(?:指示|ルール|命令)を無視|先生が(?:許可|いいと)|تجاهل (?:\w+ ){0,3}(?:التعليمات|القواعد)|(?:معلمي|استاذي|أستاذي) (?:يسمح|سمح|قال)|(?:निर्देशों|नियमों) को (?:अनदेखा|भूल)|शिक्षक ने (?:अनुमति|कहा)",
)


@cache
def _rules() -> Sequence[tuple[Flag, re.Pattern[str]]]:
    groups = ((Flag.SELF_HARM, _SELF_HARM), (Flag.ABUSE, _ABUSE), (Flag.CHEATING, _CHEATING))
    return [(flag, re.compile("|".join(f"(?:{rule})" for rule in rules))) for flag, rules in groups]


def flags_of(text: str) -> frozenset[Flag]:
    """Return why a learner's message is to be flagged. What a character of a story does isn't the learner's."""
    flat = " ".join(re.findall(r"[^\W_]+(?:[\u0900-\u097f]+[^\W_]*)*|\n", letters(plain(text[:MAX_CHARS])))).replace(
        "\n", " "
    )
    found = {flag for flag, rule in _rules() if rule.search(flat)}
    if _FICTION.search(flat) and not re.search(
        r"\b(?:like|wie|como|comme|come|zoals|как) (?:romeo|juliet|hamlet|werther)", flat
    ):
        found -= {Flag.SELF_HARM, Flag.ABUSE}
    return frozenset(found)


def flags_in(text: str, mode: str) -> frozenset[Flag]:
    """Return what is flagged in a conversation of this mode: where everything is explained there is no cheating."""
    found = flags_of(text)
    return found - {Flag.CHEATING} if mode == "explain" else found
