"""`make demo` and `make serve`: the portal on a page, in the foreground, until Ctrl-C; the demo with its county."""

import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

from embedded import announcement, runner
from embedded.choices import why_not
from embedded.keeper import Keeper
from embedded.processes import die_with_parent, wait_until
from embedded.programs import Portal, web
from embedded.trouble import Trouble

ROUND = "demo-2026"  # what `manage.py load_demo` opens
WEB_SECONDS = 60
PORTS = range(1, 65536)


def demo(base: Path) -> None:
    """Load, rate and show the demo county; servers that `make up` started are used and left running."""
    _run(base, demo_county=True)


def serve(base: Path) -> None:
    """Serve the portal over whatever data there are."""
    _run(base, demo_county=False)


def _run(base: Path, *, demo_county: bool) -> None:
    port = wanted_port()
    if problem := why_not(port):
        raise Trouble(problem)
    _end_with_make()
    with runner.stoppable():
        if announcement.read(base / "var"):
            _beside_running_servers(base, port, demo_county)
        else:
            _with_own_servers(base, port, demo_county)


def wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and int(text) in PORTS):
        raise Trouble(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _with_own_servers(base: Path, port: int, demo_county: bool) -> None:
    print("正在启动数据库、队列和计算进程 · Starting PostgreSQL, Valkey, a Celery worker and beat ...", flush=True)
    with runner.up(base, "demo") as running:
        _show(running.portal, running.programs, port, demo_county)
        running.watch()


def _beside_running_servers(base: Path, port: int, demo_county: bool) -> None:
    running = announcement.read(base / "var")
    if not running.get("settings"):
        raise Trouble(f"Another start is under way (process {running.get('pid')}): try again when it is done.")
    print(f"Using the servers that are running here (process {running['pid']}).", flush=True)
    portal, keeper = Portal(base, running["settings"]), Keeper()
    try:
        portal.migrate()
        _show(portal, keeper, port, demo_county)
        while announcement.read(base / "var").get("pid") == running["pid"]:
            keeper.look()
            time.sleep(runner.LOOK_SECONDS)
        raise Trouble("The servers that were in use here have been stopped, so this stops too.")
    finally:
        keeper.stop()


def _show(portal: Portal, keeper: Keeper, port: int, demo_county: bool) -> None:
    """Serve the portal; the demo loads, rates and prints its county first."""
    if demo_county:
        portal.manage("load_demo")
        portal.manage("rate_round", ROUND, "--workers")
        if stage := os.environ.get("STAGE"):
            portal.manage("advance_demo", stage)
            portal.manage("rate_round", ROUND, "--workers")
    keeper.keep("web server", lambda: portal.start("web", web(port)), signal.SIGTERM)
    address = f"http://127.0.0.1:{port}/"
    if not wait_until(lambda: _answers(address) or keeper.look(), WEB_SECONDS, pause=0.1):
        raise Trouble(f"The portal did not answer within {WEB_SECONDS} s (its log is var/log/web.log).")
    if demo_county:
        portal.manage("demo_report")
    print(f"\n网址 · The portal is at {address}\n按 Ctrl-C 全部停止 · Ctrl-C stops everything it started", flush=True)


def _answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on this machine
    try:
        opener.open(address, timeout=5).close()
    except urllib.error.HTTPError:
        return True  # it speaks
    except OSError:
        return False
    return True


def _end_with_make() -> None:
    """When make itself is killed, end as if asked to."""
    try:
        parent = Path(f"/proc/{os.getppid()}/comm").read_text().strip()
    except OSError:
        return
    if parent in ("make", "gmake"):
        die_with_parent(signal.SIGTERM)
