"""hhtui: a terminal browser for RLHF preference data.

    import hhtui

    hhtui.load("audit.db", "harmless-base/test.jsonl.gz")
    hhtui.browse("audit.db")
    frame = hhtui.open("audit.db").search("harm.min:>0.5").to_pandas()

`hhtui.api` has every other verb.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hhtui.api import browse, load, open  # noqa: A004

__version__ = "0.1.0"
__all__ = ["__version__", "browse", "load", "open"]


def __getattr__(name: str) -> Any:
    """Return a verb of `hhtui.api`, which is imported when one is first used."""
    if name in __all__:
        from hhtui import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
