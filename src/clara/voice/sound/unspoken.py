"""Words that nobody has said, or that say nothing: what recognisers invent for noise or repeat, a listener's nods."""

import re
from collections.abc import Sequence

_INVENTED = frozenset(
    line.strip()
    for line in """
    thank you for watching
    thank you so much for watching
    thanks for watching
    thanks for watching and don t forget to like and subscribe
    please subscribe
    please like and subscribe
    like and subscribe
    don t forget to subscribe
    subscribe to my channel
    i ll see you in the next video
    see you in the next video
    see you next time
    subtitles by the amara org community
    transcription by castingwords
    transcribed by otter ai
    untertitel der amara org community
    untertitel von stephanie geiges
    untertitelung des zdf 2020
    untertitel im auftrag des zdf für funk 2017
    copyright wdr 2020
    copyright wdr 2021
    vielen dank fürs zuschauen
    vielen dank für die aufmerksamkeit
    sous titres réalisés par la communauté d amara org
    sous titres réalisés para la communauté d amara org
    sous titrage société radio canada
    sous titrage st 501
    merci d avoir regardé cette vidéo
    abonnez vous
    subtítulos realizados por la comunidad de amara org
    subtítulos por la comunidad de amara org
    gracias por ver el video
    gracias por ver el vídeo
    suscríbete al canal
    sottotitoli creati dalla comunità amara org
    sottotitoli e revisione a cura di qtss
    grazie per aver guardato il video
    legendas pela comunidade amara org
    obrigado por assistir
    obrigada por assistir
    ondertitels ingediend door de amara org gemeenschap
    ondertiteld door tv gelderland
    tv gelderland 2021
    bedankt voor het kijken
    napisy stworzone przez społeczność amara org
    undertexter från amara org gemenskapen
    субтитры сделал dimatorzok
    субтитры создавал dimatorzok
    субтитры подогнал симон
    редактор субтитров а семкин корректор а егорова
    продолжение следует
    спасибо за просмотр
    字幕由amara org社区提供
    请不吝点赞 订阅 转发 打赏支持明镜与点点栏目
    請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目
    谢谢观看
    感谢观看
    謝謝觀看
    ご視聴ありがとうございました
    最後までご視聴ありがとうございました
    チャンネル登録お願いします
    시청해주셔서 감사합니다
    mbc 뉴스 이덕영입니다
    اشتركوا في القناة
    ترجمة نانسي قنقر
    شكرا على المشاهدة
    देखने के लिए धन्यवाद
    """.strip().splitlines()
)
"""What Whisper writes for sounds without words, and nobody says to a tutor: credits and farewells of the videos that it
learned from. After Barański et al., "Investigation of Whisper ASR Hallucinations Induced by Non-Speech Audio" (2025),
and what users of Whisper report of other languages."""

_INVENTED_FOR_LITTLE = frozenset(
    line.strip()
    for line in """
    thank you
    thank you very much
    thank you so much
    thanks
    you
    bye
    bye bye
    goodbye
    okay
    oh
    so
    the
    yeah
    i m sorry
    vielen dank
    danke
    tschüss
    merci
    merci beaucoup
    au revoir
    gracias
    muchas gracias
    adiós
    grazie
    grazie a tutti
    obrigado
    obrigada
    tchau
    bedankt
    dank je wel
    спасибо
    пока
    谢谢
    谢谢大家
    謝謝
    ありがとうございました
    감사합니다
    شكرا
    धन्यवाद
    """.strip().splitlines()
)
"""What it writes as well, but what learners do say: it takes a while, and isn't whispered."""

MS_PER_CHARACTER = 45.0
"""Of the fastest speech: some 22 characters a second."""
_NO_WORDS = re.compile(r"[\[(*♪].*[\])*♪]|\W*", re.DOTALL)
_NOD_WORDS = """
    aha ah oh mhm mm hm hmm hmmm uh huh uhuh uhhuh mmhm mmhmm yeah yep yes okay ok right sure wow nice cool
    great ja jawohl genau gut stimmt klar ach so verstehe oui ouais voilà hum sí ajá vale claro ya bueno
    certo capito esatto già sim tá entendi pois oké precies да ага угу ясно понятно хорошо 嗯 嗯嗯 对 好 好的 是 是的 哦
    うん はい ええ なるほど 네 응 نعم أيوه طيب حسنا تمام हाँ हां अच्छा हम्म
"""
_NODS = frozenset(_NOD_WORDS.split())
_NODDING = frozenset(
    (
        "i see",
        "got it",
        "all right",
        "alright",
        "alles klar",
        "d accord",
        "je vois",
        "de acuerdo",
        "entiendo",
        "ho capito",
        "ik snap het",
        "ठीक है",
    )
)
_MOST_NODS = 4
_FEWEST_ECHOED = 3
_STOPS = frozenset(
    phrase.strip()
    for phrase in """
    stop / stop it / stop talking / stop speaking / stop there / be quiet / quiet / enough / that s enough / pause
    stopp / halt / hör auf / sei still / sei ruhig / ruhe / genug / das reicht / para / alto / basta / silencio
    cállate / arrête / arrête toi / arrêtez / tais toi / ça suffit / silence / ferma / fermati / smettila / silenzio
    zitta / pare / chega / silêncio / hou op / wees stil / genoeg / stil / стоп / остановись / хватит / тихо / замолчи
    停 / 停下 / 停止 / 别说了 / 够了 / 安静 / ストップ / 止めて / やめて / 静かに / もういい
    توقف / قف / كفى / اسكت / توقفي / रुको / बस / चुप / रुक जाओ / बंद करो
    """.replace("\n", "/").split("/")
    if phrase.strip()
)
_POLITE = re.compile(r"\b(?:please|clara|okay|ok|now|bitte|jetzt|por favor|s il te plaît|maintenant|adesso|agora|nu)\b")


def is_invented(text: str, is_quiet: bool, voiced_ms: float | None = None) -> bool:
    """Return whether a transcript has no words, or only such as recognisers write where nothing is said.

    ``is_quiet``: the sound was hardly as loud as speech. ``voiced_ms`` is how much of it was loud, where that is known:
    words that take longer to say were not said in it.
    """
    if _NO_WORDS.fullmatch(text.strip()):
        return True
    words = _plain(text)
    if words in _INVENTED:
        return True
    too_short = voiced_ms is not None and voiced_ms < MS_PER_CHARACTER * len(words)
    return (is_quiet or too_short) and words in _INVENTED_FOR_LITTLE


def is_echo(text: str, terms: Sequence[str]) -> bool:
    """Return whether a transcript is some of the terms that the recogniser was told of, in the order of its list.

    Whisper goes on with its prompt where it hears no words. One or two of them may have been said.
    """
    words = _plain(text)
    return len(words.split()) >= _FEWEST_ECHOED and f" {words} " in f" {_plain(' '.join(terms))} "


def is_nod(text: str) -> bool:
    """Return whether somebody who listens says that they do ("mhm", "okay", "I see"): it takes nobody's turn."""
    words = _plain(text)
    if words in _NODDING:
        return True
    said = words.split()
    return 0 < len(said) <= _MOST_NODS and all(word in _NODS for word in said)


def is_stop(text: str) -> bool:
    """Return whether somebody says no more than that whoever speaks is to stop, however often and politely."""
    said = _POLITE.sub("", _plain(text)).split()
    return any(
        said and said == said[:size] * (len(said) // size) and " ".join(said[:size]) in _STOPS
        for size in range(1, min(len(said), 3) + 1)
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+(?:[\u0900-\u097f]+\w*)*", text.casefold()))
