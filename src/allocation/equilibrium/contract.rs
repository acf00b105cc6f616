//! The plan under contracts: each for itself as in autarky, with the owners of reservoirs bound to let out more in
//! April-September, then a joint dispatch in which the energy agreed on is sent.
//!
//! The rounds start from the status quo's plan, whose owners are now bound by `sum of R >= that of the status quo + V`. With
//! the water as it stands then, the partners' net receipts of April-September rise by the summer power `X_j` over the status
//! quo's and an owner's of October-March by what they give back, as far as lines can carry it. Where nothing more is to be
//! let out the status quo stands.

use crate::energy::hydropower::Yields;
use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::calendar::Season;
use crate::quantity::index::{PeriodIdx, Table};
use crate::quantity::total::Total;
use crate::solver::Solver;
use crate::solver::interior_point::InteriorPoint;

use super::super::allocate::{Allocation, Effort};
use super::super::barter::{Contract, Exchange, Promise, Receipt, Returned};
use super::super::plan::Plan;
use super::super::policy::Equilibrium;
use super::super::status_quo::StatusQuo;
use super::super::terms::InKind;
use super::super::unsolved::Unsolved;
use super::super::window::Window;
use super::{Game, order};

/// Volumes and energies up to this are not told apart from nothing, hm3 or GWh: plans are known to no less.
const NOTICED: f64 = 1.0;
/// What a solver leaves open of a net receipt, GWh.
const HAIR: f64 = 1e-3;
/// A receipt where a line is full already: no more than what smoothing leaves, GWh.
const HARDLY_ANY: f64 = 0.1;

/// Allocates a window under contracts, of which no two have the same owner.
///
/// # Errors
/// Limits that contradict each other, or a solver that stops without an answer.
pub(in crate::allocation) fn allocate_under(
    window: Window<'_>,
    (rule, contracts): (&Equilibrium, &[Contract]),
    status_quo: &StatusQuo,
    solver: &dyn Solver,
) -> Result<Allocation, Unsolved> {
    let yields = status_quo.plan.yields(window);
    let (mut deals, mut warnings) = (Vec::new(), Vec::new());
    for contract in contracts {
        match Promise::of(window.basin, contract, &status_quo.plan) {
            Some(promise) if promise.more > 0.0 => {
                let (basin, before) = (window.basin, &status_quo.plan);
                deals.push(Deal { basin, contract, promise, before, yields: &yields });
            }
            Some(_) => {}
            None => warnings.push(absent(contract)),
        }
    }
    if deals.is_empty() {
        return Ok(standing(status_quo, yields, warnings));
    }
    let own = InteriorPoint::default();
    let mut game = Game::new(window, order(window.basin, rule), &own);
    game.promises = deals.iter().map(|deal| deal.promise.clone()).collect();
    let water = game.rounds(turbining_what_passes(window, &status_quo.plan, &yields), rule.rounds)?;
    let water = game.carried(&water)?;
    game.solver = solver;
    let yields = water.yields(window);
    let exchanged = game.exchange(&deals, &water, &yields)?;
    let head_gap = exchanged.plan.head_gap(window, &yields);
    warnings.extend(std::mem::take(&mut game.effort.warnings));
    Ok(exchanged.finish(&deals, Effort { head_gap, warnings, ..game.effort }, yields))
}

/// The plan with all that passes its turbines going through them, as far as they take it. What a status quo turbines in a wet
/// month is one of many dispatches that are as good, and the first heads of the rounds must not hang on which
/// (docs/decisions/0017).
fn turbining_what_passes(window: Window<'_>, plan: &Plan, yields: &Yields) -> Plan {
    let basin = window.basin;
    let mut turbining = plan.clone();
    for (h, plant) in basin.plants.enumerate() {
        let through = |t: PeriodIdx| {
            let most = plant.most_turbined(t, basin.horizon.periods[t].days, yields.of(h, t));
            plan.flow[plant.reach][t].min(most)
        };
        turbining.turbined[h] = Table::from_fn(basin.horizon.len(), through);
    }
    turbining
}

/// The status quo as it is: nothing is exchanged.
fn standing(status_quo: &StatusQuo, yields: Yields, warnings: Vec<String>) -> Allocation {
    let (plan, benefit) = (status_quo.plan.clone(), status_quo.benefits.iter().sum());
    let effort = Effort { warnings, ..Effort::default() };
    Allocation { plan, prices: None, benefit, yields, levels: Vec::new(), effort }
}

/// Says that a contract of the catalogue is not about this basin.
fn absent(contract: &Contract) -> String {
    let Contract { owner, reservoir, .. } = contract;
    format!("the basin has no reservoir {reservoir} of {owner}: nothing is exchanged by that contract")
}

/// A contract and what it is counted from.
struct Deal<'d> {
    basin: &'d Basin,
    contract: &'d Contract,
    promise: Promise,
    before: &'d Plan,
    /// The yields at the status quo's heads.
    yields: &'d Yields,
}

/// The summer power of the partners of a contract, GWh.
type Power = Vec<(RiparianIdx, f64)>;

/// A plan under contracts, and what is exchanged by it.
struct Exchanged {
    plan: Plan,
    benefit: f64,
    exchanges: Vec<Exchange>,
    /// The summer power agreed on, by contract.
    agreed: Vec<Power>,
}

impl Game<'_, '_> {
    /// The joint dispatch with the energy that is sent to the partners and comes back.
    fn exchange(&mut self, deals: &[Deal<'_>], water: &Plan, yields: &Yields) -> Result<Exchanged, Unsolved> {
        let receipts = |power: &[Power]| -> Vec<Receipt> {
            deals.iter().zip(power).flat_map(|(deal, power)| deal.receipts(power)).collect()
        };
        let free = self.dispatch(water, yields, &[])?.0;
        let agreed: Vec<Power> = deals.iter().map(|deal| deal.agreed(&free, yields)).collect();
        let first = self.dispatch(water, yields, &receipts(&agreed))?;
        let own = deals.iter().zip(&agreed);
        let carried: Vec<Power> = own.map(|(deal, agreed)| deal.carried(agreed, &first.0)).collect();
        let (plan, benefit) = match carried == agreed {
            true => first,
            false => self.dispatch(water, yields, &receipts(&carried))?,
        };
        let own = deals.iter().zip(&carried);
        let exchanges = own.flat_map(|(deal, carried)| deal.exchanges(carried, &plan)).collect();
        Ok(Exchanged { plan, benefit, exchanges, agreed })
    }
}

impl Deal<'_> {
    /// The summer power of each partner who is in the basin, GWh: its share of `X = k V`.
    fn agreed(&self, plan: &Plan, yields: &Yields) -> Power {
        let released = self.promise.kept(plan).clamp(0.0, self.promise.more);
        let made = || self.generated(plan, yields) - self.generated(self.before, self.yields);
        let power = self.contract.kWh_per_m3.map_or_else(made, |k| k * released).max(0.0);
        let partner = |name: &String| {
            Some((self.basin.riparian_named(name)?, self.contract.share_of_this_year(name) * power))
        };
        self.contract.partners.keys().filter_map(partner).collect()
    }

    /// What the owner's plants make in April-September, GWh.
    fn generated(&self, plan: &Plan, yields: &Yields) -> f64 {
        let own = self.basin.plants.enumerate().filter(|(_, plant)| plant.riparian == self.promise.owner);
        let of = |h| -> f64 {
            let summer = self.basin.horizon.periods_in(Season::Vegetation);
            summer.map(|t| yields.of(h, t) * plan.turbined[h][t]).sum()
        };
        own.map(|(h, _)| of(h)).sum()
    }

    fn summer(&self, partner: RiparianIdx, more: f64) -> Receipt {
        self.beyond(Receipt {
            giver: self.promise.owner,
            taker: partner,
            season: Season::Vegetation,
            least: more,
        })
    }

    fn winter(&self, partner: RiparianIdx, more: f64) -> Receipt {
        self.beyond(Receipt {
            giver: partner,
            taker: self.promise.owner,
            season: Season::NonVegetation,
            least: more,
        })
    }

    /// The receipt of so much more than under the status quo.
    fn beyond(&self, receipt: Receipt) -> Receipt {
        Receipt { least: receipt.least + receipt.net(self.basin, self.before), ..receipt }
    }

    fn returned(&self, partner: RiparianIdx, summer: f64) -> Returned<'_> {
        Returned { contract: self.contract, owner: self.promise.owner, partner, summer }
    }

    /// What is received for such summer power, there and back; a season that is not in the horizon carries nothing.
    fn receipts(&self, power: &[(RiparianIdx, f64)]) -> Vec<Receipt> {
        let both = |&(partner, summer): &(RiparianIdx, f64)| {
            let back = self.returned(partner, summer).by_line();
            [self.summer(partner, summer), self.winter(partner, back)]
        };
        let seasons = self.basin.horizon.seasons();
        power.iter().flat_map(both).filter(|receipt| seasons.contains(&receipt.season)).collect()
    }

    /// How much of the summer power a plan carries: all of it, but for what a solver leaves open, or what there is.
    fn carried(&self, agreed: &[(RiparianIdx, f64)], plan: &Plan) -> Power {
        let own = |&(partner, summer): &(RiparianIdx, f64)| {
            (partner, all_or(summer, summer + self.missing(self.summer(partner, summer), plan)))
        };
        agreed.iter().map(own).collect()
    }

    /// What a plan has beyond a receipt, GWh; below 0 where it falls short.
    fn missing(&self, receipt: Receipt, plan: &Plan) -> f64 {
        receipt.net(self.basin, plan) - receipt.least
    }

    /// The ledger: summer power there, energy back.
    fn exchanges(&self, carried: &[(RiparianIdx, f64)], plan: &Plan) -> Vec<Exchange> {
        let mut all = Vec::new();
        for &(partner, summer) in carried.iter().filter(|own| own.1 > HAIR) {
            all.push(Exchange {
                giver: self.promise.owner,
                taker: partner,
                kind: InKind::Electricity,
                season: Season::Vegetation,
                promised_GWh: summer,
                delivered_GWh: summer,
            });
            let returned = self.returned(partner, summer);
            let by_line = returned.by_line();
            let is_winter = self.basin.horizon.seasons().contains(&Season::NonVegetation);
            let sent = by_line + self.missing(self.winter(partner, by_line), plan);
            all.extend(returned.entries(if is_winter { all_or(by_line, sent) } else { 0.0 }));
        }
        all
    }
}

impl Exchanged {
    fn finish(self, deals: &[Deal<'_>], mut effort: Effort, yields: Yields) -> Allocation {
        for (deal, agreed) in deals.iter().zip(&self.agreed) {
            effort.warnings.extend(self.warnings(deal, agreed));
        }
        effort.exchanges = self.exchanges;
        let Exchanged { plan, benefit, .. } = self;
        Allocation { plan, prices: None, benefit, yields, levels: Vec::new(), effort }
    }

    /// What of a contract could not be kept.
    fn warnings(&self, deal: &Deal<'_>, agreed: &[(RiparianIdx, f64)]) -> Vec<String> {
        let (kept, more) = (deal.promise.kept(&self.plan), deal.promise.more);
        let released = (kept < more - NOTICED).then(|| {
            format!(
                "{} lets out {:.0} hm3 more in April-September than the status quo, {more:.0} are promised",
                deal.contract.reservoir,
                kept.round() + 0.0
            )
        });
        released.into_iter().chain(agreed.iter().flat_map(|own| self.not_carried(deal, *own))).collect()
    }

    /// What the lines between the owner and a partner could not carry.
    fn not_carried(&self, deal: &Deal<'_>, (partner, agreed): (RiparianIdx, f64)) -> Vec<String> {
        let owner = deal.promise.owner;
        let sum = |(giver, taker): (RiparianIdx, RiparianIdx), season: Season| -> f64 {
            let own = self.exchanges.iter().filter(|own| (own.giver, own.taker) == (giver, taker));
            let by_line = own.filter(|own| own.season == season && own.kind == InKind::Electricity);
            by_line.map(|own| own.delivered_GWh).total()
        };
        let summer = sum((owner, partner), Season::Vegetation);
        let by_line = deal.returned(partner, summer).by_line();
        let winter = sum((partner, owner), Season::NonVegetation);
        let name = |i: RiparianIdx| &deal.basin.riparians[i].name;
        let (owner, partner) = (name(owner), name(partner));
        let there = (summer < agreed - NOTICED).then(|| {
            format!("lines carry {summer:.0} of {agreed:.0} GWh of summer power from {owner} to {partner}; the rest is not given and nothing is due for it")
        });
        let back = (winter < by_line - NOTICED).then(|| {
            format!("lines carry {winter:.0} of {by_line:.0} GWh back from {partner} to {owner} in October-March; the rest is paid in money")
        });
        there.into_iter().chain(back).collect()
    }
}

/// All that is asked for, unless what there is falls short of it by more than a hair; nothing where there is hardly any.
fn all_or(asked: f64, there_is: f64) -> f64 {
    match there_is {
        _ if there_is >= asked - HAIR => asked,
        _ if there_is > HARDLY_ANY => there_is,
        _ => 0.0,
    }
}
