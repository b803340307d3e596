"""The person's own keys: `[keys]` of the configuration, checked against the table of keys."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestra_tui.key_bindings import KEYS, ROOM_KEYS, Key, keys_of_review, shown_name

KeyWish = str | tuple[str, ...]
_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
# What people write for keys with another name in Textual.
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "minus": "-",
    "plus": "+",
    "comma": ",",
    " ": "space",
}
_OFF = ("", "none")
_REVIEW = frozenset(key.id for key in keys_of_review())


@dataclass(frozen=True, slots=True)
class Keymap:
    """Textual's names of the keys by the table's ids, "" for none; and the faults, by id."""

    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


def read_keymap(wishes: Mapping[str, KeyWish]) -> Keymap:
    """Return the keymap for `[keys]`; a faulty entry changes nothing."""
    key_ids = {key.id for key in KEYS}
    keys: dict[str, str] = {}
    faults: dict[str, str] = {}
    for key_id, wish in wishes.items():
        if key_id not in key_ids:
            faults[key_id] = _unknown(key_id, key_ids)
            continue
        names = [_textual_name(word) for word in _words(wish)]
        if None in names:
            faults[key_id] = f"keys.{key_id} = {_written(wish)} names no key such as ctrl+x or f5"
        else:
            keys[key_id] = ",".join(name for name in names if name)
    for key_id, other_id in _clashes(keys):
        faults[key_id] = (
            f"keys.{key_id} = {_written(wishes[key_id])} is also a key of {other_id}; "
            f"give {other_id} another one, or none"
        )
        keys.pop(key_id, None)
    return Keymap(keys, faults)


def written_names(keys: str) -> tuple[str, ...]:
    """Return keys, given in Textual's names, comma separated, as a person writes them in a file."""
    shown = [(name, shown_name(name)) for name in keys.split(",") if name]
    return tuple(text if text.isascii() else name for name, text in shown)


def _clashes(keys: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each changed id whose key belongs to another id, with that id."""
    on_a_screen = (ROOM_KEYS, [key for key in KEYS if key.id in _REVIEW])
    return [clash for table in on_a_screen for clash in _clashes_in(table, keys)]


def _clashes_in(table: Iterable[Key], keys: Mapping[str, str]) -> list[tuple[str, str]]:
    holders: dict[str, list[str]] = {}
    for key in table:
        for name in keys.get(key.id, key.keys).split(","):
            if name:
                holders.setdefault(name, []).append(key.id)
    return [
        (key_id, next(other_id for other_id in ids if other_id != key_id))
        for ids in holders.values()
        if len(ids) > 1
        for key_id in ids
        if key_id in keys
    ]


def _words(wish: KeyWish) -> Iterable[str]:
    if isinstance(wish, tuple):
        return wish
    return () if wish in _OFF else (wish,)


def _textual_name(word: str) -> str | None:
    """Return Textual's name of a key that a person wrote; None if it is not a key."""
    before, plus, base = word.rpartition("+")
    if plus and not base:  # the key is + itself
        before, base = before.removesuffix("+"), "+" if before.endswith("+") or not before else ""
    modifiers = before.lower().split("+") if before else []
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return None
    base = _ALIASES.get(base.lower(), base)
    if len(base) == 1:
        if modifiers == ["shift"] and base.isalpha():
            return base.upper()
        name = _name_of_character(base.lower() if "ctrl" in modifiers else base)
    else:
        name = base.lower()
        if name not in _named_keys():
            return None
    return "+".join((*modifiers, name))


def _name_of_character(character: str) -> str:
    """Return Textual's name of a character, as its key parser makes it."""
    from textual.keys import KEY_NAME_REPLACEMENTS  # noqa: PLC0415 - only where keys are changed

    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _named_keys() -> set[str]:
    """Return the names of keys that are not characters, and of characters that have names."""
    from textual.keys import Keys  # noqa: PLC0415 - as above

    spelled = {_name_of_character(chr(code)) for code in range(ord("!"), 0x7F)}
    return {key.value for key in Keys if "+" not in key.value and "<" not in key.value} | spelled


def _unknown(key_id: str, key_ids: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only for a mistake

    close = difflib.get_close_matches(key_id, key_ids, n=1)
    cure = f"did you mean keys.{close[0]}?" if close else "'orchestra config' lists them"
    return f"unknown key keys.{key_id}; {cure}"


def _written(wish: KeyWish) -> str:
    return f'"{wish}"' if isinstance(wish, str) else str(list(wish))
