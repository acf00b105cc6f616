//! Carriage: how much of the electricity that is owed the lines can bring, beside what the plan sends over them.
//!
//! Each season owes its part by days of a payment in electricity, at any time of the season, and from the payer's power area
//! to the taker's by whatever way, what is lost on the way being the payer's. With `x` sent over line `l` for payer `i` in
//! period `t`, and `y` what arrives:
//!
//! * `sum over lines into an area of (1 - loss) x - sum over lines out of it of x = y` at every area but the payer's own;
//! * `sum_i x_ilt <= capacity_lt - sent_lt`, what the plan leaves of a line;
//! * `sum_t y_ijt = u_ij owed_ij`, `0 <= u_ij <= 1`.
//!
//! The shares `u` are lifted by leximin, so that they are unique and nobody's payment stands behind another's. Only lines
//! between areas of the basin are used. Whether the payer's stations have the electricity to spare is not looked at.

use crate::allocation::plan::Plan;
use crate::allocation::terms::Terms;
use crate::allocation::unsolved::Unsolved;
use crate::network::basin::{AreaIdx, Basin, LineIdx, RiparianIdx};
use crate::network::power_system::{Line, PowerArea, Terminal};
use crate::quantity::calendar::Season;
use crate::quantity::index::{PeriodIdx, Table};
use crate::quantity::total::Total;
use crate::solver::lexicographic::{Exactness, Member, leximin_within};
use crate::solver::program::{Label, Program, Row, Var};
use crate::solver::vertex::SparseSimplex;

use super::ledger::{Ledger, Owed, Party};

/// A share within this of one is one.
const WHOLE: f64 = 1e-9;

/// A ledger whose electricity comes over the lines as far as they can carry it beside a plan, the rest being paid in
/// money; and in sentences what they cannot carry.
///
/// # Errors
/// A program that cannot be solved.
pub(super) fn by_line(
    basin: &Basin,
    plan: &Plan,
    terms: &Terms,
    ledger: Ledger,
) -> Result<(Ledger, Vec<String>), Unsolved> {
    let owed = ledger.owed_in_electricity(terms);
    let shares = carried(basin, plan, &owed)?;
    let of = |from: Party, to: Party| {
        let same = |own: &Owed| (Party::Riparian(own.payer), Party::Riparian(own.taker)) == (from, to);
        owed.iter().position(same).map_or(1.0, |at| shares[at])
    };
    let short = owed.iter().zip(&shares).filter(|(_, share)| **share < 1.0);
    let said = short.map(|(own, share)| sentence(basin, terms, own, *share)).collect();
    Ok((ledger.carried(terms, of), said))
}

fn sentence(basin: &Basin, terms: &Terms, own: &Owed, share: f64) -> String {
    let name = |riparian: RiparianIdx| basin.riparians[riparian].name.as_str();
    format!(
        "of the {:.0} GWh that {} owes {} the lines can carry {:.0} beside the plan; {:.1} MUSD are paid in money instead",
        own.energy,
        name(own.payer),
        name(own.taker),
        share * own.energy,
        (1.0 - share) * own.energy * terms.price_USD_per_MWh * 1e-3
    )
}

/// The share of each debt that lines can carry, 0 to 1, in the order of the debts; each pair of riparians stands once.
///
/// # Errors
/// A program that cannot be solved.
fn carried(basin: &Basin, plan: &Plan, owed: &[Owed]) -> Result<Vec<f64>, Unsolved> {
    let mut shares = vec![0.0; owed.len()];
    if owed.is_empty() {
        return Ok(shares);
    }
    let days = basin.horizon.periods.iter().map(|period| period.days.value()).total();
    for season in basin.horizon.seasons() {
        let periods: Vec<PeriodIdx> = basin.horizon.periods_in(season).collect();
        let own = periods.iter().map(|&t| basin.horizon.periods[t].days.value()).total();
        let part = own / days;
        let in_season = Ways { basin, plan, periods }.carry(owed, part, season)?;
        shares.iter_mut().zip(in_season).for_each(|(all, share)| *all += part * share);
    }
    shares.iter_mut().filter(|share| **share >= 1.0 - WHOLE).for_each(|share| *share = 1.0);
    Ok(shares)
}

/// The lines of a season.
struct Ways<'a> {
    basin: &'a Basin,
    plan: &'a Plan,
    periods: Vec<PeriodIdx>,
}

/// A payer's electricity on its way through one period.
struct Way {
    payer: RiparianIdx,
    /// The balance of each area; the payer's own has none.
    balances: Table<AreaIdx, Option<Row>>,
}

impl Ways<'_> {
    /// The share of each debt that can be carried in the season, of which a part is owed in it.
    fn carry(&self, owed: &[Owed], part: f64, season: Season) -> Result<Vec<f64>, Unsolved> {
        let mut program = Program::new();
        let label = Label { family: "carried", element: program.name(season.name()), period: None };
        let ways = self.add_ways(&mut program, label, owed);
        let share = |own: &Owed| self.add_share(&mut program, label, own, (part, &ways));
        let members: Vec<Member> = owed.iter().map(share).map(|var| Member { var, weight: 1.0 }).collect();
        let found = leximin_within(&program, &[&members], Exactness::VERTEX, &SparseSimplex);
        let stalled =
            |status| Unsolved::Stalled { stage: "finding what lines can carry of payments", status };
        let levels = found.map_err(|why| stalled(why.status))?.levels;
        Ok(levels.into_iter().map(|level| level.clamp(0.0, 1.0)).collect())
    }

    /// What each payer sends over each line in each period, within what the plan leaves.
    fn add_ways(&self, program: &mut Program, label: Label, owed: &[Owed]) -> Vec<Way> {
        let mut payers: Vec<RiparianIdx> = owed.iter().map(|own| own.payer).collect();
        payers.sort_unstable();
        payers.dedup();
        let mut ways = Vec::new();
        for &t in &self.periods {
            let mut room = |l: LineIdx| program.add_row(label, f64::NEG_INFINITY, self.spare(l, t));
            let rooms: Vec<(Row, &Line)> = self.lines().map(|(l, line)| (room(l), line)).collect();
            for &payer in &payers {
                let way = self.add_way(program, label, payer);
                rooms.iter().for_each(|room| add_line(program, label, &way, *room));
                ways.push(way);
            }
        }
        ways
    }

    fn add_way(&self, program: &mut Program, label: Label, payer: RiparianIdx) -> Way {
        let balance = |area: &PowerArea| (area.riparian != payer).then(|| program.add_row(label, 0.0, 0.0));
        Way { payer, balances: self.basin.areas.map(balance) }
    }

    /// Adds `u`, and what arrives of a debt in each period.
    fn add_share(&self, program: &mut Program, label: Label, own: &Owed, (part, ways): (f64, &[Way])) -> Var {
        let share = program.add_variable(label, 0.0, 1.0);
        let arrives = program.add_row(label, 0.0, 0.0);
        program.add_term(arrives, share, -part * own.energy);
        let Some(area) = self.basin.area_of(own.taker) else { return share };
        for way in ways.iter().filter(|way| way.payer == own.payer) {
            if let Some(balance) = way.balances[area] {
                let arrived = program.add_variable(label, 0.0, f64::INFINITY);
                program.add_term(arrives, arrived, 1.0);
                program.add_term(balance, arrived, -1.0);
            }
        }
        share
    }

    /// The lines between areas of the basin.
    fn lines(&self) -> impl Iterator<Item = (LineIdx, &Line)> {
        let inside = |line: &Line| line.from.area().is_some() && line.to.area().is_some();
        self.basin.lines.enumerate().filter(move |(_, line)| inside(line))
    }

    /// What the plan leaves of a line in a period, GWh.
    fn spare(&self, l: LineIdx, t: PeriodIdx) -> f64 {
        let most = (self.basin.lines[l].capacity[t] * self.basin.horizon.periods[t].days).value();
        (most - self.plan.sent[l][t]).max(0.0)
    }
}

/// Adds what is sent over a line on a way; nothing goes back into the payer's own area.
fn add_line(program: &mut Program, label: Label, way: &Way, (room, line): (Row, &Line)) {
    let balance = |end: Terminal| end.area().map(|area| way.balances[area]);
    let (Some(from), Some(Some(to))) = (balance(line.from), balance(line.to)) else { return };
    let sent = program.add_variable(label, 0.0, f64::INFINITY);
    program.add_term(room, sent, 1.0);
    program.add_term(to, sent, 1.0 - line.loss);
    if let Some(from) = from {
        program.add_term(from, sent, -1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::allocate::straight_yields;
    use crate::allocation::formulation::{Detail, Formulation};
    use crate::allocation::sample::{Sample, sample};
    use crate::network::basin::Riparian;
    use crate::quantity::index::{Idx, Series};
    use crate::quantity::units::{EnergyPrice, Power};

    const MARCH: f64 = 31.0 * 24.0 * 1e-3;
    const APRIL: f64 = 30.0 * 24.0 * 1e-3;

    /// The small basin with a third riparian and these lines (from, to, MW, loss), over which nothing is sent.
    fn three(lines: &[(usize, usize, f64, f64)]) -> (Sample, Plan) {
        let mut sample = sample();
        let basin = &mut sample.basin;
        basin.riparians.push(Riparian { name: "FAR".into(), ..basin.riparians[RiparianIdx::new(1)].clone() });
        let area = basin.areas[AreaIdx::new(1)].clone();
        basin.areas.push(PowerArea { name: "FAR".into(), riparian: RiparianIdx::new(2), ..area });
        let line = |&(from, to, power, loss): &(usize, usize, f64, f64)| Line {
            name: format!("{from}-{to}"),
            from: Terminal::Area(AreaIdx::new(from)),
            to: Terminal::Area(AreaIdx::new(to)),
            capacity: Series::filled(2, Power::new(power)),
            loss,
            price: EnergyPrice::new(30.0),
        };
        basin.lines = Table::new(lines.iter().map(line).collect());
        let window = sample.window();
        let formulation = Formulation::new(window, &straight_yields(window), Detail::Physics);
        let plan = Plan::read(&formulation, &vec![0.0; formulation.program.variables().len()]);
        (sample, plan)
    }

    fn owed(payer: usize, taker: usize, energy: f64) -> Owed {
        Owed { payer: RiparianIdx::new(payer), taker: RiparianIdx::new(taker), energy }
    }

    #[track_caller]
    fn close(found: &[f64], known: &[f64]) {
        let near = found.iter().zip(known).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(found.len() == known.len() && near, "{found:?}, not {known:?}");
    }

    #[test]
    fn each_season_carries_what_a_plan_leaves_of_its_lines() {
        let (sample, mut plan) = three(&[(0, 1, 10.0, 0.1)]);
        plan.sent[LineIdx::new(0)][PeriodIdx::new(0)] = 10.0 * MARCH - 2.0;
        // of 61 GWh 31 are owed in March, when 2 GWh are left of the line, and 30 in April, when all is
        let share = carried(&sample.basin, &plan, &[owed(0, 1, 61.0)]).unwrap();
        close(&share, &[0.9 * (2.0 + 10.0 * APRIL) / 61.0]);
        // 6.1 GWh: 1.8 of the 3.1 of March arrive, and all of April's 3
        close(&carried(&sample.basin, &plan, &[owed(0, 1, 6.1)]).unwrap(), &[4.8 / 6.1]);
        close(&carried(&sample.basin, &plan, &[owed(0, 1, 0.61)]).unwrap(), &[1.0]);
    }

    #[test]
    fn lines_are_shared_by_those_who_need_them_and_lead_through_third_areas() {
        // 0 owes 1 directly and 2 through 1: both pass the line 0-1
        let (sample, plan) = three(&[(0, 1, 10.0, 0.0), (1, 2, 100.0, 0.5)]);
        let both = carried(&sample.basin, &plan, &[owed(0, 1, 10.0), owed(0, 2, 10.0)]).unwrap();
        // for each GWh at 2 two must leave 0: 10 u + 20 u = what the line carries
        let whole = 10.0 * (MARCH + APRIL);
        let (march, april) = (10.0 * MARCH / (30.0 * 31.0 / 61.0), 10.0 * APRIL / (30.0 * 30.0 / 61.0));
        let share = (march * 31.0 + april * 30.0) / 61.0;
        assert!((share - whole / 30.0).abs() < 1e-9);
        close(&both, &[share, share]);
        // another payer's way is its own, unless it is the same line
        let back = carried(&sample.basin, &plan, &[owed(1, 2, 10.0), owed(2, 1, 10.0)]).unwrap();
        close(&back, &[1.0, 0.0]);
    }

    #[test]
    fn nothing_owed_is_nothing_carried() {
        let (sample, plan) = three(&[]);
        assert!(carried(&sample.basin, &plan, &[]).unwrap().is_empty());
        close(&carried(&sample.basin, &plan, &[owed(0, 1, 5.0)]).unwrap(), &[0.0]);
    }
}
