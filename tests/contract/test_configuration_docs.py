"""docs/configuration.md lists every setting, by its name in the environment, with its default."""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

import clara
from clara.settings import Settings
from clara.settings.sections import MIB

DOCS = Path(clara.__file__).parents[2] / "docs" / "configuration.md"


def settings_of(section: type[BaseModel], prefix: str = "CLARA_") -> Iterator[tuple[str, Any]]:
    """Yield every setting's name in the environment and its default."""
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield _variable(name, field, prefix), field.default


def _variable(name: str, field: FieldInfo, prefix: str) -> str:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias) if alias else prefix + name.upper()


def shown(value: Any) -> set[str]:
    """Return how a default may be written."""
    if isinstance(value, Enum):
        return {str(value.value)}
    if isinstance(value, bool):
        return {"on" if value else "off"}
    if value is None or value == ():
        return {"unset"}
    if isinstance(value, int) and value % MIB == 0 and value:
        return {str(value), f"{value // MIB} MiB"}
    return {f"{value:g}" if isinstance(value, float) else str(value)}


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| [^|]{5,} \|$", DOCS.read_text(), re.MULTILINE)
    assert len(rows) == len({name for name, _ in rows}), "a setting is listed twice"
    return dict(rows)


class TestConfigurationDocs:
    def test_every_setting_is_listed(self) -> None:
        missing = {name for name, _ in settings_of(Settings)} - documented().keys()

        assert not missing, f"docs/configuration.md lacks {sorted(missing)}"

    def test_every_listed_setting_exists(self) -> None:
        gone = documented().keys() - {name for name, _ in settings_of(Settings)}

        assert not gone, f"docs/configuration.md lists {sorted(gone)}, which nothing reads"

    def test_defaults_are_right(self) -> None:
        listed = documented()
        for name, default in settings_of(Settings):
            assert listed[name] in shown(default), f"{name} is {default!r} by default"

    def test_variables_that_other_docs_name_exist(self) -> None:
        known = documented().keys()
        root = DOCS.parents[1]
        for path in [*root.glob("*.md"), *root.glob("docs/**/*.md"), root / "render.yaml", root / "Dockerfile"]:
            for name in re.findall(r"\bCLARA_[A-Z]+(?:__?[A-Z]+)*\b", path.read_text() if path.exists() else ""):
                assert name in known or name.startswith("CLARA_TEST_"), f"{path.name} names {name}"
