-- What somebody says about themselves on their profile.
alter table accounts add column bio text not null default '';

create table likes (
  post_id    blob    not null references posts on delete cascade,
  account_id blob    not null references accounts on delete cascade,
  created_at integer not null,
  primary key (post_id, account_id)
) strict;
create index likes_of_account on likes (account_id);

create table follows (
  follower_id blob    not null references accounts on delete cascade,
  followed_id blob    not null references accounts on delete cascade,
  created_at  integer not null,
  primary key (follower_id, followed_id)
) strict;
create index follows_of_followed on follows (followed_id);

create index posts_of_author on posts (account_id, created_at, post_id);
-- Which post shows a picture: one that none shows is removed.
create index posts_of_picture on posts (picture);
create index comments_of_account on comments (account_id);

-- A picture without content lies in the picture store, in several widths, the widest of them this one.
alter table pictures add column width integer not null default 1080;
alter table pictures add column height integer not null default 1350;
alter table pictures add column created_at integer not null default 0;
