# ruff: noqa: E501
"""What the answerer without a model says around its quotes, by language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Whole sentences; ``page`` and ``pages`` are the place after a quote.

    ``still_reading`` and ``overview`` take a number of files, behind a colon: so no language needs a plural of it.
    """

    found: str
    only_quotes: str
    not_covered: str
    not_in_folder: str
    no_files: str
    empty_folder: str
    page: str
    pages: str
    greeting: str
    thanks: str
    farewell: str
    identity: str
    abilities: str
    nothing_asked: str
    still_reading: str
    overview: str


PHRASES = {
    "en": Phrases(
        found="Your files say, word for word:",
        only_quotes="No language model is set up, so I can't write that myself. What your files say about it, word for word:",
        not_covered="I found nothing in your files that answers this. Upload material that covers it, or ask with the words "
        "that your files use.",
        not_in_folder="I found nothing in this folder that answers this. Ask in all your files, or upload material that "
        "covers it.",
        no_files="You have no files yet that I can read. Upload a book, notes or slides with text, and ask again.",
        empty_folder="This folder has no file yet that I can read. Upload one to it, or ask in all your files.",
        page="(p. {0})",
        pages="(pp. {0}–{1})",
        greeting="Hello! Ask me anything about your files, and I'll look it up and quote it with its page.",
        thanks="You're welcome! Ask on whenever you like.",
        farewell="Goodbye, and good luck with your studies!",
        identity="I'm Clara, a tutor that knows your own study material. No language model is set up, so I answer with "
        "quotes from your files, word for word and with their pages.",
        abilities="I look for the answers to your questions in the files that you uploaded, and quote the sentences that "
        "answer them, with their pages. Without a language model I can't explain, summarise or translate.",
        nothing_asked="Ask me a question about your files, for example: “What is photosynthesis?”",
        still_reading="Files still being read: {0}. Ask again when they are ready.",
        overview="Files that I have read: {0}. How they and their chapters begin, word for word:",
    ),
    "de": Phrases(
        found="In deinen Dateien steht wörtlich:",
        only_quotes="Es ist kein Sprachmodell eingerichtet, darum kann ich das nicht selbst schreiben. In deinen Dateien "
        "steht dazu wörtlich:",
        not_covered="In deinen Dateien habe ich nichts gefunden, was das beantwortet. Lade Material dazu hoch, oder frage "
        "mit den Wörtern, die in deinen Dateien stehen.",
        not_in_folder="In diesem Ordner habe ich nichts gefunden, was das beantwortet. Frage in allen Dateien, oder lade "
        "Material dazu hoch.",
        no_files="Du hast noch keine Dateien, die ich lesen kann. Lade ein Buch, Notizen oder Folien mit Text hoch und "
        "frage dann noch einmal.",
        empty_folder="In diesem Ordner liegt noch keine Datei, die ich lesen kann. Lade eine hoch, oder frage in allen "
        "Dateien.",
        page="(S. {0})",
        pages="(S. {0}–{1})",
        greeting="Hallo! Frage mich etwas zu deinen Dateien: Ich suche es heraus und zitiere es mit Seitenzahl.",
        thanks="Gern geschehen! Frag jederzeit weiter.",
        farewell="Auf Wiedersehen und viel Erfolg beim Lernen!",
        identity="Ich bin Clara, eine Tutorin, die dein eigenes Lernmaterial kennt. Es ist kein Sprachmodell eingerichtet, "
        "darum antworte ich mit wörtlichen Zitaten aus deinen Dateien, mit Seitenzahl.",
        abilities="Ich suche die Antworten auf deine Fragen in den Dateien, die du hochgeladen hast, und zitiere die Sätze "
        "mit Seitenzahl. Ohne Sprachmodell kann ich nicht erklären, zusammenfassen oder übersetzen.",
        nothing_asked="Stelle mir eine Frage zu deinen Dateien, zum Beispiel: „Was ist Photosynthese?“",
        still_reading="Dateien, die noch gelesen werden: {0}. Frage noch einmal, wenn sie fertig sind.",
        overview="Dateien, die ich gelesen habe: {0}. So beginnen sie und ihre Kapitel, wörtlich:",
    ),
    "es": Phrases(
        found="Tus archivos dicen, palabra por palabra:",
        only_quotes="No hay ningún modelo de lenguaje configurado, así que no puedo redactarlo yo. Tus archivos dicen sobre "
        "ello, palabra por palabra:",
        not_covered="No he encontrado en tus archivos nada que responda a esto. Sube material que lo trate o pregunta con las "
        "palabras que usan tus archivos.",
        not_in_folder="No he encontrado en esta carpeta nada que responda a esto. Pregunta en todos tus archivos o sube "
        "material que lo trate.",
        no_files="Todavía no tienes archivos que yo pueda leer. Sube un libro, apuntes o diapositivas con texto y vuelve a "
        "preguntar.",
        empty_folder="Esta carpeta todavía no tiene ningún archivo que yo pueda leer. Sube uno o pregunta en todos tus archivos.",
        page="(pág. {0})",
        pages="(págs. {0}–{1})",
        greeting="¡Hola! Pregúntame lo que quieras sobre tus archivos: lo buscaré y lo citaré con su página.",
        thanks="¡De nada! Pregunta cuando quieras.",
        farewell="¡Hasta luego y suerte con los estudios!",
        identity="Soy Clara, una tutora que conoce tu propio material de estudio. No hay ningún modelo de lenguaje "
        "configurado, así que respondo con citas literales de tus archivos y sus páginas.",
        abilities="Busco las respuestas a tus preguntas en los archivos que has subido y cito las frases con sus páginas. "
        "Sin un modelo de lenguaje no puedo explicar, resumir ni traducir.",
        nothing_asked="Hazme una pregunta sobre tus archivos, por ejemplo: «¿Qué es la fotosíntesis?»",
        still_reading="Archivos que todavía se están leyendo: {0}. Vuelve a preguntar cuando estén listos.",
        overview="Archivos que he leído: {0}. Así empiezan ellos y sus capítulos, palabra por palabra:",
    ),
    "fr": Phrases(
        found="Vos fichiers disent, mot pour mot :",
        only_quotes="Aucun modèle de langage n'est configuré, je ne peux donc pas le rédiger moi-même. Vos fichiers en disent, "
        "mot pour mot :",
        not_covered="Je n'ai rien trouvé dans vos fichiers qui réponde à cela. Ajoutez un document qui en parle, ou posez la "
        "question avec les mots de vos fichiers.",
        not_in_folder="Je n'ai rien trouvé dans ce dossier qui réponde à cela. Cherchez dans tous vos fichiers, ou ajoutez un "
        "document qui en parle.",
        no_files="Vous n'avez pas encore de fichier que je puisse lire. Ajoutez un livre, des notes ou des diapositives avec "
        "du texte, puis reposez la question.",
        empty_folder="Ce dossier ne contient pas encore de fichier que je puisse lire. Ajoutez-en un, ou cherchez dans tous "
        "vos fichiers.",
        page="(p. {0})",
        pages="(p. {0}–{1})",
        greeting="Bonjour ! Posez-moi une question sur vos fichiers : je chercherai la réponse et la citerai avec sa page.",
        thanks="Je vous en prie ! N'hésitez pas à continuer.",
        farewell="Au revoir, et bon courage pour vos études !",
        identity="Je suis Clara, une tutrice qui connaît vos propres documents. Aucun modèle de langage n'est configuré, je "
        "réponds donc par des citations exactes de vos fichiers, avec leurs pages.",
        abilities="Je cherche les réponses à vos questions dans les fichiers que vous avez ajoutés, et je cite les phrases "
        "avec leurs pages. Sans modèle de langage, je ne peux ni expliquer, ni résumer, ni traduire.",
        nothing_asked="Posez-moi une question sur vos fichiers, par exemple : « Qu'est-ce que la photosynthèse ? »",
        still_reading="Fichiers encore en cours de lecture : {0}. Reposez la question quand ils seront prêts.",
        overview="Fichiers que j'ai lus : {0}. Voici comment ils commencent, ainsi que leurs chapitres, mot pour mot :",
    ),
    "it": Phrases(
        found="I tuoi file dicono, parola per parola:",
        only_quotes="Non è configurato alcun modello linguistico, quindi non posso scriverlo io. I tuoi file ne dicono, parola "
        "per parola:",
        not_covered="Non ho trovato nei tuoi file nulla che risponda a questo. Carica materiale che ne parli, o chiedi con le "
        "parole dei tuoi file.",
        not_in_folder="Non ho trovato in questa cartella nulla che risponda a questo. Chiedi in tutti i file, o carica "
        "materiale che ne parli.",
        no_files="Non hai ancora file che io possa leggere. Carica un libro, appunti o diapositive con testo e chiedi di nuovo.",
        empty_folder="Questa cartella non ha ancora file che io possa leggere. Caricane uno, o chiedi in tutti i file.",
        page="(p. {0})",
        pages="(pp. {0}–{1})",
        greeting="Ciao! Chiedimi qualcosa sui tuoi file: lo cercherò e lo citerò con la pagina.",
        thanks="Prego! Chiedi pure ancora.",
        farewell="Arrivederci e buono studio!",
        identity="Sono Clara, una tutor che conosce il tuo materiale di studio. Non è configurato alcun modello linguistico, "
        "quindi rispondo con citazioni esatte dai tuoi file, con le pagine.",
        abilities="Cerco le risposte alle tue domande nei file che hai caricato e cito le frasi con le pagine. Senza un "
        "modello linguistico non posso spiegare, riassumere o tradurre.",
        nothing_asked="Fammi una domanda sui tuoi file, per esempio: «Che cos'è la fotosintesi?»",
        still_reading="File ancora in lettura: {0}. Chiedi di nuovo quando saranno pronti.",
        overview="File che ho letto: {0}. Ecco come iniziano, capitoli compresi, parola per parola:",
    ),
    "pt": Phrases(
        found="Seus arquivos dizem, palavra por palavra:",
        only_quotes="Nenhum modelo de linguagem está configurado, por isso não posso escrever isso. Seus arquivos dizem a "
        "respeito, palavra por palavra:",
        not_covered="Não encontrei nos seus arquivos nada que responda a isso. Envie material sobre o assunto ou pergunte com "
        "as palavras dos seus arquivos.",
        not_in_folder="Não encontrei nesta pasta nada que responda a isso. Pergunte em todos os arquivos ou envie material "
        "sobre o assunto.",
        no_files="Você ainda não tem arquivos que eu possa ler. Envie um livro, anotações ou slides com texto e pergunte de "
        "novo.",
        empty_folder="Esta pasta ainda não tem arquivos que eu possa ler. Envie um ou pergunte em todos os arquivos.",
        page="(p. {0})",
        pages="(pp. {0}–{1})",
        greeting="Olá! Pergunte-me algo sobre seus arquivos: vou procurar e citar com a página.",
        thanks="De nada! Pergunte sempre que quiser.",
        farewell="Até logo e bons estudos!",
        identity="Sou Clara, uma tutora que conhece o seu próprio material de estudo. Nenhum modelo de linguagem está "
        "configurado, por isso respondo com citações exatas dos seus arquivos, com as páginas.",
        abilities="Procuro as respostas às suas perguntas nos arquivos que você enviou e cito as frases com as páginas. Sem um "
        "modelo de linguagem não posso explicar, resumir nem traduzir.",
        nothing_asked="Faça uma pergunta sobre seus arquivos, por exemplo: “O que é fotossíntese?”",
        still_reading="Arquivos que ainda estão sendo lidos: {0}. Pergunte de novo quando estiverem prontos.",
        overview="Arquivos que li: {0}. Assim começam eles e seus capítulos, palavra por palavra:",
    ),
    "nl": Phrases(
        found="In je bestanden staat letterlijk:",
        only_quotes="Er is geen taalmodel ingesteld, dus ik kan dat niet zelf schrijven. In je bestanden staat er letterlijk "
        "over:",
        not_covered="Ik heb in je bestanden niets gevonden dat dit beantwoordt. Upload materiaal erover, of vraag het met de "
        "woorden uit je bestanden.",
        not_in_folder="Ik heb in deze map niets gevonden dat dit beantwoordt. Vraag het in al je bestanden, of upload "
        "materiaal erover.",
        no_files="Je hebt nog geen bestanden die ik kan lezen. Upload een boek, aantekeningen of dia's met tekst en vraag het "
        "opnieuw.",
        empty_folder="In deze map staat nog geen bestand dat ik kan lezen. Upload er een, of vraag het in al je bestanden.",
        page="(p. {0})",
        pages="(p. {0}–{1})",
        greeting="Hallo! Vraag me iets over je bestanden: ik zoek het op en citeer het met de pagina.",
        thanks="Graag gedaan! Vraag gerust verder.",
        farewell="Tot ziens en succes met leren!",
        identity="Ik ben Clara, een tutor die je eigen studiemateriaal kent. Er is geen taalmodel ingesteld, dus ik antwoord "
        "met letterlijke citaten uit je bestanden, met de pagina.",
        abilities="Ik zoek de antwoorden op je vragen in de bestanden die je hebt geüpload en citeer de zinnen met de pagina. "
        "Zonder taalmodel kan ik niet uitleggen, samenvatten of vertalen.",
        nothing_asked="Stel me een vraag over je bestanden, bijvoorbeeld: “Wat is fotosynthese?”",
        still_reading="Bestanden die nog worden gelezen: {0}. Vraag het opnieuw als ze klaar zijn.",
        overview="Bestanden die ik heb gelezen: {0}. Zo beginnen ze en hun hoofdstukken, letterlijk:",
    ),
    "ru": Phrases(
        found="В ваших файлах дословно сказано:",
        only_quotes="Языковая модель не настроена, поэтому сам текст я написать не могу. Вот что дословно сказано об этом в "
        "ваших файлах:",
        not_covered="В ваших файлах я не нашла ответа на этот вопрос. Загрузите материал по этой теме или спросите словами, "
        "которые есть в ваших файлах.",
        not_in_folder="В этой папке я не нашла ответа на этот вопрос. Спросите по всем файлам или загрузите материал по этой "
        "теме.",
        no_files="У вас пока нет файлов, которые я могу прочитать. Загрузите книгу, конспект или слайды с текстом и спросите "
        "ещё раз.",
        empty_folder="В этой папке пока нет файла, который я могу прочитать. Загрузите его или спросите по всем файлам.",
        page="(с. {0})",
        pages="(с. {0}–{1})",
        greeting="Здравствуйте! Спросите меня о ваших файлах: я найду ответ и процитирую его с указанием страницы.",
        thanks="Пожалуйста! Спрашивайте ещё.",
        farewell="До свидания и успехов в учёбе!",
        identity="Я Клара, тьютор, который знает ваши учебные материалы. Языковая модель не настроена, поэтому я отвечаю "
        "дословными цитатами из ваших файлов с указанием страниц.",
        abilities="Я ищу ответы на ваши вопросы в загруженных вами файлах и цитирую предложения с указанием страниц. Без "
        "языковой модели я не могу объяснять, пересказывать и переводить.",
        nothing_asked="Задайте мне вопрос о ваших файлах, например: «Что такое фотосинтез?»",
        still_reading="Файлы, которые ещё читаются: {0}. Спросите ещё раз, когда они будут готовы.",
        overview="Прочитанные файлы: {0}. Вот как дословно начинаются они и их главы:",
    ),
    "zh": Phrases(
        found="您的文件中的原文如下：",
        only_quotes="尚未配置语言模型，我无法自己撰写。您的文件中相关的原文如下：",
        not_covered="在您的文件中没有找到能回答这个问题的内容。请上传相关资料，或换用文件中的词语提问。",
        not_in_folder="在这个文件夹中没有找到能回答这个问题的内容。请在全部文件中提问，或上传相关资料。",
        no_files="您还没有我能读取的文件。请上传带文字的书籍、笔记或幻灯片，然后再提问。",
        empty_folder="这个文件夹中还没有我能读取的文件。请上传文件，或在全部文件中提问。",
        page="（第 {0} 页）",
        pages="（第 {0}–{1} 页）",
        greeting="您好！请就您的文件向我提问，我会查找答案，并注明页码引用原文。",
        thanks="不客气！欢迎继续提问。",
        farewell="再见，祝学习顺利！",
        identity="我是 Clara，熟悉您自己学习资料的辅导老师。尚未配置语言模型，所以我引用您文件中的原文来回答，并注明页码。",
        abilities="我在您上传的文件中查找问题的答案，并引用原文、注明页码。没有语言模型时，我不能讲解、总结或翻译。",
        nothing_asked="请就您的文件提一个问题，例如：“什么是光合作用？”",
        still_reading="仍在读取的文件：{0} 个。读取完成后请再次提问。",
        overview="我已读取的文件：{0} 个。它们及其章节的开头原文如下：",
    ),
    "ja": Phrases(
        found="あなたのファイルには、原文のまま次のように書かれています：",
        only_quotes="言語モデルが設定されていないため、自分で文章を書くことはできません。あなたのファイルの原文は次のとおりです：",
        not_covered="あなたのファイルには、この質問に答える内容が見つかりませんでした。関連する資料を追加するか、ファイルで使われている言葉で質問してください。",
        not_in_folder="このフォルダーには、この質問に答える内容が見つかりませんでした。すべてのファイルで質問するか、関連する資料を追加してください。",
        no_files="読み取れるファイルがまだありません。文字のある本、ノート、スライドをアップロードしてから、もう一度質問してください。",
        empty_folder="このフォルダーには読み取れるファイルがまだありません。ファイルを追加するか、すべてのファイルで質問してください。",
        page="（{0}ページ）",
        pages="（{0}〜{1}ページ）",
        greeting="こんにちは！あなたのファイルについて質問してください。答えを探し、ページ番号つきで引用します。",
        thanks="どういたしまして！いつでも質問してください。",
        farewell="さようなら。勉強がはかどりますように！",
        identity="私は Clara、あなたの教材を知っているチューターです。言語モデルが設定されていないため、ファイルの原文をページ番号つきで引用して答えます。",
        abilities="アップロードされたファイルから質問の答えを探し、その文をページ番号つきで引用します。言語モデルがないため、説明や要約、翻訳はできません。",
        nothing_asked="あなたのファイルについて質問してください。例：「光合成とは何ですか？」",
        still_reading="まだ読み取り中のファイル：{0} 件。読み取りが終わったら、もう一度質問してください。",
        overview="読み取り済みのファイル：{0} 件。ファイルと各章の冒頭は、原文のまま次のとおりです：",
    ),
    "ar": Phrases(
        found="جاء في ملفاتك حرفيًا:",
        only_quotes="لم يُضبط أي نموذج لغوي، لذلك لا أستطيع كتابة ذلك بنفسي. هذا ما جاء عنه حرفيًا في ملفاتك:",
        not_covered="لم أجد في ملفاتك ما يجيب عن هذا السؤال. ارفع مادة تتناوله، أو اسأل بالكلمات المستخدمة في ملفاتك.",
        not_in_folder="لم أجد في هذا المجلد ما يجيب عن هذا السؤال. اسأل في جميع ملفاتك، أو ارفع مادة تتناوله.",
        no_files="ليس لديك بعد ملفات أستطيع قراءتها. ارفع كتابًا أو ملاحظات أو شرائح فيها نص، ثم اسأل من جديد.",
        empty_folder="ليس في هذا المجلد بعد ملف أستطيع قراءته. ارفع ملفًا إليه، أو اسأل في جميع ملفاتك.",
        page="(ص {0})",
        pages="(ص {0}–{1})",
        greeting="مرحبًا! اسألني عن ملفاتك، وسأبحث عن الجواب وأقتبسه مع رقم الصفحة.",
        thanks="على الرحب والسعة! اسأل متى شئت.",
        farewell="إلى اللقاء، وبالتوفيق في دراستك!",
        identity="أنا كلارا، معلّمة تعرف موادك الدراسية. لم يُضبط أي نموذج لغوي، لذلك أجيب باقتباسات حرفية من ملفاتك مع أرقام الصفحات.",
        abilities="أبحث عن إجابات أسئلتك في الملفات التي رفعتها، وأقتبس الجمل مع أرقام صفحاتها. دون نموذج لغوي لا أستطيع الشرح أو التلخيص "
        "أو الترجمة.",
        nothing_asked="اطرح عليّ سؤالًا عن ملفاتك، مثل: «ما هو التمثيل الضوئي؟»",
        still_reading="الملفات التي لا تزال قيد القراءة: {0}. اسأل من جديد عندما تصبح جاهزة.",
        overview="الملفات التي قرأتها: {0}. هكذا تبدأ هي وفصولها حرفيًا:",
    ),
    "hi": Phrases(
        found="आपकी फ़ाइलों में शब्दशः लिखा है:",
        only_quotes="कोई भाषा मॉडल सेट नहीं है, इसलिए मैं यह स्वयं नहीं लिख सकती। आपकी फ़ाइलों में इसके बारे में शब्दशः लिखा है:",
        not_covered="आपकी फ़ाइलों में मुझे इस प्रश्न का उत्तर नहीं मिला। इस विषय की सामग्री अपलोड करें, या अपनी फ़ाइलों के शब्दों में पूछें।",
        not_in_folder="इस फ़ोल्डर में मुझे इस प्रश्न का उत्तर नहीं मिला। सभी फ़ाइलों में पूछें, या इस विषय की सामग्री अपलोड करें।",
        no_files="आपके पास अभी ऐसी कोई फ़ाइल नहीं है जिसे मैं पढ़ सकूँ। पाठ वाली पुस्तक, नोट्स या स्लाइड अपलोड करें और फिर पूछें।",
        empty_folder="इस फ़ोल्डर में अभी ऐसी कोई फ़ाइल नहीं है जिसे मैं पढ़ सकूँ। एक फ़ाइल अपलोड करें, या सभी फ़ाइलों में पूछें।",
        page="(पृ. {0})",
        pages="(पृ. {0}–{1})",
        greeting="नमस्ते! अपनी फ़ाइलों के बारे में पूछिए: मैं उत्तर खोजकर पृष्ठ संख्या के साथ उद्धृत करूँगी।",
        thanks="आपका स्वागत है! जब चाहें पूछिए।",
        farewell="नमस्ते, पढ़ाई के लिए शुभकामनाएँ!",
        identity="मैं क्लारा हूँ, एक ट्यूटर जो आपकी अध्ययन सामग्री जानती है। कोई भाषा मॉडल सेट नहीं है, इसलिए मैं आपकी फ़ाइलों के शब्दशः "
        "उद्धरण पृष्ठ संख्या के साथ देती हूँ।",
        abilities="मैं आपके प्रश्नों के उत्तर आपकी अपलोड की हुई फ़ाइलों में खोजती हूँ और वाक्यों को पृष्ठ संख्या के साथ उद्धृत करती हूँ। भाषा मॉडल के "
        "बिना मैं समझा, संक्षेप या अनुवाद नहीं कर सकती।",
        nothing_asked="अपनी फ़ाइलों के बारे में कोई प्रश्न पूछिए, जैसे: “प्रकाश संश्लेषण क्या है?”",
        still_reading="अभी पढ़ी जा रही फ़ाइलें: {0}। उनके तैयार होने पर फिर पूछें।",
        overview="मेरी पढ़ी हुई फ़ाइलें: {0}। वे और उनके अध्याय शब्दशः ऐसे शुरू होते हैं:",
    ),
}


def phrases_in(*languages: str) -> Phrases:
    """Return the phrases of the first of these languages that has any, else the English ones."""
    return next((PHRASES[language] for language in languages if language in PHRASES), PHRASES["en"])
