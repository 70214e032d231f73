-- When the password last changed; null: never.
alter table accounts add column password_changed_at bigint;
-- When everything of the account is removed, as its owner asked; null: nobody asked. A log-in before that takes it back.
alter table accounts add column delete_at bigint;

-- What its owner calls the browser; null: by what it says itself.
alter table sessions add column label text;

-- Where an account has been logged in: what the browser's own cookie hashes to.
create table browsers (
  account_id uuid    not null references accounts on delete cascade,
  browser    bytea   not null,
  seen_at    bigint not null,
  primary key (account_id, browser)
);

-- Whether the owner was asked "Was this you?": open, mine or not_mine.
alter table events add column alert text;
-- Who did it, where that was not the owner.
alter table events add column actor_id uuid;
create index events_newest on events (account_id, event_id);
create index events_open on events (account_id) where alert = 'open';
create index events_by_age on events (created_at);

-- For whom a link to a new password is made when the mail is sent, so that no link lies here.
alter table mails add column reset_of uuid references accounts on delete cascade;
alter table mails add column attempts bigint not null default 0;
-- When it may be tried next: whoever sends it puts that off first, so that nobody else does.
alter table mails add column try_at bigint not null default 0;
alter table mails add column sent_at bigint;
create index mails_due on mails (try_at) where sent_at is null;

-- The one link to a new password that an account has: SHA-256 of what the link holds.
create table resets (
  account_id uuid    not null primary key references accounts on delete cascade,
  token      bytea   not null unique,
  expires_at bigint not null
);

-- What was typed into "Forgot password?". Looked up later, so that the answer takes as long for a name that nobody has.
create table forgotten (
  forgotten_id uuid    not null primary key,
  login        text    not null,
  user_agent   text    not null,
  ip           text    not null,
  created_at   bigint not null
);
