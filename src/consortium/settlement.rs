//! A settlement: who pays whom under a policy, and what every coalition is worth beside what it is paid.
//!
//! Only the result; the tables, figures and words made of it are left to the floors above.

/// A payment from one riparian (or the reserve fund) to another.
#[derive(Clone, Debug, PartialEq)]
#[allow(non_snake_case)]
pub struct Payment {
    /// Who pays.
    pub from: String,
    /// Who is paid.
    pub to: String,
    /// How much it is worth, MUSD, never negative.
    pub amount_MUSD: f64,
    /// What it is paid in: `money`, `electricity` or `fuel`.
    pub in_kind: String,
    /// The energy handed over, GWh; 0 where money is paid.
    pub amount_GWh: f64,
    /// What it is paid for.
    pub purpose: String,
}

/// What a coalition could gain on its own, and what its members get.
#[derive(Clone, Debug, PartialEq)]
#[allow(non_snake_case)]
pub struct Worth {
    /// Its members, in the basin's order.
    pub members: Vec<String>,
    /// The best sum of its members' benefits while the others keep the status quo, MUSD.
    pub worth_MUSD: f64,
    /// The sum of its members' payoffs, MUSD.
    pub payoff_MUSD: f64,
}

/// Who pays whom under a policy.
#[derive(Clone, Debug, PartialEq)]
#[allow(non_snake_case)]
pub struct Settlement {
    /// The policy that is settled.
    pub policy: String,
    /// The rule of the settlement: `shapley`, `nucleolus`, `nash`, ...; `fuel` where only given fuel is paid for.
    pub rule: String,
    /// The policy that is the status quo: `autarky`; none where the policy has no terms.
    pub against: Option<String>,
    /// What each riparian (or `fund`) receives less what it pays, MUSD; they sum to 0.
    pub transfers: Vec<(String, f64)>,
    /// The payments that make up the transfers.
    pub payments: Vec<Payment>,
    /// The coalitions, where they were computed.
    pub worths: Vec<Worth>,
    /// The benefit of each riparian under the status quo, MUSD.
    pub status_quo: Vec<(String, f64)>,
    /// The least that a coalition gets beyond its worth, MUSD; below 0 it could better itself by leaving.
    pub core_slack_MUSD: Option<f64>,
    /// What a reader should know, in sentences.
    pub findings: Vec<String>,
    /// What could not be done as agreed, in sentences.
    pub warnings: Vec<String>,
}
