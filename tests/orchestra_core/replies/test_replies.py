"""The answers' classes: what the SDK publishes of them, and what msgspec reads into them."""

import dataclasses
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import msgspec
import pytest
from pydantic import TypeAdapter

from orchestra_core import replies
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.reply import Reply


def declared() -> Iterator[type]:
    """Every class of the package."""
    for module_info in iter_modules(replies.__path__, f"{replies.__name__}."):
        module = import_module(module_info.name)
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module_info.name:
                yield value


ALL = sorted(declared(), key=lambda reply: reply.__name__)


@pytest.mark.parametrize("reply", ALL, ids=lambda reply: reply.__name__)
def test_the_schema_of_each_reply_has_its_docstring_and_all_its_fields(reply: type) -> None:
    schema = TypeAdapter(reply).json_schema()
    fields = {field.name for field in dataclasses.fields(reply)}
    assert set(schema["properties"]) == fields
    assert schema["description"]
    assert not hasattr(reply, "__slots__")


def test_reply_classes_have_unique_names() -> None:
    names = [reply.__name__ for reply in ALL]
    assert len(names) == len(set(names))
    assert len(names) > len([reply for reply in ALL if issubclass(reply, Reply)]) > 10


def test_pydantic_and_msgspec_encode_a_reply_alike_and_decoding_ignores_unknown_fields() -> None:
    answer = CompletedTask(
        task_id="t",
        completed=False,
        already_completed=False,
        state="open",
        base_branch="main",
        landed_commit="",
        notes=["one"],
        next_step="Go on.",
    )
    document = TypeAdapter(CompletedTask).dump_python(answer, mode="json")
    assert document == msgspec.to_builtins(answer)
    assert msgspec.convert({**document, "added": 1}, CompletedTask) == answer
