//! Exports of well-known CRM products, by headers that only they write.

use super::sheet::Sheet;
use super::vocabulary::{plain, without_object};

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

/// Known by the form of their headers, too.
const PIPEDRIVE: &str = "Pipedrive";
const DYNAMICS: &str = "Microsoft Dynamics 365";

const SIGNATURES: [Signature; 6] = [
    Signature {
        crm: Crm { name: "HubSpot", remark: "times are in the time zone of the HubSpot account: set `timezone` to it" },
        telling: &[
            "record id contact",
            "record id deal",
            "hs object id",
            "is closed won",
            "original source drill down 1",
            "original source drill down 2",
            "original traffic source",
            "original traffic source drill down 1",
            "latest traffic source",
            "became a lead date",
            "became a customer date",
            "became a marketing qualified lead date",
            "associated company ids",
            "associated contact ids",
            "marketing contact status",
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
            "deal name",
            "contact id",
            "hubspot score",
            "number of associated deals",
            "last modified date",
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
            "forecast category",
            "forecast category name",
            "system modstamp",
            "has opportunity line item",
            "is unread by owner",
            "last modified by id",
            "company account",
            "owner role",
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
            "fiscal",
            "fiscal period",
            "fiscal year",
            "opportunity name",
            "expected revenue",
            "probability",
            "account id",
            "owner id",
        ],
    },
    Signature {
        crm: Crm { name: DYNAMICS, remark: "`Est. Close Date` is a forecast; the close is `Actual Close Date`" },
        telling: &[
            "do not modify lead",
            "do not modify opportunity",
            "do not modify contact",
            "do not modify account",
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
            "pipeline phase",
            "close probability",
        ],
    },
    Signature {
        crm: Crm { name: PIPEDRIVE, remark: "`Value` may be edited when a deal is won; it is left out for that" },
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
            "deal pipedrive system id",
            "expected close date",
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
            "account name id",
            "contact name id",
        ],
        usual: &[
            "record id",
            "created time",
            "modified time",
            "closing date",
            "lead owner owner",
            "lead owner",
            "lead status",
            "last activity time",
            "lead name",
            "deal owner",
            "email opt out",
            "secondary email",
            "zip code",
            "no of employees",
        ],
    },
    Signature {
        crm: Crm {
            name: "Odoo",
            remark: "lost opportunities are archived: export them too (filter Archived), or no deal is ever lost",
        },
        telling: &[
            "date closed",
            "lost reason id",
            "stage id",
            "won status",
            "prorated revenue",
            "expected closing",
            "days to assign",
            "days to close",
        ],
        usual: &[
            "external id",
            "create date",
            "created on",
            "user id",
            "salesperson",
            "lost reason",
            "sales team",
            "team id",
            "expected revenue",
            "probability",
            "partner id",
            "closed date",
            "opportunity",
        ],
    },
];

/// The product that a table was exported from, if its headers tell.
pub(super) fn recognise(sheet: &Sheet) -> Option<Crm> {
    let headers: Vec<String> = sheet.columns.iter().map(|column| plain(&column.name)).collect();
    let count = |names: &[&str]| names.iter().filter(|name| headers.iter().any(|header| header == *name)).count();
    // Pipedrive writes the object before each header, in the language of the account.
    let with_object = sheet.columns.iter().filter(|column| without_object(&column.name).is_some()).count();
    // Dynamics marks the columns by which it finds a row again.
    let marked = headers.iter().filter(|header| header.starts_with("do not modify")).count();
    let by_form = |signature: &Signature| match signature.crm.name {
        PIPEDRIVE => with_object,
        DYNAMICS => marked,
        _ => 0,
    };
    // One telling header alone may be chance (many a table has a `deal_id`); with a second sign it is none.
    let rated = SIGNATURES
        .iter()
        .map(|signature| (2 * count(signature.telling) + count(signature.usual) + by_form(signature), signature));
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
            // Headers as they stand in exports and programs that read them.
            (
                "Record_ID First_Name Email Create_Date Company_Name Original_Source Original_Source_Drill-Down_1",
                "HubSpot",
            ),
            ("Record_ID Email Original_Traffic_Source Lifecycle_Stage Lead_Status Create_Date", "HubSpot"),
            (
                "Record_ID Deal_Name Deal_Stage Amount Deal_owner Associated_Company_IDs Associated_Contact_IDs",
                "HubSpot",
            ),
            ("Deal_ID Deal_Name Pipeline Deal_Stage Create_Date Close_Date Amount", "HubSpot"),
            (
                "Opportunity_Name Stage Fiscal_Period Amount Probability_(%) Age Close_Date Created_Date Owner_Role",
                "Salesforce",
            ),
            ("Id IsDeleted Name StageName Amount Probability CloseDate IsClosed IsWon SystemModstamp", "Salesforce"),
            ("Lead_Owner First_Name Last_Name Title Company_/_Account Email Lead_Source Rating Street", "Salesforce"),
            (
                "(Do_Not_Modify)_Lead (Do_Not_Modify)_Row_Checksum Subject Job_Title Lead_Source Rating",
                "Microsoft Dynamics 365",
            ),
            ("(Do_Not_Modify)_Opportunity Oppty_ID Client Status Probability Close_Date", "Microsoft Dynamics 365"),
            ("Deal_-_Titel Deal_-_Wert Deal_-_Status Deal_-_Besitzer Deal_-_Deal_erstellt", "Pipedrive"),
            ("Negócio_-_ID Negócio_-_Título Negócio_-_Status Negócio_-_Negócio_criado_em Pessoa_-_Nome", "Pipedrive"),
            (
                "Record_Id Deal_Name Account_Name Account_Name.id Contact_Name Stage Closing_Date Lead_Source",
                "Zoho CRM",
            ),
            ("Record_Id Lead_Owner Company Email Lead_Source Lead_Status Zip_Code", "Zoho CRM"),
            (
                "External_ID Opportunity Contact_Name Salesperson Expected_Revenue Stage Expected_Closing Probability",
                "Odoo",
            ),
        ] {
            let cells = vec!["x"; header.split(' ').count()].join(" ");
            let mut sheet = sheet(header, &[&cells]);
            sheet.columns.iter_mut().for_each(|column| column.name = column.name.replace('_', " "));
            assert_eq!(recognise(&sheet).map(|crm| crm.name), Some(name), "{header}");
        }
        assert_eq!(recognise(&sheet("lead_id created_at outcome deal_id", &["1 2 3 4"])), None);
    }
}
