//! The activity log in: the three formats, order of kinds, unknown leads, and every error by its whole message.

use leadscore::fault::InputError;
use leadscore::io::{
    ActivityLog, ActivityRoles, LogReport, OutColumn, OutValues, ReadSettings, WriteOptions, write_table,
};
use leadscore::tables::{ActivityBatches, Ids, MISSING};
use leadscore::values::{DateOrder, TimeReader, format_instant};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

struct Case {
    folder: TempDir,
    settings: ReadSettings,
    roles: ActivityRoles,
    ids: Ids,
}

/// One act as text: lead row, time, kind, detail, count.
type Act = (u32, String, String, String, u32);

fn case() -> Case {
    let roles = ActivityRoles {
        lead_id: "lead_id".to_string(),
        at: "at".to_string(),
        kind: "kind".to_string(),
        detail: None,
        count: None,
    };
    let ids = ["a", "007", "an id of more than eleven bytes", "d"].into_iter().collect();
    Case { folder: tempfile::tempdir().unwrap(), settings: ReadSettings::default(), roles, ids }
}

impl Case {
    fn read_paths(&self, paths: &[PathBuf]) -> Result<(Vec<Act>, Vec<String>, LogReport), InputError> {
        let mut log = ActivityLog::open(paths, &self.roles, &self.settings, &self.ids, true)?;
        let (mut acts, mut kinds) = (Vec::new(), Vec::new());
        log.for_each(&mut |batch| {
            for act in batch.acts.iter() {
                let detail = if act.detail == MISSING { "" } else { &batch.details[act.detail as usize] };
                let kind = batch.kinds[act.kind as usize].clone();
                acts.push((act.lead, format_instant(act.at), kind, detail.to_string(), act.count));
            }
            assert!(batch.kinds.starts_with(&kinds), "kinds never renumber");
            kinds = batch.kinds.to_vec();
        })?;
        Ok((acts, kinds, log.report().clone()))
    }

    fn read(&self, files: &[(&str, &str)]) -> Result<(Vec<Act>, Vec<String>, LogReport), InputError> {
        let put = |(name, content): &(&str, &str)| {
            let path = self.folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        self.read_paths(&files.iter().map(put).collect::<Vec<_>>())
    }

    fn error(&self, content: &str) -> (String, String) {
        let error = self.read(&[("log.csv", content)]).expect_err("this log is wrong");
        (error.to_string().replace(&format!("{}/", self.folder.path().display()), ""), error.remedy)
    }
}

fn act(lead: u32, at: &str, kind: &str, detail: &str, count: u32) -> Act {
    (lead, at.to_string(), kind.to_string(), detail.to_string(), count)
}

#[test]
fn rows_of_known_leads_come_in_file_order() {
    let mut case = case();
    case.roles.detail = Some("page".to_string());
    case.roles.count = Some("n".to_string());
    let first = "page,kind,at,lead_id,other,n\n\
                 /pricing, page_view ,2024-01-31T10:00:00Z,a,x,2\n\
                 ,open,2024-02-01,nobody,x,1\n\
                 ,open,2024-02-01,,x,1\n\
                 \"/a, b\",open,20240202,an id of more than eleven bytes,x,\n\
                 ,other,not a time,nobody at all,x,\n\
                 ,,,,,\n\n";
    let second = "{\"lead_id\":\"007\",\"at\":1706709906,\"kind\":\"page_view\",\"n\":3}\n";
    let (acts, kinds, report) = case.read(&[("1.csv", first), ("2.ndjson", second)]).unwrap();
    let expected = [
        act(0, "2024-01-31T10:00:00Z", "page_view", "/pricing", 2),
        act(2, "2024-02-02T00:00:00Z", "open", "/a, b", 1),
        act(1, "2024-01-31T14:05:06Z", "page_view", "", 3),
    ];
    assert_eq!(acts, expected);
    assert_eq!(kinds, ["page_view", "open"]);
    assert_eq!((report.rows, report.matched, report.unknown_lead, report.blank_id), (6, 3, 2, 1));
    assert_eq!(report.sample_log_ids, ["nobody", "nobody at all"]);
    assert_eq!(report.sample_lead_ids, ["a", "007", "an id of more than eleven bytes"]);
}

#[test]
fn the_log_may_be_read_again() {
    let case = case();
    let path = case.folder.path().join("log.csv");
    fs::write(&path, "lead_id,at,kind\na,2024-01-31,open\n").unwrap();
    let mut log = ActivityLog::open(&[path], &case.roles, &case.settings, &case.ids, false).unwrap();
    for _ in 0..2 {
        let mut n = 0;
        log.for_each(&mut |batch| n += batch.acts.len()).unwrap();
        assert_eq!((n, log.report().matched), (1, 1));
    }
}

#[test]
fn cells_that_cannot_be_read_are_named_and_nothing_more_is_handed_on() {
    let mut case = case();
    case.roles.count = Some("n".to_string());
    let header = "lead_id,at,kind,n\n";
    for (rows, message) in [
        ("a,soon,open,1\nd,x,open,1\n", "log.csv, line 2, column `at`: `soon` is not a time (2 such rows)"),
        ("a,,open,1\n", "log.csv, line 2, column `at`: `` is not a time"),
        ("a,2024-01-31, ,1\n", "log.csv, line 2, column `kind`: `` is no kind of activity"),
        ("a,2024-01-31,open,1.5\n", "log.csv, line 2, column `n`: `1.5` is not a count"),
        ("a,2024-01-31,open,-1\n", "log.csv, line 2, column `n`: `-1` is not a count"),
        ("a,2024-01-31,open\n", "log.csv, line 2: 3 fields where the header has 4: a,2024-01-31,open"),
        (
            "\"a,2024-01-31,open,1\"\n",
            "log.csv, line 2: 1 row stands wholly inside quotes, one field instead of 4 (line 2): \"a,2024-01-31,open,1\"",
        ),
    ] {
        assert_eq!(case.error(&format!("{header}{rows}")).0, message);
    }
    case.settings.lenient = true;
    let rows = "a,soon,open,1\na,2024-01-31,open,x\na,2024-01-31\n\"d,2024-02-01,click,4\"\n";
    let (acts, _, report) = case.read(&[("log.csv", &format!("{header}{rows}"))]).unwrap();
    assert_eq!(acts, [act(3, "2024-02-01T00:00:00Z", "click", "", 4)]);
    assert_eq!((report.unreadable, report.notes.len()), (3, 2));
    assert!(report.first_unreadable.unwrap().ends_with("line 2, column `at`: `soon` is not a time"));
}

#[test]
fn columns_that_are_not_there() {
    let case = case();
    let (message, remedy) = case.error("leadid,at,kind\na,2024-01-31,open\n");
    assert_eq!(message, "log.csv: there is no column `lead_id`");
    assert_eq!(remedy, "did you mean `leadid`?");
    let error = case.read(&[("log.ndjson", "{\"lead\":\"a\",\"at\":1,\"kind\":\"x\"}\n")]).unwrap_err();
    assert_eq!(error.what, "there is no column `lead_id`");
}

#[test]
fn the_order_of_day_and_month_is_that_of_the_whole_log() {
    let mut case = case();
    // The row that decides stands far behind the first times looked at, and in the second file.
    let ambiguous = format!("lead_id,at,kind\n{}", "a,2/1/2024 10:00,open\n".repeat(3000));
    let deciding = "lead_id,at,kind\nnobody,1/31/2024,open\n";
    let (acts, _, _) = case.read(&[("1.csv", &ambiguous), ("2.csv", deciding)]).unwrap();
    assert_eq!(acts[0].1, "2024-02-01T10:00:00Z");
    let (message, remedy) = case.error(&ambiguous);
    assert_eq!(
        message,
        "log.csv, line 2, column `at`: the times may be month-first or day-first, and no row excludes either"
    );
    assert!(remedy.starts_with("set time_format"), "{remedy}");
    let (message, _) = case.error("lead_id,at,kind\na,31/1/2024,x\na,1/31/2024,x\n");
    assert_eq!(
        message,
        "log.csv, line 2, column `at`: the time can only be day-first, but that of line 3 can only be month-first"
    );
    case.settings.date_orders.insert("at".to_string(), DateOrder::DayFirst);
    assert_eq!(case.read(&[("1.csv", &ambiguous)]).unwrap().0[0].1, "2024-01-02T10:00:00Z");
}

/// Enough rows for several blocks and slices, with quotes in some blocks only.
#[test]
fn the_three_formats_give_the_same_acts() {
    const ROWS: usize = 300_000;
    let mut case = case();
    case.ids = (0..1000).map(|n| format!("{n}")).collect();
    case.roles.detail = Some("page".to_string());
    let start = TimeReader::new("UTC", None).unwrap().read_one("2024-01-01").unwrap();
    let id = |n: usize| Some(format!("{}", (n * 7919) % 1100));
    let page = |n: usize| {
        (!n.is_multiple_of(3)).then(|| if n > 200_000 { format!("/p,{}", n % 40) } else { format!("/p{}", n % 40) })
    };
    let at = |n: usize| Some(leadscore::asof::Instant(start.0 + n as i64 * 1_000_003));
    let columns = [
        ("lead_id", OutValues::Text((0..ROWS).map(id).collect())),
        ("page", OutValues::Text((0..ROWS).map(page).collect())),
        ("at", OutValues::Instant((0..ROWS).map(at).collect())),
        ("kind", OutValues::Text((0..ROWS).map(|n| Some(format!("k{}", (n / 1000) % 17))).collect())),
    ]
    .map(|(name, values)| OutColumn { name: name.to_string(), values });
    let read: Vec<_> = ["log.csv", "log.ndjson", "log.parquet"]
        .iter()
        .map(|name| {
            let path = case.folder.path().join(name);
            write_table(&path, &columns, WriteOptions::default()).unwrap();
            case.read_paths(&[path]).unwrap()
        })
        .collect();
    assert_eq!(read[0].0.len(), ROWS / 1100 * 1000 + (0..ROWS % 1100).filter(|n| (n * 7919) % 1100 < 1000).count());
    assert_eq!(read[0].2.unknown_lead as usize, ROWS - read[0].0.len());
    assert!(read[0] == read[1], "CSV and NDJSON differ");
    assert!(read[0] == read[2], "CSV and Parquet differ");
}

#[test]
fn whole_numbers_as_ids_in_parquet_are_their_decimal_text() {
    use polars::prelude::{Column, DataFrame, ParquetWriter};
    let mut case = case();
    case.ids = ["10000007", "7"].into_iter().collect();
    let mut frame = DataFrame::new(
        3,
        vec![
            Column::new("lead_id".into(), [10_000_007_i64, 7, 8]),
            Column::new("at".into(), [1_706_709_906_i64, 20_240_131, 1_706_709_906_123]),
            Column::new("kind".into(), ["open", "click", "open"]),
        ],
    )
    .unwrap();
    let path = case.folder.path().join("log.parquet");
    ParquetWriter::new(fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    let (acts, kinds, report) = case.read_paths(&[path]).unwrap();
    let expected = [act(0, "2024-01-31T14:05:06Z", "open", "", 1), act(1, "2024-01-31T00:00:00Z", "click", "", 1)];
    assert_eq!(acts, expected);
    assert_eq!((kinds.len(), report.unknown_lead), (2, 1));
}
