//! Why rules and model disagree about a lead, in two or three short sentences.
//!
//! The sentences name rules, kinds of acts and columns, never a value of an attribute: they go into mails and meetings.

use super::sides::{Chance, Gain, LikeCases, Opinion, Sides};
use super::{FEWEST_TO_SAY, Quadrant, WORTH_A_CALL};
use crate::metrics::{Rate, by_row_weight};
use crate::text::{capital, counted};
use serde::Serialize;
use std::fmt;

/// Rules are named until they bring this share of the points gained, two at most.
const MOST_OF_THE_POINTS: f64 = 0.5;
/// Between these factors on the odds, the model finds something worth next to nothing: what is shown as × 0.9 to × 1.1, so
/// that the same figure never gets two words.
const NEXT_TO_NOTHING: std::ops::Range<f64> = 0.85..1.15;

/// Whether a difference in log-odds is worth next to nothing.
pub fn is_next_to_nothing(log_odds: f64) -> bool {
    NEXT_TO_NOTHING.contains(&log_odds.exp())
}

/// Up to this factor it finds it worth little.
const LITTLE: f64 = 1.65;
/// Points are shown to one decimal.
const SHOWN: f64 = 0.05;
/// Things that the model goes by, named at most.
const NAMED: usize = 2;

/// Why a lead stands where it stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Reason {
    /// What is true of this lead alone.
    #[serde(rename = "reason")]
    pub own: String,
    /// Whether it tells odds, which a reader may want explained.
    #[serde(skip)]
    pub tells_odds: bool,
    /// The rule that brought most points, where the sentences say that the model gives no credit for it.
    #[serde(skip)]
    pub uncredited: Option<String>,
    /// Sentences that are true of others of its kind word by word, so that a list says them once above it.
    pub of_its_kind: Vec<String>,
}

impl fmt::Display for Reason {
    /// All of it, for a lead on its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.own)?;
        self.of_its_kind.iter().try_for_each(|sentence| write!(f, " {sentence}"))
    }
}

/// What a list says once above it: the sentences about the kinds of its leads, in the order of their first place.
pub fn of_their_kinds<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for sentence in reasons.into_iter().flat_map(|reason| &reason.of_its_kind) {
        if !said.contains(sentence) {
            said.push(sentence.clone());
        }
    }
    said
}

/// Why a lead falls into `verify` or `hidden_gem`, or why a closed deal went against its points; the same words also
/// serve where rules and model agreed. Empty sides say nothing.
pub fn reason(quadrant: Quadrant, sides: &Sides) -> Reason {
    let model = ModelSide::of(quadrant, sides);
    let mut own = vec![points_sentence(quadrant, sides), model.sentence()];
    own.retain(|sentence| !sentence.is_empty());
    let of_its_kind = chance_sentence(quadrant, sides).into_iter().chain(sides.like.as_ref().map(record_sentence));
    Reason {
        own: own.join(" "),
        tells_odds: model.tells_odds(),
        uncredited: model.uncredited().map(|gain| gain.rule.clone()),
        of_its_kind: of_its_kind.collect(),
    }
}

/// What to do with a mismatch when no action of the scorecard suits: [`Quadrant::advice`] by the record that stands beside
/// it, and why.
pub fn usual_action(quadrant: Quadrant, sides: &Sides) -> String {
    let advice = quadrant.advice(sides.standing_of_the_like());
    let why = match (quadrant, advice) {
        (Quadrant::Verify, WORTH_A_CALL) => ", though the model ranks it lower",
        (Quadrant::Verify, _) => ": ask what the interest is for",
        (Quadrant::HiddenGem, WORTH_A_CALL) => ", though the points are low",
        (Quadrant::HiddenGem, _) => ": such leads were won less often than the average",
        (Quadrant::WorkNow | Quadrant::Nurture, _) => return String::new(),
    };
    format!("{}{why}", capital(advice))
}

/// The rules that brought points, the strongest first.
fn brought(gains: &[Gain]) -> &[Gain] {
    &gains[..gains.partition_point(|gain| gain.points > 0.0)]
}

/// The rules that bring most of the points.
fn main_gains(gains: &[Gain]) -> (&[Gain], f64) {
    let brought = brought(gains);
    let gained: f64 = brought.iter().map(|g| g.points).sum();
    let one_will_do = brought.first().is_some_and(|g| g.points >= MOST_OF_THE_POINTS * gained);
    (&brought[..brought.len().min(if one_will_do { 1 } else { NAMED })], gained)
}

/// The rules that took points, with how many: `-20 from \`student\` (by job_title)`. Empty where none did.
fn taken(gains: &[Gain]) -> String {
    let taking = &gains[brought(gains).len()..];
    let named = |gain: &Gain| format!("{} from `{}`{}", short(gain.points), gain.rule, bracketed(&gain.what));
    let rest = &taking[..taking.len().saturating_sub(NAMED)];
    let of_rest: f64 = rest.iter().map(|gain| gain.points).sum();
    let more = (!rest.is_empty()).then(|| format!("{} from {} more", short(of_rest), rest.len()));
    joined(taking[rest.len()..].iter().rev().map(named).chain(more))
}

fn points_sentence(quadrant: Quadrant, sides: &Sides) -> String {
    let (main, gained) = main_gains(&sides.gains);
    let from = joined(main.iter().map(|g| format!("`{}`{}", g.rule, bracketed(&g.what))));
    let points: f64 = main.iter().map(|g| g.points).sum();
    let taken = taken(&sides.gains);
    if matches!(quadrant, Quadrant::Verify | Quadrant::WorkNow) {
        let less = if taken.is_empty() { String::new() } else { format!("; {taken}") };
        return match main {
            [] => String::new(),
            // What rules take away, or a cap, makes the score another number than the points gained.
            _ => format!(
                "{} of {} points{} are from {from}{less}.",
                short(points),
                short(gained),
                if (gained - sides.rule_score).abs() > SHOWN { " gained" } else { "" }
            ),
        };
    }
    let bound =
        sides.handover.as_ref().map_or_else(String::new, |(tier, at)| format!(" ({tier} begins at {})", short(*at)));
    let n_more = brought(&sides.gains).len() - main.len();
    let brought = match (main, n_more) {
        ([], _) => "no rule brings any points".to_string(),
        (_, 0) => format!("{} from {from}", short(points)),
        _ => format!("{} from {from}, {} from {n_more} more", short(points), short(gained - points)),
    };
    let less = if taken.is_empty() { String::new() } else { format!(", {taken}") };
    let added: f64 = sides.gains.iter().map(|gain| gain.points).sum();
    let kept = match () {
        () if added > sides.rule_score + SHOWN => ", before caps",
        () if added < -SHOWN && sides.rule_score == 0.0 => ", and less than 0 counts as 0",
        () => "",
    };
    format!("Only {} points{bound}: {brought}{less}{kept}.", short(sides.rule_score))
}

/// What the model says of a lead beside its points.
struct ModelSide<'a> {
    /// The rule that brought most points, where the model's opinion of it is told.
    main: Option<&'a Gain>,
    /// Whether that rule is one of several, and so called by its name.
    by_name: bool,
    /// Whether what speaks is told for or against the lead.
    speaks: &'static str,
    /// What speaks most so.
    most: Vec<&'a Opinion>,
}

impl<'a> ModelSide<'a> {
    fn of(quadrant: Quadrant, sides: &'a Sides) -> ModelSide<'a> {
        let doubts = quadrant == Quadrant::Verify;
        let is_told = |o: &&Opinion| !is_next_to_nothing(o.log_odds) && (o.log_odds < 0.0) == doubts;
        let (main, _) = main_gains(&sides.gains);
        ModelSide {
            main: main.first().filter(|_| doubts),
            by_name: main.len() > 1,
            speaks: if doubts { "against" } else { "for" },
            most: sides.opinions.iter().filter(is_told).take(NAMED).collect(),
        }
    }

    fn sentence(&self) -> String {
        let opinion = self.main.map_or_else(String::new, |gain| opinion_of(gain, self.by_name));
        let most = joined(self.most.iter().map(|o| format!("`{}` ({})", o.about, odds(o.log_odds))));
        match (opinion.is_empty(), most.is_empty()) {
            (_, true) => opinion,
            (true, false) => format!("For the model most speaks {} it: {most}.", self.speaks),
            (false, false) => format!("{opinion} Most speaks {} it: {most}.", self.speaks),
        }
    }

    fn tells_odds(&self) -> bool {
        !self.most.is_empty() || self.main.is_some_and(|gain| gain.by_model.is_some())
    }

    /// The rule that brought most points, where it is told that the model gives it no credit.
    fn uncredited(&self) -> Option<&'a Gain> {
        self.main.filter(|gain| gain.by_model.is_some_and(|by_model| by_model < 0.0 || is_next_to_nothing(by_model)))
    }
}

/// Said where the quadrant's name would belie the chance: likely, and yet low; unlikely, and yet high.
fn chance_sentence(quadrant: Quadrant, sides: &Sides) -> Option<String> {
    let (Chance { of_lead, average, share }, (tier, _)) = (sides.chance?, sides.handover.as_ref()?);
    let [all, held] = [average, share].map(|share| format!("{:.1} %", 100.0 * share));
    match quadrant {
        Quadrant::Verify if of_lead >= average => Some(format!(
            "A chance above the average of {all} need not be {tier} by the model: {tier} holds only the likeliest {held} of \
             the deals."
        )),
        Quadrant::HiddenGem if of_lead < average => Some(format!(
            "A chance below the average of {all} may be {tier} by the model: {tier} holds so many of the deals ({held})."
        )),
        _ => None,
    }
}

/// What the model makes of what brought the points.
fn opinion_of(gain: &Gain, by_name: bool) -> String {
    let that = if by_name { format!("`{}`", gain.rule) } else { "that".to_string() };
    let Some(by_model) = gain.by_model else { return format!("The model does not go by {that}.") };
    let found = match by_model.exp() {
        _ if is_next_to_nothing(by_model) => format!("finds {that} worth next to nothing"),
        factor if factor < 1.0 => format!("counts {that} against an order"),
        factor if factor <= LITTLE => format!("finds {that} worth little"),
        _ => format!("gives credit for {that} too, but less than other things take away"),
    };
    format!("The model {found} ({}).", odds(by_model))
}

fn record_sentence(like: &LikeCases) -> String {
    let Rate { n, wins, .. } = &like.record;
    if *n < FEWEST_TO_SAY {
        return format!("Past deals so placed ({}): {wins} of {n} won, too few to say.", like.which);
    }
    let share = 100.0 * like.record.rate;
    let by = by_row_weight(like.record.is_weighted());
    format!("Of {} so placed ({}) {share:.0} % were won{by}.", counted(*n, "past deal"), like.which)
}

/// A factor on the odds, which people can multiply: `odds × 0.6`.
fn odds(log_odds: f64) -> String {
    let factor = log_odds.exp();
    if factor >= 10.0 {
        format!("odds × {factor:.0}")
    } else if factor < 0.1 {
        "odds × under 0.1".to_string()
    } else {
        format!("odds × {factor:.1}")
    }
}

fn bracketed(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(" ({what})") }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" and ")
}

fn short(points: f64) -> String {
    let text = format!("{points:.1}");
    text.trim_end_matches(".0").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(quadrant: Quadrant, sides: &Sides) -> String {
        super::reason(quadrant, sides).to_string()
    }

    fn sides() -> Sides {
        let gain =
            |rule: &str, what: &str, points, by_model| Gain { rule: rule.into(), what: what.into(), points, by_model };
        Sides {
            rule_score: 100.0,
            handover: Some(("SQL".into(), 80.0)),
            chance: Some(Chance { of_lead: 0.04, average: 0.4, share: 0.12 }),
            gains: vec![
                gain("price_page", "page_view 9 times, newest 3 d ago", 90.0, Some(0.2)),
                gain("link_click", "link_click once, 5 d ago", 10.0, None),
            ],
            opinions: vec![
                Opinion { about: "inquiry, never".into(), log_odds: -0.7 },
                Opinion { about: "page_view, 9 times".into(), log_odds: 0.2 },
            ],
            like: Rate::of(&[vec![1.0; 3], vec![0.0; 68]].concat(), &[1.0; 71])
                .map(|record| LikeCases { which: "SQL by points, not by the model".into(), record }),
        }
    }

    #[test]
    fn a_high_score_says_what_carried_it_and_what_the_model_makes_of_it() {
        assert_eq!(
            reason(Quadrant::Verify, &sides()),
            "90 of 100 points are from `price_page` (page_view 9 times, newest 3 d ago). The model finds that worth \
             little (odds × 1.2). Most speaks against it: `inquiry, never` (odds × 0.5). Of 71 past deals so placed \
             (SQL by points, not by the model) 4 % were won."
        );
    }

    #[test]
    fn odds_are_known_to_be_told_where_a_sentence_tells_them() {
        let mut silent = sides();
        silent.gains[0].by_model = None;
        silent.opinions.retain(|opinion| is_next_to_nothing(opinion.log_odds));
        for (sides, quadrant) in [&sides(), &silent].into_iter().flat_map(|s| Quadrant::ALL.map(|q| (s, q))) {
            let said = super::reason(quadrant, sides);
            assert_eq!(said.tells_odds, said.own.contains("odds ×"), "{said}");
        }
        assert!(super::reason(Quadrant::Verify, &sides()).tells_odds);
        assert!(!super::reason(Quadrant::Verify, &silent).tells_odds);
    }

    #[test]
    fn one_figure_never_gets_two_words() {
        let mut said: std::collections::BTreeMap<String, String> = Default::default();
        for hundredth in -80..80 {
            let gain = Gain {
                rule: "r".into(),
                what: String::new(),
                points: 1.0,
                by_model: Some(f64::from(hundredth) / 100.0),
            };
            let sentence = opinion_of(&gain, false);
            let (words, figure) = sentence.split_once(" (").unwrap();
            let before = said.entry(figure.to_string()).or_insert_with(|| words.to_string());
            // The bound of "little" lies within what × 1.6 stands for.
            assert!(before == words || figure.starts_with("odds × 1.6"), "{figure}: {before} and {words}");
        }
        assert_eq!(said["odds × 0.9)."], "The model finds that worth next to nothing");
        assert_eq!(said["odds × 0.8)."], "The model counts that against an order");
    }

    #[test]
    fn the_quadrant_never_belies_the_chance() {
        let mut likely = sides();
        likely.like = None;
        likely.chance = Some(Chance { of_lead: 0.84, average: 0.385, share: 0.12 });
        let said = reason(Quadrant::Verify, &likely);
        assert!(
            said.ends_with(
                "A chance above the average of 38.5 % need not be SQL by the model: SQL holds only the likeliest 12.0 % of \
                 the deals."
            ),
            "{said}"
        );
        assert!(!reason(Quadrant::HiddenGem, &likely).contains("average"));
        likely.chance = Some(Chance { of_lead: 0.09, average: 0.12, share: 0.83 });
        let said = reason(Quadrant::HiddenGem, &likely);
        assert!(
            said.contains("A chance below the average of 12.0 % may be SQL by the model: SQL holds so many"),
            "{said}"
        );
        assert!(!reason(Quadrant::Verify, &likely).contains("average"));
    }

    #[test]
    fn what_to_do_follows_the_record_beside_it() {
        let of = |n_won: usize, average: f64| {
            let y = [vec![1.0; n_won], vec![0.0; 100 - n_won]].concat();
            let mut sides = sides();
            sides.like = Rate::of(&y, &[1.0; 100]).map(|record| LikeCases { which: "so placed".into(), record });
            sides.chance = Some(Chance { of_lead: 0.3, average, share: 0.12 });
            [Quadrant::Verify, Quadrant::HiddenGem].map(|quadrant| usual_action(quadrant, &sides))
        };
        assert!(of(70, 0.385).iter().all(|action| action.starts_with("Worth a call")));
        assert!(of(4, 0.385).iter().all(|action| action.starts_with("Look before calling")));
        let [verify, gem] = of(40, 0.385);
        assert!(verify.starts_with("Look before calling") && gem.starts_with("Worth a call"));
    }

    #[test]
    fn a_low_score_says_what_speaks_for_the_lead() {
        let mut low = sides();
        low.rule_score = 33.0;
        low.chance = Some(Chance { of_lead: 0.6, average: 0.4, share: 0.12 });
        low.gains = vec![Gain {
            rule: "inquiry".into(),
            what: "inquiry once, 5 d ago".into(),
            points: 30.0,
            by_model: Some(1.4),
        }];
        low.opinions = vec![Opinion { about: "inquiry, once".into(), log_odds: 1.4 }];
        low.like = None;
        assert_eq!(
            reason(Quadrant::HiddenGem, &low),
            "Only 33 points (SQL begins at 80): 30 from `inquiry` (inquiry once, 5 d ago). For the model most speaks \
             for it: `inquiry, once` (odds × 4.1)."
        );
        let takes = |rule: &str, points| Gain { rule: rule.into(), what: "by email".into(), points, by_model: None };
        low.gains.extend([takes("late", -1.0), takes("no_phone", -2.0), takes("free_mail", -20.0)]);
        low.rule_score = 7.0;
        assert!(
            reason(Quadrant::HiddenGem, &low).starts_with(
                "Only 7 points (SQL begins at 80): 30 from `inquiry` (inquiry once, 5 d ago), -20 from `free_mail` (by email) \
                 and -2 from `no_phone` (by email) and -1 from 1 more."
            ),
            "{}",
            reason(Quadrant::HiddenGem, &low)
        );
        low.gains.clear();
        assert!(reason(Quadrant::HiddenGem, &low).contains("no rule brings any points"));
    }

    #[test]
    fn a_list_says_once_what_is_true_of_several() {
        let mut other = sides();
        other.rule_score = 90.0;
        let reasons = [&sides(), &other].map(|sides| super::reason(Quadrant::Verify, sides));
        assert_eq!(of_their_kinds(&reasons), reasons[0].of_its_kind);
        assert!(
            !reasons[1].own.contains("past deals") && reasons[1].to_string().contains("Of 71 past deals so placed")
        );
    }
}
