//! The comparison as a table on the terminal: one row a riparian, one column a policy.
//!
//! It fits a width and begins a new block of columns where the policies do not.

use crate::scenario::Scenario;

use super::findings::findings;
use super::manifest::PolicyRun;
use super::summary::{Section, over_members, sections};
use super::tables::Tables;

/// The width the table is made for, in columns.
pub const WIDTH: usize = 100;

/// The longest piece of a policy's name that stands on one line.
const PIECE: usize = 14;

/// Blanks between columns.
const GAP: usize = 2;

/// The comparison of these policies as text: a title, the first finding, and the table.
pub fn comparison(tables: &Tables, scenario: &Scenario, policies: &[String], width: usize) -> String {
    let mut out = format!("{}\n", heading(scenario));
    if let Some(finding) = findings(tables, &scenario.basin, policies).first() {
        for line in wrapped(&finding.replace('`', ""), width) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.push_str(&table(&sections(tables, &scenario.basin, policies), policies, width));
    out
}

/// What holds over the members of an ensemble, as text: a title and a table.
pub fn ensemble(tables: &Tables, scenario: &Scenario, policies: &[String], members: u32) -> String {
    let sections = over_members(tables, policies, members);
    format!("{}\n{}", heading(scenario), table(&sections, policies, WIDTH))
}

/// The objective of a policy's program, and how its total benefit in the tables differs from it.
pub fn objective(run: &PolicyRun, tables: &Tables) -> String {
    let line = format!("Objective: {:.4} MUSD", run.objective);
    match tables.criterion(&run.name, "total_benefit").and_then(|benefit| head_gap(run.objective, benefit)) {
        Some(gap) => format!("{line}\n{gap}"),
        None => line,
    }
}

/// What a total benefit of the tables has to do with the objective it differs from; nothing where they
/// are the same as far as people read.
fn head_gap(objective: f64, benefit: f64) -> Option<String> {
    let share = 100.0 * (benefit - objective).abs() / objective.abs().max(1e-9);
    let than = if benefit < objective { "less" } else { "more" };
    (share >= 5e-4).then(|| {
        format!(
            "In the tables {benefit:.4} MUSD, {share:.2} % {than}: energy at true heads, which the program \
             approximates."
        )
    })
}

/// The scenario's title, name and time.
fn heading(scenario: &Scenario) -> String {
    let periods = &scenario.basin.horizon.periods;
    let Some(first) = periods.iter().next() else {
        return scenario.title.clone();
    };
    let last = periods.iter().last().map_or(first.first_day, |period| period.first_day);
    format!("{} ({}, {} to {})", scenario.title, scenario.name, month(first.first_day), month(last))
}

fn month(day: jiff::civil::Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The sections with a column a policy, in as many blocks as the width asks for.
pub(super) fn table(sections: &[Section], policies: &[String], width: usize) -> String {
    let labels = sections.iter().flat_map(|section| section.rows.iter().map(|row| length(&row.label) + 2));
    let label_width = labels.max().unwrap_or(0);
    let widths: Vec<usize> = (0..policies.len()).map(|k| column_width(sections, policies, k)).collect();
    let mut out = String::new();
    for block in blocks(&widths, width.saturating_sub(label_width)) {
        out.push('\n');
        out.push_str(&header(policies, &widths, &block, label_width));
        for section in sections {
            out.push_str(&section_text(section, &widths, &block, label_width));
        }
    }
    out
}

fn column_width(sections: &[Section], policies: &[String], column: usize) -> usize {
    let name = pieces(&policies[column]).iter().map(|piece| length(piece)).max().unwrap_or(0);
    let cells = sections.iter().flat_map(|section| section.rows.iter().map(|row| length(&row.cells[column])));
    cells.max().unwrap_or(0).max(name) + GAP
}

/// The columns of each block: as many as fit, at least one.
fn blocks(widths: &[usize], room: usize) -> Vec<Vec<usize>> {
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut used = 0;
    for (column, width) in widths.iter().enumerate() {
        match blocks.last_mut() {
            Some(block) if used + width <= room => {
                block.push(column);
                used += width;
            }
            _ => {
                blocks.push(vec![column]);
                used = *width;
            }
        }
    }
    blocks
}

/// The names of the policies, each on as many lines as its pieces, resting on the line below them.
fn header(policies: &[String], widths: &[usize], block: &[usize], label_width: usize) -> String {
    let names: Vec<Vec<String>> = block.iter().map(|&column| pieces(&policies[column])).collect();
    let height = names.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for line in 0..height {
        let mut text = " ".repeat(label_width);
        for (name, &column) in names.iter().zip(block) {
            let piece = (line + name.len()).checked_sub(height).map_or("", |k| name[k].as_str());
            text.push_str(&right(piece, widths[column]));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

fn section_text(section: &Section, widths: &[usize], block: &[usize], label_width: usize) -> String {
    let mut out = format!("{}\n", section.heading);
    for row in &section.rows {
        let mut text = format!("  {}", row.label);
        text.push_str(&" ".repeat(label_width.saturating_sub(length(&text))));
        for &column in block {
            text.push_str(&right(&row.cells[column], widths[column]));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

/// A policy's name in pieces that are not too long, broken after underscores where it can be.
fn pieces(name: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for part in name.split_inclusive('_') {
        let letters: Vec<char> = part.chars().collect();
        for chunk in letters.chunks(PIECE) {
            let chunk: String = chunk.iter().collect();
            match pieces.last_mut() {
                Some(last) if length(last) + length(&chunk) <= PIECE => last.push_str(&chunk),
                _ => pieces.push(chunk),
            }
        }
    }
    pieces
}

/// The words of a text on lines no wider than asked, but for a longer word.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(length(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;
    use crate::output::tables::tests::example_tables;

    fn five() -> Vec<String> {
        ["quota", "proportional", "max_min", "proportional_fair", "one_basin"].map(str::to_owned).to_vec()
    }

    /// The example's tables with the policies called otherwise.
    fn tables_of(policies: &[String]) -> Tables {
        let example = example_tables();
        let mut tables = Tables::default();
        for policy in policies {
            let own = |name: &str| name == "quota";
            let rows = example.riparians.iter().filter(|row| own(&row.policy)).cloned();
            tables.riparians.extend(rows.map(|mut row| {
                row.policy = policy.clone();
                row.benefit_MUSD *= 1234.0;
                row.net_benefit_MUSD *= 1234.0;
                row
            }));
            let rows = example.comparison.iter().filter(|row| own(&row.policy)).cloned();
            tables.comparison.extend(rows.map(|mut row| {
                row.policy = policy.clone();
                row
            }));
        }
        tables
    }

    fn text(policies: &[String]) -> String {
        table(&sections(&tables_of(policies), &example::basin(), policies), policies, WIDTH)
    }

    #[test]
    fn five_policies_fit_in_a_hundred_columns_in_one_block() {
        let text = text(&five());
        assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
        assert_eq!(text.matches("Net benefit, MUSD").count(), 1, "{text}");
        assert!(text.lines().any(|line| line.ends_with("one_basin") && line.contains("fair")), "{text}");
    }

    #[test]
    fn an_objective_at_assumed_heads_is_told_from_the_benefit_at_true_ones() {
        let gap = head_gap(12_299.8, 12_293.0).unwrap();
        assert!(gap.starts_with("In the tables 12293.0000 MUSD, 0.06 % less: "), "{gap}");
        assert!(length(&gap) <= WIDTH && !gap.contains('\n'), "{gap}");
        assert!(head_gap(100.0, 101.0).unwrap().contains("1.00 % more"));
        assert_eq!(head_gap(3.3, 3.300_000_1), None);
    }

    #[test]
    fn more_policies_begin_another_block() {
        let mut policies = five();
        policies.extend(["kalai_smorodinsky", "consortium", "irrigation_first", "barter"].map(str::to_owned));
        let text = text(&policies);
        assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
        assert_eq!(text.matches("Net benefit, MUSD").count(), 2, "{text}");
    }

    #[test]
    fn a_row_reads_from_the_label_to_the_last_policy() {
        let text = text(&five()[..2]);
        assert!(text.contains("Water delivered, % of claim, April-September\n  Uzbekistan"), "{text}");
        let row = text.lines().find(|line| line.contains("Worst-off")).unwrap();
        assert_eq!(row.split_whitespace().collect::<Vec<_>>()[4..], ["50.0", "50.0"]);
    }

    #[test]
    fn a_long_name_breaks_after_its_underscores_or_anywhere() {
        assert_eq!(pieces("proportional_fair"), ["proportional_", "fair"]);
        assert_eq!(pieces("max_min"), ["max_min"]);
        assert_eq!(pieces("antidisestablishment"), ["antidisestabli", "shment"]);
    }
}
