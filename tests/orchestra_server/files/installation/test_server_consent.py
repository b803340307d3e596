"""The answer to the client's first dialog, put into settings and taken out again."""

import json

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.files.installation.server_consent import (
    is_refused,
    with_consent,
    with_refusal,
    without_answer,
)

NAME = ".claude/settings.local.json"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"enabledMcpjsonServers": ["orchestration"]}),
        (
            {"enabledMcpjsonServers": ["linear"], "env": {"A": "1"}},
            {"enabledMcpjsonServers": ["linear", "orchestration"], "env": {"A": "1"}},
        ),
        (
            {"disabledMcpjsonServers": ["orchestration"]},
            {"enabledMcpjsonServers": ["orchestration"]},
        ),
        (
            {"disabledMcpjsonServers": ["other", "orchestration"]},
            {"disabledMcpjsonServers": ["other"], "enabledMcpjsonServers": ["orchestration"]},
        ),
    ],
)
def test_consent_replaces_a_refusal_and_keeps_what_is_said_of_other_servers(
    before: object, after: object
) -> None:
    text = with_consent(json.dumps(before), NAME)
    assert json.loads(text) == after
    assert with_consent(text, NAME) == text


def test_a_chamber_refuses_the_server_even_where_its_project_had_enabled_it() -> None:
    text = with_refusal('{"enabledMcpjsonServers": ["linear", "orchestration"]}', NAME)
    assert json.loads(text) == {
        "enabledMcpjsonServers": ["linear"],
        "disabledMcpjsonServers": ["orchestration"],
    }
    assert is_refused(json.loads(text))


def test_removing_the_answer_restores_the_former_content() -> None:
    before = '{\n  "enabledMcpjsonServers": ["linear"]\n}\n'
    assert json.loads(without_answer(with_consent(before, NAME), NAME)) == json.loads(before)
    assert json.loads(without_answer(with_consent("{}\n", NAME), NAME)) == {}


@pytest.mark.parametrize("key", ["enabledMcpjsonServers", "disabledMcpjsonServers"])
def test_a_server_list_of_another_type_is_an_error_that_names_it(key: str) -> None:
    with pytest.raises(BadInput, match=f'has "{key}" that is not a list'):
        with_consent(json.dumps({key: "orchestration"}), NAME)


def test_settings_of_another_form_refuse_nothing() -> None:
    assert not is_refused({})
    assert not is_refused({"disabledMcpjsonServers": "orchestration"})
    assert not is_refused({"disabledMcpjsonServers": ["other"]})
