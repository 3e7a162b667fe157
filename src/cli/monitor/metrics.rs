//! The figures in the text format that Prometheus collects.

use crate::pipeline::monitor::Monitor;
use std::fmt::Write;

/// One gauge a figure, labelled with the model and version; no time, as the collector adds its own.
pub(super) fn prometheus(found: &Monitor, name: &str) -> String {
    let mut out = String::new();
    let base = format!("model=\"{}\",version=\"{}\"", escaped(name), found.version);
    let mut gauge = |metric: &str, help: &str, values: Vec<(String, f64)>| {
        if values.is_empty() {
            return;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# HELP leadscore_{metric} {help}\n# TYPE leadscore_{metric} gauge");
        for (labels, value) in values {
            let _ = writeln!(out, "leadscore_{metric}{{{base}{labels}}} {value}");
        }
    };
    gauge("alarms", "Findings beyond the limits.", vec![(String::new(), found.alarms.len() as f64)]);
    let new = found.alarms.iter().filter(|alarm| alarm.new).count();
    gauge("new_alarms", "Findings that the newest month is the first to show.", vec![(String::new(), new as f64)]);
    gauge("due_deals", "Deals held to what was promised of them.", vec![(String::new(), found.due.due as f64)]);
    let groups: Vec<_> = [("closed", &found.closed), ("open", &found.open)]
        .into_iter()
        .filter_map(|(who, group)| group.as_ref().map(|g| (who, g)))
        .collect();
    gauge(
        "leads",
        "Leads looked at.",
        groups.iter().map(|(who, g)| (format!(",group=\"{who}\""), g.n as f64)).collect(),
    );
    let drifts = groups.iter().flat_map(|(who, g)| {
        std::iter::once(&g.score)
            .chain(&g.columns)
            .map(move |d| (format!(",group=\"{who}\",column=\"{}\"", escaped(&d.column)), d))
    });
    let drifts: Vec<_> = drifts.collect();
    let each = |value: fn(&crate::pipeline::monitor::Drift) -> f64| {
        drifts.iter().map(|(labels, d)| (labels.clone(), value(d))).collect::<Vec<_>>()
    };
    gauge("psi", "Stability index against the training deals.", each(|d| d.psi));
    gauge("missing_share", "Share missing.", each(|d| d.missing_now));
    let tiers = groups.iter().flat_map(|(who, g)| {
        g.tiers.iter().map(move |t| (format!(",group=\"{who}\",tier=\"{}\"", escaped(&t.tier)), t.n as f64))
    });
    gauge("tier_leads", "Leads in a tier by the score.", tiers.collect());
    if let Some(c) = &found.calibration {
        gauge("won", "Recent deals won.", vec![(String::new(), c.won)]);
        gauge("expected_won", "Wins that were expected.", vec![(String::new(), c.expected)]);
    }
    gauge("auc", "AUC on recent deals.", found.auc.iter().map(|a| (String::new(), a.value)).collect());
    gauge("promised_auc", "AUC at training.", found.promised_auc.iter().map(|a| (String::new(), *a)).collect());
    out
}

/// A label value: backslash, quote and line end are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
