"""The one registry of actions: bindings, footer, help, palette and the README's key table are made from it."""

from typing import Literal, NamedTuple

Group = Literal["move", "decide", "see", "find", "out"]
GROUPS: dict[Group, str] = {
    "move": "Move",
    "decide": "Decide",
    "see": "See",
    "find": "Find",
    "out": "Out",
}


class Action(NamedTuple):
    """Something that a key does.

    `id` names it in the configuration, `keys` are Textual's key names, `label` is for the footer and `meaning` for
    help. A `decides` action waits until the pair it is about has been painted; what is typed after one that `opens`
    goes into a text or a dialog. One that `reveals` which response is which or what brought the pair, or is about
    several at once, is refused while the pair is read blind; one that `leaves` shows other pairs, and is refused in a
    triage. The keys of one that is `for_blind` are its own only while the pair is read blind.
    """

    id: str
    group: Group
    keys: tuple[str, ...]
    label: str
    meaning: str
    decides: bool = False
    opens: bool = False
    footer: int = 0
    reveals: bool = False
    leaves: bool = False
    for_blind: bool = False

    @property
    def explained(self) -> str:
        """The meaning, and when the action is refused."""
        refused = " or ".join(["while reading blind"] * self.reveals + ["in a triage"] * self.leaves)
        return f"{self.meaning} (not {refused})" if refused else self.meaning


ACTIONS: tuple[Action, ...] = (
    Action("next_pair", "move", ("j", "down"), "next", "next pair", footer=1),
    Action("previous_pair", "move", ("k", "up"), "previous", "previous pair"),
    Action("next_undecided", "move", ("J",), "next undecided", "next pair that you have not decided"),
    Action("previous_undecided", "move", ("K",), "previous undecided", "previous pair that you have not decided"),
    Action("first_pair", "move", ("g", "home"), "first", "first pair of the result"),
    Action("last_pair", "move", ("G", "end"), "last", "last pair of the result"),
    Action(
        "read_on", "move", ("space",), "read on", "scroll both responses down; in a triage, at their end, skip the pair"
    ),
    Action("page_down", "move", ("pagedown",), "scroll", "scroll both responses down by a page"),
    Action("page_up", "move", ("pageup",), "scroll up", "scroll both responses up by a page"),
    Action("half_page_down", "move", ("ctrl+d",), "half page", "scroll both responses down by half a page"),
    Action("half_page_up", "move", ("ctrl+u",), "half page up", "scroll both responses up by half a page"),
    Action(
        "next_difference",
        "move",
        ("right_curly_bracket", "right_parenthesis"),
        "difference",
        "next difference",
        reveals=True,
    ),
    Action(
        "previous_difference",
        "move",
        ("left_curly_bracket", "left_parenthesis"),
        "previous difference",
        "previous difference",
        reveals=True,
    ),
    Action(
        "next_hit",
        "move",
        ("n",),
        "hit",
        "next hit of the query, on to the next pair that has one; in a triage, of the pair",
        reveals=True,
    ),
    Action(
        "previous_hit",
        "move",
        ("N",),
        "previous hit",
        "previous hit of the query, back to the pair before that has one; in a triage, of the pair",
        reveals=True,
    ),
    Action("focus_chosen", "move", ("h", "left"), "chosen", "focus the response at the left"),
    Action("focus_rejected", "move", ("l", "right"), "rejected", "focus the response at the right"),
    Action("focus_other", "move", ("tab",), "other side", "focus the other response"),
    Action("flag", "decide", ("f",), "flag", "flag the pair, or take the flag off", decides=True, footer=2),
    Action(
        "prefer_chosen", "decide", ("a",), "chosen", "chosen is better; next pair", decides=True, footer=3, reveals=True
    ),
    Action(
        "prefer_rejected",
        "decide",
        ("s",),
        "rejected",
        "rejected is better; next pair",
        decides=True,
        footer=4,
        reveals=True,
    ),
    Action(
        "prefer_equal", "decide", ("e",), "equal", "both are equally good or bad; next pair", decides=True, footer=5
    ),
    Action("prefer_unsure", "decide", ("z",), "can't tell", "can't tell which is better; next pair", decides=True),
    Action(
        "prefer_left",
        "decide",
        ("1",),
        "A",
        "while reading blind: A is better; next pair",
        decides=True,
        for_blind=True,
    ),
    Action(
        "prefer_right",
        "decide",
        ("2",),
        "B",
        "while reading blind: B is better; next pair",
        decides=True,
        for_blind=True,
    ),
    Action(
        "label",
        "decide",
        ("L",),
        "labels",
        "give the focused response labels, from a list that filters while typing",
        decides=True,
        opens=True,
    ),
    Action(
        "both_harmful", "decide", ("b",), "both harmful", "label both responses harmful, or take it off", decides=True
    ),
    *(
        Action(
            f"slot_{digit}",
            "decide",
            (digit,),
            f"label {digit}",
            f"your label on {digit}, on or off on the focused response; an empty digit opens the list",
            decides=True,
        )
        for digit in "1234567890"
    ),
    Action("drop", "decide", ("x",), "drop", "mark that the pair should leave the data, or take it off", decides=True),
    Action("note", "decide", ("i",), "note", "write a note about the pair", decides=True, opens=True),
    Action("done", "decide", ("enter",), "done", "in a triage: read, and nothing more to say; next pair", decides=True),
    Action("repeat", "decide", ("full_stop",), "repeat", "repeat the last decision on this pair", decides=True),
    Action("undo", "decide", ("u",), "undo", "undo your last step, also of earlier sessions", decides=True, footer=6),
    Action("redo", "decide", ("ctrl+r",), "redo", "redo what was undone", decides=True),
    Action(
        "select",
        "decide",
        ("v",),
        "select",
        "select a range; twice: the whole result; the next decision is for all",
        reveals=True,
    ),
    Action("cancel", "decide", ("escape",), "cancel", "give the selection up, or come back from similar pairs"),
    Action("difference", "see", ("d",), "diff", "word differences: shown when alike, always, never", reveals=True),
    Action("whole_prompt", "see", ("p",), "prompt", "the whole prompt, or its end"),
    Action("maximise", "see", ("o",), "maximise", "one response over the whole width, or both"),
    Action(
        "scores", "see", ("t",), "scores", "all scores of the pair, and the words behind them", opens=True, reveals=True
    ),
    Action("reveal", "see", ("r",), "reveal", "reveal what the shield masks of this pair, or hide it again"),
    Action("shield", "see", ("R",), "shield", "shield: mask nothing, turns that score high in toxicity, or every turn"),
    Action("blank", "see", ("B",), "blank", "blank the screen and stop the clock; any key returns", opens=True),
    Action("pace", "see", ("c",), "pace", "in a triage: show how fast you read, or hide it again"),
    Action("layout", "see", ("V",), "list", "show or hide the list of pairs"),
    Action(
        "query",
        "find",
        ("slash",),
        "search",
        "edit the query: Enter keeps it, Esc restores the one before",
        opens=True,
        footer=7,
        reveals=True,
        leaves=True,
    ),
    Action(
        "facets",
        "find",
        ("F",),
        "facets",
        "count the result by subset, structure, decisions, scores and words; a row narrows the query to it",
        opens=True,
        reveals=True,
        leaves=True,
    ),
    Action(
        "language", "find", ("ctrl+g",), "language", "all that a query can say; in an empty query ? too", opens=True
    ),
    Action(
        "order",
        "find",
        ("O",),
        "queues, orders",
        "read a queue, or choose the order of the result",
        opens=True,
        reveals=True,
        leaves=True,
    ),
    Action(
        "thresholds",
        "find",
        ("H",),
        "thresholds",
        "count the pairs above a score, and show them",
        opens=True,
        reveals=True,
        leaves=True,
    ),
    Action(
        "views",
        "find",
        ("S",),
        "saved views",
        "open a saved view, or save this one under a name",
        opens=True,
        reveals=True,
        leaves=True,
    ),
    Action("everything", "find", ("A",), "all pairs", "all pairs: no query, and no list", reveals=True, leaves=True),
    Action(
        "similar",
        "find",
        ("asterisk",),
        "similar",
        "pairs that are similar to this one, and why: Enter goes there, Tab opens the group",
        opens=True,
        reveals=True,
        leaves=True,
    ),
    Action("flagged", "find", ("T",), "flagged", "only flagged pairs, or the query before", reveals=True, leaves=True),
    Action("reload", "find", ("ctrl+l",), "reload", "run the query again", leaves=True),
    Action(
        "palette", "find", ("colon", "ctrl+p"), "go to", "all actions; a number or a key goes to that pair", opens=True
    ),
    Action("export", "out", ("w",), "export", "write the flagged pairs or this view to a file", opens=True),
    Action("copy_key", "out", ("y",), "copy key", "copy the pair's key"),
    Action("copy_pair", "out", ("Y",), "copy pair", "copy the pair as JSON", reveals=True),
    Action("copy_command", "out", ("C",), "copy command", "copy the command that opens this view", reveals=True),
    Action("help", "out", ("question_mark",), "help", "keys and the query language", opens=True, footer=8),
    Action("quit", "out", ("q",), "quit", "quit; everything decided is saved already", footer=9),
    Action("suspend", "out", ("ctrl+z",), "suspend", "back to the shell; fg returns"),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}
