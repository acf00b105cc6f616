//! The report of a run: the findings in words, the figures, the numbers behind them, how it was run.
//!
//! Markdown that points at the figures beside it. The figure that shows the policies apart comes first.

use std::fmt::Write;

use indexmap::IndexMap;

use crate::consortium::settlement::Settlement;
use crate::evaluation::rows::RiparianRow;
use crate::scenario::Scenario;

use super::findings::findings;
use super::manifest::Manifest;
use super::numbers::number;
use super::summary::{Section, sections};
use super::tables::Tables;
use super::words::{lorenz_order, who_pays_whom};

/// Shares that differ by less do not show policies apart.
const SAME: f64 = 0.005;

/// A figure that was drawn: its file's name without the ending, and the finding it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureLink {
    /// `allocations`
    pub name: String,
    /// What it shows, in words.
    pub title: String,
}

/// The text of `report.md`; the tables are those that the settlements were entered into.
pub fn report(
    tables: &Tables,
    scenario: &Scenario,
    manifest: &Manifest,
    settlements: &[Settlement],
    figures: &[FigureLink],
) -> String {
    let policies: Vec<String> = manifest.policies.iter().map(|run| run.name.clone()).collect();
    let figures = telling_first(figures, tables, &policies);
    let mut out = String::new();
    add_head(&mut out, scenario, manifest);
    add_list(&mut out, "Findings", &findings(tables, &scenario.basin, &policies));
    for figure in figures.iter().take(1) {
        add_figure(&mut out, figure);
    }
    out.push_str("## Policies side by side\n\n");
    for section in sections(tables, &scenario.basin, &policies) {
        add_section(&mut out, &section, &policies);
    }
    out.push_str(&lorenz_order(tables, &policies));
    out.push_str(&who_pays_whom(tables, settlements, &scenario.basin));
    add_broken_promises(&mut out, tables, &policies);
    if figures.len() > 1 {
        out.push_str("## Figures\n\n");
    }
    for figure in figures.iter().skip(1) {
        add_figure(&mut out, figure);
    }
    add_how(&mut out, manifest);
    out
}

fn add_head(out: &mut String, scenario: &Scenario, manifest: &Manifest) {
    let _ = writeln!(out, "# {}\n", scenario.title);
    if !scenario.about.trim().is_empty() {
        let _ = writeln!(out, "{}\n", scenario.about.trim());
    }
    let periods = &scenario.basin.horizon.periods;
    if let (Some(first), Some(last)) = (periods.iter().next(), periods.iter().last()) {
        let _ = writeln!(
            out,
            "Scenario `{}` (digest {}): {} periods, the first from {}, the last from {}.\n",
            scenario.name,
            manifest.short_digest(),
            periods.len(),
            first.first_day,
            last.first_day
        );
    }
    for run in &manifest.policies {
        if let Some(policy) = scenario.policies.get(&run.name) {
            let _ = writeln!(out, "- `{}`: {}", run.name, policy.title);
        }
    }
    out.push('\n');
}

fn add_list(out: &mut String, heading: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {heading}\n");
    for item in items {
        let _ = writeln!(out, "- {item}");
    }
    out.push('\n');
}

fn add_figure(out: &mut String, figure: &FigureLink) {
    let _ = writeln!(out, "**{}**\n\n![{}](figures/{}.png)\n", figure.title, figure.title, figure.name);
}

fn add_section(out: &mut String, section: &Section, policies: &[String]) {
    let _ = writeln!(out, "### {}\n\n| | {} |", section.heading, policies.join(" | "));
    let _ = writeln!(out, "|---|{}", "---:|".repeat(policies.len()));
    for row in &section.rows {
        let _ = writeln!(out, "| {} | {} |", row.label.trim(), row.cells.join(" | "));
    }
    out.push('\n');
}

/// A promise: its kind, its place and its unit.
type Promised<'a> = (&'a str, &'a str, &'a str);

/// In how many periods a promise was not kept, and by how much in all.
type Broken = (usize, f64);

/// Promises by place: in how many periods each was not kept, and by how much in all.
fn add_broken_promises(out: &mut String, tables: &Tables, policies: &[String]) {
    let mut places: IndexMap<Promised<'_>, Vec<Broken>> = IndexMap::new();
    for row in &tables.record.broken_promises {
        let Some(column) = policies.iter().position(|policy| *policy == row.policy) else {
            continue;
        };
        let place = (row.promise.as_str(), row.place.as_str(), row.unit.as_str());
        let cells = places.entry(place).or_insert_with(|| vec![(0, 0.0); policies.len()]);
        cells[column].0 += 1;
        cells[column].1 += (row.required - row.achieved).abs();
    }
    out.push_str("### Promises that were not kept\n\n");
    if places.is_empty() {
        out.push_str("None: every environmental flow, minimum release, storage and safe flow was kept.\n\n");
        return;
    }
    out.push_str("Number of periods, and by how much in all.\n\n");
    let _ = writeln!(out, "| promise | place | {} |", policies.join(" | "));
    let _ = writeln!(out, "|---|---|{}", "---:|".repeat(policies.len()));
    for ((promise, place, unit), cells) in &places {
        let cells: Vec<String> = cells.iter().map(|cell| broken_cell(*cell, unit)).collect();
        let _ = writeln!(out, "| {} | {place} | {} |", promise.replace('_', " "), cells.join(" | "));
    }
    out.push('\n');
}

fn broken_cell((periods, by): Broken, unit: &str) -> String {
    if periods == 0 { String::new() } else { format!("{periods}: {} {unit}", number(by)) }
}

fn add_how(out: &mut String, manifest: &Manifest) {
    out.push_str("## How it was computed\n\n");
    let _ = writeln!(
        out,
        "mirab {}{}, solver {} to {:e}, {:.1} s.\n",
        manifest.version,
        manifest.git_hash.as_ref().map(|hash| format!(" ({hash})")).unwrap_or_default(),
        manifest.solver.name,
        manifest.solver.tolerance,
        manifest.wall_seconds
    );
    out.push_str("| policy | objective | programs | iterations | heads moved in the last pass, % |\n");
    out.push_str("|---|---:|---:|---:|---:|\n");
    for run in &manifest.policies {
        let gap = 100.0 * run.head_gap;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {gap:.3} |",
            run.name, run.objective, run.programs, run.iterations
        );
    }
    out.push_str(
        "\nAn objective is the total benefit in MUSD as the program has it, which approximates heads; \
         the tables have energy at the true heads, so that their benefits differ a little.\n\n",
    );
    add_list(out, "Warnings", &all_warnings(manifest));
    let files: Vec<String> =
        manifest.files.iter().map(|file| format!("`{}`, SHA-256 {}", file.name, file.sha256)).collect();
    add_list(out, "Files", &files);
    add_list(
        out,
        "Settings",
        &manifest.settings.iter().map(|setting| format!("`{setting}`")).collect::<Vec<_>>(),
    );
}

fn all_warnings(manifest: &Manifest) -> Vec<String> {
    let own = manifest.policies.iter();
    let own = own.flat_map(|run| run.warnings.iter().map(|warning| format!("`{}`: {warning}", run.name)));
    manifest.warnings.iter().cloned().chain(own).collect()
}

/// The figures with the one first in which the policies differ most; otherwise in their own order.
fn telling_first(figures: &[FigureLink], tables: &Tables, policies: &[String]) -> Vec<FigureLink> {
    let spreads = [
        ("allocations", spread(tables, policies, |row| row.water_satisfaction)),
        ("energy-balance", spread(tables, policies, |row| row.energy_satisfaction)),
        ("benefits", spread(tables, policies, |row| Some(row.net_benefit_MUSD / total(tables, policies)))),
    ];
    let most = spreads.iter().fold(spreads[0], |best, next| if next.1 > best.1 { *next } else { best });
    let mut ordered = figures.to_vec();
    if most.1 >= SAME {
        ordered.sort_by_key(|figure| figure.name != most.0);
    }
    ordered
}

/// The largest total benefit of a policy, in size; 1 where there is none.
fn total(tables: &Tables, policies: &[String]) -> f64 {
    let totals = policies.iter().filter_map(|policy| tables.criterion(policy, "total_benefit"));
    let most = totals.map(f64::abs).fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

/// How far apart the policies are at most in a number that each riparian has in each season.
fn spread(tables: &Tables, policies: &[String], value: impl Fn(&RiparianRow) -> Option<f64>) -> f64 {
    let mut ranges: IndexMap<(&str, &str), (f64, f64)> = IndexMap::new();
    for row in tables.riparians.iter().filter(|row| policies.contains(&row.policy)) {
        if let Some(value) = value(row) {
            let range = ranges.entry((&row.riparian, &row.season)).or_insert((value, value));
            *range = (range.0.min(value), range.1.max(value));
        }
    }
    ranges.values().map(|(least, most)| most - least).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;
    use crate::output::tables::tests::example_tables;

    fn figure(name: &str) -> FigureLink {
        FigureLink { name: name.to_owned(), title: format!("What {name} shows") }
    }

    fn first(tables: &Tables) -> String {
        let figures = ["storage-upper", "allocations", "energy-balance", "benefits"].map(figure);
        telling_first(&figures, tables, &example::policies())[0].name.clone()
    }

    #[test]
    fn the_figure_that_shows_the_policies_apart_comes_first() {
        assert_eq!(first(&example_tables()), "allocations");
        let mut tables = example_tables();
        for row in &mut tables.riparians {
            row.water_satisfaction = Some(1.0);
            row.energy_satisfaction = Some(if row.policy == "quota" { 0.4 } else { 1.0 });
        }
        assert_eq!(first(&tables), "energy-balance");
    }

    #[test]
    fn where_nothing_differs_the_figures_keep_their_order() {
        let mut tables = example_tables();
        for row in &mut tables.riparians {
            (row.water_satisfaction, row.energy_satisfaction) = (None, None);
            row.net_benefit_MUSD = 3.0;
        }
        assert_eq!(first(&tables), "storage-upper");
    }

    #[test]
    fn broken_promises_are_counted_by_place_and_policy() {
        let mut out = String::new();
        add_broken_promises(&mut out, &example_tables(), &example::policies());
        assert!(out.contains("| environment | sea |  | 1: 15.0 hm3 |"), "{out}");
        let mut out = String::new();
        add_broken_promises(&mut out, &Tables::default(), &example::policies());
        assert!(out.contains("None: every"), "{out}");
    }
}
