"""Which keys do which action: as configured, as the table of help and README shows them, and in the footer."""

from collections.abc import Mapping, Sequence

from hhtui.tui.actions import ACTIONS, BY_ID, GROUPS, Action
from hhtui.tui.key_names import key_name, shown_key

Keys = Mapping[str, tuple[str, ...]]
"""The keys of actions, by the action's id."""


def keys_in_use(configured: Mapping[str, tuple[str, ...]]) -> Keys:
    """Return the keys of every action by its id; a configured key is taken from the action that has it by default.

    Keys for blind reading and keys for other times do not take each other.
    """
    chosen = {name: tuple(map(key_name, keys)) for name, keys in configured.items()}
    taken = {(key, BY_ID[name].for_blind) for name, keys in chosen.items() for key in keys}
    return {
        action.id: chosen.get(action.id, tuple(key for key in action.keys if (key, action.for_blind) not in taken))
        for action in ACTIONS
    }


def by_key(keys: Keys, *, blind: bool) -> dict[str, Action]:
    """Return the action of every key, in ordinary reading or while a pair is read blind."""
    ordinary = {key: BY_ID[name] for name, names in keys.items() for key in names if not BY_ID[name].for_blind}
    own = {key: BY_ID[name] for name, names in keys.items() for key in names if BY_ID[name].for_blind}
    return {**ordinary, **own} if blind else ordinary


DEFAULT_KEYS = keys_in_use({})


def key_table(keys: Keys = DEFAULT_KEYS) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return every action, by group: (group, [(keys as written, id, meaning)])."""
    return [
        (
            title,
            [
                (" ".join(map(shown_key, keys[action.id])), action.id, action.explained)
                for action in ACTIONS
                if action.group == group
            ],
        )
        for group, title in GROUPS.items()
    ]


BLIND_FOOTER = (
    *("prefer_left", "prefer_right", "prefer_equal", "prefer_unsure"),
    *("done", "flag", "undo", "help", "quit"),
)
"""The actions that the footer reminds of while a pair is read blind."""
TRIAGE_FOOTER = (
    *("prefer_chosen", "prefer_rejected", "prefer_equal", "flag", "done"),
    *("read_on", "undo", "help", "quit"),
)
"""The actions that the footer reminds of in a triage."""
ORDINARY_FOOTER = tuple(action.id for action in sorted(ACTIONS, key=lambda action: action.footer) if action.footer)


def footer(width: int, keys: Keys = DEFAULT_KEYS, actions: Sequence[str] = ORDINARY_FOOTER) -> str:
    """Return the keys to remind of, the most important first, as many as fit into `width` cells."""
    shown = [BY_ID[name] for name in actions if keys[name]]
    return _fitting([f"{shown_key(keys[action.id][0])} {action.label}" for action in shown], width)


def editing_footer(width: int, keys: Keys = DEFAULT_KEYS) -> str:
    """Return the keys to remind of while a query is edited, as many as fit into `width` cells."""
    language = [f"{shown_key(key)} {BY_ID['language'].label}" for key in keys["language"][:1]]
    return _fitting(["Enter keeps", "Esc back", "Tab completes", "↑ earlier", *language], width)


def _fitting(parts: Sequence[str], width: int) -> str:
    text = ""
    for part in parts:
        longer = f"{text}  {part}" if text else part
        if len(longer) > width:
            break
        text = longer
    return text
