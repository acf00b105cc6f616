//! What the calculators print: an estate divided among claims, a game solved.
//!
//! It lays out numbers that are given to it; the rules are in [`crate::fairness`].

use super::numbers::{decimals, grouped, percent};
use super::summary::{Line, Section};
use super::terminal::{table, wrapped};

/// What stands in a cell without a number.
const NOTHING: &str = "-";

/// A claim and what is awarded on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Award {
    /// Who claims.
    pub claimant: String,
    /// How much.
    pub claim: f64,
    /// What is awarded, at most the claim.
    pub award: f64,
}

/// One rule's awards: claim, award, share of the claim in per cent, loss.
pub fn awards(estate: f64, rows: &[Award], width: usize) -> String {
    let columns = ["claim", "award", "% of claim", "loss"].map(str::to_owned);
    let mut all = rows.to_vec();
    all.push(Award {
        claimant: "Total".to_owned(),
        claim: rows.iter().map(|row| row.claim).sum(),
        award: rows.iter().map(|row| row.award).sum(),
    });
    let places = decimals(all.iter().flat_map(|row| [row.claim, row.award]));
    let show = |number: f64| grouped(number, places);
    let line = |row: &Award| {
        let share = if row.claim > 0.0 { percent(row.award / row.claim) } else { NOTHING.to_owned() };
        let cells = vec![show(row.claim), show(row.award), share, show(row.claim - row.award)];
        Line { label: row.claimant.clone(), cells }
    };
    let section = Section { heading: estate_heading(estate), rows: all.iter().map(line).collect() };
    table(&[section], &columns, width)
}

fn estate_heading(estate: f64) -> String {
    format!("Of an estate of {}", grouped(estate, decimals([estate])))
}

/// A column of numbers: its name, and a number a row where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The rule or solution.
    pub name: String,
    /// The numbers; none where the rule gives no answer.
    pub numbers: Option<Vec<f64>>,
}

/// The claims and the awards of several rules side by side.
pub fn awards_side_by_side(
    estate: f64,
    claimants: &[String],
    claims: &[f64],
    rules: &[Column],
    width: usize,
) -> String {
    let mut columns = vec![Column { name: "claim".to_owned(), numbers: Some(claims.to_vec()) }];
    columns.extend(rules.iter().cloned());
    let places = places(&columns);
    let section = Section { heading: estate_heading(estate), rows: rows(claimants, &columns, places) };
    table(&[section], &names(&columns), width)
}

/// What is left where the claims come to less than the estate; nothing where they do not.
pub fn left_over(estate: f64, left: f64) -> Option<String> {
    let places = decimals([estate, left]);
    (left > 0.0).then(|| {
        format!("Every claim is met; {} of {} is left over.", grouped(left, places), grouped(estate, places))
    })
}

/// A solution of a game, and how well it holds together.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// The solution's name.
    pub name: String,
    /// A share a player; none where the solution is not defined for the game.
    pub shares: Option<Vec<f64>>,
    /// Whether no coalition does better alone.
    pub in_core: Option<bool>,
    /// The highest propensity to disrupt among the players.
    pub propensity: Option<f64>,
    /// Deviation over mean of the players' power.
    pub stability: Option<f64>,
}

/// The players by solution, and below them what the solutions are like.
pub fn game(what: &str, players: &[String], alone: &[f64], solutions: &[Solved], width: usize) -> String {
    let mut columns = vec![Column { name: "alone".to_owned(), numbers: Some(alone.to_vec()) }];
    let column = |solved: &Solved| Column { name: solved.name.clone(), numbers: solved.shares.clone() };
    columns.extend(solutions.iter().map(column));
    let places = places(&columns);
    let shares = Section { heading: what.to_owned(), rows: rows(players, &columns, places) };
    table(&[shares, holding(solutions)], &names(&columns), width)
}

/// Whether each solution is in the core, and its indices of stability.
fn holding(solutions: &[Solved]) -> Section {
    let row = |label: &str, cell: &dyn Fn(&Solved) -> Option<String>| {
        let cells = solutions.iter().map(|solved| cell(solved).unwrap_or_else(|| NOTHING.to_owned()));
        Line { label: label.to_owned(), cells: [String::new()].into_iter().chain(cells).collect() }
    };
    let yes = |solved: &Solved| solved.in_core.map(|yes| if yes { "yes" } else { "no" }.to_owned());
    let rows = vec![
        row("In the core", &yes),
        row("Propensity to disrupt", &|solved| solved.propensity.map(|index| grouped(index, 3))),
        row("Stability index", &|solved| solved.stability.map(|index| grouped(index, 3))),
    ];
    Section { heading: "How it holds together".to_owned(), rows }
}

fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

fn places(columns: &[Column]) -> usize {
    decimals(columns.iter().flat_map(|column| column.numbers.iter().flatten().copied()))
}

/// A row a label and one for the totals, a cell a column.
fn rows(labels: &[String], columns: &[Column], places: usize) -> Vec<Line> {
    let cell = |column: &Column, number: &dyn Fn(&[f64]) -> f64| {
        column.numbers.as_ref().map_or_else(|| NOTHING.to_owned(), |numbers| grouped(number(numbers), places))
    };
    let row = |label: &str, number: &dyn Fn(&[f64]) -> f64| {
        let cells = columns.iter().map(|column| cell(column, number)).collect();
        Line { label: label.to_owned(), cells }
    };
    let each = labels.iter().enumerate().map(|(k, label)| row(label, &|numbers| numbers[k]));
    each.chain([row("Total", &|numbers| numbers.iter().sum())]).collect()
}

/// Names with what each means, a line each or more where the width asks for it.
pub fn glossary<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>, width: usize) -> String {
    let entries: Vec<_> = entries.collect();
    let indent = entries.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 4;
    let mut out = String::new();
    for (name, meaning) in entries {
        let lines = wrapped(meaning, width.saturating_sub(indent)).join(&format!("\n{}", " ".repeat(indent)));
        out.push_str(&format!("  {name:<pad$}{lines}\n", pad = indent - 2));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn award(claimant: &str, claim: f64, award: f64) -> Award {
        Award { claimant: claimant.to_owned(), claim, award }
    }

    #[test]
    fn awards_stand_beside_claims_and_losses() {
        let rows = [award("KG", 100.0, 50.0), award("UZ", 200.0, 75.0), award("AF", 0.0, 0.0)];
        let expected = "
         claim  award  % of claim  loss
Of an estate of 125
  KG       100     50        50.0    50
  UZ       200     75        37.5   125
  AF         0      0           -     0
  Total    300    125        41.7   175
";
        assert_eq!(awards(125.0, &rows, 100), expected);
    }

    #[test]
    fn what_has_no_answer_is_a_dash() {
        let labels = ["a".to_owned(), "b".to_owned()];
        let rules = [
            Column { name: "cea".to_owned(), numbers: Some(vec![0.5, 0.5]) },
            Column { name: "random_arrival".to_owned(), numbers: None },
        ];
        let text = awards_side_by_side(1.0, &labels, &[1.0, 1.0], &rules, 100);
        let row = text.lines().find(|line| line.trim_start().starts_with("a ")).unwrap();
        assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["a", "1.00000", "0.50000", "-"]);
    }

    #[test]
    fn what_is_left_over_is_said_and_nothing_is_not() {
        let line = left_over(700.0, 100.0).unwrap();
        assert_eq!(line, "Every claim is met; 100 of 700 is left over.");
        assert_eq!(left_over(600.0, 0.0), None);
    }
}
