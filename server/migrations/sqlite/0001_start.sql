create table accounts (
  account_id    blob    not null primary key,
  username      text    not null unique,
  display_name  text    not null,
  email         text    not null,
  -- Who receives mail at the address and may log in with it. Null where the address was somebody's already.
  email_key     text    unique,
  password_hash text    not null,
  role          text    not null check (role in ('user', 'admin')),
  -- Raised by a change of password or role; access tokens of an older epoch stop.
  epoch         integer not null default 0,
  created_at    integer not null,
  disabled_at   integer
) strict;

create table sessions (
  session_id      blob    not null primary key,
  account_id      blob    not null references accounts on delete cascade,
  storage         text    not null,
  saved           integer not null,
  user_agent      text    not null,
  ip              text    not null,
  -- The newest generation of the refresh chain, whether it has come back, and when it was last handed out (null: at log-in).
  generation      integer not null,
  confirmed       integer not null,
  handed_out_at   integer,
  created_at      integer not null,
  last_seen_at    integer not null,
  idle_expires_at integer not null,
  expires_at      integer not null,
  ended_at        integer,
  ended_why       text
) strict;
create index sessions_of_account on sessions (account_id);
create index sessions_ended on sessions (ended_at) where ended_at is not null;

create table attempts (
  key      text    not null primary key,
  -- When the bucket is empty again: the later, the fuller.
  clear_at integer not null
) strict;

create table events (
  event_id   blob    not null primary key,
  account_id blob    not null references accounts on delete cascade,
  session_id blob,
  kind       text    not null,
  user_agent text    not null,
  ip         text    not null,
  created_at integer not null
) strict;
create index events_of_account on events (account_id, created_at);

create table mails (
  mail_id    blob    not null primary key,
  recipient  text    not null,
  subject    text    not null,
  body       text    not null,
  created_at integer not null
) strict;

create table pictures (
  name       text not null primary key,
  media_type text not null,
  content    blob not null
) strict;

create table posts (
  post_id    blob    not null primary key,
  account_id blob    not null references accounts on delete cascade,
  picture    text    not null references pictures,
  alt        text    not null,
  caption    text    not null,
  created_at integer not null
) strict;
create index posts_newest on posts (created_at, post_id);
