//! Exports of well-known CRM products, by headers that only they write.

use super::sheet::Sheet;
use super::vocabulary::plain;

/// A product and what a person should know of its exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crm {
    /// Its name.
    pub name: &'static str,
    /// One remark about its exports.
    pub remark: &'static str,
}

struct Signature {
    crm: Crm,
    /// Headers of which one is enough.
    telling: &'static [&'static str],
    /// Headers of which two are needed.
    usual: &'static [&'static str],
}

const SIGNATURES: [Signature; 6] = [
    Signature {
        crm: Crm { name: "HubSpot", remark: "times are in the time zone of the HubSpot account: set `timezone` to it" },
        telling: &[
            "record id contact",
            "record id deal",
            "hs object id",
            "is closed won",
            "original source drill down 1",
            "became a marketing qualified lead date",
        ],
        usual: &[
            "record id",
            "create date",
            "lifecycle stage",
            "contact owner",
            "deal stage",
            "deal owner",
            "number of pageviews",
            "number of sessions",
            "original source",
            "lead status",
        ],
    },
    Signature {
        crm: Crm {
            name: "Salesforce",
            remark: "the close date of an open opportunity is a forecast; only that of a closed one counts",
        },
        telling: &[
            "stage name",
            "converted opportunity id",
            "is converted",
            "converted account id",
            "forecast category name",
            "system modstamp",
        ],
        usual: &[
            "opportunity id",
            "opportunity owner",
            "stage",
            "close date",
            "lead source",
            "created date",
            "lead owner",
            "is won",
            "is closed",
            "fiscal period",
            "probability",
            "account id",
        ],
    },
    Signature {
        crm: Crm {
            name: "Microsoft Dynamics 365",
            remark: "`Est. Close Date` is a forecast; the close is `Actual Close Date`",
        },
        telling: &[
            "do not modify lead",
            "do not modify opportunity",
            "do not modify contact",
            "do not modify modified on",
            "do not modify row checksum",
        ],
        usual: &[
            "actual close date",
            "est close date",
            "actual revenue",
            "est revenue",
            "topic",
            "status reason",
            "potential customer",
        ],
    },
    Signature {
        crm: Crm { name: "Pipedrive", remark: "`Value` may be edited when a deal is won; it is left out for that" },
        telling: &[
            "deal id",
            "deal won time",
            "deal lost time",
            "deal deal created",
            "deal deal closed on",
            "deal lost reason",
            "lead lead created",
            "deal closed on",
        ],
        // The list view writes the same columns without `Deal - `.
        usual: &[
            "deal status",
            "deal stage",
            "deal owner",
            "person name",
            "deal pipeline",
            "deal title",
            "deal created",
            "won time",
            "lost time",
            "contact person",
        ],
    },
    Signature {
        crm: Crm {
            name: "Zoho CRM",
            remark: "ids begin with zcrm_ in exports and without it in the API: do not mix the two",
        },
        telling: &[
            "lead conversion time",
            "zcrm id",
            "lead owner id",
            "deal owner id",
            "converted date time",
            "first page visited",
            "days visited",
            "average time spent minutes",
        ],
        usual: &[
            "record id",
            "created time",
            "modified time",
            "closing date",
            "lead owner owner",
            "last activity time",
            "lead name",
        ],
    },
    Signature {
        crm: Crm {
            name: "Odoo",
            remark: "lost opportunities are archived: export them too (filter Archived), or no deal is ever lost",
        },
        telling: &["date closed", "lost reason id", "stage id", "won status", "expected revenue", "prorated revenue"],
        usual: &[
            "external id",
            "create date",
            "created on",
            "user id",
            "salesperson",
            "lost reason",
            "sales team",
            "team id",
            "probability",
            "partner id",
        ],
    },
];

/// The product that a table was exported from, if its headers tell.
pub(super) fn recognise(sheet: &Sheet) -> Option<Crm> {
    let headers: Vec<String> = sheet.columns.iter().map(|column| plain(&column.name)).collect();
    let count = |names: &[&str]| names.iter().filter(|name| headers.iter().any(|header| header == *name)).count();
    // One telling header alone may be chance (many a table has a `deal_id`); with a second sign it is none.
    let rated = SIGNATURES.iter().map(|signature| (2 * count(signature.telling) + count(signature.usual), signature));
    let best = rated
        .fold((0, None), |best, (rating, signature)| if rating > best.0 { (rating, Some(signature)) } else { best });
    best.1.filter(|_| best.0 >= 3).map(|signature| signature.crm)
}

#[cfg(test)]
mod tests {
    use super::super::sheet::drawn::sheet;
    use super::*;

    #[test]
    fn each_product_is_known_by_its_headers_and_an_own_table_is_nobodys() {
        for (header, name) in [
            ("Record_ID Create_Date Close_Date Deal_Stage Deal_owner", "HubSpot"),
            ("Opportunity_ID Stage Close_Date Created_Date Lead_Source Opportunity_Owner", "Salesforce"),
            ("(Do_Not_Modify)_Opportunity Topic Status_Reason Actual_Close_Date", "Microsoft Dynamics 365"),
            ("Deal_-_ID Deal_-_Status Deal_-_Deal_created Deal_-_Won_time", "Pipedrive"),
            ("Record_Id Created_Time Modified_Time Closing_Date Stage", "Zoho CRM"),
            ("External_ID Created_on Stage Salesperson Expected_Revenue Lost_Reason", "Odoo"),
        ] {
            let cells = vec!["x"; header.split(' ').count()].join(" ");
            let sheet = sheet(header, &[&cells]);
            assert_eq!(recognise(&sheet).map(|crm| crm.name), Some(name), "{header}");
        }
        assert_eq!(recognise(&sheet("lead_id created_at outcome deal_id", &["1 2 3 4"])), None);
    }
}
