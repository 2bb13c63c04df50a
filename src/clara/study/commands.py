# ruff: noqa: E501
"""What a message tells to make, without a model: "make flashcards about osmosis", "quiz me on chapter 2"."""

import re
from dataclasses import dataclass
from functools import cache

from clara.study.scope import MAX_TOPIC, Kind

LONGEST_COMMAND = 400


@dataclass(frozen=True, slots=True)
class Command:
    """``topic`` is empty for all the material; ``count`` is None unless a number was said."""

    kind: Kind
    topic: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Grammar:
    """Regular expressions of one language: what may come before the thing, the things, and what joins the topic.

    ``whole`` are forms of their own, by kind, with the topic as a group. ``everything`` is a topic that means all.
    """

    before: str
    cards: str
    quiz: str
    diagram: str
    mindmap: str
    summary: str
    join: str
    after: str
    everything: str
    whole: tuple[tuple[Kind, str], ...] = ()
    topic_first: bool = False


_EN = _Grammar(
    before=r"(?:(?:i (?:want|need|would like|'d like)|let's have|make|create|generate|give|prepare|build|write|show|draw|produce|do)(?: me| us)?(?: up)? )?(?:please )?(?:(?:a|an|the|some|another|new)(?: (?:short|quick|new|little|set of|deck of|few))* |(?P<count>\d{1,2}) )?(?:(?:multiple[- ]choice|practice|mermaid|study) )?",
    cards=r"(?:flash ?-?cards?|study cards|anki cards)",
    quiz=r"(?:quiz(?:zes)?|(?:practice )?test|(?:quiz )?questions)",
    diagram=r"(?:diagram|flow ?chart|chart|graph|schema|visuali[sz]ation)",
    mindmap=r"(?:mind ?-?map|concept map)",
    summary=r"(?:summary|outline|overview|recap)",
    join=r"(?:about|on|of|for|from|covering|over|out of|explaining|showing|to)",
    after=r"",
    everything=r"(?:(?:all )?(?:of )?(?:my|the|this|these|our|your)? ?(?:files?|notes?|documents?|material|book|folder|uploads?|class|course|lesson|everything|all|it|this|that|pdf|text))",
    whole=(
        (Kind.QUIZ, r"(?:quiz|test|examine|drill) (?:me|us)(?: (?:about|on|over|with|in|for))?(?: (?P<topic>.+))?"),
        (Kind.SUMMARY, r"(?:summari[sz]e|sum up|recap)(?: (?P<topic>.+))?"),
        (Kind.DIAGRAM, r"(?:draw|sketch|diagram|visuali[sz]e|illustrate)(?: me)? (?P<topic>.+)"),
        (Kind.FLASHCARDS, r"turn (?P<topic>.+) into flash ?-?cards"),
        (Kind.MINDMAP, r"(?:mind ?-?map|map out) (?P<topic>.+)"),
    ),
)
_DE = _Grammar(
    before=r"(?:(?:mach|mache|erstelle|erstell|erzeuge|gib|zeig|zeige|zeichne|schreib|schreibe|ich (?:möchte|will|brauche))(?: mir| uns)? )?(?:bitte )?(?:(?:ein|eine|einen|das|die|ein paar|einige|neue) (?:kurze[sn]? |kleine[sn]? )?|(?P<count>\d{1,2}) )?",
    cards=r"(?:karteikarten?|lernkarten?|flashcards?)",
    quiz=r"(?:quiz|test|quizfragen|fragen)",
    diagram=r"(?:diagramm|schaubild|flussdiagramm|schema|grafik)",
    mindmap=r"(?:mind ?-?map|gedankenkarte)",
    summary=r"(?:zusammenfassung|überblick)",
    join=r"(?:über|zu|zum|zur|von|vom|für|aus)",
    after=r"(?: (?:machen|erstellen|zeichnen|an))?",
    everything=r"(?:(?:all )?(?:meine[nmr]?|de[nmrs]|die|das|diese[nmr]?)? ?(?:dateien?|notizen|unterlagen|material|buch|ordner|alles|allem|text))",
    whole=(
        (
            Kind.QUIZ,
            r"(?:frag|frage|teste|prüf|prüfe) mich(?: ab)?(?: (?:über|zu|zum|zur))?(?: (?P<topic>.+?))?(?: ab)?",
        ),
        (Kind.SUMMARY, r"(?:fass|fasse) (?P<topic>.+?)(?: bitte)? zusammen"),
    ),
)
_ES = _Grammar(
    before=r"(?:(?:haz|hazme|crea|créame|genera|dame|prepara|dibuja|muestra|escribe|quiero|necesito)(?: me)? )?(?:por favor )?(?:(?:un|una|unas|unos|el|la|las|algunas) |(?P<count>\d{1,2}) )?",
    cards=r"(?:tarjetas?(?: de (?:estudio|memoria|memorización))?|fichas|flashcards)",
    quiz=r"(?:quiz|cuestionario|test|examen|prueba|preguntas)",
    diagram=r"(?:diagrama|esquema|gráfico)(?: de flujo)?",
    mindmap=r"mapa (?:mental|conceptual)",
    summary=r"(?:resumen|síntesis)",
    join=r"(?:sobre|de|del|acerca de|acerca del|para|con)",
    after="",
    everything=r"(?:(?:todos? )?(?:mis|los|mi|el|este|esta|la)? ?(?:archivos?|apuntes|notas|material|libro|carpeta|todo|texto|documentos?))",
    whole=(
        (
            Kind.QUIZ,
            r"(?:pregúntame|examíname|evalúame|ponme a prueba)(?: (?:sobre|de|del|acerca de))?(?: (?P<topic>.+))?",
        ),
        (Kind.SUMMARY, r"(?:resume|resúmeme|resumir|sintetiza)(?: (?P<topic>.+))?"),
    ),
)
_FR = _Grammar(
    before=r"(?:(?:fais|fais-moi|faites|crée|crée-moi|créer|génère|donne-moi|prépare|dessine|dessine-moi|montre-moi|écris|je (?:veux|voudrais)) )?(?:s'il te plaît )?(?:(?:un|une|des|le|la|les|quelques) |(?P<count>\d{1,2}) )?",
    cards=r"(?:cartes?(?: (?:mémoire|de révision|flash))?|flashcards|fiches(?: de révision)?)",
    quiz=r"(?:quiz|qcm|questionnaire|test|questions)",
    diagram=r"(?:schéma|diagramme|graphique|organigramme)",
    mindmap=r"carte (?:mentale|heuristique)",
    summary=r"(?:résumé|synthèse)",
    join=r"(?:sur|de|du|des|de la|à propos de|à propos du|pour|d'|de l')",
    after="",
    everything=r"(?:(?:tous? )?(?:mes|les|mon|le|ce|cette|la)? ?(?:fichiers?|notes|documents?|cours|livre|dossier|tout|texte))",
    whole=(
        (Kind.QUIZ, r"(?:interroge-moi|teste-moi|questionne-moi)(?: (?:sur|à propos de))?(?: (?P<topic>.+))?"),
        (Kind.SUMMARY, r"(?:résume|résume-moi|résumer)(?: (?P<topic>.+))?"),
        (Kind.MINDMAP, r"(?:fais |crée )?(?:une )?carte mentale (?:sur|de|du|des) (?P<topic>.+)"),
    ),
)
_IT = _Grammar(
    before=r"(?:(?:fai|fammi|crea|creami|genera|dammi|prepara|disegna|mostrami|scrivi|voglio|vorrei) )?(?:per favore )?(?:(?:un|una|uno|delle|dei|il|la|le|alcune) |(?P<count>\d{1,2}) )?",
    cards=r"(?:flashcards?|schede(?: di studio)?|carte)",
    quiz=r"(?:quiz|test|questionario|domande)",
    diagram=r"(?:diagramma|schema|grafico)",
    mindmap=r"mappa (?:mentale|concettuale)",
    summary=r"(?:riassunto|sintesi)",
    join=r"(?:su|sul|sulla|sui|sulle|sull'|di|del|della|dei|delle|dell'|per)",
    after="",
    everything=r"(?:(?:tutti? )?(?:i miei|i|il mio|il|questo|questa|la)? ?(?:file|appunti|note|materiale|libro|cartella|tutto|testo|documenti))",
    whole=(
        (Kind.QUIZ, r"(?:interrogami|testami|mettimi alla prova)(?: (?:su|sul|sulla|sui|sulle))?(?: (?P<topic>.+))?"),
        (Kind.SUMMARY, r"(?:riassumi|riassumimi|riassumere)(?: (?P<topic>.+))?"),
    ),
)
_PT = _Grammar(
    before=r"(?:(?:faz|faça|faz-me|faça-me|cria|crie|gera|gere|dá-me|me dê|prepara|prepare|desenha|desenhe|mostra|mostre|escreve|escreva|quero|preciso de) )?(?:por favor )?(?:(?:um|uma|uns|umas|o|a|as|alguns|algumas) |(?P<count>\d{1,2}) )?",
    cards=r"(?:flashcards?|cartões(?: de (?:estudo|memória|memorização))?|fichas)",
    quiz=r"(?:quiz|questionário|teste|prova|perguntas)",
    diagram=r"(?:diagrama|esquema|gráfico|fluxograma)",
    mindmap=r"mapa (?:mental|conceitual|conceptual)",
    summary=r"(?:resumo|síntese)",
    join=r"(?:sobre|de|do|da|dos|das|para|acerca de|com)",
    after="",
    everything=r"(?:(?:todos? )?(?:os meus|meus|os|o|este|esta|a)? ?(?:ficheiros?|arquivos?|notas|apontamentos|material|livro|pasta|tudo|texto|documentos?))",
    whole=(
        (
            Kind.QUIZ,
            r"(?:testa-me|teste-me|me teste|me pergunte|pergunta-me|questione-me)(?: (?:sobre|de|do|da))?(?: (?P<topic>.+))?",
        ),
        (Kind.SUMMARY, r"(?:resume|resuma|resumir)(?: (?P<topic>.+))?"),
    ),
)
_NL = _Grammar(
    before=r"(?:(?:maak|geef|toon|teken|schrijf|genereer|ik wil|ik heb)(?: me| mij| voor mij)? )?(?:alsjeblieft )?(?:(?:een|het|de|wat|enkele) |(?P<count>\d{1,2}) )?",
    cards=r"(?:flashcards?|leerkaart(?:en|jes)?|kaartjes)",
    quiz=r"(?:quiz|toets|quizvragen|vragen)",
    diagram=r"(?:diagram|schema|stroomdiagram|grafiek)",
    mindmap=r"(?:mind ?-?map|woordweb)",
    summary=r"(?:samenvatting|overzicht)",
    join=r"(?:over|van|voor|uit)",
    after="",
    everything=r"(?:(?:al )?(?:mijn|de|het|dit|deze)? ?(?:bestanden?|notities|materiaal|boek|map|alles|tekst|documenten?))",
    whole=(
        (Kind.QUIZ, r"(?:overhoor|test|toets) (?:me|mij)(?: (?:over|op|van))?(?: (?P<topic>.+))?"),
        (Kind.SUMMARY, r"vat (?P<topic>.+?) samen"),
    ),
)
_RU = _Grammar(
    before=r"(?:(?:сделай|создай|составь|дай|нарисуй|покажи|подготовь|напиши|сгенерируй|хочу)(?:те)?(?: мне)? )?(?:пожалуйста )?(?:(?P<count>\d{1,2}) )?",
    cards=r"(?:(?:флеш-?|учебные )?карточ(?:ки|ек)|флешкарты)",
    quiz=r"(?:тест|викторин[ау]|квиз|вопросы)",
    diagram=r"(?:диаграмм[ау]|схем[ау]|блок-схем[ау]|график)",
    mindmap=r"(?:интеллект-карт[ау]|ментальн(?:ая|ую) карт[ау]|майнд-?мап|карт[ау] мыслей)",
    summary=r"(?:конспект|краткое содержание|резюме|сводк[ау])",
    join=r"(?:по теме|на тему|по|о|об|про|для|из)",
    after="",
    everything=r"(?:(?:вс[её]м?|моим|моих|мои|этом[уй]?|эт[ау])? ?(?:файл\w*|заметк\w*|материал\w*|книг\w*|папк\w*|всё|все|текст\w*))",
    whole=(
        (Kind.QUIZ, r"(?:проверь|протестируй|опроси)(?:те)? меня(?: (?:по|о|об|на|про))?(?: (?P<topic>.+))?"),
        (Kind.SUMMARY, r"(?:кратко изложи|суммируй|обобщи|перескажи|подытожь)(?:те)?(?: (?P<topic>.+))?"),
    ),
)
_ZH = _Grammar(
    before=r"(?:请|帮我|请帮我|给我|为我|我想要)?(?:制作|做|创建|生成|画|出|写|列|来)?(?:一(?:个|份|张|些|组|套|幅|下))?",
    cards=r"(?:抽认卡|闪卡|记忆卡片?|单词卡|学习卡片?|卡片)",
    quiz=r"(?:测验|小测验|测试题?|考题|练习题|题目|问答)",
    diagram=r"(?:图表|示意图|流程图|图解|关系图)",
    mindmap=r"(?:思维导图|脑图|概念图)",
    summary=r"(?:总结|摘要|概要|概述)",
    join=r"(?:关于|有关|针对)?",
    after=r"(?:吧|给我)?",
    everything=r"(?:我的|这个|这些|所有|全部)?(?:文件|笔记|资料|材料|书|文件夹|内容|全部|课本)",
    whole=(
        (Kind.QUIZ, r"(?:请)?(?:考考我|测试我|测验我|考我)(?:关于|有关)?(?P<topic>.*?)(?:的(?:内容|知识))?"),
        (Kind.SUMMARY, r"(?:请|帮我|请帮我)?(?:总结|概括|归纳)(?:一下)?(?P<topic>.*)"),
    ),
    topic_first=True,
)
_JA = _Grammar(
    before=r"",
    cards=r"(?:フラッシュカード|暗記カード|単語カード|学習カード|カード)",
    quiz=r"(?:クイズ|小テスト|テスト|問題)",
    diagram=r"(?:図解|図表|図|ダイアグラム|フローチャート)",
    mindmap=r"(?:マインドマップ)",
    summary=r"(?:要約|まとめ|概要)",
    join=r"(?:についての|に関する|についての|について|から|の)",
    after=r"(?:を)?(?:(?:\d{1,2}(?:枚|個|問))?(?:作って|作成して|描いて|出して|書いて|ください|して|見せて|作りたい)?(?:ください|下さい|くれる|ほしい)?)?",
    everything=r"(?:私の|この|すべて|全部)?の?(?:ファイル|ノート|資料|本|フォルダー?|全部|教科書)",
    whole=(
        (Kind.SUMMARY, r"(?P<topic>.+?)を(?:要約|まとめ)(?:して|て)(?:ください|下さい|くれる)?"),
        (Kind.QUIZ, r"(?P<topic>.+?)(?:について)?(?:テストして|問題を出して)(?:ください|下さい)?"),
    ),
    topic_first=True,
)
_AR = _Grammar(
    before=r"(?:(?:أنشئ|انشئ|اصنع|اعمل|أعطني|اعطني|ارسم|حضر|اكتب|أريد|اريد)(?: لي)? )?(?:من فضلك )?(?:(?P<count>\d{1,2}) )?",
    cards=r"(?:بطاقات?(?: (?:تعليمية|استذكار|مراجعة|الذاكرة))?)",
    quiz=r"(?:اختبار[اً]?|أسئلة|اسئلة|كويز)(?: قصير[اً]?)?",
    diagram=r"(?:رسم[اً]? (?:تخطيطي[اً]?|بياني[اً]?)|مخطط[اً]?)",
    mindmap=r"(?:خريطة (?:ذهنية|مفاهيم))",
    summary=r"(?:ملخص[اً]?|تلخيص)",
    join=r"(?:عن|حول|في|من|لـ?|ل)",
    after="",
    everything=r"(?:كل )?(?:ملفاتي|ملاحظاتي|المادة|الكتاب|المجلد|النص|الملفات|كل شيء)",
    whole=(
        (Kind.QUIZ, r"(?:اختبرني|امتحني|اسألني)(?: (?:في|عن|حول))?(?: (?P<topic>.+))?"),
        (Kind.SUMMARY, r"(?:لخص|لخّص)(?: لي)?(?: (?P<topic>.+))?"),
    ),
)
_HI = _Grammar(
    before=r"(?:मुझे |कृपया |मेरे लिए )*",
    cards=r"(?:फ़?्?लैश ?कार्ड|फ्लैश ?कार्ड|फ़्लैश ?कार्ड|कार्ड)",
    quiz=r"(?:क्विज़?|प्रश्नोत्तरी|टेस्ट|प्रश्न|परीक्षा)",
    diagram=r"(?:आरेख|चित्र|डायग्राम|फ़्लोचार्ट)",
    mindmap=r"(?:माइंड ?मैप|मानसिक मानचित्र)",
    summary=r"(?:सारांश|संक्षेप)",
    join=r"(?:के बारे में|पर|का|की|के|से|के लिए)",
    after=r"(?: (?:बनाओ|बनाएं|बनाएँ|बना दो|बनाइए|दो|दें|दीजिए|दिखाओ|बताओ|लो|लें|करो|करें))?",
    everything=r"(?:मेरी |मेरे |इस |सभी |सब )*(?:फ़ाइलों?|फाइलों?|नोट्स|सामग्री|किताब|फ़ोल्डर|सब|पाठ)",
    topic_first=True,
)
_TH = _Grammar(
    before=r"(?:ช่วย|กรุณา|โปรด|ขอ|อยากได้)? ?(?:สร้าง|ทำ|เขียน|วาด|จัดทำ)? ?(?:(?P<count>\d{1,2}) ?(?:ข้อ|ใบ)? ?)?",
    cards=r"(?:แฟลชการ์ด|บัตรคำ(?:ศัพท์)?|การ์ดคำ(?:ศัพท์|ถาม))",
    quiz=r"(?:แบบทดสอบ|ควิซ|ข้อสอบ|แบบฝึกหัด)",
    diagram=r"(?:แผนภาพ|แผนภูมิ|ไดอะแกรม|ผังงาน|แผนผัง)",
    mindmap=r"(?:แผนผังความคิด|แผนที่ความคิด|ผังความคิด|มายด์ ?แ[มม]็?[พป])",
    summary=r"(?:บทสรุป|สรุปย่อ)",
    join=r"(?:เกี่ยวกับ|เรื่อง|จาก|ของ|หัวข้อ)",
    after=r"(?: ?(?:ให้ฉัน|ให้ผม|ให้|หน่อย|ด้วย|ครับ|ค่ะ|คะ|นะ))*",
    topic_first=True,
    everything=r"(?:ไฟล์|เอกสาร|โน้ต|หนังสือ|เนื้อหา|บทเรียน|ทั้งหมด)(?:ของ(?:ฉัน|ผม)|ทั้งหมด|นี้|เหล่านี้)*",
    whole=(
        (
            Kind.QUIZ,
            r"(?:ช่วย)?(?:ทดสอบ|ถาม|สอบ)(?:ฉัน|ผม|หนู)(?: ?(?:เกี่ยวกับ|เรื่อง) ?(?P<topic>.+?))?(?: ?(?:หน่อย|ครับ|ค่ะ))*",
        ),
        (Kind.SUMMARY, r"(?:ช่วย)?สรุป(?:เนื้อหา)?(?:เกี่ยวกับ|เรื่อง) ?(?P<topic>.+?)(?: ?(?:ให้|หน่อย|ครับ|ค่ะ))*"),
    ),
)
_GRAMMARS = (_EN, _DE, _ES, _FR, _IT, _PT, _NL, _RU, _AR, _ZH, _JA, _HI, _TH)
_POLITE = re.compile(
    r"^(?:(?:hey |hi |ok |okay |hallo |hola |salut |ciao )?clara[,!:、， ]+)?(?:(?:please|can you|could you|would you|will you|can we|now|bitte|kannst du|könntest du|por favor|puedes|podrías|s'il (?:te|vous) plaît|peux-tu|pouvez-vous|per favore|puoi|pode|podes|poderia|alsjeblieft|kun je|пожалуйста|можешь|من فضلك|هل يمكنك أن|कृपया)[, ]+)*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[\s,.!?。！？؟…]|\b(?:please|bitte|por favor|s'il (?:te|vous) plaît|per favore|alsjeblieft|пожалуйста|thanks|thank you)\b)+\Z",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"^(?:(?:the|my|our|der|die|das|den|dem|el|la|los|las|le|les|il|lo|gli|o|a|os|as|de|het) |l')?(?:(?:topic|subject|concept|term) (?:of )?)?",
    re.IGNORECASE,
)


def read_command(message: str) -> Command | None:
    """Return what the whole message tells to make; None when it is anything else."""
    if len(message) > LONGEST_COMMAND:
        return None
    text = _CLOSING.sub("", " ".join(message.replace("’", "'").split()))
    text = _POLITE.sub("", text).strip()
    if not text:
        return None
    for kind, pattern, everything in _forms():
        found = pattern.fullmatch(text)
        if found is not None:
            groups = found.groupdict()
            topic = (groups.get("topic") or "").strip(" \"'“”„«»「」")
            if everything.fullmatch(topic):
                topic = ""
            count = groups.get("count")
            return Command(kind, _ARTICLE.sub("", topic)[:MAX_TOPIC], int(count) if count and int(count) else None)
    return None


@cache
def _forms() -> list[tuple[Kind, re.Pattern[str], re.Pattern[str]]]:
    forms: list[tuple[Kind, re.Pattern[str], re.Pattern[str]]] = []
    for grammar in _GRAMMARS:
        everything = re.compile(grammar.everything, re.IGNORECASE)
        # A mind map before a map of anything, cards before a card test.
        things = (
            (Kind.MINDMAP, grammar.mindmap),
            (Kind.FLASHCARDS, grammar.cards),
            (Kind.DIAGRAM, grammar.diagram),
            (Kind.QUIZ, grammar.quiz),
            (Kind.SUMMARY, grammar.summary),
        )
        patterns = [(kind, _pattern(grammar, thing)) for kind, thing in things]
        patterns += [(kind, form) for kind, form in grammar.whole]
        forms += [(kind, re.compile(pattern, re.IGNORECASE), everything) for kind, pattern in patterns]
    return forms


def _pattern(grammar: _Grammar, thing: str) -> str:
    if not grammar.topic_first:
        return rf"{grammar.before}{thing}(?: {grammar.join}(?:\b|(?<=ل)) ?(?P<topic>.+?))?{grammar.after}"
    if grammar is _TH:
        return rf"{grammar.before}{thing}(?: ?{grammar.join} ?(?P<topic>.+?))?{grammar.after}"
    if grammar is _ZH:
        return rf"{grammar.before}(?:{grammar.join}(?P<topic>.+?)的?)?{thing}{grammar.after}"
    blank = " ?" if grammar is _HI else ""
    return rf"{grammar.before}(?:(?P<topic>.+?){blank}{grammar.join}{blank})?{thing}{grammar.after}"
