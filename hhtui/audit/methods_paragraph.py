"""The paragraph of the report, for the methods section of a paper."""

from hhtui.audit.findings import Sampled
from hhtui.audit.markdown import code, count, plain, span
from hhtui.audit.methods import Methods


def paragraph(told: Methods) -> str:
    """Return the whole of it in prose: data, scores, readers, samples."""
    read, refused = sum(one.rows_read for one in told.sources), sum(one.rows_refused for one in told.sources)
    sentences = [
        f"The data are {told.pairs:,} pairs of {count(len(told.sources), 'source')}, read with hhtui {told.version} "
        f"({count(read, 'row')} read, {refused:,} refused and kept apart with the reason)."
    ]
    if told.scored:
        names = ", ".join(f"{plain(one.scorer.name)} {plain(one.scorer.version)}" for one in told.scored)
        sentences.append(f"Scores are by {names}; `harm` in a query stands for {code(told.harm_column or '')}.")
    whose = f" by {plain(told.annotator)}" if told.annotator else ""
    if told.work.is_empty:
        sentences.append("Nobody has decided anything yet; what follows is about the data alone.")
        return " ".join(sentences)
    if told.work.readers:
        times = [f"{one.median_ms / 1000:.1f}" for one in told.work.readers if one.median_ms is not None]
        sentences.append(
            f"{count(len(told.work.readers), 'annotator')} read one pair at a time{whose}: "
            f"{count(sum(one.read for one in told.work.readers), 'reading')}, "
            f"{sum(one.blind for one in told.work.readers):,} of them blind (labels, scores and queue hidden), "
            f"{sum(one.skipped for one in told.work.readers):,} skipped"
            + (f"; the median time to a decision was {' and '.join(times)} s a pair." if times else ".")
        )
    steps = count(len(told.work.at_once), "step")
    sentences.append(
        f"{steps} decided about many pairs at once or came from a file; these are listed apart and count as no "
        f"reading. Decisions that were taken back count nowhere ({told.work.retracted:,})."
    )
    sentences += list(map(_sample_sentence, told.samples))
    return " ".join(sentences)


def _sample_sentence(one: Sampled) -> str:
    found, sample = one.estimate, one.estimate.sample
    frame, whole = sample.frame, found.whole
    who = plain(sample.annotator) if sample.annotator else "any of the annotators"
    query = f"that meet {code(frame.query)}" if frame.query else "there are"
    start = (
        f"Of the {frame.size:,} pairs {query} (seed {frame.seed}, frame {code(frame.id[:16])}), a simple random sample "
        f"was read blind by {who}, asked {code(str(sample.question))}"
    )
    if whole.share is None:
        return f"{start}; nothing of it is read yet."
    skips = f", {sample.skipped:,} skipped" if sample.skipped else ""
    return (
        f"{start}: {whole.positive:,} of {whole.read:,}{skips}, {100 * whole.share:.1f} % "
        f"(Wilson's 95 % interval {span(whole.interval)}, families of pairs counted)."
    )
