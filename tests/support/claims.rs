//! Axioms of claims rules as questions to a rule and a problem, and slow ways to the awards of some rules.

use mirab::fairness::claims::{Claims, Rule};

pub fn problem(claims: &[f64], part: f64) -> Claims {
    Claims::new(part * numbers::total(claims), claims).unwrap()
}

/// The awards of a rule; the weights are used by the rules that take them.
pub fn awards(rule: Rule, problem: &Claims, weights: &[f64]) -> Vec<f64> {
    rule.divide(problem, rule.takes_weights().then_some(weights)).unwrap()
}

pub fn plain_rules() -> impl Iterator<Item = Rule> {
    Rule::ALL.iter().copied().filter(|rule| !rule.takes_weights())
}

/// Whether two award vectors agree but for rounding in their own size.
pub fn close(left: &[f64], right: &[f64]) -> bool {
    let size = right.iter().copied().fold(0.0, f64::max);
    left.len() == right.len() && left.iter().zip(right).all(|(x, y)| (x - y).abs() <= 1e-9 * size + 1e-30)
}

/// The table in the documentation: each rule without weights and, for each axiom, whether it is kept.
pub fn written_table() -> Vec<(Rule, Vec<bool>)> {
    let page = include_str!("../../src/fairness/claims/mod.rs");
    let lines = || page.lines().filter_map(|line| line.strip_prefix("//! |")).map(cells);
    let heads = lines().next().expect("a table");
    assert_eq!(heads[1..], AXIOMS.iter().map(|axiom| axiom.name).collect::<Vec<_>>());
    let row = |cells: Vec<&str>| {
        let name = cells[0].trim_matches(['[', ']', '`']);
        let rule = Rule::named(name).unwrap_or_else(|| panic!("no rule is called {name}"));
        (rule, cells[1..].iter().map(|cell| *cell == "+").collect())
    };
    lines().skip(2).map(row).collect()
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_end_matches('|').split('|').map(str::trim).collect()
}

/// A rule: what it awards for a problem.
type Awards<'a> = &'a dyn Fn(&Claims) -> Vec<f64>;

/// Something a rule may keep, as a question to its awards.
pub struct Axiom {
    pub name: &'static str,
    kept: fn(Awards<'_>, &Claims) -> bool,
}

pub fn breaks(rule: Rule, axiom: &Axiom, problem: &Claims) -> bool {
    !(axiom.kept)(&|problem| awards(rule, problem, &[]), problem)
}

pub const AXIOMS: [Axiom; 9] = [
    Axiom { name: "order", kept: keeps_order },
    Axiom { name: "dual", kept: is_self_dual },
    Axiom { name: "trunc", kept: truncates },
    Axiom { name: "rights", kept: gives_minimal_rights_first },
    Axiom { name: "up", kept: composes_up },
    Axiom { name: "down", kept: composes_down },
    Axiom { name: "cons", kept: is_consistent },
    Axiom { name: "null", kept: ignores_null_claims },
    Axiom { name: "c&d", kept: concedes_and_divides },
];

fn claims(estate: f64, claims: &[f64]) -> Claims {
    Claims::new(estate.max(0.0), claims.iter().map(|claim| claim.max(0.0)).collect::<Vec<_>>()).unwrap()
}

/// Whether two award vectors agree but for rounding in the size of the claims.
pub fn agree(problem: &Claims, left: &[f64], right: &[f64]) -> bool {
    left.iter().zip(right).all(|(x, y)| (x - y).abs() <= 1e-9 * (problem.total() + 1e-30))
}

fn keeps_order(rule: Awards<'_>, problem: &Claims) -> bool {
    let slack = 1e-9 * problem.total();
    let awards = rule(problem);
    let members: Vec<(f64, f64)> = problem.claims().iter().copied().zip(awards).collect();
    let ordered = |(small, low): (f64, f64), (large, high): (f64, f64)| {
        small > large || (low <= high + slack && small - low <= large - high + slack)
    };
    members.iter().all(|one| members.iter().all(|other| ordered(*one, *other)))
}

fn is_self_dual(rule: Awards<'_>, problem: &Claims) -> bool {
    let losses = rule(&claims(problem.shortfall(), problem.claims()));
    agree(problem, &rule(problem), &numbers::less(problem.claims(), &losses))
}

fn truncates(rule: Awards<'_>, problem: &Claims) -> bool {
    let truncated: Vec<f64> = problem.claims().iter().map(|claim| claim.min(problem.estate())).collect();
    agree(problem, &rule(problem), &rule(&claims(problem.estate(), &truncated)))
}

fn gives_minimal_rights_first(rule: Awards<'_>, problem: &Claims) -> bool {
    let others = |claim: &f64| problem.total() - claim;
    let rights: Vec<f64> =
        problem.claims().iter().map(|claim| (problem.estate() - others(claim)).max(0.0)).collect();
    let rest = problem.estate() - numbers::total(&rights);
    let then = rule(&claims(rest, &numbers::less(problem.claims(), &rights)));
    agree(problem, &rule(problem), &numbers::plus(&rights, &then))
}

fn composes_up(rule: Awards<'_>, problem: &Claims) -> bool {
    [0.25, 0.5, 0.75].iter().all(|part| {
        let first = rule(&claims(part * problem.estate(), problem.claims()));
        let rest = (1.0 - part) * problem.estate();
        let then = rule(&claims(rest, &numbers::less(problem.claims(), &first)));
        agree(problem, &rule(problem), &numbers::plus(&first, &then))
    })
}

fn composes_down(rule: Awards<'_>, problem: &Claims) -> bool {
    [0.25, 0.5, 0.75].iter().all(|part| {
        let hoped = rule(&claims(problem.estate() + part * problem.shortfall(), problem.claims()));
        agree(problem, &rule(problem), &rule(&claims(problem.estate(), &hoped)))
    })
}

fn is_consistent(rule: Awards<'_>, problem: &Claims) -> bool {
    let awards = rule(problem);
    let without = |values: &[f64], out: usize| [&values[..out], &values[out + 1..]].concat();
    (0..awards.len()).filter(|_| awards.len() > 1).all(|out| {
        let theirs = without(&awards, out);
        let anew = rule(&claims(numbers::total(&theirs), &without(problem.claims(), out)));
        agree(problem, &theirs, &anew)
    })
}

fn ignores_null_claims(rule: Awards<'_>, problem: &Claims) -> bool {
    let more = [problem.claims(), &[0.0]].concat();
    agree(problem, &rule(problem), &rule(&claims(problem.estate(), &more)))
}

fn concedes_and_divides(rule: Awards<'_>, problem: &Claims) -> bool {
    let &[one, other] = problem.claims() else { return true };
    let conceded = [problem.estate() - other, problem.estate() - one].map(|amount| amount.max(0.0));
    let half = (problem.estate() - conceded[0] - conceded[1]) / 2.0;
    agree(problem, &rule(problem), &conceded.map(|amount| amount + half))
}

/// Plain arithmetic on award vectors.
pub mod numbers {
    use mirab::fairness::claims::Claims;

    /// The sum, small terms first.
    pub fn total(values: &[f64]) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        pairwise(&sorted)
    }

    fn pairwise(values: &[f64]) -> f64 {
        if values.len() < 3 {
            return values.iter().sum();
        }
        let (low, high) = values.split_at(values.len() / 2);
        pairwise(low) + pairwise(high)
    }

    pub fn less(left: &[f64], right: &[f64]) -> Vec<f64> {
        left.iter().zip(right).map(|(x, y)| x - y).collect()
    }

    pub fn plus(left: &[f64], right: &[f64]) -> Vec<f64> {
        left.iter().zip(right).map(|(x, y)| x + y).collect()
    }

    /// The sums of the smallest, the two smallest, and so on.
    pub fn running(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_unstable_by(f64::total_cmp);
        (1..=values.len()).map(|count| values[..count].iter().sum()).collect()
    }

    /// Dominguez and Thomson's recursion as it is defined, until nothing is left that could be seen.
    pub fn step_by_step(problem: &Claims) -> Vec<f64> {
        let mut estate = problem.estate().min(problem.total());
        let mut claims = problem.claims().to_vec();
        let n = claims.len() as f64;
        for _ in 0..10_000 {
            let given: Vec<f64> = claims.iter().map(|claim| claim.min(estate) / n).collect();
            estate = (estate - total(&given)).max(0.0);
            claims = less(&claims, &given);
        }
        less(problem.claims(), &claims)
    }

    /// First come, first served, averaged over all orders.
    pub fn mean_over_orders(problem: &Claims) -> Vec<f64> {
        let mut awards = vec![0.0; problem.claims().len()];
        let mut order: Vec<usize> = (0..awards.len()).collect();
        let mut orders = 0.0;
        permute(&mut order, 0, &mut |order| {
            orders += 1.0;
            let mut rest = problem.estate();
            for &claimant in order {
                let award = problem.claims()[claimant].min(rest);
                awards[claimant] += award;
                rest -= award;
            }
        });
        awards.iter().map(|award| award / orders).collect()
    }

    fn permute(order: &mut [usize], from: usize, visit: &mut impl FnMut(&[usize])) {
        if from == order.len() {
            return visit(order);
        }
        for other in from..order.len() {
            order.swap(from, other);
            permute(order, from + 1, visit);
            order.swap(from, other);
        }
    }
}
