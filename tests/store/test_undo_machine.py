"""Undo and redo over restarts, bulk steps and two annotators equal a model: a list of steps, and one of undone ones."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hhtui.model import RESPONSES, Kind
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.events import rebuild
from tests.store.filled import new_database
from tests.transcripts import dialogue

PAIRS = 4
Place = tuple[int, str, str, str]
Values = dict[Place, str]

_people = st.sampled_from(["anna", "bob"])
_ids = st.lists(st.integers(1, PAIRS), min_size=1, max_size=PAIRS, unique=True)
_said: st.SearchStrategy[tuple[Kind, str]] = st.sampled_from(
    [
        *(("flag", "yes"), ("flag", "no"), ("drop", "yes"), ("drop", "no"), ("note", "a note"), ("note", "")),
        *(("preference", "chosen"), ("preference", "unsure"), ("preference", ""), ("skip", "yes")),
    ]
)
_sides = st.sampled_from([("chosen",), ("rejected",), RESPONSES])
_bulk = Conditions(context={"interface": "command line", "bulk": True, "rule": "row:<9"})


class Deciding(RuleBasedStateMachine):
    """Two people decide in one database, whose current values are compared with the model's after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "pairs.db"
        self.database = new_database(path, [(dialogue(f"q{at}", "a"), dialogue(f"q{at}", "b")) for at in range(PAIRS)])
        self.people: dict[str, Annotator] = {}
        self.done: dict[str, list[Values]] = {"anna": [], "bob": []}
        self.undone: dict[str, list[Values]] = {"anna": [], "bob": []}

    def person(self, name: str) -> Annotator:
        return self.people.setdefault(name, Annotator.begin(self.database, name))

    def said(self, name: str, values: Values) -> None:
        self.done[name].append(values)
        self.undone[name].clear()

    def current(self, name: str) -> Values:
        newest = {place: value for step in self.done[name] for place, value in step.items()}
        return {place: value for place, value in newest.items() if value not in ("", "no")}

    @rule(name=_people, ids=_ids, said=_said)
    def decide(self, name: str, ids: list[int], said: tuple[Kind, str]) -> None:
        kind, value = said
        self.person(name).decide(ids, kind, value)
        self.said(name, {(number, kind, "", ""): value for number in ids})

    @rule(name=_people, ids=_ids, sides=_sides, value=st.sampled_from(["yes", "no"]))
    def label(self, name: str, ids: list[int], sides: tuple[str, ...], value: str) -> None:
        self.person(name).decide(ids, "label", value, sides=sides, label="harmful")
        self.said(name, {(number, "label", side, "harmful"): value for number in ids for side in sides})

    @rule(name=_people, ids=_ids, kind=st.sampled_from(["flag", "drop"]))
    def toggle(self, name: str, ids: list[int], kind: Kind) -> None:
        places = [(number, str(kind), "", "") for number in ids]
        value = "no" if all(place in self.current(name) for place in places) else "yes"
        self.person(name).toggle(ids, kind)
        self.said(name, dict.fromkeys(places, value))

    @rule(name=_people, kind=st.sampled_from(["flag", "drop"]))
    def decide_all(self, name: str, kind: Kind) -> None:
        self.person(name).decide(range(1, PAIRS + 1), kind, "yes", conditions=_bulk)
        self.said(name, {(number, kind, "", ""): "yes" for number in range(1, PAIRS + 1)})

    @rule(name=_people)
    def undo(self, name: str) -> None:
        step = self.person(name).undo()
        if not self.done[name]:
            assert step is None
            return
        values = self.done[name].pop()
        self.undone[name].append(values)
        assert step is not None
        assert set(step.pair_ids) == {place[0] for place in values}

    @rule(name=_people)
    def redo(self, name: str) -> None:
        step = self.person(name).redo()
        if not self.undone[name]:
            assert step is None
            return
        values = self.undone[name].pop()
        self.done[name].append(values)
        assert step is not None
        assert set(step.pair_ids) == {place[0] for place in values}

    @rule(name=_people)
    def begin_another_session(self, name: str) -> None:
        self.person(name).end()
        del self.people[name]

    @rule()
    def restart(self) -> None:
        path = self.database.path
        self.database.close()
        self.database = Database.open(path)
        self.people.clear()

    @invariant()
    def the_current_values_are_the_models(self) -> None:
        expected = {(name, *place): value for name in self.done for place, value in self.current(name).items()}
        assert self.stored() == expected

    def stored(self) -> dict[tuple[str, int, str, str, str], str]:
        rows = self.database.reader().execute("SELECT annotator, pair_id, kind, side, label, value FROM decision")
        return {(name, pair_id, kind, side, label): value for name, pair_id, kind, side, label, value in rows}

    def teardown(self) -> None:
        before = self.stored()
        with self.database.writing() as connection:
            assert rebuild(connection) == []
        try:
            assert self.stored() == before
        finally:
            self.database.close()
            self.folder.cleanup()


TestDeciding = Deciding.TestCase
TestDeciding.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
