# ruff: noqa: E501
"""What the tutor says in hints and exams, and to somebody who is in distress, by language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModePhrases:
    """Whole sentences. ``question``, ``right``, ``wrong`` and ``unsure`` take the question's number first."""

    safe: str
    where: str
    near: str
    masked: str
    declined: str
    taken: str
    question: str
    finished: str
    closed: str
    right: str
    wrong: str
    unsure: str
    review: str
    support: str


MODE_PHRASES = {
    "en": ModePhrases(
        safe="Let's not skip ahead: tell me what you have tried so far, or what you would do first, and we'll go on from there.",
        where="Read here first:",
        near="Near it, word for word:",
        masked="With the words that matter left out:",
        declined="This is an exam: I can't help until it has been marked. Write your answer as well as you can.",
        taken="Your answer is noted.",
        question="Question {0} of {1}:",
        finished="That was the last question. Your answers are kept, and will be marked.",
        closed="This exam is over.",
        right="Question {0}: right.",
        wrong="Question {0}: not right. Expected: {1}",
        unsure="Question {0}: compare your answer with the pages.",
        review="Pages to review:",
        support="I'm really sorry that you feel this way, and I'm glad you told me. You don't have to go through this alone: please talk to someone you trust now – a parent, a friend, a teacher, a doctor – and if you might be in danger, call your local emergency services.",
    ),
    "de": ModePhrases(
        safe="Lass uns nichts überspringen: Sag mir, was du bisher versucht hast oder womit du anfangen würdest, dann machen wir dort weiter.",
        where="Lies zuerst hier:",
        near="Daneben steht wörtlich:",
        masked="Ohne die Wörter, auf die es ankommt:",
        declined="Das ist eine Prüfung: Ich kann erst helfen, wenn sie bewertet ist. Schreib deine Antwort, so gut du kannst.",
        taken="Deine Antwort ist notiert.",
        question="Frage {0} von {1}:",
        finished="Das war die letzte Frage. Deine Antworten sind gespeichert und werden bewertet.",
        closed="Diese Prüfung ist vorbei.",
        right="Frage {0}: richtig.",
        wrong="Frage {0}: nicht richtig. Erwartet: {1}",
        unsure="Frage {0}: Vergleiche deine Antwort mit den Seiten.",
        review="Seiten zum Wiederholen:",
        support="Es tut mir sehr leid, dass es dir so geht, und ich bin froh, dass du es mir gesagt hast. Du musst da nicht allein durch: Bitte sprich jetzt mit jemandem, dem du vertraust – Eltern, Freunden, einer Lehrkraft, einem Arzt –, und wenn du in Gefahr sein könntest, ruf den Notruf.",
    ),
    "es": ModePhrases(
        safe="No nos adelantemos: dime qué has probado hasta ahora, o qué harías primero, y seguimos desde ahí.",
        where="Lee primero aquí:",
        near="Cerca de ahí, palabra por palabra:",
        masked="Sin las palabras que importan:",
        declined="Esto es un examen: no puedo ayudar hasta que se haya corregido. Escribe tu respuesta lo mejor que puedas.",
        taken="Tu respuesta queda anotada.",
        question="Pregunta {0} de {1}:",
        finished="Esa era la última pregunta. Tus respuestas se han guardado y se corregirán.",
        closed="Este examen ha terminado.",
        right="Pregunta {0}: correcta.",
        wrong="Pregunta {0}: incorrecta. Se esperaba: {1}",
        unsure="Pregunta {0}: compara tu respuesta con las páginas.",
        review="Páginas para repasar:",
        support="Siento mucho que te sientas así, y me alegro de que me lo hayas dicho. No tienes que pasar por esto a solas: habla ahora con alguien de confianza – tus padres, una amistad, un docente, un médico – y, si puedes estar en peligro, llama a los servicios de emergencia.",
    ),
    "fr": ModePhrases(
        safe="N'allons pas trop vite : dites-moi ce que vous avez essayé, ou par quoi vous commenceriez, et nous continuerons à partir de là.",
        where="Lisez d'abord ici :",
        near="À côté, mot pour mot :",
        masked="Sans les mots qui comptent :",
        declined="Ceci est un examen : je ne peux pas aider avant qu'il soit corrigé. Écrivez votre réponse du mieux possible.",
        taken="Votre réponse est notée.",
        question="Question {0} sur {1} :",
        finished="C'était la dernière question. Vos réponses sont conservées et seront corrigées.",
        closed="Cet examen est terminé.",
        right="Question {0} : juste.",
        wrong="Question {0} : ce n'est pas juste. Réponse attendue : {1}",
        unsure="Question {0} : comparez votre réponse avec les pages.",
        review="Pages à revoir :",
        support="Je suis vraiment désolée que vous vous sentiez ainsi, et heureuse que vous me l'ayez dit. Vous n'avez pas à traverser cela seul : parlez maintenant à une personne de confiance – un parent, un ami, un professeur, un médecin – et, si vous êtes peut-être en danger, appelez les services d'urgence.",
    ),
    "it": ModePhrases(
        safe="Non saltiamo i passaggi: dimmi che cosa hai provato finora, o da dove cominceresti, e andiamo avanti da lì.",
        where="Leggi prima qui:",
        near="Accanto c'è scritto, parola per parola:",
        masked="Senza le parole che contano:",
        declined="Questo è un esame: non posso aiutare finché non è stato corretto. Scrivi la tua risposta come meglio puoi.",
        taken="La tua risposta è annotata.",
        question="Domanda {0} di {1}:",
        finished="Era l'ultima domanda. Le tue risposte sono conservate e saranno corrette.",
        closed="Questo esame è finito.",
        right="Domanda {0}: giusta.",
        wrong="Domanda {0}: non giusta. Risposta attesa: {1}",
        unsure="Domanda {0}: confronta la tua risposta con le pagine.",
        review="Pagine da ripassare:",
        support="Mi dispiace davvero che tu ti senta così, e sono contenta che tu me l'abbia detto. Non devi affrontarlo da solo: parla adesso con qualcuno di cui ti fidi – un genitore, un amico, un insegnante, un medico – e, se potresti essere in pericolo, chiama i servizi di emergenza.",
    ),
    "pt": ModePhrases(
        safe="Não vamos pular etapas: diga o que você já tentou, ou o que faria primeiro, e continuamos daí.",
        where="Leia primeiro aqui:",
        near="Perto disso, palavra por palavra:",
        masked="Sem as palavras que importam:",
        declined="Isto é uma prova: não posso ajudar até que seja corrigida. Escreva sua resposta o melhor que puder.",
        taken="Sua resposta foi anotada.",
        question="Pergunta {0} de {1}:",
        finished="Essa foi a última pergunta. Suas respostas estão guardadas e serão corrigidas.",
        closed="Esta prova terminou.",
        right="Pergunta {0}: certa.",
        wrong="Pergunta {0}: não está certa. Esperado: {1}",
        unsure="Pergunta {0}: compare sua resposta com as páginas.",
        review="Páginas para rever:",
        support="Sinto muito que você esteja se sentindo assim, e fico feliz que tenha me contado. Você não precisa passar por isso sem ajuda: fale agora com alguém de confiança – pais, amigos, um professor, um médico – e, se puder estar em perigo, ligue para os serviços de emergência.",
    ),
    "nl": ModePhrases(
        safe="Laten we niets overslaan: vertel me wat je al hebt geprobeerd, of waar je zou beginnen, dan gaan we daar verder.",
        where="Lees eerst hier:",
        near="Ernaast staat letterlijk:",
        masked="Zonder de woorden waar het om gaat:",
        declined="Dit is een toets: ik kan pas helpen als hij is nagekeken. Schrijf je antwoord zo goed als je kunt.",
        taken="Je antwoord is genoteerd.",
        question="Vraag {0} van {1}:",
        finished="Dat was de laatste vraag. Je antwoorden zijn bewaard en worden nagekeken.",
        closed="Deze toets is voorbij.",
        right="Vraag {0}: goed.",
        wrong="Vraag {0}: niet goed. Verwacht: {1}",
        unsure="Vraag {0}: vergelijk je antwoord met de pagina's.",
        review="Pagina's om te herhalen:",
        support="Wat erg dat je je zo voelt, en goed dat je het me vertelt. Je hoeft dit niet alleen te doen: praat nu met iemand die je vertrouwt – een ouder, een vriend, een leraar, een arts – en bel de hulpdiensten als je misschien in gevaar bent.",
    ),
    "ru": ModePhrases(
        safe="Давайте не забегать вперёд: расскажите, что вы уже попробовали или с чего бы начали, и пойдём дальше вместе.",
        where="Сначала прочитайте здесь:",
        near="Рядом дословно сказано:",
        masked="Без слов, о которых идёт речь:",
        declined="Это экзамен: я не могу помогать, пока он не проверен. Напишите ответ так хорошо, как можете.",
        taken="Ваш ответ записан.",
        question="Вопрос {0} из {1}:",
        finished="Это был последний вопрос. Ответы сохранены и будут проверены.",
        closed="Этот экзамен окончен.",
        right="Вопрос {0}: верно.",
        wrong="Вопрос {0}: неверно. Ожидалось: {1}",
        unsure="Вопрос {0}: сравните свой ответ со страницами.",
        review="Страницы для повторения:",
        support="Мне очень жаль, что вам так тяжело, и хорошо, что вы об этом сказали. Вы не обязаны справляться в одиночку: поговорите сейчас с тем, кому доверяете, – с родителями, другом, учителем, врачом, – а если вам может грозить опасность, позвоните в экстренные службы.",
    ),
    "zh": ModePhrases(
        safe="我们先不要跳到最后：告诉我您已经试过什么，或者您会先做什么，我们从那里继续。",
        where="请先读这里：",
        near="旁边的原文：",
        masked="略去关键词语的原文：",
        declined="这是考试：批改之前我不能提供帮助。请尽力写下您的回答。",
        taken="您的回答已记录。",
        question="第 {0} 题，共 {1} 题：",
        finished="这是最后一题。您的回答已保存，等待批改。",
        closed="这场考试已经结束。",
        right="第 {0} 题：正确。",
        wrong="第 {0} 题：不正确。参考答案：{1}",
        unsure="第 {0} 题：请将您的回答与这些页对照。",
        review="需要复习的页：",
        support="听到您这样的感受，我很难过，也很高兴您告诉了我。您不必独自承受：请现在就和您信任的人谈谈——父母、朋友、老师或医生；如果您可能有危险，请立即联系当地的紧急救援服务。",
    ),
    "ja": ModePhrases(
        safe="先を急がず、これまでに試したことや、最初に何をするかを教えてください。そこから一緒に進めましょう。",
        where="まずここを読んでください：",
        near="その近くの原文：",
        masked="大事な語を伏せた原文：",
        declined="これは試験です。採点が終わるまでお手伝いできません。できるだけよく考えて答えを書いてください。",
        taken="回答を記録しました。",
        question="第 {0} 問（全 {1} 問）：",
        finished="これが最後の問題でした。回答は保存され、採点されます。",
        closed="この試験は終了しました。",
        right="第 {0} 問：正解です。",
        wrong="第 {0} 問：正解ではありません。正解：{1}",
        unsure="第 {0} 問：回答をページと見比べてください。",
        review="復習するページ：",
        support="そのようなお気持ちでいること、とてもつらいですね。話してくれてよかったです。一人で抱えなくて大丈夫です。今すぐ、家族や友人、先生、医師など信頼できる人に話してください。危険があるかもしれないときは、地域の緊急通報先に連絡してください。",
    ),
    "ar": ModePhrases(
        safe="لا نتعجّل: أخبرني بما جرّبته حتى الآن، أو بما ستبدأ به، ثم نتابع من هناك.",
        where="اقرأ هنا أولًا:",
        near="بجواره جاء حرفيًا:",
        masked="من دون الكلمات المهمة:",
        declined="هذا امتحان: لا أستطيع المساعدة قبل تصحيحه. اكتب إجابتك بأفضل ما تستطيع.",
        taken="سُجّلت إجابتك.",
        question="السؤال {0} من {1}:",
        finished="كان هذا آخر سؤال. حُفظت إجاباتك وستُصحَّح.",
        closed="انتهى هذا الامتحان.",
        right="السؤال {0}: صحيح.",
        wrong="السؤال {0}: غير صحيح. المتوقع: {1}",
        unsure="السؤال {0}: قارن إجابتك بالصفحات.",
        review="صفحات للمراجعة:",
        support="يؤسفني حقًا أنك تشعر بهذا، ويسرّني أنك أخبرتني. لست مضطرًا إلى مواجهة ذلك وحدك: تحدّث الآن إلى شخص تثق به – أحد والديك أو صديق أو معلّم أو طبيب – وإذا كنت قد تكون في خطر فاتصل بخدمات الطوارئ.",
    ),
    "hi": ModePhrases(
        safe="जल्दी न करें: बताइए कि आपने अब तक क्या आज़माया है, या आप पहले क्या करेंगे, फिर वहीं से आगे बढ़ेंगे।",
        where="पहले यहाँ पढ़ें:",
        near="उसके पास शब्दशः लिखा है:",
        masked="मुख्य शब्दों के बिना:",
        declined="यह परीक्षा है: जाँच होने तक मैं मदद नहीं कर सकती। जितना अच्छा हो सके, अपना उत्तर लिखें।",
        taken="आपका उत्तर दर्ज हो गया है।",
        question="प्रश्न {0}, कुल {1}:",
        finished="यह अंतिम प्रश्न था। आपके उत्तर सुरक्षित हैं और जाँचे जाएँगे।",
        closed="यह परीक्षा समाप्त हो चुकी है।",
        right="प्रश्न {0}: सही।",
        wrong="प्रश्न {0}: सही नहीं। अपेक्षित: {1}",
        unsure="प्रश्न {0}: अपने उत्तर की तुलना इन पृष्ठों से करें।",
        review="दोहराने के पृष्ठ:",
        support="मुझे सचमुच दुख है कि आप ऐसा महसूस कर रहे हैं, और अच्छा हुआ कि आपने मुझे बताया। आपको यह अकेले नहीं सहना है: अभी किसी भरोसेमंद व्यक्ति से बात करें – माता-पिता, मित्र, शिक्षक या डॉक्टर – और यदि आप ख़तरे में हो सकते हैं, तो आपातकालीन सेवाओं को फ़ोन करें।",
    ),
}


def mode_phrases(*languages: str) -> ModePhrases:
    """Return the phrases of the first of these languages that has any, else the English ones."""
    return next((MODE_PHRASES[language] for language in languages if language in MODE_PHRASES), MODE_PHRASES["en"])
