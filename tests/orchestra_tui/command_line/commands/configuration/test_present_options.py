"""The value of each option, and where it is set."""

from dataclasses import replace
from pathlib import Path

from orchestra_core.configuration.configuration import Configuration, read_text
from orchestra_core.settings import Settings
from orchestra_tui.command_line.commands.configuration.present_options import (
    OptionEntry,
    config_document,
)
from orchestra_tui.room_options import read_room_options

OWN, REPOSITORYS = Path("/c/config.toml"), Path("/shop/orchestra.toml")


def entries(own: str, repositorys: str, settings: Settings, **env: str) -> dict[str, OptionEntry]:
    configuration = Configuration(
        (read_text(OWN, own, own=True), read_text(REPOSITORYS, repositorys, own=False))
    )
    document = config_document(configuration, read_room_options(configuration), settings, env)
    return {entry.name: entry for entry in document.options}


def test_each_source_is_named(settings: Settings) -> None:
    shown = entries(
        "[limits]\nlinger = 5\n[keys]\n\ninterrupt = 'ctrl+?'\n",
        "\n[limits]\nlinger = 4\nunread = 3\nmany_files = 2\n",
        settings,
        ORCHESTRA_UNREAD_LIMIT="9",
    )
    assert shown["limits.linger"] == OptionEntry(
        name="limits.linger", value=5, source="file", place=str(OWN), line=2
    )
    assert shown["limits.many_files"] == OptionEntry(
        name="limits.many_files", value=2, source="file", place=str(REPOSITORYS), line=5
    )
    assert shown["limits.unread"] == OptionEntry(
        name="limits.unread", value=9, source="environment", place="ORCHESTRA_UNREAD_LIMIT"
    )
    assert shown["history.keep"] == OptionEntry(name="history.keep", value=0, source="default")
    assert shown["keys.interrupt"] == OptionEntry(
        name="keys.interrupt", value=("ctrl+?",), source="file", place=str(OWN), line=5
    )
    assert shown["keys.help"].value == ("?",)


def test_a_password_in_the_stores_address_is_hidden(settings: Settings) -> None:
    named = replace(settings, redis_url="redis://me:secret@db/0")
    shown = entries("", "", named, ORCHESTRA_REDIS_URL="redis://me:secret@db/0")
    assert "secret" not in str(shown)
    assert shown["ORCHESTRA_REDIS_URL"].source == "environment"
