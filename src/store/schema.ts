/**
 * One entry per version of the database, in order: entry 0 makes version 1. An entry that was released is never
 * edited; a change is a new entry at the end. `audit_hash` is the function of `audit-hash.ts`.
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'guest'))
) STRICT;

CREATE TABLE identity (
  platform TEXT NOT NULL,
  account TEXT NOT NULL,
  user_id TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  PRIMARY KEY (platform, account, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE prompt_prefix (
  hash TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  audience TEXT NOT NULL CHECK (audience GLOB 'direct:*' OR audience GLOB 'group:*'),
  person_id TEXT NOT NULL REFERENCES person (id),
  surface TEXT NOT NULL CHECK (surface IN ('command-line', 'terminal', 'gateway', 'schedule', 'learning')),
  title TEXT NOT NULL,
  root TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  message_count INTEGER NOT NULL,
  prefix_hash TEXT REFERENCES prompt_prefix (hash)
) STRICT;
CREATE INDEX session_by_update ON session (updated_at);
CREATE INDEX session_by_surface ON session (surface, updated_at);

CREATE TABLE run (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES session (id),
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'waiting', 'done', 'failed', 'stopped', 'interrupted')),
  accepted_by TEXT NOT NULL,
  owner TEXT,
  problem TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX run_unfinished ON run (state) WHERE state IN ('queued', 'running', 'waiting');
CREATE INDEX run_by_session ON run (session_id);

CREATE TABLE lane (
  session_id TEXT PRIMARY KEY REFERENCES session (id),
  run_id TEXT NOT NULL UNIQUE REFERENCES run (id),
  owner TEXT NOT NULL,
  since INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES session (id),
  seq INTEGER NOT NULL,
  run_id TEXT,
  at INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'tool', 'summary')),
  call_id TEXT,
  body TEXT NOT NULL,
  spilled_to TEXT,
  UNIQUE (session_id, seq)
) STRICT;
CREATE UNIQUE INDEX message_one_result_per_call ON message (session_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX message_summaries ON message (session_id, seq) WHERE role = 'summary';

CREATE VIRTUAL TABLE message_fts USING fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TABLE message_index (up_to INTEGER NOT NULL) STRICT;
INSERT INTO message_index VALUES (0);

CREATE TABLE tool_call (
  id TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES session (id),
  run_id TEXT NOT NULL,
  message_id TEXT NOT NULL REFERENCES message (id),
  message_seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  effect TEXT NOT NULL CHECK (effect IN ('read', 'write', 'execute', 'send')),
  state TEXT NOT NULL CHECK (state IN ('intended', 'started', 'done', 'unknown')),
  started_at INTEGER,
  finished_at INTEGER,
  PRIMARY KEY (session_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tool_call_by_message ON tool_call (session_id, message_seq, position);
CREATE INDEX tool_call_started ON tool_call (run_id) WHERE state = 'started';

CREATE TABLE approval (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  call_id TEXT NOT NULL,
  tool TEXT NOT NULL,
  effect TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  digest TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  verdict TEXT CHECK (verdict IN ('allow', 'deny')),
  decided_by TEXT,
  rule TEXT,
  decided_at INTEGER
) STRICT;
CREATE INDEX approval_open ON approval (run_id) WHERE verdict IS NULL;

CREATE TABLE inbox (
  platform TEXT NOT NULL,
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES session (id),
  run_id TEXT NOT NULL REFERENCES run (id),
  message_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT,
  PRIMARY KEY (platform, account, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  address TEXT NOT NULL,
  part TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  tries INTEGER NOT NULL,
  platform_message_id TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE state = 'waiting';

CREATE TABLE usage (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  model TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'settled', 'lost')),
  tokens INTEGER NOT NULL,
  usd REAL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER
) STRICT;
CREATE INDEX usage_by_time ON usage (at, tokens, usd);
CREATE INDEX usage_by_run ON usage (run_id, tokens, usd);
CREATE INDEX usage_by_session ON usage (session_id, at);
CREATE INDEX usage_reserved ON usage (run_id) WHERE state = 'reserved';

CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  rule TEXT NOT NULL,
  run_id TEXT
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE (ABORT, 'audit rows are never changed');
END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN
  SELECT RAISE (ABORT, 'audit rows are never deleted');
END;

CREATE TABLE quarantine (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

INSERT INTO person (id, name, role) VALUES ('owner', 'owner', 'owner');
`,
  `
CREATE TABLE checkpoint (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES session (id),
  run_id TEXT,
  call_id TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('call', 'undo')),
  root TEXT NOT NULL,
  label TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT,
  changed_files INTEGER,
  undoes TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX checkpoint_by_session ON checkpoint (session_id, at);
CREATE INDEX checkpoint_by_root ON checkpoint (root, at);

CREATE TABLE turn_taken_back (
  run_id TEXT PRIMARY KEY REFERENCES run (id),
  session_id TEXT NOT NULL REFERENCES session (id),
  checkpoint_id TEXT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_taken_back_by_session ON turn_taken_back (session_id);
`,
  `
DROP TABLE message_fts;
DROP TABLE message_index;

CREATE INDEX message_by_person ON message (session_id, seq) WHERE role = 'user';

CREATE TABLE recall_document (
  number INTEGER PRIMARY KEY,
  audience TEXT NOT NULL,
  session_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  surface TEXT NOT NULL,
  is_generated INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE recall_words USING fts5 (
  user, assistant, tool, before, after, head, ids,
  content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE recall_pieces USING fts5 (
  triples, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TABLE recall_pending (number INTEGER PRIMARY KEY, is_stale INTEGER NOT NULL) STRICT;

CREATE TABLE recall_progress (up_to INTEGER NOT NULL) STRICT;
INSERT INTO recall_progress VALUES (0);
`,
  `
DROP INDEX usage_by_time;
DROP INDEX usage_by_run;
DROP INDEX usage_by_session;
DROP INDEX usage_reserved;
CREATE INDEX usage_by_time ON usage (at);
CREATE INDEX usage_by_run ON usage (session_id, run_id);
`,
  `
CREATE INDEX approval_decided ON approval (decided_at) WHERE verdict IS NOT NULL;

CREATE TABLE session_taint (
  session_id TEXT PRIMARY KEY REFERENCES session (id),
  run_id TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmed_rules (
  number INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
`,
  `
DROP TRIGGER audit_is_never_changed;
DROP TRIGGER audit_is_never_deleted;
ALTER TABLE audit RENAME TO audit_unchained;
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  rule TEXT NOT NULL,
  run_id TEXT,
  call_id TEXT,
  policy TEXT,
  hash TEXT NOT NULL
) STRICT;
WITH RECURSIVE chain (number, hash) AS (
  SELECT 0, ''
  UNION ALL
  SELECT row.number,
    audit_hash (chain.hash, row.at, row.actor, row.action, row.subject, row.rule, row.run_id, NULL, NULL)
  FROM chain JOIN audit_unchained AS row
    ON row.number = (SELECT min(next.number) FROM audit_unchained AS next WHERE next.number > chain.number)
)
INSERT INTO audit (number, at, actor, action, subject, rule, run_id, hash)
  SELECT row.number, row.at, row.actor, row.action, row.subject, row.rule, row.run_id, chain.hash
  FROM chain JOIN audit_unchained AS row ON row.number = chain.number;
DROP TABLE audit_unchained;
CREATE INDEX audit_by_run ON audit (run_id);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE (ABORT, 'audit rows are never changed');
END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN
  SELECT RAISE (ABORT, 'audit rows are never deleted');
END;
`,
];
