//! The log as NDJSON.

use super::part::{AtCell, LogPlan, Part, RowCells};
use crate::io::blocks::Block;
use crate::io::json_lines::each_object;
use crate::io::settings::ActivityRoles;

/// Reads one block.
pub(super) fn parse(block: &Block, roles: &ActivityRoles, plan: &LogPlan) -> Part {
    let mut part = Part::of(block.bytes.len());
    each_object(block, |line, text, object| match object {
        Err(reason) => part.add_no_object(line, text, reason),
        Ok(object) => {
            let (lead, at) = (object.cell(&roles.lead_id), object.cell(&roles.at));
            let kind = object.cell(&roles.kind);
            let detail = roles.detail.as_ref().map(|name| object.cell(name).text).unwrap_or_default();
            let count = roles.count.as_ref().map(|name| object.cell(name).text).unwrap_or_default();
            let cells = RowCells {
                lead: lead.text.as_bytes(),
                at: AtCell::Text(at.text.as_bytes()),
                kind: kind.text.as_bytes(),
                detail: detail.as_bytes(),
                count: count.as_bytes(),
            };
            part.take(plan, line, &cells);
        }
    });
    part.find_leads(plan);
    part
}
