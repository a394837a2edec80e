-- Browsers that are contacts: which one it is, known by its address at the push service and by a secret of its own.

create table browsers (
  contact_id uuid primary key references contacts (id) on delete cascade,
  person_id uuid not null references people (id),
  -- A browser rings for one person: whoever uses it last.
  endpoint_hash bytea not null unique,
  -- What the browser proves itself with when its address changes while nobody is signed in.
  secret_hash bytea not null unique,
  added_at timestamptz(3) not null,
  renewed_at timestamptz(3) not null
);

-- The last daily check of a contact, and what its provider said to it. No outcome: it is on its way, or its sender died.
create table canaries (
  contact_id uuid primary key references contacts (id) on delete cascade,
  sent_at timestamptz(3) not null,
  outcome text check (outcome in ('sent', 'tryAgain', 'gaveUp', 'unknown')),
  reason text
);
