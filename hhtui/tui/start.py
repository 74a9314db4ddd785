"""What to open with."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hhtui.store.lanes import Wanted
    from hhtui.store.listing import Listing
    from hhtui.store.triage import Triage


class Start(NamedTuple):
    """A query and a pair's key; None is what the annotator left. Or a `triage` to read, or how one is to be read that
    is still to be chosen from the card of queues: `wanted`, without its lists.

    `left` and `more` are the commands that go on with the rest of a triage, and with the pairs after it, for people
    who quit; "" where the screen is to make them. `listed` is the list that the query is run on; `by` is the name that
    was given on the command line, "" for the reader's own.
    """

    query: str | None = None
    key: str | None = None
    triage: "Triage | None" = None
    wanted: "Wanted | None" = None
    left: str = ""
    more: str = ""
    listed: "Listing | None" = None
    by: str = ""
