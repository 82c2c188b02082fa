"""`manage.py messages`: bring the Chinese catalogue in line with the code, or check that it is."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from translations.sources import UnreadableText, texts_below


class Command(BaseCommand):
    help = "Update and compile locale/zh_Hans; with --check only say what is missing, exit 1 if anything is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 unless complete and compiled")
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="the project to read")

    def handle(self, *, check: bool, root: Path, **options):
        try:
            texts = list(texts_below(root))
        except (UnreadableText, SyntaxError) as error:
            raise CommandError(str(error)) from error
        po = root / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        if check:
            self.check_catalogue(po, texts)
        else:
            self.update_catalogue(po, texts)

    def check_catalogue(self, po: Path, texts: list) -> None:
        from translations import catalogue  # needs polib, which only development installs

        mo = po.with_suffix(".mo")
        found = list(catalogue.problems(catalogue.read(po), texts, mo.read_bytes() if mo.exists() else None))
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} in {po}. Run: manage.py messages"]))
        self.stdout.write(f"{po.name}: complete, {len(set(texts))} places")

    def update_catalogue(self, po: Path, texts: list) -> None:
        from translations import catalogue  # needs polib, which only development installs

        new = catalogue.updated(catalogue.read(po), texts)
        po.parent.mkdir(parents=True, exist_ok=True)
        new.save(str(po))
        po.with_suffix(".mo").write_bytes(new.to_binary())
        waiting = [problem for entry in new for problem in catalogue.entry_problems(entry)]
        self.stdout.write("\n".join([*waiting, f"{len(new)} texts, {len(waiting)} to look at"]))
