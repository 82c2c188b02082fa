"""What several files of tests about evidence need: files kept aside, in English, and a county."""

import pytest
from django.utils import translation

from tests.entry import world


@pytest.fixture
def kept_aside(settings, tmp_path):
    """Evidence is kept in a folder of the test's own; what is said is said in English."""
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()
