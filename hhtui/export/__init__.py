"""Pairs leave the database: as keys, as a table, as the source's own lines."""

from hhtui.export.run import FORMS, Export, export_file, export_stream

__all__ = ["FORMS", "Export", "export_file", "export_stream"]
