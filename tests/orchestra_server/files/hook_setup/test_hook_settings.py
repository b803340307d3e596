"""What a hook is told of the way to Redis."""

import json
from pathlib import Path

import msgspec
import pytest

from orchestra_core.errors import BadInput
from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import script
from orchestra_server.files.hook_setup.hook_settings import (
    HookSettings,
    RedisAddress,
    chamber_settings,
    main_settings,
    redis_address,
)
from tests.support.samples import a_chamber


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/o/s", RedisAddress(socket="/run/o/s")),
        (
            "unix:///run/o/s?db=2&password=p%26q",
            RedisAddress(socket="/run/o/s", hello=(("AUTH", "default", "p&q"), ("SELECT", "2"))),
        ),
        ("redis://here", RedisAddress(host="here", port=6379)),
        (
            "redis://me:p%40ss@here:7000/5",
            RedisAddress(host="here", port=7000, hello=(("AUTH", "me", "p@ss"), ("SELECT", "5"))),
        ),
        ("rediss://[::1]:7001", RedisAddress(host="::1", port=7001, tls=True)),
        (
            "rediss://here?ssl_ca_certs=/ca.pem&ssl_cert_reqs=none",
            RedisAddress(host="here", port=6379, tls=True, ca="/ca.pem", verify=False),
        ),
        ("redis+cluster://a:7000,b:7001", RedisAddress(host="a", port=7000)),
        ("redis+sentinel://a:26379/main", None),
    ],
)
def test_a_url_is_split_into_the_parts_that_a_socket_needs(
    url: str, address: RedisAddress | None
) -> None:
    assert redis_address(url) == address


def test_an_invalid_url_is_refused() -> None:
    with pytest.raises(BadInput):
        redis_address("http://here")


def test_the_settings_hold_both_scripts_with_the_projects_keys() -> None:
    chamber, keys = a_chamber(), Keys("shop-1")
    raw = chamber_settings(chamber, "unix:///s", "shop-1", main=Path("/m"), own_hooks=True)
    settings = msgspec.json.decode(raw, type=HookSettings)
    assert (settings.mode, settings.root, settings.main) == ("chamber", chamber.path, "/m")
    assert (settings.own_hooks, settings.isolation) == (True, True)
    source = script("interrupt_stamp").source
    assert settings.interrupt_stamp[:3] == ("EVAL", source, "3")
    assert settings.interrupt_stamp[3:] == (
        keys.documents("interrupts"),
        keys.sequence,
        keys.stream,
        keys.channel,
    )
    assert settings.presence[2:] == (
        "2",
        keys.presence,
        keys.activity(chamber.id),
        keys.presence_channel,
    )


def test_the_main_checkouts_settings_hold_only_its_path() -> None:
    assert json.loads(main_settings(Path("/r"))) == {"mode": "main", "root": "/r"}
