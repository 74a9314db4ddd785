"""The commands of hhtui for Python: open, load, score, search, show, decide, export, browse.

    import hhtui.api as hhtui

    hhtui.load("audit.db", "harmless-base/test.jsonl.gz")
    hhtui.score("audit.db")
    with hhtui.open("audit.db") as database:
        for record in hhtui.records(database, hhtui.search(database, "harm.min:>0.5 sort:harm-").ids):
            print(record.pair.key, record.scores)

All raise StoreError, LoadError, ScoreError or QueryError with a message for people.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hhtui import paths
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.audit.agreement import Agreement
    from hhtui.audit.estimates import Estimate
    from hhtui.audit.import_report import Import
    from hhtui.audit.labels import By
    from hhtui.audit.methods import Methods
    from hhtui.audit.report import Evaluation
    from hhtui.audit.rule_checks import RuleCheck
    from hhtui.audit.samples import Attainable, Decided, Sample
    from hhtui.audit.statements import Match
    from hhtui.config import Config
    from hhtui.export.applying import Applied
    from hhtui.export.cleaned import Cleaned
    from hhtui.export.cleaning import Cleaning
    from hhtui.export.manifest import Selection
    from hhtui.export.run import Export
    from hhtui.export.writing import Report
    from hhtui.ingest.load import Options
    from hhtui.ingest.report import LoadReport
    from hhtui.ingest.resolving import Named
    from hhtui.model import Kind, Side, Unit
    from hhtui.progress import Observer
    from hhtui.score.explain.process import Deliver, Explaining
    from hhtui.score.progress import ScoreProgress
    from hhtui.score.ray.engine import RayOptions
    from hhtui.score.ray.merge import Merged
    from hhtui.score.scorer import Options as ScoreOptions
    from hhtui.score.scorer import WordWeight
    from hhtui.store import lanes
    from hhtui.store.decisions import Step
    from hhtui.store.log import Logged, Wanted
    from hhtui.store.merging import Merged as MergedLog
    from hhtui.store.merging import Unmatched
    from hhtui.store.placing import Sink
    from hhtui.store.records import Record
    from hhtui.store.results import Result
    from hhtui.store.score_details import ScoreDetails
    from hhtui.store.scorers import StoredScorer
    from hhtui.store.statistics import Statistics
    from hhtui.store.taxonomies import Stored
    from hhtui.store.triage import Triage
    from hhtui.taxonomy import Taxonomy
    from hhtui.tui.app import Ending
    from hhtui.tui.screens.export import ExportRequest
    from hhtui.tui.start import Start

PathLike = str | os.PathLike[str]
Colour = Literal["auto", "truecolor", "256", "16"]


def open(path: PathLike, *, read_only: bool = False) -> Database:  # noqa: A001
    """Open the database at `path`; close it, or use it in a `with` statement."""
    return Database.open(Path(path), read_only=read_only)


def load(
    path: PathLike,
    *sources: "Named",
    options: "Options | None" = None,
    observer: "Observer | None" = None,
) -> "LoadReport":
    """Load sources into the database at `path`, which is made where there is none.

    A source is a file, a folder, "-" for standard input, the name of a hub dataset, or a `datasets.Dataset`. Loading
    again adds nothing; a load that was stopped goes on. Raises LoadError where a source cannot be loaded.
    """
    from hhtui.ingest.load import load as load_sources
    from hhtui.progress import unobserved

    place = Path(path)
    is_new = not (place.exists() and place.stat().st_size)
    is_empty = False
    try:
        with Database.create(place) if is_new else Database.open(place) as database:
            try:
                return load_sources(database, sources, options, observer or unobserved)
            finally:
                is_empty = is_new and not _has_sources(database)
    finally:
        if is_empty:
            _remove(place)


def score(
    path: PathLike,
    scorers: Sequence[str] = (),
    *,
    options: "ScoreOptions | None" = None,
    turns: bool = False,
    ray: "RayOptions | None" = None,
    report: "Callable[[ScoreProgress], None]" = lambda progress: None,
) -> int:
    """Score every text of the database that lacks a score, in a process of its own; return how many were scored.

    Without `scorers` those are the ones that work at once, offline. Responses and prompts are scored, with `turns`
    also each turn by itself. With `ray` texts go out as shards, and Ray does the work. Ctrl-C stops it; the next
    call goes on.
    """
    from hhtui.score.process import start
    from hhtui.score.scorer import NO_OPTIONS, create

    how = options or NO_OPTIONS
    more: tuple[Unit, ...] = ("turn",) if turns else ()
    for name in scorers:
        create(name, how)
    with open(path) as database:
        if database.read_only:
            raise StoreError(str(database.notice))
    return start(Path(path), scorers, report, options=how, more=more, ray=ray).wait()


def merge(
    path: PathLike, folder: PathLike, *, report: "Callable[[ScoreProgress], None]" = lambda progress: None
) -> "Merged":
    """Put the scores that Ray left in `folder` into the database; done again, it adds nothing.

    Raises ScoreError where `folder` holds no shards.
    """
    from hhtui.score.ray.merge import merge as merge_shards

    with open(path) as database:
        if database.read_only:
            raise StoreError(str(database.notice))
        return merge_shards(database, Path(folder), report)


def build_sample(
    observer: "Observer | None" = None, report: "Callable[[ScoreProgress], None]" = lambda progress: None
) -> Path:
    """Return the database of the shipped sample, which is built and scored first where it is not there yet."""
    from tempfile import TemporaryDirectory

    from hhtui.ingest.load import Options
    from hhtui.store import settings

    path = paths.sample_database()
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".sample-") as folder:
        draft = Path(folder) / path.name
        load(draft, paths.sample_file(), options=Options(subset="sample", split="all"), observer=observer)
        score(draft, report=report)
        with open(draft) as database, database.writing() as connection:
            settings.put(connection, "sample", True)
        draft.replace(path)
    return path


def search(database: Database, query: str = "") -> "Result":
    """Return the pairs that meet `query`, in its order; the empty query is every pair, in the order of rows.

    Raises QueryError where the query cannot be read, or this database cannot answer it.
    """
    from hhtui.query.parser import parse
    from hhtui.store import results

    return results.search(database.reader(), parse(query))


def show(database: Database, key: str) -> "Record":
    """Return the pair with this key; raises StoreError that names the keys there are where it is unknown."""
    from hhtui.store import pairs
    from hhtui.store import records as stored

    connection = database.reader()
    for record in stored.records(connection, [pairs.id_of(connection, key)]):
        return record
    raise StoreError(f"the texts of {key} are missing; see what else is: hhtui doctor {database.path}")


def score_details(database: Database, key: str) -> "ScoreDetails":
    """Return everything that is known of the scores of the pair with this key; raises StoreError as `show` does."""
    from hhtui.store import pairs
    from hhtui.store.score_details import of_pair

    connection = database.reader()
    return of_pair(connection, pairs.id_of(connection, key))


def words(database: Database, key: str, most: int = 8) -> "dict[tuple[str, Side], list[WordWeight] | str]":
    """Return the `most` words that move the linear scores of a pair most, the strongest first, by scorer and side.

    Where a scorer cannot be asked there is the reason instead. Raises StoreError as `show` does.
    """
    from hhtui.score.explain.explainer import words_of_pair
    from hhtui.store import pairs

    return words_of_pair(database, pairs.id_of(database.reader(), key), most)


def records(database: Database, pair_ids: Sequence[int]) -> "Iterator[Record]":
    """Yield these pairs with their origin, scores and decisions; `pair_ids` is what `search` found, or a part."""
    from hhtui.store import records as stored

    return stored.records(database.reader(), pair_ids)


def decide(database: Database, keys: Sequence[str], kind: "Kind", value: str, *, annotator: str) -> "Step":
    """Save one decision about the pairs with these keys, as one step of `annotator`; on disk when this returns.

    See `Annotator.decide` for kinds and values. Raises StoreError where a key is unknown; nothing is saved then.
    """
    from hhtui.store import pairs
    from hhtui.store.decisions import Annotator, Conditions

    connection = database.reader()
    ids = [pairs.id_of(connection, key) for key in dict.fromkeys(keys)]
    context = {"interface": "command line", "bulk": len(ids) > 1}
    person = Annotator.begin(database, annotator)
    try:
        return person.decide(ids, kind, value, conditions=Conditions(context=context))
    finally:
        person.end()


def label(
    database: Database, keys: Sequence[str], labels: "Mapping[str, Sequence[str]]", *, annotator: str, off: bool = False
) -> "Step":
    """Give the pairs with these keys labels, or take them `off`, as one step of `annotator`; on disk when this returns.

    `labels` holds the sides, chosen and rejected, by slug. Raises TaxonomyError for a slug that the database's taxonomy
    lacks, unless it is taken off, and StoreError where a key is unknown; nothing is saved then.
    """
    from hhtui.store import pairs, taxonomies
    from hhtui.store.decisions import Annotator, Conditions, Entry

    connection = database.reader()
    known = taxonomies.current(connection)
    for slug in () if off else labels:
        known.check(slug)
    ids = [pairs.id_of(connection, key) for key in dict.fromkeys(keys)]
    context = {"interface": "command line", "bulk": len(ids) > 1, "taxonomy": known.version}
    value, conditions = "no" if off else "yes", Conditions(context=context)
    person = Annotator.begin(database, annotator)
    try:
        if len(labels) == 1:
            ((slug, sides),) = labels.items()
            return person.decide(ids, "label", value, sides=sides, label=slug, conditions=conditions)
        entries = [
            Entry(pair_id, "label", value, side, slug, conditions)
            for pair_id in ids
            for slug, sides in labels.items()
            for side in sides
        ]
        step = person.decide_each(lambda _connection: entries)
    finally:
        person.end()
    if step is None:
        raise StoreError("there is no label to give; name one, such as harmful")
    return step


def taxonomy(database: Database) -> "Taxonomy":
    """Return the labels of a database: its own taxonomy, or the default one."""
    from hhtui.store import taxonomies

    return taxonomies.current(database.reader())


def set_taxonomy(database: Database, toml: str | None, where: str = "the taxonomy") -> "Stored":
    """Give a database a taxonomy of its own, None for the default one; return it and the labels in use that it lacks.

    Raises TaxonomyError, which calls the text `where`, for what is none; nothing is stored then.
    """
    from hhtui.store import taxonomies

    return taxonomies.store(database, toml, where)


def select(
    database: Database, query: str | None = None, *, everything: bool = False
) -> "tuple[Sequence[int], Selection]":
    """Return the pairs to export: those of `query`, else every pair, else the flagged ones."""
    from hhtui.export.manifest import Selection
    from hhtui.store import records as stored

    if query is not None:
        return search(database, query).ids, Selection("query", query)
    if everything:
        return stored.every(database.reader()), Selection("all")
    return stored.flagged(database.reader()), Selection("flagged")


def export(
    database: Database,
    target: "PathLike | Sink",
    form: str = "ids",
    *,
    query: str | None = None,
    everything: bool = False,
    with_decisions: bool = False,
    manifest: PathLike | None = None,
    force: bool = False,
    report: "Report | None" = None,
) -> "Export":
    """Write the flagged pairs, or those of `query`, or everything, to a file (with a manifest) or a binary stream.

    See `hhtui.export.run` for the formats and what they promise.
    """
    from hhtui.export.run import export_file, export_stream
    from hhtui.store.records import snapshot

    more: dict[str, Any] = {
        "with_decisions": with_decisions,
        "manifest_path": None if manifest is None else Path(manifest),
        "force": force,
        "report": report,
    }
    with snapshot(database.reader()):
        pair_ids, selection = select(database, query, everything=everything)
        if isinstance(target, str | os.PathLike):
            return export_file(database, pair_ids, selection, form, Path(target), **more)
        return export_stream(database, pair_ids, selection, form, target, **more)


def clean(
    database: Database,
    target: PathLike,
    form: str = "jsonl",
    *,
    drop: str = "drop:yes",
    swap: str = "preference:rejected",
    resolve: str | None = None,
    subset: str | None = None,
    split: str | None = None,
    patch: PathLike | None = None,
    manifest: PathLike | None = None,
    force: bool = False,
    tell: "Callable[[Cleaning], object]" = lambda cleaning: None,
    report: "Report | None" = None,
) -> "Cleaned":
    """Write whole sources without the pairs that `drop` finds, and with the sides exchanged of those that `swap` finds.

    One source becomes a file, several a folder with a file each; beside each file is its patch, for `apply`. Untouched
    lines are the source's own bytes in the form "jsonl"; `hhtui.export.targets.ENDINGS` has the others. `resolve` is
    majority, by:NAME or adjudicated. `tell` hears what is going to be done; where it raises, nothing is written. Raises
    ConflictError where annotators disagree and `resolve` does not settle it.
    """
    from hhtui.export.cleaned import write
    from hhtui.export.cleaning import Policy, chosen_sources, planned
    from hhtui.export.settling import settlement
    from hhtui.export.targets import targets
    from hhtui.store.records import snapshot

    policy = Policy(drop, swap, settlement(resolve))
    connection = database.reader()
    with snapshot(connection):
        cleaning = planned(connection, policy, chosen_sources(connection, subset, split))
        places = (None if place is None else Path(place) for place in (patch, manifest))
        to = targets(database, cleaning, Path(target), form, *places)
        to.refuse_existing(force=force)
        tell(cleaning)
        return write(database, cleaning, to, force=force, report=report)


def apply(
    patch: PathLike,
    source: "Named",
    target: PathLike,
    *,
    manifest: PathLike | None = None,
    force: bool = False,
    observer: "Observer | None" = None,
) -> "Applied":
    """Write `source` as the patch that `clean` wrote leaves it, without a database.

    Of the same source come the same bytes, as JSON lines; in another file pairs are found by their content. `force`
    replaces files that are there and leaves out what `source` does not have; without it UnmatchedError is raised.
    """
    from contextlib import closing

    from hhtui.export import applying
    from hhtui.export import patch as patches
    from hhtui.ingest.batches import Opening
    from hhtui.ingest.rereading import Rereading
    from hhtui.ingest.resolving import Choice, open_one
    from hhtui.progress import Progress, unobserved

    read, observer = patches.read(Path(patch)), observer or unobserved
    of = read.source
    choice = Choice(of.subset, of.split, of.configuration, of.revision, of.data_dir)
    with closing(open_one(source, choice, observer)) as opened:
        same = opened.sha256(observer) == of.sha256
        rereading = Rereading(opened, Opening(of.format, of.columns, of.style) if same else None)
        return applying.write(
            read,
            opened.name,
            rereading.pairs,
            Path(target),
            same=same,
            refused_lines=lambda: rereading.refused_lines,
            patch_sha256=patches.digest(Path(patch)),
            manifest_path=None if manifest is None else Path(manifest),
            force=force,
            report=lambda done, total: observer(Progress("writing", done, total, "pairs", name=opened.name)),
        )


def statistics(database: Database) -> "Statistics":
    """Count structure, sources, decisions, lengths and scores over the whole database."""
    from hhtui.store.statistics import gather

    return gather(database.reader())


def evaluate(
    database: Database,
    labels: PathLike,
    columns: Sequence[str],
    *,
    label: Sequence[str] = (),
    by: "By | None" = None,
    field: str | None = None,
    resamples: int = 2000,
    seed: int = 7,
    options: "ScoreOptions | None" = None,
    report: "Callable[[str, int, int], None]" = lambda scorer, done, total: None,
) -> "Evaluation":
    """Measure how `columns`, named as in a query, rank what a file of labels says of pairs or of texts.

    Labelled texts without a score are scored now, by the scorer that the database has scores of, made with `options`;
    nothing is stored. `report` hears its name, and how many texts are done of how many. Raises AuditError about the
    labels, ScoreError where that scorer cannot be had, StoreError where there is no such column.
    """
    import shlex

    from hhtui.audit.evaluation import evaluate as evaluate_labels
    from hhtui.audit.labels import read_labels
    from hhtui.score.outside import score_texts
    from hhtui.score.scorer import NO_OPTIONS

    def score_now(scorer: "StoredScorer", texts: Sequence[str]) -> "NDArray[numpy.float32]":
        return score_texts(
            *(scorer.name, scorer.fingerprint, texts, options or NO_OPTIONS),
            report=lambda done: report(scorer.name, done, len(texts)),
        )

    asked = [f"--field={field}"] * (field is not None) + [f"--column={one}" for one in columns]
    command = shlex.join(["hhtui", "eval", str(database.path), "--labels", str(labels), *asked])
    read = read_labels(Path(labels), by=by, field=field, names=label, command=command)
    return evaluate_labels(database.reader(), read, columns, score_now, resamples=resamples, seed=seed)


def sample(
    database: Database,
    query: str,
    what: str,
    *,
    n: int = 200,
    margin: float | None = None,
    seed: int = 7,
    by: str | None = None,
    everyone: bool = False,
    decided: "Decided" = "again",
) -> "Sample":
    """Return the state of a random sample of the pairs that meet `query`, of which `what` is asked.

    It is the first `n` pairs, or with `margin`, from 0 to .5, as many as give that margin at worst, of an order of all
    these pairs that `seed` makes and that is frozen the first time. What `by` has read of it blind counts, or what
    `everyone` has; with `decided` "count" also what was decided elsewhere, one by one. Raises StoreError where `what`
    cannot be asked or nothing can be drawn, TaxonomyError for an unknown label, QueryError about the query.
    """
    from hhtui.audit.intervals import size_for
    from hhtui.audit.samples import sample_of
    from hhtui.store import frames, questions, taxonomies

    question = questions.parse_question(what)
    if question.label:
        taxonomies.current(database.reader()).check(question.label)
    frame = frames.frame_of(database, query, seed)
    size = n if margin is None else size_for(margin, frame.size)
    annotator = "" if everyone else by or annotator_name()
    return sample_of(database.reader(), frame, question, size, annotator=annotator, decided=decided)


def attainable(sample: "Sample", expected: float = 0.1, margin: float | None = None) -> "Attainable":
    """Return what a sample can tell before it is read; the share `expected` and the `margin` wanted are from 0 to 1."""
    from hhtui.audit.samples import attainable as attainable_by

    return attainable_by(sample.size, sample.population, expected, margin)


def estimate(database: Database, sample: "Sample", *, by_subset: bool = False) -> "Estimate":
    """Return what a sample says of all pairs that it is drawn from: the share with its interval, by subset if asked."""
    from hhtui.audit.estimates import estimate as estimate_from

    return estimate_from(database.reader(), sample, by_subset=by_subset)


def check(
    database: Database, rule: str, decision: str, *, n: int = 50, seed: int = 7, by: str | None = None
) -> "RuleCheck":
    """Return how often `decision`, such as drop:yes, is right about `n` pairs of the query `rule`, and whom that hits.

    It is right where `by`, reading blind, decided so. Raises as `sample` does, and AuditError where `decision` does
    not say what to decide.
    """
    from hhtui.audit.rule_checks import check_rule, refuse_unclear
    from hhtui.store.questions import parse_question

    refuse_unclear(parse_question(decision))
    return check_rule(database.reader(), sample(database, rule, decision, n=n, seed=seed, by=by))


def apply_rule(database: Database, found: "RuleCheck", *, by: str | None = None) -> "Step":
    """Decide about all pairs of a rule as one step of `by`, marked as bulk, with the evidence that `check` found.

    Pairs that the reader decided one by one keep that decision. Raises AuditError where no other is left.
    """
    from hhtui.audit import rule_checks
    from hhtui.store.decisions import Annotator

    person = Annotator.begin(database, by or annotator_name())
    try:
        return rule_checks.apply_rule(person, found)
    finally:
        person.end()


def import_decisions(
    database: Database,
    path: PathLike,
    *,
    by: str | None = None,
    match: "Match | None" = None,
    kinds: Sequence[str] = (),
    columns: "Mapping[str, str] | None" = None,
    subset: str | None = None,
    split: str | None = None,
    dry_run: bool = False,
) -> "Import":
    """Save the decisions and labels of a CSV or JSONL file, each annotator's as one step, and return what became of it.

    Rows without an annotator are saved under `by`. `match` says what names the pairs, `columns` gives fields by what
    they mean, `kinds` are the only ones to take; `subset` and `split` say where rows are counted. Raises AuditError
    where the file cannot be read, or lacks what names pairs or decides.
    """
    from hhtui.audit.imported import import_file

    return import_file(
        *(database, Path(path), by or annotator_name()),
        by=match,
        kinds=kinds,
        columns=columns,
        subset=subset,
        split=split,
        dry_run=dry_run,
    )


def log(database: Database, wanted: "Wanted | None" = None) -> "Iterator[Logged]":
    """Yield the events of the log that are wanted, oldest first: who decided what, when, under which conditions.

    Raises StoreError where a pair is asked for that is not here.
    """
    from hhtui.store.log import Wanted, read

    return read(database.reader(), wanted or Wanted())


def merge_decisions(path: PathLike, *others: PathLike) -> "list[MergedLog]":
    """Add what was decided in the databases at `others`, which are only read, to the one at `path`.

    It can be done in any order and any number of times. Raises StoreError where one of them cannot be merged; nothing
    of that one is added then.
    """
    from hhtui.store.merging import merge as merge_logs

    with open(path) as database:
        return merge_logs(database, [Path(other) for other in others])


def unmatched(database: Database) -> "list[Unmatched]":
    """Return the events in the log about pairs that are not in this database, by key."""
    from hhtui.store.merging import unmatched as absent

    return absent(database.reader())


def agreement(
    database: Database,
    what: str = "preference",
    *,
    annotators: Sequence[str] = (),
    resamples: int = 2000,
    seed: int = 7,
) -> "Agreement":
    """Measure how far annotators agree on what several of them read blind; see `hhtui.audit.agreement.agree`."""
    from hhtui.audit.agreement import agree

    return agree(database.reader(), what, annotators=annotators, resamples=resamples, seed=seed)


def methods(database: Database, *, by: str | None = None, column: str | None = None, at: float = 0.5) -> "Methods":
    """Return what a methods section has to say of the database: of the annotator `by`, or of everybody.

    `column` and the threshold `at` are those of the table prompt harm × reply harm × direction; without a column it is
    the one that harm stands for. `hhtui.audit.methods_text.markdown` makes the report of it. Raises StoreError where
    there is no such column, or `by` decided nothing.
    """
    from hhtui.audit.methods import gather

    return gather(database.reader(), database.path.name, annotator=by or "", column=column, at=at)


def browse(
    path: PathLike | None = None,
    *,
    query: str | None = None,
    at: str | None = None,
    by: str | None = None,
    colour: "Colour | None" = None,
    mouse: bool = True,
) -> "Ending":
    """Open the browser on the terminal until it ends; return how it did: what to tell the reader, and a status.

    Without `path` that is the database used last, on the first run the shipped sample. `query` and `at`, a pair's
    key, replace what the reader left; `by` is the name that decisions are saved under, `colour` one of
    `hhtui.config.COLOURS`. Raises StoreError where the database cannot be opened or has no such pair, QueryError
    where it cannot answer the query, and ConfigError where the configuration names a key that no terminal has.
    """
    from hhtui.tui.start import Start

    config = _screen_configuration(colour)
    place = Path(path) if path is not None else paths.named_database() or paths.last_database() or build_sample()
    with open(place) as database:
        _check_start(database, query, at)
        return _on_screen(database, by or annotator_name(), config, Start(query, at), mouse)


def triage(
    path: PathLike | None = None,
    *,
    queue: str | None = None,
    query: str | None = None,
    order: str | None = None,
    resume: bool = False,
    adjudicate: bool = False,
    wanted: "lanes.Wanted | None" = None,
    by: str | None = None,
    colour: "Colour | None" = None,
    mouse: bool = True,
    more: str = "",
) -> "Ending":
    """Read pairs one after another on the terminal, those first that matter; return as `browse` does.

    That is the `queue` of this name, what `query` finds in the `order` of a column, where `adjudicate` what annotators
    differ about, where `resume` what was begun and not finished; else the reader chooses from a card of queues.
    `wanted` says how many pairs and how they are mixed; its lists and lane follow from the rest. `more` is the command
    that gives the next pairs, for the reader. Raises StoreError where there is nothing to read, QueryError about a
    query.
    """
    from hhtui.store.lanes import Wanted
    from hhtui.store.queueing import begin_named, begin_query, left_to_read
    from hhtui.tui.start import Start

    config, annotator, how = _screen_configuration(colour), by or annotator_name(), wanted or Wanted(())
    with open(path or paths.named_database() or paths.last_database() or build_sample()) as database:
        if database.read_only:
            raise StoreError(str(database.notice))
        if resume:
            begun: Triage | None = left_to_read(database, annotator)
        elif adjudicate:
            searched = f"({query}) conflict:yes" if query else "conflict:yes"
            begun = begin_query(database, annotator, searched, order or "", how._replace(lane="adjudication"))
        elif queue is not None:
            begun = begin_named(database, annotator, queue, how)
        elif query is not None:
            begun = begin_query(database, annotator, query, order or "", how)
        else:
            begun = None
        start = Start(triage=begun, wanted=how, more=more, left=_resume_command(database, by))
        return _on_screen(database, annotator, config, start, mouse)


def read(
    path: PathLike,
    triage: "Triage",
    *,
    colour: "Colour | None" = None,
    mouse: bool = True,
    left: str = "",
    more: str = "",
) -> "Ending":
    """Read a triage that was begun with `hhtui.store.triage`, as its annotator; return as `browse` does.

    `left` and `more` are the commands that the reader is told of at the end: the one that goes on with what is left,
    and the one for when nothing is left.
    """
    from hhtui.tui.start import Start

    config = _screen_configuration(colour)
    with open(path) as database:
        start = Start(triage=triage, left=left or _resume_command(database, triage.annotator), more=more)
        return _on_screen(database, triage.annotator, config, start, mouse)


def _screen_configuration(colour: "Colour | None") -> "Config":
    """Return the configuration of the screen, with the colours that were asked for."""
    from dataclasses import replace

    from hhtui.tui.key_names import refuse_unknown

    chosen = _configuration()
    refuse_unknown(paths.config_file(), chosen.keys)
    return chosen if colour is None else replace(chosen, colour=colour)


def _on_screen(database: Database, annotator: str, config: "Config", start: "Start", mouse: bool) -> "Ending":
    """Open the browser on a database until it ends, and open that the next time where none is named."""
    from hhtui.tui.app import browse as run

    if database.path != paths.sample_database():
        paths.remember(database.path)
    return run(
        database,
        annotator=annotator,
        config=config,
        export=_write_request,
        explain=_explain,
        start=start,
        mouse=mouse,
    )


def _resume_command(database: Database, by: str | None) -> str:
    import shlex

    return shlex.join(["hhtui", "triage", str(database.path), "--resume", *(["--by", by] if by else [])])


def _check_start(database: Database, query: str | None, at: str | None) -> None:
    """Raise QueryError or StoreError before the screen opens where the query or the key is of no use."""
    connection = database.reader()
    if query is not None:
        from hhtui.query.parser import parse
        from hhtui.query.planner import plan
        from hhtui.store import scorers

        plan(parse(query), scorers.score_fields(connection), scorers.harm_column(connection))
    if at is not None:
        from hhtui.store import pairs

        pairs.id_of(connection, at)


def annotator_name() -> str:
    """Return the name that decisions are saved under: the configured one, else the login name."""
    from hhtui import config

    return _configuration().annotator or config.login_name()


def _configuration() -> "Config":
    from hhtui import config
    from hhtui.tui.actions import BY_ID

    return config.load(paths.config_file(), BY_ID)


def _write_request(database: Database, request: "ExportRequest") -> str:
    """Write what the screen asks for, and return one line about it."""
    done = export(database, request.path, request.format, query=request.query)
    return f"{done.pairs:,} of {done.of:,} to {done.path}, manifest {done.manifest_path}"


def _explain(database: Database, pair_id: int, deliver: "Deliver") -> "Explaining":
    """Look for the words that move the scores of a pair most, in a process of its own."""
    from hhtui.score.explain.process import explain

    return explain(database, pair_id, deliver)


def _has_sources(database: Database) -> bool:
    from hhtui.store.sources import all_sources

    return bool(all_sources(database.reader()))


def _remove(path: Path) -> None:
    """Take away a database that was made for nothing, with its side files."""
    for name in (path.name, *(f"{path.name}{ending}" for ending in ("-wal", "-shm", ".lock"))):
        path.with_name(name).unlink(missing_ok=True)
