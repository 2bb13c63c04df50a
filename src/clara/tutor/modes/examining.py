"""The mode "exam": questions are asked, answers are taken, and nothing is told until the exam was marked."""

import re
from collections.abc import AsyncGenerator

import structlog

from clara.core.errors import ClaraError, ProviderTimeout, TooManyRequests, Unavailable
from clara.library.budget import Budget
from clara.library.metering import MeteredModel
from clara.providers.chat import ChatModel
from clara.rag.languages import detect_language
from clara.study.commands import read_command
from clara.study.dictated import as_typed
from clara.study.scope import Kind, Scope
from clara.study.sets import Item, StudySet
from clara.study.studio import Studio
from clara.tutor.answering import Question
from clara.tutor.events import AnswerEvent, ProgressEvent, TextEvent
from clara.tutor.modes.attempts import asks_for_help
from clara.tutor.modes.exams import Exam
from clara.tutor.modes.phrases import ModePhrases, mode_phrases

log = structlog.get_logger()

QUESTIONS = 5
_LETTERS = "ABCDEFGH"


class ExamAnswerer:
    """With a model the questions come from a quiz made of the material; without one answers are taken as they come."""

    def __init__(self, studio: Studio, model: ChatModel | None = None, budget: Budget | None = None) -> None:
        self._studio = studio
        self._model = model
        self._budget = budget

    @property
    def name(self) -> str:
        return self._model.name if self._model else "none"

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        phrases = mode_phrases(detect_language(question.text))
        exam = Exam.of(question.progress)
        if exam.marked:
            yield TextEvent(phrases.closed)
            return
        if not exam.begun:
            quiz = await self._set_questions(question)
            exam = Exam(set_id=quiz.id, total=len(quiz.items), begun=True) if quiz else Exam(begun=True)
            yield ProgressEvent({**question.progress, **exam.progress()})
            if quiz is not None:
                yield TextEvent(_asked(phrases, quiz, 0))
                return
        elif exam.set_id:
            quiz = await self._quiz(question, exam)
        else:
            quiz = None
        if asks_for_help(question.text) or read_command(as_typed(question.text)) is not None:
            again = f"\n\n{_asked(phrases, quiz, len(exam.answers))}" if quiz and len(exam.answers) < exam.total else ""
            yield TextEvent(phrases.declined + again)
            return
        exam, said = _take(exam, quiz, question.text, phrases)
        yield ProgressEvent({**question.progress, **exam.progress()})
        yield TextEvent(said)

    async def _set_questions(self, question: Question) -> StudySet | None:
        """Make a quiz of the conversation's material; None where there is no model, or nothing to ask about.

        Never in the material's own words: the questions are messages, and those keep no text of files.
        """
        if self._model is None or self._budget is None or not question.conversation_id:
            return None
        model = MeteredModel(self._budget, question.owner_id, self._model)
        scope = Scope(folder_id=question.folder_id)
        try:
            return await self._studio.make(
                question.owner_id, Kind.QUIZ, scope, QUESTIONS, None, model, question.conversation_id
            )
        except (ProviderTimeout, TooManyRequests, Unavailable):
            # It may well be made later: an exam doesn't begin without questions for that.
            raise
        except ClaraError as error:
            log.info("exam.without_questions", code=error.problem_code)
            return None

    async def _quiz(self, question: Question, exam: Exam) -> StudySet | None:
        try:
            return await self._studio.get(question.owner_id, exam.set_id, question.conversation_id)
        except ClaraError:
            return None


def _take(exam: Exam, quiz: StudySet | None, text: str, phrases: ModePhrases) -> tuple[Exam, str]:
    at = len(exam.answers)
    if exam.set_id and (quiz is None or at >= len(quiz.items)):
        return exam, phrases.finished
    exam = exam.answered(quiz.items[at].number if quiz else at + 1, text)
    if quiz is None:
        return exam, phrases.taken
    following = at + 1
    more = phrases.finished if following >= len(quiz.items) else _asked(phrases, quiz, following)
    return exam, f"{phrases.taken}\n\n{more}"


def _asked(phrases: ModePhrases, quiz: StudySet, at: int) -> str:
    item = quiz.items[at]
    options = "\n".join(f"{letter}) {option}" for letter, option in zip(_LETTERS, options_of(item), strict=False))
    head = phrases.question.format(at + 1, len(quiz.items))
    return f"{head} {item.body.get('question', '')}" + (f"\n\n{options}" if options else "")


def options_of(item: Item) -> list[str]:
    return list(item.body.get("options") or ())


def option_of(item: Item, given: str) -> str:
    """Return the option that an answer means by its letter, else the answer as it is."""
    options = options_of(item)
    said = re.fullmatch(r"\W*(?:option|choice|answer)?\W*([A-Ha-h])\W*(.*)", given, re.DOTALL | re.IGNORECASE)
    if said is None or not options:
        return given
    at = _LETTERS.index(said[1].upper())
    whole = not said[2].strip() or (at < len(options) and said[2].strip() == options[at])
    return options[at] if whole and at < len(options) else given
