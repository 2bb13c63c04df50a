"""Structured answers: the JSON in what a model wrote, held against a type, and what it is told when it doesn't fit."""

import json
from typing import TYPE_CHECKING, Any, Generic

from pydantic import ValidationError

from clara.providers.chat import M
from clara.providers.prompts import Prompt

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

MOST_ERRORS = 10
AGAIN = "That can't be used:\n{errors}\nAnswer again, whole and corrected."


class Shaped(Generic[M]):
    """Answers of one pydantic type."""

    def __init__(self, shape: type[M]) -> None:
        self._shape = shape
        self.schema: dict[str, Any] = shape.model_json_schema()

    def read(self, response: "ModelResponse") -> M | str:
        """Return the answer, or what is wrong with it: as the arguments of a call, or as JSON somewhere in the text."""
        call = next((part for part in response.parts if part.part_kind == "tool-call"), None)
        if call is None:
            text = "".join(part.content for part in response.parts if part.part_kind == "text")
            given: Any = text[text.find("{") : text.rfind("}") + 1]
        else:
            given = call.args or "{}"
        if not given:
            return "There is no JSON object in the answer."
        try:
            return self._shape.model_validate_json(given if isinstance(given, str) else json.dumps(given))
        except ValidationError as error:
            return _described(error)

    def send_back(self, prompt: Prompt, response: "ModelResponse", wrong: str) -> None:
        """Add to the prompt the answer, if there is one, and what is wrong with it."""
        told = AGAIN.format(errors=wrong)
        calls = [part for part in response.parts if part.part_kind == "tool-call"]
        if response.parts:
            prompt.messages.append(response)
        if calls:
            prompt.add_results(calls, [told] * len(calls))
        else:
            prompt.add_correction(told)


def _described(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(
        f"- {'.'.join(str(part) for part in one['loc']) or 'the whole'}: {one['msg']}" for one in found[:MOST_ERRORS]
    )
