//! Cases of measures: of inequality, of a supply against a demand, of satisfaction turn by turn.

use mirab::fairness::inequality::{self, Aversion, Sample};
use mirab::fairness::performance::{self, Series};
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved, unknown_rule, wanted, words};
use crate::file::{Numbers, fields};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    supply: Vec<f64>,
    demand: Numbers,
}

/// `series`: how well a supply kept up with a demand.
pub fn series(rule: &str, input: Table) -> Solved {
    let Record { supply, demand } = fields(input)?;
    let demand = demand.spread(supply.len());
    let series = Series::new(supply, demand).map_err(words)?;
    let measure: fn(&Series) -> f64 = match rule {
        "reliability" => performance::reliability,
        "volumetric" => performance::volumetric,
        "resilience_conditional" => performance::resilience_conditional,
        "resilience_runs" => performance::resilience_runs,
        "vulnerability_mean_deficit" => performance::vulnerability_mean_deficit,
        "vulnerability_max" => performance::vulnerability_max,
        "vulnerability_relative" => performance::vulnerability_relative,
        "vulnerability_run_volume" => performance::vulnerability_run_volume,
        _ => return unknown_rule(rule),
    };
    Ok(Answer::of("value", vec![measure(&series)]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metric {
    x: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
    /// Atkinson's aversion.
    eps: Option<f64>,
    rel: Option<f64>,
    res: Option<f64>,
    vul: Option<f64>,
    si: Option<Vec<f64>>,
}

/// `metric`: one number about many, or the points of a curve.
pub fn metric(rule: &str, input: Table) -> Solved {
    let case: Metric = fields(input)?;
    let value = match rule {
        "sustainability" | "sustainability_geometric" | "sustainability_group" => {
            vec![case.sustainability(rule)?]
        }
        "owa" => {
            let weights = wanted(case.weights.as_deref(), "weights")?;
            vec![inequality::ordered_weighted_average(case.numbers()?, weights).map_err(words)?]
        }
        "generalized_lorenz" => inequality::generalised_lorenz(&case.sample(false)?),
        _ => vec![case.inequality(rule)?],
    };
    Ok(Answer::of("value", value))
}

impl Metric {
    fn numbers(&self) -> Result<&[f64], String> {
        wanted(self.x.as_deref(), "x")
    }

    /// The numbers, with weights where they are given.
    fn sample(&self, weighted: bool) -> Result<Sample, String> {
        let x = self.numbers()?;
        match &self.weights {
            Some(weights) => Sample::new(x, weights).map_err(words),
            None if weighted => wanted(None, "weights"),
            None => Sample::equal(x).map_err(words),
        }
    }

    /// A measure of inequality; one whose name ends in `_weighted` wants weights.
    fn inequality(&self, rule: &str) -> Result<f64, String> {
        let name = rule.strip_suffix("_weighted").unwrap_or(rule);
        let sample = self.sample(name != rule)?;
        Ok(match name {
            "gini" => inequality::gini(&sample),
            "hoover" => inequality::hoover(&sample),
            "jain" => inequality::jain(&sample),
            "theil_t" => inequality::theil(&sample),
            "theil_l" => inequality::theil_l(&sample),
            "atkinson" => {
                inequality::atkinson(&sample, Aversion::new(wanted(self.eps, "eps")?).map_err(words)?)
            }
            _ => return unknown_rule(rule),
        })
    }

    fn sustainability(&self, rule: &str) -> Result<f64, String> {
        if rule == "sustainability_group" {
            let (si, weights) =
                (wanted(self.si.as_deref(), "si")?, wanted(self.weights.as_deref(), "weights")?);
            return performance::sustainability_group(si, weights).map_err(words);
        }
        let index = match rule {
            "sustainability" => performance::sustainability,
            _ => performance::sustainability_geometric,
        };
        index(wanted(self.rel, "rel")?, wanted(self.res, "res")?, wanted(self.vul, "vul")?).map_err(words)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turns {
    /// A turn a row, a member a column.
    sat: Vec<Vec<f64>>,
}

/// `temporal`: the gap of cumulated satisfaction at the end, and the largest on the way.
pub fn temporal(rule: &str, input: Table) -> Solved {
    if rule != "turnwise_deficit_gap" {
        return unknown_rule(rule);
    }
    let gaps = performance::running_gap(&fields::<Turns>(input)?.sat).map_err(words)?;
    Ok(Answer::of("value", vec![gaps.last, gaps.largest]))
}
