"""What would keep a landing from moving the checkout is known before anything moves."""

import os
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.git.merge.fast_forward import blocked_files, land
from tests.support.git.chambers import Workshop, finished, workshop_to_land_in


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop_to_land_in(tmp_path / "répo")


def test_blocked_files_are_those_that_landing_would_refuse(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n", "added": "x"})
    main = shop.main
    assert blocked_files(shop.repo, main.path, "main", old, new) == ()
    for name in ("added", "README", "src/app.py", "notes"):
        main.write(name, "mine")
    assert blocked_files(shop.repo, main.path, "main", old, new) == ("README", "added")
    assert blocked_files(shop.repo, main.path, "main", old, old) == ()
    assert main.head == old


@pytest.mark.parametrize(
    ("status", "is_trusted"),
    [("GOODSIG 1 me\n[GNUPG:] TRUST_ULTIMATE", True), ("BADSIG 1 me", False), ("", False)],
)
def test_a_commit_without_a_good_signature_is_foreseen_where_git_merges_only_such(
    shop: Workshop, tmp_path: Path, status: str, *, is_trusted: bool
) -> None:
    shop.main.sign_commits(tmp_path / "gpg")
    old, new = finished(shop, {"README": "new\n"})
    verifier = tmp_path / "gpg"
    verifier.write_text(f"#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] {status}'\n")
    shop.main.git("config", "commit.gpgSign", "false")
    shop.main.git("config", "merge.verifySignatures", "true")
    if is_trusted:
        assert blocked_files(shop.repo, shop.main.path, "main", old, new) == ()
        return
    with pytest.raises(Refused, match=r"has no signature; merge\.verifySignatures is set: sign"):
        blocked_files(shop.repo, shop.main.path, "main", old, new)


@pytest.mark.parametrize("added", ["docs/a", "docs/deep/a", "docs/deep/deeper/a"])
def test_where_a_link_becomes_a_folder_only_the_folder_that_holds_the_link_must_be_writable(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: str
) -> None:
    elsewhere, main = tmp_path / "elsewhere", shop.main
    elsewhere.mkdir()
    (main.path / "docs").symlink_to(elsewhere)
    main.commit("a link")
    old, new = finished(shop, {added: "x"}, remove="docs")

    def forbid(directory: Path) -> None:
        def access(path: str | Path, mode: int) -> bool:
            return not mode & os.W_OK or Path(path).resolve() != directory

        monkeypatch.setattr(os, "access", access)

    forbid(elsewhere)
    assert blocked_files(shop.repo, main.path, "main", old, new) == ()
    forbid(main.path)
    with pytest.raises(Unavailable, match=f"^{main.path} cannot be used"):
        blocked_files(shop.repo, main.path, "main", old, new)
    monkeypatch.undo()
    land(shop.repo, main.path, "main", old, new)
    assert (main.status, main.read(added), list(elsewhere.iterdir())) == ("", "x", [])


def test_no_file_blocks_a_branch_that_is_checked_out_nowhere(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    shop.main.git("switch", "--quiet", "-c", "elsewhere")
    shop.main.write("README", "mine")
    assert blocked_files(shop.repo, shop.main.path, "main", old, new) == ()
