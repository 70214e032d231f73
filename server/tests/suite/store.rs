//! Two databases, one SQL.

use std::collections::BTreeSet;

use server::store::{Db, all_statements, prepare};

use crate::world::fresh_postgres;

async fn both() -> (tempfile::TempDir, Db, Db) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Db::open_sqlite(&folder.path().join("test.db")).await.unwrap();
    (folder, sqlite, Db::open_postgres(&fresh_postgres().await).await.unwrap())
}

#[tokio::test]
async fn every_statement_is_understood_by_both() {
    let (_folder, sqlite, postgres) = both().await;
    let (mut count, mut faults) = (0, Vec::new());
    for (file, name, sql) in all_statements() {
        for db in [&sqlite, &postgres] {
            if let Err(error) = prepare(db, sql).await {
                faults.push(format!("{file}::{name}: {error}"));
            }
        }
        count += 1;
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(count > 20, "{count} statements");
}

#[tokio::test]
async fn both_have_the_same_tables_columns_and_kinds() {
    let (_folder, sqlite, postgres) = both().await;
    let Db::Sqlite { writer, .. } = &sqlite else { unreachable!() };
    let Db::Postgres(pool) = &postgres else { unreachable!() };
    let one: Vec<(String, String, String)> = sqlx::query_as(
        "select m.name, c.name, lower(c.type) from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like '\\_sqlx%' escape '\\'",
    )
    .fetch_all(writer)
    .await
    .unwrap();
    let other: Vec<(String, String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text, data_type::text from information_schema.columns where table_schema = 'public' and table_name not like '\\_sqlx%'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    // What a column is called there, and here.
    let kind = |column: &str, there: &str| match there {
        "uuid" => "blob",
        "bytea" if !column.ends_with("_id") => "blob",
        "bigint" | "boolean" => "integer",
        "text" => "text",
        other => panic!("{column} is {other}"),
    };
    let sorted = |rows: Vec<(String, String, String)>| rows.into_iter().collect::<BTreeSet<_>>();
    let other = other
        .into_iter()
        .map(|(table, column, there)| {
            let kind = kind(&column, &there).to_owned();
            (table, column, kind)
        })
        .collect();
    assert_eq!(sorted(one), sorted(other));
}
