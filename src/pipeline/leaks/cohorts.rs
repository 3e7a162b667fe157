//! Deals and open leads by when they came into being: what came into use, or out of it, sets them apart only across cohorts.

use crate::asof::Instant;
use crate::snapshot::Snapshots;
use crate::tables::LeadTable;

/// Closed deals are compared with open leads created since; this share of the open ones may be older.
const OLD_OPEN_LEADS: f64 = 0.05;
/// Cohorts of about as many open leads each. Within one a column that came into use sets at most this part of them apart.
const COHORTS: usize = 10;

/// Which cohort each deal and each open lead is of.
#[derive(Debug, Clone)]
pub(super) struct Cohorts {
    /// `(n_deals,)`; `None` of a deal older than the open leads, and of one of unknown age.
    pub(super) of_deals: Vec<Option<usize>>,
    /// `(n_open,)`; `None` of the oldest and of those of unknown age.
    pub(super) of_open: Vec<Option<usize>>,
}

impl Cohorts {
    /// By when the leads in the rows `open` were created; where nobody knows, all are of one cohort.
    pub(super) fn of(table: &LeadTable, snapshots: &Snapshots, open: &[usize]) -> Cohorts {
        let times = |created: &Vec<Option<Instant>>| -> Vec<Instant> {
            let mut times: Vec<Instant> = open.iter().filter_map(|&row| created[row]).collect();
            times.sort_unstable();
            times
        };
        let known = table.created_at.as_ref().map(|created| (created, times(created)));
        let Some((created, times)) = known.filter(|(_, times)| !times.is_empty()) else {
            return Cohorts { of_deals: vec![Some(0); snapshots.rows.len()], of_open: vec![Some(0); open.len()] };
        };
        let since = times[(times.len() as f64 * OLD_OPEN_LEADS) as usize];
        let bounds: Vec<Instant> = (1..COHORTS).map(|k| times[times.len() * k / COHORTS]).collect();
        let cohort = |&row: &usize| {
            let at = created[row].filter(|at| *at >= since)?;
            Some(bounds.partition_point(|bound| *bound <= at))
        };
        Cohorts { of_deals: snapshots.rows.iter().map(cohort).collect(), of_open: open.iter().map(cohort).collect() }
    }

    /// How many there are at most.
    pub(super) const fn most() -> usize {
        COHORTS
    }
}
