"""The report as Markdown for a paper: a paragraph, the tables under it, and where every number comes from."""

from collections.abc import Iterator

from hhtui.audit.commands import source_name
from hhtui.audit.findings_text import agreement, at_once, readers, samples
from hhtui.audit.harm_text import harm
from hhtui.audit.markdown import code, plain, table
from hhtui.audit.methods import Methods
from hhtui.audit.methods_paragraph import paragraph
from hhtui.store.sources import StoredSource
from hhtui.text import clean_line


def markdown(told: Methods) -> str:
    """Return the whole report, with a newline at its end."""
    parts = [
        ["# Methods", "", paragraph(told)],
        _sources(told),
        _scorers(told),
        *([] if told.work.is_empty else [readers(told), at_once(told), samples(told), agreement(told)]),
        _labels(told),
        harm(told),
        ["## Commands that print these figures again", "", "```sh", *_commands(told), "```"],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _sources(told: Methods) -> list[str]:
    rows = [
        (
            *(
                f"{code(f'{one.subset}/{one.split}')}",
                code(source_name(one)),
                code(one.revision or ""),
                code(one.format),
            ),
            *(code(one.sha256), f"{one.rows_read:,}", f"{one.rows_refused:,}", _pairs(one)),
        )
        for one in told.sources
    ]
    head = ("subset/split", "source", "revision", "format", "sha256 of the file", "rows read", "refused", "pairs")
    return ["## Data", "", *table(head, rows, (5, 6, 7)), "", told.source("stats", "--json")]


def _pairs(source: StoredSource) -> str:
    return f"{source.pairs:,}{'' if source.complete else ', not loaded to its end'}"


def _scorers(told: Methods) -> list[str]:
    if not told.scored:
        return ["## Scores", "", f"There are none yet: {code(told.command('score'))}"]
    rows = [
        (
            plain(one.scorer.name),
            plain(one.scorer.version),
            code(one.scorer.fingerprint),
            ", ".join(map(code, one.columns)),
            ", ".join(f"{unit} {done:,}" for unit, done in one.done.items()),
        )
        for one in told.scored
    ]
    head = ("scorer", "version", "fingerprint", "columns", "scored, up to pair")
    return ["## Scores", "", *table(head, rows), "", told.source("report", "--json")]


def _labels(told: Methods) -> list[str]:
    if not told.in_use:
        return []
    versions = ", ".join(map(code, told.work.taxonomies)) or "–"
    rows = [(code(slug), f"{pairs:,}") for slug, pairs in told.in_use.items()]
    return [
        *("## Labels", ""),
        f"The taxonomy here is of version {code(told.taxonomy)}; labels were given under {versions}. Anybody's count.",
        *("", *table(("label", "pairs that have it, on either response"), rows, (1,)), ""),
        told.source("stats", "--json"),
    ]


def _commands(told: Methods) -> Iterator[str]:
    for what, command in told.commands().items():
        yield f"# {clean_line(what)}"
        yield clean_line(command)
