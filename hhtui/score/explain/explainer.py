"""The words that move a linear score most, for a text of a pair in a database."""

from importlib import import_module
from typing import Protocol, cast

from hhtui.model import Side
from hhtui.score.scorer import REGISTRY, PairScorer, ScoreError, WordWeight, create, fingerprint
from hhtui.store import pairs, scoring
from hhtui.store.database import Database
from hhtui.store.score_details import group_of, texts_of
from hhtui.store.scorers import StoredScorer, score_columns

MOST = 8
"""How many words are shown of a text."""


Request = tuple[str, Side]
"""A scorer's name and a side of the pair."""


class Linear(Protocol):
    """A scorer of texts whose score is made of the weights of words."""

    def words(self, text: str, most: int) -> list[WordWeight]:
        """Return the `most` words of `text` that move its score most, the strongest first."""


class LinearOfPairs(Protocol):
    """A scorer of pairs whose numbers of a side are made of the weights of words."""

    def words(self, model: bytes, group: bytes, text: str, most: int) -> list[WordWeight]:
        """Return the `most` words of `text` that move its score most, by what was learned without `group`."""


class Explainer:
    """Explains scores of one database; each scorer is loaded when it is first asked about."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._scorers: dict[str, Linear | LinearOfPairs] = {}

    def words(self, name: str, pair_id: int, side: Side, most: int = MOST) -> list[WordWeight]:
        """Return the words that move the scorer `name`'s score of one side most, the strongest first.

        Empty where the text is empty, or has no word that the scorer knows. Raises ScoreError where the scorer is
        unknown, is not linear, or is another than the one that gave the stored numbers; KeyError where the pair is
        gone.
        """
        stored = _stored(self._database, name)
        if name not in self._scorers:
            self._scorers[name] = _made(stored)
        scorer = self._scorers[name]
        text = texts_of(pairs.read(self._database.reader(), pair_id).dialogues)[side]
        if not text:
            return []
        if stored.of_pairs:
            return self._words_of_pair(stored, cast(LinearOfPairs, scorer), pair_id, text, most)
        return cast(Linear, scorer).words(text, most)

    def _words_of_pair(
        self, stored: StoredScorer, scorer: LinearOfPairs, pair_id: int, text: str, most: int
    ) -> list[WordWeight]:
        connection = self._database.reader()
        model = scoring.model_of(connection, stored)
        if model is None:
            raise ScoreError(f"what {stored.name} learned is not in this database any more; hhtui score learns it anew")
        return scorer.words(model, group_of(connection, pair_id), text, most)


def explained_by(database: Database) -> list[Request]:
    """Return what can be asked about each pair: every side that a linear scorer of this database reads."""
    scorers = {stored.scorer.name: stored.scorer for stored in score_columns(database.reader()).values()}
    return [(name, side) for name, scorer in scorers.items() if is_linear(name) for side in scorer.sides]


def words_of_pair(database: Database, pair_id: int, most: int = MOST) -> dict[Request, list[WordWeight] | str]:
    """Return the words for all that can be asked about a pair, or why there are none to be had."""
    explainer = Explainer(database)
    found: dict[Request, list[WordWeight] | str] = {}
    for name, side in explained_by(database):
        try:
            found[name, side] = explainer.words(name, pair_id, side, most)
        except ScoreError as error:
            found[name, side] = str(error)
    return found


def is_linear(name: str) -> bool:
    """Return whether the scorer `name` can tell which words move its score; nothing heavy is loaded."""
    module, _, attribute = REGISTRY.get(name, "").partition(":")
    return bool(module) and hasattr(getattr(import_module(module), attribute), "words")


def _stored(database: Database, name: str) -> StoredScorer:
    known = {stored.scorer.name: stored.scorer for stored in score_columns(database.reader()).values()}
    if name not in known:
        raise ScoreError(f"this database has no scores by {name!r}; it has those by {', '.join(known) or 'nobody'}")
    return known[name]


def _made(stored: StoredScorer) -> Linear | LinearOfPairs:
    """Return the scorer that gave the stored numbers."""
    if not is_linear(stored.name):
        raise ScoreError(f"{stored.name} is not linear: no word has a weight of its own")
    scorer = create(stored.name)
    if isinstance(scorer, PairScorer):
        parameters = {**scorer.parameters, "pairs": stored.parameters.get("pairs")}
        identity = fingerprint(scorer.name, scorer.version, parameters)
    else:
        identity = scorer.fingerprint
    if identity != stored.fingerprint:
        raise ScoreError(f"the {stored.name} that is installed here is another than the one that gave these scores")
    return cast(Linear | LinearOfPairs, scorer)
