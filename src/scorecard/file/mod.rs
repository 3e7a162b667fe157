//! From the text of `scorecard.toml` to a [`Scorecard`], or to the line that cannot mean what it says.
//!
//! The file is read by hand rather than by derive, because every refusal names its line, what it found and the
//! remedy: derived errors of untagged conditions name neither.

mod condition;
mod frame;
mod keys;
mod moment;
mod rule;

use super::Scorecard;
use super::group::{ENGAGEMENT, FIT, Group};
use super::rule::{Persona, Rule};
use crate::asof::Instant;
use crate::fault::InputError;
use keys::{Keys, Source};
use moment::LocalTime;
pub use rule::is_reserved_id;
use rule::{WrittenRule, read_rule};

impl Scorecard {
    /// Reads a scorecard; dates without an offset are UTC.
    ///
    /// # Errors
    /// The first thing that cannot mean what it says, with file and line and the remedy.
    pub fn parse(text: &str, file_name: &str) -> Result<Scorecard, InputError> {
        Scorecard::parse_in(text, file_name, &Instant)
    }

    /// Reads a scorecard whose dates without an offset are local time. `local` turns wall-clock microseconds, counted
    /// as if they were UTC, into an instant.
    ///
    /// # Errors
    /// As [`Scorecard::parse`].
    pub fn parse_in(text: &str, file_name: &str, local: &dyn Fn(i64) -> Instant) -> Result<Scorecard, InputError> {
        let source = Source { name: file_name, text };
        let document = toml_edit::Document::parse(text).map_err(|error| {
            let first_line = error.message().lines().next().unwrap_or_default().to_string();
            InputError::new(first_line).at(source.place(error.span())).remedy("the file must be valid TOML")
        })?;
        let keys = Keys::new(source, "the scorecard", document.as_table(), None);
        read_scorecard(keys, local)
    }
}

fn read_scorecard(mut keys: Keys<'_>, local: LocalTime<'_>) -> Result<Scorecard, InputError> {
    let name = keys.string("name")?.unwrap_or_default();
    let integer = keys.flag("integer")?.unwrap_or(false);
    let range = frame::read_range(&mut keys, integer)?;
    let tiers = frame::read_tiers(&mut keys, range)?;
    let handover = frame::read_handover(&mut keys, &tiers)?;
    let mut groups = frame::read_groups(&mut keys)?;
    let rescale = frame::read_rescale(&mut keys)?;
    let grade = frame::read_grade(&mut keys)?;
    let (rules, personas, actions) = (keys.tables("rule")?, keys.tables("persona")?, keys.tables("action")?);
    keys.finish()?;

    let mut gathered = Gathered { rules: Vec::new(), groups: &mut groups };
    for rule in rules {
        gathered.add(read_rule(rule, local)?, None)?;
    }
    let personas = read_personas(personas, &mut gathered, local)?;
    let rules = gathered.rules;
    let actions = actions.into_iter().map(|action| frame::read_action(action, &tiers, local));
    let actions = actions.collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() {
        return Err(keys.error("has no rules", "add a rule: a line [[rule]], then id, when or activity, and points"));
    }
    Ok(Scorecard { name, range, tiers, handover, groups, rules, personas, actions, rescale, integer, grade })
}

fn read_personas(
    tables: Vec<Keys<'_>>,
    gathered: &mut Gathered<'_>,
    local: LocalTime<'_>,
) -> Result<Vec<Persona>, InputError> {
    let mut personas: Vec<Persona> = Vec::new();
    for mut keys in tables {
        let id = keys.string("id")?.ok_or_else(|| keys.error("has no id", "add id = \"…\""))?;
        keys.owner = format!("persona `{id}`");
        let when = keys.table("when")?;
        let rules = keys.tables("rule")?;
        keys.finish()?;
        if personas.iter().any(|persona| persona.id == id) {
            return Err(keys.error("is there twice", "give each persona its own id"));
        }
        let when = when.ok_or_else(|| keys.error("has no `when`", "add when = { field = …, … }: who it is"))?;
        let when = condition::read_condition(when, local)?;
        for rule in rules {
            gathered.add(read_rule(rule, local)?, Some((personas.len(), &id)))?;
        }
        personas.push(Persona { id, when, place: keys.place() });
    }
    Ok(personas)
}

/// The rules read so far.
struct Gathered<'a> {
    rules: Vec<Rule>,
    groups: &'a mut Vec<Group>,
}

impl Gathered<'_> {
    fn add(&mut self, written: WrittenRule, persona: Option<(usize, &String)>) -> Result<(), InputError> {
        let name = match persona {
            None => written.id.clone(),
            Some((_, persona)) => format!("{persona}/{}", written.id),
        };
        let persona = persona.map(|(index, _)| index);
        if let Some(twin) = self.rules.iter().find(|rule| rule.name == name) {
            let what = format!("rule `{name}` is there twice, first at {}", twin.place);
            return Err(InputError::new(what).at(&written.place).remedy("give each rule its own id"));
        }
        if let Some(persona) = persona {
            let replaced = self.rules.iter_mut().find(|rule| rule.persona.is_none() && rule.id == written.id);
            if let Some(rule) = replaced {
                rule.replaced_in.push(persona);
            }
        }
        let group = self.group_index(&written);
        let WrittenRule { id, effect, when, activity, place, .. } = written;
        self.rules.push(Rule { id, name, persona, replaced_in: Vec::new(), group, effect, when, activity, place });
        Ok(())
    }

    fn group_index(&mut self, written: &WrittenRule) -> usize {
        match &written.group {
            None if written.activity.is_some() => ENGAGEMENT,
            None => FIT,
            Some(name) => self.groups.iter().position(|group| group.name == *name).unwrap_or_else(|| {
                self.groups.push(Group::uncapped(name));
                self.groups.len() - 1
            }),
        }
    }
}
