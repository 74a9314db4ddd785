"""A disposable copy of the texts and their words beside the database, for searching them fast; see `making`."""

from hhtui.store.text_copy.counting import FEW_PAIRS, Words, damaged, is_current, words
from hhtui.store.text_copy.making import make
from hhtui.store.text_copy.reading import TextCopy, opened

__all__ = ["FEW_PAIRS", "TextCopy", "Words", "damaged", "is_current", "make", "opened", "words"]
