//! The report as one self-contained HTML page.
//!
//! A template draws the view and computes nothing but places on the paper. minijinja renders it: pure Rust, escapes
//! every value in an `.html` template unless told otherwise, and a template can be read by whoever writes HTML.

mod axis;
mod lists;
mod locale;

pub use locale::Locale;

use crate::fault::InputError;
use crate::pipeline::report::Report;
use lists::Lists;
use minijinja::{Environment, HtmlEscape, Value, context};
use std::error::Error;

/// The parts of the page by name; what ends in `.html` is escaped.
const PARTS: [(&str, &str); 17] = [
    ("page.html", include_str!("page/page.html")),
    ("charts.html", include_str!("page/charts.html")),
    ("words.html", include_str!("page/words.html")),
    ("sections.html", include_str!("page/sections.html")),
    ("points.html", include_str!("page/sections/points.html")),
    ("sides.html", include_str!("page/sections/sides.html")),
    ("mismatches.html", include_str!("page/sections/mismatches.html")),
    ("grid.html", include_str!("page/sections/grid.html")),
    ("effects.html", include_str!("page/sections/effects.html")),
    ("journey.html", include_str!("page/sections/journey.html")),
    ("sources.html", include_str!("page/sections/sources.html")),
    ("drift.html", include_str!("page/sections/drift.html")),
    ("data.html", include_str!("page/sections/data.html")),
    ("how.html", include_str!("page/sections/how.html")),
    ("style.css", include_str!("page/style.css")),
    ("sort.js", include_str!("page/sort.js")),
    ("print.js", include_str!("page/print.js")),
];

/// Longer names of values would push the pictures beside them aside.
const LONGEST: usize = 28;

/// The page of a report, its numbers written as in `locale`.
///
/// # Errors
/// When the view cannot be drawn, which is a fault of the program.
pub fn page(report: &Report, locale: Locale) -> Result<String, InputError> {
    draw(report, locale).map_err(|e| InputError::new(format!("the report cannot be drawn: {}", whole(&e))))
}

/// An error of a template with what it rests on: of a part that is included only the innermost says what is wrong.
fn whole(error: &minijinja::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said.push_str(&format!(": {error}"));
        source = error.source();
    }
    said
}

fn draw(report: &Report, locale: Locale) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    for (name, text) in PARTS {
        environment.add_template(name, text)?;
    }
    environment.add_filter("num", move |value: f64, decimals: usize| locale.number(value, decimals));
    environment.add_filter("signed", move |value: f64, decimals: usize| locale.signed(value, decimals));
    environment.add_filter("pct", move |value: f64, decimals: usize| locale.percent(value, decimals));
    environment.add_filter("count", move |value: f64| locale.number(value, 0));
    environment.add_filter("prose", move |sentence: &str| Value::from_safe_string(locale.prose(sentence)));
    environment.add_filter("brief", brief);
    environment.add_filter("parted", parted);
    environment.add_filter("at", |value: f64| format!("{value:.1}"));
    environment.add_filter("counted", move |n: f64, noun: &str| {
        let number = locale.number(n, 0);
        format!("{number} {noun}{}", if number == "1" { "" } else { "s" })
    });
    let meanings = report.tier_meanings.clone();
    environment.add_function("meaning", move |tier: &str| meanings.get(tier).cloned());
    environment.add_function("scale", |lists: Vec<Vec<f64>>, about: usize, unit: f64| {
        axis::scale(&lists.concat(), about, unit)
    });
    let view = Value::from_serialize(report);
    environment
        .get_template("page.html")?
        .render(context! { r => view, lists => Lists::of(report), language => locale.language() })
}

/// A name that may go on in the next line after an underscore, rather than within a word.
fn parted(name: &str) -> Value {
    Value::from_safe_string(HtmlEscape(name).to_string().replace('_', "_<wbr>"))
}

/// A name of at most [`LONGEST`] characters, cut in the middle: what tells long keys apart may stand at either end.
fn brief(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    if characters.len() <= LONGEST {
        return name.to_string();
    }
    let half = LONGEST / 2;
    let part = |of: &[char]| of.iter().collect::<String>();
    format!("{}…{}", part(&characters[..half]), part(&characters[characters.len() - half..]))
}
