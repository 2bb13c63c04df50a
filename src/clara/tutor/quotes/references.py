# ruff: noqa: E501
"""What a message points at without naming it: the subject of an earlier question, or the learner's files as a whole."""

import re
from dataclasses import dataclass, replace
from functools import cache

from clara.rag.cues import CUES
from clara.rag.stopwords import stop_words
from clara.tutor.quotes.questions import Asked, subject_of

MOST_WORDS = 4
"""Content words of a question that leans on an earlier one; a longer one says itself what "it" is."""
CHARS_A_WORD = 3

_WORD = re.compile(r"[^\W_]+")
_NAMED = re.compile(r"(?<=[\w,;:)] )(?!I\b)[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ][^\W\d_]+|\d{3,}")


@dataclass(frozen=True, slots=True)
class _Pointers:
    """Regular expressions, case folded. ``pronouns`` stand for a thing or person named before. ``library`` names the
    learner's files, and ``asides`` may stand beside it without asking for anything else.
    """

    pronouns: str
    library: str
    asides: str


_POINTERS = {
    "en": _Pointers(
        pronouns=r"it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|(?<!are )(?<!is )(?<!was )(?<!were )there(?=\W*$)|(?:this|that|these|those)(?= (?:is|are|was|were|do|does|did|work|works|happen|mean)\b|\W*$)",
        library=r"(?:my|our|this|these|all|uploaded|any|your) (?:\w+ )?(?:files?|documents?|uploads?|books?|notes?|materials?|library|folders?|pdfs?|slides?|texts?|papers?|articles?)|the (?:book|document|text|pdf|paper|article|material|uploads?|library|folder|uploaded files?)|(?:i|we|i['’]ve|we['’]ve) (?:have |just )*(?:upload|add)(?:ed)?|did (?:i|we) (?:upload|add)|(?:which|what) (?:files?|documents?|books?) (?:do|have) (?:i|we)",
        asides=r"about|contain|contains|contained|contents?|cover|covers|covered|say|says|deal|deals|inside|there|got|have|has|overview|topics?|chapters?|sections?|subjects?|themes?|kinds?|sort|far|you|me|i|we|give|tell|list|show|what['’]s|files?|documents?|books?|read|see|access|short|brief|quick",
    ),
    "de": _Pointers(
        pronouns=r"er|sie|(?<!gibt )es|ihn|ihm|ihnen|sein|seine[mnrs]?|ihre?[mnrs]?|davon|dafür|darin|dazu|damit|dabei|das(?=\W*$)",
        library=r"(?:meinen?|meiner|unseren?|diese[nsmr]?|allen?|hochgeladenen?) (?:\w+ )?(?:dateien?|dokumente?n?|bücher[n]?|buch(?:es)?|unterlagen|notizen|texte?n?|ordners?|pdfs?|folien|skripte?n?|materialien)|(?:das|dem|im|des) (?:buch(?:es)?|dokuments?|textes?|text|pdf|skripts?|ordner)|ich (?:\w+ )?hochgeladen|hochgeladen",
        asides=r"geht|handelt|handeln|davon|darum|inhalte?|enthält|enthalten|überblick|übersicht|themen|thema|habe|worum|wovon|steht|drin|bisher|gib|zeig|mir|alles|dateien?|bücher|buch|kurz|kurze[rn]?",
    ),
    "es": _Pointers(
        pronouns=r"él|ella|ellos|ellas|su|sus|le|les|esto|eso|ello",
        library=r"(?:mis?|nuestr[oa]s|est[eao]s?|todos mis) (?:archivos?|documentos?|libros?|apuntes|textos?|carpetas?|pdfs?|materiales)|(?:el|del|al) (?:libro|documento|texto|pdf|material)|he subido|subí|subido",
        asides=r"trata[n]?|tratan|contiene[n]?|contenido|hablan?|habla|resumen|temas?|tengo|hay|dicen?|vista|general|lista|muéstrame|dame|archivos?|libros?",
    ),
    "fr": _Pointers(
        pronouns=r"il(?! y)|elle|ils|elles|lui|leurs?|son|sa|ses|cela|ça",
        library=r"(?:mes|mon|nos|ces?|cet|cette|tous mes) (?:fichiers?|documents?|livres?|notes|textes?|dossiers?|pdfs?|cours)|(?:le|du|au) (?:livre|document|texte|pdf|dossier)|j['’]ai (?:\w+ )?(?:téléversés?|ajoutés?|envoyés?|importés?|téléchargés?)",
        asides=r"parlent?|parle|traitent?|contiennent|contient|contenu|sujets?|aperçu|résumé|thèmes?|liste|ai|donne|montre|quoi|propos|fichiers?|livres?|disent|dit",
    ),
    "it": _Pointers(
        pronouns=r"lui|lei|loro|esso|essa|essi|esse|suo|sua|suoi|sue|ciò",
        library=r"(?:miei|mio|nostri|quest[oaei]|tutti i miei) (?:file|documenti?|libr[oi]|appunti|test[oi]|cartell[ae]|pdf|materiali?)|(?:il|del|nel) (?:libro|documento|testo|pdf|materiale)|ho caricato|caricat[oi]",
        asides=r"parlano|parla|trattano|tratta|contengono|contiene|contenuto|argomenti?|panoramica|temi|elenco|ho|dicono|dice|file|libri|i",
    ),
    "pt": _Pointers(
        pronouns=r"ele|ela|eles|elas|dele|dela|deles|delas|seu|sua|seus|suas|isso|isto",
        library=r"(?:meus?|minhas?|nossos?|est[ea]s?|ess[ea]s?) (?:arquivos?|ficheiros?|documentos?|livros?|notas|textos?|pastas?|pdfs?|materia(?:l|is))|(?:o|do|no) (?:livro|documento|texto|pdf|material)|(?:eu )?(?:enviei|carreguei|subi)",
        asides=r"falam?|fala|tratam?|trata|contêm|contém|conteúdo|assuntos?|temas?|visão|geral|resumo|tenho|dizem|diz|lista|arquivos?|livros?",
    ),
    "nl": _Pointers(
        pronouns=r"het(?=\W*$)|hij|hem|zij|ze|haar|hun|ervan|erin|daarvan|dat(?=\W*$)",
        library=r"(?:mijn|onze|deze|dit|alle|geüploade) (?:bestanden|bestand|documenten|document|boeken|boek|notities|teksten|tekst|map|mappen|pdfs?)|(?:het|de) (?:boek|document|tekst|pdf|materiaal)|(?:ik )?(?:heb )?geüpload",
        asides=r"gaan|gaat|over|bevatten|bevat|inhoud|onderwerpen|overzicht|staat|heb|waarover|geef|toon|bestanden|boeken|samenvatting",
    ),
    "ru": _Pointers(
        pronouns=r"он|она|оно|они|его|её|ее|их|ему|ей|им|ими|нём|нем|ней|них|это|этого|этом",
        library=r"(?:мои|моих|мой|наши|эти|этих|эта|этот|эту|этой|этом|все мои|загруженные) (?:файл\w*|документ\w*|книг\w*|конспект\w*|текст\w*|папк\w*|материал\w*)|я загрузил[аи]?|загруженн\w+",
        asides=r"о|про|чём|чем|содержат|содержит|содержание|темы|тема|обзор|говорится|есть|рассказыва\w+|список|покажи|файл\w*|книг\w*|речь|идет|идёт",
    ),
    "zh": _Pointers(
        pronouns=r"它们?|(?<!其)他们?|她们?|其(?![他中它实余次])|这个?(?=\W*$)|那个?(?=\W*$)",
        library=r"我的(?:所有|全部)?(?:文件|文档|资料|书|笔记|材料|课本)|这(?:本|些|个|份|几本)(?:文件|文档|资料|书|笔记|材料|课本)|(?:我)?上传(?:了|过|的)?(?:文件|文档|资料|书)?",
        asides=r"关于|内容|讲|说|主题|包含|概述|概览|主要|都|里面?|有|些|什么|哪些|我|的|了|是|在|吗|呢|请|列出|介绍|一下|给|写|谈",
    ),
    "ja": _Pointers(
        pronouns=r"それら?|これら?|彼女?ら?|その|この",
        library=r"(?:私の|この|これらの|すべての)(?:ファイル|文書|資料|本|ノート|教材)|アップロードした(?:ファイル|文書|資料|本)?|アップロード",
        asides=r"について|内容|何|なに|書いて|ある|あり|ます|か|は|が|の|を|に|で|ですか|です|概要|主題|テーマ|教えて|ください|一覧|私",
    ),
    "ar": _Pointers(
        pronouns=r"(?:هو|هي|هم|هن|ذلك|هذا|تلك)(?=\W*$)",
        library=r"ملفاتي|كتبي|مستنداتي|ملاحظاتي|(?:هذا|هذه) (?:الكتاب|الملف|الملفات|المستند|الكتب|النص)|رفعت(?:ه|ها)?",
        asides=r"عن|تتحدث|يتحدث|تحتوي|يحتوي|محتوى|موضوع|مواضيع|نظرة|عامة|ماذا|لدي|قائمة|تتناول|يتناول|الذي|التي",
    ),
    "hi": _Pointers(
        pronouns=r"यह|वह|ये|वे|इस|उस|इसका|इसकी|इसके|उसका|उसकी|उसके|इसमें|उसने|उन्होंने",
        library=r"मेरी (?:सभी )?(?:फ़ाइलें|फ़ाइलों|फाइलें|फाइलों|किताबें|किताबों|पुस्तकें|पुस्तकों)|(?:यह|इस|ये|इन) (?:फ़ाइल|फ़ाइलों|किताब|पुस्तक|दस्तावेज़)|अपलोड",
        asides=r"बारे|विषय|सामग्री|क्या|में|है|हैं|किस|की|के|का|मैंने|किया|सूची|अवलोकन",
    ),
}  # fmt: skip


def refers_back(asked: Asked) -> bool:
    """Tell whether a question leaves its subject to a pronoun: "How big is it?"."""
    pattern = _pattern(asked.language, "pronouns")
    return (
        pattern is not None
        and _content(asked) <= MOST_WORDS
        and pattern.search(asked.text.casefold()) is not None
        # German writes every noun with a capital.
        and (asked.language == "de" or _NAMED.search(asked.text) is None)
    )


def asks_for_overview(asked: Asked) -> bool:
    """Tell whether a message asks what the learner's files are, or are about, and for nothing else."""
    library, asides = _pattern(asked.language, "library"), _pattern(asked.language, "asides")
    text = asked.text.casefold()
    if library is None or asides is None or library.search(text) is None:
        return False
    rest = asides.sub(" ", subject_of(replace(asked, text=library.sub(" ", text))))
    return all(word in stop_words(asked.language) for word in _WORD.findall(rest))


def _content(asked: Asked) -> float:
    """Return how many words of a question are no function words, roughly where they are written without spaces."""
    words = _WORD.findall(asked.text.casefold())
    if CUES[asked.language].spaced:
        return sum(word not in stop_words(asked.language) for word in words)
    return sum(map(len, words)) / CHARS_A_WORD


@cache
def _pattern(language: str, field: str) -> re.Pattern[str] | None:
    pointers, cues = _POINTERS.get(language), CUES.get(language)
    if pointers is None or cues is None:
        return None
    body = getattr(pointers, field)
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)" if cues.spaced else f"(?:{body})")
