"""A list from elsewhere names pairs by key or hash, in its own order, and says what it names that is not here."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hhtui.query.parser import parse
from hhtui.store import results
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.listing import Listing, listing
from tests.store.filled import new_database
from tests.transcripts import dialogue

SAME = (dialogue("Where?", "Twice here."), dialogue("Where?", "Twice there."))
PAIRS = [(dialogue("Where?", f"At {at} bank."), dialogue("Where?", f"At {at} wall.")) for at in range(40)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path / "a.db", [*PAIRS, SAME, SAME]) as made:
        yield made


def key(row: int) -> str:
    return f"made/test/{row}"


def digests(database: Database) -> list[str]:
    return [found for (found,) in database.reader().execute("SELECT lower(hex(hash)) FROM pair ORDER BY id")]


def listed(database: Database, content: str | bytes, tmp_path: Path) -> Listing:
    file = tmp_path / "list.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return listing(database.reader(), file)


def rows(found: Listing) -> list[int]:
    return [pair_id - 1 for pair_id in found.ids]


def test_keys_and_hashes_come_in_the_order_of_the_file_each_once(database: Database, tmp_path: Path) -> None:
    lines = [key(7), digests(database)[3].upper(), "", f"  {key(5)}\r", digests(database)[7], "nobody/knows/1", "what"]
    found = listed(database, "\ufeff" + "\n".join(lines), tmp_path)
    assert (rows(found), found.unknown, found.repeated, found.named) == ([7, 3, 5], ("nobody/knows/1", "what"), 1, 6)
    assert found.told() == ("list.txt: 2 of 6 are not in this database: nobody/knows/1, what; 1 repeated, shown once")


@pytest.mark.parametrize("some", [range(2), range(40)], ids=["few", "many"])
def test_few_names_and_many_are_found_alike(database: Database, tmp_path: Path, some: Sequence[int]) -> None:
    hashes = digests(database)
    wanted = list(reversed(some))
    for names in ([key(row) for row in wanted], [hashes[row] for row in wanted]):
        assert rows(listed(database, "\n".join(names), tmp_path)) == wanted
    table = "".join(f"{key(row)},{hashes[row]}\n" for row in wanted)
    assert rows(listed(database, f"key,hash\n{table}", tmp_path)) == wanted


def test_of_equal_pairs_the_key_beside_the_hash_decides(database: Database, tmp_path: Path) -> None:
    digest = digests(database)[41]
    assert digest == digests(database)[40]
    assert rows(listed(database, digest, tmp_path)) == [40]
    assert rows(listed(database, f"hash,key\n{digest},{key(41)}\n", tmp_path)) == [41]
    assert rows(listed(database, f"hash,key\n{digest},elsewhere/test/1\n", tmp_path)) == [40]


def test_a_key_whose_pair_has_another_text_here_is_unknown(database: Database, tmp_path: Path) -> None:
    found = listed(database, f"key,hash\n{key(1)},{'0' * 32}\n{key(2)},{digests(database)[2]}\n", tmp_path)
    assert (rows(found), found.unknown) == ([2], (key(1),))


def test_tables_and_json_are_read_by_their_columns(database: Database, tmp_path: Path) -> None:
    hashes = digests(database)
    long = "x" * 200_000
    table = f'Note,KEY\n"a, ""b""\n{long}",{key(4)}\n,"\'{key(2)}"\n'
    assert rows(listed(database, table, tmp_path)) == [4]
    assert rows(listed(database, f"text\thash\n1\t{hashes[6]}\n", tmp_path)) == [6]
    lines = [{"key": key(3)}, {"hash": hashes[2], "key": key(2)}, key(1), {"chosen": "", "hhtui": {"key": key(0)}}]
    assert rows(listed(database, "\n".join(map(json.dumps, lines)), tmp_path)) == [3, 2, 1, 0]
    assert rows(listed(database, json.dumps([key(9), hashes[8]]), tmp_path)) == [9, 8]
    assert rows(listed(database, json.dumps({"total": 1, "pairs": [{"key": key(5)}]}), tmp_path)) == [5]


def test_lines_may_end_as_on_any_machine_and_be_of_any_length(database: Database, tmp_path: Path) -> None:
    for end in ("\r", "\r\n", "\n"):
        assert rows(listed(database, end.join([key(3), key(1), ""]), tmp_path)) == [3, 1]
        assert rows(listed(database, end.join(["note,key", f"a,{key(3)}", f"b,{key(1)}"]), tmp_path)) == [3, 1]
    long = "x" * 200_000
    unknown = listed(database, long, tmp_path)
    assert unknown.unknown == (long,) and len(unknown.told()) < 200
    assert rows(listed(database, f"{long},key\n,{key(3)}\n", tmp_path)) == [3]


def test_json_may_stand_over_several_lines(database: Database, tmp_path: Path) -> None:
    pairs = [{"key": key(5)}, {"key": key(2)}]
    for value in ({"total": 2, "pairs": pairs}, pairs):
        assert rows(listed(database, json.dumps(value, indent=2), tmp_path)) == [5, 2]
    assert rows(listed(database, "\n".join(json.dumps(pair, indent=2) for pair in pairs), tmp_path)) == [5, 2]


def test_a_key_with_the_apostrophe_of_an_export_is_read_without_it(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        connection.execute("UPDATE source SET subset = '=1+1'")
    assert rows(listed(database, "key\n'=1+1/test/3\n=1+1/test/4\n", tmp_path)) == [3, 4]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names no pair"),
        (b"\n \n", "names no pair"),
        (b"key,hash\n", "names no pair"),
        (b"made/test/1\n\xff", "not UTF-8 text, from byte 12"),
        (b'{"key": "a"}\n{"key"', "line 2 is no JSON"),
        (b'{"key": "a"}\n{"row": 7}', "line 2 has neither a key nor a hash"),
        (b"[7]", "line 1 has neither"),
        (b'\n\n{\n"row": 7}', "line 3 has neither"),
        (b'[\n"a",\n}', "line 3 is no JSON"),
        (b"[" * 100_000, "line 1 cannot be read as JSON .it is nested too deeply"),
        (b"[" + b"1" * 5_000 + b"]", "line 1 cannot be read as JSON"),
        (b'note,key\na,made/test/1\n"b,made/test/2\nc,made/test/3\n', "row 2 below the heading is no CSV"),
        (b'note,key\n"b,made/test/2\n"c",made/test/3\n', "row 1 below the heading is no CSV"),
    ],
)
def test_what_is_no_list_is_refused_with_the_place(
    database: Database, tmp_path: Path, content: bytes, why: str
) -> None:
    with pytest.raises(StoreError, match=why):
        listed(database, content, tmp_path)


def test_a_name_that_no_database_can_hold_is_unknown(database: Database, tmp_path: Path) -> None:
    found = listed(database, f'["{key(1)}", "\\ud800/test/1", "\\u0000"]', tmp_path)
    assert (rows(found), len(found.unknown)) == ([1], 2)


def test_a_query_is_run_on_the_list_alone_and_keeps_its_order(database: Database) -> None:
    connection = database.reader()

    def found(query: str, among: Sequence[int]) -> list[int]:
        return [int(one) for one in results.search(connection, parse(query), among).ids]

    among = (30, 2, 17, 9)
    assert found("", among) == [30, 2, 17, 9]
    assert found("row:>5", among) == [30, 17, 9]
    assert found("row:>5 sort:row", among) == [9, 17, 30]
    assert found("/At 1. bank/ OR row:1", among) == [2, 17]
    assert found("-row:>5", among) == [2]
    assert found("", ()) == []
    assert results.search(connection, parse(""), among).total == len(PAIRS) + 2
