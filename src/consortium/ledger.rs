//! The ledger of a settlement: who pays whom what for what, between riparians and the reserve fund.

use crate::allocation::terms::{InKind, Terms};
use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::index::Idx;

use super::payments::NOTHING_MUSD;
use super::settlement::Payment;

/// The reserve fund in tables.
const FUND: &str = "fund";

/// Somebody who pays or is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    /// A riparian.
    Riparian(RiparianIdx),
    /// The reserve fund.
    Fund,
}

/// A payment to be made, MUSD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) from: Party,
    pub(super) to: Party,
    pub(super) amount: f64,
    pub(super) purpose: &'static str,
    /// What it is made in; in what the terms agree on unless given.
    pub(super) kind: Option<InKind>,
    /// The energy handed over, GWh; what the amount buys at the agreed price unless given.
    pub(super) energy: Option<f64>,
}

/// Electricity that one riparian owes another over the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Owed {
    /// Who pays.
    pub(super) payer: RiparianIdx,
    /// Who is paid.
    pub(super) taker: RiparianIdx,
    /// How much must arrive, GWh, above 0.
    pub(super) energy: f64,
}

/// The payments of a policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
}

impl Entry {
    /// A payment between players, by their positions.
    pub(super) fn between((from, to, amount): (usize, usize, f64), purpose: &'static str) -> Entry {
        let party = |player| Party::Riparian(RiparianIdx::new(player));
        Entry::agreed((party(from), party(to), amount), purpose)
    }

    /// A payment in what the terms agree on.
    pub(super) fn agreed((from, to, amount): (Party, Party, f64), purpose: &'static str) -> Entry {
        Entry { from, to, amount, purpose, kind: None, energy: None }
    }

    /// Whether lines are asked to carry it: electricity whose way no contract has settled already.
    fn is_to_be_carried(&self, terms: &Terms) -> bool {
        self.kind.is_none() && self.kind_under(terms) == InKind::Electricity
    }

    /// What it is made in; the fund is always paid in money.
    fn kind_under(&self, terms: &Terms) -> InKind {
        if self.to == Party::Fund { InKind::Money } else { self.kind.unwrap_or(terms.in_kind) }
    }
}

impl Ledger {
    pub(super) fn of(entries: impl IntoIterator<Item = Entry>) -> Ledger {
        let mut ledger = Ledger::default();
        entries.into_iter().for_each(|entry| ledger.add(entry));
        ledger
    }

    /// Enters a payment; one between the same parties for the same purpose in the same kind is added to, and one of nothing is none.
    pub(super) fn add(&mut self, entry: Entry) {
        let same = |own: &&mut Entry| {
            (own.from, own.to, own.purpose, own.kind) == (entry.from, entry.to, entry.purpose, entry.kind)
        };
        match self.entries.iter_mut().find(same) {
            Some(own) => {
                own.amount += entry.amount;
                own.energy = own.energy.zip(entry.energy).map(|(own, more)| own + more);
            }
            None if entry.amount > NOTHING_MUSD => self.entries.push(entry),
            None => {}
        }
    }

    /// The payments in the order in which they were entered.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Enters all payments of another ledger.
    pub(super) fn add_all(&mut self, other: Ledger) {
        other.entries.into_iter().for_each(|entry| self.add(entry));
    }

    /// What is agreed to be paid in electricity, by payer and taker, GWh.
    pub(super) fn owed_in_electricity(&self, terms: &Terms) -> Vec<Owed> {
        let mut all: Vec<Owed> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.is_to_be_carried(terms)) {
            let (Party::Riparian(payer), Party::Riparian(taker)) = (entry.from, entry.to) else { continue };
            let energy = 1e3 * entry.amount / terms.price_USD_per_MWh;
            match all.iter_mut().find(|own| (own.payer, own.taker) == (payer, taker)) {
                Some(own) => own.energy += energy,
                None => all.push(Owed { payer, taker, energy }),
            }
        }
        all
    }

    /// The ledger with each payment in electricity made in money as far as lines cannot carry it, given the share that
    /// they can of what each pays each.
    pub(super) fn carried(self, terms: &Terms, share: impl Fn(Party, Party) -> f64) -> Ledger {
        let parts = self.entries.into_iter().flat_map(|entry| {
            let by_line = if entry.is_to_be_carried(terms) { share(entry.from, entry.to) } else { 1.0 };
            let (line, money) = (by_line * entry.amount, (1.0 - by_line) * entry.amount);
            let in_money = Entry { amount: money, kind: Some(InKind::Money), energy: None, ..entry };
            [Entry { amount: line, ..entry }, in_money]
        });
        Ledger::of(parts)
    }

    /// What each riparian receives less what it pays, MUSD.
    pub(super) fn transfers(&self, riparians: usize) -> Vec<f64> {
        let of = |player: usize| self.balance(Party::Riparian(RiparianIdx::new(player)));
        (0..riparians).map(of).collect()
    }

    fn balance(&self, party: Party) -> f64 {
        let received = self.entries.iter().filter(|entry| entry.to == party).map(|entry| entry.amount);
        let paid = self.entries.iter().filter(|entry| entry.from == party).map(|entry| -entry.amount);
        received.chain(paid).fold(0.0, |sum, amount| sum + amount)
    }

    /// The transfers by name; the fund is named where it takes part.
    pub(super) fn named_transfers(&self, basin: &Basin) -> Vec<(String, f64)> {
        let names = basin.riparians.iter().map(|own| own.name.clone());
        let fund = self.entries.iter().any(|entry| entry.to == Party::Fund);
        let fund = fund.then(|| (FUND.to_owned(), self.balance(Party::Fund)));
        names.zip(self.transfers(basin.riparians.len())).chain(fund).collect()
    }

    /// The payments, in the kind agreed on; the fund is always paid in money.
    pub(super) fn payments(&self, basin: &Basin, terms: &Terms) -> Vec<Payment> {
        let name = |party: Party| match party {
            Party::Riparian(riparian) => basin.riparians[riparian].name.clone(),
            Party::Fund => FUND.to_owned(),
        };
        let payment = |entry: &Entry| {
            let kind = entry.kind_under(terms);
            let energy = match kind {
                InKind::Money => 0.0,
                InKind::Electricity | InKind::Fuel => {
                    entry.energy.unwrap_or(1e3 * entry.amount / terms.price_USD_per_MWh)
                }
            };
            Payment {
                from: name(entry.from),
                to: name(entry.to),
                amount_MUSD: entry.amount,
                in_kind: kind.name().to_owned(),
                amount_GWh: energy,
                purpose: entry.purpose.to_owned(),
            }
        };
        self.entries.iter().map(payment).collect()
    }
}
