//! What is exchanged under a contract: power in summer, and what is given back for it in winter, by kind.
//!
//! `rho` for one is promised back, in the shares agreed on, and the share `reliability` of it arrives; electricity that the
//! lines cannot carry is given back in money. What it is worth is left to the consortium.

use crate::network::basin::RiparianIdx;
use crate::quantity::calendar::Season;

use super::super::terms::InKind;
use super::record::Contract;

/// An entry of the ledger of a contract.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(non_snake_case)]
pub struct Exchange {
    /// Who gives.
    pub giver: RiparianIdx,
    /// Who is given.
    pub taker: RiparianIdx,
    /// In what; fuel and money are counted as electricity.
    pub kind: InKind,
    /// In which season.
    pub season: Season,
    /// How much was promised, GWh of electricity.
    pub promised_GWh: f64,
    /// How much of it arrives, GWh of electricity.
    pub delivered_GWh: f64,
}

/// What a partner gives back for the power it had in summer, GWh of electricity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::allocation) struct Returned<'a> {
    /// On which terms.
    pub(in crate::allocation) contract: &'a Contract,
    /// Who has it back.
    pub(in crate::allocation) owner: RiparianIdx,
    /// Who gives it back.
    pub(in crate::allocation) partner: RiparianIdx,
    /// The summer power it had.
    pub(in crate::allocation) summer: f64,
}

impl Returned<'_> {
    /// What is promised: `rho X`.
    fn promised(&self) -> f64 {
        self.contract.ratio * self.summer
    }

    /// The electricity that lines are asked to carry.
    pub(in crate::allocation) fn by_line(&self) -> f64 {
        self.contract.reliability * self.contract.in_kind.electricity * self.promised()
    }

    /// The entries, given how much electricity the lines carry, GWh; none of nothing.
    pub(in crate::allocation) fn entries(&self, carried: f64) -> Vec<Exchange> {
        let by_line = self.by_line();
        let part = if by_line > 0.0 { (carried / by_line).clamp(0.0, 1.0) } else { 1.0 };
        let kinds = self.contract.in_kind;
        let shares = [
            (InKind::Electricity, kinds.electricity * part),
            (InKind::Fuel, kinds.fuel),
            (InKind::Money, kinds.money + kinds.electricity * (1.0 - part)),
        ];
        let entry = |(kind, share): (InKind, f64)| {
            let promised = share * self.promised();
            Exchange {
                giver: self.partner,
                taker: self.owner,
                kind,
                season: Season::NonVegetation,
                promised_GWh: promised,
                delivered_GWh: self.contract.reliability * promised,
            }
        };
        shares.into_iter().filter(|share| share.1 > 0.0).map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::policy::catalogue;
    use crate::quantity::index::Idx;

    fn delivered(text: &str, carried: f64) -> Vec<(InKind, f64, f64)> {
        let contract = Contract { in_kind: toml::from_str(text).unwrap(), ..usual() };
        let (owner, partner) = (RiparianIdx::new(0), RiparianIdx::new(1));
        let returned = Returned { contract: &contract, owner, partner, summer: 1000.0 };
        let entries = returned.entries(carried).into_iter();
        entries.map(|entry| (entry.kind, entry.promised_GWh, entry.delivered_GWh)).collect()
    }

    fn usual() -> Contract {
        let contract = catalogue()["barter"].contracts[0].clone();
        Contract { ratio: 1.2, reliability: 0.5, ..contract }
    }

    #[test]
    fn what_is_given_back_is_the_ratio_by_kinds_and_its_reliable_part_arrives() {
        let found = delivered("electricity = 0.5\nfuel = 0.25\nmoney = 0.25", 300.0);
        let kinds = [
            (InKind::Electricity, 600.0, 300.0),
            (InKind::Fuel, 300.0, 150.0),
            (InKind::Money, 300.0, 150.0),
        ];
        assert_eq!(found, kinds);
    }

    #[test]
    fn what_the_lines_cannot_carry_is_given_back_in_money() {
        assert_eq!(
            delivered("electricity = 1.0", 150.0),
            [(InKind::Electricity, 300.0, 150.0), (InKind::Money, 900.0, 450.0)]
        );
        assert_eq!(delivered("electricity = 1.0", 0.0), [(InKind::Money, 1200.0, 600.0)]);
    }
}
