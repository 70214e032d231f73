create table accounts (
  account_id    uuid    not null primary key,
  username      text    not null unique,
  display_name  text    not null,
  email         text    not null,
  -- Who receives mail at the address and may log in with it. Null where the address was somebody's already.
  email_key     text    unique,
  password_hash text    not null,
  role          text    not null check (role in ('user', 'admin')),
  -- Raised by a change of password or role; access tokens of an older epoch stop.
  epoch         bigint  not null default 0,
  created_at    bigint  not null,
  disabled_at   bigint
);

create table sessions (
  session_id      uuid    not null primary key,
  account_id      uuid    not null references accounts on delete cascade,
  storage         text    not null,
  saved           boolean not null,
  user_agent      text    not null,
  ip              text    not null,
  -- The newest generation of the refresh chain, whether it has come back, and when it was last handed out (null: at log-in).
  generation      bigint  not null,
  confirmed       boolean not null,
  handed_out_at   bigint,
  created_at      bigint  not null,
  last_seen_at    bigint  not null,
  idle_expires_at bigint  not null,
  expires_at      bigint  not null,
  ended_at        bigint,
  ended_why       text
);
create index sessions_of_account on sessions (account_id);
create index sessions_ended on sessions (ended_at) where ended_at is not null;

create table attempts (
  key      text    not null primary key,
  -- When the bucket is empty again: the later, the fuller.
  clear_at bigint  not null
);

create table events (
  event_id   uuid    not null primary key,
  account_id uuid    not null references accounts on delete cascade,
  session_id uuid,
  kind       text    not null,
  user_agent text    not null,
  ip         text    not null,
  created_at bigint  not null
);
create index events_of_account on events (account_id, created_at);

create table mails (
  mail_id    uuid    not null primary key,
  recipient  text    not null,
  subject    text    not null,
  body       text    not null,
  created_at bigint  not null
);

create table pictures (
  name       text    not null primary key,
  media_type text    not null,
  content    bytea   not null
);

create table posts (
  post_id    uuid    not null primary key,
  account_id uuid    not null references accounts on delete cascade,
  picture    text    not null references pictures,
  alt        text    not null,
  caption    text    not null,
  created_at bigint  not null
);
create index posts_newest on posts (created_at, post_id);
