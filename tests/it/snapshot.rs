//! At which moment each closed deal is looked at, and which leads are none.

use leadscore::asof::{Instant, MICROS_PER_DAY, Span};
use leadscore::snapshot::{LeftOut, Mode, SnapshotSettings, take};
use leadscore::tables::{LeadTable, Outcome};

fn day(d: f64) -> Option<Instant> {
    Some(Instant((d * MICROS_PER_DAY as f64) as i64))
}

fn table(lives: &[(f64, f64, Outcome)]) -> LeadTable {
    LeadTable {
        id_name: "id".into(),
        ids: (0..lives.len()).map(|i| format!("L{i}")).collect(),
        columns: vec![],
        created_at: Some(lives.iter().map(|l| day(l.0)).collect()),
        closed_at: Some(lives.iter().map(|l| if l.1.is_nan() { None } else { day(l.1) }).collect()),
        as_of: None,
        outcome: Some(lives.iter().map(|l| l.2).collect()),
        row_weight: None,
        origin: (0..lives.len()).map(|i| (0, i as u64 + 2)).collect(),
        files: vec!["leads.csv".into()],
    }
}

fn settings(mode: Option<Mode>) -> SnapshotSettings {
    SnapshotSettings { mode, lost_after: None, until: None, seed: 1 }
}

#[test]
fn random_moments_lie_in_the_open_life_and_weigh_by_it() {
    use Outcome::{Lost, Open, Won};
    let t = table(&[(0.0, 10.0, Won), (0.0, 40.0, Lost), (5.0, 5.0, Lost), (0.0, f64::NAN, Open)]);
    let taken = take(&t, &settings(None)).unwrap();
    assert_eq!(taken.rows, vec![0, 1]);
    assert_eq!(taken.horizon, Some(Span::from_days(10.0)));
    assert_eq!(taken.row_weight, vec![1.0, 1.0]);
    for (at, end) in taken.as_of.unwrap().iter().zip([10.0, 10.0]) {
        assert!(*at >= Instant(0) && *at < day(end).unwrap());
    }
    assert_eq!(taken.left_out, vec![(LeftOut::Open, 1), (LeftOut::NoOpenLife, 1)]);
}

#[test]
fn where_no_deal_is_left_the_error_says_why_and_what_brings_them_back() {
    use Outcome::{Lost, Open, Won};
    let mut taken = take(&table(&[(0.0, 10.0, Won), (0.0, 40.0, Lost), (5.0, 5.0, Lost)]), &settings(None)).unwrap();
    taken.drop_before_log(day(400.0).unwrap());
    assert_eq!(taken.n_deals(), 0);
    let error = taken.no_deals();
    assert_eq!(
        error.what,
        "there is no deal to look back on: all closed ones were left out, 2 (looked at less than 30 days after the activity \
         log begins), 1 (closed at or before its creation)"
    );
    assert!(error.remedy.contains("since"), "{}", error.remedy);
    let open = take(&table(&[(0.0, f64::NAN, Open)]), &settings(None)).unwrap().no_deals();
    assert_eq!(open.what, "there is no closed deal to look back on");
    assert!(open.remedy.contains("outcome"), "{}", open.remedy);
}

#[test]
fn a_short_life_weighs_less() {
    use Outcome::{Lost, Won};
    let t = table(&[(0.0, 10.0, Lost), (0.0, 40.0, Won)]);
    let taken = take(&t, &settings(None)).unwrap();
    assert_eq!(taken.row_weight, vec![0.25, 1.0]);
}

#[test]
fn with_lost_after_only_ripe_leads_are_labelled_and_late_wins_are_lost() {
    use Outcome::{Open, Won};
    let t =
        table(&[(0.0, 5.0, Won), (0.0, 50.0, Won), (0.0, f64::NAN, Open), (80.0, 85.0, Won), (100.0, f64::NAN, Open)]);
    let mut s = settings(Some(Mode::Random { horizon: None }));
    s.lost_after = Some(Span::from_days(30.0));
    let taken = take(&t, &s).unwrap();
    assert_eq!(taken.rows, vec![0, 1, 2]);
    assert_eq!(taken.won, vec![1.0, 0.0, 0.0]);
    assert_eq!(taken.late_wins, 1);
    assert_eq!(taken.left_out, vec![(LeftOut::NotRipe, 2)]);
}

#[test]
fn what_closes_at_or_after_the_end_is_open() {
    use Outcome::{Lost, Won};
    let t = table(&[(0.0, 10.0, Won), (0.0, 20.0, Lost), (0.0, 30.0, Lost)]);
    let mut s = settings(None);
    s.until = day(20.0);
    assert_eq!(take(&t, &s).unwrap().rows, vec![0]);
}

#[test]
fn before_close_never_reaches_before_creation() {
    let t = table(&[(0.0, 3.0, Outcome::Won)]);
    let taken = take(&t, &settings(Some(Mode::BeforeClose(Span::from_days(7.0))))).unwrap();
    assert_eq!(taken.as_of.unwrap(), vec![Instant(0)]);
}

#[test]
fn an_as_of_after_the_close_is_no_moment_of_the_open_life() {
    let mut t = table(&[(0.0, 10.0, Outcome::Won), (0.0, 10.0, Outcome::Lost)]);
    t.as_of = Some(vec![day(10.5), day(40.0)]);
    let taken = take(&t, &settings(None)).unwrap();
    assert_eq!(taken.rows, vec![0]);
    assert_eq!(taken.left_out, vec![(LeftOut::AsOfAfterClose, 1)]);
}

#[test]
fn an_expected_close_of_an_open_lead_does_not_move_the_end_of_training() {
    use Outcome::{Lost, Open, Won};
    let t = table(&[(0.0, 5.0, Won), (0.0, 6.0, Lost), (20.0, 900.0, Open), (20.0, f64::NAN, Open)]);
    let mut s = settings(None);
    s.lost_after = Some(Span::from_days(30.0));
    assert_eq!(take(&t, &s).unwrap().until, day(20.0).map(|t| Instant(t.0 + 1)));
}

#[test]
fn a_mode_without_its_column_says_which() {
    let mut t = table(&[(0.0, 3.0, Outcome::Won)]);
    t.closed_at = None;
    let error = take(&t, &settings(Some(Mode::BeforeClose(Span(0))))).unwrap_err();
    assert!(error.what.contains("`closed_at`"));
}
