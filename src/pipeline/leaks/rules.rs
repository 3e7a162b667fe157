//! Rules of the scorecard that go by what may know the outcome: keeping it from the model does not stop their points.

use super::Subject;
use crate::scorecard::{Condition, Kinds, Rule, Scorecard};
use crate::text::{by_number, fold, listed};

/// Rules named at most where they are to be deleted.
const NAMED: usize = 3;

/// The rules that go by one of these columns or kinds, by name.
pub(in crate::pipeline) fn rules_on<'s>(scorecard: Option<&'s Scorecard>, asked: &[(Subject, &str)]) -> Vec<&'s str> {
    let rules = scorecard.into_iter().flat_map(|card| &card.rules);
    rules
        .filter(|rule| asked.iter().any(|&(subject, name)| goes_by(rule, subject, name)))
        .map(|rule| rule.name.as_str())
        .collect()
}

fn goes_by(rule: &Rule, subject: Subject, name: &str) -> bool {
    match subject {
        Subject::Column => rule.when.iter().flat_map(Condition::fields).any(|field| field.field == name),
        Subject::Kind => match rule.activity.as_ref().map(|acts| &acts.kinds) {
            Some(Kinds::Listed(kinds)) => kinds.iter().any(|kind| fold(kind) == fold(name)),
            Some(Kinds::Any) | None => false,
        },
        Subject::Age => false,
    }
}

/// Rules that give points by what is kept from the model, of columns and kinds by these names; begins with a semicolon, and
/// empty where there are none.
pub fn rules_all_the_same(scorecard: Option<&Scorecard>, names: &[&str]) -> String {
    let asked: Vec<(Subject, &str)> =
        names.iter().flat_map(|name| [(Subject::Column, *name), (Subject::Kind, *name)]).collect();
    let rules = rules_on(scorecard, &asked);
    let them = by_number(names.len(), "it", "them");
    match &rules[..] {
        [] => String::new(),
        [only] => format!("; rule `{only}` still gives points by {them}"),
        [first, others @ ..] => format!("; rule `{first}` and {} more still give points by {them}", others.len()),
    }
}

/// What else is to be done before the next training where such rules are there, for `exclude` keeps columns from the model
/// alone; begins with a comma, and empty where there are none.
pub(in crate::pipeline) fn delete_rules(rules: &[&str]) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let mut named: Vec<String> = rules.iter().take(NAMED).map(|rule| format!("`{rule}`")).collect();
    if rules.len() > NAMED {
        named.push(format!("{} more on such columns", rules.len() - NAMED));
    }
    let noun = by_number(rules.len(), "rule", "rules");
    format!(", delete {noun} {} from scorecard.toml, lower its tiers to match", listed(&named, "and"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_on_what_is_excluded_are_to_be_deleted_too() {
        let card = Scorecard::parse(
            "[[rule]]\nid = \"keen\"\nwhen = { field = \"tags\", any_of = [\"keen\"] }\npoints = 5\n\
             [[rule]]\nid = \"web\"\nwhen = { field = \"source\", any_of = [\"web\"] }\npoints = 5\n\
             [[rule]]\nid = \"signed\"\nactivity = \"Signed\"\npoints = 5\n",
            "scorecard.toml",
        )
        .unwrap();
        let asked = [(Subject::Column, "tags"), (Subject::Kind, "signed"), (Subject::Column, "Signed")];
        assert_eq!(rules_on(Some(&card), &asked), ["keen", "signed"]);
        let told = ", delete rules `keen` and `signed` from scorecard.toml, lower its tiers to match";
        assert_eq!(delete_rules(&rules_on(Some(&card), &asked)), told);
        assert_eq!(delete_rules(&rules_on(None, &asked)), "");
    }

    #[test]
    fn rules_on_what_is_kept_from_the_model_are_told() {
        let rule = |id: &str| {
            format!("[[rule]]\nid = \"{id}\"\nwhen = {{ field = \"tags\", any_of = [\"{id}\"] }}\npoints = 5\n")
        };
        let card = |ids: &[&str]| {
            let text: String = ids.iter().map(|id| rule(id)).collect();
            Scorecard::parse(&text, "scorecard.toml").unwrap()
        };
        assert_eq!(rules_all_the_same(Some(&card(&["a"])), &["tags"]), "; rule `a` still gives points by it");
        let told = "; rule `a` and 1 more still give points by them";
        assert_eq!(rules_all_the_same(Some(&card(&["a", "b"])), &["tags", "owner"]), told);
        assert_eq!(rules_all_the_same(Some(&card(&["a"])), &["owner"]), "");
    }

    #[test]
    fn of_many_rules_the_first_are_named() {
        let told = delete_rules(&["a", "b", "c", "d", "e"]);
        assert!(told.contains("delete rules `a`, `b`, `c` and 2 more on such columns from scorecard.toml"), "{told}");
    }
}
