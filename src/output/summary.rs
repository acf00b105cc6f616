//! Policies side by side, as sections of rows with one cell a policy: what terminal and report share.
//!
//! It picks the criteria that matter to a reader and words them; laying them out is left to
//! [`super::terminal`] and [`super::report`].

use crate::evaluation::FUND;
use crate::evaluation::rows::RiparianRow;
use crate::network::basin::Basin;
use crate::quantity::calendar::Season;

use super::numbers::{index, number, percent};
use super::tables::Tables;

/// Rows under a heading, a cell a policy in each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section {
    /// What the rows tell, unit included.
    pub(super) heading: String,
    /// The rows; none is empty in every cell.
    pub(super) rows: Vec<Line>,
}

/// A row: its label, and a cell a policy.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Who or what.
    pub(super) label: String,
    /// One cell a policy; empty where there is nothing to tell.
    pub(super) cells: Vec<String>,
}

/// How a criterion's number is shown.
type Show = fn(f64) -> String;

/// The criteria of the basin that are shown: criterion, words, how.
const BASIN: [(&str, &str, Show); 16] = [
    ("worst_satisfaction", "Worst-off need, % met", percent),
    ("gini_need", "Gini of mean needs", index),
    ("gini_need_population", "  weighted by population", index),
    ("price_of_fairness", "Price of fairness, % of benefit", percent),
    ("gain_over_autarky", "Gain over autarky, MUSD", number),
    ("transferred", "Received from others, MUSD", number),
    ("core_slack", "Least gain of staying together, MUSD", number),
    ("unserved_winter", "Unserved October-March, GWh", number),
    ("unserved", "Unserved all year, GWh", number),
    ("summer_deficit", "Missing water April-September, hm3", number),
    ("aral_inflow", "Inflow to the Aral Sea, hm3", number),
    ("environment_shortfall", "Short of environmental flow, hm3", number),
    ("priced_promises", "Price of broken promises, MUSD", number),
    ("spilled", "Past the turbines, hm3", number),
    ("end_storage", "Storage at the end, hm3", number),
    ("co2", "CO2, kt", number),
];

/// The name people read of a riparian; its short name where the basin does not know it.
pub(super) fn riparian_title<'a>(basin: &'a Basin, name: &'a str) -> &'a str {
    basin.riparian_named(name).map_or(name, |i| basin.riparians[i].title.as_str())
}

/// Every section that has something to tell.
pub(super) fn sections(tables: &Tables, basin: &Basin, policies: &[String]) -> Vec<Section> {
    let sheet = Sheet { tables, basin, policies };
    let mut sections = Vec::new();
    for season in [Season::Vegetation, Season::NonVegetation] {
        let heading = format!("Water delivered, % of claim, {}", season.months());
        sections.push(sheet.by_riparian(heading, season, |row| row.water_satisfaction, percent));
    }
    for season in [Season::NonVegetation, Season::Vegetation] {
        let heading = format!("Electricity served, % of load, {}", season.months());
        sections.push(sheet.by_riparian(heading, season, |row| row.energy_satisfaction, percent));
    }
    sections.push(sheet.benefits());
    sections.push(sheet.basin_wide());
    sections.retain(|section| !section.rows.is_empty());
    sections
}

/// The criteria of the basin over the members of an ensemble: their means, and what one member in ten stays below and exceeds.
pub(super) fn over_members(tables: &Tables, policies: &[String], members: u32) -> Vec<Section> {
    let parts = [
        (format!("Mean of {members} members"), ""),
        ("One member in ten is below".to_owned(), "_p10"),
        ("One member in ten is above".to_owned(), "_p90"),
    ];
    let total: (&str, &str, Show) = ("total_benefit", "Benefit, MUSD", number);
    let section = |(heading, ending): (String, &str)| {
        let line = |(criterion, words, show): &(&str, &str, Show)| Line {
            label: (*words).to_owned(),
            cells: policies
                .iter()
                .map(|policy| {
                    tables.criterion(policy, &format!("{criterion}{ending}")).map_or(String::new(), show)
                })
                .collect(),
        };
        Section { heading, rows: told([total].iter().chain(&BASIN).map(line)) }
    };
    parts.into_iter().map(section).collect()
}

struct Sheet<'a> {
    tables: &'a Tables,
    basin: &'a Basin,
    policies: &'a [String],
}

impl Sheet<'_> {
    fn by_riparian(
        &self,
        heading: String,
        season: Season,
        value: impl Fn(&RiparianRow) -> Option<f64>,
        show: Show,
    ) -> Section {
        let row_of = |policy: &String, riparian: &str| {
            let mut rows = self.tables.riparians.iter();
            rows.find(|r| r.policy == *policy && r.riparian == riparian && r.season == season.name())
        };
        let rows = self.basin.riparians.iter().map(|riparian| Line {
            label: riparian.title.clone(),
            cells: self.cells(|policy| row_of(policy, &riparian.name).and_then(&value).map(show)),
        });
        Section { heading, rows: told(rows) }
    }

    fn benefits(&self) -> Section {
        let sum = |policy: &String, riparian: Option<&str>| -> f64 {
            let own = self.tables.riparians.iter().filter(|row| row.policy == *policy);
            let own = own.filter(|row| riparian.is_none_or(|name| row.riparian == name));
            own.map(|row| row.net_benefit_MUSD).sum()
        };
        let line = |label: &str, riparian: Option<&str>| Line {
            label: label.to_owned(),
            cells: self.cells(|policy| Some(number(sum(policy, riparian)))),
        };
        let riparians = self.basin.riparians.iter();
        let riparians = riparians.map(|riparian| line(&riparian.title, Some(&riparian.name)));
        let settled = self.tables.riparians.iter().any(|row| row.transfer_MUSD != 0.0);
        let heading = if settled { "Net benefit after transfers, MUSD" } else { "Net benefit, MUSD" };
        let holds = self.tables.riparians.iter().any(|row| row.riparian == FUND);
        let fund = holds.then(|| line("reserve fund", Some(FUND)));
        let together = (self.basin.riparians.len() > 1).then(|| line("together", None));
        Section { heading: heading.to_owned(), rows: riparians.chain(fund).chain(together).collect() }
    }

    fn basin_wide(&self) -> Section {
        let criteria = BASIN.iter().map(|(criterion, words, show)| Line {
            label: (*words).to_owned(),
            cells: self.cells(|policy| self.tables.criterion(policy, criterion).map(show)),
        });
        let broken = Line {
            label: "Promises not kept".to_owned(),
            cells: self.cells(|policy| Some(self.broken(policy).to_string())),
        };
        Section { heading: "Basin".to_owned(), rows: told(criteria.chain([broken])) }
    }

    fn broken(&self, policy: &str) -> usize {
        self.tables.record.broken_promises.iter().filter(|row| row.policy == policy).count()
    }

    fn cells(&self, cell: impl Fn(&String) -> Option<String>) -> Vec<String> {
        self.policies.iter().map(|policy| cell(policy).unwrap_or_default()).collect()
    }
}

/// The rows that tell something of at least one policy.
fn told(rows: impl Iterator<Item = Line>) -> Vec<Line> {
    rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect()
}
