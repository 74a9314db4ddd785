"""The query language: text, tree, plan; each in a module of its own, loaded when a query is asked."""
