//! Reasons of several leads below each other: what all share is said once above the list, and of each what is its own.

use super::Reason;

/// A sentence of a reason: words, and between them figures, in which leads differ of which the words are all true.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sentence {
    /// One more than figures.
    words: Vec<String>,
    figures: Vec<String>,
}

impl Sentence {
    /// One that is true word by word or not at all.
    pub fn plain(text: impl Into<String>) -> Sentence {
        Sentence { words: vec![text.into()], figures: Vec::new() }
    }

    /// Goes on with a figure and more words.
    pub(super) fn with(mut self, figure: String, words: &str) -> Sentence {
        self.figures.push(figure);
        self.words.push(words.to_string());
        self
    }

    /// With its figures in brackets.
    pub(super) fn whole(&self) -> String {
        let figures = self.figures.iter().map(|figure| format!(" ({figure})")).chain([String::new()]);
        self.words.iter().zip(figures).map(|(words, figure)| format!("{words}{figure}")).collect()
    }

    fn without_figures(&self) -> String {
        self.words.concat()
    }
}

/// What a list says once above its leads, whose reasons are left with what is [particular](Reason::particular) to each: the
/// sentences about their kinds, in the order of their first place, then what all have in common.
pub fn say_once(mut reasons: Vec<&mut Reason>) -> Vec<String> {
    let mut above: Vec<String> = Vec::new();
    for sentence in reasons.iter().flat_map(|reason| &reason.of_its_kind) {
        if !above.contains(sentence) {
            above.push(sentence.clone());
        }
    }
    let shared = shared(&reasons);
    let (same, but_for_figures): (Vec<_>, Vec<_>) = shared.iter().partition(|sentence| is_same(sentence, &reasons));
    let told = same.iter().map(|sentence| sentence.whole());
    let told: Vec<String> = told.chain(but_for_figures.iter().map(|sentence| sentence.without_figures())).collect();
    if !told.is_empty() {
        let beside = if but_for_figures.is_empty() { "" } else { " The odds stand with each, in this order." };
        above.push(format!("What all share: {}{beside}", told.join(" ")));
    }
    for reason in &mut reasons {
        reason.particular = Some(particular(reason, &same, &but_for_figures));
    }
    above
}

/// The sentences of the first reason that all others have, too, whatever their figures; none of a lead on its own.
fn shared(reasons: &[&mut Reason]) -> Vec<Sentence> {
    let [first, others @ ..] = reasons else { return Vec::new() };
    let has = |reason: &Reason, words: &[String]| reason.sentences.iter().any(|sentence| sentence.words == words);
    let of_all = |sentence: &&Sentence| others.iter().all(|reason| has(reason, &sentence.words));
    first.sentences.iter().filter(|_| !others.is_empty()).filter(of_all).cloned().collect()
}

/// Whether a shared sentence has the same figures in all reasons.
fn is_same(sentence: &Sentence, reasons: &[&mut Reason]) -> bool {
    reasons.iter().all(|reason| reason.sentences.contains(sentence))
}

/// What is said of a lead below the sentences that its list shares: its own sentences, and its figures of the shared ones.
fn particular(reason: &Reason, same: &[&Sentence], but_for_figures: &[&Sentence]) -> String {
    let is_said =
        |sentence: &&Sentence| same.iter().chain(but_for_figures).any(|shared| shared.words == sentence.words);
    let own = reason.sentences.iter().filter(|sentence| !is_said(sentence)).map(Sentence::whole);
    let of = |shared: &&&Sentence| reason.sentences.iter().find(|sentence| sentence.words == shared.words);
    let figures = but_for_figures.iter().filter_map(|shared| of(&shared)).flat_map(|sentence| &sentence.figures);
    let figures: Vec<&str> = figures.map(String::as_str).collect();
    own.chain((!figures.is_empty()).then(|| figures.join(", "))).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(points: &str, odds: [&str; 2]) -> Reason {
        let age = Sentence::plain("Most speaks for it: `age`").with(odds[0].into(), " and `page`");
        Reason::of(vec![Sentence::plain(points), age.with(odds[1].into(), ".")])
    }

    fn told(mut reasons: Vec<Reason>) -> (Vec<String>, Vec<String>) {
        let above = say_once(reasons.iter_mut().collect());
        (above, reasons.into_iter().filter_map(|reason| reason.particular).collect())
    }

    #[test]
    fn words_that_all_share_stand_above_and_figures_with_each() {
        let (above, each) = told(vec![
            reason("No points.", ["odds × 3.6", "odds × 1.4"]),
            reason("No points.", ["odds × 3.3", "odds × 1.5"]),
        ]);
        let all =
            "What all share: No points. Most speaks for it: `age` and `page`. The odds stand with each, in this order.";
        assert_eq!(above, [all]);
        assert_eq!(each, ["odds × 3.6, odds × 1.4", "odds × 3.3, odds × 1.5"]);
    }

    #[test]
    fn of_leads_alike_nothing_is_left_and_of_one_alone_nothing_is_taken() {
        let one = reason("No points.", ["odds × 3.6", "odds × 1.4"]);
        let (above, each) = told(vec![one.clone(), one.clone()]);
        assert_eq!(above, [format!("What all share: {}", one.own)]);
        assert_eq!(each, ["", ""]);
        assert_eq!(told(vec![one.clone()]), (Vec::new(), vec![one.own]));
    }

    #[test]
    fn what_some_do_not_share_stays_with_each() {
        let (above, each) =
            told(vec![reason("No points.", ["odds × 3", "odds × 2"]), reason("5 points.", ["odds × 3", "odds × 2"])]);
        assert_eq!(above, ["What all share: Most speaks for it: `age` (odds × 3) and `page` (odds × 2)."]);
        assert_eq!(each, ["No points.", "5 points."]);
    }
}
