"""Why something in a file of decisions was not taken."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a row, or one decision in it, was left out; the value is its name in JSON."""

    UNNAMED = "unnamed"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_HASH = "unknown_hash"
    UNKNOWN_ROW = "unknown_row"
    UNKNOWN_TEXT = "unknown_text"
    AMBIGUOUS_TEXT = "ambiguous_text"
    HASH_DIFFERS = "hash_differs"
    UNKNOWN_PREFERENCE = "unknown_preference"
    UNKNOWN_LABEL = "unknown_label"
    UNKNOWN_VALUE = "unknown_value"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_SIDE = "unknown_side"
    LABEL_WITHOUT_SIDE = "label_without_side"
    SEVERAL_PEOPLE = "several_annotators"
    CONTRADICTED = "contradicted"
    NO_DECISIONS = "unreadable_decisions"
    NO_TEXT = "no_text"


NAMING = frozenset(
    {
        *(Reason.UNNAMED, Reason.UNKNOWN_KEY, Reason.UNKNOWN_HASH, Reason.UNKNOWN_ROW),
        *(Reason.UNKNOWN_TEXT, Reason.AMBIGUOUS_TEXT, Reason.HASH_DIFFERS),
    }
)
"""The reasons that lie in how a row names its pair."""

MEANINGS: dict[Reason, str] = {
    Reason.UNNAMED: "the row names no pair",
    Reason.UNKNOWN_KEY: "no pair here has this key",
    Reason.UNKNOWN_HASH: "no pair here has this hash",
    Reason.UNKNOWN_ROW: "no pair here has this row, in the subset and split that are named",
    Reason.UNKNOWN_TEXT: "this text stands nowhere here",
    Reason.AMBIGUOUS_TEXT: "this text stands in several pairs",
    Reason.HASH_DIFFERS: "the pair with this key has another text here; --match key takes it all the same",
    Reason.UNKNOWN_PREFERENCE: "a preference is chosen, rejected, equal or unsure",
    Reason.UNKNOWN_LABEL: "the taxonomy of this database has no such label",
    Reason.UNKNOWN_VALUE: "a flag or a drop mark is 1 or 0, true or false, yes or no",
    Reason.UNKNOWN_KIND: "there is no such kind of decision",
    Reason.UNKNOWN_SIDE: "a label is on chosen, rejected or both",
    Reason.LABEL_WITHOUT_SIDE: "a label needs its side: a field label.chosen or label.rejected, or a field side",
    Reason.SEVERAL_PEOPLE: "the cell names several annotators, and not who decided what; export it again",
    Reason.CONTRADICTED: "one annotator decides twice, and differently; none of it is taken",
    Reason.NO_DECISIONS: "the decisions are no JSON list as hhtui export writes it",
    Reason.NO_TEXT: "a lone surrogate, which no UTF-8 text can hold",
}


class Problem(NamedTuple):
    """Something that was not taken: the line where its row begins, why, and what stands there, cut and cleaned."""

    line: int
    reason: Reason
    detail: str = ""
