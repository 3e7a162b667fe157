//! The sample company: the same bytes from the same settings, the committed files, lead A and lead B, word of mouth.

use leadscore::sample::{AS_OF, Sample, Settings, effects_table, make};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A row by column name. ISO 8601 in UTC with whole seconds compares as text.
type Row = BTreeMap<String, String>;

fn rows(sample: &Sample, file: &str) -> Vec<Row> {
    let text = sample.file(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn small() -> Settings {
    Settings { deals: 600, open: 150, ..Settings::default() }
}

/// How often a lead did each (kind, page) before `end`.
fn acts_before(sample: &Sample, lead: &str, end: &str) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for act in rows(sample, "activities.csv") {
        if act["lead_id"] == lead && act["at"].as_str() < end {
            *counts.entry((act["kind"].clone(), act["page"].clone())).or_default() += 1;
        }
    }
    counts
}

fn counts(list: &[(&str, &str, usize)]) -> BTreeMap<(String, String), usize> {
    list.iter().map(|(kind, page, n)| ((kind.to_string(), page.to_string()), *n)).collect()
}

#[test]
fn the_same_settings_give_the_same_bytes_and_another_seed_others() {
    assert_eq!(make(&small()), make(&small()));
    let other = make(&Settings { seed: 1, ..small() });
    assert_ne!(make(&small()).file("activities.csv"), other.file("activities.csv"));
}

#[test]
fn the_committed_files_are_the_generators() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    for (name, text) in make(&Settings::default()).files {
        let committed = std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(
            committed == text,
            "data/sample/{name} is not what the generator makes: `leadscore demo --make data/sample`"
        );
    }
}

#[test]
fn sizes_and_win_rate_are_as_described() {
    let sample = make(&Settings::default());
    let (closed, open, acts) =
        (rows(&sample, "closed_deals.csv"), rows(&sample, "open_leads.csv"), rows(&sample, "activities.csv"));
    assert_eq!((closed.len(), open.len()), (2_000, 400));
    assert!((38_000..44_000).contains(&acts.len()), "{}", acts.len());
    assert!(sample.files.iter().map(|(_, text)| text.len()).sum::<usize>() < 3_000_000);
    let win_rate = closed.iter().filter(|deal| deal["outcome"] == "won").count() as f64 / closed.len() as f64;
    assert!((0.17..0.24).contains(&win_rate), "{win_rate}");
    assert_eq!(sample.truths.len(), closed.len() + open.len());
    let ids: BTreeSet<_> = closed.iter().chain(&open).map(|lead| &lead["lead_id"]).collect();
    assert_eq!(ids.len(), 2_400);
    assert!(acts.iter().all(|act| ids.contains(&act["lead_id"])));
}

#[test]
fn times_are_in_order_and_the_as_of_parts_closed_from_open() {
    let sample = make(&small());
    let mut created = BTreeMap::new();
    for deal in rows(&sample, "closed_deals.csv") {
        assert!(deal["created_at"] < deal["closed_at"] && deal["closed_at"].as_str() < AS_OF, "{deal:?}");
        assert_eq!(deal["deal_amount"].is_empty(), deal["outcome"] == "lost");
        created.insert(deal["lead_id"].clone(), deal["created_at"].clone());
    }
    for lead in rows(&sample, "open_leads.csv") {
        assert!(lead["created_at"].as_str() < AS_OF, "{lead:?}");
        assert!(["closed_at", "outcome", "deal_amount"].iter().all(|column| lead[*column].is_empty()), "{lead:?}");
        created.insert(lead["lead_id"].clone(), lead["created_at"].clone());
    }
    let acts = rows(&sample, "activities.csv");
    assert!(acts.iter().all(|act| act["at"] >= created[&act["lead_id"]]));
    assert!(acts.is_sorted_by_key(|act| act["at"].clone()));
    assert!(acts.iter().any(|act| act["at"].as_str() >= AS_OF), "the log must go on after the as-of");
}

#[test]
fn the_scorecard_gives_the_points_of_the_sources() {
    let sample = make(&small());
    let scorecard: toml::Table = sample.file("scorecard.toml").unwrap().parse().unwrap();
    let points: BTreeMap<&str, i64> = scorecard["rule"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|rule| Some((rule["id"].as_str()?, rule.get("points")?.as_integer()?)))
        .collect();
    for (rule, expected) in [
        ("email_open", 2),
        ("link_click", 5),
        ("site_visit", 3),
        ("price_page", 10),
        ("download", 10),
        ("inquiry", 30),
        ("keen_reader", 25),
        ("newsletter", 15),
        ("decision_maker", 15),
        ("target_size", 10),
        ("not_a_buyer", -20),
        ("gone_quiet", -5),
        ("unsubscribed", -15),
    ] {
        assert_eq!(points[rule], expected, "{rule}");
    }
    assert_eq!(scorecard["range"].as_array().unwrap()[1].as_integer(), Some(100));
    assert!(!scorecard.contains_key("groups"), "a cap below 100 would hide lead A");
    let project: toml::Table = sample.file("leadscore.toml").unwrap().parse().unwrap();
    assert_eq!(project["snapshot"]["mode"].as_str(), Some("random"));
}

#[test]
fn lead_a_has_ten_points_of_small_acts_and_nine_price_views_lead_b_a_visit_and_an_inquiry() {
    let sample = make(&small());
    // 2 + 5 + 3 + 9 · 10 = 100; our own mail has no rule.
    let small_acts =
        [("email_open", "", 1), ("link_click", "", 1), ("site_visit", "", 1), ("page_view", "/pricing", 9)];
    // 3 + 30 = 33.
    let b_acts = [("site_visit", "", 1), ("inquiry", "contact form", 1)];
    let ours = [("email_sent", "", 1)];
    assert_eq!(acts_before(&sample, "lead-A", AS_OF), counts(&[&small_acts[..], &ours].concat()));
    assert_eq!(acts_before(&sample, "lead-B", AS_OF), counts(&[&b_acts[..], &ours].concat()));
    assert_eq!(acts_before(&sample, "A-2025", "2025-09-29T16:30:00Z"), counts(&small_acts));
    assert_eq!(acts_before(&sample, "B-2025", "2025-06-05T06:00:00Z"), counts(&b_acts));
    // Within 30 days of the as-of nothing has faded and nobody has gone quiet.
    for act in rows(&sample, "activities.csv").iter().filter(|act| act["lead_id"].starts_with("lead-")) {
        assert!(act["at"].as_str() > "2026-06-01T00:00:00Z");
    }
    // At the as-of itself and after it both go on: what must not count.
    for lead in ["lead-A", "lead-B"] {
        assert!(acts_before(&sample, lead, AS_OF) != acts_before(&sample, lead, "2027"), "{lead}");
    }
    assert!(rows(&sample, "activities.csv").iter().any(|act| act["lead_id"] == "lead-A" && act["at"] == AS_OF));
}

#[test]
fn nothing_in_who_they_are_moves_the_points_of_lead_a_and_lead_b() {
    let sample = make(&small());
    let open = rows(&sample, "open_leads.csv");
    let closed = rows(&sample, "closed_deals.csv");
    let of_story = |lead: &&Row| ["lead-A", "lead-B", "A-2025", "B-2025"].contains(&lead["lead_id"].as_str());
    let mut met = 0;
    for lead in open.iter().chain(&closed).filter(of_story) {
        let title = lead["job_title"].to_lowercase();
        for word in ["chief", "vp", "director", "部長", "取締役", "student", "学生", "retired", "unemployed", "無職"]
        {
            assert!(!title.contains(word), "{title}");
        }
        assert!(lead["employees"].parse::<u32>().unwrap() < 200);
        assert!(!lead["email"].ends_with("rival.example"));
        met += 1;
    }
    assert_eq!(met, 4);
    let outcome = |id: &str| closed.iter().find(|deal| deal["lead_id"] == id).unwrap()["outcome"].clone();
    assert_eq!((outcome("A-2025").as_str(), outcome("B-2025").as_str()), ("lost", "won"));
}

#[test]
fn in_truth_lead_a_is_in_the_lower_half_and_lead_b_near_the_top() {
    let sample = make(&Settings::default());
    let open: Vec<_> = sample.truths.iter().skip(2_000).collect();
    let share_below = |id: &str| {
        let lead = open.iter().find(|truth| truth.lead_id == id).unwrap();
        open.iter().filter(|other| other.log_odds < lead.log_odds).count() as f64 / open.len() as f64
    };
    assert!(share_below("lead-A") < 0.25, "{}", share_below("lead-A"));
    // Even against leads that word of mouth lifted, which no file shows.
    assert!(share_below("lead-B") > 0.93, "{}", share_below("lead-B"));
}

#[test]
fn without_word_of_mouth_only_those_it_reached_lose_and_nobody_else_changes() {
    let with = make(&small());
    let without = make(&Settings { word_of_mouth: false, ..small() });
    assert!(without.truths.iter().all(|truth| !truth.word_of_mouth));
    assert!(with.effects.iter().any(|effect| effect.term == "word of mouth"));
    assert!(!without.effects.iter().any(|effect| effect.term == "word of mouth"));
    let reached: BTreeSet<_> =
        with.truths.iter().filter(|truth| truth.word_of_mouth).map(|truth| truth.lead_id.as_str()).collect();
    let by_id = |sample| -> BTreeMap<String, Row> {
        rows(sample, "closed_deals.csv").into_iter().map(|row| (row["lead_id"].clone(), row)).collect()
    };
    let (before, after) = (by_id(&with), by_id(&without));
    let mut n_turned = 0;
    for (id, deal) in &before {
        if deal != &after[id] {
            assert!(reached.contains(id.as_str()), "{id}");
            assert_eq!((deal["outcome"].as_str(), after[id]["outcome"].as_str()), ("won", "lost"));
            n_turned += 1;
        }
    }
    assert!(n_turned >= 20, "word of mouth must matter: {n_turned}");
}

#[test]
fn outcomes_at_the_snapshot_follow_from_the_columns_and_the_acts_before_it() {
    let settings = Settings { outcome_at_snapshot: true, open: 0, ..small() };
    let sample = make(&settings);
    assert_eq!(sample.effects, settings.true_effects());
    let effect = |term: &str, level: &str| {
        sample.effects.iter().find(|e| e.term == term && e.level == level).map_or(0.0, |e| e.log_odds)
    };
    let mut acts: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for act in rows(&sample, "activities.csv") {
        acts.entry(act["lead_id"].clone()).or_default().push(act);
    }
    let truths: BTreeMap<_, _> = sample.truths.iter().map(|t| (t.lead_id.as_str(), t.log_odds)).collect();
    for deal in rows(&sample, "closed_deals.csv") {
        let number = |column: &str| deal[column].parse::<f64>().unwrap();
        assert!(deal["created_at"] < deal["snapshot_at"] && deal["snapshot_at"] < deal["closed_at"]);
        let own = acts.get(&deal["lead_id"]).map_or(&[][..], Vec::as_slice);
        let acted: f64 =
            own.iter().filter(|act| act["at"] < deal["snapshot_at"]).map(|act| effect(&act["kind"], "")).sum();
        let log_odds = effect("intercept", "")
            + effect("source", &deal["source"])
            + effect("industry", &deal["industry"])
            + effect("employees", "") * number("employees")
            + effect("budget", "") * number("budget")
            + acted;
        // Only the order of summation differs.
        assert!((log_odds - truths[deal["lead_id"].as_str()]).abs() < 1e-9, "{deal:?}");
    }
}

#[test]
fn the_data_dictionary_names_every_column_kind_and_effect() {
    let sample = make(&small());
    let readme = sample.file("README.md").unwrap();
    for file in ["closed_deals.csv", "open_leads.csv"] {
        for column in rows(&sample, file)[0].keys() {
            assert!(readme.contains(&format!("`{column}`")), "{column}");
        }
    }
    let kinds: BTreeSet<_> = rows(&sample, "activities.csv").into_iter().map(|act| act["kind"].clone()).collect();
    assert_eq!(kinds.len(), 11);
    for kind in kinds {
        assert!(readme.contains(&format!("`{kind}`")), "{kind}");
    }
    assert!(readme.contains(effects_table(&sample.effects).trim_end()));
    assert!(!readme.contains('{'), "a placeholder was left unfilled");
}
