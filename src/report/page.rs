//! The report as one self-contained HTML page.
//!
//! A template draws the view and computes nothing but places on the paper. minijinja renders it: pure Rust, escapes
//! every value in an `.html` template unless told otherwise, and a template can be read by whoever writes HTML.

mod axis;
mod locale;

pub use locale::Locale;

use crate::fault::InputError;
use crate::pipeline::report::Report;
use minijinja::{Environment, Value, context};

/// The parts of the page by name; what ends in `.html` is escaped.
const PARTS: [(&str, &str); 16] = [
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
    ("months.html", include_str!("page/sections/months.html")),
    ("data.html", include_str!("page/sections/data.html")),
    ("how.html", include_str!("page/sections/how.html")),
    ("style.css", include_str!("page/style.css")),
    ("sort.js", include_str!("page/sort.js")),
];

/// Longer names of values would push the pictures beside them aside.
const LONGEST: usize = 28;

/// The page of a report, its numbers written as in `locale`.
///
/// # Errors
/// When the view cannot be drawn, which is a fault of the program.
pub fn page(report: &Report, locale: Locale) -> Result<String, InputError> {
    draw(report, locale).map_err(|e| InputError::new(format!("the report cannot be drawn: {e:#}")))
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
    environment.add_filter("at", |value: f64| format!("{value:.1}"));
    environment.add_function("ticks", |low: f64, high: f64, about: usize| axis::ticks(low, high, about));
    environment.add_function("reach", |lists: Vec<Vec<f64>>| Value::from(axis::reach(&lists.concat()).to_vec()));
    let view = Value::from_serialize(report);
    environment.get_template("page.html")?.render(context! { r => view, language => locale.language() })
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
