"""Print the road as a document."""

from django.core.management.base import BaseCommand
from django.utils import translation

from evaluations.reading.road_table import as_markdown


class Command(BaseCommand):
    help = "Print the steps of a round as Markdown, from the table that the portal itself goes by."

    def add_arguments(self, parser):
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"])

    def handle(self, *, language, **options):
        with translation.override(language):
            self.stdout.write(as_markdown())
