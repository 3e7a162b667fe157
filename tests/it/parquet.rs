//! Parquet as other programs write it: pages, encodings and units of all sorts hold the same table.
//!
//! `tests/reference/parquet.py` writes the files.

use leadscore::io::{
    ActivityLog, ActivityRoles, ColumnRequest, InferredColumn, LeadRoles, LogReport, LostWords, OutcomeColumn,
    ReadSettings, Views, Wanted, build_leads, build_leads_out_of, infer_types, read_raw,
};
use leadscore::tables::{Activity, ActivityBatches, Column, ColumnType, Ids, MISSING};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parquet")
}

/// The Parquet files that hold the whole table.
fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "parquet") && !path.ends_with("tiny.parquet"));
    assert_eq!(files.len(), 19);
    files
}

/// The acts of known leads, with their kinds and details by code, and what was counted.
fn acts(path: &Path, lead_id: &str, ids: &Ids, detail: Option<&str>) -> (Vec<Activity>, Vec<Vec<String>>, LogReport) {
    let role = str::to_string;
    let roles = ActivityRoles {
        lead_id: role(lead_id),
        at: role("at"),
        kind: role("kind"),
        detail: detail.map(role),
        count: None,
    };
    let settings = ReadSettings::default();
    let mut log = ActivityLog::open(&[path.to_path_buf()], &roles, &settings, ids, true).unwrap();
    let (mut acts, mut words) = (Vec::new(), Vec::new());
    log.for_each(&mut |batch| {
        acts.extend(batch.acts.iter());
        words = vec![batch.kinds.to_vec(), batch.details.to_vec()];
    })
    .unwrap();
    (acts, words, log.report().clone())
}

#[test]
fn every_way_of_storing_a_log_gives_the_same_acts() {
    // Numbers close to each other, numbers far apart, and texts short and long; each without some of the log's leads.
    let close: Ids = (10_000..10_100).map(|n| n.to_string()).collect();
    let far: Ids = (10_000..10_100).step_by(3).map(|n| n.to_string()).chain(["9".repeat(15)]).collect();
    let texts: Ids =
        (0..100).map(|n| if n % 3 == 0 { format!("lead-number-{n:05}") } else { format!("L{n}") }).collect();
    for (lead_id, ids) in [("number", &close), ("number", &far), ("key", &texts)] {
        for detail in [None, Some("page")] {
            let wanted = acts(&folder().join("table.csv"), lead_id, ids, detail);
            let LogReport { matched, unknown_lead, blank_id, sample_log_ids, .. } = &wanted.2;
            assert!(*matched > 100 && *unknown_lead > 50 && *blank_id > 5 && sample_log_ids.len() == 3);
            assert_eq!((wanted.1[0].len(), wanted.0.iter().any(|act| act.detail != MISSING)), (5, detail.is_some()));
            for file in files() {
                assert!(acts(&file, lead_id, ids, detail) == wanted, "{}: {lead_id}", file.display());
            }
        }
    }
}

/// The columns of a table, with what they were taken for.
fn columns(path: &Path) -> Vec<Column> {
    let settings = ReadSettings::default();
    let raw = read_raw(&[path.to_path_buf()], &settings, Wanted::All).unwrap();
    let request = |column: &InferredColumn| ColumnRequest {
        name: column.name.clone(),
        column_type: column.column_type,
        views: Views::default(),
    };
    let types = infer_types(&raw.columns, &settings).unwrap();
    let requests: Vec<ColumnRequest> = types.iter().map(request).collect();
    let roles = LeadRoles { id: "row".to_string(), ..LeadRoles::default() };
    build_leads(&raw, &roles, &requests, &settings).unwrap().table.columns
}

#[test]
fn every_way_of_storing_a_table_gives_the_same_columns() {
    let wanted = columns(&folder().join("table.csv"));
    assert!(wanted.len() > 9);
    for file in files() {
        let columns = columns(&file);
        assert_eq!(columns.len(), wanted.len(), "{}", file.display());
        for (column, wanted) in columns.iter().zip(&wanted) {
            let place = format!("{}: {}", file.display(), wanted.name);
            assert_eq!((&column.name, column.column_type), (&wanted.name, wanted.column_type), "{place}");
            assert!(column.text == wanted.text && column.date == wanted.date, "{place}");
            let bits =
                |column: &Column| column.number.as_ref().map(|n| n.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
            assert!(bits(column) == bits(wanted), "{place}");
        }
    }
}

/// What a column is taken for, of the type that it is said to have.
fn request(name: &str, column_type: ColumnType, views: Views) -> ColumnRequest {
    ColumnRequest { name: name.to_string(), column_type, views }
}

#[test]
fn columns_taken_over_are_as_columns_copied_whoever_else_reads_them() {
    let settings = ReadSettings::default();
    let text = Views { text: true, ..Views::default() };
    let requests = [
        request("amount", ColumnType::Number, Views::default()),
        request("city", ColumnType::Category, text),
        request("seen", ColumnType::Date, Views::default()),
        request("kind", ColumnType::Text, Views { number: true, ..text }),
    ];
    let role = |name: &str| Some(name.to_string());
    let outcome = |column: &str| {
        Some(OutcomeColumn { column: column.to_string(), won: vec!["Bern".to_string()], lost: LostWords::Everything })
    };
    let plain = LeadRoles { id: "row".to_string(), created_at: role("at"), ..LeadRoles::default() };
    let of_all = |requests: &[ColumnRequest], roles: &LeadRoles, kept: &str, taken: &[&str]| {
        let raw = read_raw(&[folder().join("pyarrow.parquet")], &settings, Wanted::All).unwrap();
        let copied = build_leads(&raw, roles, requests, &settings).unwrap();
        let mut spent = raw.clone();
        let own = build_leads_out_of(&mut spent, roles, requests, &settings, &|name| name == kept).unwrap();
        assert_eq!(format!("{own:?}"), format!("{copied:?}"));
        let is_taken = |name: &&str| spent.column(name).unwrap().cells.is_empty();
        assert_eq!(
            ["amount", "at", "city", "kind", "seen"].into_iter().filter(|n| is_taken(n)).collect::<Vec<_>>(),
            taken
        );
    };
    of_all(&requests, &plain, "", &["amount", "at", "city", "seen"]);
    of_all(&requests, &plain, "amount", &["at", "city", "seen"]);
    of_all(&requests, &LeadRoles { as_of: role("at"), ..plain.clone() }, "", &["amount", "city", "seen"]);
    of_all(&requests, &LeadRoles { closed_at: role("seen"), ..plain.clone() }, "", &["amount", "at", "city"]);
    of_all(&requests[..1], &LeadRoles { closed_at: role("seen"), ..plain.clone() }, "", &["amount", "at", "seen"]);
    of_all(&requests, &LeadRoles { outcome: outcome("city"), ..plain.clone() }, "", &["amount", "at", "seen"]);
    of_all(&requests, &LeadRoles { id: "at".to_string(), created_at: None, ..plain }, "", &["amount", "city", "seen"]);
}

/// Reads a file as a log and as a table of leads: what is wrong is an error that names it.
fn read_both(path: &Path, what: &str) -> usize {
    let ids: Ids = (10_000..10_100).map(|n| n.to_string()).collect();
    let role = str::to_string;
    let roles =
        ActivityRoles { lead_id: role("number"), at: role("at"), kind: role("kind"), detail: None, count: None };
    let (settings, paths) = (ReadSettings::default(), [path.to_path_buf()]);
    let log = ActivityLog::open(&paths, &roles, &settings, &ids, true);
    let of_log = log.and_then(|mut log| log.for_each(&mut |_| {})).err();
    let leads = LeadRoles { id: "row".to_string(), ..LeadRoles::default() };
    let of_table = read_raw(&paths, &settings, Wanted::All)
        .and_then(|raw| build_leads(&raw, &leads, &[], &settings).map(drop))
        .err();
    let errors = [of_log, of_table].into_iter().flatten();
    errors.inspect(|error| assert!(error.to_string().contains("altered.parquet"), "{what}: {error}")).count()
}

#[test]
fn an_altered_file_is_named_and_never_ends_the_program_otherwise() {
    let whole = std::fs::read(folder().join("tiny.parquet")).unwrap();
    let there = tempfile::tempdir().unwrap();
    let path = there.path().join("altered.parquet");
    let mut n_refused = 0;
    let footer = whole.len() - 8 - u32::from_le_bytes(*whole[..whole.len() - 4].last_chunk().unwrap()) as usize;
    for place in (0..footer).step_by(4).chain(footer..whole.len()) {
        let mut altered = whole.clone();
        let flip = [0x01, 0x80, 0x5A][place % 3];
        altered[place] ^= flip;
        std::fs::write(&path, altered).unwrap();
        n_refused += read_both(&path, &format!("byte {place} ^ {flip:#04x}"));
    }
    for length in (0..whole.len()).step_by(29) {
        std::fs::write(&path, &whole[..length]).unwrap();
        n_refused += read_both(&path, &format!("{length} bytes"));
    }
    assert!(n_refused > 300, "{n_refused}");
}
