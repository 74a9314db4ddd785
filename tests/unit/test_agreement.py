"""Rank correlation, against SciPy's, and what is said where there is none."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui.score.detoxify.agreement import ColumnAgreement, compare, rank_correlation

SMALL = st.integers(min_value=-3, max_value=3)
PAIRED = st.lists(st.tuples(SMALL, SMALL), min_size=2, max_size=40)


@given(PAIRED)
def test_equal_numbers_share_their_rank_as_in_scipy(pairs: list[tuple[int, int]]) -> None:
    from scipy.stats import spearmanr

    one, other = (numpy.array(side, dtype=numpy.float32) for side in zip(*pairs, strict=True))
    found = rank_correlation(one, other)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(one, other)[0], abs=1e-12)


def test_a_column_of_one_number_has_no_order_and_counts_as_the_smallest() -> None:
    one = numpy.array([[0.1, 0.5], [0.2, 0.5], [0.3, 0.5]], dtype=numpy.float32)
    other = numpy.array([[0.3, 0.5], [0.2, 0.5], [0.1, 0.6]], dtype=numpy.float32)
    agreement = compare(["turned", "constant"], one, other)
    assert agreement.columns[0].rank_correlation == pytest.approx(-1.0)
    assert agreement.smallest.name == "constant"
    assert agreement.smallest.rank_correlation is None
    assert not agreement.smallest.reaches(-1.0)
    assert "constant unknown" in agreement.smallest.words
    assert agreement.to_json() == {
        "texts": 3,
        "rank_correlation": {"turned": pytest.approx(-1.0), "constant": None},
        "smallest_rank_correlation": None,
        "largest_difference": {"turned": pytest.approx(0.2), "constant": pytest.approx(0.1)},
    }


def test_a_figure_below_the_limit_is_never_rounded_up_to_it() -> None:
    column = ColumnAgreement("toxicity", 0.96999, 0.0)
    assert column.words == "toxicity 0.9699"
    assert not column.reaches(0.97)
    assert ColumnAgreement("toxicity", 0.97, 0.0).reaches(0.97)
