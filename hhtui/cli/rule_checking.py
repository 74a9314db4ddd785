"""`hhtui check`: whether a decision about all pairs of a query would be right, and then that decision."""

from typing import TYPE_CHECKING

import click

from hhtui.bars import percent
from hhtui.cli import output, sample_screen, sample_words
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.cli.failures import Failure, pointing_into
from hhtui.text import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from hhtui.audit.rule_checks import Hits, RuleCheck

SIZE = 50


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] RULE")
@click.option("--decision", required=True, metavar="DECISION", help="What the rule decides, such as drop:yes.")
@click.option("--n", "size", type=click.IntRange(min=1), default=SIZE, show_default=True, help="How many to read.")
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Of the order of the draw.")
@click.option("--by", metavar="NAME", help="Read and decide under this name.")
@click.option("--apply/--no-apply", "apply", default=None, help="Decide about all of the rule, or do not ask.")
@click.option("--yes", is_flag=True, help="Apply without a question, also where the sample is not read.")
@click.option("--no-screen", is_flag=True, help="Open no screen to read; without a terminal there is none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; open no screen, ask nothing.")
@click.pass_context
def check(
    context: click.Context,
    words: tuple[str, ...],
    decision: str,
    size: int,
    seed: int,
    by: str | None,
    apply: bool | None,
    yes: bool,
    no_screen: bool,
    as_json: bool,
) -> None:
    """Check a rule on some of its pairs, then decide about all of them.

    Pairs that meet RULE are drawn at random and read blind; the rule is right where you decide as it would. It
    prints how often it was, with Wilson's 95 % interval, and which share of the pairs whose replies name an
    identity group it hits, and of the others. Then, after one question, the rest of the rule is decided as one
    step, which u on the screen undoes; it is marked as bulk, with this evidence, and never counts as reading. Pairs
    that you decided one by one keep your decision.

    \b
      hhtui check audit.db 'harm.min:>0.9' --decision drop:yes
    """
    from hhtui import api

    path, rest = database_first(words)
    rule = " ".join(rest)
    if not rule.strip():
        raise click.UsageError("name the rule: a query whose pairs are decided about")
    if yes and apply is False:
        raise click.UsageError("--yes and --no-apply contradict each other; give one")

    def draw() -> "RuleCheck":
        with api.open(path) as database, pointing_into(rule):
            return api.check(database, rule, decision, n=size, seed=seed, by=by)

    found = draw()
    if not as_json:
        output.data("\n".join([*sample_words.frame(found.sample), *sample_words.progress(found.sample)]))
        if found.sample.open and not no_screen and sample_screen.can_read():
            sample_screen.read(path, found.sample, "check", by, context)
            found = draw()
        output.data("\n".join(to_text(found)))
    applied = None
    if apply is not False and _wanted(found, apply=bool(apply), yes=yes, ask=not as_json):
        applied = _apply(path, found, by)
    if as_json:
        output.data_json({**found.to_json(), "applied": applied})
    elif applied is not None:
        output.narrate(f"{applied:,} pairs: {found.sample.question}, one step by {found.sample.annotator}; u undoes it")
    elif found.sample.open:
        output.narrate(f"{len(found.sample.open):,} are left to be read: {sample_screen.command_to_go_on(context)}")
    elif apply is None:
        output.narrate(f"nothing was applied; to do so: {sample_screen.command_to_go_on(context, '--apply')}")


def to_text(found: "RuleCheck") -> list[str]:
    """Return the evidence, and whom the rule hits, as lines for people."""
    whole, sample = found.estimate.whole, found.sample
    lines = []
    if whole.share is not None:
        lines.append(
            f"{whole.positive:,} of {whole.read:,} right, {sample_words.span(whole.interval, 0)}: "
            f"{sample.question} by {clean_line(sample.annotator)}, reading blind"
        )
    lines += sample_words.result(found.estimate, "right")[bool(lines) :]
    lines.append("the rule hits, of pairs whose replies name an identity group, and of the others:")
    width = max(len(one.subset or "all") for one in found.hits)
    return [*lines, *(_hits(one, width) for one in found.hits)]


def _hits(one: "Hits", width: int) -> str:
    return (
        f"  {clean_line(one.subset) or 'all':<{width}}  "
        f"{percent(one.of_naming)} ({one.naming_hit:,} of {one.naming:,}), "
        f"{percent(one.of_others)} ({one.others_hit:,} of {one.others:,})"
    )


def _wanted(found: "RuleCheck", *, apply: bool, yes: bool, ask: bool) -> bool:
    """Return whether to apply the rule: what was said on the command line, else the answer to one question."""
    if yes:
        return True
    whole, sample = found.estimate.whole, found.sample
    if sample.open or whole.share is None:
        if apply:
            raise Failure(
                f"{whole.read:,} of {sample.size:,} are read, so the evidence is not complete; read the rest first, "
                "or give --yes"
            )
        return False
    if apply or not (ask and output.can_ask()):
        return apply
    question = (
        f"{whole.positive:,} of {whole.read:,} were right; decide {sample.question} for the other {found.rest:,} "
        f"of {sample.population:,} pairs?"
    )
    return found.rest > 0 and click.confirm(clean_line(question), err=True)


def _apply(path: "Path", found: "RuleCheck", by: str | None) -> int:
    from hhtui import api

    with api.open(path) as database:
        return len(api.apply_rule(database, found, by=by).pair_ids)
