//! When columns that are asked about may have been written, in words.

use crate::pipeline::leaks::{LeakFinding, OF_A_CONTACT, OF_THE_WORK};

/// When what no contact tells of may have been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// After the deal was decided.
    After,
    /// The same, of kinds of activity, too.
    RecordedAfter,
    /// As the deal was worked.
    AsWorked,
    /// Of some after the deal was decided, of others as it was worked.
    Late,
}

impl Written {
    pub(super) fn of(found: &[&LeakFinding], has_kinds: bool, has_strongest: bool) -> Written {
        let of_the_work = |finding: &&&LeakFinding| finding.question == OF_THE_WORK;
        let is_after = |finding: &&LeakFinding| ![OF_THE_WORK, OF_A_CONTACT].contains(&finding.question.as_str());
        match (found.iter().find(of_the_work), has_strongest || found.iter().any(is_after)) {
            (Some(_), true) => Written::Late,
            (Some(_), false) => Written::AsWorked,
            (None, _) if has_kinds => Written::RecordedAfter,
            (None, _) => Written::After,
        }
    }

    /// The same of the strongest column, which nothing tells to be written as the deal is worked.
    pub(super) fn of_the_strongest(self) -> Written {
        match self {
            Written::RecordedAfter => Written::RecordedAfter,
            Written::After | Written::AsWorked | Written::Late => Written::After,
        }
    }

    /// What the end of an answer says of figures: no fall of theirs tells who was right.
    pub(super) fn till_then(self) -> &'static str {
        match self {
            Written::AsWorked => "till then open leads without a value may be misjudged",
            Written::After | Written::RecordedAfter | Written::Late => {
                "ask whoever knows, for figures fall without honest columns, too"
            }
        }
    }

    /// The end of "could it have been …".
    pub(super) fn in_question(self) -> &'static str {
        match self {
            Written::After => "filled in after the deal was decided",
            Written::RecordedAfter => "recorded only after the deal was decided",
            Written::AsWorked => "filled in only as the deal was worked",
            Written::Late => "written only as the deal was worked or decided",
        }
    }

    /// The same in brackets behind a name.
    pub(super) fn in_brief(self) -> &'static str {
        match self {
            Written::After => "filled in after",
            Written::RecordedAfter => "recorded only after",
            Written::AsWorked | Written::Late => "written late",
        }
    }
}
