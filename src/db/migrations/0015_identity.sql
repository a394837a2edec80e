-- How people sign in, besides and after their password.

-- One row, as sign-in/settings.ts has it. The client's secret is sealed.
create table sign_in (
  id int primary key check (id = 1),
  settings jsonb not null default '{}',
  managed_by text,
  updated_at timestamptz(3) not null default clock_timestamp()
);
insert into sign_in (id) values (1);

-- Who somebody is to a provider: its name and the name it gave them, which never changes.
create table identities (
  issuer text not null,
  subject text not null,
  person_id uuid not null references people (id),
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  primary key (issuer, subject)
);
create unique index identities_person on identities (person_id, issuer);

-- Sign-ins on their way through a provider. Each is taken once, by the browser that began it.
create table sign_in_attempts (
  state_hash bytea primary key,
  browser_hash bytea not null,
  -- {"nonce","verifier"}, sealed.
  secrets text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null
);
create index sign_in_attempts_expires on sign_in_attempts (expires_at);

-- The app that shows six digits. Not in use until it was confirmed by a code.
create table authenticators (
  person_id uuid primary key references people (id),
  secret text not null,
  created_at timestamptz(3) not null,
  confirmed_at timestamptz(3),
  -- The last step whose code was used: no code is used twice.
  last_step bigint not null default 0,
  tries int not null default 0,
  tried_at timestamptz(3)
);

create table recovery_codes (
  person_id uuid not null references people (id),
  code_hash bytea not null,
  used_at timestamptz(3),
  primary key (person_id, code_hash)
);

-- Between the password and the code.
create table sign_in_challenges (
  token_hash bytea primary key,
  person_id uuid not null references people (id),
  -- `code`: of the app they have. `enrol`: of the app they are setting up, for they need one.
  kind text not null check (kind in ('code', 'enrol')),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  tries int not null default 0
);
create index sign_in_challenges_person on sign_in_challenges (person_id);

-- What the provider wants back when somebody signs out of it too. Sealed.
alter table sessions add column id_token text;
create index sessions_person on sessions (person_id) where ended_at is null;
