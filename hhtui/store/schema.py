"""The tables of a database, as one plain DDL for a new file."""

APPLICATION_ID = 0x68687475
SCHEMA_VERSION = 4
PAGE_SIZE = 16384

TEXT_INDEX = """
CREATE VIRTUAL TABLE pair_fts USING fts5(
    prompt, chosen, rejected, content='', tokenize='unicode61 remove_diacritics 2'
);
"""

PAIR_TABLES = """
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL,             -- the path, "-" for standard input, or the hub name
    configuration TEXT,            -- the hub's configuration
    data_dir TEXT,                 -- the hub's data_dir
    split TEXT NOT NULL,
    subset TEXT NOT NULL,
    revision TEXT,                 -- the hub's commit, or the name given with --as-revision
    format TEXT NOT NULL,          -- the preference schema that was recognised
    sha256 TEXT NOT NULL,          -- of the file as stored, hexadecimal
    columns TEXT NOT NULL,         -- JSON array, in the order of the first record
    json_style TEXT,               -- JSON object: how the source wrote its JSON; NULL for other containers
    loaded_at TEXT NOT NULL,       -- UTC
    rows_read INTEGER NOT NULL DEFAULT 0,
    rows_refused INTEGER NOT NULL DEFAULT 0,
    lines_done INTEGER NOT NULL DEFAULT 0,
    complete INTEGER NOT NULL DEFAULT 0,
    superseded_by INTEGER REFERENCES source(id)
) STRICT;

CREATE TABLE refused_row (
    source_id INTEGER NOT NULL REFERENCES source(id),
    line INTEGER NOT NULL,         -- physical, from 1
    row INTEGER NOT NULL,          -- record number, from 0
    reason TEXT NOT NULL,
    raw TEXT NOT NULL,             -- the first 2,000 characters
    PRIMARY KEY (source_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE pair (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source(id),
    row INTEGER NOT NULL,          -- record number in the source, from 0; its key is subset/split/row
    hash BLOB NOT NULL,            -- 16 bytes of SHA-256 over chosen, a zero byte, rejected
    turns_prompt INTEGER NOT NULL,
    turns_chosen INTEGER NOT NULL, -- of the response alone
    turns_rejected INTEGER NOT NULL,
    length_prompt INTEGER NOT NULL,   -- code points, stripped, without role markers
    length_chosen INTEGER NOT NULL,   -- code points of the response's last turn, stripped
    length_rejected INTEGER NOT NULL,
    divergence INTEGER NOT NULL,   -- code points that the two transcripts share at their start
    bits INTEGER NOT NULL,         -- structure bits, see hhtui schema
    family INTEGER,                -- smallest pair id of its family of continued dialogues, NULL if alone
    opening INTEGER                -- smallest pair id with the same first human turn, NULL if alone
) STRICT;
CREATE UNIQUE INDEX pair_source_row ON pair(source_id, row);

CREATE TABLE body (
    id INTEGER PRIMARY KEY,        -- pair.id
    prompt TEXT NOT NULL,          -- prompt || chosen is the chosen transcript, prompt || rejected the other
    chosen TEXT NOT NULL,
    rejected TEXT NOT NULL,
    raw_line BLOB,                 -- the line, where writing it anew in json_style would not give its bytes
    extra TEXT                     -- JSON object: the source's other columns
) STRICT;

CREATE TABLE scorer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    columns TEXT NOT NULL,         -- JSON array of {name, low, high, meaning, fails, of_pair}
    units TEXT NOT NULL,           -- JSON array: which texts it reads: response, prompt, turn, pair
    parameters TEXT NOT NULL,      -- JSON object: what the fingerprint is made of
    findings TEXT NOT NULL DEFAULT '{}', -- JSON object: what was measured of it, held-out accuracy for example
    taken_over INTEGER NOT NULL DEFAULT 0 -- of scorers of one name the greatest is shown, the latest of equals
) STRICT;

CREATE TABLE score (
    text_hash BLOB NOT NULL,       -- 16 bytes of SHA-256 over the text that was scored
    scorer_id INTEGER NOT NULL REFERENCES scorer(id),
    numbers TEXT NOT NULL,         -- JSON array, in the order of scorer.columns
    windows INTEGER NOT NULL DEFAULT 1,  -- in how many overlapping parts the text was read; the maximum is kept
    PRIMARY KEY (text_hash, scorer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pair_text (
    pair_id INTEGER PRIMARY KEY,   -- pair.id
    prompt BLOB,                   -- score.text_hash of each side, NULL where the text is empty
    chosen BLOB,
    rejected BLOB
) STRICT;

CREATE TABLE packed_column (
    name TEXT PRIMARY KEY,         -- as in a query: alt_profanity.toxicity.chosen, length.rejected, row, bits, ...
    scorer_id INTEGER REFERENCES scorer(id),
    dtype TEXT NOT NULL,           -- the numpy type of one value: '<f4'; 'zlib <i2': the bytes are deflated
    pairs INTEGER NOT NULL,        -- values[i] belongs to pair.id = i + 1; later pairs are read from the tables
    percentiles TEXT,              -- JSON array of 101 values, for scorer columns
    "values" BLOB NOT NULL,
    packed_at TEXT NOT NULL
) STRICT;

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    annotator TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,       -- local order
    uuid TEXT NOT NULL UNIQUE,     -- the identity
    step TEXT NOT NULL,            -- shared by all events of one user action
    annotator TEXT NOT NULL,
    session TEXT NOT NULL,
    kind TEXT NOT NULL,            -- flag, drop, preference, label, note, skip, retract
    pair_hash BLOB,                -- NULL in a retract
    pair_key TEXT,
    side TEXT NOT NULL DEFAULT '',
    label TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL DEFAULT '',
    target TEXT,                   -- the step that a retract cancels
    made_at TEXT NOT NULL,         -- UTC, microseconds
    shown_ms INTEGER,              -- milliseconds since the pair was painted
    context TEXT NOT NULL          -- JSON object: interface, lane, blind, sides, bulk, ... see hhtui.model.Context
) STRICT;
CREATE INDEX event_step ON event(step);
CREATE INDEX event_target ON event(target) WHERE target IS NOT NULL;
CREATE INDEX event_pair ON event(pair_hash) WHERE pair_hash IS NOT NULL;
CREATE INDEX event_annotator ON event(annotator, made_at);

CREATE TABLE decision (            -- the current values; can be rebuilt from event
    pair_id INTEGER NOT NULL,
    annotator TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    event_uuid TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (pair_id, annotator, kind, side, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_view (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL            -- JSON
) STRICT;
"""

PAIR_VIEWS = """
CREATE VIEW flagged AS
SELECT source.subset || '/' || source.split || '/' || pair.row AS key, lower(hex(pair.hash)) AS hash,
       decision.annotator, decision.made_at, source.uri, source.revision
FROM decision JOIN pair ON pair.id = decision.pair_id JOIN source ON source.id = pair.source_id
WHERE decision.kind = 'flag' AND decision.value = 'yes'
ORDER BY pair.id;

CREATE VIEW pairs AS
SELECT pair.id, source.subset || '/' || source.split || '/' || pair.row AS key, lower(hex(pair.hash)) AS hash,
       source.subset, source.split, pair.row, body.prompt, body.chosen, body.rejected
FROM pair JOIN source ON source.id = pair.source_id JOIN body ON body.id = pair.id
ORDER BY pair.id;
"""

SCORE_TABLES = """
CREATE TABLE scored_unit (
    scorer_id INTEGER NOT NULL REFERENCES scorer(id),
    unit TEXT NOT NULL,            -- response, prompt, turn, pair
    pairs_done INTEGER NOT NULL,   -- every pair up to this id has its scores
    PRIMARY KEY (scorer_id, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE pair_score (
    pair_id INTEGER NOT NULL,      -- pair.id
    scorer_id INTEGER NOT NULL REFERENCES scorer(id),
    numbers TEXT NOT NULL,         -- JSON array in the order of scorer.columns: [chosen, rejected], or one of the pair
    PRIMARY KEY (pair_id, scorer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE scorer_model (
    scorer_id INTEGER PRIMARY KEY REFERENCES scorer(id),
    data BLOB NOT NULL             -- what a scorer learned from this database's pairs, to explain its numbers
) STRICT;
"""

PAIR_SCORES_VIEW = """
CREATE VIEW pair_scores AS
SELECT source.subset || '/' || source.split || '/' || pair.row AS key,
       scorer.name AS scorer, scorer.version, json_extract(part.value, '$.name') AS "column",
       json_extract(prompt.numbers, '$[' || part.key || ']') AS prompt,
       json_extract(chosen.numbers, '$[' || part.key || ']') AS chosen,
       json_extract(rejected.numbers, '$[' || part.key || ']') AS rejected,
       NULL AS of_pair
FROM pair_text
JOIN pair ON pair.id = pair_text.pair_id
JOIN source ON source.id = pair.source_id
CROSS JOIN scorer
CROSS JOIN json_each(scorer.columns) AS part
LEFT JOIN score AS prompt ON prompt.text_hash = pair_text.prompt AND prompt.scorer_id = scorer.id
     AND scorer.units GLOB '*"prompt"*'
LEFT JOIN score AS chosen ON chosen.text_hash = pair_text.chosen AND chosen.scorer_id = scorer.id
LEFT JOIN score AS rejected ON rejected.text_hash = pair_text.rejected AND rejected.scorer_id = scorer.id
WHERE scorer.units <> '["pair"]'
UNION ALL
SELECT source.subset || '/' || source.split || '/' || pair.row,
       scorer.name, scorer.version, json_extract(part.value, '$.name'), NULL,
       json_extract(pair_score.numbers, '$[' || part.key || '][0]'),
       json_extract(pair_score.numbers, '$[' || part.key || '][1]'),
       CASE WHEN json_extract(part.value, '$.of_pair')
       THEN json_extract(pair_score.numbers, '$[' || part.key || ']') END
FROM pair_score
JOIN pair ON pair.id = pair_score.pair_id
JOIN source ON source.id = pair.source_id
JOIN scorer ON scorer.id = pair_score.scorer_id
CROSS JOIN json_each(scorer.columns) AS part;
"""

TRIAGE_TABLES = """
CREATE TABLE frame (               -- the pairs from which samples are drawn, frozen when it was made
    id TEXT PRIMARY KEY,           -- hexadecimal, of SHA-256 over query, seed and the sources' sha256
    query TEXT NOT NULL,
    seed INTEGER NOT NULL,
    sources TEXT NOT NULL,         -- JSON array: every source that had pairs then, as sha256:rows_read
    size INTEGER NOT NULL,
    members BLOB NOT NULL,         -- pair.hash of every pair, 16 bytes each, sorted
    made_at TEXT NOT NULL
) STRICT;

CREATE TABLE triage (
    id TEXT PRIMARY KEY,
    annotator TEXT NOT NULL,
    name TEXT NOT NULL,            -- of the queue, "" for a query of one's own
    query TEXT NOT NULL,
    "order" TEXT NOT NULL,
    question TEXT NOT NULL,        -- what is asked of each pair, "" for nothing in particular
    seed INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
CREATE INDEX triage_annotator ON triage(annotator, started_at);

CREATE TABLE triage_item (         -- the pairs that a triage shows; what came of them is in event
    triage TEXT NOT NULL REFERENCES triage(id),
    position INTEGER NOT NULL,     -- from 0
    pair_hash BLOB NOT NULL,
    pair_key TEXT NOT NULL,
    lane TEXT NOT NULL,            -- queue, random, overlap, repeat, estimate, check, adjudication
    blind INTEGER NOT NULL,
    surfaced_by TEXT NOT NULL,     -- the list that brought the pair, "" for none
    query TEXT,                    -- of that list, with its order; NULL for a pair that no list brought
    frame TEXT NOT NULL,           -- frame.id, "" for none
    draw INTEGER,                  -- the pair's place in the order of its frame, from 0
    PRIMARY KEY (triage, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX triage_item_pair ON triage_item(pair_hash);
"""

DUPLICATE_TABLES = """
CREATE TABLE text_signature (      -- what hhtui dupes remembers of texts: of some pairs, and of the texts new in them
    first_pair INTEGER PRIMARY KEY,
    last_pair INTEGER NOT NULL,
    method TEXT NOT NULL,          -- by which the signatures were made
    first_text INTEGER NOT NULL,   -- distinct texts are numbered from 1, as they are met
    texts INTEGER NOT NULL,        -- how many are new here
    numbers BLOB NOT NULL,         -- '<i4', three a pair: the texts of prompt, chosen, rejected; 0 is an empty one
    hashes BLOB NOT NULL,          -- '<u8', one a new text: BLAKE2b of its words
    sizes BLOB NOT NULL,           -- '<i4', one a new text: characters of its words, 0 where they are few
    bands BLOB NOT NULL            -- '<u4', band by band, one a new text: texts with an equal one may be alike
) STRICT;

CREATE TABLE text_groups (         -- texts that are nearly the same, packed as dupe.prompt, .chosen, .rejected
    id INTEGER PRIMARY KEY CHECK (id IN (1, 2)), -- 1: what is packed, 2: what is being compared and takes its place
    method TEXT NOT NULL,
    threshold REAL NOT NULL,       -- similarity from which texts are nearly the same, 0.8 to 1
    pairs INTEGER NOT NULL,        -- up to this pair id
    removed INTEGER NOT NULL,      -- how many pairs up to there were gone
    texts INTEGER NOT NULL,        -- texts up to this number have been compared
    extending INTEGER NOT NULL,    -- texts up to this number are being compared
    bands_done INTEGER NOT NULL,   -- in so many bands
    roots BLOB NOT NULL,           -- '<i4', one a text: the first text of its group, counted from 0
    made_at TEXT NOT NULL
) STRICT;
"""

TABLES = PAIR_TABLES + TEXT_INDEX + PAIR_VIEWS + SCORE_TABLES + PAIR_SCORES_VIEW + TRIAGE_TABLES + DUPLICATE_TABLES

# Made once the bodies are in: filling an index in key order costs a tenth of growing it row by row.
LATE_INDEXES = """
CREATE INDEX IF NOT EXISTS pair_hash ON pair(hash);
CREATE INDEX IF NOT EXISTS pair_family ON pair(family) WHERE family IS NOT NULL;
CREATE INDEX IF NOT EXISTS pair_opening ON pair(opening) WHERE opening IS NOT NULL;
"""
