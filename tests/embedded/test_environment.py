"""Building .venv: every obstacle is one sentence with status 1, and a built environment is left alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from embedded import environment

SCRIPT = Path(environment.__file__)


@pytest.fixture
def clone(tmp_path):
    """A project of which only the script and an empty lock file exist: nothing has to be downloaded."""
    (tmp_path / "embedded").mkdir()
    shutil.copy(SCRIPT, tmp_path / "embedded")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "embedded.txt").write_text("# nothing\n")
    return tmp_path


def build(clone, **variables):
    command = [sys.executable, "embedded/environment.py", "embedded"]
    answer = subprocess.run(
        command, cwd=clone, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"} | variables
    )
    return answer.returncode, answer.stdout, answer.stderr


def test_an_environment_is_built_once_and_again_only_when_the_lock_changes(clone):
    first = build(clone)
    second = build(clone)
    (clone / "requirements" / "embedded.txt").write_text("# changed\n")

    third = build(clone)

    assert first[0] == second[0] == third[0] == 0, first
    assert "Installing" in first[1] and "Installing" in third[1]
    assert second[1] == ""


def test_an_environment_works_below_a_chinese_directory_in_any_locale(clone):
    place = clone / "门户 县"
    shutil.copytree(clone / "embedded", place / "embedded")
    shutil.copytree(clone / "requirements", place / "requirements")
    assert build(place, LC_ALL="C")[0] == 0

    command = [place / ".venv" / "bin" / "python", "-c", "import embedded.environment"]
    answer = subprocess.run(command, cwd="/", env={"LC_ALL": "C"}, capture_output=True, text=True)

    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_missing_venv_module_is_named(clone):
    (clone / "ensurepip.py").write_text("raise ImportError")

    status, _, said = build(clone, PYTHONPATH=str(clone))

    assert (status, said.count("\n")) == (1, 1)
    assert "apt install python3-venv" in said


def test_a_package_without_a_digest_is_refused(clone):
    (clone / "requirements" / "embedded.txt").write_text("django==5.2.19\n")

    status, _, said = build(clone)

    assert (status, said.count("\n")) == (1, 1)
    assert "could not be installed" in said
    assert not (clone / ".venv" / "locks").exists()


def test_an_old_python_is_told_so_when_no_other_is_found(monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 10, 13))
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match=r"Python 3\.11, 3\.12 or 3\.13 is needed"):
        environment.use_a_fitting_python()


@pytest.mark.parametrize("symptom", sorted(environment.TELLING))
def test_what_pip_says_becomes_one_sentence(symptom):
    with pytest.raises(SystemExit) as ended:
        environment.explain(f"ERROR: Could not install packages\n... {symptom} ...\nmore lines", "It failed")

    assert ended.value.code == environment.TELLING[symptom]
