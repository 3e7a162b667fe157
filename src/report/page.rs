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
const PARTS: [(&str, &str); 5] = [
    ("page.html", include_str!("page/page.html")),
    ("charts.html", include_str!("page/charts.html")),
    ("sections.html", include_str!("page/sections.html")),
    ("style.css", include_str!("page/style.css")),
    ("sort.js", include_str!("page/sort.js")),
];

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
    environment.add_filter("at", |value: f64| format!("{value:.1}"));
    environment.add_function("ticks", |low: f64, high: f64, about: usize| axis::ticks(low, high, about));
    environment.add_function("reach", |lists: Vec<Vec<f64>>| Value::from(axis::reach(&lists.concat()).to_vec()));
    let view = Value::from_serialize(report);
    environment.get_template("page.html")?.render(context! { r => view, language => locale.language() })
}
