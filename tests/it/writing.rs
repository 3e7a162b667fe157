//! Tables out: what is written, how it is rounded, and that a file is there whole or not at all.

use crate::company::Company;
use leadscore::asof::Instant;
use leadscore::io::{
    CsvDialect, OutColumn, OutValues, ReadSettings, Rounding, Wanted, WriteOptions, read_raw, write_atomically,
    write_csv, write_table,
};
use leadscore::tables::TextColumn;
use std::fs;
use std::io;
use std::path::Path;

fn column(name: &str, values: OutValues) -> OutColumn {
    OutColumn { name: name.to_string(), values }
}

fn texts(values: &[&str]) -> OutValues {
    OutValues::Text(values.iter().map(|v| (!v.is_empty()).then(|| v.to_string())).collect())
}

fn scored() -> Vec<OutColumn> {
    vec![
        column("lead_id", texts(&["007", "b,2", "=1+2"])),
        column("tier", OutValues::Dictionary(TextColumn::from_values([Some("SQL"), None, Some("MQL")]))),
        column("score", OutValues::Number(vec![79.99996, f64::NAN, 50.0], Rounding::Points)),
        column("win_probability", OutValues::Number(vec![0.123_456_789, 1.0, 0.5], Rounding::Probability)),
        column("mismatch", OutValues::Bool(vec![Some(true), None, Some(false)])),
        column("as_of", OutValues::Instant(vec![Some(Instant(0)), None, Some(Instant(1_500_000))])),
    ]
}

fn csv_of(columns: &[OutColumn], options: WriteOptions<'_>) -> String {
    let mut text = Vec::new();
    write_csv(&mut text, columns, options).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn csv_rounds_within_the_tier_and_defuses_formulas() {
    let options = WriteOptions { bounds: &[50.0, 80.0], ..WriteOptions::default() };
    let expected = "lead_id,tier,score,win_probability,mismatch,as_of\n\
                    007,SQL,79.9999,0.123457,true,1970-01-01T00:00:00Z\n\
                    \"b,2\",,,1,,\n\
                    '=1+2,MQL,50,0.5,false,1970-01-01T00:00:01.5Z\n";
    assert_eq!(csv_of(&scored(), options), expected);
    let raw = csv_of(&scored(), WriteOptions { raw: true, ..options });
    assert!(raw.contains("\n=1+2,"), "{raw}");
}

#[test]
fn excel_gets_its_own_signs_and_is_told_that_it_is_utf_8() {
    let dialect =
        |dialect| csv_of(&scored(), WriteOptions { bounds: &[50.0, 80.0], dialect, ..WriteOptions::default() });
    let expected = "\u{feff}lead_id;tier;score;win_probability;mismatch;as_of\n\
                    007;SQL;79,9999;0,123457;true;1970-01-01T00:00:00Z\n\
                    b,2;;;1;;\n\
                    '=1+2;MQL;50;0,5;false;1970-01-01T00:00:01.5Z\n";
    assert_eq!(dialect(CsvDialect::ExcelSemicolon), expected);
    let plain = dialect(CsvDialect::Plain);
    assert_eq!(dialect(CsvDialect::ExcelComma), format!("\u{feff}{plain}"));
    assert!(!plain.starts_with('\u{feff}'));
}

#[test]
fn every_way_to_begin_a_formula_is_defused_and_numbers_are_not() {
    let cells = ["=A1", "+A1", "-A1", "@SUM(A1)", "\tA1", "\rA1", "＝A1", "-5.5", "+40", "a=b", "'x"];
    let written = csv_of(&[column("c", texts(&cells))], WriteOptions::default());
    let read: Vec<String> =
        csv::Reader::from_reader(written.as_bytes()).records().map(|r| r.unwrap()[0].to_string()).collect();
    assert_eq!(read, ["'=A1", "'+A1", "'-A1", "'@SUM(A1)", "'\tA1", "'\rA1", "'＝A1", "-5.5", "+40", "a=b", "'x"]);
    let header = csv_of(&[column("=cmd()", texts(&["x"]))], WriteOptions::default());
    assert!(header.starts_with("'=cmd()\n"));
}

#[test]
fn quotes_and_line_breaks_come_back_as_they_were() {
    let cells = ["a \"quoted\" word", "two\nlines", "comma, semicolon;", " spaces ", "日本語"];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    write_table(&path, &[column("id", texts(&cells))], WriteOptions::default()).unwrap();
    let raw = read_raw(&[path], &ReadSettings::default(), Wanted::All).unwrap();
    let read: Vec<String> = (0..raw.n_rows()).map(|row| raw.columns[0].text(row).into_owned()).collect();
    assert_eq!(read, cells);
}

#[test]
fn ndjson_holds_numbers_in_full_and_null_where_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    write_table(&path, &scored(), WriteOptions { bounds: &[80.0], ..WriteOptions::default() }).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["score"], 79.99996);
    assert_eq!(first["win_probability"], 0.123_456_789);
    let second = text.lines().nth(1).unwrap();
    assert_eq!(
        second,
        r#"{"lead_id":"b,2","tier":null,"score":null,"win_probability":1,"mismatch":null,"as_of":null}"#
    );
    assert!(text.lines().nth(2).unwrap().starts_with(r#"{"lead_id":"=1+2","#));
}

#[test]
fn parquet_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.parquet");
    write_table(&path, &scored(), WriteOptions::default()).unwrap();
    // Times are written in UTC, so that the timezone of the project does not move them.
    let settings = ReadSettings { timezone: "Asia/Tokyo".to_string(), ..ReadSettings::default() };
    let raw = read_raw(&[path], &settings, Wanted::All).unwrap();
    let row = |row: usize| raw.columns.iter().map(|column| column.text(row).into_owned()).collect::<Vec<_>>();
    assert_eq!(row(0), ["007", "SQL", "79.99996", "0.123456789", "true", "1970-01-01T00:00:00Z"]);
    assert_eq!(row(1), ["b,2", "", "", "1", "", ""]);
    assert_eq!(row(2), ["=1+2", "MQL", "50", "0.5", "false", "1970-01-01T00:00:01.5Z"]);
}

#[test]
fn many_rows_keep_their_order() {
    const ROWS: usize = 100_000;
    let ids = OutValues::Text((0..ROWS).map(|n| Some(n.to_string())).collect());
    let text = csv_of(&[column("id", ids)], WriteOptions::default());
    assert!(text.lines().skip(1).enumerate().all(|(n, line)| line == n.to_string()));
    assert_eq!(text.lines().count(), ROWS + 1);
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_failed_write_leaves_the_earlier_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scored.csv");
    fs::write(&path, "earlier").unwrap();
    let failed = write_atomically(&path, &mut |sink| {
        sink.write_all(b"half")?;
        Err(io::Error::other("the disk is full"))
    });
    assert_eq!(failed.unwrap_err().what, "cannot be written: the disk is full");
    assert_eq!(fs::read_to_string(&path).unwrap(), "earlier");
    assert_eq!(entries(folder.path()), ["scored.csv"]);
    write_atomically(&path, &mut |sink| sink.write_all(b"whole")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
    assert_eq!(entries(folder.path()), ["scored.csv"]);
}

#[test]
fn folders_are_not_made_and_formats_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("not there").join("out.csv");
    let error = write_table(&missing, &scored(), WriteOptions::default()).unwrap_err();
    assert!(error.what.starts_with("there is no folder"), "{error}");
    assert_eq!(error.remedy, "create it first");
    let error = write_table(&folder.path().join("out.xlsx"), &scored(), WriteOptions::default()).unwrap_err();
    assert_eq!(error.remedy, "end the name in .csv, .parquet, .ndjson or .jsonl");
    assert!(entries(folder.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_permissions_of_any_new_file_and_links_stay_links() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (plain, ours) = (folder.path().join("plain"), folder.path().join("out.csv"));
    fs::write(&plain, "").unwrap();
    write_table(&ours, &scored(), WriteOptions::default()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));
    let link = folder.path().join("link.csv");
    std::os::unix::fs::symlink(&ours, &link).unwrap();
    write_atomically(&link, &mut |sink| sink.write_all(b"new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&ours).unwrap(), "new");
}

#[test]
fn a_scored_table_for_excel_is_csv() {
    let company = Company::trained();
    company.score("open_leads.csv", "scored.csv", &["--excel", "semicolon"]).ok();
    let text = company.text("scored.csv");
    let cells: Vec<&str> = text.lines().nth(1).unwrap().split(';').collect();
    assert!(
        text.starts_with("\u{feff}lead_id;score;tier;") && cells[1].contains(',') && !cells[1].contains('.'),
        "{cells:?}"
    );
    company.score("open_leads.csv", "scored.parquet", &["--excel", "comma"]).refused(&["--excel is about CSV", ".csv"]);
    assert!(!company.path("scored.parquet").exists());
}
