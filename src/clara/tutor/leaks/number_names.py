"""Names of the numbers 0 to 99 in further languages, for reading them."""
# ruff: noqa: E501

from collections.abc import Iterator

_JOINED, _APART = ("{ten}{one}", "{ten} {one}"), ("{ten} {one}",)
_LANGUAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # Turkish
    ("sıfır bir iki üç dört beş altı yedi sekiz dokuz", "on yirmi otuz kırk elli altmış yetmiş seksen doksan", _JOINED),
    # Polish
    (
        "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście "
        "piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście",
        "- dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt",
        _APART,
    ),
    # Czech
    (
        "nula jedna dva tři čtyři pět šest sedm osm devět deset jedenáct dvanáct třináct čtrnáct patnáct šestnáct "
        "sedmnáct osmnáct devatenáct",
        "- dvacet třicet čtyřicet padesát šedesát sedmdesát osmdesát devadesát",
        _JOINED,
    ),
    # Ukrainian
    (
        "нуль один два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять тринадцять чотирнадцять "
        "п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять",
        "- двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто",
        _APART,
    ),
    # Swedish
    (
        "noll ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
        "- tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
        _JOINED,
    ),
    # Norwegian
    (
        "null en to tre fire fem seks sju åtte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
        "- tjue tretti førti femti seksti sytti åtti nitti",
        _JOINED,
    ),
    # Danish
    (
        "nul en to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
        "- tyve tredive fyrre halvtreds tres halvfjerds firs halvfems",
        ("{one}og{ten}",),
    ),
    # Finnish
    (
        "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen yksitoista kaksitoista kolmetoista "
        "neljätoista viisitoista kuusitoista seitsemäntoista kahdeksantoista yhdeksäntoista",
        "- kaksikymmentä kolmekymmentä neljäkymmentä viisikymmentä kuusikymmentä seitsemänkymmentä kahdeksankymmentä "
        "yhdeksänkymmentä",
        _JOINED,
    ),
    # Hungarian; its twenties are built on another stem
    (
        "nulla egy kettő három négy öt hat hét nyolc kilenc tíz tizenegy tizenkettő tizenhárom tizennégy tizenöt tizenhat "
        "tizenhét tizennyolc tizenkilenc",
        "- huszon harminc negyven ötven hatvan hetven nyolcvan kilencven",
        _JOINED,
    ),
    # Romanian
    (
        "zero unu doi trei patru cinci șase șapte opt nouă zece unsprezece doisprezece treisprezece paisprezece "
        "cincisprezece șaisprezece șaptesprezece optsprezece nouăsprezece",
        "- douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci",
        ("{ten} și {one}",),
    ),
    # Greek
    (
        "μηδέν ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα δέκα έντεκα δώδεκα δεκατρία δεκατέσσερα δεκαπέντε δεκαέξι "
        "δεκαεπτά δεκαοκτώ δεκαεννέα",
        "- είκοσι τριάντα σαράντα πενήντα εξήντα εβδομήντα ογδόντα ενενήντα",
        _APART,
    ),
    # Hebrew
    (
        "אפס אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר",
        "- עשרים שלושים ארבעים חמישים שישים שבעים שמונים תשעים",
        ("{ten} ו{one}",),
    ),
    # Indonesian
    (
        "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas dua-belas tiga-belas empat-belas "
        "lima-belas enam-belas tujuh-belas delapan-belas sembilan-belas",
        "- dua-puluh tiga-puluh empat-puluh lima-puluh enam-puluh tujuh-puluh delapan-puluh sembilan-puluh",
        _APART,
    ),
    # Vietnamese
    (
        "không một hai ba bốn năm sáu bảy tám chín mười mười-một mười-hai mười-ba mười-bốn mười-lăm mười-sáu mười-bảy "
        "mười-tám mười-chín",
        "- hai-mươi ba-mươi bốn-mươi năm-mươi sáu-mươi bảy-mươi tám-mươi chín-mươi",
        _APART,
    ),
    # Korean, both ways of counting
    ("영 일 이 삼 사 오 육 칠 팔 구", "십 이십 삼십 사십 오십 육십 칠십 팔십 구십", _JOINED),
    ("- 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉", "열 스물 서른 마흔 쉰 예순 일흔 여든 아흔", _JOINED),
    # Thai; one after tens is another word
    ("ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า", "สิบ ยี่สิบ สามสิบ สี่สิบ ห้าสิบ หกสิบ เจ็ดสิบ แปดสิบ เก้าสิบ", ("{ten}{one}",)),
)
_ALSO = (("húsz", 20), ("สิบเอ็ด", 11), ("ยี่สิบเอ็ด", 21), ("hai mươi mốt", 21), ("bốn mươi lăm", 45))


def more_names() -> Iterator[tuple[str, int]]:
    """Yield names with their numbers; a name of one syllable of Korean is too short to be known by itself."""
    for small, whole, shapes in _LANGUAGES:
        units, tens = small.split(), whole.split()
        for number, name in enumerate(units):
            if name != "-" and len(name) > 1:
                yield name, number
        for ten, name in enumerate(tens, 1):
            if name == "-":
                continue
            if len(name) > 1:
                yield name, 10 * ten
            for one, unit in enumerate(units[1:10], 1):
                for shape in shapes:
                    yield shape.format(ten=name, one=unit), 10 * ten + one
    yield from _ALSO
