"""Requests and tool calls in the words of pydantic-ai's request layer, which turns them into each provider's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clara.providers.chat import ChatRequest, Tool
from clara.providers.requests import Asking

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelRequest, ToolCallPart
    from pydantic_ai.models import Model, ModelRequestParameters

ROOM_FOR_THOUGHTS = {"off": 0, "low": 2048, "medium": 10_000, "high": 16_384}
"""Tokens beside the answer's, since providers count both as one: what pydantic-ai lets Claude think at each level."""

ANSWER_TOOL = "answer"


@dataclass(frozen=True, slots=True)
class Limits:
    """``thinking``: off, low, medium or high."""

    max_output_tokens: int = 4000
    thinking: str = "off"


@dataclass(slots=True)
class Prompt:
    """A request that is being answered; ``messages`` grow with every round. ``calling``: tools may be called.

    ``shape`` is the schema of a structured answer.
    """

    request: ChatRequest
    limits: Limits
    messages: "list[ModelMessage]"
    calling: bool = True
    shape: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, request: ChatRequest, limits: Limits, shape: Mapping[str, Any] | None = None) -> "Prompt":
        return cls(request, limits, _history(request), shape=shape)

    @property
    def max_tokens(self) -> int:
        return min(self.request.max_tokens, self.limits.max_output_tokens)

    @property
    def most_tokens(self) -> int:
        """With thoughts."""
        return self.max_tokens + ROOM_FOR_THOUGHTS[self.limits.thinking]

    def asking(self, model: "Model[Any]", takes_tools: bool) -> Asking:
        """Return what is sent to this model."""
        from pydantic_ai.settings import ModelSettings

        thinks = bool(model.profile.get("supports_thinking"))
        settings = ModelSettings(max_tokens=self.most_tokens if thinks else self.max_tokens)
        if thinks:
            settings["thinking"] = False if self.limits.thinking == "off" else self.limits.thinking  # type: ignore[typeddict-item]
        if self.request.temperature is not None:
            settings["temperature"] = self.request.temperature
        if not self.calling and self.request.tools and takes_tools:
            settings["tool_choice"] = "none"
        messages = self.messages
        if self.shape is not None and not takes_tools:
            messages = [_instruction(self.shape), *messages]
        return Asking(messages, settings, self._parameters(takes_tools))

    def _parameters(self, takes_tools: bool) -> "ModelRequestParameters":
        from pydantic_ai.models import ModelRequestParameters
        from pydantic_ai.tools import ToolDefinition

        if not takes_tools:
            return ModelRequestParameters()
        if self.shape is not None:
            tool = ToolDefinition(
                name=ANSWER_TOOL,
                description="Give the answer by calling this.",
                parameters_json_schema=dict(self.shape),
                kind="output",
            )
            return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
        return ModelRequestParameters(
            function_tools=[
                ToolDefinition(
                    name=tool.name, description=tool.description, parameters_json_schema=dict(tool.parameters)
                )
                for tool in self.request.tools
            ]
        )

    def add_results(self, calls: "Sequence[ToolCallPart]", results: Sequence[str]) -> None:
        """Add what the calls of the last response gave."""
        from pydantic_ai.messages import ModelRequest, ToolReturnPart

        parts = [
            ToolReturnPart(call.tool_name, result, call.tool_call_id)
            for call, result in zip(calls, results, strict=True)
        ]
        self.messages.append(ModelRequest(parts=parts))

    def add_correction(self, text: str) -> None:
        from pydantic_ai.messages import ModelRequest

        self.messages.append(ModelRequest.user_text_prompt(text))


def _history(request: ChatRequest) -> "list[ModelMessage]":
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart

    messages: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart(request.system)])] if request.system else []
    for message in request.messages:
        if message.role == "user":
            messages.append(ModelRequest.user_text_prompt(message.text))
        else:
            messages.append(ModelResponse(parts=[TextPart(message.text)]))
    return messages


def _instruction(schema: Mapping[str, Any]) -> "ModelRequest":
    from pydantic_ai.messages import ModelRequest, SystemPromptPart

    text = f"Answer with one JSON object of this schema, and with nothing else:\n{json.dumps(schema)}"
    return ModelRequest(parts=[SystemPromptPart(text)])


def arguments_of(call: "ToolCallPart") -> Mapping[str, Any] | None:
    """Return a call's arguments, None when they are no JSON object."""
    if isinstance(call.args, str):
        try:
            arguments = json.loads(call.args or "{}")
        except ValueError:
            return None
    else:
        arguments = call.args or {}
    return arguments if isinstance(arguments, dict) else None


def find_tool(tools: Sequence[Tool], name: str) -> Tool | None:
    return next((tool for tool in tools if tool.name == name), None)
