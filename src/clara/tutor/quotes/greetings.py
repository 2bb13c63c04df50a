# ruff: noqa: E501
"""Greetings, thanks and questions about the tutor itself: what is answered without a search."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

LONGEST_CHARS = 120

# The later a kind stands here, the more of an answer it wants: "Hi, what can you do?" asks for abilities.
_SAID = {
    "greeting": {
        "en": "hi|hello|hey|hiya|howdy|good morning|good afternoon|good evening|good day|greetings|how are you|how are you doing|how is it going|hows it going|whats up|nice to meet you|yo",
        "de": "hallo|guten morgen|guten tag|guten abend|moin|servus|grüß gott|wie gehts|wie geht es dir|wie geht es ihnen",
        "es": "hola|buenos días|buenas tardes|buenas noches|buenas|qué tal|cómo estás|cómo está usted|cómo te va|saludos",
        "fr": "bonjour|salut|bonsoir|coucou|ça va|comment ça va|comment vas tu|comment allez vous",
        "it": "ciao|buongiorno|buon giorno|buonasera|buona sera|salve|come stai|come va|come sta",
        "pt": "olá|oi|ola|bom dia|boa tarde|boa noite|tudo bem|como vai|como você está|como está",
        "nl": "hoi|goedemorgen|goedemiddag|goedenavond|goedendag|hoe gaat het|hoe gaat het met je|dag",
        "ru": "привет|здравствуй|здравствуйте|доброе утро|добрый день|добрый вечер|как дела|приветствую",
        "zh": "你好|您好|嗨|哈喽|早上好|下午好|晚上好|早安|你好吗|大家好",
        "ja": "こんにちは|こんばんは|おはよう|おはようございます|やあ|はじめまして|お元気ですか",
        "ar": "مرحبا|مرحبًا|السلام عليكم|أهلا|أهلاً|أهلا وسهلا|صباح الخير|مساء الخير|كيف حالك|اهلا",
        "hi": "नमस्ते|नमस्कार|हैलो|हाय|सुप्रभात|आप कैसे हैं|कैसे हो",
    },
    "farewell": {
        "en": "bye|goodbye|good bye|bye bye|see you|see you later|see you soon|good night|have a nice day|take care|cya",
        "de": "tschüss|tschüß|auf wiedersehen|bis bald|bis später|gute nacht|ciao ciao|bis dann|schönen tag noch",
        "es": "adiós|hasta luego|hasta pronto|hasta mañana|nos vemos|chao|chau",
        "fr": "au revoir|à bientôt|à plus|bonne nuit|bonne journée|à demain|adieu",
        "it": "arrivederci|a presto|a dopo|buonanotte|buona notte|buona giornata|addio",
        "pt": "tchau|adeus|até logo|até mais|até amanhã|até breve",
        "nl": "doei|tot ziens|tot straks|tot later|welterusten|dag dag",
        "ru": "пока|до свидания|до встречи|спокойной ночи|всего доброго|увидимся",
        "zh": "再见|拜拜|晚安|回头见|明天见",
        "ja": "さようなら|さよなら|またね|じゃあね|おやすみ|おやすみなさい|バイバイ",
        "ar": "وداعا|وداعًا|مع السلامة|إلى اللقاء|تصبح على خير",
        "hi": "अलविदा|फिर मिलेंगे|शुभ रात्रि|टाटा",
    },
    "thanks": {
        "en": "thanks|thank you|thank you very much|thank you so much|thanks a lot|many thanks|thx|ty|thanks so much|much appreciated|cheers|ok|okay|got it|great|cool|nice|perfect|awesome|good|that helped|that helps|i see|understood|well done|very good|good job|good answer|great answer|wow",
        "de": "danke|dankeschön|danke schön|danke sehr|vielen dank|besten dank|herzlichen dank|super|alles klar|verstanden|prima|toll|das hilft",
        "es": "gracias|muchas gracias|mil gracias|vale|genial|perfecto|entendido|de acuerdo|muy bien|estupendo",
        "fr": "merci|merci beaucoup|merci bien|mille mercis|d accord|parfait|compris|super merci|très bien|génial",
        "it": "grazie|grazie mille|molte grazie|tante grazie|perfetto|capito|va bene|ottimo|benissimo",
        "pt": "obrigado|obrigada|muito obrigado|muito obrigada|valeu|perfeito|entendi|ótimo|beleza",
        "nl": "bedankt|dank je|dank je wel|dank u|dank u wel|dankjewel|hartelijk dank|begrepen|prima|oké",
        "ru": "спасибо|большое спасибо|спасибо большое|благодарю|понятно|понял|поняла|отлично|хорошо|ясно|ок",
        "zh": "谢谢|谢谢你|谢谢您|多谢|非常感谢|感谢|好的|明白了|知道了|好|很好|太好了",
        "ja": "ありがとう|ありがとうございます|どうも|どうもありがとう|どうもありがとうございます|感謝します|わかりました|了解|なるほど",
        "ar": "شكرا|شكرًا|شكرا جزيلا|شكرًا جزيلًا|شكرا لك|شكرًا لك|حسنا|حسنًا|ممتاز|فهمت|تمام",
        "hi": "धन्यवाद|शुक्रिया|बहुत धन्यवाद|बहुत बहुत धन्यवाद|ठीक है|समझ गया|समझ गई|अच्छा",
    },
    "identity": {
        "en": "who are you|what are you|what is your name|whats your name|who is this|are you a bot|are you a robot|are you human|are you an ai|are you chatgpt|who made you|introduce yourself|tell me about yourself",
        "de": "wer bist du|was bist du|wie heißt du|wie heisst du|wer sind sie|bist du ein bot|bist du ein mensch|bist du eine ki|stell dich vor",
        "es": "quién eres|qué eres|cómo te llamas|cuál es tu nombre|quién es usted|eres un robot|eres humana|eres una ia|preséntate",
        "fr": "qui es tu|qui êtes vous|tu es qui|vous êtes qui|comment t appelles tu|comment tu t appelles|quel est ton nom|es tu un robot|présente toi",
        "it": "chi sei|cosa sei|come ti chiami|qual è il tuo nome|sei un robot|sei umana|presentati",
        "pt": "quem é você|quem és tu|o que é você|qual é o seu nome|qual é o teu nome|como você se chama|você é um robô|apresente se",
        "nl": "wie ben je|wie ben jij|wat ben je|hoe heet je|wie bent u|ben je een robot|stel je voor",
        "ru": "кто ты|кто вы|как тебя зовут|как вас зовут|что ты такое|ты бот|ты робот|ты человек|расскажи о себе",
        "zh": "你是谁|您是谁|你叫什么|你叫什么名字|你是什么|你是机器人吗|你是人吗|介绍一下你自己|自我介绍",
        "ja": "あなたは誰ですか|あなたは誰|誰ですか|お名前は|名前は何ですか|あなたの名前は何ですか|ロボットですか|自己紹介して|自己紹介してください",
        "ar": "من أنت|من انت|ما اسمك|ما هو اسمك|هل أنت روبوت|عرف بنفسك|عرّف بنفسك|من تكون",
        "hi": "तुम कौन हो|आप कौन हैं|आप कौन हो|तुम्हारा नाम क्या है|आपका नाम क्या है|क्या आप रोबोट हैं|अपना परिचय दो|अपना परिचय दें",
    },
    "abilities": {
        "en": "what can you do|what do you do|how can you help|how can you help me|what can you help me with|can you help me|can you help|help|help me|how does this work|how do you work|how do i use this|how do i use you|what is this|what can i ask|what can i ask you|what should i ask|what are you able to do|what are your features",
        "de": "was kannst du|was kannst du tun|was können sie|was machst du|hilfe|hilf mir|kannst du mir helfen|wie kannst du mir helfen|wie funktioniert das|wie funktionierst du|was kann ich fragen|was kann ich dich fragen",
        "es": "qué puedes hacer|qué sabes hacer|qué haces|ayuda|ayúdame|puedes ayudarme|cómo puedes ayudarme|cómo funciona|cómo funciona esto|cómo funcionas|qué puedo preguntar|qué puedo preguntarte",
        "fr": "que peux tu faire|que pouvez vous faire|qu est ce que tu peux faire|que sais tu faire|que fais tu|aide|aide moi|aidez moi|peux tu m aider|comment ça marche|comment ça fonctionne",
        "it": "cosa puoi fare|cosa sai fare|che cosa puoi fare|che cosa sai fare|cosa fai|aiuto|aiutami|puoi aiutarmi|come puoi aiutarmi|come funziona|come funzioni",
        "pt": "o que você pode fazer|o que você faz|o que podes fazer|o que sabe fazer|ajuda|me ajude|ajuda me|você pode me ajudar|como funciona|como isso funciona|como você pode me ajudar",
        "nl": "wat kun je|wat kan je|wat kun je doen|wat kan je doen|wat doe je|help mij|hulp|kun je me helpen|hoe kun je me helpen|hoe werkt dit|hoe werk je",
        "ru": "что ты умеешь|что вы умеете|что ты можешь|что ты делаешь|помощь|помоги|помоги мне|помогите|чем ты можешь помочь|как это работает|как ты работаешь",
        "zh": "你能做什么|您能做什么|你会做什么|你会什么|你可以做什么|帮助|帮帮我|帮我|你能帮我吗|怎么用|如何使用|你有什么功能|这是什么",
        "ja": "何ができますか|何ができるの|何ができる|ヘルプ|助けて|助けてください|使い方|使い方は|使い方を教えて|どうやって使うの|手伝ってくれますか",
        "ar": "ماذا تستطيع أن تفعل|ماذا يمكنك أن تفعل|ماذا تفعل|مساعدة|ساعدني|كيف يمكنك مساعدتي|هل يمكنك مساعدتي|كيف يعمل هذا|كيف تعمل",
        "hi": "तुम क्या कर सकते हो|आप क्या कर सकते हैं|आप क्या कर सकती हैं|आप क्या करते हैं|मदद|मेरी मदद करो|मेरी मदद करें|क्या आप मेरी मदद कर सकते हैं|यह कैसे काम करता है",
    },
}
_ADDRESSED = frozenset(("clara", "there", "everyone", "please", "so", "then", "now", "again", "all", "and"))
_APOSTROPHES = re.compile(r"['’´`]")
_NOT_LETTERS = re.compile(r"[^\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u097f]+")


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A message that is no question about files: its kind is a field of Phrases; its language."""

    kind: str
    language: str


def small_talk(message: str) -> SmallTalk | None:
    """Return what kind of small talk the whole message is; None when any of it may be a question about the files."""
    if len(message) > LONGEST_CHARS:
        return None
    found = _read(_words(message))
    if not found:
        return None
    kinds = list(_SAID)
    return max(found, key=lambda talk: kinds.index(talk.kind))


def says_nothing(message: str) -> bool:
    """Tell whether a message has no letter or digit at all."""
    return not any(map(str.isalnum, message))


def _read(words: Sequence[str]) -> list[SmallTalk]:
    """Return the phrases that the words are made of, empty if any word is left over."""
    # reached[n] are the phrases that the first n words are made of.
    reached: list[list[SmallTalk] | None] = [[]]
    for end in range(1, len(words) + 1):
        before = reached[end - 1] if words[end - 1] in _ADDRESSED else None
        for start in range(end):
            known = _phrases().get("".join(words[start:end]))
            if known is not None and (so_far := reached[start]) is not None:
                before = [*so_far, known]
                break
        reached.append(before)
    return reached[-1] or []


def _words(text: str) -> list[str]:
    return _NOT_LETTERS.sub(" ", _APOSTROPHES.sub("", text.casefold())).split()


@cache
def _phrases() -> dict[str, SmallTalk]:
    """Return phrases, written without blanks, to what they are."""
    phrases: dict[str, SmallTalk] = {}
    for kind, languages in _SAID.items():
        for language, said in languages.items():
            for phrase in said.split("|"):
                phrases.setdefault("".join(_words(phrase)), SmallTalk(kind, language))
    return phrases
