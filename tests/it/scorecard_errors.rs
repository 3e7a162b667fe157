//! What a scorecard file is refused for: each with its line, the value found and the remedy.

use leadscore::fault::InputError;
use leadscore::scorecard::Scorecard;

fn refused(toml: &str) -> InputError {
    match Scorecard::parse(toml, "scorecard.toml") {
        Ok(_) => panic!("not refused:\n{toml}"),
        Err(error) => error,
    }
}

/// A file that is refused on `line`, with these words in what is wrong and in the remedy.
fn refused_on(line: usize, what: &str, remedy: &str, toml: &str) {
    let error = refused(toml);
    assert_eq!(error.place, format!("scorecard.toml, line {line}"), "{error}\n{toml}");
    assert!(error.what.contains(what), "`{}` lacks `{what}`\n{toml}", error.what);
    assert!(error.remedy.contains(remedy), "`{}` lacks `{remedy}`\n{toml}", error.remedy);
}

/// A scorecard whose only rule has these lines, from line 3 on.
fn rule(lines: &str) -> String {
    format!("[[rule]]\nid = \"r\"\n{lines}")
}

#[test]
fn text_that_is_no_toml() {
    refused_on(2, "", "valid TOML", "name = \"x\"\nrange = [0, ");
    assert!(refused("name = \"x\"\n").what.contains("no rules"));
}

#[test]
fn unknown_keys_name_the_nearest() {
    refused_on(
        1,
        "unknown key `rnage`",
        "`range`",
        "rnage = [0, 100]\n[[rule]]\nid = \"r\"\npoints = 1\nactivity = \"a\"",
    );
    refused_on(3, "rule `r`: unknown key `activty`", "`activity`", &rule("activty = \"a\"\npoints = 1"));
    refused_on(
        3,
        "unknown key `has_wrod`",
        "`has_word`",
        &rule("when = { field = \"x\", has_wrod = [\"a\"] }\npoints = 1"),
    );
    refused_on(
        3,
        "unknown key `halflife`",
        "`half_life`",
        &rule("decay = { halflife = \"1d\" }\nactivity = \"a\"\npoints = 1"),
    );
    refused_on(3, "unknown key `zebra`", "known here", &rule("when = { field = \"x\", zebra = [1] }\npoints = 1"));
    let rule = rule("points = 1\nactivity = \"a\"");
    refused_on(1, "unknown key `mxa`", "`max`", &format!("groups = {{ fit = {{ mxa = 1 }} }}\n{rule}"));
    refused_on(6, "unknown key `untier`", "`tier`", &format!("{rule}\n[[action]]\nuntier = \"x\"\ndo = \"y\""));
}

#[test]
fn ids_are_there_and_unique() {
    let twice =
        "[[rule]]\nid = \"r\"\npoints = 1\nactivity = \"a\"\n[[rule]]\nid = \"r\"\npoints = 2\nactivity = \"b\"\n";
    refused_on(5, "`r` is there twice, first at scorecard.toml, line 1", "own id", twice);
    refused_on(1, "has no id", "add id", "[[rule]]\npoints = 1\nactivity = \"a\"");
    refused_on(2, "ledger entry", "another", "[[rule]]\nid = \"clamp\"\npoints = 1\nactivity = \"a\"");
    let persona = "[[persona]]\nid = \"p\"\nwhen = { field = \"x\", missing = true }\n";
    refused_on(4, "persona `p` is there twice", "own id", &format!("{persona}{persona}"));
    refused_on(1, "persona `p` has no `when`", "who it is", "[[persona]]\nid = \"p\"\n");
}

#[test]
fn points_are_finite_numbers() {
    refused_on(3, "inf", "write a number", &rule("points = inf\nactivity = \"a\""));
    refused_on(3, "NaN", "write a number", &rule("points = nan\nactivity = \"a\""));
    refused_on(3, "is \"1\", a text", "without the quotes: points = 1", &rule("points = \"1\"\nactivity = \"a\""));
    refused_on(3, "is \"ten\", a text", "in digits", &rule("points = \"ten\"\nactivity = \"a\""));
    refused_on(3, "is true or false, not a number", "points = 10", &rule("points = true\nactivity = \"a\""));
    refused_on(1, "has no points", "points", &rule("activity = \"a\""));
    refused_on(
        1,
        "both `points` and `disqualify`",
        "keep one",
        &rule("points = 1\ndisqualify = true\nactivity = \"a\""),
    );
    refused_on(1, "neither `when` nor `activity`", "add when", &rule("points = 1"));
}

#[test]
fn keys_that_mean_nothing_on_a_rule() {
    let on = |extra: &str| rule(&format!("points = 1\nactivity = \"a\"\n{extra}"));
    refused_on(
        6,
        "`decay` means nothing on a threshold rule",
        "leave out",
        &on("at_least = 2\ndecay = { half_life = \"9d\" }"),
    );
    refused_on(6, "`max_count` means nothing on a threshold rule", "leave out", &on("at_most = 2\nmax_count = 3"));
    refused_on(5, "`min_count` means nothing", "leave out", &on("min_count = 3"));
    refused_on(
        6,
        "`within` means nothing on a rule with `none_within`",
        "",
        &on("none_within = \"9d\"\nwithin = \"9d\""),
    );
    refused_on(6, "`at_least` means nothing on a rule with `gap_over`", "", &on("gap_over = \"9d\"\nat_least = 1"));
    refused_on(
        6,
        "`max_count` means nothing on a rate rule",
        "",
        &on("rate_of = \"b\"\nmax_count = 1\nat_least = 0.1"),
    );
    refused_on(1, "`rate_of` without a bound", "at_least", &on("rate_of = \"b\""));
    refused_on(
        4,
        "needs an activity",
        "activity",
        &rule("points = 1\nwithin = \"9d\"\nwhen = { field = \"x\", missing = true }"),
    );
    refused_on(6, "is above `at_most`", "exchange", &on("at_most = 1\nat_least = 2"));
    refused_on(5, "is -1", "0 or more", &on("at_least = -1"));
}

#[test]
fn durations_are_positive_and_have_units() {
    let on = |extra: &str| rule(&format!("points = 1\nactivity = \"a\"\n{extra}"));
    refused_on(5, "`-3d`", "positive", &on("within = \"-3d\""));
    refused_on(5, "`0d`", "positive", &on("none_within = \"0d\""));
    refused_on(5, "`30`", "", &on("within = \"30\""));
    refused_on(5, "not a duration", "in quotes", &on("gap_over = 30"));
    refused_on(5, "`-1d`", "positive", &on("decay = { half_life = \"-1d\" }"));
    refused_on(5, "not one form of decay", "one of", &on("decay = { half_life = \"1d\", lifespan = \"2d\" }"));
    refused_on(5, "not one form of decay", "one of", &on("decay = {}"));
    refused_on(5, "max_count", "1 or more", &on("max_count = 0"));
    refused_on(5, "max_count", "1 or more", &on("max_count = 1.5"));
    for (steps, what) in [
        ("[]", "empty list"),
        ("[[\"30d\", 0.5], [\"30d\", 0.1]]", "`30d` follows `30d`"),
        ("[[\"30d\", 0.5], [\"10d\", 0.1]]", "`10d` follows `30d`"),
        ("[[\"-1d\", 0.5]]", "negative age"),
        ("[[\"1d\", -0.5]]", "factor -0.5"),
        ("[[\"1d\", nan]]", "factor NaN"),
        ("[\"1d\", 0.5]", "not [age, factor]"),
    ] {
        refused_on(5, what, "ages and factors", &on(&format!("decay = {{ steps = {steps} }}")));
    }
}

#[test]
fn conditions_that_cannot_mean_anything() {
    let on = |test: &str| rule(&format!("when = {{ {test} }}\npoints = 1"));
    refused_on(3, "empty list", "at least one", &on("field = \"x\", any_of = []"));
    refused_on(3, "empty text", "missing = true", &on("field = \"x\", any_of = [\" \"]"));
    refused_on(3, "empty list", "at least one", &on("all = []"));
    refused_on(3, "`(` is not a regular expression: unclosed group", "", &on("field = \"x\", matches = \"(\""));
    refused_on(3, "asks nothing of `x`", "any_of", &on("field = \"x\""));
    refused_on(3, "names no field", "field", &on(""));
    refused_on(3, "unknown key `feild`", "`field`", &on("feild = \"x\", missing = true"));
    refused_on(
        3,
        "`field` and `not` side by side",
        "{ … }",
        &on("field = \"x\", missing = true, not = { field = \"y\", missing = true }"),
    );
    refused_on(3, "ends before it begins", "lower end first", &on("field = \"x\", between = [5, 1]"));
    refused_on(3, "ends before it begins", "lower end first", &on("field = \"x\", at_least = 5, at_most = 1"));
    refused_on(
        3,
        "ends before it begins",
        "lower end first",
        &on("field = \"x\", between = [\"2026-02-01\", 2026-01-01]"),
    );
    refused_on(3, "mixes a number with a date", "same way", &on("field = \"x\", between = [1, 2026-01-01]"));
    refused_on(3, "neither a number nor a date", "date such as", &on("field = \"x\", at_least = \"many\""));
    refused_on(3, "not finite", "number", &on("field = \"x\", at_least = nan"));
    refused_on(3, "list of two", "two ends", &on("field = \"x\", between = [1]"));
    refused_on(3, "later than the second", "earlier end", &on("field = \"x\", in_days = [\"9d\", \"-9d\"]"));
    refused_on(3, "not a duration", "", &on("field = \"x\", in_days = [0, 90]"));
    refused_on(3, "not a date", "2026-01-31", &on("field = \"x\", before = \"soon\""));
    refused_on(3, "not a date", "2026-01-31", &on("field = \"x\", after = \"2026-02-30\""));
    let parts = "[[rule]]\nid = \"r\"\npoints = 1\n[rule.when]\nall = [\n{ field = \"x\", missing = true },\n{ field = \"y\", any_of = [] },\n]\n";
    refused_on(7, "empty list", "at least one", parts);
}

#[test]
fn activities_that_cannot_mean_anything() {
    let on = |extra: &str| rule(&format!("points = 1\n{extra}"));
    refused_on(4, "empty list", "at least one", &on("activity = []"));
    refused_on(4, "`*` among others", "alone", &on("activity = [\"*\", \"visit\"]"));
    refused_on(4, "asks nothing", "any_of", &on("detail = {}\nactivity = \"a\""));
    refused_on(4, "empty list", "at least one", &on("detail = { any_of = [] }\nactivity = \"a\""));
    refused_on(4, "unknown key `any`", "any_of", &on("detail = { any = [\"x\"] }\nactivity = \"a\""));
}

#[test]
fn frames_that_cannot_hold() {
    let with = |head: &str| format!("{head}\n{}", rule("points = 1\nactivity = \"a\""));
    refused_on(1, "first is not below the second", "lower end", &with("range = [100, 0]"));
    refused_on(1, "first is not below the second", "lower end", &with("range = [5, 5]"));
    refused_on(
        2,
        "`SQL` is 120, outside the range [0, 100]",
        "range",
        &with("range = [0, 100]\ntiers = { SQL = 120 }"),
    );
    refused_on(1, "same bound as `A`", "own bound", &with("tiers = { A = 50, B = 50.0 }"));
    refused_on(1, "cannot be the name", "another", &with("tiers = { disqualified = 50 }"));
    refused_on(2, "`SLQ`, which is no tier", "`SQL`", &with("tiers = { SQL = 80 }\nhandover = \"SLQ\""));
    refused_on(1, "no tier", "", &with("handover = \"SQL\""));
    refused_on(1, "`min` above `max`", "exchange", &with("groups = { fit = { min = 5, max = 1 } }"));
    refused_on(1, "both ends", "from", &with("rescale = { from = [0, 10] }"));
    refused_on(1, "first is not below", "lower end", &with("rescale = { from = [0, 10], to = [100, 0] }"));
    refused_on(2, "fractions", "whole", &with("integer = true\nrange = [0, 1.5]"));
    for bounds in ["[75, 50]", "[50, 50, 25]", "[25, 50, 75]", "[110, 50, 25]", "[75, 50, 0]"] {
        refused_on(1, "bounds", "75, 50, 25", &with(&format!("grade = {{ bounds = {bounds} }}")));
    }
}

#[test]
fn actions_name_what_exists() {
    let with = |action: &str| {
        format!("tiers = {{ SQL = 80 }}\n{}\n[[action]]\n{action}", rule("points = 1\nactivity = \"a\""))
    };
    refused_on(7, "`MQL`, which is no tier", "SQL", &with("tier = \"MQL\"\ndo = \"x\""));
    refused_on(7, "`MQL`, which is no tier", "SQL", &with("at_least = \"MQL\"\ndo = \"x\""));
    refused_on(7, "`verfy`, which is no quadrant", "`verify`", &with("quadrant = \"verfy\"\ndo = \"x\""));
    refused_on(6, "does nothing", "do =", &with("tier = \"SQL\""));
    assert!(Scorecard::parse(&with("tier = \"disqualified\"\ndo = \"x\""), "s").is_ok());
}

#[test]
fn columns_and_counters_that_are_not_there() {
    let toml = rule("when = { field = \"employes\", at_least = 5 }\npoints = 1");
    let scorecard = Scorecard::parse(&toml, "scorecard.toml").unwrap();
    let leads = crate::lead_world::World::new(1).number("employees", &[1.0]).leads;
    let error = scorecard.require_columns(&leads).unwrap_err();
    assert_eq!(error.place, "scorecard.toml, line 1");
    assert!(
        error.what.contains("rule `r`") && error.what.contains("`employes`") && error.remedy.contains("`employees`")
    );
    assert_eq!(scorecard.missing_columns(&leads), ["employes"]);

    let counters = ["Visits".to_string()];
    for (extra, key) in [
        ("within = \"9d\"", Some("within")),
        ("within = \"9d\"\nat_least = 2", Some("within")),
        ("decay = { lifespan = \"9d\" }", Some("decay")),
        ("none_within = \"9d\"", Some("none_within")),
        ("gap_over = \"9d\"", Some("gap_over")),
        ("max_count = 3", None),
        ("at_least = 2", None),
        ("rate_of = \"sent\"\nat_least = 0.5", None),
    ] {
        let toml = rule(&format!("points = 1\nactivity = [\"calls\", \"visits\"]\n{extra}"));
        let refusal = Scorecard::parse(&toml, "scorecard.toml").unwrap().refuse_untimed(&counters);
        assert_eq!(refusal.is_err(), key.is_some(), "{extra}");
        if let (Err(error), Some(key)) = (refusal, key) {
            assert!(
                error.what.contains("rule `r`") && error.what.contains(key) && error.what.contains("`visits`"),
                "{error}"
            );
        }
    }
}
