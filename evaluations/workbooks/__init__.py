"""Values out to a workbook and back: what it holds, how it is written, read, compared and marked."""
