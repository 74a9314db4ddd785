"""Finds texts by words that are only like those that were typed: `~wrod`, `~"quoted words with tpyos"`.

A pair is found where every word of the question has a word that is like it in one of the columns that are looked at:
one that becomes it by as many single edits (a letter added, left out or changed, or two neighbours exchanged: optimal
string alignment) as `query.fuzzy.edits` allows. Words of one or two letters beside longer ones, and all but the 12
longest, need not be there. Whether a pair is found depends on nothing else, so that the condition may stand under NOT
and OR and beside any other. How alike the found ones are is another thing, see `likeness`.
"""
