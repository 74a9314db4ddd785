"""Scoring past one machine: texts go out as shards, a pool of Ray's actors scores them, and they are merged."""
