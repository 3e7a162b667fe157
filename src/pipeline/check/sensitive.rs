//! Columns that look like age, gender, family, origin, religion or health, by their names.

use super::columns::ColumnLook;
use super::{Area, Finding, Grade, Notebook, by_number, counted, first_few};
use crate::pipeline::start::sensitive_name as sensitive;
use crate::scorecard::Scorecard;

pub(super) fn look(columns: &[ColumnLook], card: Option<&Scorecard>, exclude: &[String], notes: &mut Notebook) {
    let found: Vec<(&str, &str)> =
        columns.iter().filter_map(|c| Some((c.name.as_str(), sensitive(&c.name)?))).collect();
    let used: Vec<&str> = found.iter().map(|(name, _)| *name).filter(|n| !exclude.iter().any(|e| e == n)).collect();
    if !used.is_empty() {
        let about = found.iter().filter(|(name, _)| used.contains(name));
        let about: Vec<String> = about.map(|(name, topic)| format!("`{name}` ({topic})")).collect();
        let n = used.len();
        let (verb, them) = (by_number(n, "looks", "look"), by_number(n, "it", "them"));
        let sentence = format!("{} {verb} personal, and the model may use {them}", counted(n, "column"));
        let evidence = format!("{}; [leads] exclude keeps {them} out", first_few(&about));
        notes.findings.push(Finding::new(Grade::Look, Area::Sensitive, sentence, evidence).naming(used));
    }
    let Some(card) = card else { return };
    let rules: Vec<String> = card
        .rules
        .iter()
        .filter_map(|rule| {
            let fields = rule.when.as_ref()?.fields();
            let field = fields.iter().find(|f| sensitive(&f.field).is_some())?;
            Some(format!("`{}` ({})", rule.name, field.field))
        })
        .collect();
    if !rules.is_empty() {
        let verb = by_number(rules.len(), "gives", "give");
        let sentence = format!("{} {verb} points for something personal", counted(rules.len(), "rule"));
        notes.findings.push(Finding::new(Grade::Look, Area::Sensitive, sentence, first_few(&rules)).naming(rules));
    }
}

#[cfg(test)]
mod tests {
    use crate::pipeline::start::sensitive_name as sensitive;

    #[test]
    fn people_are_not_companies() {
        for (name, topic) in
            [("BirthDate", "age or birth"), ("性別", "gender"), ("marital", "marital or family status")]
        {
            assert_eq!(sensitive(name), Some(topic), "{name}");
        }
        for name in ["account_age", "page_views", "campaign", "employees"] {
            assert_eq!(sensitive(name), None, "{name}");
        }
    }
}
