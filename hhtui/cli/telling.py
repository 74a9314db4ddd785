"""`hhtui log`: who decided what, when, under which conditions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, groupby, islice
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
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the latest N lines.")
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
    What was decided about many pairs at once is one line with their number, and one of what --limit counts; --json
    prints every event of it.
    """
    from hhtui import api
    from hhtui.store.log import Wanted

    path = database_alone(words, "a pair is given with --key, an annotator with --by")
    wanted = Wanted(by or "", key or "", kind or "", since_utc(since), limit)
    told = 0
    with api.open(path) as database:
        events = api.log(database, wanted)
        if as_json:
            for one in events:
                output.data_json(to_json(one))
                told += 1
        else:
            lines = (line_of_all(step) for _, step in groupby(events, _line_of))
            while some := list(islice(lines, LINES_AT_ONCE)):
                output.data("\n".join(text for text, _ in some))
                told += sum(count for _, count in some)
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


def _line_of(logged: "Logged") -> str:
    """Return what the events of one line share: the step of what was decided at once, else the event."""
    event = logged.event
    return event.step if event.context.get("bulk") else event.uuid


def line_of_all(step: Iterable["Logged"]) -> tuple[str, int]:
    """Return the events of one step on one line, and how many they are; see `line`."""
    events = iter(step)
    first = next(events)
    decided, pairs, away, count = dict[str, None](), set[str | None](), set[str | None](), 0
    for one in chain([first], events):
        count += 1
        decided[decision(one)] = None
        pairs.add(one.event.pair_key)
        away.update([] if one.is_here else [one.event.pair_key])
    several = len(pairs) > 1
    about = f"{len(pairs):,} pairs" if several else first.event.pair_key or "–"
    not_here = f"{len(away):,} of them not here" if several else "its pair is not here"
    return _line(first, about, ", ".join(decided), not_here if away else ""), count


def line(logged: "Logged") -> str:
    """Return an event on one line, without what a terminal would obey."""
    return line_of_all([logged])[0]


def _line(logged: "Logged", about: str, decided: str, not_here: str) -> str:
    event = logged.event
    conditions = ", ".join(conditions_of(event.context, event.shown_ms))
    parts = [event.made_at[:19], event.annotator, about, decided, "UNDONE" if logged.retracted else "", not_here]
    return clean_line("  ".join([*filter(None, parts), *([f"[{conditions}]"] if conditions else [])]))


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
        yield f"bulk{_of(context, 'rule', ' by the rule ')}{_evidence(context.get('evidence'))}"
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
        yield f"{context['sides'][0]} {'left' if len(context['sides']) > 1 else 'alone seen'}"
    for name, what in (("labels_visible", "label"), ("scores_visible", "scores")):
        if name in context:
            yield f"{what} {'visible' if context[name] else 'hidden'}"
    if context.get("shield", "off") != "off":
        yield f"shield {context['shield']}{', revealed' if context.get('revealed') else ''}"
    if context.get("query"):
        yield f"query {context['query']}"
    if context.get("answer_only"):
        yield "an answer alone: what was decided before stands"
    if context.get("taxonomy"):
        yield f"taxonomy {context['taxonomy']}"
    if shown_ms is not None:
        yield f"shown {shown_ms / 1000:.1f} s"


def _evidence(found: object) -> str:
    """Return in words what a rule was applied with; "" where nothing is known of it."""
    if not isinstance(found, Mapping) or not found:
        return ""
    if not {"right", "read", "interval", "seed"} <= found.keys():
        return f", with {', '.join(f'{name} {value}' for name, value in found.items())}"
    if not found["read"]:
        return ", of which nothing was read"
    low, high = found["interval"]
    return f", {found['right']} of {found['read']} right ({100 * low:.0f}–{100 * high:.0f} %, seed {found['seed']})"


def _of(context: Mapping[str, Any], name: str, before: str) -> str:
    return f"{before}{context[name]}" if context.get(name) not in (None, "") else ""
