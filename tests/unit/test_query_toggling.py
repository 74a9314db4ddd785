"""A term that is toggled goes into a query and out of it again."""

import pytest
from hypothesis import assume, given

from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.toggling import holds, item, toggle
from hhtui.query.tree import Query
from tests.query_trees import queries


@pytest.mark.parametrize(
    ("query", "term", "toggled"),
    [
        ("", "flag:yes", "flag:yes"),
        ("flag:yes", "flag:yes", ""),
        ("bank sort:gap-", "is:empty.chosen", "bank is:empty.chosen sort:gap-"),
        ("bank is:empty.chosen sort:gap-", "is:empty.chosen", "bank sort:gap-"),
        ("sort:gap-", "flag:yes", "flag:yes sort:gap-"),
        ("flag:yes sort:gap-", "flag:yes", "sort:gap-"),
        ("bank OR river", "flag:yes", "(bank OR river) flag:yes"),
        ("(bank OR river) flag:yes", "flag:yes", "bank OR river"),
        ("flag:yes OR bank", "flag:yes", "(flag:yes OR bank) flag:yes"),
        ("bank AND river", "river", "bank"),
        ("harm:.40..0.6 bank", "harm:0.4..0.6", "bank"),
        ("bank", "length:>=2 length:<3", "bank length:>=2 length:<3"),
        ("length:<3 bank length:>=2", "length:>=2 length:<3", "bank"),
        ("length:<3 bank", "length:>=2 length:<3", "length:<3 bank length:>=2"),
        ("bank -is:empty", "is:empty", "bank is:empty"),
        ("bank is:empty", "-is:empty", "bank -is:empty"),
        ("bank -is:empty", "-is:empty", "bank"),
        ("is:role-leak", "is:role_leak", ""),
        ('subset:"helpful-base"', "subset:helpful-base", ""),
        ("chosen:bank Bank", "bank", "chosen:bank"),
        ("chosen:bank", "bank", "chosen:bank bank"),
        ("by:ann preference:chosen", "by:bob", "preference:chosen by:bob"),
        ("by:ann -flag:yes sort:gap-", "by:bob", "-flag:yes by:bob sort:gap-"),
        ("by:ann bank", "by:bob", "by:ann bank by:bob"),
        ("by:ann flag:yes", "by:none", "by:ann flag:yes by:none"),
    ],
)
def test_a_term_goes_in_or_out_and_the_order_stays(query: str, term: str, toggled: str) -> None:
    assert toggle(query, term) == toggled
    assert holds(toggled, term) != holds(query, term)


@given(queries)
def test_in_and_out_again_is_the_query_it_was(query: Query) -> None:
    before = str(query)
    assume(not holds(before, "split:absent") and not holds(before, "-split:absent"))
    inside = toggle(before, "split:absent")
    assert holds(inside, "split:absent") and parse(inside).sort == parse(before).sort
    assert toggle(inside, "split:absent") == before


def test_what_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QueryError):
        toggle("(bank", "flag:yes")


@pytest.mark.parametrize("name", ["helpful-base", "two words", "a,b", "x*", "none", "*", "(a)", "a:b", "großartig"])
def test_a_name_is_written_so_that_it_is_read_as_that_name(name: str) -> None:
    written = item(name)
    assert written is not None
    field = parse(f"subset:{written}").expression
    again = parse(f"by:{written}").expression
    for found in (field, again):
        assert [one.text for one in found.value.items] == [name]  # type: ignore[union-attr]
        assert not found.value.items[0].text.endswith("*") or found.value.items[0].quoted  # type: ignore[union-attr]


def test_a_name_with_a_quote_cannot_be_written() -> None:
    assert item('a"b') is None and item(" ") is None
