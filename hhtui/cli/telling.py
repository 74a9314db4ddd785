"""`hhtui log`: who decided what, when, under which conditions."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, get_args

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_alone
from hhtui.model import Kind
from hhtui.text import clean_line

if TYPE_CHECKING:
    from hhtui.store.log import Logged

LINES_AT_ONCE = 200


@click.command()
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--by", metavar="NAME", help="Only what this annotator did.")
@click.option("--key", metavar="KEY", help="Only what is about this pair.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Only events of this kind.")
@click.option("--since", metavar="DATE", help="Only from then on: 2026-11-22, or with a time, UTC unless it says so.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the latest N.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an event.")
def log(
    words: tuple[str, ...],
    by: str | None,
    key: str | None,
    kind: str | None,
    since: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Tell who decided what, when, and under which conditions.

    One line an event, oldest first: UTC, annotator, pair, decision, and in brackets what is known of the
    conditions: blind or not and which side stood left, lane and frame, the question, whether label and scores were
    visible, the shield, the query, bulk with its rule, the file of an import, and how long the pair was shown. An
    undo is an event of its own, and what it took back is marked; so are events whose pair is not in this database.
    """
    from hhtui import api
    from hhtui.store.log import Wanted

    path = database_alone(words, "a pair is given with --key, an annotator with --by")
    wanted = Wanted(by or "", key or "", kind or "", since_utc(since), limit)
    told = 0
    with api.open(path) as database:
        events = iter(api.log(database, wanted))
        while some := list(islice(events, LINES_AT_ONCE)):
            if as_json:
                for one in some:
                    output.data_json(to_json(one))
            else:
                output.data("\n".join(map(line, some)))
            told += len(some)
    output.narrate(f"{told:,} event{'' if told == 1 else 's'}" if told else "nothing was decided that this asks for")


def since_utc(date: str | None) -> str:
    """Return a date or time as the log writes it, in UTC; raises UsageError for what is none."""
    if date is None:
        return ""
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        raise click.UsageError(f"--since {date!r} is no date; write it as 2026-11-22 or 2026-11-22T09:30") from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def to_json(logged: "Logged") -> dict[str, Any]:
    """Return an event and what became of it in JSON's types."""
    event, undone = logged.event, logged.undone
    return {
        **event._asdict(),
        "pair_hash": event.pair_hash.hex() if event.pair_hash else None,
        "context": dict(event.context),
        "retracted": logged.retracted,
        "pair_is_here": logged.is_here,
        "undone": None if undone is None else undone._asdict(),
    }


def line(logged: "Logged") -> str:
    """Return an event on one line, without what a terminal would obey."""
    event = logged.event
    marks = ["UNDONE"] * logged.retracted + ["its pair is not here"] * (not logged.is_here)
    conditions = ", ".join(conditions_of(event.context, event.shown_ms))
    parts = [event.made_at[:19], event.annotator, event.pair_key or "–", decision(logged), *marks]
    return clean_line("  ".join([*parts, *([f"[{conditions}]"] if conditions else [])]))


def decision(logged: "Logged") -> str:
    """Return in words what an event decided, or what it took back."""
    event, undone = logged.event, logged.undone
    if undone is not None:
        if not undone.events:
            return "undo of a step that is not here"
        if undone.kind == "retract":
            return "redo"
        return f"undo of {undone.kind} ({undone.events:,} event{'' if undone.events == 1 else 's'})"
    if event.kind == "label":
        return f"label.{event.side}: {event.label}{'' if event.value == 'yes' else ' taken off'}"
    if event.kind == "skip":
        return "skipped"
    return f"{event.kind}: {event.value or 'withdrawn'}"


def conditions_of(context: Mapping[str, Any], shown_ms: int | None) -> Iterator[str]:
    """Yield in words under which conditions something was decided; what is not known is left out."""
    if "file" in context:
        yield f"import of {context['file']}{_of(context, 'file_made_at', ', there ')}"
    elif context.get("interface") == "command line":
        yield "command line"
    if context.get("bulk"):
        yield f"bulk{_of(context, 'rule', ' by the rule ')}{_of(context, 'evidence', ' with the evidence ')}"
    if "lane" in context:
        yield f"{context['lane']} lane"
    if context.get("frame"):
        yield f"frame {str(context['frame'])[:8]}{_of(context, 'draw', ' draw ')}"
    if context.get("what"):
        yield f"asked {context['what']}"
    if context.get("surfaced_by"):
        yield f"surfaced by {context['surfaced_by']}"
    if "blind" in context:
        yield "blind" if context["blind"] else "not blind"
    if context.get("sides"):
        yield f"{context['sides'][0]} left"
    for name, what in (("labels_visible", "label"), ("scores_visible", "scores")):
        if name in context:
            yield f"{what} {'visible' if context[name] else 'hidden'}"
    if context.get("shield", "off") != "off":
        yield f"shield {context['shield']}{', revealed' if context.get('revealed') else ''}"
    if context.get("query"):
        yield f"query {context['query']}"
    if context.get("taxonomy"):
        yield f"taxonomy {context['taxonomy']}"
    if shown_ms is not None:
        yield f"shown {shown_ms / 1000:.1f} s"


def _of(context: Mapping[str, Any], name: str, before: str) -> str:
    return f"{before}{context[name]}" if context.get(name) not in (None, "") else ""
