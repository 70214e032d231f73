create table comments (
  comment_id blob not null primary key,
  post_id    blob not null references posts on delete cascade,
  account_id blob not null references accounts on delete cascade,
  content    text not null,
  created_at integer not null
) strict;
create index comments_of_post on comments (post_id, created_at, comment_id);

-- What was answered to a request that must not be done twice, by its Idempotency-Key.
create table replies (
  account_id blob not null references accounts on delete cascade,
  key        text not null,
  -- SHA-256 of method, path and body: the key of another request is refused.
  request    blob not null,
  status     integer not null,
  body       text not null,
  created_at integer not null,
  primary key (account_id, key)
) strict;
create index replies_by_age on replies (created_at);
