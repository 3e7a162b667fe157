//! Why rules and model disagree about a lead, in two or three short sentences.
//!
//! The sentences name rules, kinds of acts and columns, never a value of an attribute: they go into mails and meetings.

use super::by_model::{ModelSide, joined};
use super::in_lists::Sentence;
use super::sides::{Chance, Gain, LikeCases, NAMED, Sides, brought, main_gains};
use super::{FEWEST_TO_SAY, Quadrant, WORTH_A_CALL};
use crate::metrics::Rate;
use crate::text::{capital, counted, percent};
use serde::Serialize;
use std::fmt;

/// Points are shown to one decimal.
const SHOWN: f64 = 0.05;
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
    /// The sentences of `own`.
    #[serde(skip)]
    pub sentences: Vec<Sentence>,
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

impl Reason {
    /// Of these sentences.
    pub fn of(sentences: Vec<Sentence>) -> Reason {
        let own = sentences.iter().map(Sentence::whole).collect::<Vec<_>>().join(" ");
        Reason { own, sentences, ..Reason::default() }
    }
}

/// Why a lead falls into `verify` or `hidden_gem`, or why a closed deal went against its points; the same words also
/// serve where rules and model agreed. Empty sides say nothing.
pub fn reason(quadrant: Quadrant, sides: &Sides) -> Reason {
    let model = ModelSide::of(quadrant, sides);
    let points = Some(points_sentence(quadrant, sides)).filter(|sentence| !sentence.is_empty());
    let own = points.map(Sentence::plain).into_iter().chain(model.sentences()).collect();
    let of_its_kind = chance_sentence(quadrant, sides).into_iter().chain(sides.like.as_ref().map(record_sentence));
    Reason {
        tells_odds: model.tells_odds(),
        uncredited: model.uncredited().map(|gain| gain.rule.clone()),
        of_its_kind: of_its_kind.collect(),
        ..Reason::of(own)
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

/// `-20 from \`student\` (by job_title)`.
fn named(gain: &Gain) -> String {
    format!("{} from `{}`{}", short(gain.points), gain.rule, bracketed(&gain.what))
}

/// The rules that took points, with how many: `-20 from \`student\` (by job_title)`. Empty where none did.
fn taken(gains: &[Gain]) -> String {
    let taking = &gains[brought(gains).len()..];
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
    let others = &brought(&sides.gains)[main.len()..];
    let brought = match (main, others) {
        ([], _) => "no rule brings any points".to_string(),
        (_, []) => format!("{} from {from}", short(points)),
        (_, [only]) => format!("{} from {from}, {}", short(points), named(only)),
        _ => format!("{} from {from}, {} from {} more", short(points), short(gained - points), others.len()),
    };
    let less = if taken.is_empty() { String::new() } else { format!(", {taken}") };
    let added: f64 = sides.gains.iter().map(|gain| gain.points).sum();
    let kept = match () {
        () if added > sides.rule_score + SHOWN => ", before caps",
        () if added < -SHOWN && sides.rule_score == 0.0 => ", and less than 0 counts as 0",
        () => "",
    };
    let only = if is_far_below_handover(sides) { "Only " } else { "" };
    format!("{only}{} points{bound}: {brought}{less}{kept}.", short(sides.rule_score))
}

/// Whether a lead has less than half of the points of the handover: nearer to it "only" would belie them.
fn is_far_below_handover(sides: &Sides) -> bool {
    sides.handover.as_ref().is_none_or(|(_, bound)| sides.rule_score < 0.5 * bound)
}

/// Said where the quadrant's name would belie the chance: likely, and yet low; unlikely, and yet high.
fn chance_sentence(quadrant: Quadrant, sides: &Sides) -> Option<String> {
    let (Chance { of_lead, average, share }, (tier, _)) = (sides.chance?, sides.handover.as_ref()?);
    let [all, held] = [average, share].map(percent);
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

fn record_sentence(like: &LikeCases) -> String {
    let Rate { n, wins, .. } = &like.record;
    if *n < FEWEST_TO_SAY {
        return format!("Past deals so placed ({}): {wins} of {n} won, too few to say.", like.which);
    }
    let share = 100.0 * like.record.rate;
    let by = like.weights.behind();
    format!("Of {} so placed ({}) {share:.0} % were won{by}.", counted(*n, "past deal"), like.which)
}

fn bracketed(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(" ({what})") }
}

fn short(points: f64) -> String {
    let text = format!("{points:.1}");
    text.trim_end_matches(".0").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::by_model::is_next_to_nothing;
    use super::super::in_lists::list_words;
    use super::super::sides::Opinion;
    use super::*;
    use crate::snapshot::RowWeights;

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
            like: Rate::of(&[vec![1.0; 3], vec![0.0; 68]].concat(), &[1.0; 71]).map(|record| LikeCases {
                which: "SQL by points, not by the model".into(),
                record,
                weights: RowWeights::Alike,
            }),
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
            sides.like = Rate::of(&y, &[1.0; 100]).map(|record| LikeCases {
                which: "so placed".into(),
                record,
                weights: RowWeights::Alike,
            });
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
        let above = list_words(&reasons.each_ref()).above;
        assert_eq!(above[..reasons[0].of_its_kind.len()], reasons[0].of_its_kind);
        assert!(
            !reasons[1].own.contains("past deals") && reasons[1].to_string().contains("Of 71 past deals so placed")
        );
    }
}
