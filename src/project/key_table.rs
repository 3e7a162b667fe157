//! Every key of the project file: what it may be, what it is when absent, and what it means.
//!
//! The parser knows no other key, its messages quote the allowed value, and the reference page is this table in print.

use super::keys::KeyDoc;

/// Whether `path` is a key.
pub(super) fn is_key(path: &str) -> bool {
    KEYS.iter().any(|key| key.path == path)
}

/// Whether `path` is a table that holds keys.
pub(super) fn is_table(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The description of `path`.
pub(super) fn key_doc(path: &str) -> &'static KeyDoc {
    KEYS.iter().find(|key| key.path == path).expect("the parser asks only for keys that KEYS describes")
}

/// A key that stands on its own.
const fn key(
    path: &'static str,
    value: &'static str,
    default: &'static str,
    example: &'static str,
    meaning: &'static str,
) -> KeyDoc {
    KeyDoc { path, value, default, meaning, example, needs: &[] }
}

const A_TEXT: &str = "a text that is not empty";
const A_COLUMN: &str = "the name of a column";
const COLUMNS: &str = "a list of column names";
const FILES: &str = "a file, or a list of files";
const A_WAIT: &str = "a duration, such as \"0d\", \"36h\" or \"8w\"";
const A_DURATION: &str = "a duration longer than nothing, such as \"36h\", \"30d\" or \"8w\"";
const WON_WORDS: &str = "a value or a list of at least one";
const LOST_WORDS: &str = "a value, a list of at least one, or \"*\" alone";

/// Every key, in the order of the reference page.
pub const KEYS: &[KeyDoc] = &[
    key(
        "timezone",
        A_TEXT,
        "\"UTC\"",
        "\"Asia/Tokyo\"",
        "Timezone, by its IANA name, of times without an offset, in all files and in `--as-of`.",
    ),
    key(
        "encoding",
        A_TEXT,
        "by byte order mark, else UTF-8",
        "\"shift_jis\"",
        "Encoding of the CSV and NDJSON files, by its WHATWG name, such as \"shift_jis\" or \"windows-1252\".",
    ),
    key(
        "decimal",
        "\".\" or \",\"",
        "\".\"",
        "\",\"",
        "Decimal mark of numbers; the other one may separate thousands.",
    ),
    key(
        "time_format",
        A_TEXT,
        "found a column at a time",
        "\"%d/%m/%Y\"",
        "How times are written, in strftime's notation. Needed where no row of a column tells the month from the day.",
    ),
    key(
        "delimiter",
        "\",\", \";\", \"\\t\" or \"|\"",
        "found a file at a time",
        "\";\"",
        "Field delimiter of CSV files.",
    ),
    key(
        "leads.files",
        FILES,
        "none: the command line names them",
        "[\"closed.csv\"]",
        "Leads tables (CSV, Parquet or NDJSON), relative to the project file. `--leads` wins.",
    ),
    key(
        "leads.id",
        A_COLUMN,
        "a column named `lead_id` or `id`",
        "\"Prospect ID\"",
        "Column that identifies a lead. Ids are compared as written, never as numbers.",
    ),
    key("leads.created_at", A_COLUMN, "none", "\"created_at\"", "Column with the time the lead was created."),
    key("leads.closed_at", A_COLUMN, "none", "\"closed_at\"", "Column with the time the deal was won or lost."),
    key(
        "leads.as_of",
        A_COLUMN,
        "none",
        "\"snapshot_at\"",
        "Column with each lead's own as-of, for training and for `--as-of column`.",
    ),
    key(
        "leads.outcome.column",
        A_COLUMN,
        "required in this table",
        "\"outcome\"",
        "Column that says how the deal ended.",
    )
    .needs(&["leads.outcome.won", "leads.outcome.lost"]),
    key(
        "leads.outcome.won",
        WON_WORDS,
        "required in this table",
        "[\"won\"]",
        "Values that mean won; compared trimmed and without case, numbers and booleans by their text.",
    )
    .needs(&["leads.outcome.column", "leads.outcome.lost"]),
    key(
        "leads.outcome.lost",
        LOST_WORDS,
        "none; then `lost_after` is needed",
        "[\"lost\"]",
        "Values that mean lost; `\"*\"`: everything that is neither won nor missing. Any other value is an open deal.",
    )
    .needs(&["leads.outcome.column", "leads.outcome.won"]),
    key(
        "leads.lost_after",
        A_DURATION,
        "none",
        "\"180d\"",
        "A lead not won within this of its creation counts as lost. Only leads at least this old are learned from.",
    )
    .needs(&["leads.created_at"]),
    key("leads.exclude", COLUMNS, "[]", "[\"owner\"]", "Columns and activity kinds the model never uses. Rules may."),
    key(
        "leads.allow",
        COLUMNS,
        "[]",
        "[\"last_stage\"]",
        "Columns and activity kinds that somebody vouches for: used although the leak screen would leave them out, and not asked about.",
    ),
    key(
        "leads.missing",
        "a list of texts",
        "[]",
        "[\"Select\", \"n/a\"]",
        "Further spellings of \"no value\". The empty field always is one.",
    ),
    key(
        "leads.activity_columns",
        COLUMNS,
        "[]",
        "[\"total_visits\"]",
        "Counters of acts kept as columns. Each is an activity kind of its name whose number is the count.",
    ),
    key(
        "leads.types",
        "a table of column = \"number\", \"category\", \"date\" or \"text\"",
        "found from the values",
        "{ zip = \"category\" }",
        "What a column holds, where the values mislead.",
    ),
    key(
        "leads.weight",
        A_COLUMN,
        "none: every lead counts once",
        "\"row_weight\"",
        "Column with row weights: a lead of row weight 2 counts as two.",
    ),
    key(
        "activities.files",
        FILES,
        "none: the command line names them",
        "[\"activities.csv\"]",
        "Activity logs, one row an activity, relative to the project file. `--activities` wins.",
    ),
    key("activities.lead_id", A_COLUMN, "\"lead_id\"", "\"prospect\"", "Column with the id of the lead that acted."),
    key("activities.at", A_COLUMN, "\"at\"", "\"happened_at\"", "Column with the instant."),
    key("activities.kind", A_COLUMN, "\"kind\"", "\"event\"", "Column with the kind of activity."),
    key(
        "activities.detail",
        A_COLUMN,
        "none",
        "\"page\"",
        "Column with a detail that rules may match: page, campaign, subject.",
    ),
    key(
        "activities.count",
        A_COLUMN,
        "none: a row is one act",
        "\"count\"",
        "Column with the number of acts that a row stands for, all at its instant.",
    ),
    key(
        "activities.ours",
        "a list of activity kinds",
        "[]",
        "[\"email_sent\"]",
        "Kinds that are our own acts. `activity = \"*\"` in a rule does not match them; the model only counts them.",
    ),
    key(
        "activities.since",
        "a date or time such as \"2024-01-01\", or \"always\"",
        "the time before which 1 % of the rows lie",
        "\"2024-01-01\"",
        "Where the log begins. Deals looked at earlier than 30 days after it are left out of training. \
         `\"always\"`: the log is complete.",
    ),
    key(
        "outcomes.files",
        FILES,
        "none: the command line names them",
        "[\"deals.csv\"]",
        "Tables of deals, for CRMs that keep them apart from leads, relative to the project file. `--outcomes` wins.",
    ),
    key(
        "outcomes.key",
        A_COLUMN,
        "the lead's id",
        "\"converted_deal_id\"",
        "Column of the leads table that refers to a deal. A cell may hold several, split at `;`.",
    ),
    key(
        "outcomes.id",
        A_COLUMN,
        "the column named like `key`",
        "\"deal_id\"",
        "Column of the outcomes table that `key` refers to.",
    ),
    key(
        "outcomes.closed_at",
        A_COLUMN,
        "none",
        "\"close_date\"",
        "Column of the outcomes table with the time of the close.",
    ),
    key(
        "outcomes.outcome.column",
        A_COLUMN,
        "required in this table",
        "\"stage\"",
        "Column that says how the deal ended.",
    )
    .needs(&["outcomes.outcome.won", "outcomes.outcome.lost"]),
    key(
        "outcomes.outcome.won",
        WON_WORDS,
        "required in this table",
        "[\"Closed Won\"]",
        "Values that mean won. Without the table `outcome`, a lead that is found here is won.",
    )
    .needs(&["outcomes.outcome.column", "outcomes.outcome.lost"]),
    key(
        "outcomes.outcome.lost",
        LOST_WORDS,
        "none; then `[leads] lost_after` is needed",
        "[\"Closed Lost\"]",
        "Values that mean lost; `\"*\"`: everything that is neither won nor missing.",
    )
    .needs(&["outcomes.outcome.column", "outcomes.outcome.won"]),
    key(
        "outcomes.absent",
        "\"open\" or \"lost\"",
        "\"open\"",
        "\"lost\"",
        "What a lead is that is not found here. `\"lost\"` takes `[leads] lost_after`: lost once that has passed.",
    )
    .needs(&["leads.lost_after", "leads.created_at"]),
    key(
        "snapshot.mode",
        "\"random\", \"after_created\", \"before_close\", \"column\" or \"none\"",
        "\"column\" where `[leads] as_of` is set, \"random\" where creation and close times are, else \"none\"",
        "\"random\"",
        "At which moment of its open life a closed deal is looked at: a random one; `after_created` after its \
         creation; `before_close` before its close; at its `as_of`; or as the row stands, which cannot rule out \
         leakage.",
    )
    .needs(&["leads.created_at", "leads.closed_at"]),
    key(
        "snapshot.horizon",
        A_DURATION,
        "90th percentile of the won deals' open lives",
        "\"120d\"",
        "Mode `random`: deals are looked at within this of their creation.",
    )
    .needs(&["leads.created_at", "leads.closed_at"]),
    key(
        "snapshot.after_created",
        A_WAIT,
        "none; required in mode `after_created`",
        "\"14d\"",
        "How long after creation a deal is looked at. Deals closed before that are left out.",
    )
    .needs(&["snapshot.mode = \"after_created\"", "leads.created_at"]),
    key(
        "snapshot.before_close",
        A_WAIT,
        "none; required in mode `before_close`",
        "\"7d\"",
        "How long before its close a deal is looked at, never before its creation. The age of the lead is then no \
         term.",
    )
    .needs(&["snapshot.mode = \"before_close\"", "leads.created_at", "leads.closed_at"]),
    key(
        "snapshot.seed",
        "a whole number from 0",
        "0",
        "7",
        "Seed of the random moments and of every other draw. `--seed` wins.",
    ),
    key(
        "train.solver",
        "\"newton\" or \"lbfgs\"",
        "\"newton\"",
        "\"lbfgs\"",
        "Newton's method on the split design, or linfa-logistic's L-BFGS, which takes a number as `penalty` and \
         `curves = false`.",
    )
    .needs(&["train.penalty", "train.curves"]),
    key(
        "train.holdout",
        "a number from 0 to 0.9",
        "0.2",
        "0.3",
        "Newest share of the closed deals kept for the honest figures; 0: none. The saved model learns from all.",
    ),
    key(
        "train.folds",
        "0, or a whole number from 2 to 50",
        "5",
        "8",
        "Folds of the cross-validation in time order; 0: none, and then `[blend] weight` must be a number.",
    ),
    key(
        "train.penalty",
        "\"auto\", or a number from 0",
        "\"auto\"",
        "0.01",
        "Ridge penalty on the mean loss: one a term found from the data, or this one for all.",
    ),
    key("train.curves", "true or false", "true", "false", "Whether the effect of a number may bend."),
    key(
        "train.interactions",
        "a whole number from 0 to 100",
        "10",
        "0",
        "At most this many interactions of two columns.",
    ),
    key("train.half_life", A_DURATION, "\"30d\"", "\"14d\"", "Half-life of the model's decayed activity terms."),
    key(
        "train.min_level_count",
        "a whole number from 1 to 1000000",
        "10",
        "25",
        "A category's level seen less often is pooled with the others like it as `(other)`.",
    ),
    key(
        "blend.weight",
        "\"auto\", or a number from 0 to 1",
        "\"auto\"",
        "0.5",
        "Blend weight: 0 the scorecard alone, 1 the model alone, `\"auto\"` by cross-validation.",
    ),
    key(
        "blend.min_gap",
        "a number from 0 to 100",
        "20",
        "30",
        "Least gap of a mismatch between rules and model, in percentage points of rank.",
    ),
    key(
        "retrain.margin",
        "a number from 0 to 1",
        "0.02",
        "0.01",
        "By how much `leadscore retrain` lets a challenger be worse than the live version, in AUC and in log loss a \
         deal: it is published only where the 95 % intervals of both lie above minus this.",
    ),
    key(
        "retrain.min_deals",
        "a whole number from 20 to 1000000",
        "50",
        "200",
        "Fewest deals that judge a challenger: the newer half of those closed since the live version was trained, at \
         least 10 of them won and 10 lost.",
    ),
    key(
        "monitor.psi",
        "a number from 0 to 10",
        "0.25",
        "0.2",
        "Stability index of a column or of the win probability, against the training deals, from which `leadscore monitor` raises an alarm; it must also lie beyond chance.",
    ),
    key(
        "monitor.calibration",
        "a number from 0 to 10",
        "0.25",
        "0.2",
        "By which share wins may differ from those expected; beyond chance, too.",
    ),
    key(
        "monitor.auc_drop",
        "a number from 0 to 1",
        "0.1",
        "0.05",
        "By how much the AUC on recent deals may fall below that at training; beyond chance, too.",
    ),
    key(
        "monitor.missing",
        "a number from 0 to 1",
        "0.1",
        "0.05",
        "By how much the share missing of a column may differ from that at training; beyond chance, too.",
    ),
    key(
        "monitor.new_levels",
        "a number from 0 to 1",
        "0.1",
        "0.05",
        "Which share may have a word that no training deal had.",
    ),
    key(
        "score.min_evidence",
        "a number from 0 to 1",
        "0",
        "0.3",
        "Least share of what the model goes by that must be known of a lead for it to get a tier; 0: none. Each term \
         counts by its spread over the training deals, and is known when its value is neither missing nor a word too \
         rare or too new to have an effect of its own; what the log says is always known. Below 0.5 a lead gets the \
         warning `little is known`; below this, `abstained`, and no tier.",
    ),
];
