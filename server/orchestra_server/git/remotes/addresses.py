"""The addresses of a repository's remotes, written so that two clones can compare them.

`git@example.org:shop.git` and `https://pat:secret@example.org/shop` are the same place. An address
is stored and shown, so it has neither credentials nor a query.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from orchestra_server.git.repository.repository import Repository

_COUNTS = r"^(remote\..*\.url|branch\..*\.remote|url\..*\.insteadof|orchestra\.publish)$"
_FALSE = frozenset(("false", "no", "off", "0"))
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>\[[^]]+\]|[^/:]+):(?P<path>.*)")
_DEFAULT_PORTS = {"ssh": 22, "https": 443, "http": 80, "git": 9418}
_LONGEST = 400  # characters
_MOST = 8  # most remotes that a clone notes
_FIRST = "origin"


def read_addresses(repo: Repository) -> dict[str, str]:
    """Return the address of each remote by its name, the preferred remote first. Blocking.

    The preferred one is the current branch's upstream remote, then `origin`. There is none if the
    user wants nothing published: `git config orchestra.publish false`.
    """
    config = _read_config(repo)
    urls = {
        name.removeprefix("remote.").removesuffix(".url"): values[0]
        for name, values in config.items()
        if name.startswith("remote.")
    }
    if not urls or config.get("orchestra.publish", [""])[-1].lower() in _FALSE:
        return {}
    if any(name.startswith("url.") for name in config):  # git rewrites some URLs
        urls = {name: _expanded(repo, name, url) for name, url in urls.items()}
    addresses = {name: address_of(url, repo.top) for name, url in urls.items()}
    addresses = {name: address for name, address in addresses.items() if address}
    if len(addresses) > 1:
        branch = repo.run("symbolic-ref", "--quiet", "--short", "HEAD").out.strip()
        followed = config.get(f"branch.{branch}.remote", [""])[-1]
        order = sorted(addresses, key=lambda name: (name != followed, name != _FIRST, name))
        addresses = {name: addresses[name] for name in order[:_MOST]}
    return addresses


def _read_config(repo: Repository) -> dict[str, list[str]]:
    """Return the relevant values with one process, because a clone is described often."""
    said = repo.run("config", "-z", "--get-regexp", _COUNTS).out
    config: dict[str, list[str]] = {}
    for entry in said.split("\0"):
        name, _, value = entry.partition("\n")
        if name:
            config.setdefault(name, []).append(value)
    return config


def _expanded(repo: Repository, name: str, url: str) -> str:
    return repo.run("remote", "get-url", name).out.strip() or url


def address_of(url: str, directory: Path) -> str:
    """Return the comparable address of a URL, "" for one that cannot be compared.

    A path is relative to `directory`.
    """
    if "::" in url or len(url) > _LONGEST or not url.isprintable():
        return ""  # a remote helper, such as `ext::`: only the helper knows what its address means
    if "://" in url:
        parts = urlsplit(url)
        if parts.scheme == "file":
            return _path_address(Path(parts.path))
        try:
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return ""
        other_port = f":{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else ""
        return _with_path(f"{host}{other_port}", parts.path) if host else ""
    scp = _SCP.fullmatch(url)
    if scp:
        return _with_path(scp["host"].strip("[]").lower(), scp["path"])
    return _path_address(directory / Path(url).expanduser())


def shared_address(preferred: str, noted: Iterable[str]) -> str:
    """Return the first address of `preferred` that all others have noted too, "" for none.

    Each is the `remotes` of a clone's document. All clones ask with the same preferred one, so that
    all of them use the same remote.
    """
    others = [set(remotes.split("\n")) for remotes in noted]
    addresses = (address for address in preferred.split("\n") if address)
    return next(
        (address for address in addresses if all(address in shared for shared in others)), ""
    )


def noted(addresses: Mapping[str, str]) -> str:
    """Return the addresses in the form of a clone's document."""
    return "\n".join(dict.fromkeys(addresses.values()))


def remote_at(addresses: Mapping[str, str], address: str) -> str:
    """Return the name of the remote with an address, "" for none."""
    return next((name for name, of_name in addresses.items() if of_name == address), "")


def _with_path(host: str, path: str) -> str:
    return f"{host}/{_without_ending(path.strip('/').split('/'))}"


def _path_address(path: Path) -> str:
    resolved = path.resolve()
    return f"/{_without_ending(resolved.parts[1:])}"


def _without_ending(parts: Sequence[str]) -> str:
    """Return the parts as one path, without the suffix that git adds by itself."""
    joined = "/".join(parts)
    return joined.removesuffix("/.git").removesuffix(".git")
