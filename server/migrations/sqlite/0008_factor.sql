-- The second factor.

-- Whether two factors were shown for this session: a password with a code, or a passkey.
alter table sessions add column strong integer not null default 0;

create table totp (
  account_id   blob   not null primary key references accounts on delete cascade,
  -- The secret, sealed under a key that the database does not have.
  sealed       blob   not null,
  -- The newest 30-second step of which a code was accepted: each is good once.
  last_step    integer not null,
  -- Which session sets it up.
  session_id   blob   not null,
  created_at   integer not null,
  -- Null until the first code has come: until then it is asked for nowhere.
  confirmed_at integer
) strict;

create table recovery_codes (
  account_id blob   not null references accounts on delete cascade,
  -- SHA-256. The codes have 120 random bits, so that nothing slower is needed.
  hash       blob   not null,
  used_at    integer,
  primary key (account_id, hash)
) strict;

create table passkeys (
  passkey_id   blob   not null primary key,
  account_id   blob   not null references accounts on delete cascade,
  -- What the authenticator calls it.
  handle       blob   not null unique,
  -- Public key, sign count and flags, as JSON.
  credential   text   not null,
  name         text   not null,
  created_at   integer not null,
  last_used_at integer
) strict;
create index passkeys_of_account on passkeys (account_id, created_at);

-- Challenges that were handed out to authenticators. Each is taken out once.
create table ceremonies (
  -- SHA-256 of the challenge.
  hash       blob   not null primary key,
  -- Whose it is: a session that registers a passkey, or the hash of a cookie of the browser that logs in.
  owner      blob   not null,
  -- What the challenge is to be checked with, as JSON.
  state      text   not null,
  expires_at integer not null
) strict;
create index ceremonies_by_age on ceremonies (expires_at);
