"""Words by which a text tells a result, in the tutor's languages; in plain small letters without accents."""

import re

_CUES = (
    "is|are|was|be|becomes?|equals?|equal|get|gets|got|gives?|makes?|made|result|answer|solution|value|come|comes|obtain"
    "|namely|exactly|simply|try|pick|choose|write|correct|right|called|named|"
    "ist|sind|ergibt|macht|lautet|antwort|losung|ergebnis|heisst|heißt|wahle|"
    "es|son|vale|da|respuesta|resultado|llama|est|sont|fait|vaut|donne|reponse|resultat|appelle|"
    "e|sono|fa|risposta|risultato|chiama|sao|resposta|igual|chama|zijn|geeft|wordt|antwoord|heet|"
    "равно|равен|равна|это|будет|получится|получаем|получается|ответ|называется|"
    "يساوي|هو|هي|الجواب|الاجابة|الإجابة|है|होगा|उत्तर|बराबर"
)
_UNSPACED_CUES = "是|等于|为|得|答案|就是|は|答えは|答え|イコール|になる"
TOLD = re.compile(rf"(?:(?<![^\W_])(?:{_CUES})(?![^\W_])|[=:]|{_UNSPACED_CUES})\W*(?:[^\W_]+\W+){{0,2}}$")
"""To be searched in what stands right before a word."""

ASSENT = (
    "indeed|definitely|affirmative|"
    "yes|yeah|yep|correct|right|true|exactly|ja|richtig|korrekt|stimmt|wahr|genau|si|correcto|cierto|verdadero|exacto|oui"
    "|correct|vrai|juste|exact|corretto|vero|giusto|esatto|sim|certo|verdadeiro|exato|correto|juist|klopt|waar|да|верно"
    "|✓|✔|✅|👍|правильно|истина|是的|对|正确|没错|はい|正しい|正解|نعم|صحيح|صح|हाँ|हां|सही|सत्य"
)
DISSENT = (
    "no|nope|false|wrong|incorrect|nein|falsch|no|falso|incorrecto|non|faux|sbagliato|nao|errado|nee|onjuist|fout|onwaar"
    "|✗|✘|❌|👎|нет|неверно|неправильно|ложь|不|不是|错|错误|いいえ|違う|間違い|لا|خطأ|خاطئ|नहीं|गलत|असत्य"
)
DIGIT = re.compile(
    r"digit|ziffer|cifra|chiffre|cijfer|algarismo|цифр|位数|数字|桁|رقم|خانة|अंक|\b(?:tens|ones|hundreds)\b"
    r"|\bunits place|\b(?:starts?|begins?|ends?|starting|beginning|ending) (?:with|in) (?:an? |the )?\d\b"
)
LETTER = re.compile(
    r"\bletters?\b|buchstabe|\bletras?\b|\blettres?\b|\blettera\b|\blettere\b|\bletters?\b|букв|字母|文字|حرف|अक्षर"
    r"|starts? with|begins? with|beginnt mit|empieza|commence par|inizia|comeca|begint"
)
REVERSED = re.compile(
    r"backward|reverse|revers|from (?:the )?(?:right|end)|ruckwarts|al reves|envers|contrario|tras para frente"
    r"|achterstevoren|наоборот|задом|倒|逆|بالعكس|معكوس|उल्टा"
)
PLACE = re.compile(
    r"(?<![^\W_])(?:page|pages|pp?|seiten?|s|paginas?|pag|pags|пагина|страниц\w*|с|第|ページ|صفحة|ص|पृष्ठ|पृ|"
    r"step|steps|schritt|paso|etape|passo|stap|шаг|步骤?|ステップ|خطوة|चरण)\W{0,2}$"
)
"""Before a number that names a place: a page, or a step of the reply's own."""

HANDLED = re.compile(
    r"(?:[-+*/^(]|(?<![^\W_])(?:the|this|add|adding|plus|minus|subtract|subtracting|times|by|dividing|multiply|multiplying|move|moving"
    r"|away|number|term|remove|removing|undo|die|der|das|den|dem|zahl|addiere|subtrahiere|mal|durch|el|la|los|sumar|restar"
    r"|le|les|ajouter|soustraire|il|lo|aggiungere|sottrarre|o|os|somar|subtrair|de|het|getal|прибавить|вычесть|число|加|减|乘|除))\W*$"
)
"""Before a number of the task's: something is done with it, and no result told."""
RESULT = re.compile(
    r"\W*(?:is|are|was|would|will|must|should|could|ist|ware|es|seria|est|serait|sarebbe|это|является|是|です|هو|है)"
    r"(?![^\W_])"
)
GENERIC = re.compile(
    r"\s+(?:\w+\s+)?(?:ways?|steps?|parts?|things?|sides?|ideas?|pieces?|kinds?|types?|questions?|cases?|forms?|words?|sentences?|facts"
    r"|rules?|terms?|stages?|of|schritte|teile|seiten|arten|pasos|partes|lados|cosas|etapes|parties|cotes|passi|parti|lati"
    r"|passos|stappen|delen|шага|части|стороны|个步骤|部分|つの)(?![^\W_])"
)
"""After a small number: it counts what a text talks about, and tells no result."""
HAS = re.compile(r"(?<![^\W_])(?:has|have|hat|haben|tiene|hay|a|ha|tem|heeft|есть)\W+(?:exactly|just|only)?\W*$")
