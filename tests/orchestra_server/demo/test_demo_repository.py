from pathlib import Path

from orchestra_server.demo.demo_repository import create_demo_repository
from tests.support.git.repositories import TestRepository


def test_the_demo_repository_has_all_files_in_one_commit_on_main(tmp_path: Path) -> None:
    files = {"README.md": "Books\n", "shop/prices.py": "PRICE = 1  # €\n"}
    create_demo_repository(tmp_path / "shop", files, "Open the shop")
    shop = TestRepository(tmp_path / "shop")
    assert shop.branches == ["main"]
    assert shop.git("log", "--format=%an|%s") == "Orchestra demo|Open the shop"
    assert shop.git("ls-files").split("\n") == sorted(files)
    assert (shop.path / "shop/prices.py").read_text(encoding="utf-8") == files["shop/prices.py"]
    assert shop.status == ""


def test_commits_use_an_identity_configured_in_the_repository(tmp_path: Path) -> None:
    create_demo_repository(tmp_path / "shop", {"a": ""}, "one")
    shop = TestRepository(tmp_path / "shop")
    assert shop.git("config", "--local", "user.email") == "demo@orchestra.invalid"
    assert shop.git("config", "--local", "commit.gpgsign") == "false"
