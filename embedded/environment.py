"""Builds .venv from a lock file, once: `python3 embedded/environment.py embedded|dev`.

Run by the system's Python before anything is installed, so it uses nothing but the standard library, and even a Python
that is too old must get as far as the sentence that says so.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

OLDEST, NEWER_THAN_TESTED = (3, 11), (3, 14)
NAMES = ["python3.13", "python3.12", "python3.11"]
BASE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(BASE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
UNREACHABLE = "The package index cannot be reached: check the network or pip's index-url."
TELLING = {
    "No space left on device": "The disk is full: free some space and try again.",
    "DO NOT MATCH THE HASHES": "A downloaded package does not have the digest in the lock file: nothing was installed.",
    "Temporary failure in name resolution": UNREACHABLE,
    "Failed to establish a new connection": UNREACHABLE,
    "Read timed out": "The package index did not answer in time: try again.",
}


def main(group):
    use_a_fitting_python()
    lock_file = os.path.join(BASE, "requirements", group + ".txt")
    with open(lock_file, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two `make` at once build one environment
        digest = hashlib.sha256(file.read()).hexdigest()
        if not built(group, digest):
            build(group, lock_file, digest)


def use_a_fitting_python():
    """Go on with a tested Python: this one, else another by its name."""
    if OLDEST <= sys.version_info[:2] < NEWER_THAN_TESTED:
        return
    for name in NAMES:
        if shutil.which(name):
            os.execvp(name, [name] + sys.argv)
    sys.exit("Python 3.11, 3.12 or 3.13 is needed and none was found; this is " + sys.version.split()[0] + ".")


def built(group, digest):
    return os.path.exists(PYTHON) and read(stamp(group)) == digest + " " + BASE and works()


def works():
    """Whether the environment's Python still runs: an upgrade of the system's may have taken it away."""
    return subprocess.call([PYTHON, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def build(group, lock_file, digest):
    if not (os.path.exists(PYTHON) and works()):
        create()
    print("Installing the locked packages (once; about a minute) ...", flush=True)
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:"]
    pip(install + ["--require-hashes", "--requirement", lock_file])
    make_importable()
    os.makedirs(os.path.dirname(stamp(group)), exist_ok=True)
    with open(stamp(group), "w") as file:
        file.write(digest + " " + BASE)


def create():
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of python3
        import venv
    except ImportError:
        sys.exit("python3-venv is missing: install it (Debian: apt install python3-venv) and try again.")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError as error:
        explain((error.output or b"").decode(errors="replace"), "The Python environment could not be made")


def pip(arguments):
    answer = subprocess.run(
        [PYTHON, "-m", "pip"] + arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=BASE
    )
    if answer.returncode:
        explain(answer.stdout.decode(errors="replace"), "The locked packages could not be installed")


def explain(output, what):
    for symptom, sentence in TELLING.items():
        if symptom in output:
            sys.exit(sentence)
    lines = [line for line in output.splitlines() if line.strip()]
    sys.exit(what + ": " + (lines[-1].strip() if lines else "no message was given") + ".")


def make_importable():
    """Let .venv/bin/pytest and its like import the project from any directory."""
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.check_output([PYTHON, "-c", query], text=True).strip()
    with open(os.path.join(site, "portal.pth"), "w") as file:
        file.write(os.path.relpath(BASE, site) + "\n")  # relative: a path in Chinese breaks Python in an ASCII locale


def stamp(group):
    return os.path.join(VENV, "locks", group)


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except OSError as error:
        sys.exit(TELLING.get(error.strerror, f"The system refused: {error.strerror} ({error.filename})."))
    except KeyboardInterrupt:
        sys.exit(1)
