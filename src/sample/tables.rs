//! The sample as CSV texts.

use super::acts::DAY;
use super::deals::Lead;
use super::effects::{COUNTRY, INDUSTRY, SOURCE};
use jiff::Timestamp;

const LEAD_COLUMNS: [&str; 18] = [
    "lead_id",
    "created_at",
    "closed_at",
    "outcome",
    "company",
    "contact_name",
    "email",
    "job_title",
    "country",
    "city",
    "industry",
    "employees",
    "source",
    "campaign",
    "budget",
    "expected_completion",
    "owner",
    "deal_amount",
];

/// The leads as rows, oldest first; `with_snapshot` adds the column `snapshot_at`.
pub(super) fn leads(leads: &[Lead], with_snapshot: bool) -> String {
    let mut order: Vec<&Lead> = leads.iter().collect();
    order.sort_by(|a, b| a.created.cmp(&b.created).then_with(|| a.id.cmp(&b.id)));
    let mut rows = vec![LEAD_COLUMNS.map(str::to_string).to_vec()];
    if with_snapshot {
        rows[0].push("snapshot_at".to_string());
    }
    for lead in order {
        let mut row = lead_row(lead);
        if with_snapshot {
            row.push(lead.snapshot.map_or(String::new(), instant));
        }
        rows.push(row);
    }
    written(rows)
}

fn lead_row(lead: &Lead) -> Vec<String> {
    let who = &lead.who;
    let number = |value: Option<u32>| value.map_or(String::new(), |n| n.to_string());
    let completion = who.completion_days.map(|days| date(lead.created + days as i64 * DAY));
    vec![
        lead.id.clone(),
        instant(lead.created),
        lead.close.map_or(String::new(), |(at, _)| instant(at)),
        lead.close.map_or("", |(_, won)| if won { "won" } else { "lost" }).to_string(),
        who.company.clone(),
        who.contact_name.clone(),
        who.address.clone(),
        who.job_title.to_string(),
        COUNTRY[who.country].name.to_string(),
        who.city.to_string(),
        INDUSTRY[who.industry].name.to_string(),
        number(who.employees),
        SOURCE[who.source].name.to_string(),
        who.campaign.to_string(),
        number(who.budget),
        completion.unwrap_or_default(),
        who.owner.to_string(),
        number(lead.deal_amount),
    ]
}

/// The acts of all leads as rows, in the order they happened.
pub(super) fn activities(leads: &[Lead]) -> String {
    let mut acts: Vec<_> =
        leads.iter().flat_map(|lead| lead.acts.iter().map(move |act| (act, lead.id.as_str()))).collect();
    acts.sort_by_key(|(act, id)| (act.at, *id));
    let header = ["lead_id", "at", "kind", "page"].map(str::to_string);
    let rows =
        acts.iter().map(|(act, id)| [id.to_string(), instant(act.at), act.kind.to_string(), act.page.to_string()]);
    written(std::iter::once(header).chain(rows))
}

fn written<R: AsRef<[String]>>(rows: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.as_ref()).expect("a vector takes every byte, and all rows are of one length");
    }
    String::from_utf8(writer.into_inner().expect("a vector takes every byte")).expect("only texts were written")
}

fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds).expect("the sample's times lie within a few years of its as-of").to_string()
}

fn date(seconds: i64) -> String {
    let mut text = instant(seconds);
    text.truncate("2026-07-01".len());
    text
}
