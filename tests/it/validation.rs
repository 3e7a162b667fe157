//! Folds and the holdout: time order, ties, and what takes their place when time cannot part the deals.

use leadscore::validation::{Part, Scheme, folds, holdout, shift_note};

/// `n` deals, every third won, one a tick.
fn steady(n: usize) -> (Vec<i64>, Vec<f64>) {
    ((0..n as i64).collect(), (0..n).map(|i| f64::from(i % 3 == 0)).collect())
}

fn is_sorted_and_disjoint(part: &Part) -> bool {
    let ascending = |rows: &[usize]| rows.windows(2).all(|pair| pair[0] < pair[1]);
    ascending(&part.train) && ascending(&part.test) && part.test.iter().all(|i| part.train.binary_search(i).is_err())
}

#[test]
fn the_first_fifth_only_trains_and_the_others_follow_in_turn() {
    let (order, y) = steady(200);
    let found = folds(Some(&order), &y, 5, 1);
    assert_eq!(found.scheme, Scheme::Forward);
    assert!(found.notes.is_empty());
    let sizes: Vec<(usize, usize)> = found.parts.iter().map(|p| (p.train.len(), p.test.len())).collect();
    assert_eq!(sizes, [(40, 40), (80, 40), (120, 40), (160, 40)]);
    assert_eq!(found.predicted(), (40..200).collect::<Vec<_>>());
}

#[test]
fn no_deal_is_predicted_from_one_of_its_own_instant_or_later() {
    // Instants of 1 to 7 deals, rows in no order.
    let n = 400;
    let order: Vec<i64> = (0..n).map(|i| (i * 37 % n) / (1 + (i * 37 % n) % 7).max(4)).collect();
    let y: Vec<f64> = (0..n).map(|i| f64::from(i * i % 5 == 1)).collect();
    let found = folds(Some(&order), &y, 5, 1);
    assert_eq!(found.scheme, Scheme::Forward);
    for part in &found.parts {
        assert!(is_sorted_and_disjoint(part));
        let newest_train = part.train.iter().map(|&i| order[i]).max().unwrap();
        let oldest_test = part.test.iter().map(|&i| order[i]).min().unwrap();
        assert!(newest_train < oldest_test);
        // Nothing earlier than the test part is left out of its training.
        assert_eq!(part.train.len(), order.iter().filter(|&&t| t < oldest_test).count());
    }
}

#[test]
fn a_fold_that_could_not_learn_is_skipped() {
    // Wins only from row 60 on: 40 deals before hold none, 80 hold 10.
    let order: Vec<i64> = (0..200).collect();
    let y: Vec<f64> = (0..200).map(|i| f64::from(i >= 60 && i % 2 == 0)).collect();
    let found = folds(Some(&order), &y, 5, 1);
    assert_eq!(found.scheme, Scheme::Forward);
    assert_eq!(found.parts[0].train.len(), 80);
    assert_eq!(found.predicted().len(), 120);
    assert!(found.notes[0].contains("40 deals"), "{:?}", found.notes);
}

#[test]
fn stratified_folds_take_their_place_where_time_predicts_too_few() {
    let (order, y) = steady(60);
    for (order, why) in [(Some(order.as_slice()), "by time"), (None, "no times")] {
        let found = folds(order, &y, 5, 1);
        assert_eq!(found.scheme, Scheme::Stratified);
        assert!(found.notes[0].contains(why), "{:?}", found.notes);
        assert_eq!(found.predicted(), (0..60).collect::<Vec<_>>());
        for part in &found.parts {
            assert!(is_sorted_and_disjoint(part));
            assert_eq!(part.train.len() + part.test.len(), 60);
            assert_eq!(part.test.iter().filter(|&&i| y[i] > 0.5).count(), 4);
        }
    }
    assert_eq!(folds(None, &y, 5, 1), folds(None, &y, 5, 1));
    assert_ne!(folds(None, &y, 5, 1).parts, folds(None, &y, 5, 2).parts);
    // All deals at one instant cannot be parted by time.
    assert_eq!(folds(Some(&[7; 60]), &y, 5, 1).scheme, Scheme::Stratified);
}

#[test]
fn too_few_deals_or_no_folds_wanted() {
    let y: Vec<f64> = (0..50).map(|i| f64::from(i < 4)).collect();
    let found = folds(None, &y, 5, 1);
    assert_eq!(found.scheme, Scheme::None);
    assert!(found.notes[0].contains("4 won and 46 lost"));
    assert_eq!(folds(None, &steady(60).1, 0, 1).scheme, Scheme::None);
    // Five wins make five folds of one win each, also when ten are asked for.
    let y: Vec<f64> = (0..50).map(|i| f64::from(i < 5)).collect();
    let found = folds(None, &y, 10, 1);
    assert_eq!(found.parts.len(), 5);
    assert!(found.parts.iter().all(|part| part.test.iter().filter(|&&i| y[i] > 0.5).count() == 1));
    assert_eq!(folds(None, &[], 5, 1).scheme, Scheme::None);
}

#[test]
fn the_holdout_is_the_newest_share_and_never_splits_an_instant() {
    let (order, y) = steady(100);
    let part = holdout(Some(&order), &y, 0.2, 1).part.unwrap();
    assert_eq!(part.test, (80..100).collect::<Vec<_>>());
    // Instants of 30: the cut moves from 80 to the nearest border, 90.
    let coarse: Vec<i64> = (0..100).map(|i| i / 30).collect();
    let part = holdout(Some(&coarse), &y, 0.2, 1).part.unwrap();
    assert_eq!((part.train.len(), part.test.len()), (90, 10));
    // Two instants of 50 cannot be cut near a fifth.
    let halves: Vec<i64> = (0..100).map(|i| i / 50).collect();
    assert_eq!(holdout(Some(&halves), &y, 0.2, 1).scheme, Scheme::Stratified);
    let found = holdout(None, &y, 0.2, 1);
    assert_eq!(found.scheme, Scheme::Stratified);
    let part = found.part.unwrap();
    assert!(is_sorted_and_disjoint(&part));
    assert_eq!(part.test.len(), 20);
    assert!(found.notes[0].contains("by chance"));
}

#[test]
fn a_holdout_without_an_outcome_says_so() {
    let order: Vec<i64> = (0..50).collect();
    let early_wins: Vec<f64> = (0..50).map(|i| f64::from(i < 30)).collect();
    let found = holdout(Some(&order), &early_wins, 0.2, 1);
    assert!(found.part.is_none());
    assert_eq!(found.notes, ["no holdout: its holdout part would have 0 won and 10 lost deals"]);
    assert!(holdout(Some(&order), &early_wins, 0.0, 1).notes.is_empty());
    assert!(holdout(None, &[], 0.2, 1).part.is_none());
}

#[test]
fn a_win_rate_that_doubles_is_said() {
    let y: Vec<f64> = (0..100).map(|i| f64::from(if i < 80 { i % 10 == 0 } else { i % 4 == 0 })).collect();
    let part = Part { train: (0..80).collect(), test: (80..100).collect() };
    let note = shift_note(&y, &[1.0; 100], &part).unwrap();
    assert!(note.contains("25.0 %") && note.contains("10.0 %"), "{note}");
    let halved: Vec<f64> = (0..100).map(|i| if i >= 80 && y[i] > 0.5 { 0.5 } else { 1.0 }).collect();
    assert!(shift_note(&y, &halved, &part).is_none());
}
