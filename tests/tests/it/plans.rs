//! No query without an index that its plan uses. Every statement that the journeys run is kept by
//! `store` and explained on both engines.

use journeys::Town;
use kernel::PageRequest;
use store::testing::{record, scans, statements};

use super::scenarios;

/// Tables that do not grow with the population: what a city configures, and queues that are
/// emptied. Reading one of them from end to end is no harm.
const SMALL: &[&str] = &[
    "acceptance_check",
    "agreement",
    "catalogue_entry",
    "client",
    // One row for each extract that somebody brought.
    "collection_base",
    // One row for each library of an agency.
    "collection_exchange",
    "directory_entry",
    "directory_revision",
    "event_pending",
    "installation",
    "issue_rule",
    "item_code",
    "item_current",
    "item_pending",
    "item_revision",
    "item_version",
    "item_version_state",
    "licence_type",
    "notice_template",
    "notice_word",
    "number_series",
    "schedule",
    "schema_migration",
    "seal",
    "seal_authorisation",
    "seal_authority",
    "seal_material",
    "seal_state",
    "staff",
    "staff_role",
];

/// What the nightly sweep and a backup ask: which files any row still names. They read every row by
/// their nature, and nobody waits for them.
const SWEEPS: &[&str] = &[
    "SELECT blob FROM notice_file",
    "SELECT blob FROM seal_file",
    "SELECT data FROM licence_version",
    "SELECT original FROM user_file UNION SELECT stamped FROM user_file WHERE stamped IS NOT NULL",
    "SELECT photo FROM register_record WHERE photo IS NOT NULL",
    "SELECT ofd_blob, pdf_blob FROM verification_report",
    "SELECT blob FROM visual_check",
    "SELECT ofd_blob, pdf_blob FROM licence_copy",
    "SELECT blob FROM collection_piece",
    "SELECT blob FROM collection_base_piece",
    "SELECT photo FROM collection_photo",
    "SELECT blob FROM collection_scan_file",
    "SELECT picture FROM collection_scan_page UNION SELECT thumb FROM collection_scan_page",
    // Along an index of the works that run, which are few.
    "SELECT work_key FROM collection_work WHERE state = 'running' ORDER BY work_key LIMIT 100",
    // Along an index of these rows alone, which is empty once they are entered.
    "SELECT licence_key, state, rev, version, type_code, agency, region, valid_to, remind_on, token, updated_at, body, inspect_by FROM licence WHERE issued_on IS NULL ORDER BY licence_key LIMIT 200",
    // Counted along an index that holds all it needs, at most once a minute.
    "SELECT state, agency, type_code, count(*) FROM licence GROUP BY state, agency, type_code ORDER BY state, agency, type_code",
    // Published whole, at most every ten minutes.
    "SELECT digest, reason, since FROM licence_revoked ORDER BY digest",
];

/// Everything that a page or a job asks and the scenarios do not.
async fn look_around(town: &Town) {
    let page = PageRequest::default();
    let me = town.person("u_p38").await;
    cases::my_cases(&me, page).await.unwrap();
    messages::messages(&me, page).await.unwrap();
    messages::unread(&me).await.unwrap();
    licences::wallet(&me, me.actor.owner()).await.unwrap();
    identity::identities(&me).await.unwrap();
    for officer in ["ck_haosy", "sc_tancw", "sc_zhudf"] {
        let officer = town.officer(officer).await;
        cases::my_tasks(&officer, &["accept", "review", "decide"], page)
            .await
            .unwrap();
        cases::agency_cases(&officer, cases::State::ALL, page)
            .await
            .unwrap();
        let query = licences::Query::default();
        let _ = collection::batches_of_case(&officer, "990102").await;
        if collection::exchange_sources(&officer).await.is_ok() {
            let _ = collection::exchange_source(&officer, "none").await;
        }
        let found = licences::search(&officer, &query, page).await;
        for row in found.iter().flat_map(|page| &page.rows).take(1) {
            let over = licences::Print {
                licence_key: row.licence_key.clone(),
                way: licences::PrintWay::Overprint,
                form_no: "1".into(),
                photo: true,
                shift: (0.0, 0.0),
            };
            let _ = licences::print(&officer, &over).await;
            licences::prints(&officer, &row.licence_key).await.unwrap();
        }
        let days = (
            jiff::civil::date(2026, 1, 1),
            jiff::civil::date(2026, 12, 31),
        );
        let _ = licences::usage(&officer, days.0, days.1).await;
    }
    town.drain().await;
}

/// Statements of the schema and of connections have no plan.
fn has_plan(sql: &str) -> bool {
    ["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"]
        .iter()
        .any(|verb| sql.trim_start().starts_with(verb))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_reads_a_growing_table_from_end_to_end() {
    record();
    // The statements are the same on both engines; their plans are not.
    for scenario in [1, 2, 3, 4, 5, 6] {
        let town = Town::sqlite(scenarios::BEGIN).await;
        scenarios::play_in(town, scenario).await;
    }
    let town = Town::sqlite(scenarios::BEGIN).await;
    crate::scanning::looked_at(&town).await;
    town.close().await;
    let mut faults = Vec::new();
    for town in Town::each(scenarios::BEGIN).await {
        look_around(&town).await;
        let known = statements();
        assert!(known.len() > 150, "only {} statements", known.len());
        let looked_at = |sql: &&String| {
            // Migrations fill their tables once, before anybody is served.
            let fills = sql.trim_start().starts_with("INSERT INTO licence_revoked")
                && sql.contains("SELECT f.digest")
                || sql.contains("SET remind_on = '2000-01-01'");
            has_plan(sql) && !fills && !SWEEPS.contains(&sql.as_str())
        };
        for sql in known.iter().filter(looked_at) {
            for scan in scans(&town.ctx().db, sql).await.unwrap() {
                if !scan.stops && !SMALL.contains(&scan.table.as_str()) {
                    faults.push(format!("{}\n  {sql}\n{}", scan.table, scan.plan));
                }
            }
        }
        town.close().await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
