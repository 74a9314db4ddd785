"""What people labelled: a file's rows become items, each positive or negative."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from hhtui.audit.errors import AuditError
from hhtui.audit.rows import Row, fields, read
from hhtui.text import clean_line

By = Literal["hash", "key", "text"]

FIELDS: Mapping[str, By] = {"hash": "hash", "key": "key", "text": "text", "response": "text", "prompt": "text"}
"""The fields that name an item without being asked for, in this order: a hash is the same in every database."""

LABEL = "label"

VALUES: Mapping[str, bool | None] = {
    **dict.fromkeys(("1", "1.0", "true", "yes"), True),
    **dict.fromkeys(("0", "0.0", "false", "no"), False),
    "": None,
}
"""What a label may say, whatever its case; None is unknown."""

SHOWN = 60


class Item(NamedTuple):
    """Something labelled: the line where it first stands, its key, its hash in lower case or its stripped text."""

    line: int
    name: str
    positive: bool


class Labels(NamedTuple):
    """The labelled items of a file, each once, and what became of the other rows.

    `field` names the items by their key, hash or text; an item is positive where any of the fields `names` says so.
    Left out are `unknown` rows where none of them says anything, and `nameless` rows without an item. `repeated` rows
    say again what one before said. `conflicting` are the lines where an item is contradicted, which is left out.
    `partial` counts the negatives of which some label is unknown.
    """

    path: Path
    by: By
    field: str
    names: tuple[str, ...]
    rows: int
    items: tuple[Item, ...]
    unknown: int
    nameless: int
    repeated: int
    partial: int
    conflicting: tuple[int, ...]


def read_labels(
    path: Path, *, by: By | None = None, field: str | None = None, names: Sequence[str] = (), command: str = ""
) -> Labels:
    """Return the labelled items of the file at `path`.

    Without `field` that is the first of `FIELDS` that the file has, of the kind `by` where that is given; without
    `names` the labels are in the field `label`. `command` begins the one that an error shows. Raises AuditError where
    the file cannot be read, lacks a field, or a label is neither yes, no nor unknown.
    """
    rows = read(path)
    there = fields(rows)
    field, by = _item_field(path, there, by, field)
    names = _label_fields(path, rows, there, field, tuple(dict.fromkeys(names)), command)
    found: dict[str, Item] = {}
    partial: set[str] = set()
    conflicting: dict[str, int] = {}
    unknown = nameless = repeated = 0
    for row in rows:
        name = _name(path, row, field, by)
        said = [_said(path, row, label) for label in names]
        positive = True if True in said else False if False in said else None
        if not name:
            nameless += 1
        elif positive is None:
            unknown += 1
        elif name not in found:
            found[name] = Item(row.line, name, positive)
            if not positive and None in said:
                partial.add(name)
        elif found[name].positive == positive:
            repeated += 1
        else:
            conflicting.setdefault(name, row.line)
    items = tuple(item for item in found.values() if item.name not in conflicting)
    return Labels(
        *(path, by, field, names, len(rows), items, unknown, nameless, repeated),
        partial=len(partial - conflicting.keys()),
        conflicting=tuple(conflicting.values()),
    )


def shown(value: object) -> str:
    """Return a value of a file as a message shows it: on one line, cut, without what a terminal would obey."""
    text = clean_line(str(value)[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _item_field(path: Path, there: Sequence[str], by: By | None, field: str | None) -> tuple[str, By]:
    if field is not None:
        if field not in there:
            raise AuditError(f"{path} has no field {shown(field)!r}; it has {_listed(there)}")
        return field, by or FIELDS.get(field, "text")
    known = [name for name, kind in FIELDS.items() if name in there and by in (None, kind)]
    if not known:
        wanted = by or ", ".join(get_args(By))
        raise AuditError(f"{path} has no field {wanted}; it has {_listed(there)}; name the one to use: --field NAME")
    if "text" not in there and {"response", "prompt"} <= set(known) and FIELDS[known[0]] == "text":
        raise AuditError(f"{path} has a response and a prompt; say which was labelled: --field response")
    return known[0], FIELDS[known[0]]


def _label_fields(
    path: Path, rows: Sequence[Row], there: Sequence[str], field: str, names: tuple[str, ...], command: str
) -> tuple[str, ...]:
    wanted = names or (LABEL,)
    for name in wanted:
        if name not in there:
            likely = [one for one in there if one != field and _is_label(rows, one)]
            options = " ".join(f"--label {shown(one)}" for one in likely or ["NAME"])
            raise AuditError(
                f"{path} has no field {shown(name)!r}; it has {_listed(there)}; "
                f"name what says yes or no: {command or 'hhtui eval DB --labels FILE --column C'} {options}"
            )
    return wanted


def _is_label(rows: Iterable[Row], name: str) -> bool:
    return all(normal(row.values.get(name)) in VALUES for row in rows)


def _said(path: Path, row: Row, name: str) -> bool | None:
    value = row.values.get(name)
    said = normal(value)
    if said not in VALUES:
        raise AuditError(
            f"{path}, line {row.line}: {shown(name)} is {shown(value)!r}; a label is 1 or 0, true or false, yes or no, "
            "or empty where unknown"
        )
    return VALUES[said]


def normal(value: Any) -> str:
    """Return a value of a file as `VALUES` knows it: "" where there is none, in lower case, without space around."""
    return "" if value is None else str(value).strip().lower() if isinstance(value, str | int | float) else repr(value)


def _name(path: Path, row: Row, field: str, by: By) -> str:
    value = row.values.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise AuditError(f"{path}, line {row.line}: {shown(field)} is {shown(value)}, not a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise AuditError(f"{path}, line {row.line}: a lone surrogate, which no UTF-8 text can hold") from None
    return value.strip().lower() if by == "hash" else value.strip()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(shown, names))
