"""Files on disk under their SHA-256: <root>/<2>/<62>, written beside, made durable, then given their name."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

DRAFTS, THUMBNAILS = "drafts", "thumbnails"
ABANDONED = 3600  # seconds after which a draft belongs to an upload that was killed


class Store:
    """A directory of contents. Nothing here ever removes a content that was kept."""

    def __init__(self, root: str | os.PathLike[str]):
        self.root = Path(root)

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:]

    def thumbnail(self, sha256: str) -> Path:
        return self.root / THUMBNAILS / sha256[:2] / sha256[2:]

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A directory for one upload's files on the store's own disk, removed at the end."""
        drafts = self.root / DRAFTS
        drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(dir=drafts) as name:
            yield Path(name)

    def keep(self, draft: Path, sha256: str, thumbnail: Path | None = None) -> None:
        """Move a durable draft to its name; the same content again only replaces itself."""
        if thumbnail is not None:
            place(thumbnail, self.thumbnail(sha256))
        place(draft, self.path(sha256))

    def sweep(self, *, older_than: float = ABANDONED) -> int:
        """Remove what uploads that were killed left half-written; returns how many."""
        removed = 0
        for draft in sorted((self.root / DRAFTS).glob("*")):
            try:
                if time.time() - draft.stat().st_mtime > older_than:
                    removed += remove(draft)
            except FileNotFoundError:  # its upload has ended meanwhile
                continue
        return removed


def remove(draft: Path) -> int:
    for file in draft.iterdir():
        file.unlink(missing_ok=True)
    draft.rmdir()
    return 1


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file that only its owner reads, and have it on disk before returning."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def make_durable(path: Path) -> None:
    """The same for a file that another process wrote."""
    path.chmod(0o600)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place(source: Path, target: Path) -> None:
    """Rename into place, and have the name on disk."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(source, target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
