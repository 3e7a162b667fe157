//! A small world of leads and acts for the tests of measures and scorecard, in days before one common as-of.

use leadscore::asof::{Instant, Span};
use leadscore::measures::{Counter, Measures, Pass, PassOptions, Plan};
use leadscore::scorecard::{Evidence, RuleRequests, Scorecard, Scored};
use leadscore::tables::{Activity, ActivityBatch, Column, ColumnType, LeadTable, MISSING, TextColumn};

/// The as-of of every lead, unless a test sets its own.
pub const AS_OF: Instant = Instant(20_000 * 86_400_000_000);

/// The instant `days` before [`AS_OF`].
pub fn days_ago(days: f64) -> Instant {
    AS_OF.minus(Span::from_days(days))
}

/// Leads with their attributes, acts and counters.
#[derive(Clone)]
pub struct World {
    pub leads: LeadTable,
    pub as_of: Vec<Instant>,
    pub acts: Vec<Activity>,
    pub kinds: Vec<String>,
    pub details: Vec<String>,
    pub counters: Vec<Counter>,
    pub ours: Vec<String>,
    pub has_log: bool,
}

impl World {
    pub fn new(n_leads: usize) -> World {
        let leads = LeadTable {
            id_name: "lead_id".to_string(),
            ids: (0..n_leads).map(|lead| format!("L{lead}")).collect(),
            columns: Vec::new(),
            created_at: None,
            closed_at: None,
            as_of: None,
            outcome: None,
            row_weight: None,
            origin: (0..n_leads).map(|lead| (0, lead as u64 + 2)).collect(),
            files: vec!["leads.csv".to_string()],
        };
        World {
            leads,
            as_of: vec![AS_OF; n_leads],
            acts: Vec::new(),
            kinds: Vec::new(),
            details: Vec::new(),
            counters: Vec::new(),
            ours: vec!["email_sent".to_string()],
            has_log: true,
        }
    }

    /// A column of texts; the empty text is a missing value. Numbers among them can be read as such.
    pub fn text(mut self, name: &str, values: &[&str]) -> World {
        let present = |value: &&str| if value.is_empty() { None } else { Some(value.to_string()) };
        let present: Vec<Option<String>> = values.iter().map(present).collect();
        let number = present.iter().map(|value| value.as_ref().and_then(|v| v.parse().ok()).unwrap_or(f64::NAN));
        self.leads.columns.push(Column {
            name: name.to_string(),
            column_type: ColumnType::Category,
            number: Some(number.collect()),
            text: Some(TextColumn::from_values(present.iter().map(Option::as_deref))),
            date: None,
        });
        self
    }

    /// A column of numbers, NaN where missing, with their text beside.
    pub fn number(mut self, name: &str, values: &[f64]) -> World {
        let texts: Vec<Option<String>> = values.iter().map(|v| (!v.is_nan()).then(|| v.to_string())).collect();
        self.leads.columns.push(Column {
            name: name.to_string(),
            column_type: ColumnType::Number,
            text: Some(TextColumn::from_values(texts.iter().map(Option::as_deref))),
            number: Some(values.to_vec()),
            date: None,
        });
        self
    }

    /// A column of dates.
    pub fn date(mut self, name: &str, values: &[Option<Instant>]) -> World {
        self.leads.columns.push(Column {
            name: name.to_string(),
            column_type: ColumnType::Date,
            text: None,
            number: None,
            date: Some(values.to_vec()),
        });
        self
    }

    pub fn created(mut self, at: &[Option<Instant>]) -> World {
        self.leads.created_at = Some(at.to_vec());
        self
    }

    /// One act, `days` before the as-of.
    pub fn act(self, lead: u32, days: f64, kind: &str) -> World {
        self.row(lead, days_ago(days), kind, "", 1)
    }

    pub fn row(mut self, lead: u32, at: Instant, kind: &str, detail: &str, count: u32) -> World {
        let kind = code_of(&mut self.kinds, kind);
        let detail = if detail.is_empty() { MISSING } else { code_of(&mut self.details, detail) };
        self.acts.push(Activity { lead, at, kind, detail, count });
        self
    }

    pub fn counter(mut self, kind: &str, counts: &[f64]) -> World {
        self.counters.push(Counter { kind: kind.to_string(), counts: counts.to_vec() });
        self
    }

    /// Measures of `plan` over the acts, handed over in batches of `batch` rows.
    pub fn measures_in(&self, plan: &Plan, options: PassOptions, batch: usize) -> Measures {
        if !self.has_log {
            return Measures::without_log(plan, self.leads.n_leads(), &self.counters);
        }
        let mut pass = Pass::new(plan, self.as_of.clone(), options);
        for acts in self.acts.chunks(batch) {
            // Dictionaries know only what was met so far.
            let kinds = 1 + acts.iter().map(|act| act.kind as usize).max().unwrap_or(0);
            let known =
                self.acts.iter().take_while(|act| !std::ptr::eq(*act, &acts[0])).map(|act| act.kind as usize + 1);
            let kinds = kinds.max(known.max().unwrap_or(0));
            let acts = acts.iter().copied().collect();
            pass.add(ActivityBatch { acts: &acts, kinds: &self.kinds[..kinds], details: &self.details });
        }
        pass.finish(&self.counters)
    }

    pub fn score(&self, toml: &str) -> Card {
        let scorecard = Scorecard::parse(toml, "scorecard.toml").unwrap_or_else(|error| panic!("{error}\n{toml}"));
        let mut plan = Plan::default();
        let requests = scorecard.requests(&mut plan, &self.ours);
        let measures = self.measures_in(&plan, PassOptions::default(), usize::MAX);
        let mut card = Card { world: self.clone(), scorecard, requests, measures, scored: None };
        card.scored = Some(card.scorecard.evaluate(&card.evidence()));
        card
    }

    /// The same world with lead number `lead` alone.
    pub fn alone(&self, lead: usize) -> World {
        let mut world = self.clone();
        let one = lead..lead + 1;
        world.leads.ids = [&self.leads.ids[lead]].into_iter().collect();
        world.leads.origin = self.leads.origin.rows(one.clone());
        world.leads.created_at = self.leads.created_at.as_ref().map(|at| at[one.clone()].to_vec());
        for column in &mut world.leads.columns {
            if let Some(text) = &mut column.text {
                text.codes = text.codes[one.clone()].to_vec();
            }
            column.number = column.number.as_ref().map(|numbers| numbers[one.clone()].to_vec());
            column.date = column.date.as_ref().map(|dates| dates[one.clone()].to_vec());
        }
        world.as_of = self.as_of[one.clone()].to_vec();
        world.acts.retain(|act| act.lead as usize == lead);
        world.acts.iter_mut().for_each(|act| act.lead = 0);
        world.counters.iter_mut().for_each(|counter| counter.counts = counter.counts[one.clone()].to_vec());
        world
    }
}

fn code_of(dictionary: &mut Vec<String>, word: &str) -> u32 {
    let position = dictionary.iter().position(|known| known == word).unwrap_or_else(|| {
        dictionary.push(word.to_string());
        dictionary.len() - 1
    });
    position as u32
}

/// A world scored by one scorecard.
pub struct Card {
    pub world: World,
    pub scorecard: Scorecard,
    pub requests: RuleRequests,
    pub measures: Measures,
    scored: Option<Scored>,
}

impl Card {
    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            leads: &self.world.leads,
            measures: &self.measures,
            requests: &self.requests,
            as_of: Some(&self.world.as_of),
        }
    }

    pub fn scored(&self) -> &Scored {
        self.scored.as_ref().expect("a card is scored when it is made")
    }

    pub fn points(&self, lead: usize) -> f64 {
        self.scored().rule_score[lead]
    }

    pub fn tier(&self, lead: usize) -> &str {
        self.scored().rule_tier(&self.scorecard, lead)
    }

    /// The quantity of the rule of this name.
    pub fn q(&self, rule: &str, lead: usize) -> f64 {
        let number = self.scorecard.rules.iter().position(|known| known.name == rule);
        self.scored().quantities[number.unwrap_or_else(|| panic!("no rule {rule}"))][lead]
    }

    /// What the ledger says under a name; 0 where it says nothing.
    pub fn entry(&self, name: &str, lead: usize) -> f64 {
        let ledger = self.scorecard.ledger(self.scored(), lead);
        ledger.iter().filter(|entry| entry.name == name).map(|entry| entry.contribution).sum()
    }

    /// Makes sure that every lead's ledger sums to its score within 1e-9, as the design promises.
    pub fn balanced(self) -> Card {
        for lead in 0..self.scored().n_leads() {
            let ledger = self.scorecard.ledger(self.scored(), lead);
            let sum: f64 = ledger.iter().map(|entry| entry.contribution).sum();
            assert!((sum - self.points(lead)).abs() <= 1e-9, "lead {lead}: {ledger:?} for {}", self.points(lead));
        }
        self
    }
}
