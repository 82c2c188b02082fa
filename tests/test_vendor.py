"""Vendored files are the ones that were published: names, digests and licences in versions.json."""

import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "versions.json").read_text(encoding="utf-8"))


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_every_vendored_file_is_the_published_one(package):
    found = {name: digest_of(VENDOR / name) for name in package["files"]}

    assert found == package["files"]


def test_nothing_is_vendored_that_versions_json_does_not_list():
    listed = {name for package in PACKAGES for name in package["files"]}

    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert found - {"versions.json"} == listed


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_every_vendored_package_brings_its_licence_text(package):
    text = (VENDOR / package["licence_file"]).read_text(encoding="utf-8")

    assert package["licence"] in {"MIT", "0BSD"}
    assert "Permission" in text
