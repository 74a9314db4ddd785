"""The gate: the order of keys, decisions that wait, pastes; with a clock that is wound by hand."""

import random
from collections.abc import Callable

import pytest

from hhtui.tui.actions import BY_ID
from hhtui.tui.gate import PASTE_KEYS, SAME_PASTE, SAME_READ, SETTLE, Gate, Press

FLAG, NEXT, QUERY = BY_ID["flag"], BY_ID["next_pair"], BY_ID["query"]


class Bench:
    """A gate whose pair is painted, text typed and time passed when the test says so."""

    def __init__(self) -> None:
        self.painted = True
        self.typing = False
        self.asked: list[int] = []
        self.passed: list[str] = []
        self.now = 0.0
        self.planned: list[tuple[float, Callable[[], object]]] = []
        self.gate = Gate(lambda: self.painted, lambda: self.typing, self.asked.append, self.later)

    def later(self, delay: float, call: Callable[[], object]) -> None:
        self.planned.append((self.now + delay, call))

    def wait(self, seconds: float = 10 * SETTLE) -> None:
        """Let time pass."""
        until = self.now + seconds
        while due := sorted((one for one in self.planned if one[0] <= until), key=lambda one: one[0]):
            self.planned.remove(due[0])
            self.now = due[0][0]
            due[0][1]()
        self.now = until

    def press(self, names: str, apart: float = 1.0) -> None:
        """Press keys so many seconds apart: f and F decide, / opens the query, others move."""
        for name in names:
            action = FLAG if name in "fF" else QUERY if name == "/" else NEXT
            self.gate.press(Press(lambda name=name: self.run(name), action, self.now))  # type: ignore[misc]
            self.wait(apart)

    def run(self, name: str) -> None:
        self.passed.append(name)
        if name == "/":
            self.typing = True
        if name == "F":
            self.painted = False

    @property
    def text(self) -> str:
        return "".join(self.passed)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_moves_pass_at_once_and_a_decision_when_the_read_has_settled(bench: Bench) -> None:
    bench.press("jk", apart=0)
    assert bench.text == "jk"
    bench.press("f", apart=0)
    assert bench.text == "jk"
    bench.wait(SETTLE)
    assert bench.text == "jkf"


def test_a_decision_waits_until_its_pair_is_painted_and_all_after_it_too(bench: Bench) -> None:
    bench.painted = False
    bench.press("jfjf")
    assert bench.text == "j"
    bench.gate.look()
    assert bench.text == "j"
    bench.painted = True
    bench.gate.look()
    assert bench.text == "jfjf"
    assert not len(bench.gate)


def test_the_second_decision_waits_for_the_pair_that_the_first_moved_to(bench: Bench) -> None:
    bench.press("FF")
    assert bench.text == "F"
    bench.painted = True
    bench.gate.look()
    assert bench.text == "FF"


def test_what_is_typed_into_a_text_is_no_decision_and_waits_for_nothing(bench: Bench) -> None:
    bench.painted = False
    bench.press("/fffffff", apart=0)
    assert bench.text == "/fffffff"
    assert bench.asked == []


@pytest.mark.parametrize("reason", ["dialog", "query", "saving"])
def test_nothing_passes_while_something_is_held(bench: Bench, reason: str) -> None:
    bench.gate.hold(reason)
    bench.gate.hold("other")
    bench.press("jf")
    bench.gate.release(reason)
    assert bench.text == ""
    bench.gate.release("other")
    assert bench.text == "jf"
    bench.gate.release("never held")
    assert not bench.gate.holds(reason)


def test_a_key_that_holds_the_gate_stops_those_behind_it(bench: Bench) -> None:
    bench.painted = False
    bench.press("f")
    bench.gate.press(Press(lambda: bench.gate.hold("dialog"), None, bench.now))
    bench.press("j")
    bench.painted = True
    bench.gate.look()
    assert bench.text == "f"
    bench.gate.release("dialog")
    assert bench.text == "fj"


def test_a_paste_asks_once_and_runs_or_forgets_all_of_it(bench: Bench) -> None:
    bench.press("f" * PASTE_KEYS, apart=SAME_READ / 4)
    bench.wait()
    assert (bench.text, bench.asked) == ("", [PASTE_KEYS])
    bench.gate.answer(True)
    assert bench.text == "f" * PASTE_KEYS
    bench.wait(1)
    bench.press("fjfjfjfff", apart=0)
    bench.wait()
    assert len(bench.asked) == 2
    bench.gate.answer(False)
    bench.wait(1)
    bench.press("jf")
    assert bench.text == "f" * PASTE_KEYS + "jf"
    assert len(bench.asked) == 2


def test_one_key_fewer_than_a_paste_and_keys_a_moment_apart_ask_nothing(bench: Bench) -> None:
    bench.press("f" * (PASTE_KEYS - 1), apart=0)
    bench.wait(1)
    bench.press("f" * 50, apart=2 * SAME_READ)
    bench.wait(1)
    assert bench.asked == []
    assert bench.text == "f" * (PASTE_KEYS + 49)


def test_decisions_that_queued_up_behind_a_slow_line_ask_nothing(bench: Bench) -> None:
    bench.painted = False
    bench.press("f" * 20, apart=0.05)
    bench.painted = True
    bench.gate.look()
    bench.wait()
    assert (len(bench.passed), bench.asked) == (20, [])


def test_the_rest_of_a_paste_does_not_answer_the_question(bench: Bench) -> None:
    bench.press("f" * 6, apart=SAME_READ / 2)
    bench.wait(SETTLE)
    assert len(bench.asked) == 1
    bench.typing = True
    bench.press("yfnj", apart=SAME_PASTE / 2)
    assert bench.text == ""
    bench.wait(2 * SAME_PASTE)
    bench.press("y")
    assert bench.text == "y"
    bench.typing = False
    bench.gate.answer(True)
    assert bench.text == "y" + "f" * 6 + "yfnj"


def test_text_behind_a_key_that_opens_something_does_not_count_as_decisions(bench: Bench) -> None:
    bench.painted = False
    bench.press("f/ffffffff", apart=0)
    bench.painted = True
    bench.wait()
    assert (bench.text, bench.asked) == ("f/ffffffff", [])


def test_forgotten_keys_are_not_run(bench: Bench) -> None:
    bench.gate.hold("query")
    bench.press("fj")
    bench.gate.forget()
    bench.gate.release("query")
    bench.press("k")
    assert bench.text == "k"


def test_no_key_is_lost_and_none_overtakes_another(bench: Bench) -> None:
    chance = random.Random(3)
    pressed = ""
    for _ in range(2000):
        name = chance.choice("fFjk")
        pressed += name
        bench.painted = chance.random() < 0.5
        if chance.random() < 0.1:
            bench.gate.hold("dialog")
        bench.press(name, apart=chance.choice([0.004, 0.02, 0.3]))
        if chance.random() < 0.3:
            bench.gate.release("dialog")
        if chance.random() < 0.5:
            bench.painted = True
            bench.gate.look()
    while len(bench.gate):
        bench.painted = True
        bench.gate.release("dialog")
        bench.wait()
    assert bench.text == pressed
    assert bench.asked == []
