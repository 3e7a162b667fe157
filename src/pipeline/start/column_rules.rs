//! Starting rules for columns of the leads table: who the lead is, and counters of acts kept as columns.

use super::layout::Layout;
use super::rule::{StartRule, id_of};
use super::screen::{Verdict, is_counter, one_line};
use super::sheet::{Sheet, SheetColumn};
use super::toml::{list, number};
use super::vocabulary::{mentions, rank, words};
use crate::tables::ColumnType;
use crate::text::{TextMatch, fold};

/// Fewer rules than this, and common levels of other columns are offered, too.
const ENOUGH_RULES: usize = 4;

/// Points for the columns of the leads.
pub(super) fn column_rules(layout: &Layout, leads: &Sheet) -> Vec<StartRule> {
    let usable: Vec<&SheetColumn> = layout
        .others
        .iter()
        .filter(|(_, verdict)| matches!(verdict, Verdict::Attribute | Verdict::Counter))
        .filter_map(|(name, _)| leads.column(name))
        .collect();
    let mut rules: Vec<StartRule> = usable.iter().flat_map(|column| known(column)).collect();
    if rules.iter().filter(|rule| rule.points > 0.0).count() < ENOUGH_RULES {
        let taken: Vec<String> = rules.iter().flat_map(|rule| rule.lines.clone()).collect();
        let is_free = |column: &&&SheetColumn| {
            let field = format!("field = {},", super::toml::quoted(&column.name));
            !taken.iter().any(|line| line.contains(&field))
        };
        let n_lacking = ENOUGH_RULES.saturating_sub(rules.iter().filter(|rule| rule.points > 0.0).count());
        let free: Vec<&&SheetColumn> = usable.iter().filter(is_free).collect();
        rules.extend(free.iter().filter_map(|column| common_level(column)).take(n_lacking));
        if !rules.iter().any(|rule| rule.points > 0.0) {
            rules.extend(free.iter().filter_map(|column| large_number(column)).take(n_lacking));
        }
    }
    rules
}

/// A rule for when nothing else is known: new leads first.
pub(super) fn new_leads(layout: &Layout) -> Option<StartRule> {
    let created = layout.created_at.as_ref()?;
    let rule = StartRule::new("new_lead", 5.0, "came within a month; nothing else in the files looked familiar");
    Some(rule.when(&created.column, "in_days = [\"0d\", \"30d\"]"))
}

/// The upper quarter of a number that nobody has said anything about.
fn large_number(column: &SheetColumn) -> Option<StartRule> {
    let why = format!("the upper quarter of {}; nobody has said yet what it is worth", one_line(&column.name));
    upper_quarter(column, &id_of(&column.name), 5.0, &why)
}

/// The rules that a column's name and values call for.
fn known(column: &SheetColumn) -> Vec<StartRule> {
    let is = |topic| rank(topic, &column.name).is_some();
    let is_number = column.column_type == ColumnType::Number;
    let mut rules = Vec::new();
    if !is_number && is("title") {
        rules.extend(of_title(column));
    } else if is_number && is("size") {
        rules.push(target_size(column));
    } else if is_number && is("money") {
        rules.extend(upper_quarter(column, "means", 10.0, "more money than three in four leads"));
    } else if !is_number && is("source") {
        rules.extend(of_source(column));
    } else if !is_number && is("region") {
        rules.extend(home_market(column));
    } else if is("no calls") {
        rules.extend(not_to_be_called(column));
    } else if is("opt out") {
        rules.extend(opted_out(column));
    } else if is_counter(column) {
        rules.extend(repeated_acts(column));
    } else if is_number && is("time on site") {
        rules.extend(upper_quarter(column, "time_on_site", 10.0, "longer on the site than three in four leads"));
        rules.iter_mut().for_each(in_engagement);
    }
    rules
}

fn in_engagement(rule: &mut StartRule) {
    rule.lines.push("group = \"engagement\"".to_string());
}

/// The words of a topic that some value of the column holds.
fn words_held(topic: &str, column: &SheetColumn) -> Vec<String> {
    let held = |word: &&&str| {
        let test = TextMatch::has_word(&[word.to_string()]);
        column.text.levels.iter().any(|level| test.holds(level))
    };
    words(topic).iter().filter(held).map(|word| word.to_string()).collect()
}

fn of_title(column: &SheetColumn) -> Vec<StartRule> {
    let rule = |id, points, why, topic| {
        let held = words_held(topic, column);
        (!held.is_empty())
            .then(|| StartRule::new(id, points, why).when(&column.name, &format!("has_word = {}", list(&held))))
    };
    let decides = rule("decision_maker", 15.0, "can decide, or knows who does", "level decision maker");
    let no_buyer = rule(
        "not_a_buyer",
        -20.0,
        "seldom buys on the own account; delete it if such people are your customers",
        "level not a buyer",
    );
    decides.into_iter().chain(no_buyer).collect()
}

/// The usual span of a target size where leads lie in it, else the middle half of the leads.
fn target_size(column: &SheetColumn) -> StartRule {
    const USUAL: [f64; 2] = [50.0, 1000.0];
    let middle = [column.quantile(0.25), column.quantile(0.75)].map(|q| q.unwrap_or_default());
    let holds_some =
        (0..column.text.codes.len()).filter_map(|row| column.number(row)).any(|n| (USUAL[0]..=USUAL[1]).contains(&n));
    let [from, to] = if holds_some || middle[0] >= middle[1] { USUAL } else { middle };
    StartRule::new("target_size", 10.0, "the size you sell to: set your own bounds")
        .when(&column.name, &format!("between = [{}, {}]", number(from), number(to)))
}

fn upper_quarter(column: &SheetColumn, id: &str, points: f64, why: &str) -> Option<StartRule> {
    let bound = column.quantile(0.75).filter(|bound| column.quantile(0.0).is_some_and(|least| *bound > least))?;
    Some(StartRule::new(id, points, why).when(&column.name, &format!("at_least = {}", number(bound))))
}

fn of_source(column: &SheetColumn) -> Vec<StartRule> {
    let levels_with = |topic| -> Vec<String> {
        column
            .levels_by_share()
            .into_iter()
            .filter(|(level, _)| mentions(topic, level))
            .map(|(l, _)| l.to_string())
            .collect()
    };
    let is_yes_no =
        column.text.levels.iter().all(|level| rank("yes", level).is_some() || rank("weak lost", level).is_some());
    if is_yes_no {
        let yes = yes_levels(column);
        let rule = StartRule::new("referred", 10.0, "came by recommendation")
            .when(&column.name, &format!("any_of = {}", list(&yes)));
        return if yes.is_empty() { Vec::new() } else { vec![rule] };
    }
    let rule = |id, points, why: &str, levels: Vec<String>| {
        let split = if levels.len() > 1 { "; one worth more than the others deserves a rule of its own" } else { "" };
        let rule = StartRule::new(id, points, &format!("{why}{split}"));
        (!levels.is_empty()).then(|| rule.when(&column.name, &format!("any_of = {}", list(&levels))))
    };
    // A link on another site is called a referral, too, and recommends nobody.
    let (by_a_site, referred): (Vec<String>, Vec<String>) =
        levels_with("level referral").into_iter().partition(|level| mentions("level referring site", level));
    // Of two values such as a website and an app neither says who came of their own accord.
    let names_sources = column.text.levels.len() > 2;
    let by_itself: Vec<String> = levels_with("level came by itself")
        .into_iter()
        .filter(|_| names_sources)
        .filter(|l| !referred.contains(l) && !by_a_site.contains(l))
        .collect();
    let rules = [
        rule("referred", 10.0, "came by recommendation", referred),
        rule("referring_site", 10.0, "came by a link on another site, which is no recommendation", by_a_site),
        rule("came_by_itself", 5.0, "found you without being looked for", by_itself),
    ];
    rules.into_iter().flatten().collect()
}

/// Where nearly everyone is from one place, the others are perhaps not who is sold to.
fn home_market(column: &SheetColumn) -> Option<StartRule> {
    const HOME: f64 = 0.5;
    let (home, share) = column.levels_by_share().first().map(|(level, share)| (level.to_string(), *share))?;
    (share >= HOME && column.text.levels.len() > 1).then(|| {
        StartRule::new("outside_market", -5.0, "outside the market that most leads come from: is it yours?")
            .when(&column.name, &format!("none_of = {}", list(&[home])))
    })
}

fn yes_levels(column: &SheetColumn) -> Vec<String> {
    column.text.levels.iter().filter(|level| words("yes").contains(&fold(level).as_str())).cloned().collect()
}

fn opted_out(column: &SheetColumn) -> Option<StartRule> {
    let yes = yes_levels(column);
    let test = format!("any_of = {}", list(&yes));
    (!yes.is_empty())
        .then(|| StartRule::new("opted_out", -15.0, "does not want to hear from you").when(&column.name, &test))
}

fn not_to_be_called(column: &SheetColumn) -> Option<StartRule> {
    let yes = yes_levels(column);
    let why = "does not want to be called, whatever else speaks for it";
    let rule = || StartRule::disqualifying("do_not_call", why).when(&column.name, &format!("any_of = {}", list(&yes)));
    (!yes.is_empty()).then(rule)
}

/// Twice or more, and more often than three in four leads.
fn repeated_acts(column: &SheetColumn) -> Vec<StartRule> {
    const TWICE: f64 = 2.0;
    let often = column.quantile(0.75).unwrap_or_default();
    let rule = |id: &str, points, why: &str, at_least: f64| {
        let mut rule = StartRule::new(id, points, why).when(&column.name, &format!("at_least = {}", number(at_least)));
        in_engagement(&mut rule);
        rule
    };
    let mut rules = vec![rule("came_back", 10.0, "twice or more", TWICE)];
    if often > TWICE {
        rules.push(rule("came_often", 15.0, "more often than three in four leads", often));
    }
    rules
}

/// The id of a rule on one value of a column, which names both where the value is a word: of the column alone nobody would know
/// which of its values is worth the points.
fn id_of_level(column: &str, level: &str) -> String {
    const LONGEST: usize = 24;
    let is_word = level.chars().count() <= LONGEST && level.chars().any(char::is_alphabetic);
    if is_word { id_of(&format!("{column} {level}")) } else { id_of(column) }
}

/// The commonest value of a column that neither all nor hardly any leads have.
fn common_level(column: &SheetColumn) -> Option<StartRule> {
    const SOME: std::ops::RangeInclusive<f64> = 0.05..=0.8;
    const MOST_LEVELS: usize = 500;
    let in_words = column.column_type == ColumnType::Category && (2..=MOST_LEVELS).contains(&column.text.levels.len());
    let n_rows = column.text.codes.len().max(1) as f64;
    let (level, of_filled) = column.levels_by_share().into_iter().find(|_| in_words)?;
    let share = of_filled * column.n_filled() as f64 / n_rows;
    SOME.contains(&share).then(|| {
        let why = format!(
            "{:.0} % of the leads; nobody has said yet what {} is worth",
            100.0 * share,
            one_line(&column.name)
        );
        StartRule::new(&id_of_level(&column.name, level), 5.0, &why)
            .when(&column.name, &format!("any_of = {}", list(&[level.to_string()])))
    })
}
