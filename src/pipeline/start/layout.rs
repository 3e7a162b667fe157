//! Everything `init` takes the columns for, put together.

use super::crm::{Crm, recognise};
use super::deals::{DealsChoice, deals};
use super::ends::kinds_in_doubt;
use super::log::{LogChoice, log};
use super::outcome::{LostWords, OutcomeChoice, Told, outcome};
use super::roles::{Choice, known_by, lead_id, named, only_time, time, times_after, told};
use super::screen::{Screen, Verdict, is_counter};
use super::sheet::Sheet;
use super::unclosed::{Lives, USUAL_DAYS, Unclosed};
use crate::asof::Span;
use crate::fault::InputError;
use crate::tables::ColumnType;

/// The tables to look at.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The leads.
    pub leads: Sheet,
    /// The outcomes table, when there is one.
    pub outcomes: Option<Sheet>,
    /// The activity log, or its beginning.
    pub log: Option<Sheet>,
}

/// What a person has said already; it goes before every guess.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Column that identifies a lead.
    pub id: Option<String>,
    /// Column of the outcome.
    pub outcome: Option<String>,
    /// Its words for won.
    pub won: Vec<String>,
    /// Its words for lost.
    pub lost: Vec<String>,
    /// Column of the creation time.
    pub created_at: Option<String>,
    /// Column of the closing time.
    pub closed_at: Option<String>,
    /// There is no outcome column, whatever some column looks like.
    pub no_outcome: bool,
    /// Whether leads that nobody has closed count as lost after a time; `None`: nobody has said.
    pub unclosed_are_lost: Option<bool>,
}

/// At which moment closed deals will be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A random one of the open life.
    Random,
    /// Each lead's own.
    Column,
    /// So many days after creation, because the close is not known.
    DaysAfterCreation(u32),
    /// None: as the rows stand.
    AsExported,
}

/// What every column is taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The product that the leads were exported from.
    pub product: Option<Crm>,
    /// Column that identifies a lead.
    pub id: Choice,
    /// Column of the creation time.
    pub created_at: Option<Choice>,
    /// Column of the closing time.
    pub closed_at: Option<Choice>,
    /// Columns that may be that of the closing time, where none is called so.
    pub possible_closes: Vec<String>,
    /// Column of each lead's own as-of.
    pub as_of: Option<Choice>,
    /// Column of row weights.
    pub row_weight: Option<Choice>,
    /// The outcome in the leads table.
    pub outcome: Option<OutcomeChoice>,
    /// The outcomes table.
    pub deals: Option<DealsChoice>,
    /// The activity log.
    pub log: Option<LogChoice>,
    /// Kinds of activity that may be the end of a deal, each with why, where deals may be looked at after it.
    pub kinds_in_doubt: Vec<(String, String)>,
    /// The leads' other columns, in the order of the file.
    pub others: Vec<(String, Verdict)>,
    /// When deals will be looked at.
    pub moment: Moment,
    /// Leads that should be decided and are not closed, where losses are hardly ever written down.
    pub unclosed: Option<Unclosed>,
    /// Whether those count as lost.
    pub counts_unclosed_as_lost: bool,
    /// The days within which nine of ten of the leads' own wins came, where the files tell.
    pub days_to_win: Option<u32>,
}

/// Works out what every column is.
///
/// # Errors
/// No column identifies a lead; a wish that the tables do not hold; tables that share no id.
pub fn lay_out(view: &View, wishes: &Wishes) -> Result<Layout, InputError> {
    let leads = &view.leads;
    let mut layout = Layout {
        product: recognise(leads),
        id: lead_id(leads, wishes.id.as_deref())?,
        created_at: None,
        closed_at: None,
        possible_closes: Vec::new(),
        as_of: None,
        row_weight: None,
        outcome: None,
        deals: None,
        log: None,
        kinds_in_doubt: Vec::new(),
        others: Vec::new(),
        moment: Moment::AsExported,
        unclosed: None,
        counts_unclosed_as_lost: wishes.unclosed_are_lost == Some(true),
        days_to_win: None,
    };
    layout.find_times(leads, wishes)?;
    layout.find_outcome(view, wishes)?;
    let ids = leads.column(&layout.id.column);
    layout.log = view.log.as_ref().zip(ids).map(|(sheet, ids)| log(sheet, ids)).transpose()?;
    layout.find_unclosed(leads);
    layout.moment = layout.find_moment(view);
    layout.possible_closes = layout.find_possible_closes(leads);
    layout.kinds_in_doubt = layout.find_kinds_in_doubt(view);
    layout.others = layout.screen(leads);
    Ok(layout)
}

fn told_time(leads: &Sheet, option: &str, name: &str) -> Result<Choice, InputError> {
    let choice = told(leads, option, name)?;
    match leads.column(name).is_some_and(|column| column.column_type == ColumnType::Date) {
        true => Ok(choice),
        false => Err(InputError::new(format!("column `{name}` does not hold times only"))
            .at(option)
            .remedy("clean the column, or say how its times are written: --time-format \"%d.%m.%Y\"")),
    }
}

impl Layout {
    fn find_times(&mut self, leads: &Sheet, wishes: &Wishes) -> Result<(), InputError> {
        let told =
            |option: &str, name: &Option<String>| name.as_ref().map(|name| told_time(leads, option, name)).transpose();
        let told_close = told("--closed-at", &wishes.closed_at)?;
        let told_creation = told("--created-at", &wishes.created_at)?;
        self.as_of = named(leads, "as of", &self.role_columns(), |c| c.column_type == ColumnType::Date);
        self.row_weight = named(leads, "row weight", &self.role_columns(), |c| c.column_type == ColumnType::Number);
        self.closed_at = told_close;
        let taken = self.role_columns();
        self.created_at = told_creation.or_else(|| time(leads, "created", &taken)).or_else(|| only_time(leads, &taken));
        let taken = self.role_columns();
        self.closed_at = self.closed_at.clone().or_else(|| time(leads, "closed", &taken));
        Ok(())
    }

    /// The outcomes table goes before whatever the leads table says of outcomes and closes.
    fn find_outcome(&mut self, view: &View, wishes: &Wishes) -> Result<(), InputError> {
        let told = Told { column: wishes.outcome.as_deref(), won: &wishes.won, lost: &wishes.lost };
        if let Some(table) = &view.outcomes {
            let created = self.created_at.as_ref().map(|choice| choice.column.as_str());
            let deals = deals(table, &view.leads, &self.id.column, created, told)?;
            self.closed_at = self.closed_at.take().filter(|_| deals.closed_at.is_none());
            self.deals = Some(deals);
        } else if !wishes.no_outcome {
            self.outcome = outcome(&view.leads, &self.role_columns(), told)?;
            if let Some(outcome) = self.outcome.as_mut().filter(|_| self.created_at.is_some()) {
                outcome.judge_by_time();
            }
        }
        Ok(())
    }

    fn find_unclosed(&mut self, leads: &Sheet) {
        let lives = match (&self.outcome, &self.created_at, &self.closed_at) {
            (Some(outcome), Some(created), Some(closed)) => Lives::of(leads, outcome, &created.column, &closed.column),
            _ => None,
        };
        let judged_by_time = self.outcome.as_ref().is_some_and(|outcome| outcome.lost == LostWords::NotInTime);
        let unclosed = lives.as_ref().filter(|_| !judged_by_time).and_then(Lives::unclosed);
        (self.days_to_win, self.unclosed) = (lives.as_ref().and_then(Lives::days_to_win), unclosed);
    }

    /// Headers of the leads table that have a role.
    pub fn role_columns(&self) -> Vec<&str> {
        let choices = [
            Some(&self.id),
            self.created_at.as_ref(),
            self.closed_at.as_ref(),
            self.as_of.as_ref(),
            self.row_weight.as_ref(),
        ];
        let key = self.deals.as_ref().map(|deals| deals.key.column.as_str());
        let outcome = self.outcome.as_ref().map(|outcome| outcome.column.as_str());
        choices.into_iter().flatten().map(|choice| choice.column.as_str()).chain(outcome).chain(key).collect()
    }

    /// Whether the files say which deals were won.
    pub fn knows_outcomes(&self) -> bool {
        self.outcome.is_some() || self.deals.is_some()
    }

    /// After how many days a lead that is not won counts as lost, where no word says which are.
    pub fn lost_after_days(&self) -> Option<u32> {
        let by_time = |outcome: &&OutcomeChoice| outcome.lost == LostWords::NotInTime;
        let of_deals = self.deals.as_ref().and_then(|deals| deals.lost_after_days);
        let of_outcome = self.outcome.as_ref().filter(by_time).map(|_| self.days_to_win.unwrap_or(USUAL_DAYS));
        let of_unclosed = self.unclosed.filter(|_| self.counts_unclosed_as_lost).map(|unclosed| unclosed.days);
        of_deals.or(of_outcome).or(of_unclosed)
    }

    /// Counters of acts kept as columns.
    pub fn counters(&self) -> Vec<&str> {
        self.others.iter().filter(|(_, verdict)| *verdict == Verdict::Counter).map(|(name, _)| name.as_str()).collect()
    }

    /// The column by which people know the leads, where that is not the id.
    pub fn known_by<'v>(&self, view: &'v View) -> Option<&'v str> {
        known_by(&view.leads, &self.id.column).map(|column| column.name.as_str())
    }

    /// The column from which the age of the lead is counted, where the model learns from that age.
    pub fn age_from(&self) -> Option<&str> {
        let is_learned = matches!(self.moment, Moment::Random | Moment::Column);
        self.created_at.as_ref().filter(|_| is_learned).map(|choice| choice.column.as_str())
    }

    fn knows_closes(&self) -> bool {
        self.closed_at.is_some() || self.deals.as_ref().is_some_and(|deals| deals.closed_at.is_some())
    }

    /// Times that never lie before the creation, where it is not known when the deals closed: the last event of a lead that is
    /// decided may be its close.
    fn find_possible_closes(&self, leads: &Sheet) -> Vec<String> {
        let created = self.created_at.as_ref().and_then(|created| leads.column(&created.column));
        match created.filter(|_| self.knows_outcomes() && !self.knows_closes()) {
            Some(created) => times_after(leads, created, &self.role_columns()),
            None => Vec::new(),
        }
    }

    fn find_moment(&self, view: &View) -> Moment {
        let closes = self.knows_closes();
        match (&self.as_of, &self.created_at, &self.log) {
            (Some(_), _, _) => Moment::Column,
            (None, Some(_), _) if closes => Moment::Random,
            (None, Some(created), Some(log)) => Moment::DaysAfterCreation(days_to_look(view, &self.id, created, log)),
            _ => Moment::AsExported,
        }
    }

    /// None where deals are looked at before they closed, and so before their end, or without their acts.
    fn find_kinds_in_doubt(&self, view: &View) -> Vec<(String, String)> {
        match (&self.log, &view.log) {
            (Some(log), Some(sheet)) if matches!(self.moment, Moment::Column | Moment::DaysAfterCreation(_)) => {
                kinds_in_doubt(log, sheet, &view.leads, &self.id.column, self.outcome.as_ref())
            }
            _ => Vec::new(),
        }
    }

    fn screen(&self, leads: &Sheet) -> Vec<(String, Verdict)> {
        let looks_back = matches!(self.moment, Moment::Random | Moment::DaysAfterCreation(_));
        let created_at = self.created_at.as_ref().map(|choice| choice.column.as_str());
        let screen = Screen { sheet: leads, outcome: self.outcome.as_ref(), created_at, looks_back };
        let roles = self.role_columns();
        let others = leads.columns.iter().filter(|column| !roles.contains(&column.name.as_str()));
        let verdict = |column| match screen.verdict(column) {
            // Beside a log the same acts would be counted twice.
            Verdict::Counter if self.log.is_some() && is_counter(column) => {
                Verdict::Exclude("counts acts, as the activity log does".to_string())
            }
            verdict => verdict,
        };
        others.map(|column| (column.name.clone(), verdict(column))).collect()
    }
}

/// How long after creation to look where the close is not known: early enough that most leads still act.
fn days_to_look(view: &View, id: &Choice, created: &Choice, log: &LogChoice) -> u32 {
    const CHOICES: [(f64, u32); 2] = [(28.0, 14), (7.0, 3)];
    const SHORTEST: u32 = 1;
    let lives = || {
        let sheet = view.log.as_ref()?;
        let (leads, times) = (sheet.column(&log.lead_id.column)?, sheet.column(&log.at.column)?);
        let mut last: std::collections::HashMap<&str, crate::asof::Instant> = std::collections::HashMap::new();
        for row in 0..sheet.n_rows() {
            if let (Some(lead), Some(at)) = (leads.text.get(row), times.time(row)) {
                last.entry(lead).and_modify(|latest| *latest = at.max(*latest)).or_insert(at);
            }
        }
        let (ids, created) = (view.leads.column(&id.column)?, view.leads.column(&created.column)?);
        let life = |row| Some(last.get(ids.text.get(row)?)?.since(created.time(row)?));
        let mut days: Vec<f64> = (0..view.leads.n_rows()).filter_map(life).map(Span::days).collect();
        days.sort_by(f64::total_cmp);
        days.get(days.len() / 2).copied()
    };
    let median = lives().unwrap_or(0.0);
    CHOICES.iter().find(|(least, _)| median >= *least).map_or(SHORTEST, |(_, days)| *days)
}
