"""What the server itself says about a model's answer, by language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """``general`` stands over, or under, what isn't from the files; ``broke_off`` under what has no end."""

    general: str
    broke_off: str


LABELS = {
    "en": Labels("From general knowledge, not from your files", "The answer broke off here. Ask again."),
    "de": Labels("Aus allgemeinem Wissen, nicht aus deinen Dateien", "Hier brach die Antwort ab. Frage noch einmal."),
    "es": Labels("De conocimiento general, no de tus archivos", "La respuesta se interrumpió aquí. Pregunta de nuevo."),
    "fr": Labels(
        "Connaissances générales, pas tirées de vos fichiers",
        "La réponse s'est interrompue ici. Reposez la question.",
    ),
    "it": Labels("Da conoscenze generali, non dai tuoi file", "La risposta si è interrotta qui. Chiedi di nuovo."),
    "pt": Labels("De conhecimento geral, não dos seus arquivos", "A resposta foi interrompida aqui. Pergunte de novo."),
    "nl": Labels("Uit algemene kennis, niet uit je bestanden", "Het antwoord brak hier af. Vraag het opnieuw."),
    "ru": Labels("Из общих знаний, не из ваших файлов", "Здесь ответ оборвался. Спросите ещё раз."),
    "zh": Labels("来自一般知识，并非您的文件", "回答在此中断。请重新提问。"),
    "ja": Labels(
        "一般的な知識によるもので、あなたのファイルの内容ではありません",
        "回答はここで途切れました。もう一度質問してください。",
    ),
    "ar": Labels("من المعرفة العامة، وليس من ملفاتك", "انقطعت الإجابة هنا. اسأل من جديد."),
    "hi": Labels("सामान्य ज्ञान से, आपकी फ़ाइलों से नहीं", "उत्तर यहाँ टूट गया। फिर से पूछिए।"),
}


def labels_in(*languages: str) -> Labels:
    """Return the labels in the first of these languages that has any, else the English ones."""
    return next((LABELS[language] for language in languages if language in LABELS), LABELS["en"])
