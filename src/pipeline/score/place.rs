//! The order to call leads in.

use super::Assessment;
use serde::Serialize;
use std::cmp::Ordering;

/// By what a lead stands above another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    is_to_be_worked: bool,
    score: f64,
    win_probability: f64,
    is_guess: bool,
}

impl Place {
    /// Of a lead of an assessment.
    pub fn of(assessment: &Assessment<'_>, i: usize) -> Place {
        let lead = &assessment.leads[i];
        // Empty is below every number.
        let [score, win_probability] =
            [lead.score, lead.win_probability].map(|v| if v.is_nan() { f64::MIN } else { v });
        let is_to_be_worked = assessment.is_to_be_worked(i) && !assessment.is_disqualified(i);
        Place { is_to_be_worked, score, win_probability, is_guess: assessment.is_guess(i) }
    }

    /// Whether anybody is to call: open, not closed since, and not disqualified.
    pub fn is_to_be_worked(&self) -> bool {
        self.is_to_be_worked
    }

    /// Whether its chance is a guess, for the lead is older than any deal was when the model looked at it.
    pub fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// Who is to be called first; of one score the likelier, of one chance those of whom it is no guess.
    pub fn first(&self, other: &Place) -> Ordering {
        self.by_score(other).then(self.is_guess.cmp(&other.is_guess))
    }

    /// The same by what the scored table has to sort by: equal where nothing in it puts one before the other.
    pub fn by_score(&self, other: &Place) -> Ordering {
        let by_worked = other.is_to_be_worked.cmp(&self.is_to_be_worked);
        let by_score = other.score.total_cmp(&self.score).then(other.win_probability.total_cmp(&self.win_probability));
        by_worked.then(by_score)
    }
}

/// A lead to begin with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstLead {
    /// Its id.
    pub lead: String,
    /// Its score.
    pub score: f64,
    /// The tier that it reaches.
    pub tier: String,
    /// The chance of a win; `None` where nobody knows one.
    pub win_probability: Option<f64>,
    /// Whether that is a guess.
    pub is_guess: bool,
    /// What to do next.
    pub next_action: String,
    /// Where it stands among the others.
    #[serde(skip)]
    pub place: Place,
}

impl Assessment<'_> {
    /// Those of some leads whom somebody is to call, in the order to call in, at most so many; ties in the table's order. And
    /// how many leads share the first place.
    pub fn first_to_call(&self, leads: &[usize], most: usize) -> (Vec<FirstLead>, usize) {
        let places = leads.iter().map(|&i| (Place::of(self, i), i));
        let mut places: Vec<(Place, usize)> = places.filter(|(place, _)| place.is_to_be_worked()).collect();
        places.sort_by(|a, b| a.0.first(&b.0));
        let lead = |&(place, i): &(Place, usize)| FirstLead {
            lead: self.table.ids[i].to_string(),
            score: self.leads[i].score,
            tier: self.tier_name(i, self.leads[i].tier).to_string(),
            win_probability: Some(self.leads[i].win_probability).filter(|p| !p.is_nan()),
            is_guess: place.is_guess(),
            next_action: self.next_action(i).to_string(),
            place,
        };
        let n_first = places.iter().take_while(|(place, _)| place.by_score(&places[0].0).is_eq()).count();
        (places.iter().take(most).map(lead).collect(), n_first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_chance_a_guess_comes_last() {
        let known = Place { is_to_be_worked: true, score: 5.0, win_probability: 0.7, is_guess: false };
        let guess = Place { is_guess: true, ..known };
        assert_eq!(known.first(&guess), Ordering::Less);
        assert_eq!(Place { win_probability: 0.8, ..guess }.first(&known), Ordering::Less, "the likelier all the same");
        assert_eq!(guess.first(&Place { is_to_be_worked: false, ..known }), Ordering::Less);
        assert_eq!(known.by_score(&guess), Ordering::Equal, "by the file's scores and chances they tie");
    }
}
