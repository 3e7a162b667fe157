//! The words of the sample company's market: names, titles and places in English, Japanese and Romanian. All made up.

use super::draw::Draw;

/// A contact and its company, with spellings fit for an address.
pub(super) struct Named {
    pub(super) company: String,
    pub(super) contact: String,
    pub(super) mailbox: String,
    pub(super) domain: String,
}

/// Sales people of the sample company.
pub(super) const OWNERS: [&str; 5] = ["A. Finch", "B. Moraru", "C. Okada", "D. Reyes", "E. Lund"];

/// (as written, as in an address)
type Pair = (&'static str, &'static str);

const ENGLISH_GIVEN: [Pair; 8] = [
    ("Alex", "alex"),
    ("Dana", "dana"),
    ("Jordan", "jordan"),
    ("Kim", "kim"),
    ("Lee", "lee"),
    ("Morgan", "morgan"),
    ("Robin", "robin"),
    ("Sam", "sam"),
];
const ENGLISH_FAMILY: [Pair; 8] = [
    ("Ashdown", "ashdown"),
    ("Birch", "birch"),
    ("Colby", "colby"),
    ("Dell", "dell"),
    ("Eastman", "eastman"),
    ("Farrow", "farrow"),
    ("O'Hale", "ohale"),
    ("Whitlock", "whitlock"),
];
const ENGLISH_COMPANY: [Pair; 8] = [
    ("Alder & Finch", "alderfinch"),
    ("Bright Harbor", "brightharbor"),
    ("Copper Lane", "copperlane"),
    ("Dunmore", "dunmore"),
    ("Eastgate", "eastgate"),
    ("Fairwater", "fairwater"),
    ("Grey Heron", "greyheron"),
    ("Hollow Oak", "hollowoak"),
];
const ENGLISH_FORM: [&str; 5] = ["Ltd", "Group", "Partners", "Works, Inc.", "Systems"];

const JAPANESE_GIVEN: [Pair; 6] =
    [("葵", "aoi"), ("健太", "kenta"), ("直子", "naoko"), ("翔", "sho"), ("美咲", "misaki"), ("亮", "ryo")];
const JAPANESE_FAMILY: [Pair; 6] = [
    ("青山", "aoyama"),
    ("石川", "ishikawa"),
    ("木村", "kimura"),
    ("佐藤", "sato"),
    ("高橋", "takahashi"),
    ("渡辺", "watanabe"),
];
const JAPANESE_COMPANY: [Pair; 6] = [
    ("青空見本", "aozora"),
    ("港見本", "minato"),
    ("桜見本", "sakura"),
    ("若葉見本", "wakaba"),
    ("富士見見本", "fujimi"),
    ("緑見本", "midori"),
];
const JAPANESE_FORM: [&str; 4] = ["製作所", "物流", "商事", "システムズ"];

const ROMANIAN_GIVEN: [Pair; 6] = [
    ("Andrei", "andrei"),
    ("Ștefan", "stefan"),
    ("Ioana", "ioana"),
    ("Mădălina", "madalina"),
    ("Răzvan", "razvan"),
    ("Țara", "tara"),
];
const ROMANIAN_FAMILY: [Pair; 6] = [
    ("Brătescu", "bratescu"),
    ("Ciobanu", "ciobanu"),
    ("Munteanu", "munteanu"),
    ("Șerban", "serban"),
    ("Țepeș", "tepes"),
    ("Vâlcu", "valcu"),
];
const ROMANIAN_COMPANY: [Pair; 6] = [
    ("Exemplu Metal", "exemplumetal"),
    ("Câmpia Verde", "campiaverde"),
    ("Fabrica de Mostre", "fabricademostre"),
    ("Munții Logistică", "muntiilogistica"),
    ("Râul Alb", "raulalb"),
    ("Stejarul Înalt", "stejarulinalt"),
];
const ROMANIAN_FORM: [&str; 2] = ["SRL", "SA"];

/// Draws a contact and a company of `country`.
pub(super) fn name(draw: &mut Draw, country: &str) -> Named {
    let (given, family, company, form) = match country {
        "Japan" => (draw.one_of(&JAPANESE_GIVEN), draw.one_of(&JAPANESE_FAMILY), draw.one_of(&JAPANESE_COMPANY), {
            draw.one_of(&JAPANESE_FORM)
        }),
        "Romania" => (draw.one_of(&ROMANIAN_GIVEN), draw.one_of(&ROMANIAN_FAMILY), draw.one_of(&ROMANIAN_COMPANY), {
            draw.one_of(&ROMANIAN_FORM)
        }),
        _ => (draw.one_of(&ENGLISH_GIVEN), draw.one_of(&ENGLISH_FAMILY), draw.one_of(&ENGLISH_COMPANY), {
            draw.one_of(&ENGLISH_FORM)
        }),
    };
    let branch = (draw.unit() * 900.0) as u32 + 100;
    let japanese = country == "Japan";
    Named {
        company: if japanese { format!("株式会社{}{form}", company.0) } else { format!("{} {form}", company.0) },
        contact: if japanese { format!("{} {}", family.0, given.0) } else { format!("{} {}", given.0, family.0) },
        mailbox: format!("{}.{}{branch}", given.1, family.1),
        domain: company.1.to_string(),
    }
}

/// Draws a job title of `family` as written in `country`; empty when the family is `(missing)`.
pub(super) fn job_title(draw: &mut Draw, family: &str, country: &str) -> &'static str {
    let (english, japanese, romanian): (&[&'static str], &[&'static str], &[&'static str]) = match family {
        "decision maker" => (
            &["Chief Operating Officer", "VP Operations", "Director of IT", "Sales Director"],
            &["部長", "営業部長", "取締役"],
            &["Director general", "Director vânzări", "Director IT"],
        ),
        "manager" => (
            &["Operations manager", "Plant manager", "IT manager", "Purchasing manager"],
            &["課長", "購買課長", "マネージャー"],
            &["Manager achiziții", "Manager de producție", "Șef de secție"],
        ),
        "specialist" => (
            &["Engineer", "Business analyst", "Consultant", "Buyer"],
            &["エンジニア", "技術担当", "購買担当"],
            &["Inginer", "Specialist IT", "Consultant"],
        ),
        "assistant" => (&["Assistant", "Assistant to the director"], &["アシスタント"], &["Asistent"]),
        "researcher" => (&["Researcher", "Research associate"], &["研究員"], &["Cercetător"]),
        "student" => (&["Student", "PhD student"], &["学生"], &["Student", "Studentă"]),
        "retired or unemployed" => (&["Retired", "Unemployed"], &["無職"], &["Pensionar", "Șomer"]),
        _ => (&[""], &[""], &[""]),
    };
    draw.one_of(match country {
        "Japan" => japanese,
        "Romania" => romanian,
        _ => english,
    })
}

/// Draws a city of `country`, in its own spelling.
pub(super) fn city(draw: &mut Draw, country: &str) -> &'static str {
    draw.one_of::<&'static str>(match country {
        "Japan" => &["東京", "大阪", "名古屋", "福岡"],
        "Romania" => &["București", "Cluj-Napoca", "Iași", "Timișoara"],
        "United States" => &["Austin", "Boston", "Chicago", "Denver"],
        "United Kingdom" => &["Bristol", "Leeds", "London"],
        "Germany" => &["Berlin", "Hamburg", "München"],
        "Singapore" => &["Singapore"],
        _ => &["Curitiba", "São Paulo"],
    })
}

/// Draws a campaign that feeds `source`; some sources have none.
pub(super) fn campaign(draw: &mut Draw, source: &str) -> &'static str {
    draw.one_of::<&'static str>(match source {
        "paid search" => &["search brand", "search generic", "search rivals"],
        "event" => &["spring fair", "autumn fair", "road show"],
        "social" => &["video", "community"],
        "bought list" => &["list 2024", "list 2025"],
        "partner" => &["resellers", ""],
        _ => &[""],
    })
}
