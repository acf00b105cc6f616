//! The findings of a run in words: who is worst off, what fairness costs, what reaches the sea.
//!
//! Sentences are written from the tables alone and say so when policies do not differ.

use crate::evaluation::{AUTARKY, Need, NeedKind, needs};
use crate::network::basin::Basin;
use crate::quantity::calendar::Season;

use super::numbers::{index, number, percent};
use super::summary::riparian_title;
use super::tables::Tables;

/// Shares and indices that differ by less are not told apart.
const SAME_SHARE: f64 = 0.005;

/// A need that is met this little better than the worst is as badly off.
const AS_BAD: f64 = 5e-4;

/// Sums that differ by less, relative to the larger, are not told apart.
const SAME_SUM: f64 = 0.005;

/// A loss against autarky that is smaller is none, MUSD.
const SAME_GAIN: f64 = 0.5;

/// The findings of a run, the most telling first.
pub fn findings(tables: &Tables, basin: &Basin, policies: &[String]) -> Vec<String> {
    let sheet = Sheet { tables, basin, policies };
    let told = [
        sheet.worst_off(),
        sheet.inequality(),
        sheet.price_of_fairness(),
        sheet.going_alone(),
        sheet.gains_over_autarky(),
        sheet.sums("unserved_winter", "GWh", "Electricity not served in October-March"),
        sheet.sums("aral_inflow", "hm3", "What reaches the Aral Sea and its deltas"),
        sheet.sums("environment_shortfall", "hm3", "What environmental flows lack"),
    ];
    told.into_iter().flatten().collect()
}

struct Sheet<'a> {
    tables: &'a Tables,
    basin: &'a Basin,
    policies: &'a [String],
}

/// A value and the policy it belongs to.
#[derive(Clone, Copy)]
struct Mark<'a> {
    policy: &'a str,
    value: f64,
}

impl<'a> Sheet<'a> {
    /// The policies with the least and the greatest value; nothing where no policy has one.
    fn range(&self, value: impl Fn(&'a str) -> Option<f64>) -> Option<(Mark<'a>, Mark<'a>)> {
        let marks: Vec<Mark<'a>> = self
            .policies
            .iter()
            .filter_map(|policy| value(policy).map(|value| Mark { policy, value }))
            .collect();
        let first = *marks.first()?;
        let least = marks.iter().fold(first, |best, mark| if mark.value < best.value { *mark } else { best });
        let most = marks.iter().fold(first, |best, mark| if mark.value > best.value { *mark } else { best });
        Some((least, most))
    }

    /// A policy's needs, the worst first.
    fn worst_needs(&self, policy: &str) -> Vec<Need> {
        let rows = self.tables.riparians.iter().filter(|row| row.policy == policy);
        let mut needs = needs(rows);
        needs.sort_by(|a, b| a.satisfaction.total_cmp(&b.satisfaction));
        needs
    }

    /// The worst need of a policy, and how many others are as badly met.
    fn worst_needs_in_words(&self, policy: &str) -> Option<String> {
        let needs = self.worst_needs(policy);
        let worst = needs.first()?;
        let alike =
            needs.iter().skip(1).filter(|need| need.satisfaction - worst.satisfaction < AS_BAD).count();
        let others = match alike {
            0 => String::new(),
            1 => ", and one other alike".to_owned(),
            _ => format!(", and {alike} others alike"),
        };
        Some(format!("{}{others}", self.need_in_words(worst)))
    }

    fn worst_off(&self) -> Option<String> {
        let (least, most) =
            self.range(|policy| self.worst_needs(policy).first().map(|need| need.satisfaction))?;
        if least.value > 1.0 - SAME_SHARE {
            return Some(format!(
                "{} meets every need to {} % or more.",
                self.subject(),
                percent(least.value)
            ));
        }
        let told = |mark: Mark<'_>| self.worst_needs_in_words(mark.policy);
        if most.value - least.value < SAME_SHARE {
            return Some(format!(
                "The worst-off need is met to {} % under {}: {}.",
                percent(least.value),
                if self.policies.len() == 1 {
                    format!("`{}`", least.policy)
                } else {
                    "every policy".to_owned()
                },
                told(least)?
            ));
        }
        Some(format!(
            "The worst-off need is met to {} % under `{}` ({}), but only to {} % under `{}` ({}).",
            percent(most.value),
            most.policy,
            told(most)?,
            percent(least.value),
            least.policy,
            told(least)?
        ))
    }

    fn need_in_words(&self, need: &Need) -> String {
        let kind = match need.kind {
            NeedKind::Water => "water",
            NeedKind::Energy => "electricity",
        };
        let season = Season::ALL.into_iter().find(|season| season.name() == need.season);
        let when = season.map_or(need.season.as_str(), |season| season.months());
        format!("{kind} of {}, {when}", riparian_title(self.basin, &need.riparian))
    }

    fn subject(&self) -> String {
        match self.policies {
            [policy] => format!("`{policy}`"),
            _ => "Every policy".to_owned(),
        }
    }

    fn inequality(&self) -> Option<String> {
        let (least, most) = self.range(|policy| self.tables.criterion(policy, "gini_need"))?;
        if self.policies.len() == 1 || most.value - least.value < SAME_SHARE {
            return Some(format!(
                "The Gini coefficient of the riparians' mean needs is {}{}.",
                index(most.value),
                if self.policies.len() == 1 { "" } else { " under every policy, to half a hundredth" }
            ));
        }
        Some(format!(
            "Needs are met most equally under `{}` (Gini {}) and least under `{}` (Gini {}).",
            least.policy,
            index(least.value),
            most.policy,
            index(most.value)
        ))
    }

    fn price_of_fairness(&self) -> Option<String> {
        let price = |policy: &str| self.tables.criterion(policy, "price_of_fairness");
        let (_, dearest) = self.range(price)?;
        let (_, most) = self.range(|policy| self.tables.criterion(policy, "total_benefit"))?;
        if dearest.value < SAME_SHARE {
            return (self.policies.len() > 1).then(|| {
                format!(
                    "Total benefit hardly depends on the policy: {} MUSD at most, and no policy costs more than {} % of it.",
                    number(most.value),
                    percent(dearest.value.max(0.0))
                )
            });
        }
        Some(format!(
            "The basin as one would gain {} MUSD; `{}` gives up most of it, {} %.",
            number(self.tables.criterion("one_basin", "total_benefit").unwrap_or(most.value)),
            dearest.policy,
            percent(dearest.value)
        ))
    }

    /// What going alone costs, where the price of fairness does not already say it.
    fn going_alone(&self) -> Option<String> {
        let price = self.tables.criterion(AUTARKY, "price_of_non_cooperation")?;
        let (_, dearest) = self.range(|policy| self.tables.criterion(policy, "price_of_fairness"))?;
        if dearest.policy == AUTARKY && dearest.value >= SAME_SHARE {
            return None;
        }
        let price = percent(price.max(0.0));
        Some(format!("Each for itself (`{AUTARKY}`), the basin gains {price} % less than it would as one."))
    }

    /// Who would rather have autarky, and under which policies nobody would.
    fn gains_over_autarky(&self) -> Option<String> {
        let least: Vec<(&str, &str, f64)> = self.policies.iter().filter_map(|p| self.least_gain(p)).collect();
        let worst = least.iter().min_by(|a, b| a.2.total_cmp(&b.2))?;
        let (policy, riparian, gain) = *worst;
        let content: Vec<String> =
            least.iter().filter(|own| own.2 >= -SAME_GAIN).map(|own| format!("`{}`", own.0)).collect();
        if gain >= -SAME_GAIN {
            return Some(format!("Nobody has less than under `{AUTARKY}`, whichever policy is chosen."));
        }
        let who = riparian_title(self.basin, riparian);
        let loss = format!("under `{policy}` {who} has {} MUSD less", number(-gain));
        Some(match content.as_slice() {
            [] => format!("Under every policy somebody has less than under `{AUTARKY}`; {loss}."),
            _ => format!("Nobody has less than under `{AUTARKY}` under {}; {loss}.", content.join(", ")),
        })
    }

    /// The riparian that gains least over autarky under a policy, MUSD.
    fn least_gain(&self, policy: &'a str) -> Option<(&'a str, &'a str, f64)> {
        let own = self.tables.comparison.iter().filter(|row| row.policy == policy && policy != AUTARKY);
        let gains = own.filter(|row| row.criterion == "gain_over_autarky");
        let gains = gains.filter_map(|row| Some((policy, row.riparian.as_deref()?, row.value)));
        gains.min_by(|a, b| a.2.total_cmp(&b.2))
    }

    fn sums(&self, criterion: &str, unit: &str, what: &str) -> Option<String> {
        let (least, most) = self.range(|policy| self.tables.criterion(policy, criterion))?;
        if most.value < 0.5 {
            return None;
        }
        if self.policies.len() == 1 || most.value - least.value < SAME_SUM * most.value {
            return Some(format!("{what}: {} {unit}{}.", number(most.value), self.everywhere()));
        }
        Some(format!(
            "{what}: from {} {unit} under `{}` to {} {unit} under `{}`.",
            number(least.value),
            least.policy,
            number(most.value),
            most.policy
        ))
    }

    fn everywhere(&self) -> &'static str {
        if self.policies.len() == 1 { "" } else { " under every policy" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{compare, example, riparians, settle};
    use crate::output::tables::tests::example_tables;

    #[test]
    fn the_findings_name_policy_riparian_and_season() {
        let mut tables = example_tables();
        for row in &mut tables.riparians {
            if row.policy == "one_basin" && row.season == "non_vegetation" && row.riparian == "UZ" {
                row.water_satisfaction = Some(0.7);
            }
        }
        let findings = findings(&tables, &example::basin(), &example::policies());
        assert_eq!(
            findings[0],
            "The worst-off need is met to 70.0 % under `one_basin` (water of Uzbekistan, October-March), but only \
             to 50.0 % under `quota` (water of Uzbekistan, October-March)."
        );
        assert_eq!(findings[2], "The basin as one would gain 152 MUSD; `quota` gives up most of it, 13.2 %.");
        assert_eq!(
            findings[4],
            "What reaches the Aral Sea and its deltas: from 215 hm3 under `one_basin` to 231 hm3 under `quota`."
        );
    }

    #[test]
    fn policies_that_do_not_differ_are_said_not_to() {
        let findings = findings(&example_tables(), &example::basin(), &example::policies());
        assert_eq!(
            findings[0],
            "The worst-off need is met to 50.0 % under every policy: water of Uzbekistan, October-March."
        );
    }

    #[test]
    fn needs_as_badly_met_as_the_worst_are_counted() {
        let mut tables = example_tables();
        for row in tables.riparians.iter_mut().filter(|row| row.season == "vegetation") {
            row.energy_satisfaction = Some(0.5);
        }
        let findings = findings(&tables, &example::basin(), &example::policies());
        assert!(
            findings[0].ends_with("electricity of Kyrgyzstan, April-September, and 2 others alike."),
            "{findings:?}"
        );
    }

    #[test]
    fn the_price_of_going_alone_is_told_once() {
        let mut tables = example_tables();
        tables
            .comparison
            .iter_mut()
            .filter(|row| row.policy == "quota")
            .for_each(|row| row.policy = AUTARKY.into());
        let mut price =
            tables.comparison.iter().find(|row| row.criterion == "price_of_fairness").unwrap().clone();
        price.criterion = "price_of_non_cooperation".to_owned();
        tables.comparison.push(price.clone());
        let policies = [AUTARKY, "one_basin", "dear"].map(str::to_owned);
        let told = |tables: &Tables| findings(tables, &example::basin(), &policies).join(" ");
        assert!(!told(&tables).contains("Each for itself") && told(&tables).contains("13.2 %"));
        (price.policy, price.criterion, price.value) = ("dear".into(), "price_of_fairness".into(), 0.3);
        tables.comparison.push(price);
        assert!(
            told(&tables).contains("Each for itself (`autarky`), the basin gains 13.2 % less"),
            "{}",
            told(&tables)
        );
    }

    #[test]
    fn who_would_rather_have_autarky_is_named() {
        let (record, basin) = (example::record(), example::basin());
        let policies = ["quota", "autarky"].map(str::to_owned);
        let mut rows: Vec<_> =
            example::policies().iter().flat_map(|policy| riparians(&record, &basin, policy)).collect();
        for row in rows.iter_mut().filter(|row| row.policy == "one_basin") {
            row.policy = "autarky".to_owned();
        }
        settle(&mut rows, &[example::settlement()], &basin);
        let comparison = compare(&record, &rows, &basin, &policies, &[example::settlement()]);
        let tables = Tables { riparians: rows, comparison, ..Tables::default() };
        let findings = findings(&tables, &basin, &policies);
        let said = "Under every policy somebody has less than under `autarky`; under `quota` Uzbekistan has 26.0 MUSD \
                    less.";
        assert!(findings.iter().any(|finding| finding == said), "{findings:?}");
    }

    #[test]
    fn a_single_policy_is_not_compared() {
        let findings = findings(&example_tables(), &example::basin(), &["quota".to_owned()]);
        assert!(findings.iter().all(|finding| !finding.contains("every policy")), "{findings:?}");
        assert!(findings[0].contains("under `quota`: water"));
    }
}
