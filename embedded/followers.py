"""Grandchildren of the runner end with their parents: loaded by the Celery worker (--include) and gunicorn (--config).

The kernel's death signal reaches only a direct child, so each forking parent's children ask for it themselves.
"""

from celery.signals import worker_process_init

from embedded.processes import die_with_parent


@worker_process_init.connect
def follow_the_worker(**_: object) -> None:
    die_with_parent()


def post_fork(server, worker) -> None:
    """gunicorn's hook, run in each new web worker."""
    die_with_parent(parent=server.pid)
