# ruff: noqa: E501
"""Function words by language that stand before a noun, or after one, and nouns that are too general to be asked for."""

BEFORE_NOUNS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the a an this its their his her our of in on by from with for into between through during within each every no some any many most all via per against among without",
        "de": "der die das den dem des ein eine einen einem einer eines im am zum zur vom beim",
        "es": "el la los las un una unos unas del al de en por con su sus este esta estos estas entre",
        "fr": "le la les un une des du au aux de en par avec son sa ses ce cette ces leur leurs entre",
        "it": "il lo la i gli le un uno una del dello della dei degli delle nel nella dal dalla al alla di in con tra",
        "pt": "o a os as um uma uns umas do da dos das no na nos nas pelo pela de em com seu sua",
        "nl": "de het een van in op door met voor uit bij naar dit dat deze die",
        "ru": "в на с из о об для от до при через между без из-за под над",
        "sv": "en ett den det de av i på för med från", "da": "en et den det de af i på for med fra",
        "no": "en et ei den det de av i på for med fra", "ca": "el la els les un una del al de en per amb",
        "pl": "w na z do o od dla przez przy", "cs": "v na z do o od pro při", "ro": "un o al a ai ale de în la pe cu din",
        "tr": "bir bu", "id": "di dari ke dalam oleh pada untuk", "vi": "các những một của trong",
    }.items()
}  # fmt: skip

AFTER_NOUNS = {
    "hi": frozenset(["का", "की", "के", "में", "से", "को", "ने", "पर", "द्वारा"]),
    "ko": frozenset(),
    "tr": frozenset(["ile", "için"]),
}

NO_TERMS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "another other others such same first second third fourth fifth last next former latter one two three four five six seven eight nine ten twenty hundred thousand million billion several various certain own many much more most less least few both each every all using used use uses called known made given including based named often also only even still however therefore thus rather quite very cannot",
        "de": "andere anderen anderer anderes erste ersten erster zweite zweiten dritte dritten zwei drei vier fünf sechs sieben acht neun zehn hundert tausend mehrere einige viele wenige",
        "es": "otro otra otros otras mismo misma mismos mismas primero primera primer segundo segunda tercero tercera dos tres cuatro cinco seis siete ocho nueve diez cien mil entonces tampoco también además así ahora luego finalmente varios varias llamado llamada",
        "fr": "autre autres même mêmes premier première deuxième troisième deux trois quatre cinq six sept huit neuf dix cent mille plusieurs ensuite aussi ainsi enfin appelé appelée",
        "it": "altro altra altri altre stesso stessa primo prima secondo seconda terzo due tre quattro cinque sei sette otto nove dieci cento mille diversi varie anche quindi infine",
        "pt": "outro outra outros outras mesmo mesma primeiro primeira segundo segunda terceiro dois três quatro cinco seis sete oito nove dez cem mil vários várias também assim então",
        "nl": "ander andere anderen zelfde eerste tweede derde twee drie vier vijf zes zeven acht negen tien honderd duizend verschillende ook dus",
        "ru": "другой другая другие первый первая второй третий два три четыре пять шесть семь восемь девять десять сто тысяча несколько также",
    }.items()
}
"""Words that are no terms whatever stands beside them: numbers, and what says which of several."""

BEFORE_VERBS = {"hi": ("कर", "किय", "हो")}
"""How verbs begin that make one with the word before them."""

COMMON_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "example examples way ways part parts thing things number numbers people person time times year years day days case cases form forms kind kinds type types use uses place places area areas group groups result results fact point side end process processes term terms name names word words amount level lot order set world life work hand state states system change changes century centuries period reason reasons problem question answer addition effect role section chapter figure table one two three first second third half majority variety range series advantage advantages disadvantage default idea ideas concept concepts purpose purposes aspect aspects feature features title theory territory difficulty difficulties difference differences approach practice current general main similar different possible common important similar arrival adoption addition departure attempt attempts chance decade decades past future history member members majority",
        "de": "beispiel beispiele teil teile zahl jahr jahre jahren tag tage fall fälle form formen art arten zeit ort gruppe ergebnis seite ende name wort menge grund mensch menschen leben welt rolle reihe jahrhundert",
        "es": "ejemplo ejemplos parte partes vez veces año años día días caso casos forma formas tipo tipos tiempo lugar grupo grupos resultado lado fin nombre cantidad razón persona personas vida mundo siglo mayoría manera número",
        "fr": "exemple exemples partie parties fois an ans année années jour jours cas forme formes type types temps lieu groupe groupes résultat côté fin nom nombre raison personne personnes vie monde siècle manière",
        "it": "esempio parte parti volta volte anno anni giorno giorni caso casi forma forme tipo tipi tempo luogo gruppo gruppi risultato lato fine nome numero ragione persona persone vita mondo secolo modo",
        "pt": "exemplo exemplos parte partes vez vezes ano anos dia dias caso casos forma formas tipo tipos tempo lugar grupo grupos resultado lado fim nome número razão pessoa pessoas vida mundo século modo maioria",
        "nl": "voorbeeld deel delen jaar jaren dag dagen geval vorm vormen soort tijd plaats groep resultaat kant einde naam aantal reden mens mensen leven wereld eeuw manier",
        "ja": "大部分 一部 場合 方法 種類 時代 世界 生物 日本 反応 表面 外側 内側 部分 基本単位",
        "zh": "地区 部分 情况 时间 世界 国家 问题 方面 地方 人们 工作 数量 方式 过程 结果 影响 其他 使用 通过 成为 可以 没有 开始 进行 作为 主要 许多 认为 大部分",
        "ru": "пример часть года лет году время место группа результат сторона конец имя число человек люди жизнь мир век образом",
    }.items()
}

ARTICLES = frozenset(
    [
        "a",
        "an",
        "the",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "el",
        "la",
        "los",
        "las",
        "le",
        "les",
        "un",
        "une",
        "il",
        "lo",
        "i",
        "gli",
        "o",
        "os",
        "as",
        "de",
        "het",
        "een",
    ]
)

NOT_NOUNS = {"en": ("ly", "ed", "ive", "ous", "ful", "able", "ible", "less", "ical", "ural", "ional", "ing")}
"""Endings of words that seldom are nouns: worth less."""

HAN_GLUE = frozenset(
    "的了是在和与及有为以而之其这那该此各每某个中上下不也就都会能被将从对到由于很更最一二三两几多少们它他她我你并但或等所次"
)
"""Characters that join Chinese words, and are in few terms."""
