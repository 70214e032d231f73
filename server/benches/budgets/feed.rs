//! A page of the feed among 100,000 posts by 1,000 authors, with 500,000 likes and 100,000 comments: on SQLite and, where
//! `NIGHTLATCH_TEST_POSTGRES` names one, on PostgreSQL. The first page and one from the middle, for those who follow three hundred authors,
//! all of them, and one who has not posted for a long time.

use std::time::Instant;

use server::feed;
use server::store::{Db, accounts};
use sqlx::{AssertSqlSafe, Connection};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::Sheet;

/// Pages of each kind.
const TIMES: usize = 50;

pub(crate) fn measure(sheet: &mut Sheet) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let db = Db::open_sqlite(&folder.path().join("feed.db")).await.unwrap();
        on(sheet, "SQLite", &db).await;
        match std::env::var("NIGHTLATCH_TEST_POSTGRES") {
            Ok(server) => on(sheet, "PostgreSQL", &Db::open_postgres(&fresh(&server).await).await.unwrap()).await,
            Err(_) => println!("PostgreSQL is not measured: NIGHTLATCH_TEST_POSTGRES names none"),
        }
    });
}

async fn fresh(server: &str) -> String {
    let name = format!("nightlatch_feed_{}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

async fn on(sheet: &mut Sheet, name: &str, db: &Db) {
    fill(db).await;
    for (who, follows) in [("a1", "300 authors"), ("a2", "999 authors"), ("a1002", "one who is silent")] {
        let viewer = accounts::by_login(db, who).await.unwrap().unwrap().account_id;
        let first = feed::page(db, viewer, None).await.unwrap();
        assert_eq!(first.items.len(), 10);
        let middle = middle(db, viewer, first.next.unwrap()).await;
        for (page, cursor) in [("first page", None), ("page 21", Some(&*middle))] {
            let mut times = Vec::new();
            for _ in 0..TIMES {
                let started = Instant::now();
                feed::page(db, viewer, cursor).await.unwrap();
                times.push(started.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            sheet.row(&format!("{name}: {page} of who follows {follows}, median of {TIMES}"), times[TIMES / 2], "ms", 50.0);
        }
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let started = Instant::now();
            feed::people::suggestions(db, viewer).await.unwrap();
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        sheet.row(&format!("{name}: whom to follow, for who follows {follows}, median of {TIMES}"), times[TIMES / 2], "ms", 10.0);
    }
}

/// Where a page further down begins, or the last one before the end.
async fn middle(db: &Db, viewer: Uuid, mut cursor: String) -> String {
    for _ in 0..19 {
        match feed::page(db, viewer, Some(&cursor)).await.unwrap().next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    cursor
}

async fn fill(db: &Db) {
    // How each of them says: a random id, and no bytes.
    let (id, nothing) = match db {
        Db::Sqlite { .. } => ("randomblob(16)", "x''"),
        Db::Postgres(_) => ("gen_random_uuid()", "''"),
    };
    let number = "cast(substr(username, 2) as integer)";
    let count = |to: u32| format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {to})");
    let statements = [
        format!(
            "insert into accounts (account_id, username, display_name, email, password_hash, role, created_at)
             {} select {id}, 'a' || i, 'A', 'a', 'x', 'user', 0 from n",
            count(1002)
        ),
        format!("insert into pictures (name, media_type, content) values ('p.svg', 'image/svg+xml', {nothing})"),
        format!(
            "insert into posts (post_id, account_id, picture, alt, caption, created_at)
             {} select {id}, a.account_id, 'p.svg', '', '', 1700000000000 + i * 1000
             from n join accounts a on a.username = 'a' || (1 + (i * 7919) % 1000)",
            count(100_000)
        ),
        format!(
            "insert into posts (post_id, account_id, picture, alt, caption, created_at)
             {} select {id}, a.account_id, 'p.svg', '', '', 1600000000000 + i * 1000 from n join accounts a on a.username = 'a1001'",
            count(300)
        ),
        format!(
            "insert into follows (follower_id, followed_id, created_at)
             select a.account_id, b.account_id, 0 from accounts a, (select account_id, {number} as n from accounts) b
             where (a.username = 'a1' and b.n between 2 and 301) or (a.username = 'a2' and b.n <= 1000 and b.n <> 2)
                or (a.username = 'a1002' and b.n = 1001)"
        ),
        format!(
            "insert into likes (post_id, account_id, created_at)
             select p.post_id, b.account_id, 0 from posts p, (select account_id, {number} as n from accounts) b where b.n <= 5"
        ),
        format!(
            "insert into comments (comment_id, post_id, account_id, content, created_at)
             select {id}, post_id, account_id, 'Yes', 0 from posts"
        ),
        "analyze".to_owned(),
    ];
    for statement in statements {
        match db {
            Db::Sqlite { writer, .. } => sqlx::raw_sql(AssertSqlSafe(statement)).execute(writer).await.map(|_| ()),
            Db::Postgres(pool) => sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await.map(|_| ()),
        }
        .unwrap();
    }
}
