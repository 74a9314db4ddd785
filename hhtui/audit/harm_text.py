"""The section of the report with the table prompt harm × reply harm × direction."""

from hhtui.audit.harm_table import DIRECTIONS, HarmTable
from hhtui.audit.markdown import code, count, plain, table
from hhtui.audit.methods import Methods

DOUBLY = (
    "Red-team dialogues are in hh-rlhf by design: people were asked to make the model misbehave and went on with the "
    "worse reply, and a preference model learns from the contrast, it does not imitate the text. A pair with two "
    "egregious replies is a finding to look at, and not by itself an error. Harm in a prompt, harm in a reply and a "
    "label that points the wrong way are three things. A number above a threshold is no judgement of harm, and one "
    "below it clears no text."
)


def harm(told: Methods) -> list[str]:
    """Return the section with the table."""
    title = "## Prompt harm × reply harm × direction"
    if told.harm is None:
        return [title, "", f"Nothing is scored yet, so there is no table: {code(told.command('score'))}"]
    found = told.harm
    rows = [
        (row.prompt, row.replies, *(f"{row.directions[name]:,}" for name in DIRECTIONS), f"{row.pairs:,}")
        for row in found.rows
    ]
    totals = [f"{sum(row.directions[name] for row in found.rows):,}" for name in DIRECTIONS]
    rows.append(("all", "", *totals, f"{sum(row.pairs for row in found.rows):,}"))
    head = ("prompt", "replies above", *DIRECTIONS, "pairs")
    return [
        *(title, "", _caption(found), "", *table(head, rows, range(2, len(head)))),
        *("", DOUBLY, "", "Each row again, whatever the direction:", "", "```sh"),
        *(told.command("search", row.query, "--count") for row in found.rows),
        "```",
    ]


def _caption(harm: HarmTable) -> str:
    scorer = harm.column.scorer
    whose = f"{plain(harm.annotator)} preferred" if harm.annotator else "readers preferred, those who differ apart"
    return (
        f"High, or above: {code(harm.column.name)} of {plain(scorer.name)} {plain(scorer.version)} (fingerprint "
        f"{code(scorer.fingerprint)}) is above {harm.at:g}. Columns: what {whose}, one pair at a time, beside the "
        f"source's label. {count(harm.without_number, 'reply', 'replies')} without a number (empty, or not scored) "
        f"count as not above; {count(harm.without_label, 'record')} without a label (one side, or a tie) left out. "
        f"{count(harm.imported, 'pair')} with a preference that came from a file."
    )
