"""The project as a whole: migrations are complete, settings are written down."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

READ = re.compile(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"')
NAMED = re.compile(r"^#? ?([A-Z_]+)=", re.MULTILINE)


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=3)


def test_the_example_environment_names_every_setting_and_no_other():
    source = Path(settings.BASE_DIR, "config", "settings.py").read_text()
    example = Path(settings.BASE_DIR, ".env.example").read_text()

    assert sorted(NAMED.findall(example)) == sorted(set(READ.findall(source)))
