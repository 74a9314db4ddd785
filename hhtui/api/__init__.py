"""The commands of hhtui for Python: open, load, score, search, show, decide, export, browse.

    import hhtui.api as hhtui

    hhtui.load("audit.db", "harmless-base/test.jsonl.gz")
    hhtui.score("audit.db")
    with hhtui.open("audit.db") as database:
        for record in database.search("harm.min:>0.5 sort:harm-"):
            print(record.pair.key, record.scores)

All raise StoreError, LoadError, ScoreError or QueryError with a message for people.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hhtui.api.counting import facets, histogram
    from hhtui.api.deciding import decide, label, set_taxonomy, taxonomy
    from hhtui.api.finding import records, score_details, search, show, words
    from hhtui.api.found import Found
    from hhtui.api.leaving import apply, clean, export, select
    from hhtui.api.loading import build_sample, load
    from hhtui.api.opening import Opened, PathLike, annotator_name, open  # noqa: A004
    from hhtui.api.people import import_decisions, merge_decisions, unmatched
    from hhtui.api.reading import Colour, ScreenError, browse, read, triage
    from hhtui.api.samples import apply_rule, attainable, check, estimate, sample
    from hhtui.api.scoring import evaluate, merge, score
    from hhtui.api.similarity import dupes, similar
    from hhtui.api.telling import agreement, log, methods, statistics
    from hhtui.api.viewing import delete_view, listing, rename_view, save_view, view, viewed, views

__all__ = [
    "Colour",
    "Found",
    "Opened",
    "PathLike",
    "ScreenError",
    "agreement",
    "annotator_name",
    "apply",
    "apply_rule",
    "attainable",
    "browse",
    "build_sample",
    "check",
    "clean",
    "decide",
    "delete_view",
    "dupes",
    "estimate",
    "evaluate",
    "export",
    "facets",
    "histogram",
    "import_decisions",
    "label",
    "listing",
    "load",
    "log",
    "merge",
    "merge_decisions",
    "methods",
    "open",
    "read",
    "records",
    "rename_view",
    "sample",
    "save_view",
    "score",
    "score_details",
    "search",
    "select",
    "set_taxonomy",
    "show",
    "similar",
    "statistics",
    "taxonomy",
    "triage",
    "unmatched",
    "view",
    "viewed",
    "views",
    "words",
]

_NAMES_OF = {
    "counting": "facets histogram",
    "deciding": "decide label set_taxonomy taxonomy",
    "finding": "records score_details search show words",
    "found": "Found",
    "leaving": "apply clean export select",
    "loading": "build_sample load",
    "opening": "Opened PathLike annotator_name open",
    "people": "import_decisions merge_decisions unmatched",
    "reading": "Colour ScreenError browse read triage",
    "samples": "apply_rule attainable check estimate sample",
    "scoring": "evaluate merge score",
    "similarity": "dupes similar",
    "telling": "agreement log methods statistics",
    "viewing": "delete_view listing rename_view save_view view viewed views",
}
"""What each module here has of these names."""

_MODULE_OF = {name: module for module, names in _NAMES_OF.items() for name in names.split()}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Return a verb or a class of this package, whose module is imported when one is first used."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
