# ruff: noqa: E501
"""What Clara says aloud of herself, by language: why there is no answer, and how a study session goes."""

from dataclasses import dataclass

from clara.core.errors import ClaraError


@dataclass(frozen=True, slots=True)
class VoicePhrases:
    """Whole sentences. ``failed`` fits whatever went wrong; the others say why. ``unheard``: nothing was understood.

    ``winding_down``, ``teach_back`` and ``summary`` are a study session's last minutes, ``over`` its end.
    """

    failed: str
    unheard: str
    busy: str
    spent: str
    full: str
    locked: str
    gone: str
    winding_down: str
    teach_back: str
    summary: str
    over: str


PHRASES = {
    "en": VoicePhrases(
        failed="Sorry, that went wrong. Please ask again.",
        unheard="Sorry, I couldn't hear that. Please say it again, or type it.",
        busy="Sorry, an answer in this conversation is being written elsewhere. Please ask again in a moment.",
        spent="Your budget for today is used up. Let's go on tomorrow.",
        full="There is no room left for this question. Please begin a new conversation, or delete an old one.",
        locked="An exam is running, so I can't do that now.",
        gone="Sorry, I couldn't find that folder or conversation any more.",
        winding_down="We have about three minutes left, so let's begin to wrap up.",
        teach_back="One minute left. Now you teach me: tell me the key ideas in your own words.",
        summary="Our time is up. To finish, sum up in a sentence or two what you have learned.",
        over="Thank you, that's a good end. See you next time!",
    ),
    "de": VoicePhrases(
        failed="Entschuldige, da ist etwas schiefgegangen. Frag bitte noch einmal.",
        unheard="Entschuldige, das konnte ich nicht hören. Sag es bitte noch einmal, oder schreib es.",
        busy="Entschuldige, in diesem Gespräch wird anderswo gerade eine Antwort geschrieben. Frag bitte gleich noch einmal.",
        spent="Dein Budget für heute ist aufgebraucht. Lass uns morgen weitermachen.",
        full="Für diese Frage ist kein Platz mehr. Beginne bitte ein neues Gespräch, oder lösche ein altes.",
        locked="Gerade läuft eine Prüfung, darum kann ich das jetzt nicht.",
        gone="Entschuldige, diesen Ordner oder dieses Gespräch finde ich nicht mehr.",
        winding_down="Wir haben noch etwa drei Minuten, lass uns langsam zum Ende kommen.",
        teach_back="Noch eine Minute. Jetzt erklärst du es mir: Sag mir die wichtigsten Gedanken in deinen eigenen Worten.",
        summary="Unsere Zeit ist um. Fass zum Schluss in ein, zwei Sätzen zusammen, was du gelernt hast.",
        over="Danke, das ist ein guter Schluss. Bis zum nächsten Mal!",
    ),
    "es": VoicePhrases(
        failed="Lo siento, algo ha salido mal. Pregunta otra vez, por favor.",
        unheard="Lo siento, no he podido oírlo. Dilo otra vez, por favor, o escríbelo.",
        busy="Lo siento, en esta conversación se está escribiendo otra respuesta. Pregunta de nuevo en un momento.",
        spent="Tu presupuesto de hoy se ha agotado. Seguimos mañana.",
        full="No queda sitio para esta pregunta. Empieza una conversación nueva o borra una antigua.",
        locked="Hay un examen en marcha, así que ahora no puedo hacerlo.",
        gone="Lo siento, ya no encuentro esa carpeta o conversación.",
        winding_down="Nos quedan unos tres minutos, vamos terminando.",
        teach_back="Queda un minuto. Ahora enséñame tú: cuéntame las ideas clave con tus palabras.",
        summary="Se acabó el tiempo. Para terminar, resume en una o dos frases lo que has aprendido.",
        over="Gracias, es un buen final. ¡Hasta la próxima!",
    ),
    "fr": VoicePhrases(
        failed="Désolée, quelque chose n'a pas marché. Repose ta question, s'il te plaît.",
        unheard="Désolée, je n'ai pas pu entendre. Redis-le, s'il te plaît, ou écris-le.",
        busy="Désolée, une réponse s'écrit ailleurs dans cette conversation. Repose ta question dans un instant.",
        spent="Ton budget du jour est épuisé. On continue demain.",
        full="Il n'y a plus de place pour cette question. Commence une nouvelle conversation, ou supprime-en une ancienne.",
        locked="Un examen est en cours, je ne peux donc pas faire cela maintenant.",
        gone="Désolée, je ne trouve plus ce dossier ou cette conversation.",
        winding_down="Il nous reste environ trois minutes, commençons à conclure.",
        teach_back="Plus qu'une minute. À toi de m'apprendre : dis-moi les idées essentielles avec tes mots.",
        summary="Le temps est écoulé. Pour finir, résume en une ou deux phrases ce que tu as appris.",
        over="Merci, c'est une belle fin. À la prochaine !",
    ),
    "it": VoicePhrases(
        failed="Scusa, qualcosa è andato storto. Chiedi di nuovo, per favore.",
        unheard="Scusa, non sono riuscita a sentire. Dillo di nuovo, per favore, o scrivilo.",
        busy="Scusa, in questa conversazione si sta scrivendo un'altra risposta. Chiedi di nuovo tra un momento.",
        spent="Il tuo budget di oggi è esaurito. Continuiamo domani.",
        full="Non c'è più posto per questa domanda. Comincia una nuova conversazione, o cancellane una vecchia.",
        locked="È in corso un esame, quindi ora non posso farlo.",
        gone="Scusa, non trovo più quella cartella o conversazione.",
        winding_down="Ci restano circa tre minuti, cominciamo a concludere.",
        teach_back="Manca un minuto. Ora insegnami tu: dimmi le idee principali con parole tue.",
        summary="Il tempo è finito. Per concludere, riassumi in una o due frasi quello che hai imparato.",
        over="Grazie, è una bella conclusione. Alla prossima!",
    ),
    "pt": VoicePhrases(
        failed="Desculpa, algo correu mal. Pergunta outra vez, por favor.",
        unheard="Desculpa, não consegui ouvir. Diz outra vez, por favor, ou escreve.",
        busy="Desculpa, nesta conversa está a ser escrita outra resposta. Pergunta de novo daqui a pouco.",
        spent="O teu orçamento de hoje acabou. Continuamos amanhã.",
        full="Não há mais espaço para esta pergunta. Começa uma conversa nova, ou apaga uma antiga.",
        locked="Está a decorrer um exame, por isso agora não posso.",
        gone="Desculpa, já não encontro essa pasta ou conversa.",
        winding_down="Temos cerca de três minutos, vamos começar a concluir.",
        teach_back="Falta um minuto. Agora ensina-me tu: diz-me as ideias principais por palavras tuas.",
        summary="O tempo acabou. Para terminar, resume numa ou duas frases o que aprendeste.",
        over="Obrigada, é um bom final. Até à próxima!",
    ),
    "nl": VoicePhrases(
        failed="Sorry, dat ging mis. Vraag het alsjeblieft nog eens.",
        unheard="Sorry, dat kon ik niet horen. Zeg het alsjeblieft nog eens, of typ het.",
        busy="Sorry, in dit gesprek wordt ergens anders een antwoord geschreven. Vraag het zo meteen nog eens.",
        spent="Je budget voor vandaag is op. Laten we morgen verdergaan.",
        full="Er is geen plaats meer voor deze vraag. Begin een nieuw gesprek, of verwijder een oud.",
        locked="Er loopt een toets, dus dat kan ik nu niet doen.",
        gone="Sorry, ik vind die map of dat gesprek niet meer.",
        winding_down="We hebben nog ongeveer drie minuten, laten we gaan afronden.",
        teach_back="Nog één minuut. Leg het nu aan mij uit: vertel me de belangrijkste ideeën in je eigen woorden.",
        summary="De tijd is om. Vat tot slot in een of twee zinnen samen wat je hebt geleerd.",
        over="Dank je, dat is een mooi einde. Tot de volgende keer!",
    ),
    "ru": VoicePhrases(
        failed="Извини, что-то пошло не так. Спроси, пожалуйста, ещё раз.",
        unheard="Извини, я не смогла расслышать. Повтори, пожалуйста, или напиши.",
        busy="Извини, в этом разговоре сейчас пишется другой ответ. Спроси ещё раз через минуту.",
        spent="Твой бюджет на сегодня исчерпан. Продолжим завтра.",
        full="Для этого вопроса больше нет места. Начни новый разговор или удали старый.",
        locked="Сейчас идёт экзамен, поэтому я не могу этого сделать.",
        gone="Извини, я больше не нахожу эту папку или этот разговор.",
        winding_down="У нас осталось около трёх минут, давай подводить итоги.",
        teach_back="Осталась минута. Теперь научи меня: расскажи главные идеи своими словами.",
        summary="Время вышло. Напоследок подведи итог в одном-двух предложениях: что нового ты узнал?",
        over="Спасибо, хорошее завершение. До встречи!",
    ),
    "zh": VoicePhrases(
        failed="抱歉，出错了。请再问一次。",
        unheard="抱歉，我没听清。请再说一遍，或者打字告诉我。",
        busy="抱歉，这个对话里正在写另一个回答。请稍后再问。",
        spent="你今天的额度用完了。我们明天继续吧。",
        full="这个问题没有空间了。请开始一个新对话，或删除一个旧对话。",
        locked="考试正在进行，所以现在我不能这样做。",
        gone="抱歉，我找不到那个文件夹或对话了。",
        winding_down="我们还剩大约三分钟，开始收尾吧。",
        teach_back="还剩一分钟。现在你来教我：用你自己的话说说要点。",
        summary="时间到了。最后，请用一两句话总结你学到的内容。",
        over="谢谢，这是个很好的结尾。下次见！",
    ),
    "ja": VoicePhrases(
        failed="すみません、うまくいきませんでした。もう一度聞いてください。",
        unheard="すみません、聞き取れませんでした。もう一度言うか、入力してください。",
        busy="すみません、この会話では別の答えを書いているところです。少ししてからもう一度聞いてください。",
        spent="今日の分を使い切りました。続きはまた明日にしましょう。",
        full="この質問を入れる余裕がありません。新しい会話を始めるか、古い会話を削除してください。",
        locked="試験中なので、今はできません。",
        gone="すみません、そのフォルダーか会話が見つかりません。",
        winding_down="残り約三分です。そろそろまとめに入りましょう。",
        teach_back="あと一分です。今度はあなたが教えてください。大事な点を自分の言葉で話してみてください。",
        summary="時間になりました。最後に、学んだことを一、二文でまとめてください。",
        over="ありがとう、よい終わりですね。また次回！",
    ),
    "ar": VoicePhrases(
        failed="عذرًا، حدث خطأ ما. أعد السؤال من فضلك.",
        unheard="عذرًا، لم أتمكن من سماع ذلك. قله مرة أخرى من فضلك، أو اكتبه.",
        busy="عذرًا، تُكتب الآن إجابة أخرى في هذه المحادثة. أعد السؤال بعد لحظة.",
        spent="انتهت حصتك لهذا اليوم. لنكمل غدًا.",
        full="لا يوجد مكان لهذا السؤال. ابدأ محادثة جديدة أو احذف محادثة قديمة.",
        locked="هناك اختبار جارٍ، لذلك لا أستطيع ذلك الآن.",
        gone="عذرًا، لم أعد أجد ذلك المجلد أو تلك المحادثة.",
        winding_down="بقي لنا نحو ثلاث دقائق، فلنبدأ بالختام.",
        teach_back="بقيت دقيقة. الآن علّمني أنت: قل لي الأفكار الأساسية بكلماتك.",
        summary="انتهى الوقت. في الختام، لخّص ما تعلمته في جملة أو جملتين.",
        over="شكرًا، هذه خاتمة جيدة. إلى اللقاء!",
    ),
    "hi": VoicePhrases(
        failed="माफ़ करना, कुछ गड़बड़ हो गई। कृपया फिर से पूछो।",
        unheard="माफ़ करना, मैं सुन नहीं पाई। कृपया फिर से बोलो, या लिख दो।",
        busy="माफ़ करना, इस बातचीत में अभी कहीं और जवाब लिखा जा रहा है। थोड़ी देर में फिर पूछो।",
        spent="आज का तुम्हारा कोटा पूरा हो गया है। कल आगे बढ़ते हैं।",
        full="इस सवाल के लिए जगह नहीं बची। नई बातचीत शुरू करो या कोई पुरानी मिटा दो।",
        locked="अभी परीक्षा चल रही है, इसलिए मैं यह नहीं कर सकती।",
        gone="माफ़ करना, वह फ़ोल्डर या बातचीत अब नहीं मिल रही।",
        winding_down="हमारे पास लगभग तीन मिनट बचे हैं, चलो समेटना शुरू करें।",
        teach_back="एक मिनट बचा है। अब तुम मुझे सिखाओ: मुख्य बातें अपने शब्दों में बताओ।",
        summary="समय पूरा हुआ। अंत में एक-दो वाक्यों में बताओ कि तुमने क्या सीखा।",
        over="धन्यवाद, यह अच्छा अंत है। फिर मिलेंगे!",
    ),
}
"""Other languages hear English."""

_BY_CODE = {
    "turn_running": "busy",
    "budget_used_up": "spent",
    "quota_conversations": "full",
    "quota_messages": "full",
    "locked": "locked",
    "folder_not_found": "gone",
    "conversation_not_found": "gone",
}


def phrases_of(language: str) -> VoicePhrases:
    return PHRASES.get(language, PHRASES["en"])


def apology(error: ClaraError | None, language: str) -> str:
    """Return what is said aloud instead of an answer."""
    phrase: str = getattr(phrases_of(language), _BY_CODE.get(error.problem_code if error else "", "failed"))
    return phrase
