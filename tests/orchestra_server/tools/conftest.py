"""A repository to conduct in."""

from pathlib import Path

import pytest

from orchestra_server.demo.demo_repository import create_demo_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "bookshop"
    create_demo_repository(
        path, {"README.md": "# Bookshop\n", "shop.py": "PRICE = 1\n"}, "Open the shop"
    )
    return path.resolve()
