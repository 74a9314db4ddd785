"""The shield: what is masked of a pair before any of its text reaches the screen."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.config import SHIELD_LEVELS, ShieldLevel
from hhtui.model import SIDES, Dialogues, Pair, Side, Turn
from hhtui.store.connection import Connection
from hhtui.store.pairs import Heading
from hhtui.tui.explanation import Words
from hhtui.tui.masking import mask

if TYPE_CHECKING:
    from hhtui.store.score_details import ScoreDetails, ScorerDetails

NO_COUNTS: Mapping[Side, int] = dict.fromkeys(SIDES, 0)


class Shielded(NamedTuple):
    """A pair as it may be shown, and what the shield did to it.

    `hidden` counts the masked turns of each side, `unscored` those that were let pass because they have no score.
    `original` is the pair as it is, for what is said about its structure; none of its text is to be shown.
    """

    pair: Pair
    original: Pair
    hidden: Mapping[Side, int] = NO_COUNTS
    unscored: Mapping[Side, int] = NO_COUNTS

    @property
    def masked(self) -> bool:
        """Whether anything is hidden."""
        return any(self.hidden.values())

    @property
    def compares(self) -> bool:
        """Whether differences between the responses are differences between their words."""
        return not (self.hidden["chosen"] or self.hidden["rejected"])

    def words(self, side: Side) -> tuple[str, ...]:
        """Return what the shield did to a side, in the words that its pane's title shows."""
        hidden, turns = self.hidden[side], len(self.pair.dialogues.side(side))
        if not hidden:
            return ()
        return ("masked",) if hidden == turns else (f"{counted(hidden, 'turn')} masked",)


class Shield:
    """Masks texts by its level, but for pairs that were revealed.

    At the level "profanity" a turn is masked whose score is `threshold` or more, at "everything" every turn. What is
    revealed stays so until the level changes; `reveals` counts how often something masked was revealed.
    """

    def __init__(self, connection: Connection, level: ShieldLevel = "off", threshold: float = 0.9) -> None:
        self._connection = connection
        self.level = level
        self.threshold = threshold
        self.reveals = 0
        self._revealed: set[int] = set()

    def cycle(self) -> ShieldLevel:
        """Go to the next level, and hide what was revealed; return the level."""
        self.level = SHIELD_LEVELS[(SHIELD_LEVELS.index(self.level) + 1) % len(SHIELD_LEVELS)]
        self._revealed.clear()
        return self.level

    def reveal(self, pair_id: int) -> bool:
        """Reveal a pair, or hide it again; return whether it is revealed now."""
        if pair_id in self._revealed:
            self._revealed.discard(pair_id)
            return False
        self._revealed.add(pair_id)
        self.reveals += 1
        return True

    def reveals_pair(self, pair_id: int) -> bool:
        """Return whether a pair has been revealed."""
        return pair_id in self._revealed

    def goes_by(self) -> str | None:
        """Return the title of the column whose scores decide, None where there is none."""
        from hhtui.store.turn_scores import turn_scores

        column = turn_scores(self._connection).column
        return column.title if column else None

    def pair(self, pair: Pair) -> Shielded:
        """Return a pair as it may be shown."""
        if self.level == "off" or pair.id in self._revealed:
            return Shielded(pair, pair)
        turns = {side: pair.dialogues.side(side) for side in SIDES}
        texts = {side: [text for turn in turns[side] if (text := turn.text.strip())] for side in SIDES}
        hidden, unscored = self._judged(text for some in texts.values() for text in some)
        if not hidden:
            return Shielded(pair, pair, NO_COUNTS, _counts(texts, unscored))
        shown = pair._replace(
            dialogues=Dialogues(*(_masked_turns(turns[side], hidden) for side in SIDES)),
            extra={name: _masked_value(value) for name, value in pair.extra.items()},
        )
        return Shielded(shown, pair, _counts(texts, hidden), _counts(texts, unscored))

    def headings(self, found: Sequence[Heading]) -> list[Heading]:
        """Return what a list shows of pairs as it may be shown."""
        if self.level == "off":
            return list(found)
        hidden, _ = self._judged(text for one in found for text in (one.last_human, one.earlier) if text)
        return [
            one
            if one.id in self._revealed
            else one._replace(last_human=_masked(one.last_human, hidden), earlier=_masked(one.earlier, hidden))
            for one in found
        ]

    def _judged(self, texts: Iterable[str]) -> tuple[Collection[str], Collection[str]]:
        """Return which of these texts are to be masked, and which have no score."""
        if self.level == "everything":
            return frozenset(texts), frozenset()
        from hhtui.store.turn_scores import turn_scores

        numbers = turn_scores(self._connection).of(texts)
        hidden = {text for text, number in numbers.items() if number is not None and number >= self.threshold}
        return hidden, {text for text, number in numbers.items() if number is None}


def masked_details(details: "ScoreDetails", shown: Shielded) -> "ScoreDetails":
    """Return the score details of a pair without the words of its masked turns."""
    if not shown.masked:
        return details
    pairs = zip(_turns(shown.original), _turns(shown.pair), strict=True)
    hidden = {one.text.strip() for one, other in pairs if one is not other}

    def without_words(scorer: "ScorerDetails") -> "ScorerDetails":
        return scorer._replace(turns=tuple(turn._replace(text=_masked(turn.text, hidden)) for turn in scorer.turns))

    groups = {side: tuple(map(mask, terms)) if shown.hidden[side] else terms for side, terms in details.groups.items()}
    return details._replace(scorers=tuple(map(without_words, details.scorers)), groups=groups)


def masked_words(words: Words) -> Words:
    """Return the words behind a score, each as a mask."""
    return [(mask(word), weight) for word, weight in words]


def counted(count: int, thing: str) -> str:
    """Return a number of things in words: `1 turn`, `2 turns`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _turns(pair: Pair) -> list[Turn]:
    return [turn for side in SIDES for turn in pair.dialogues.side(side)]


def _counts(texts: Mapping[Side, Sequence[str]], some: Collection[str]) -> Mapping[Side, int]:
    return {side: sum(text in some for text in texts[side]) for side in SIDES}


def _masked_turns(turns: Sequence[Turn], hidden: Collection[str]) -> tuple[Turn, ...]:
    return tuple(turn._replace(text=mask(turn.text)) if turn.text.strip() in hidden else turn for turn in turns)


def _masked(text: str, hidden: Collection[str]) -> str:
    return mask(text) if text in hidden else text


def _masked_value(value: Any) -> str:
    """Return a value of another column as masks: it may quote what is masked."""
    return mask(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
