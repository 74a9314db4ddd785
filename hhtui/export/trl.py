"""Pairs in the forms that TRL's trainers read.

They are those of TRL's documentation, "Dataset formats and types": preference with the prompt implicit, explicit, and
explicit in conversational form, and unpaired preference. The prompt is what both dialogues share in whole turns, so
that no text of a reply is ever in it.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hhtui.dialogue import rebuild
from hhtui.model import ASSISTANT, HUMAN, Bit, Dialogues, Pair, Turn

Row = dict[str, Any]

ROLES = {HUMAN: "user", ASSISTANT: "assistant"}


def implicit(pair: Dialogues) -> Iterator[Row]:
    """Yield the two whole transcripts, as hh-rlhf writes them."""
    prompt = rebuild(pair.prompt)
    yield {"chosen": prompt + rebuild(pair.chosen), "rejected": prompt + rebuild(pair.rejected)}


def explicit(pair: Dialogues) -> Iterator[Row]:
    """Yield prompt and replies, role markers included: prompt + chosen is the chosen transcript."""
    yield {"prompt": rebuild(pair.prompt), "chosen": rebuild(pair.chosen), "rejected": rebuild(pair.rejected)}


def conversational(pair: Dialogues) -> Iterator[Row]:
    """Yield prompt and replies as messages, whose content is a turn's text, stripped."""
    yield {
        "prompt": _messages(pair.prompt, "user"),
        "chosen": _messages(pair.chosen, "assistant"),
        "rejected": _messages(pair.rejected, "assistant"),
    }


def unpaired(pair: Dialogues) -> Iterator[Row]:
    """Yield the chosen reply as a good completion of the prompt, then the rejected one as a bad one."""
    prompt = rebuild(pair.prompt)
    yield {"prompt": prompt, "completion": rebuild(pair.chosen), "label": True}
    yield {"prompt": prompt, "completion": rebuild(pair.rejected), "label": False}


MESSAGES = [{"role": "string", "content": "string"}]
FORMS: Mapping[str, Callable[[Dialogues], Iterator[Row]]] = {
    "trl-implicit": implicit,
    "trl-explicit": explicit,
    "trl-conversational": conversational,
    "trl-unpaired": unpaired,
}
FEATURES: Mapping[str, Mapping[str, Any]] = {
    "trl-implicit": {"chosen": "string", "rejected": "string"},
    "trl-explicit": {"prompt": "string", "chosen": "string", "rejected": "string"},
    "trl-conversational": {"prompt": MESSAGES, "chosen": MESSAGES, "rejected": MESSAGES},
    "trl-unpaired": {"prompt": "string", "completion": "string", "label": "bool"},
}
"""The columns of each form, with their types in the words of Arrow; a list has the fields of its objects."""


class Rows:
    """The rows of pairs in a form; iterating again reads the pairs again.

    `left_out` counts, once all rows were read, the pairs that have no place in the form, by reason: the source calls
    them a `tie`, or has one dialogue of them (`single_sided`), so there is no preference; or both dialogues share no
    turn (`no_prompt`), which only the implicit form allows.
    """

    def __init__(self, form: str, pairs: Callable[[], Iterable[Pair]], swapped: Container[int] = ()) -> None:
        """Take the pairs that `pairs` gives, with chosen and rejected exchanged where the id is in `swapped`."""
        self.left_out: Counter[str] = Counter()
        self._form = form
        self._pairs = pairs
        self._swapped = swapped

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in the order of the pairs."""
        self.left_out.clear()
        make = FORMS[self._form]
        for pair in self._pairs():
            reason = self._reason(pair)
            if reason:
                self.left_out[reason] += 1
            else:
                prompt, chosen, rejected = pair.dialogues
                yield from make(Dialogues(prompt, rejected, chosen) if pair.id in self._swapped else pair.dialogues)

    def _reason(self, pair: Pair) -> str:
        if pair.bits & Bit.TIE:
            return "tie"
        if pair.bits & Bit.SINGLE_SIDED:
            return "single_sided"
        return "no_prompt" if self._form != "trl-implicit" and not pair.dialogues.prompt else ""


def _messages(turns: Sequence[Turn], unnamed: str) -> list[Row]:
    """Return turns as messages; text before the first marker is a system message, alone it is one of `unnamed`."""
    return [
        {
            "role": ROLES.get(turn.role) or (unnamed if len(turns) == 1 else "system"),
            "content": turn.text.strip(),
        }
        for turn in turns
    ]
