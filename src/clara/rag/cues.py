# ruff: noqa: E501
"""Words by language that tell what a question asks for, and where a sentence may answer it. Regular expressions, case folded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cues:
    """``when`` to ``define`` stand in questions; ``times``, ``numbers`` and ``reasons`` in answers.

    ``copulas`` follow what a sentence defines. ``callers`` come before its name. ``openers`` begin a sentence that points back at the one before it. ``requests`` say what to do with a subject and
    nothing about it. ``spaced`` languages get word boundaries around every expression.
    """

    when: str
    how_many: str
    why: str
    who: str
    define: str
    times: str
    numbers: str
    reasons: str
    copulas: str
    callers: str
    openers: str
    requests: str
    tasks: str
    spaced: bool = True


_EN = Cues(
    when=r"when|(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|period|era)",
    how_many=r"how (?:many|much|long|old|far|tall|large|big|often|high|wide|deep|fast|heavy|hot|cold)"
    r"|(?:what|which) (?:\w+ )?(?:percent|percentage|number|amount|portion|fraction|proportion|distance|population)",
    why=r"why|what (?:is the |was the |are the |were the )?(?:reasons?|causes?d?|led)",
    who=r"who|whom|whose|where|(?:what|which) (?:\w+ )?(?:person|man|woman|people|king|queen|emperor|president|scientist"
    r"|author|city|cities|country|countries|state|place|location|region|area|continent|company|river)",
    define=r"^(?:so |and |but )?what(?:['’]?s| is| are| was| were) (?:meant by |an? |the )?[\w'’/+.-]+(?: [\w'’/+.-]+){0,2} ?[?.!]*$"
    r"|^who(?:['’]?s| is| are| was| were) (?!the )[\w'’.-]+(?: [\w'’.-]+){0,2} ?[?.!]*$"
    r"|what (?:does|do|is) .{1,60} (?:mean|stand for)|define|definition|meaning of"
    r"|^(?:please |can you |could you )*(?:explain|describe|tell me about|introduce)",
    times=r"centur(?:y|ies)|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d+ (?:years|days|months|hours|minutes)|\d+0s|\d+ bc",
    numbers=r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|thousands?"
    r"|millions?|billions?|half|third|quarter|dozen|twice|double|single",
    reasons=r"because|due to|since|as a result|so that|in order|therefore|thus|hence|reasons?|causes?|caused|leads?|led"
    r"|allow(?:s|ed|ing)?|prevents?|to avoid",
    copulas=r"is|are|was|were|means?|refers? to|is called|(?:is|are) (?:known as|defined as|said to be)|consists? of|describes?|can be (?:thought of|defined|described) as",
    callers=r"called|known as|termed|named|referred to as|defined as",
    openers=r"he|she|it|they|this|these|those|that|his|her|its|their|such|however|but|also|thus|therefore|instead|both"
    r"|moreover|furthermore|then|so|the (?:latter|former|other|second|result)",
    requests=r"please|can|could|would|tell|show|give|explain|describe|define|definition|meaning|mean|means|list|name|state"
    r"|summari[sz]e|summary|discuss|compare|difference|differ|outline|identify|example|examples|know|like|want|need|learn"
    r"|help|understand|question|answer|according|text|book|chapter|document|file|files|page|notes|material|following|word|term"
    r"|concept|main|idea|ideas|topic|happen|happens|happened|happening",
    tasks=r"summari[sz]e|summary|translate|flash ?cards?|quiz|mind ?map|diagram|essay|poem|paraphrase|rewrite|rephrase|simplify|proofread|outline",
)
_DE = Cues(
    when=r"wann|welche[mnrs]? (?:jahr|tag|monat|jahrhundert|datum|zeit)\w*|seit wann",
    how_many=r"wie ?(?:viele?|lange?|alt|weit|hoch|gro(?:ß|ss)|oft|schnell|schwer|tief|breit|teuer)|wieviele?",
    why=r"warum|wieso|weshalb|weswegen|aus welchem grund",
    who=r"wer|wem|wen|wessen|wo|woher|wohin|welche[rs]? (?:stadt|land|person|könig|kaiser)",
    define=r"^was (?:ist|sind|war|bedeutet|bedeuten|heißt|heisst|versteht man)|definier\w*|definition|bedeutung von"
    r"|^(?:bitte |kannst du )*(?:erklär|beschreib|erzähl)\w*",
    times=r"jahrhunderts?|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|\d+ jahren?"
    r"|\d+er[n]?",
    numbers=r"eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|hundert|tausend|millionen|milliarden"
    r"|hälfte|drittel|viertel|doppelt",
    reasons=r"weil|denn|da|wegen|daher|deshalb|damit|dadurch|grund|ursache|aufgrund|führt|führte",
    copulas=r"ist|sind|war|waren|bezeichnet|bedeutet|heißt|heißen|nennt man|versteht man|besteht aus",
    callers=r"genannt|heißen|heißt|bezeichnet als|nennt man|spricht man von|bezeichnet man als",
    openers=r"er|sie|es|dies\w*|das|seine?|ihre?|jedoch|aber|dabei|dadurch|daher|außerdem|dann|damit|somit",
    requests=r"bitte|kannst|können|sag|sage|zeig|gib|erklär\w*|beschreib\w*|definier\w*|definition|bedeutet|bedeutung|bedeuten"
    r"|nenn\w*|liste|fass\w*|zusammen\w*|unterschied|vergleich\w*|beispiele?|laut|text|buch|kapitel|datei|seite|versteht|begriff"
    r"|frage|antwort|thema|hauptidee|passiert\w*|geschah\w*|geschehen|geschieht",
    tasks=r"fass\w* .*zusammen|zusammenfass\w*|übersetz\w*|karteikarten?|quiz|mindmap|diagramm|aufsatz|gedicht|umformulier\w*|vereinfach\w*",
)
_ES = Cues(
    when=r"cuándo|cuando|(?:en )?qué (?:año|fecha|día|mes|siglo|época)|cuál (?:es|fue) la fecha",
    how_many=r"cuánt[oa]s?|qué (?:porcentaje|cantidad|tan|número)",
    why=r"por qué|porqué|a qué se debe|cuál (?:es|fue) la (?:causa|razón)",
    who=r"quién(?:es)?|dónde|a dónde|qué (?:país|ciudad|persona|rey|lugar)",
    define=r"^(?:qué|que) (?:es|son|era|eran|significa|se entiende)|defin(?:e|a|ir|ición)|significado de"
    r"|^(?:por favor,? |puedes )*(?:explic|describ|háblame|cuéntame)\w*",
    times=r"siglo|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|\d+ años|años \d+",
    numbers=r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|veinte|cien|ciento|mil|miles|millón|millones|mitad|tercio"
    r"|doble",
    reasons=r"porque|debido|ya que|puesto que|por eso|por lo que|razón|causa|causó|permite|permitió|para que",
    copulas=r"es|son|era|eran|fue|fueron|significa|se llama|se denomina|se define|consiste en|se refiere a",
    callers=r"llamad[oa]s?|denominad[oa]s?|conocid[oa]s? como|se llama|se denomina",
    openers=r"él|ella|ellos|ellas|esto|est[ae]s?|estos|es[ao]s?|esos|su|sus|sin embargo|además|por ello|por eso|también|pero",
    requests=r"por favor|puedes|podrías|dime|muéstrame|dame|explic\w*|describ\w*|defin\w*|significa|significado|enumera|nombra"
    r"|pasó|ocurrió|sucedió|resum\w*|compar\w*|diferencia|ejemplos?|según|texto|libro|capítulo|archivo|página|concepto|idea|tema|entiende",
    tasks=r"resum\w+|traduc\w+|traduce|tarjetas|cuestionario|quiz|mapa mental|diagrama|ensayo|poema|parafrase\w*|reescrib\w*|simplific\w*",
)
_FR = Cues(
    when=r"quand|quelle?s? (?:année|date|époque|jour|mois|siècle)|depuis quand",
    how_many=r"combien|quel(?:le)? (?:pourcentage|nombre|quantité|est l['’]âge)",
    why=r"pourquoi|pour quelle raison|quelle (?:est|était) la cause",
    who=r"qui|à qui|où|quel(?:le)? (?:pays|ville|personne|roi|lieu|région)",
    define=r"^qu['’] ?est[- ]ce qu\w*|^c['’]est quoi|^que (?:signifie|veut dire)|défini\w*|définition|signification"
    r"|^(?:peux-tu |pouvez-vous )*(?:m['’])?(?:expliqu|décri|parle)\w*",
    times=r"siècle|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|\d+ ans|années \d+",
    numbers=r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|vingt|trente|cent|cents|mille|millions?|milliards?|moitié"
    r"|tiers|quart|double",
    reasons=r"parce|car|afin|raison|grâce|en raison|à cause|puisque|donc|permet|entraîne|provoque",
    copulas=r"est|sont|était|étaient|fut|désigne|désignent|signifie|s['’]appelle|se définit|consiste",
    callers=r"appelée?s?|nommée?s?|dénommée?s?|connue?s? sous le nom de|on appelle",
    openers=r"il|elle|ils|elles|ce|cela|cette|ces|cet|son|sa|ses|leurs?|cependant|mais|ainsi|de plus|toutefois|c['’]est",
    requests=r"s['’]il|plaît|peux|pouvez|pourrais|dis|montre|donne|explique\w*|décri\w*|défini\w*|signifie|signification|énumère"
    r"|nomme|résume\w*|résumé|compare\w*|différence|exemples?|selon|texte|livre|chapitre|fichier|page|notion|idée|sujet|veut|dire",
    tasks=r"résum\w+|tradui\w+|cartes mémoire|quiz|questionnaire|carte mentale|diagramme|dissertation|poème|paraphrase\w*|réécri\w*|reformule\w*|simplifi\w*",
)
_IT = Cues(
    when=r"quando|(?:in )?(?:che|quale) (?:anno|data|giorno|secolo|mese|epoca)",
    how_many=r"quant[oiae]|(?:che|quale) (?:percentuale|numero|quantità)",
    why=r"perché|per quale motivo|come mai",
    who=r"chi|dove|(?:che|quale) (?:paese|città|persona|re|luogo|regione)",
    define=r"^(?:che )?cos['’] ?[èe']|^(?:che )?cosa (?:è|sono|significa|si intende)|defini\w*|significato"
    r"|^(?:puoi )*(?:spiega|descriv|parlami)\w*",
    times=r"secolo|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|\d+ anni|anni \d+",
    numbers=r"due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|venti|cento|mille|mila|milion[ei]|miliard[oi]|metà"
    r"|terzo|quarto|doppio",
    reasons=r"perché|poiché|quindi|motivo|a causa|causa|dovuto|grazie|permette|affinché",
    copulas=r"è|sono|era|erano|fu|significa|si chiama|si definisce|indica|consiste",
    callers=r"chiamat[oaie]|dett[oaie]|denominat[oaie]|not[oaie] come|si chiama",
    openers=r"egli|ella|ess[oiae]|lui|lei|loro|quest[oiae]|quell[oiae]|suo|sua|suoi|sue|tuttavia|inoltre|ma|però|così|anche",
    requests=r"per favore|puoi|potresti|dimmi|mostra\w*|dammi|spiega\w*|descriv\w*|defini\w*|significa|significato|elenca|nomina"
    r"|riassum\w*|riassunto|confronta|differenza|esempi\w*|secondo|testo|libro|capitolo|file|pagina|concetto|idea|argomento|intende",
    tasks=r"riassum\w*|riassunto|traduci|traduzione|flashcard|quiz|mappa mentale|diagramma|saggio|poesia|parafras\w*|riscriv\w*|semplific\w*",
)
_PT = Cues(
    when=r"quando|(?:em )?(?:que|qual) (?:ano|data|dia|século|mês|época)",
    how_many=r"quant[oa]s?|(?:que|qual) (?:a )?(?:porcentagem|percentagem|número|quantidade)",
    why=r"por ?qu[eê]|qual (?:é|foi) a (?:causa|razão)",
    who=r"quem|onde|aonde|(?:que|qual) (?:país|cidade|pessoa|rei|lugar|região)",
    define=r"^(?:o )?que (?:é|são|era|significa|se entende)|defin\w*|significado"
    r"|^(?:por favor,? |pode )*(?:expli|descrev|fale|fala)\w*",
    times=r"século|janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|\d+ anos|anos \d+",
    numbers=r"dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|vinte|cem|cento|mil|milhão|milhões|bilhões|metade|terço"
    r"|dobro",
    reasons=r"porque|pois|devido|já que|por isso|razão|causa|causou|graças|permite|para que",
    copulas=r"é|são|era|eram|foi|significa|chama-se|define-se|refere-se|consiste",
    callers=r"chamad[oa]s?|denominad[oa]s?|conhecid[oa]s? como|chama-se",
    openers=r"ele|ela|eles|elas|isto|isso|est[ae]s?|ess[ae]s?|seus?|suas?|porém|além disso|contudo|mas|também|assim",
    requests=r"por favor|pode|poderia|diga|mostre|dê|explique|explica\w*|descrev\w*|defin\w*|significa|significado|liste|nomeie"
    r"|resum\w*|compar\w*|diferença|exemplos?|segundo|texto|livro|capítulo|arquivo|ficheiro|página|conceito|ideia|tema|entende",
    tasks=r"resum\w+|traduz\w*|tradução|flashcards?|quiz|questionário|mapa mental|diagrama|redação|poema|parafrase\w*|reescrev\w*|simplifi\w*",
)
_NL = Cues(
    when=r"wanneer|(?:in )?welke? (?:jaar|datum|eeuw|dag|maand)",
    how_many=r"hoeveel|hoe (?:lang|groot|hoog|oud|ver|snel|vaak|diep|breed)|welk percentage",
    why=r"waarom|waardoor|om welke reden",
    who=r"wie|waar|waarheen|welke? (?:stad|land|persoon|koning|plaats)",
    define=r"^wat (?:is|zijn|was|betekent|betekenen|wordt bedoeld|houdt)|definieer|definitie|betekenis"
    r"|^(?:kun je )*(?:leg|beschrijf|vertel)",
    times=r"eeuw|januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|\d+ jaar|jaren \d+",
    numbers=r"twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|twintig|honderd|duizend|miljoen|miljard|helft|kwart|dubbel",
    reasons=r"omdat|want|doordat|daarom|vanwege|dankzij|reden|oorzaak|zodat|veroorzaakt",
    copulas=r"is|zijn|was|waren|betekent|heet|noemt men|verwijst naar|bestaat uit",
    callers=r"genoemd|heet|heten|bekend als|noemt men|noemen we",
    openers=r"hij|zij|ze|het|dit|dat|deze|die|zijn|haar|hun|echter|maar|daarom|bovendien|ook|dan",
    requests=r"alsjeblieft|kun|kan|zeg|vertel|toon|geef|leg|uitleg\w*|beschrijf|definieer|definitie|betekent|betekenis|noem"
    r"|samenvat\w*|vergelijk|verschil|voorbeeld\w*|volgens|tekst|boek|hoofdstuk|bestand|pagina|begrip|idee|onderwerp|bedoeld",
    tasks=r"vat .*samen|samenvat\w*|vertaal|vertaling|flashcards?|quiz|mindmap|diagram|opstel|gedicht|herschrijf|vereenvoudig",
)
_RU = Cues(
    when=r"когда|в каком (?:году|веке|месяце)|какого числа|в какой день",
    how_many=r"сколько|какой процент|какое количество|какова (?:длина|высота|площадь|численность)",
    why=r"почему|зачем|отчего|по какой причине",
    who=r"кто|кого|кому|кем|где|куда|откуда|в како(?:й|м) (?:стране|городе|месте)",
    define=r"^что (?:такое|значит|означает|представляет)|определени[ея]|дай определение"
    r"|^(?:пожалуйста,? )*(?:объясни|опиши|расскажи)\w*",
    times=r"век[аеу]?|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|год[ау]?|годах|лет",
    numbers=r"один|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|двадцать|сто|сотни|тысяч\w*|миллион\w*|половина|треть"
    r"|вдвое",
    reasons=r"потому|так как|поэтому|из-за|благодаря|причин\w*|вследствие|поскольку|чтобы",
    copulas=r"—|–|-|это|является|являются|называется|называются|называют|означает|представляет собой",
    callers=r"называется|называются|называют|известн\w+ как|именуется",
    openers=r"он|она|оно|они|это|этот|эта|эти|его|её|их|однако|поэтому|кроме того|но|также|затем|такой|такие",
    requests=r"пожалуйста|можешь|можете|скажи|покажи|дай|объясни\w*|опиши\w*|определение|определи|значит|означает|назови|перечисли"
    r"|кратко|сравни|разниц\w*|отличи\w*|пример\w*|согласно|текст\w*|книг\w*|глав\w*|файл\w*|страниц\w*|понятие|термин|тем[ау]",
    tasks=r"перескаж\w*|кратко изложи\w*|резюме|конспект|переведи\w*|перевод|карточки|тест|викторин\w*|диаграмм\w*|схем[ау]|сочинение|эссе|стихотворение|перефразируй|упрости",
)
_ZH = Cues(
    when=r"什么时候|什么时间|何时|哪一?年|哪个世纪|几年|几月|几号|什么年代",
    how_many=r"多少|几个|几种|几次|多大|多长|多高|多远|多久|百分之几|几",
    why=r"为什么|为何|为啥|原因是什么|怎么会",
    who=r"谁|哪里|哪儿|何处|哪个(?:国家|城市|地方|人)|什么(?:人|地方)|哪国",
    define=r"什么是|什么叫|是什么|是什么意思|的?定义|含义|指什么|指的是"
    r"|^(?:请)?(?:解释|说明|介绍)",
    times=r"世纪|年|月|日",
    numbers=r"[一二三四五六七八九十百千万亿两半]",
    reasons=r"因为|由于|因此|所以|导致|以便|从而|使得|原因",
    copulas=r"是|指|称为|叫做?|即|表示|定义为",
    callers=r"称为|叫做?|称作|被称为|称之为",
    openers=r"它们?|他们?|她们?|这些?|那些?|其|但是?|因此|然而|此外|而且|并且|该",
    requests=r"请问?|你?能不能|可以|能否|告诉我|给我|解释|说明|描述|定义|意思|含义|列出|总结|概括|比较|区别|不同|例子|举例|根据|文中|文章|书中"
    r"|什么是|什么叫|是什么|什么|哪些|哪个|哪里|哪儿|哪|谁|多少|几|为什么|为何|何时|怎么|怎样|如何|吗|呢|了|的|是|在|有",
    spaced=False,
    tasks=r"总结|概括|摘要|翻译|抽认卡|测验|出题|思维导图|图表|作文|改写|简化",
)
_JA = Cues(
    when=r"いつ|何年|何世紀|何月|何日|何時",
    how_many=r"いくつ|いくら|どのくらい|どれくらい|何(?:人|個|回|年間|パーセント|キロ|メートル|種類|度|時間)",
    why=r"なぜ|どうして|何故|理由は",
    who=r"だれ|誰|どこ|どの(?:国|都市|人)|何という人",
    define=r"とは|の意味|の定義|何ですか|なんですか|何か$|って何"
    r"|説明して|について教えて",
    times=r"世紀|年|月|日",
    numbers=r"[一二三四五六七八九十百千万億半]",
    reasons=r"ため|ので|から|により|によって|理由|原因",
    copulas=r"とは|は|である|を指す|という|と呼ば|を意味する",
    callers=r"これを|それを",
    openers=r"これ|それ|この|その|彼|しかし|また|そして|そのため|さらに|なお|ただし",
    requests=r"ください|教えて|説明|とは|意味|定義|何ですか|なんですか|何|です|ます|ですか|ますか|どのように|どう|いつ|どこ|だれ|誰|なぜ|いくつ"
    r"|について|要約|まとめ|違い|例|本文|文章|か$|の|は|が|を|に|で|と",
    spaced=False,
    tasks=r"要約|まとめて|翻訳|単語カード|フラッシュカード|クイズ|マインドマップ|図に|作文|エッセイ|言い換え|書き直",
)
_AR = Cues(
    when=r"متى|في أي (?:عام|سنة|قرن|تاريخ|يوم)|أي (?:عام|سنة)",
    how_many=r"كم|ما (?:عدد|نسبة|مقدار)",
    why=r"لماذا|لم|ما (?:سبب|السبب|أسباب)",
    who=r"من|أين|أي (?:دولة|مدينة|بلد|شخص)",
    define=r"^ما (?:هو|هي|معنى|المقصود|تعريف)|عر[ّ]?ف|تعريف|معنى"
    r"|^(?:اشرح|صف|وضح|تحدث عن)",
    times=r"قرن|عام|سنة|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
    numbers=r"واحد|اثنان|اثنين|ثلاثة?|أربعة?|خمسة?|ستة?|سبعة?|ثمانية?|تسعة?|عشرة?|مائة|مئة|ألف|آلاف|مليون|نصف|ثلث|ربع",
    reasons=r"لأن\w*|بسبب|نتيجة|لذلك|سبب|أدى|من أجل",
    copulas=r"هو|هي|هم|يعني|تعني|يسمى|تسمى|يعرف|تعرف|عبارة عن|يشير",
    callers=r"يسمى|تسمى|يطلق عليه|تعرف باسم|يعرف باسم",
    openers=r"هو|هي|هم|وهو|وهي|هذا|هذه|ذلك|تلك|لكن|ولكن|كما|ثم|لذلك",
    requests=r"فضلك|هل|أخبرني|اشرح|وضح|صف|عرف|تعريف|معنى|اذكر|عدد|لخص|قارن|الفرق|مثال|أمثلة|النص|الكتاب|الفصل|الملف|الصفحة",
    tasks=r"لخص|تلخيص|ملخص|ترجم|ترجمة|بطاقات|اختبار|خريطة ذهنية|مخطط|مقال|قصيدة|أعد صياغة|بسط",
)
_HI = Cues(
    when=r"कब|किस (?:वर्ष|साल|सदी|तारीख|दिन)",
    how_many=r"कितन[ेाी]|कितने प्रतिशत",
    why=r"क्यों|किस कारण",
    who=r"कौन|किसने|किसे|किसका|कहाँ|कहां|किस (?:देश|शहर|राज्य|जगह)",
    define=r"क्या (?:है|हैं|होता|होती|था|थी)|किसे कहते|परिभाषा|का अर्थ|का मतलब"
    r"|समझा\w*|वर्णन|के बारे में बता\w*",
    times=r"शताब्दी|सदी|वर्ष|साल|जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर|सन",
    numbers=r"एक|दो|तीन|चार|पाँच|पांच|छह|सात|आठ|नौ|दस|सौ|हजार|हज़ार|लाख|करोड़|मिलियन|आधा|[०-९]+",
    reasons=r"क्योंकि|इसलिए|कारण|वजह|ताकि|चूंकि",
    copulas=r"है|हैं|था|थी|थे|कहते हैं|कहा जाता|कहलात[ाीे]|अर्थ",
    callers=r"को|जिसे|इसे",
    openers=r"यह|वह|ये|वे|इस|उस|इसके|उसके|इसका|उनका|लेकिन|परंतु|तथा|और|फिर",
    requests=r"कृपया|बताओ|बताइए|बताएं|समझाओ|समझाइए|समझाएं|वर्णन|परिभाषा|अर्थ|मतलब|सूची|सारांश|तुलना|अंतर|उदाहरण|पाठ|पुस्तक|अध्याय|फ़ाइल|पृष्ठ",
    tasks=r"सारांश|संक्षेप|अनुवाद|फ्लैशकार्ड|फ़्लैशकार्ड|क्विज़|प्रश्नोत्तरी|माइंड मैप|आरेख|निबंध|कविता|सरल करो|सरल करें",
)
CUES = {
    "en": _EN, "de": _DE, "es": _ES, "fr": _FR, "it": _IT, "pt": _PT, "nl": _NL, "ru": _RU, "zh": _ZH, "ja": _JA, "ar": _AR, "hi": _HI,
}  # fmt: skip
