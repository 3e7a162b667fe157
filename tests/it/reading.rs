//! Leads in: formats, encodings, delimiters, types, ids, outcomes; and every error by its whole message.

use flate2::Compression;
use flate2::write::GzEncoder;
use leadscore::fault::InputError;
use leadscore::io::{
    Absent, BuiltLeads, ColumnRequest, LeadRoles, LostWords, OutColumn, OutValues, OutcomeColumn, OutcomeRoles,
    RawTable, ReadSettings, Rounding, ValueCounts, Views, Wanted, WriteOptions, build_leads, count_values, infer_types,
    join_outcomes, read_raw, write_table,
};
use leadscore::tables::{ColumnType, LeadTable, Outcome};
use leadscore::values::{DateOrder, format_instant};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder with files in it, and how they are read.
struct Case {
    folder: TempDir,
    settings: ReadSettings,
    roles: LeadRoles,
}

fn case() -> Case {
    let roles = LeadRoles { id: "id".to_string(), ..LeadRoles::default() };
    Case { folder: tempfile::tempdir().unwrap(), settings: ReadSettings::default(), roles }
}

impl Case {
    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn raw(&self, files: &[(&str, &[u8])]) -> Result<RawTable, InputError> {
        let paths: Vec<PathBuf> = files.iter().map(|(name, content)| self.put(name, content)).collect();
        read_raw(&paths, &self.settings, Wanted::All)
    }

    /// Reads all columns by the types that the data suggest.
    fn build(&self, files: &[(&str, &[u8])]) -> Result<BuiltLeads, InputError> {
        let raw = self.raw(files)?;
        let columns = infer_types(&raw.columns, &self.settings)?;
        let requests: Vec<ColumnRequest> = columns.iter().map(|c| request(&c.name, c.column_type)).collect();
        build_leads(&raw, &self.roles, &requests, &self.settings)
    }

    fn csv(&self, content: &str) -> Result<BuiltLeads, InputError> {
        self.build(&[("leads.csv", content.as_bytes())])
    }

    /// The error's message without the folder, and its remedy.
    fn error(&self, result: Result<BuiltLeads, InputError>) -> (String, String) {
        let error = result.map(|built| built.table).expect_err("this input is wrong");
        let folder = format!("{}/", self.folder.path().display());
        (error.to_string().replace(&folder, ""), error.remedy)
    }
}

fn request(name: &str, column_type: ColumnType) -> ColumnRequest {
    ColumnRequest { name: name.to_string(), column_type, views: Views::default() }
}

fn text(table: &LeadTable, column: &str, row: usize) -> String {
    table.column(column).unwrap().text.as_ref().unwrap().get(row).unwrap_or("(missing)").to_string()
}

fn number(table: &LeadTable, column: &str, row: usize) -> f64 {
    table.column(column).unwrap().number.as_ref().unwrap()[row]
}

fn date(table: &LeadTable, column: &str, row: usize) -> String {
    table.column(column).unwrap().date.as_ref().unwrap()[row].map_or("(missing)".to_string(), format_instant)
}

#[test]
fn delimiters_quotes_byte_order_marks_and_line_ends() {
    let case = case();
    for (name, content) in [
        ("comma.csv", "\u{feff}id,name,n\r\n1,\"Ray, \"\"Jr\"\"\",5\r\n2,\"two\r\nlines\",6\r\n"),
        ("semicolon.csv", "id;name;n\n1;\"Ray, \"\"Jr\"\"\";5\n2;\"two\r\nlines\";6"),
        ("tab.tsv", "id\tname\tn\n1\tRay, \"Jr\"\t5\n2\t\"two\r\nlines\"\t6\n"),
        ("pipe.csv", "sep=|\n\nid|name|n\n1|Ray, \"Jr\"|5\n\n2|\"two\r\nlines\"|6\n"),
    ] {
        let table = case.build(&[(name, content.as_bytes())]).unwrap().table;
        assert_eq!(table.ids, ["1", "2"], "{name}");
        assert_eq!(text(&table, "name", 0), "Ray, \"Jr\"", "{name}");
        assert_eq!(text(&table, "name", 1), "two\r\nlines", "{name}");
        assert_eq!(number(&table, "n", 1), 6.0, "{name}");
    }
}

#[test]
fn stray_delimiters_and_repeated_names() {
    let mut case = case();
    let table = case.csv("id,a,\n1,x,\n2,y,\n").unwrap().table;
    assert_eq!(table.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["id", "a"]);
    let table = case.csv("id,a,,a\n1,x,note,z\n").unwrap().table;
    assert_eq!(table.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["id", "a", "column_3", "a_2"]);
    case.roles.id = "a".to_string();
    let (message, _) = case.error(case.csv("a,b,a\n1,x,2\n"));
    assert_eq!(message, "leads.csv: the header names `a` more than once");
}

#[test]
fn numbers_as_spreadsheets_write_them() {
    let mut case = case();
    let table = case.csv("id,income\n1,\"$90,000 \"\n2,(250)\n3,\n").unwrap().table;
    assert_eq!((number(&table, "income", 0), number(&table, "income", 1)), (90_000.0, -250.0));
    assert!(number(&table, "income", 2).is_nan());
    case.settings.decimal = ',';
    let table = case.csv("id;income\n1;1.234,5\n2;0,5\n").unwrap().table;
    assert_eq!((number(&table, "income", 0), number(&table, "income", 1)), (1234.5, 0.5));
}

#[test]
fn missing_words_by_setting_and_blank_always() {
    let mut case = case();
    case.settings.missing = vec!["Select".to_string(), "-1".to_string()];
    let table = case.csv("id,city,n\n1,select ,5\n2,  ,-1\n3,Iasi,7\n").unwrap().table;
    assert_eq!(
        [text(&table, "city", 0), text(&table, "city", 1), text(&table, "city", 2)],
        ["(missing)", "(missing)", "Iasi"]
    );
    assert!(number(&table, "n", 1).is_nan());
}

#[test]
fn types_by_a_look_at_all_values() {
    let case = case();
    let mut content = "id,zip,phone,amount,day,stamp_at,note,flag,near\n".to_string();
    for n in 0..120 {
        let near = if n == 7 { "n/a".to_string() } else { n.to_string() };
        content += &format!(
            "L{n},0{},55512{n:05},{}.5,202401{:02},{},free text number {n},yes,{near}\n",
            1000 + n,
            n,
            1 + n % 28,
            1_700_000_000 + n
        );
    }
    let raw = case.raw(&[("leads.csv", content.as_bytes())]).unwrap();
    let found = infer_types(&raw.columns, &case.settings).unwrap();
    let type_of = |name: &str| found.iter().find(|c| c.name == name).unwrap();
    for (name, expected) in [
        ("id", ColumnType::Text),
        ("zip", ColumnType::Text),
        ("phone", ColumnType::Text),
        ("amount", ColumnType::Number),
        ("day", ColumnType::Date),
        ("stamp_at", ColumnType::Date),
        ("note", ColumnType::Text),
        ("flag", ColumnType::Category),
    ] {
        assert_eq!(type_of(name).column_type, expected, "{name}: {}", type_of(name).why);
    }
    assert_eq!(
        type_of("near").problems,
        ["119 of 120 values are numbers; the others: `n/a` (1). Spellings of \"no value\" belong under `missing`"]
    );
    let counts = count_values(&raw, &case.settings).unwrap();
    let flag = raw.columns.iter().position(|c| c.name == "flag").unwrap();
    assert_eq!(counts[flag], ValueCounts { n_missing: 0, n_distinct: 1 });
    let mut settings = case.settings.clone();
    settings.types.insert("amount".to_string(), ColumnType::Category);
    let by_hand = infer_types(&raw.columns, &settings).unwrap();
    assert_eq!(by_hand[3].column_type, ColumnType::Category);
}

#[test]
fn a_slashed_column_is_read_as_a_whole() {
    let mut case = case();
    let built = case.csv("id,seen\n1,2/1/2018\n2,10/20/2017\n").unwrap();
    assert_eq!(date(&built.table, "seen", 0), "2018-02-01T00:00:00Z");
    assert_eq!(built.report.date_orders["seen"], DateOrder::MonthFirst);
    let built = case.csv("id,seen\n1,01-02-2018\n2,20-10-2017\n").unwrap();
    assert_eq!(date(&built.table, "seen", 0), "2018-02-01T00:00:00Z");
    let (message, remedy) = case.error(case.csv("id,seen\n1,1/1/2018\n2,2/1/2018\n"));
    assert_eq!(
        message,
        "leads.csv, line 3, column `seen`: `2/1/2018` may be month-first or day-first, and no row of the column excludes either"
    );
    assert!(remedy.starts_with("set time_format = "), "{remedy}");
    let (message, _) = case.error(case.csv("id,seen\n1,13/1/2018\n2,1/13/2018\n"));
    assert_eq!(
        message,
        "leads.csv, line 2, column `seen`: `13/1/2018` can only be day-first, but `1/13/2018` (leads.csv, line 3) can only be month-first"
            .replace("(leads.csv", &format!("({}leads.csv", ""))
    );
    // What the model learned holds for a file of one row too.
    case.settings.date_orders.insert("seen".to_string(), DateOrder::DayFirst);
    assert_eq!(date(&case.csv("id,seen\n1,2/1/2018\n").unwrap().table, "seen", 0), "2018-01-02T00:00:00Z");
    let raw = case.raw(&[("leads.csv", b"id,seen\n1,1/13/2018\n")]).unwrap();
    let requests = [request("seen", ColumnType::Date)];
    let (message, remedy) = case.error(build_leads(&raw, &case.roles, &requests, &case.settings));
    assert_eq!(message, "leads.csv, line 2, column `seen`: `1/13/2018` is not a time");
    assert_eq!(remedy, "the column was day-first when the model was trained; mend the value");
}

#[test]
fn times_without_offset_are_those_of_the_timezone() {
    let mut case = case();
    case.settings.timezone = "Europe/Bucharest".to_string();
    let table = case.csv("id,at\n1,2024-10-27 03:30\n2,2024-03-31 03:30\n3,2024-07-01\n").unwrap().table;
    assert_eq!(date(&table, "at", 0), "2024-10-27T00:30:00Z");
    assert_eq!(date(&table, "at", 1), "2024-03-31T01:30:00Z");
    assert_eq!(date(&table, "at", 2), "2024-06-30T21:00:00Z");
}

#[test]
fn encodings_by_mark_and_by_setting() {
    let mut case = case();
    let content = "id,氏名\nC1,畠中 裕司\n";
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(content.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(text(&case.build(&[("a.csv", &utf16)]).unwrap().table, "氏名", 0), "畠中 裕司");
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(content);
    let (message, remedy) = case.error(case.build(&[("b.csv", &shift_jis)]));
    assert_eq!(message, "b.csv, line 1: the text is not UTF-8 (2 lines); read as shift_jis it says `氏名`");
    assert!(remedy.starts_with("set encoding = \"shift_jis\" in the project file"), "{remedy}");
    case.settings.encoding = Some("cp932".to_string());
    assert_eq!(text(&case.build(&[("b.csv", &shift_jis)]).unwrap().table, "氏名", 0), "畠中 裕司");
    let mut case = self::case();
    let (accents, _, _) = encoding_rs::WINDOWS_1252.encode("id,name\n1,Ana\n2,ANDRÉS\n3,Zoë\n");
    let (message, remedy) = case.error(case.build(&[("c.csv", &accents)]));
    assert_eq!(message, "c.csv, line 3: the text is not UTF-8 (2 lines); read as windows-1252 it says `ANDRÉS`");
    assert!(remedy.starts_with("set encoding = \"windows-1252\" in the project file"), "{remedy}");
    case.settings.encoding = Some("windows-1252".to_string());
    assert_eq!(text(&case.build(&[("c.csv", &accents)]).unwrap().table, "name", 1), "ANDRÉS");
    case.settings.encoding = Some("shift_jis".to_string());
    assert!(case.build(&[("c.csv", &accents)]).is_err());
    case.settings.encoding = None;
    case.settings.lenient = true;
    let built = case.build(&[("c.csv", &accents)]).unwrap();
    assert_eq!([text(&built.table, "name", 0), text(&built.table, "name", 1)], ["Ana", "(missing)"]);
    assert!(built.report.notes[0].ends_with("2 rows were not UTF-8; such cells were taken as missing (lines 3, 4)"));
}

#[test]
fn what_is_no_table_is_named() {
    let case = case();
    for (name, content, message) in [
        (
            "a.csv",
            &b"PK\x03\x04\x14\x00[Content_Types].xml"[..],
            "this is an Excel workbook (.xlsx), not a table in text",
        ),
        ("b.csv", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "this is an old Excel workbook (.xls), not a table in text"),
        ("c.csv", b"\x28\xB5\x2F\xFD", "this is a compressed file, not a table in text"),
        ("d.csv", b"%PDF-1.7", "this is a PDF, not a table in text"),
        ("e.csv", b"<html><body>", "this is an HTML page, not a table in text"),
        ("f.csv", b" \n", "the file is empty"),
        ("g.json", b"[{\"id\":1}]", "this is one JSON array"),
        ("h.csv", b"id\r1\r2\r", "its lines end in a bare carriage return, as on Macs of long ago"),
    ] {
        assert_eq!(case.error(case.build(&[(name, content)])).0, format!("{name}: {message}"));
    }
    let missing = read_raw(&[case.folder.path().join("none.csv")], &case.settings, Wanted::All).unwrap_err();
    assert_eq!(missing.what, "no such file");
    let broken = case.error(case.build(&[("i.parquet", b"PAR1 and nothing else")])).0;
    assert!(broken.starts_with("i.parquet: the Parquet file cannot be read: "), "{broken}");
}

#[test]
fn text_packed_by_gzip_is_read_as_what_it_holds() {
    let case = case();
    let pack = |text: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    };
    let rows: String = (0..5_000).map(|i| format!("{i},name {i}\n")).collect();
    let csv = pack(format!("id,name\n{rows}").as_bytes());
    let built = case.build(&[("a.csv.gz", &csv)]).unwrap();
    assert_eq!((built.table.n_leads(), &text(&built.table, "name", 4_999)[..]), (5_000, "name 4999"));
    let mut parts = pack(b"{\"id\": 1, \"name\": \"Ana\"}\n");
    parts.extend(pack(b"{\"id\": 2, \"name\": \"Bo\"}\n"));
    let built = case.build(&[("b.ndjson.gz", &parts)]).unwrap();
    assert_eq!(built.table.ids, ["1", "2"]);

    for (name, content, message) in [
        ("cut.csv.gz", &csv[..csv.len() - 40], "cannot be read: "),
        ("twice.csv.gz", &pack(&csv), "this is a compressed file, not a table in text"),
        ("table.parquet.gz", &pack(b"PAR1"), "this is a packed Parquet file"),
        ("empty.csv.gz", &pack(b""), "the file is empty"),
    ] {
        let told = case.error(case.build(&[(name, content)])).0;
        assert!(told.starts_with(&format!("{name}: {message}")), "{told}");
    }
}

#[test]
fn rows_with_too_few_or_too_many_fields() {
    let mut case = case();
    let content = "id,a,b\n1,x,y\n2,x\n3,x,y,z\n4\n";
    let (message, _) = case.error(case.csv(content));
    assert_eq!(message, "leads.csv, line 3: 2 fields where the header has 3: 2,x; 2 such rows: lines 3, 5");
    let (message, remedy) = case.error(case.csv("id,a\n1,x\n2,New York, NY\n"));
    assert_eq!(message, "leads.csv, line 3: 3 fields where the header has 2: 2,New York, NY");
    assert!(remedy.starts_with("put a field that holds the delimiter"), "{remedy}");
    case.settings.lenient = true;
    let built = case.csv(content).unwrap();
    assert_eq!(built.table.ids, ["1", "2", "3", "4"]);
    assert_eq!([text(&built.table, "b", 1), text(&built.table, "b", 2)], ["(missing)", "y"]);
    assert_eq!(built.report.notes.len(), 2);
}

#[test]
fn whole_rows_inside_quotes_are_named_with_their_lines() {
    let mut case = case();
    let content = "id,a,b\n1,x,y\n\"2,\"\"u, v\"\",w\"\n3,x,y\n\"4,p,q\"\n";
    let (message, remedy) = case.error(case.csv(content));
    assert_eq!(
        message,
        "leads.csv, line 3: 2 rows stand wholly inside quotes, one field instead of 3 (lines 3, 5): \"2,\"\"u, v\"\",w\""
    );
    assert!(remedy.starts_with("take the outer quotes away"), "{remedy}");
    case.settings.lenient = true;
    let built = case.csv(content).unwrap();
    assert_eq!(built.table.ids, ["1", "2", "3", "4"]);
    assert_eq!(text(&built.table, "a", 1), "u, v");
    assert!(
        built.report.notes[0].ends_with("2 rows stood wholly inside quotes and were read inside them (lines 3, 5)")
    );
}

#[test]
fn a_quote_that_never_closes() {
    let case = case();
    let (message, _) = case.error(case.csv("id,a\n1,x\n2,\"y\n3,z\n"));
    assert_eq!(message, "leads.csv, line 3: a quote is opened here and never closed");
}

#[test]
fn values_that_are_not_of_their_columns_type() {
    let mut case = case();
    let raw = case.raw(&[("leads.csv", b"id,n,d\n1,5,2024-01-31\n2,\"1,5\",x\n3,abc,\n4,,y\n")]).unwrap();
    let number = [request("n", ColumnType::Number)];
    let (message, remedy) = case.error(build_leads(&raw, &case.roles, &number, &case.settings));
    assert_eq!(message, "leads.csv, line 3, column `n`: `1,5` is not a number (2 such rows)");
    assert_eq!(remedy, "set decimal = \",\" in the project file if that is the decimal sign");
    let date = [request("d", ColumnType::Date)];
    let (message, remedy) = case.error(build_leads(&raw, &case.roles, &date, &case.settings));
    assert_eq!(message, "leads.csv, line 3, column `d`: `x` is not a time (2 such rows)");
    assert_eq!(remedy, "write it as 2024-01-31, set time_format, or run with --lenient (missing)");
    case.settings.lenient = true;
    let both = [request("n", ColumnType::Number), request("d", ColumnType::Date)];
    let built = build_leads(&raw, &case.roles, &both, &case.settings).unwrap();
    let unreadable = &built.report.unreadable;
    assert_eq!((unreadable[0].rows, &unreadable[0].first_value[..]), (2, "1,5"));
    assert_eq!((unreadable[1].rows, &unreadable[1].first_value[..]), (2, "x"));
    assert!(self::number(&built.table, "n", 1).is_nan());
}

#[test]
fn further_views_take_what_is_none_as_missing() {
    let case = case();
    let raw = case.raw(&[("leads.csv", b"id,size\n1,50\n2,many\n")]).unwrap();
    let views = Views { number: true, date: true, text: false };
    let requests = [ColumnRequest { name: "size".to_string(), column_type: ColumnType::Category, views }];
    let built = build_leads(&raw, &case.roles, &requests, &case.settings).unwrap();
    assert_eq!(number(&built.table, "size", 0), 50.0);
    assert!(number(&built.table, "size", 1).is_nan());
    assert_eq!(date(&built.table, "size", 0), "(missing)");
    assert_eq!(text(&built.table, "size", 1), "many");
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_nearest() {
    let mut case = case();
    let raw = case.raw(&[("leads.csv", b"id,job_title\n1,x\n")]).unwrap();
    let wanted = [request("JobTitle", ColumnType::Category)];
    let (message, remedy) = case.error(build_leads(&raw, &case.roles, &wanted, &case.settings));
    assert_eq!(message, "leads.csv: there is no column `JobTitle`");
    assert_eq!(remedy, "did you mean `job_title`? With --lenient it is taken as missing.");
    case.settings.lenient = true;
    let built = build_leads(&raw, &case.roles, &wanted, &case.settings).unwrap();
    assert_eq!(built.report.missing_columns, ["JobTitle"]);
    assert_eq!(text(&built.table, "JobTitle", 0), "(missing)");
    case.roles.id = "lead".to_string();
    let (message, remedy) = case.error(build_leads(&raw, &case.roles, &[], &case.settings));
    assert_eq!(message, "leads.csv: there is no column `lead`");
    assert_eq!(
        remedy,
        "its columns are: `id`, `job_title`. Where the file has no ids, --number-rows takes the row numbers."
    );
}

#[test]
fn only_the_wanted_columns_are_read() {
    let case = case();
    let path = case.put("leads.csv", "id,a,b\n1,x,y\n");
    let wanted = ["b".to_string(), "id".to_string(), "none".to_string()];
    let raw = read_raw(&[path], &case.settings, Wanted::Only(&wanted)).unwrap();
    assert_eq!(raw.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["id", "b"]);
    assert_eq!(raw.header, ["id", "a", "b"]);
}

#[test]
fn ids_are_text_as_written_and_stand_once_in_a_file() {
    let mut case = case();
    let built = case.csv("id,a\n007,x\n7,y\n 7,z\n7.0,w\n").unwrap();
    assert_eq!(built.table.ids, ["007", "7", " 7", "7.0"]);
    let (message, _) = case.error(case.csv("id,a\n1,x\n2,y\n1,z\n2,w\n"));
    assert_eq!(message, "leads.csv, line 4: id `1` stands on line 2 already (2 such rows)");
    let (message, _) = case.error(case.csv("id,a\n1,x\n,y\n ,z\n"));
    assert_eq!(message, "leads.csv, line 3, column `id`: the id is blank (2 such rows)");
    case.settings.lenient = true;
    let built = case.csv("id,a\n1,x\n,y\n").unwrap();
    assert_eq!((built.table.ids.len(), built.report.blank_id_rows), (1, 1));
}

#[test]
fn a_later_file_wins_and_is_counted() {
    let mut case = case();
    let old = ("old.csv", &b"id,a\n1,old\n2,old\n"[..]);
    let built = case.build(&[old, ("new.csv", b"a,id\nnew,2\nnew,3\n")]).unwrap();
    assert_eq!(built.table.ids, ["1", "2", "3"]);
    assert_eq!([0, 1, 2].map(|row| text(&built.table, "a", row)), ["old", "new", "new"]);
    assert_eq!((built.report.rows_read, built.report.replaced_rows), (4, 1));
    assert_eq!(built.table.origin.iter().collect::<Vec<_>>(), [(0, 2), (1, 2), (1, 3)]);
    assert_eq!(built.raw_rows, [0, 2, 3]);
    let mixed = case.build(&[old, ("new.ndjson", b"{\"id\":2,\"a\":\"new\"}\n")]).unwrap();
    assert_eq!(mixed.table.ids, ["1", "2"]);
    let (message, _) = case.error(case.build(&[old, ("less.csv", b"id\n9\n")]));
    assert_eq!(message, "less.csv: there is no column `a`");
    case.settings.lenient = true;
    let built = case.build(&[old, ("less.csv", b"id\n9\n")]).unwrap();
    assert_eq!(text(&built.table, "a", 2), "(missing)");
}

#[test]
fn outcomes_times_and_weights() {
    let mut case = case();
    case.roles.outcome = Some(OutcomeColumn {
        column: "stage".to_string(),
        won: vec!["Closed Won".to_string(), "1".to_string()],
        lost: LostWords::Words(vec!["closed lost".to_string()]),
    });
    case.roles.created_at = Some("created".to_string());
    case.roles.weight = Some("w".to_string());
    let content =
        "id,stage,created,w\n1, closed WON ,2024-01-31,1\n2,1.0,,0.5\n3,Closed Lost,2024-02-01,0\n4,new,,2\n5,,,1\n";
    let table = case.csv(content).unwrap().table;
    use Outcome::{Lost, Open, Won};
    assert_eq!(table.outcome.unwrap(), [Won, Won, Lost, Open, Open]);
    assert_eq!(table.row_weight.unwrap(), [1.0, 0.5, 0.0, 2.0, 1.0]);
    assert_eq!(table.created_at.unwrap()[0].map(format_instant).unwrap(), "2024-01-31T00:00:00Z");
    case.roles.outcome.as_mut().unwrap().lost = LostWords::Everything;
    assert_eq!(case.csv(content).unwrap().table.outcome.unwrap(), [Won, Won, Lost, Lost, Open]);
    let (message, _) = case.error(case.csv(&content.replace(",0.5", ",-0.5")));
    assert_eq!(message, "leads.csv, line 3, column `w`: `-0.5` is not a row weight");
    let (message, _) = case.error(case.csv(&content.replace(",0.5", ",")));
    assert_eq!(message, "leads.csv, line 3, column `w`: `` is not a row weight");
    case.roles.outcome.as_mut().unwrap().won = vec!["gained".to_string()];
    let notes = case.csv(content).unwrap().report.notes;
    assert_eq!(notes, ["no cell of `stage` is `gained`; it holds `closed WON`, `1.0`, `Closed Lost`, `new`, ``"]);
    let present = case.roles.present_in(&["id".to_string(), "created".to_string()]);
    assert_eq!((present.outcome, present.weight, present.created_at), (None, None, Some("created".to_string())));
}

#[test]
fn activity_columns_are_counts() {
    let mut case = case();
    case.roles.activity_columns = vec!["visits".to_string()];
    let raw = case.raw(&[("leads.csv", b"id,visits\n1,3\n2,\n")]).unwrap();
    let table = build_leads(&raw, &case.roles, &[], &case.settings).unwrap().table;
    assert_eq!(number(&table, "visits", 0), 3.0);
    for (cell, shown) in [("2.5", "2.5"), ("-1", "-1")] {
        let raw = case.raw(&[("leads.csv", format!("id,visits\n1,3\n2,{cell}\n").as_bytes())]).unwrap();
        let (message, _) = case.error(build_leads(&raw, &case.roles, &[], &case.settings));
        assert_eq!(message, format!("leads.csv, line 3, column `visits`: `{shown}` is not a count of acts"));
    }
}

#[test]
fn an_outcomes_table_is_joined() {
    let case = case();
    let leads = b"id,deal\na,d1\nb,d2;d3\nc,\nd,d4\ne,d5;d6\n";
    let raw = case.raw(&[("leads.csv", leads)]).unwrap();
    let deals =
        b"deal_id,stage,closed\nd1,Closed Won,2024-03-01\nd1,Closed Won,2024-02-01\nd2,Closed Lost,2024-01-01\n\
                  d3,Closed Lost,2024-04-01\nd5,Closed Lost,2024-01-01\nd6,Open,\nd9,Closed Won,2024-01-01\n";
    let outcomes = case.raw(&[("deals.csv", deals)]).unwrap();
    let stage = OutcomeColumn {
        column: "stage".to_string(),
        won: vec!["Closed Won".to_string()],
        lost: LostWords::Words(vec!["Closed Lost".to_string()]),
    };
    let mut roles = OutcomeRoles {
        key: Some("deal".to_string()),
        id: "deal_id".to_string(),
        closed_at: Some("closed".to_string()),
        outcome: Some(stage),
        absent: Absent::Open,
    };
    let join = |roles: &OutcomeRoles| {
        let mut built = build_leads(&raw, &case.roles, &[], &case.settings).unwrap();
        let report = join_outcomes(&mut built, &raw, &outcomes, roles, &case.settings).unwrap();
        (built.table, report)
    };
    let (table, report) = join(&roles);
    use Outcome::{Lost, Open, Won};
    assert_eq!(table.outcome.unwrap(), [Won, Lost, Open, Open, Open]);
    let closes: Vec<Option<String>> = table.closed_at.unwrap().into_iter().map(|at| at.map(format_instant)).collect();
    assert_eq!(closes[0].as_deref(), Some("2024-02-01T00:00:00Z"));
    assert_eq!(closes[1].as_deref(), Some("2024-04-01T00:00:00Z"));
    assert_eq!(closes[4], None);
    assert_eq!((report.rows, report.rows_of_unknown_leads, report.leads_found), (7, 1, 3));
    assert_eq!((report.won, report.lost, &report.sample_unknown[..]), (1, 1, &["d9".to_string()][..]));
    roles.absent = Absent::Lost;
    assert_eq!(join(&roles).0.outcome.unwrap(), [Won, Lost, Lost, Lost, Open]);
    roles.outcome = None;
    assert_eq!(join(&roles).0.outcome.unwrap(), [Won, Won, Lost, Lost, Won]);
    roles.id = "deal".to_string();
    let mut built = build_leads(&raw, &case.roles, &[], &case.settings).unwrap();
    let error = join_outcomes(&mut built, &raw, &outcomes, &roles, &case.settings).unwrap_err();
    assert_eq!(error.what, "there is no column `deal`");
}

#[test]
fn ndjson_keeps_numbers_as_they_are_written() {
    let mut case = case();
    case.settings.decimal = ',';
    let lines = "{\"id\":10000000000000000001,\"n\":1.5,\"s\":\"a\\u00e9\",\"b\":true}\n\n{\"n\":null,\"id\":\"x\",\"extra\":[1,2]}\n";
    let built = case.build(&[("leads.ndjson", lines.as_bytes())]).unwrap();
    assert_eq!(built.table.ids, ["10000000000000000001", "x"]);
    assert_eq!(number(&built.table, "n", 0), 1.5);
    assert!(number(&built.table, "n", 1).is_nan());
    assert_eq!([text(&built.table, "s", 0), text(&built.table, "b", 0)], ["aé", "true"]);
    assert_eq!([text(&built.table, "b", 1), text(&built.table, "extra", 1)], ["(missing)", "[1,2]"]);
    assert_eq!(built.table.origin.iter().collect::<Vec<_>>(), [(0, 1), (0, 3)]);
    let (message, _) = case.error(case.build(&[("leads.ndjson", b"{\"id\":1}\n{\"id\":2\n[3]\n")]));
    assert!(message.starts_with("leads.ndjson, line 2: the line is no JSON object (EOF while parsing"), "{message}");
    assert!(message.ends_with("; 2 such lines: lines 2, 3"), "{message}");
}

/// The same leads in all three formats, every column of every kind, must give the same table.
#[test]
fn a_column_of_numbers_is_taken_for_the_same_with_and_without_a_look_at_its_text() {
    const ROWS: usize = 300;
    let mut case = case();
    case.settings.missing = vec!["-1".to_string(), "inf".to_string()];
    let every = |value: fn(usize) -> f64| {
        let value = |n: usize| if n % 11 == 4 { f64::NAN } else { value(n) };
        OutValues::Number((0..ROWS).map(value).collect(), Rounding::Full)
    };
    let columns = [
        ("amount", every(|n| n as f64 / 8.0)),
        ("listed", every(|n| if n % 5 == 0 { -1.0 } else { n as f64 })),
        ("endless", every(|n| if n % 5 == 0 { f64::INFINITY } else { n as f64 })),
        ("row", OutValues::Number((0..ROWS).map(|n| n as f64).collect(), Rounding::Full)),
        ("zip", every(|n| (10_000 + n % 7) as f64)),
        ("customer_id", every(|n| (10_000_000 + n) as f64)),
        ("half_code", every(|n| n as f64 + 0.5)),
        ("day", every(|n| (20_240_101 + n % 28) as f64)),
        ("seen_at", every(|n| (1_700_000_000 + 1000 * n) as f64)),
        ("nothing", every(|_| f64::NAN)),
    ]
    .map(|(name, values)| OutColumn { name: name.to_string(), values });
    let [from_text, typed] = ["a.csv", "a.parquet"].map(|name| {
        let path = case.folder.path().join(name);
        write_table(&path, &columns, WriteOptions::default()).unwrap();
        let raw = read_raw(&[path], &case.settings, Wanted::All).unwrap();
        (infer_types(&raw.columns, &case.settings).unwrap(), count_values(&raw, &case.settings).unwrap())
    });
    assert_eq!(from_text, typed);
    let (typed, counts) = typed;
    let types: Vec<ColumnType> = typed.iter().map(|column| column.column_type).collect();
    use ColumnType::{Category, Date, Number, Text};
    assert_eq!(types, [Number, Number, Number, Number, Category, Text, Number, Date, Date, Category]);
    assert_eq!((counts[1].n_missing, counts[3].n_distinct), (81, ROWS));
}

#[test]
fn the_three_formats_give_the_same_table() {
    const ROWS: usize = 500;
    let case = case();
    let some = |n: usize, value: String| (n % 7 != 3).then_some(value);
    let instants = (0..ROWS)
        .map(|n| (n % 5 != 1).then_some(leadscore::asof::Instant(1_700_000_000_000_000 + n as i64 * 1_234_567)));
    let columns = [
        ("id", OutValues::Text((0..ROWS).map(|n| Some(format!("L{n:04}"))).collect())),
        ("city", OutValues::Text((0..ROWS).map(|n| some(n, format!("Iași, {}", n % 12))).collect())),
        (
            "size",
            OutValues::Number(
                (0..ROWS).map(|n| if n % 9 == 0 { f64::NAN } else { n as f64 / 8.0 }).collect(),
                Rounding::Full,
            ),
        ),
        ("seen", OutValues::Instant(instants.collect())),
        ("flag", OutValues::Bool((0..ROWS).map(|n| (n % 4 != 0).then_some(n % 2 == 0)).collect())),
    ]
    .map(|(name, values)| OutColumn { name: name.to_string(), values });
    let tables: Vec<LeadTable> = ["a.csv", "a.ndjson", "a.parquet"]
        .iter()
        .map(|name| {
            let path = case.folder.path().join(name);
            write_table(&path, &columns, WriteOptions::default()).unwrap();
            let raw = read_raw(&[path], &case.settings, Wanted::All).unwrap();
            let types = infer_types(&raw.columns, &case.settings).unwrap();
            let views = Views { text: false, number: true, date: false };
            let request = |c: &leadscore::io::InferredColumn| ColumnRequest {
                name: c.name.clone(),
                column_type: c.column_type,
                views: if c.name == "flag" { Views::default() } else { views },
            };
            let requests: Vec<ColumnRequest> = types.iter().map(request).collect();
            build_leads(&raw, &case.roles, &requests, &case.settings).unwrap().table
        })
        .collect();
    let comparable = |table: &LeadTable| {
        let columns = table.columns.iter().map(|c| {
            let bits = c.number.as_ref().map(|n| n.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
            let bits = if c.column_type == ColumnType::Number { bits } else { None };
            (c.name.clone(), c.column_type, c.text.clone(), bits, c.date.clone())
        });
        (table.ids.clone(), columns.collect::<Vec<_>>())
    };
    assert_eq!(tables[0].n_leads(), ROWS);
    assert_eq!(
        tables[0].columns.iter().map(|c| c.column_type).collect::<Vec<_>>(),
        [ColumnType::Text, ColumnType::Category, ColumnType::Number, ColumnType::Date, ColumnType::Category]
    );
    assert_eq!(comparable(&tables[0]), comparable(&tables[1]));
    assert_eq!(comparable(&tables[0]), comparable(&tables[2]));
}
