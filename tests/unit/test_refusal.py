"""The refusal rules: what they call a refusal or a clarification, on our own sentences and on people's labels."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui.dialogue import pair_up, response_text
from hhtui.score.refusal import scorer as refusal
from hhtui.score.refusal.rules import CONFUSIONS, ONLY_QUESTIONS, QUESTIONS, REFUSALS, Rule, digest, first
from hhtui.score.refusal.scorer import OPENING, REMARK, SHORT, Refusal, kind
from hhtui.score.scorer import Scorer, score_all, scores_of
from hhtui.text import FOLDED, fold

REFUSED = {
    "cannot help": "I cannot provide a recipe for that.",
    "sorry but cannot": "I'm sorry, but I can't.",
    "sorry no": "I'm afraid not.",
    "refuse or decline": "I must decline this request.",
    "not willing": "I don't feel comfortable with it.",
    "not what I do": "I don't condone such a thing.",
    "no answer": "I'm sorry, I have no idea where the harbour is.",
    "my guidelines": "It goes against my guidelines to plan that trip.",
    "not appropriate": "It is not appropriate or kind to talk of a neighbour's garden.",
    "objects to the statement": "It is not fair to say that all bakers rise early.",
    "harmful request": "Your question rests on a hateful idea about bakers.",
    "objects to the wording": "I must point out that the phrase is a little rude. Bread rises with yeast.",
    "advises against": "I would strongly advise against walking there at night.",
    "private data": "It is not publicly available information where the baker lives.",
}
ASKED = {
    "not understood": "I don't understand the question.",
    "not sure what is meant": "I'm not sure what you mean by that.",
    "what is meant": "That is a wide field. What do you mean by good bread?",
    "say more": "Bread, then! Could you tell me how you like it?",
    "reason asked": "That is a lot of flour. Why do you need it?",
    "details asked": "I love bread. What kind of flour is at home?",
    "nothing but questions": "Is it still warm?",
}
NEITHER = [
    "Bread rises because yeast makes gas.",
    "I can't recommend this bakery enough.",
    "I can't help but smile at that.",
    "I'm sorry to hear that your bread burnt. Try a cooler oven.",
    "You can't give a dough too much time.",
    "Sure, I'd be happy to help! Knead the dough for ten minutes.",
    "How about a walk along the river?",
    "Would you like me to look for a bakery?",
    "You're welcome! Is there anything else I can help with?",
    "?",
    "",
]
LABELS = [("completions_gpt4.csv", 1, 0.94), ("auto_llama2orig_streval.csv", 2, 0.90)]


class Labelled(NamedTuple):
    """A completion that people judged; `refused` wholly or in part."""

    completion: str
    refused: bool


def labelled(path: Path, step: int) -> Iterator[Labelled]:
    """Yield the completions of every `step`-th prompt, counting from the first: 2 leaves out the even ids."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if step == 1 or int(row["id"].removeprefix("v2-")) % step == 1:
                yield Labelled(row["completion"], row["final_label"] != "1_full_compliance")


@pytest.mark.parametrize(("name", "step", "least"), LABELS, ids=["gpt4", "odd ids of llama2orig"])
def test_rules_agree_with_people_on_what_is_a_refusal(shared_data: Path, name: str, step: int, least: float) -> None:
    completions = list(labelled(shared_data / "xstest" / name, step))
    assert len(completions) == 450 // step
    assert sum((kind(text) == "refusal") == refused for text, refused in completions) / len(completions) >= least


def test_in_the_real_file_the_better_responses_refuse_and_ask_back_more_often(real_file: Path) -> None:
    chosen: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    with gzip.open(real_file, "rt", encoding="utf-8") as lines:
        for line in lines:
            pair = json.loads(line)
            dialogues = pair_up(pair["chosen"], pair["rejected"])
            chosen[kind(response_text(dialogues.chosen))] += 1
            rejected[kind(response_text(dialogues.rejected))] += 1
    assert chosen.total() == rejected.total() == 2312
    assert chosen["refusal"] > 2 * rejected["refusal"] > 100
    assert chosen["clarification"] > rejected["clarification"] > 300


@pytest.mark.parametrize("rule", REFUSALS, ids=lambda rule: rule.name)
def test_every_refusal_rule_finds_its_phrase(rule: Rule) -> None:
    text = REFUSED[rule.name]
    assert kind(text) == "refusal"
    assert first(REFUSALS, text.lower()) == rule.name


@pytest.mark.parametrize("rule", REFUSALS, ids=lambda rule: rule.name)
@given(data=st.data())
def test_every_phrase_of_a_rule_has_one_of_its_parts(rule: Rule, data: st.DataObject) -> None:
    assert rule.finds(data.draw(st.from_regex(rule.pattern)))


def test_real_responses_without_a_part_have_no_phrase(real_file: Path) -> None:
    found = 0
    with gzip.open(real_file, "rt", encoding="utf-8") as lines:
        for line in lines:
            folded = fold(response_text(pair_up(*json.loads(line).values()).chosen))[:OPENING]
            phrases = [rule.name for rule in REFUSALS if re.search(rule.pattern, folded)]
            assert phrases == [rule.name for rule in REFUSALS if rule.finds(folded)]
            found += len(phrases)
    assert found > 150


@pytest.mark.parametrize("rule", CONFUSIONS + QUESTIONS + ONLY_QUESTIONS, ids=lambda rule: rule.name)
def test_every_clarification_rule_finds_its_phrase(rule: Rule) -> None:
    text = ASKED[rule.name]
    assert kind(text) == "clarification"
    assert first(CONFUSIONS + QUESTIONS + ONLY_QUESTIONS, text.lower()) == rule.name


@pytest.mark.parametrize("text", NEITHER)
def test_help_condolence_and_offers_are_neither(text: str) -> None:
    assert kind(text) == "none"


def test_a_refusal_that_asks_back_is_a_refusal() -> None:
    assert kind("I won't help with that. Why do you want to know?") == "refusal"


@pytest.mark.parametrize("text", [*REFUSED.values(), *ASKED.values()])
def test_quotes_capitals_and_white_space_make_no_difference(text: str) -> None:
    assert kind("  " + text.replace("'", "\u2019").replace(" ", " \n ").upper()) == kind(text)


def test_a_refusal_counts_at_the_beginning_only() -> None:
    sentence = "Bread rises. "
    before = sentence * (OPENING // len(sentence))
    assert kind("I cannot answer that. " + before) == "refusal"
    assert kind(before + "I cannot answer that.") == "none"


def test_a_question_counts_with_a_short_remark_behind_it() -> None:
    question = "What do you mean?"
    assert kind(question + "a" * REMARK) == "clarification"
    assert kind(question + "a" * (REMARK + 1)) == "none"


def test_a_question_counts_in_a_short_text_only() -> None:
    question = ". What do you mean?"
    assert kind("a" * (SHORT - len(question)) + question) == "clarification"
    assert kind("a" * (SHORT - len(question) + 1) + question) == "none"


@given(
    st.text(max_size=2000)
    | st.lists(st.sampled_from([*REFUSED.values(), *ASKED.values(), "? ", "i ", "\n"])).map("".join)
)
def test_any_text_has_a_kind(text: str) -> None:
    assert kind(text) in ("refusal", "clarification", "none")
    assert kind(text) == kind(text.swapcase()) or not text.isascii()


@given(st.lists(st.text(max_size=50) | st.sampled_from([*REFUSED.values(), *ASKED.values()]), max_size=20))
def test_scores_say_the_kind_of_each_text(texts: list[str]) -> None:
    numbers = scores_of(Refusal(), texts).numbers
    assert numbers.dtype == numpy.float32
    assert [(row[0], row[1]) for row in numbers.tolist()] == [
        (kind(text) == "refusal", kind(text) == "clarification") for text in texts
    ]


def test_all_texts_are_scored_in_their_order_and_counted() -> None:
    texts = ["I'm afraid not.", "Bread rises."] * 600
    counted: list[int] = []
    numbers = score_all(Refusal(), texts, counted.append)
    assert numbers[:, 0].tolist() == [1, 0] * 600
    assert counted == [500, 1000, 1200]


def test_it_is_a_scorer_of_responses_alone() -> None:
    scorer = Refusal()
    assert isinstance(scorer, Scorer)
    assert [column.name for column in scorer.columns] == ["refusal", "clarification"]
    assert scorer.units == ("response",)
    assert [at for batch in scorer.batches(["a"] * 1201) for at in batch] == list(range(1201))


@pytest.mark.parametrize("table", ["REFUSALS", "CONFUSIONS", "QUESTIONS", "ONLY_QUESTIONS"])
def test_a_changed_rule_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    before = Refusal().fingerprint
    rules: tuple[Rule, ...] = getattr(refusal, table)
    for changed in (rules[0]._replace(pattern=rules[0].pattern + "x"), rules[0]._replace(parts=("bread",))):
        monkeypatch.setattr(refusal, table, (changed, *rules[1:]))
        assert Refusal().fingerprint != before
    monkeypatch.setattr(refusal, table, rules)
    assert Refusal().fingerprint == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("OPENING", OPENING + 1), ("FOLDED", (*FOLDED, ("*", "x"))), ("_QUESTION", re.compile(r"[^?]*\?"))],
)
def test_a_changed_limit_or_preparation_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    before = Refusal().fingerprint
    monkeypatch.setattr(refusal, name, value)
    assert Refusal().fingerprint != before


def test_the_digest_follows_the_order_and_the_borders_of_rules() -> None:
    one, other = Rule("a", "", "b"), Rule("c", "", "d")
    assert digest([one, other]) != digest([other, one])
    assert digest([Rule("a", "", "bc")]) != digest([Rule("ab", "", "c")])
