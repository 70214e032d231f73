-- The second factor.

-- Whether two factors were shown for this session: a password with a code, or a passkey.
alter table sessions add column strong boolean not null default false;

create table totp (
  account_id   uuid   not null primary key references accounts on delete cascade,
  -- The secret, sealed under a key that the database does not have.
  sealed       bytea  not null,
  -- The newest 30-second step of which a code was accepted: each is good once.
  last_step    bigint not null,
  -- Which session sets it up.
  session_id   uuid   not null,
  created_at   bigint not null,
  -- Null until the first code has come: until then it is asked for nowhere.
  confirmed_at bigint
);

create table recovery_codes (
  account_id uuid   not null references accounts on delete cascade,
  -- SHA-256. The codes have 120 random bits, so that nothing slower is needed.
  hash       bytea  not null,
  used_at    bigint,
  primary key (account_id, hash)
);

create table passkeys (
  passkey_id   uuid   not null primary key,
  account_id   uuid   not null references accounts on delete cascade,
  -- What the authenticator calls it.
  handle       bytea  not null unique,
  -- Public key, sign count and flags, as JSON.
  credential   text   not null,
  name         text   not null,
  created_at   bigint not null,
  last_used_at bigint
);
create index passkeys_of_account on passkeys (account_id, created_at);

-- Challenges that were handed out to authenticators. Each is taken out once.
create table ceremonies (
  -- SHA-256 of the challenge.
  hash       bytea  not null primary key,
  -- Whose it is: a session that registers a passkey, or the hash of a cookie of the browser that logs in.
  owner      bytea  not null,
  -- What the challenge is to be checked with, as JSON.
  state      text   not null,
  expires_at bigint not null
);
create index ceremonies_by_age on ceremonies (expires_at);
