"""`hhtui clean` and `hhtui apply`: sources leave as decisions and rules change them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from hhtui.bars import percent
from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_alone
from hhtui.cli.failures import Failure, pointing_into

if TYPE_CHECKING:
    from hhtui.export.applying import Applied
    from hhtui.export.cleaned import Cleaned
    from hhtui.export.cleaning import Cleaning, Rule
    from hhtui.export.settling import Conflict
    from hhtui.progress import Progress

FORMS = ("jsonl", "parquet", "datasets", "trl-implicit", "trl-explicit", "trl-conversational", "trl-unpaired")
VERBS = {"drop": "dropped", "swap": "swapped"}


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("-o", "--output", "path", metavar="FILE", required=True, help="The file to write; a folder for several.")
@click.option("--drop", metavar="Q", default="drop:yes", show_default=True, help='Leave these pairs out; "" is none.')
@click.option(
    "--swap",
    metavar="Q",
    default="preference:rejected",
    show_default=True,
    help='Exchange chosen and rejected of these; "" is none.',
)
@click.option(
    "--resolve", metavar="majority|by:NAME|adjudicated", help="Settle conflicts; without it they are refused."
)
@click.option("--format", "form", type=click.Choice(FORMS), default="jsonl", show_default=True, help="What to write.")
@click.option("--subset", help="Only the source with this subset.")
@click.option("--split", help="Only the source with this split.")
@click.option("--patch", metavar="FILE", help="The patch; beside -o by default, as FILE.patch.jsonl.")
@click.option("--manifest", metavar="FILE", help="The manifest; beside -o by default, as FILE.manifest.json.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def clean(words: tuple[str, ...], path: str, drop: str, swap: str, yes: bool, as_json: bool, **how: Any) -> None:
    """Write the whole source without its bad pairs, and with wrong labels turned around.

    What each rule takes is printed first, and its share of the pairs whose replies name an identity group beside its
    share of the others. Every line that no rule takes is the source's own, byte for byte; what is lost around the lines
    is told. A pair that both rules take is dropped; a tie, or a pair with one dialogue, is never swapped. Of several
    sources each becomes a file in a folder. Rows that could not be read stay out.

    Where annotators disagree about a decision that a rule asks for, the pairs are listed and nothing is written, unless
    --resolve says what counts: the greater number of them, one of them, or what was decided to settle it.

    The patch beside the output holds what was done to which pair, by which rule and by whom. With it, hhtui apply makes
    the same bytes of the original file anywhere.

    \b
      hhtui clean audit.db -o test.clean.jsonl
      hhtui apply test.clean.jsonl.patch.jsonl test.jsonl.gz -o again.jsonl
    """
    from hhtui import api
    from hhtui.export.cleaning import ConflictError
    from hhtui.export.rules import compiled

    _refuse_stream(path)
    database_path = database_alone(words, "rules are given with --drop and --swap")
    progress = output.ProgressLine()

    def tell(cleaning: "Cleaning") -> None:
        for line in told(cleaning):
            output.narrate(line)
        if not yes and not as_json and output.can_ask() and not click.confirm("Write it?", default=True, err=True):
            raise Failure("nothing was written")

    with api.open(database_path) as database:
        for rule in (drop, swap):
            with pointing_into(rule):
                compiled(database.reader(), rule)
        form = how.pop("form")
        try:
            done = api.clean(
                *(database, path, form),
                drop=drop,
                swap=swap,
                tell=tell,
                report=lambda written, total: progress.update("writing", written, total),
                **how,
            )
        except ConflictError as error:
            if as_json:
                output.data_json({"conflicts": [conflict_to_json(one) for one in error.conflicts]})
            for one in error.conflicts:
                output.narrate(str(one))
            raise
        finally:
            progress.close()
    _report(done, form, as_json=as_json)


@click.command()
@click.argument("patch", metavar="PATCH")
@click.argument("source", metavar="SOURCE")
@click.option("-o", "--output", "path", metavar="FILE", required=True, help="The file to write.")
@click.option("--manifest", metavar="FILE", help="The manifest; beside -o by default, as FILE.manifest.json.")
@click.option("--force", is_flag=True, help="Replace files that are there; leave out what SOURCE does not have.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def apply(patch: str, source: str, path: str, manifest: str | None, force: bool, as_json: bool) -> None:
    """Do to SOURCE what the patch of hhtui clean says, without a database.

    SOURCE is what hhtui load takes. From the file that was cleaned come the same bytes as from hhtui clean, as JSON
    lines. In another file, known by its hash, the pairs of the patch are found by their content; where one is not
    there, nothing is written, and it is listed.
    """
    from hhtui import api
    from hhtui.export.applying import UnmatchedError

    _refuse_stream(path)
    progress = output.ProgressLine()

    def show(told: "Progress") -> None:
        progress.update(f"{told.phase} {told.name}".rstrip(), told.done, told.total)

    try:
        done = api.apply(patch, source, path, manifest=manifest, force=force, observer=show)
    except UnmatchedError as error:
        if as_json:
            output.data_json({"unmatched": [change.key for change in error.changes]})
        for change in error.changes:
            output.narrate(f"not there: {change.key} ({change.action})")
        raise
    finally:
        progress.close()
    _report_applied(done, as_json=as_json)


def told(cleaning: "Cleaning") -> list[str]:
    """Return what a cleaning is going to do as lines for people."""
    lines = [line for rule in cleaning.rules for line in _rule(rule, cleaning.pairs)]
    if cleaning.both:
        lines.append(f"{cleaning.both:,} of them taken by both rules: dropped")
    for reason, count in cleaning.without_order().items():
        lines.append(f"{count:,} of them have no order to swap ({reason.replace('_', ' ')}): left as they are")
    if cleaning.refused:
        lines.append(f"{cleaning.refused:,} rows could not be read as pairs when they were loaded; they stay out")
    left = cleaning.pairs - cleaning.count("drop")
    return [*lines, f"{left:,} of {cleaning.pairs:,} pairs stay, {cleaning.count('swap'):,} of them swapped"]


def conflict_to_json(conflict: "Conflict") -> dict[str, Any]:
    """Return a conflict in JSON's types."""
    return {
        "key": conflict.key,
        "kind": conflict.kind,
        "values": {vote.annotator: vote.value for vote in conflict.votes},
    }


def _refuse_stream(path: str) -> None:
    if path == "-":
        raise click.UsageError("a manifest stands beside what is written, so it is a file; name one with -o")


def _rule(rule: "Rule", of: int) -> list[str]:
    if not rule.query.strip():
        return [f"{VERBS[rule.action]}: none"]
    lines = [
        f"{VERBS[rule.action]} by {rule.query}: {rule.pairs:,} of {of:,} pairs, {percent(rule.share)}",
        f"  {percent(rule.of_naming)} of pairs whose replies name an identity group, "
        f"{percent(rule.of_others)} of the others",
    ]
    if rule.unscored:
        lines.append(f"  not every pair has a score yet in {', '.join(rule.unscored)}; hhtui score goes on")
    return lines


def _report(done: "Cleaned", form: str, *, as_json: bool) -> None:
    content = done.manifest
    if "SAMPLE" in content:
        output.narrate("SAMPLE: these pairs were written as examples for hhtui; they are no real data")
    for file in content["files"]:
        for reason, count in file["left_out"].items():
            output.narrate(f"{file['source']}: {count:,} pairs have no place in {form} ({reason.replace('_', ' ')})")
        for one, other in file["exchanged_columns"]:
            if one != "chosen":
                output.narrate(f"{file['source']}: {one} and {other} were exchanged too")
        for name in file["columns_of_one_side"]:
            output.narrate(f"{file['source']}: {name} has no counterpart; it stays as it is in swapped pairs")
        if form == "jsonl":
            _tell_of_bytes(file, content["identity"])
        if file["refused"]:
            first = ", ".join(map(str, file["refused_lines"]))
            output.narrate(f"{file['source']}: {file['refused']:,} refused rows left out, lines {first}")
    patches = ", ".join(map(str, done.patches))
    output.narrate(f"{content['written']:,} pairs to {done.path}, patch {patches}, manifest {done.manifest_path}")
    if as_json:
        names = ("pairs", "of", "dropped", "swapped", "written", "both", "refused", "resolve", "rules", "files")
        output.data_json(
            {
                "path": str(done.path),
                "patches": list(map(str, done.patches)),
                "manifest": str(done.manifest_path),
                **{name: content[name] for name in names},
            }
        )


def _tell_of_bytes(file: Mapping[str, Any], identity: str) -> None:
    """Say what a source that was left alone loses all the same."""
    if file["blank_lines"]:
        output.narrate(f"{file['source']}: {file['blank_lines']:,} blank lines left out")
    elif identity == "bytes" and not (file["dropped"] or file["swapped"] or file["refused"] or file["same_bytes"]):
        output.narrate(
            f"{file['source']}: every line is the source's own; compression, a byte order mark, mixed line ends, a "
            "missing end of the last line and blank lines after it are not kept"
        )


def _report_applied(done: "Applied", *, as_json: bool) -> None:
    if not done.same:
        name = done.manifest["source"]["file"]
        output.narrate(f"{name} is another file than the one that was cleaned; pairs were found by their content")
    for change in done.unmatched:
        output.narrate(f"not there: {change.key} ({change.action})")
    if done.refused_lines:
        first = ", ".join(map(str, done.refused_lines[:10]))
        output.narrate(f"{len(done.refused_lines):,} rows could not be read as pairs and stay out, lines {first}")
    output.narrate(
        f"{done.dropped:,} dropped, {done.swapped:,} swapped; {done.pairs - done.dropped:,} of {done.pairs:,} pairs to "
        f"{done.path}, manifest {done.manifest_path}"
    )
    if as_json:
        names = ("pairs", "dropped", "swapped", "written", "unmatched", "refused_lines", "output")
        output.data_json(
            {
                "path": str(done.path),
                "manifest": str(done.manifest_path),
                "same_source": done.same,
                **{name: done.manifest[name] for name in names},
            }
        )
