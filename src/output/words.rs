//! What settlements and Lorenz curves say, as Markdown: who pays whom, and which policy is better for all who
//! dislike inequality.
//!
//! Numbers are those of the tables; sentences that a settlement brings along are passed on.

use std::fmt::Write;

use crate::consortium::settlement::Settlement;
use crate::evaluation::rows::PaymentRow;
use crate::evaluation::{Dominance, FUND, dominance};
use crate::network::basin::Basin;

use super::numbers::number;
use super::summary::riparian_title;
use super::tables::Tables;

/// The section on payments: a list a settled policy, then what its settlement has to say; nothing where
/// nothing was settled.
pub(super) fn who_pays_whom(tables: &Tables, settlements: &[Settlement], basin: &Basin) -> String {
    let mut out = String::new();
    for settlement in settlements {
        let own: Vec<&PaymentRow> =
            tables.settlement.iter().filter(|row| row.policy == settlement.policy).collect();
        let _ = writeln!(out, "`{}`, {}:\n", settlement.policy, how(settlement));
        if own.is_empty() {
            out.push_str("- nobody pays anything\n");
        }
        for row in own {
            let _ = writeln!(out, "- {}", payment(row, basin));
        }
        for finding in &settlement.findings {
            let _ = writeln!(out, "- {finding}");
        }
        out.push('\n');
    }
    if out.is_empty() { out } else { format!("### Who pays whom\n\n{out}") }
}

/// By which rule, and against what.
fn how(settlement: &Settlement) -> String {
    match &settlement.against {
        Some(against) => format!("settled by {} against `{against}`", settlement.rule.replace('_', " ")),
        None => "which says itself who gives what".to_owned(),
    }
}

fn party<'a>(basin: &'a Basin, name: &'a str) -> &'a str {
    if name == FUND { "the reserve fund" } else { riparian_title(basin, name) }
}

fn payment(row: &PaymentRow, basin: &Basin) -> String {
    let (from, to) = (party(basin, &row.from), party(basin, &row.to));
    let kind = match row.in_kind.as_str() {
        "money" => String::new(),
        kind if row.amount_GWh > 0.0 => format!(" as {} GWh of {kind}", number(row.amount_GWh)),
        kind => format!(" in {kind}"),
    };
    let purpose = if row.purpose.is_empty() { String::new() } else { format!(" ({})", row.purpose) };
    format!("{from} pays {to} {} MUSD{kind}{purpose}", number(row.amount_MUSD))
}

/// The section on generalised Lorenz curves; nothing for a single policy.
pub(super) fn lorenz_order(tables: &Tables, policies: &[String]) -> String {
    let found = dominance(&tables.comparison, policies);
    if found.len() < 2 {
        return String::new();
    }
    let mut out = "### Which needs are met better, however much one dislikes inequality\n\nA policy whose \
                   generalised Lorenz curve of the riparians' mean needs lies above another's is better for whoever \
                   wants more met and dislikes inequality. Where curves cross, it depends on how much one dislikes \
                   it, and the policies are not ranked.\n\n"
        .to_owned();
    for sentence in in_words(&found) {
        let _ = writeln!(out, "- {sentence}");
    }
    out.push('\n');
    out
}

/// A sentence for every policy above others, then for those that are the same or cross, each pair once.
fn in_words(found: &[Dominance]) -> Vec<String> {
    let above = found.iter().filter(|own| !own.above.is_empty()).map(|own| above_in_words(own, found.len()));
    let pairs = |k: usize, others: &[String]| -> Vec<String> {
        let later = |name: &&String| found[k + 1..].iter().any(|own| own.policy == **name);
        others.iter().filter(later).cloned().collect()
    };
    let same = |k: usize| {
        let others = pairs(k, &found[k].same);
        (!others.is_empty()).then(|| {
            format!(
                "`{}` has the same curve as {}, to a tenth of a point.",
                found[k].policy,
                named(&others, "")
            )
        })
    };
    let cross = |k: usize| {
        let others = pairs(k, &found[k].crosses);
        (!others.is_empty())
            .then(|| format!("`{}`'s curve crosses {}.", found[k].policy, named(&others, "'s")))
    };
    let count = found.len();
    above.chain((0..count).filter_map(same)).chain((0..count).filter_map(cross)).collect()
}

fn above_in_words(own: &Dominance, count: usize) -> String {
    if own.above.len() + 1 == count && count > 2 {
        return format!("`{}`'s curve lies above all others everywhere.", own.policy);
    }
    format!("`{}`'s curve lies above {} everywhere.", own.policy, named(&own.above, "'s"))
}

/// Policies in a sentence: `` `a`, `b` and `c` ``, each with an ending.
fn named(names: &[String], ending: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`{ending}")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [name] => name.clone(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;
    use crate::output::tables::tests::example_tables;

    fn own(policy: &str, above: &[&str], crosses: &[&str], same: &[&str]) -> Dominance {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Dominance {
            policy: policy.to_owned(),
            above: names(above),
            crosses: names(crosses),
            same: names(same),
        }
    }

    #[test]
    fn curves_above_alike_and_crossing_are_told_each_once() {
        let found = [
            own("max_min", &["quota", "twin"], &["rich"], &[]),
            own("quota", &[], &["rich"], &["twin"]),
            own("rich", &[], &["max_min", "quota", "twin"], &[]),
            own("twin", &[], &["rich"], &["quota"]),
        ];
        assert_eq!(
            in_words(&found),
            [
                "`max_min`'s curve lies above `quota`'s and `twin`'s everywhere.",
                "`quota` has the same curve as `twin`, to a tenth of a point.",
                "`max_min`'s curve crosses `rich`'s.",
                "`quota`'s curve crosses `rich`'s.",
                "`rich`'s curve crosses `twin`'s.",
            ]
        );
    }

    #[test]
    fn a_curve_above_all_others_is_said_to_be() {
        let found = [own("a", &["b", "c"], &[], &[]), own("b", &["c"], &[], &[]), own("c", &[], &[], &[])];
        assert_eq!(in_words(&found)[0], "`a`'s curve lies above all others everywhere.");
        assert_eq!(in_words(&found)[1], "`b`'s curve lies above `c`'s everywhere.");
    }

    #[test]
    fn payments_are_told_with_names_and_the_settlements_own_words() {
        let (mut tables, basin) = (example_tables(), example::basin());
        let mut settlement = example::settlement();
        settlement.payments[0].in_kind = "electricity".to_owned();
        settlement.payments[0].amount_GWh = 125.0;
        tables.settle(&[settlement.clone()], &basin);
        let text = who_pays_whom(&tables, &[settlement], &basin);
        assert!(text.contains("`quota`, settled by shapley against `autarky`:"), "{text}");
        let kg = "- Uzbekistan pays Kyrgyzstan 5.00 MUSD as 125 GWh of electricity (storage)\n";
        assert!(text.contains(kg), "{text}");
        assert!(text.contains("- Uzbekistan pays the reserve fund 1.00 MUSD (storage)\n"), "{text}");
        assert!(text.contains("- Nobody is worse off than under `autarky`.\n"), "{text}");
        assert_eq!(who_pays_whom(&tables, &[], &basin), "");
    }

    #[test]
    fn two_policies_are_ordered_and_one_is_not() {
        let tables = example_tables();
        let text = lorenz_order(&tables, &example::policies());
        assert!(text.contains("- `one_basin`'s curve lies above `quota`'s everywhere.\n"), "{text}");
        assert_eq!(lorenz_order(&tables, &["quota".to_owned()]), "");
    }
}
