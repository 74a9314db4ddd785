"""The things that hhtui is about, as frozen values."""

from collections.abc import Mapping
from enum import IntFlag
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypedDict

Side = Literal["prompt", "chosen", "rejected"]
SIDES: tuple[Side, ...] = ("prompt", "chosen", "rejected")
RESPONSES: tuple[Side, ...] = ("chosen", "rejected")

NO_VALUES: Mapping[str, Any] = MappingProxyType({})

HUMAN = "Human"
ASSISTANT = "Assistant"


class Bit(IntFlag):
    """What is odd about the structure of a pair; a name and its sides share the part before the dot.

    The member `ROLE_LEAK_CHOSEN` is written `role_leak.chosen` in queries and reports.
    """

    EMPTY_CHOSEN = 1 << 0
    EMPTY_REJECTED = 1 << 1
    ROLE_LEAK_PROMPT = 1 << 2
    ROLE_LEAK_CHOSEN = 1 << 3
    ROLE_LEAK_REJECTED = 1 << 4
    CONSECUTIVE_ROLES_CHOSEN = 1 << 5
    CONSECUTIVE_ROLES_REJECTED = 1 << 6
    PREFIX_MISMATCH = 1 << 7
    IDENTICAL = 1 << 8
    IDENTICAL_FOLDED = 1 << 9
    CONTINUED_CHOSEN = 1 << 10
    CONTINUED_REJECTED = 1 << 11
    TIE = 1 << 12
    SINGLE_SIDED = 1 << 13


BIT_MEANINGS: Mapping[str, str] = {
    "empty": "the response's last turn is empty",
    "role_leak": "a turn's text contains “Human:” or “Assistant:”",
    "consecutive_roles": "one role speaks twice in a row",
    "prefix_mismatch": "the text before the last “Assistant:” marker differs between the sides",
    "identical": "the two dialogues are equal",
    "identical_folded": "the dialogues differ only in quotes, case, white space or punctuation",
    "continued": "the whole dialogue of that side is the start of another pair's prompt",
    "tie": "the source says that neither response is better",
    "single_sided": "the source has one dialogue, not a pair",
}


def bits_named(name: str, side: str | None = None) -> Bit:
    """Return the mask of the structure bit `name`, of one `side` where given.

    `-` and `_` mean the same. Raises KeyError where there is no such bit, or the bit has no such side.
    """
    wanted = name.replace("-", "_").upper()
    if side is not None:
        return Bit[f"{wanted}_{side.upper()}"]
    mask = Bit(0)
    for bit in Bit:
        assert bit.name is not None
        if bit.name == wanted or bit.name in {f"{wanted}_{one.upper()}" for one in SIDES}:
            mask |= bit
    if not mask:
        raise KeyError(name)
    return mask


def sides_of_bit(name: str) -> tuple[Side, ...]:
    """Return the sides that the structure bit `name`, with `_`, is known of apart."""
    return tuple(side for side in SIDES if f"{name}_{side}".upper() in Bit.__members__)


class Turn(NamedTuple):
    """One turn of a dialogue: who speaks, and the raw text after the marker.

    `role` is "Human" or "Assistant", or "" for text before the first marker. `text` is not stripped.
    """

    role: str
    text: str


class Dialogues(NamedTuple):
    """A pair's two dialogues: the turns they share, then each side's own, never none."""

    prompt: tuple[Turn, ...]
    chosen: tuple[Turn, ...]
    rejected: tuple[Turn, ...]

    def side(self, name: Side) -> tuple[Turn, ...]:
        """Return the turns of the prompt or of one response."""
        turns: tuple[Turn, ...] = getattr(self, name)
        return turns


class Pair(NamedTuple):
    """A stored pair: its place, its identity and its text.

    `id` is local to one database and counts from 1; `key` is `subset/split/row`; `hash` is the first 16 bytes
    of SHA-256 over the chosen transcript, a zero byte and the rejected one; `row` counts from 0; `extra`
    holds the source's other columns.
    """

    id: int
    key: str
    hash: bytes
    subset: str
    split: str
    row: int
    dialogues: Dialogues
    bits: Bit
    family: int | None
    opening: int | None
    extra: Mapping[str, Any] = NO_VALUES


Unit = Literal["response", "prompt", "turn", "pair"]


class ScoreColumn(NamedTuple):
    """One number that a scorer gives: its range, and in one sentence each what it means and where it fails.

    It is a number of a text, and so of a side; with `of_pair` it is one of the pair.
    """

    name: str
    low: float
    high: float
    meaning: str
    fails: str
    of_pair: bool = False


class ScoreField(NamedTuple):
    """A scorer's column as a query names it: its qualified name, and the sides that it has numbers for.

    Without `sides` it is a number of the pair.
    """

    column: str
    sides: tuple[Side, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """What may stand after its name and a dot."""
        both: tuple[str, ...] = ("chosen", "rejected", "min") if set(RESPONSES) <= set(self.sides) else ()
        return (*both, "prompt") if "prompt" in self.sides else both


LENGTH = ScoreColumn(
    name="length",
    low=0,
    high=10_000,
    meaning="How many characters the last turn of a response has.",
    fails="It says nothing about what the characters say; it is the baseline that every other number has to beat.",
)
"""The signal that needs no scorer."""


class PairTexts(NamedTuple):
    """A pair as a scorer of pairs reads it.

    `group` is what the pairs of one family share, and pairs that are equal: the hash of the family's first pair, or
    the pair's own. A response is "" where it is empty. `labelled` says whether the source calls one response better.
    `prompt` is the hash of the whole prompt, b"" where there is none.
    """

    group: bytes
    chosen: str
    rejected: str
    labelled: bool
    prompt: bytes = b""


class Score(NamedTuple):
    """One number about one text: which scorer and column gave it, and its rank among all scored texts.

    `value` is None where the text is empty or not scored yet; `percentile` is the share, in percent, of
    scored texts of the same kind (responses of both sides together, or prompts) with a value at most this one.
    A long text is read in several overlapping `windows`, and the greatest value is kept.
    """

    scorer: str
    column: str
    value: float | None
    percentile: float | None
    scored: bool = True
    windows: int = 1


Kind = Literal["flag", "drop", "preference", "label", "note", "skip", "retract"]
PREFERENCES = ("chosen", "rejected", "equal", "unsure")

Lane = Literal["queue", "random", "overlap", "repeat", "estimate", "check", "adjudication"]
"""Why a pair is shown in a triage: it stands in the queue, or was drawn to estimate, compare, check or settle."""


class Context(TypedDict, total=False):
    """Under which conditions something was decided; what is absent was not so, or is not known.

    - `interface`: "screen", "command line" or "import", with the `file` that was imported, its `file_sha256`, and
      `file_made_at`, the time that the file gives.
    - `query`, `order`: of the view in which the pair stood.
    - `triage`: the id of the triage; `lane`; `surfaced_by`: the list that brought the pair; `frame`: the id of the
      frame from which it was drawn, and `draw`, its place in the frame's order from 0; `what`: the question.
    - `blind`; `sides`: the responses that had been shown, left before right: one alone where there is room for one at a
      time and the other had not been looked at (no preference is taken then, nor that the pair was read or skipped);
      whether `labels_visible` (which response the source calls chosen) and `scores_visible` (a number of this pair)
      were; the `shield`'s level, and whether the pair was `revealed`.
    - `bulk`: decided for many pairs at once, by a `rule` with its `evidence` where it was one; never counts as reading,
      so nothing is said about what was visible of each.
    - `taxonomy`: the version under which a label was given.
    - `answer_only`: the no of a reader who did not see that they had decided otherwise before; it answers the sample,
      and what they decided stands.
    """

    interface: str
    file: str
    file_sha256: str
    file_made_at: str
    query: str
    order: str
    triage: str
    lane: Lane
    surfaced_by: str
    frame: str
    draw: int
    what: str
    blind: bool
    sides: list[str]
    labels_visible: bool
    scores_visible: bool
    shield: str
    revealed: bool
    bulk: bool
    rule: str
    evidence: Mapping[str, Any]
    taxonomy: str
    answer_only: bool


class Question(NamedTuple):
    """What a sample asks of each pair: whether the decision of this kind, side and label has this value.

    `side` is "" for a decision about the pair, and for a label on either response.
    """

    kind: Kind
    value: str
    side: str = ""
    label: str = ""

    def __str__(self) -> str:
        """Return the question as the query language writes it: `preference:rejected`, `label.chosen:harmful`."""
        name = f"{self.kind}.{self.side}" if self.side else self.kind
        return f"{name}:{self.label or self.value}"


class Event(NamedTuple):
    """One line of the append-only log of decisions.

    `uuid` is its identity, `step` is shared by all events of one user action, `target` is the step that a
    retract cancels, `made_at` is UTC with microseconds in ISO form, `shown_ms` the milliseconds since the pair
    was first painted in this visit, less those under a blank screen or a dialog, `context` the conditions under which
    it was decided.
    """

    uuid: str
    step: str
    annotator: str
    session: str
    kind: Kind
    made_at: str
    pair_hash: bytes | None = None
    pair_key: str | None = None
    side: str = ""
    label: str = ""
    value: str = ""
    target: str | None = None
    shown_ms: int | None = None
    context: Mapping[str, Any] = NO_VALUES


class Decision(NamedTuple):
    """The current value of one kind of decision by one annotator about one pair."""

    pair_id: int
    annotator: str
    kind: Kind
    value: str
    side: str = ""
    label: str = ""
    made_at: str = ""
