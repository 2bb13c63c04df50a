"""Forms of irregular verbs, which no stemmer brings together: "wrote", "written" and "write" are one search word.

Only questions are widened by them, so that the index stays what it is. Verbs whose forms are other common words ("lie",
"bear", "wind") are left out.
"""

from collections.abc import Mapping, Sequence
from functools import cache

_VERBS = {
    "en": """arise arose arisen, awake awoke awoken, beat beaten, become became, begin began begun, bend bent, bet,
        bind bound, bite bit bitten, bleed bled, blow blew blown, break broke broken, breed bred, bring brought,
        build built, burn burnt, buy bought, catch caught, choose chose chosen, cling clung, come came, creep crept,
        deal dealt, dig dug, draw drew drawn, dream dreamt, drink drank drunk, drive drove driven, eat ate eaten,
        fall fell fallen, feed fed, feel felt, fight fought, find found, flee fled, fly flew flown, forbid forbade
        forbidden, forget forgot forgotten, forgive forgave forgiven, freeze froze frozen, get got gotten, give gave
        given, go went gone, grow grew grown, hang hung, hear heard, hide hid hidden, hold held, keep kept, kneel knelt,
        know knew known, lay laid, lead led, learn learnt, leave left, lend lent, light lit, lose lost, make made,
        mean meant, meet met, overcome overcame, overthrow overthrew overthrown, pay paid, prove proven, ride rode
        ridden, ring rang rung, rise rose risen, run ran, say said, see saw seen, seek sought, sell sold, send sent,
        shake shook shaken, shine shone, shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank sunk,
        sit sat, slay slew slain, sleep slept, slide slid, speak spoke spoken, spend spent, spin spun, spring sprang
        sprung, stand stood, steal stole stolen, stick stuck, sting stung, strike struck stricken, strive strove
        striven, swear swore sworn, sweep swept, swell swollen, swim swam swum, swing swung, take took taken,
        teach taught, tear tore torn, tell told, think thought, throw threw thrown, undergo underwent undergone,
        understand understood, undertake undertook undertaken, uphold upheld, wake woke woken, wear wore worn,
        weave wove woven, weep wept, win won, withdraw withdrew withdrawn, withstand withstood, write wrote written""",
    "de": """beginnen beginnt begann begannen begonnen, bieten bietet bot boten geboten, binden bindet band gebunden,
        bleiben bleibt blieb blieben geblieben, brechen bricht brach brachen gebrochen, bringen bringt brachte brachten
        gebracht, denken denkt dachte dachten gedacht, empfangen empfängt empfing empfangen, erfinden erfindet erfand
        erfanden erfunden, essen isst aß aßen gegessen, fahren fährt fuhr fuhren gefahren, fallen fällt fiel fielen
        gefallen, fangen fängt fing fingen gefangen, finden findet fand fanden gefunden, fliegen fliegt flog flogen
        geflogen, fliehen flieht floh flohen geflohen, fließen fließt floss flossen geflossen, geben gibt gab gaben
        gegeben, gehen geht ging gingen gegangen, gelingen gelingt gelang gelungen, gewinnen gewinnt gewann gewannen
        gewonnen, halten hält hielt hielten gehalten, heißen heißt hieß hießen geheißen, helfen hilft half halfen
        geholfen, kennen kennt kannte kannten gekannt, kommen kommt kam kamen gekommen, laufen läuft lief liefen
        gelaufen, lesen liest las lasen gelesen, liegen liegt lag lagen gelegen, nehmen nimmt nahm nahmen genommen,
        nennen nennt nannte nannten genannt, rufen ruft rief riefen gerufen, schaffen schafft schuf schufen geschaffen,
        scheinen scheint schien schienen geschienen, schießen schießt schoss schossen geschossen, schlagen schlägt
        schlug schlugen geschlagen, schließen schließt schloss schlossen geschlossen, schreiben schreibt schrieb
        schrieben geschrieben, schwimmen schwimmt schwamm geschwommen, sehen sieht sah sahen gesehen, singen singt sang
        sangen gesungen, sinken sinkt sank sanken gesunken, sprechen spricht sprach sprachen gesprochen, stehen steht
        stand standen gestanden, steigen steigt stieg stiegen gestiegen, sterben stirbt starb starben gestorben,
        tragen trägt trug trugen getragen, treffen trifft traf trafen getroffen, treten tritt trat traten getreten,
        trinken trinkt trank tranken getrunken, verlieren verliert verlor verloren, verschwinden verschwindet
        verschwand verschwanden verschwunden, wachsen wächst wuchs wuchsen gewachsen, werfen wirft warf warfen geworfen,
        wissen weiß wusste wussten gewusst, ziehen zieht zog zogen gezogen""",
}


@cache
def _forms(language: str) -> Mapping[str, Sequence[str]]:
    forms: dict[str, tuple[str, ...]] = {}
    for verb in filter(None, _VERBS.get(language, "").split(",")):
        own = verb.split()
        for form in own:
            forms[form] = (*forms.get(form, ()), *(other for other in own if other != form))
    return forms


def other_forms(word: str, language: str) -> Sequence[str]:
    """Return the other forms of a verb that is irregular in this ISO 639-1 language; none for any other word."""
    return _forms(language).get(word.casefold(), ())
