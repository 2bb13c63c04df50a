"""What Clara says to clients of dialect 0 besides answers, by language."""

from dataclasses import dataclass

from clara.core.errors import ClaraError
from clara.voice.wording.phrases import apology, phrases_of


@dataclass(frozen=True, slots=True)
class Phrases0:
    """``here`` and ``goodbye`` begin and end a session; ``going_down`` ends it because the server stops.

    ``too_long``, ``too_fast`` and ``deaf`` are about what was sent: too much of it, too often, or sound to a server
    that can't hear.
    """

    here: str
    goodbye: str
    going_down: str
    too_long: str
    too_fast: str
    deaf: str


PHRASES0 = {
    "en": Phrases0(
        here="I'm here. What would you like to know?",
        goodbye="Goodbye. What we talked about is in your conversations.",
        going_down="The server is going down for a moment. Connect again.",
        too_long="That was too long. Please say it in shorter pieces.",
        too_fast="One moment, that was a lot at once. Please wait a little and ask again.",
        deaf="I can't hear on this server. Please type your question.",
    ),
    "de": Phrases0(
        here="Ich bin da. Was möchtest du wissen?",
        goodbye="Auf Wiedersehen. Worüber wir gesprochen haben, steht in deinen Gesprächen.",
        going_down="Der Server ist einen Moment nicht da. Verbinde dich gleich noch einmal.",
        too_long="Das war zu lang. Sag es bitte in kürzeren Stücken.",
        too_fast="Einen Moment, das war viel auf einmal. Warte bitte kurz und frag noch einmal.",
        deaf="Auf diesem Server kann ich nichts hören. Schreib deine Frage bitte.",
    ),
    "es": Phrases0(
        here="Aquí estoy. ¿Qué te gustaría saber?",
        goodbye="Adiós. Lo que hemos hablado está en tus conversaciones.",
        going_down="El servidor se detiene un momento. Conéctate de nuevo.",
        too_long="Ha sido demasiado largo. Dilo en partes más cortas, por favor.",
        too_fast="Un momento, ha sido mucho de golpe. Espera un poco y pregunta otra vez.",
        deaf="En este servidor no puedo oír. Escribe tu pregunta, por favor.",
    ),
    "fr": Phrases0(
        here="Je suis là. Que veux-tu savoir ?",
        goodbye="Au revoir. Ce dont nous avons parlé est dans tes conversations.",
        going_down="Le serveur s'arrête un instant. Reconnecte-toi.",
        too_long="C'était trop long. Dis-le en plus petits morceaux, s'il te plaît.",
        too_fast="Un instant, cela fait beaucoup d'un coup. Attends un peu et repose ta question.",
        deaf="Sur ce serveur, je ne peux pas entendre. Écris ta question, s'il te plaît.",
    ),
    "it": Phrases0(
        here="Eccomi. Che cosa vuoi sapere?",
        goodbye="Arrivederci. Quello di cui abbiamo parlato è nelle tue conversazioni.",
        going_down="Il server si ferma un momento. Collegati di nuovo.",
        too_long="Era troppo lungo. Dillo in pezzi più brevi, per favore.",
        too_fast="Un momento, è tanto tutto insieme. Aspetta un poco e chiedi di nuovo.",
        deaf="Su questo server non posso sentire. Scrivi la tua domanda, per favore.",
    ),
    "pt": Phrases0(
        here="Estou aqui. O que gostarias de saber?",
        goodbye="Adeus. Aquilo de que falámos está nas tuas conversas.",
        going_down="O servidor vai parar por um momento. Liga-te de novo.",
        too_long="Foi longo de mais. Diz isso em partes mais curtas, por favor.",
        too_fast="Um momento, foi muita coisa de uma vez. Espera um pouco e pergunta outra vez.",
        deaf="Neste servidor não consigo ouvir. Escreve a tua pergunta, por favor.",
    ),
    "nl": Phrases0(
        here="Ik ben er. Wat wil je weten?",
        goodbye="Tot ziens. Waar we over gepraat hebben, staat in je gesprekken.",
        going_down="De server is er even niet. Maak opnieuw verbinding.",
        too_long="Dat was te lang. Zeg het alsjeblieft in kortere stukken.",
        too_fast="Een moment, dat was veel tegelijk. Wacht even en vraag het nog eens.",
        deaf="Op deze server kan ik niet horen. Typ je vraag, alsjeblieft.",
    ),
    "ru": Phrases0(
        here="Я здесь. Что ты хочешь узнать?",
        goodbye="До свидания. То, о чём мы говорили, есть в твоих разговорах.",
        going_down="Сервер ненадолго останавливается. Подключись ещё раз.",
        too_long="Это было слишком длинно. Скажи, пожалуйста, по частям.",
        too_fast="Минуту, это слишком много сразу. Подожди немного и спроси ещё раз.",
        deaf="На этом сервере я не слышу. Напиши, пожалуйста, свой вопрос.",
    ),
    "zh": Phrases0(
        here="我在。你想知道什么？",
        goodbye="再见。我们谈过的内容在你的对话里。",
        going_down="服务器要暂停一会儿。请重新连接。",
        too_long="这段太长了。请分成短一点的几段说。",
        too_fast="等一下，一下子太多了。请稍等再问。",
        deaf="这台服务器上我听不到声音。请输入你的问题。",
    ),
    "ja": Phrases0(
        here="はい、聞いています。何を知りたいですか。",
        goodbye="さようなら。話した内容は会話の一覧にあります。",
        going_down="サーバーが少しの間止まります。もう一度接続してください。",
        too_long="長すぎました。短く分けて話してください。",
        too_fast="少し待ってください。一度に多すぎました。少ししてからもう一度聞いてください。",
        deaf="このサーバーでは音声を聞けません。質問を入力してください。",
    ),
    "ar": Phrases0(
        here="أنا هنا. ماذا تريد أن تعرف؟",
        goodbye="إلى اللقاء. ما تحدثنا عنه موجود في محادثاتك.",
        going_down="سيتوقف الخادم لحظة. أعد الاتصال.",
        too_long="كان ذلك طويلًا جدًا. قله على أجزاء أقصر من فضلك.",
        too_fast="لحظة، كان ذلك كثيرًا دفعة واحدة. انتظر قليلًا ثم أعد السؤال.",
        deaf="لا أستطيع السماع على هذا الخادم. اكتب سؤالك من فضلك.",
    ),
    "hi": Phrases0(
        here="मैं यहाँ हूँ। तुम क्या जानना चाहते हो?",
        goodbye="फिर मिलेंगे। हमने जो बात की, वह तुम्हारी बातचीत में है।",
        going_down="सर्वर थोड़ी देर के लिए बंद हो रहा है। फिर से जुड़ो।",
        too_long="यह बहुत लंबा था। कृपया छोटे टुकड़ों में बोलो।",
        too_fast="एक पल, एक साथ बहुत कुछ आ गया। थोड़ा रुककर फिर पूछो।",
        deaf="इस सर्वर पर मैं सुन नहीं सकती। कृपया अपना सवाल लिखो।",
    ),
}
"""The languages of ``wording.phrases``; others hear English."""

_BY_CODE = {
    "recording_too_long": "too_long",
    "recording_too_big": "too_long",
    "too_many_requests": "too_fast",
    "voice_busy": "too_fast",
    "speech_not_configured": "deaf",
    "voice_not_installed": "deaf",
}
_UNHEARD = frozenset(("recording_unreadable", "recording_without_sound", "recording_empty", "recording_not_base64"))


def phrases0_of(language: str) -> Phrases0:
    return PHRASES0.get(language, PHRASES0["en"])


def told_aloud(error: ClaraError, language: str) -> str:
    """Return what is said of an error: its own words, which are English; in other languages what comes nearest."""
    if language not in PHRASES0 or language == "en":
        return error.detail
    if error.problem_code in _UNHEARD:
        return phrases_of(language).unheard
    if (name := _BY_CODE.get(error.problem_code)) is not None:
        said: str = getattr(phrases0_of(language), name)
        return said
    return apology(error, language)
