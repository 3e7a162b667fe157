//! Reasons of several leads below each other: what all share is said once above the list, and of each what is its own.

use super::Reason;
use serde::Serialize;

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

/// Reasons as a list tells them.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ListWords {
    /// Once above the leads: the sentences about their kinds, then what all have in common.
    pub above: Vec<String>,
    /// With each lead, what is its own.
    pub of_each: Vec<String>,
}

/// The words of a list of leads with these reasons.
pub fn list_words(reasons: &[&Reason]) -> ListWords {
    let (shared, of_each) = match differ_at_most_in_figures(reasons) {
        true => by_figures(reasons),
        false => by_sentences(reasons),
    };
    let mut above = of_their_kinds(reasons.iter().copied());
    above.extend((!shared.is_empty()).then(|| format!("What all below share: {shared}")));
    ListWords { above, of_each }
}

/// The sentences about the kinds of leads with these reasons, each once, in the order of their first place.
pub fn of_their_kinds<'a>(reasons: impl Iterator<Item = &'a Reason>) -> Vec<String> {
    let mut of_kinds: Vec<String> = Vec::new();
    for sentence in reasons.flat_map(|reason| &reason.of_its_kind) {
        if !of_kinds.contains(sentence) {
            of_kinds.push(sentence.clone());
        }
    }
    of_kinds
}

/// Whether several leads have the same sentences but for figures, so that a figure is known by its place.
fn differ_at_most_in_figures(reasons: &[&Reason]) -> bool {
    let words = |reason: &Reason| reason.sentences.iter().map(|sentence| sentence.words.clone()).collect::<Vec<_>>();
    reasons.len() > 1 && reasons.windows(2).all(|pair| words(pair[0]) == words(pair[1]))
}

/// All sentences above the list, without the figures of those in which the leads differ; these stand with each.
fn by_figures(reasons: &[&Reason]) -> (String, Vec<String>) {
    let first = &reasons[0].sentences;
    let is_same = |at: usize| reasons.iter().all(|reason| reason.sentences[at] == first[at]);
    let (same, differing): (Vec<usize>, Vec<usize>) = (0..first.len()).partition(|&at| is_same(at));
    let tell = |(at, sentence): (usize, &Sentence)| {
        if differing.contains(&at) { sentence.without_figures() } else { sentence.whole() }
    };
    let mut told: Vec<String> = first.iter().enumerate().map(tell).collect();
    let n_figures = |of: &[usize]| of.iter().map(|&at| first[at].figures.len()).sum::<usize>();
    if !differing.is_empty() {
        let other = if n_figures(&same) > 0 { "other " } else { "" };
        let order = if n_figures(&differing) > 1 { ", in this order" } else { "" };
        told.push(format!("The {other}odds stand with each{order}."));
    }
    let figures = |reason: &&Reason| {
        let of: Vec<&str> =
            differing.iter().flat_map(|&at| &reason.sentences[at].figures).map(String::as_str).collect();
        of.join(", ")
    };
    (told.join(" "), reasons.iter().map(figures).collect())
}

/// The sentences with which all reasons begin above the list, for one may lean on that before it; the others with each
/// lead, or with the first of several on end.
fn by_sentences(reasons: &[&Reason]) -> (String, Vec<String>) {
    let n_shared = n_shared_first(reasons);
    let tell = |sentences: &[Sentence]| sentences.iter().map(Sentence::whole).collect::<Vec<_>>().join(" ");
    let own: Vec<String> = reasons.iter().map(|reason| tell(&reason.sentences[n_shared..])).collect();
    let shared = reasons.first().map_or_else(String::new, |first| tell(&first.sentences[..n_shared]));
    (shared, own.chunk_by(|a, b| a == b).flat_map(of_a_run).collect())
}

/// With how many sentences all begin; none of a lead on its own.
fn n_shared_first(reasons: &[&Reason]) -> usize {
    let [first, others @ ..] = reasons else { return 0 };
    let is_of_all =
        |(at, sentence): &(usize, &Sentence)| others.iter().all(|reason| reason.sentences.get(*at) == Some(*sentence));
    if others.is_empty() { 0 } else { first.sentences.iter().enumerate().take_while(is_of_all).count() }
}

/// Leads on end of which the same is true: it is told of the first, with how many it is true of besides.
fn of_a_run(same: &[String]) -> Vec<String> {
    let mut of_each = vec![String::new(); same.len()];
    of_each[0] = match same.len() - 1 {
        _ if same[0].is_empty() => String::new(),
        0 => same[0].clone(),
        1 => format!("{} Same for the next.", same[0]),
        others => format!("{} Same for the next {others}.", same[0]),
    };
    of_each
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(points: &str, odds: [&str; 2]) -> Reason {
        let opinion = Sentence::plain("The model finds that worth little").with(odds[0].into(), ".");
        let most = Sentence::plain("Most speaks against it: `age`").with(odds[1].into(), ".");
        Reason::of(vec![Sentence::plain(points), opinion, most])
    }

    fn told(reasons: &[Reason]) -> (Vec<String>, Vec<String>) {
        let ListWords { above, of_each } = list_words(&reasons.iter().collect::<Vec<_>>());
        (above, of_each)
    }

    #[test]
    fn words_that_all_share_stand_above_and_figures_with_each() {
        let of = |first, second| reason("5 of 5 points are from `a`.", [first, second]);
        let words = "What all below share: 5 of 5 points are from `a`. The model finds that worth little";
        let (above, each) = told(&[of("odds × 1.4", "odds × 0.1"), of("odds × 1.5", "odds × 0.2")]);
        assert_eq!(
            above,
            [format!("{words}. Most speaks against it: `age`. The odds stand with each, in this order.")]
        );
        assert_eq!(each, ["odds × 1.4, odds × 0.1", "odds × 1.5, odds × 0.2"]);
        let (above, each) = told(&[of("odds × 1.4", "odds × 0.1"), of("odds × 1.5", "odds × 0.1")]);
        let other = "Most speaks against it: `age` (odds × 0.1). The other odds stand with each.";
        assert_eq!(above, [format!("{words}. {other}")], "in their order, though the figures of one are told");
        assert_eq!(each, ["odds × 1.4", "odds × 1.5"]);
    }

    #[test]
    fn of_leads_alike_nothing_is_left_and_of_one_alone_nothing_is_taken() {
        let one = reason("No points.", ["odds × 1.4", "odds × 0.1"]);
        let (above, each) = told(&[one.clone(), one.clone()]);
        assert_eq!(above, [format!("What all below share: {}", one.own)]);
        assert_eq!(each, ["", ""]);
        assert_eq!(told(std::slice::from_ref(&one)), (Vec::new(), vec![one.own.clone()]));
        assert_eq!(told(&[]), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_leans_on_a_sentence_that_differs_stays_behind_it() {
        let of = |points| reason(points, ["odds × 1.4", "odds × 0.1"]);
        let (a, b) = (of("5 of 5 points are from `a`."), of("5 of 5 points are from `b`."));
        assert_eq!(told(&[a.clone(), b.clone()]), (Vec::new(), vec![a.own, b.own]));
    }

    #[test]
    fn a_beginning_that_all_share_stands_above() {
        let short = Reason::of(vec![Sentence::plain("No points.")]);
        let long = reason("No points.", ["odds × 1.4", "odds × 0.1"]);
        let (above, each) = told(&[short, long.clone()]);
        assert_eq!(above, ["What all below share: No points."]);
        assert_eq!(each, ["", long.own.trim_start_matches("No points. ")]);
    }

    #[test]
    fn of_leads_on_end_the_same_is_said_once() {
        let of = |points: &str| Reason::of(vec![Sentence::plain(points)]);
        let (_, each) = told(&[of("A."), of("A."), of("A."), of("B."), of("B."), of("A.")]);
        assert_eq!(each, ["A. Same for the next 2.", "", "", "B. Same for the next.", "", "A."]);
    }
}
