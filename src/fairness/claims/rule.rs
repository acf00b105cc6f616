//! The rules by name.

use super::{
    Claims, ClaimsError, adjusted_proportional, average, cea, cel, constrained_egalitarian,
    dominguez_thomson, minimal_overlap, piniles, proportional, random_arrival, reverse_talmud, talmud,
    weighted_cea, weighted_cel, weighted_proportional,
};

/// The rules by name; three take weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// [`proportional`].
    Proportional,
    /// [`cea`].
    Cea,
    /// [`cel`].
    Cel,
    /// [`talmud`].
    Talmud,
    /// [`reverse_talmud`].
    ReverseTalmud,
    /// [`piniles`].
    Piniles,
    /// [`constrained_egalitarian`].
    ConstrainedEgalitarian,
    /// [`adjusted_proportional`].
    AdjustedProportional,
    /// [`random_arrival`].
    RandomArrival,
    /// [`minimal_overlap`].
    MinimalOverlap,
    /// [`average`].
    Average,
    /// [`dominguez_thomson`].
    DominguezThomson,
    /// [`weighted_proportional`].
    WeightedProportional,
    /// [`weighted_cea`].
    WeightedCea,
    /// [`weighted_cel`].
    WeightedCel,
}

impl Rule {
    /// Every rule, in the order in which they are shown.
    pub const ALL: &'static [Rule] = &[
        Rule::Proportional,
        Rule::Cea,
        Rule::Cel,
        Rule::Talmud,
        Rule::ReverseTalmud,
        Rule::Piniles,
        Rule::ConstrainedEgalitarian,
        Rule::AdjustedProportional,
        Rule::RandomArrival,
        Rule::MinimalOverlap,
        Rule::Average,
        Rule::DominguezThomson,
        Rule::WeightedProportional,
        Rule::WeightedCea,
        Rule::WeightedCel,
    ];

    /// The rule's name as users and case files write it.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Proportional => "proportional",
            Rule::Cea => "cea",
            Rule::Cel => "cel",
            Rule::Talmud => "talmud",
            Rule::ReverseTalmud => "reverse_talmud",
            Rule::Piniles => "piniles",
            Rule::ConstrainedEgalitarian => "constrained_egalitarian",
            Rule::AdjustedProportional => "adjusted_proportional",
            Rule::RandomArrival => "random_arrival",
            Rule::MinimalOverlap => "minimal_overlap",
            Rule::Average => "average",
            Rule::DominguezThomson => "dominguez_thomson",
            Rule::WeightedProportional => "weighted_proportional",
            Rule::WeightedCea => "weighted_cea",
            Rule::WeightedCel => "weighted_cel",
        }
    }

    /// The rule of that name.
    pub fn named(name: &str) -> Option<Rule> {
        Rule::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// What the rule means, in one line for a user.
    pub fn meaning(self) -> &'static str {
        match self {
            Rule::Proportional => "everybody receives the same part of the claim",
            Rule::Cea => "everybody receives the same amount, but nobody more than the claim",
            Rule::Cel => "everybody goes short by the same amount, but nobody by more than the claim",
            Rule::Talmud => "equal amounts up to half of each claim, then equal losses on the other half",
            Rule::ReverseTalmud => {
                "equal losses up to half of each claim, then equal amounts on the other half"
            }
            Rule::Piniles => "equal amounts up to half of each claim, then equal amounts on the other half",
            Rule::ConstrainedEgalitarian => {
                "amounts as equal as can be, nobody above half the claim before all have half"
            }
            Rule::AdjustedProportional => {
                "first what nobody else claims, then the rest in proportion to what is still asked of it"
            }
            Rule::RandomArrival => "first come, first served, averaged over all orders of arrival",
            Rule::MinimalOverlap => {
                "claims laid to overlap as little as possible, each unit shared by those who claim it"
            }
            Rule::Average => "halfway between equal amounts and equal losses",
            Rule::DominguezThomson => {
                "each receives one part in so many as there are claimants of what it can claim, again and again"
            }
            Rule::WeightedProportional => {
                "in proportion to weight times claim, but nobody more than the claim"
            }
            Rule::WeightedCea => "amounts in proportion to the weights, but nobody more than the claim",
            Rule::WeightedCel => "losses in proportion to the weights, but nobody more than the claim",
        }
    }

    /// Whether the rule takes a weight for each claim.
    pub fn takes_weights(self) -> bool {
        matches!(self, Rule::WeightedProportional | Rule::WeightedCea | Rule::WeightedCel)
    }

    /// The form of the rule that takes weights, where there is one.
    pub fn weighted(self) -> Option<Rule> {
        match self {
            Rule::Proportional | Rule::WeightedProportional => Some(Rule::WeightedProportional),
            Rule::Cea | Rule::WeightedCea => Some(Rule::WeightedCea),
            Rule::Cel | Rule::WeightedCel => Some(Rule::WeightedCel),
            _ => None,
        }
    }

    /// The award of each claimant, in the unit of the estate.
    ///
    /// # Errors
    /// Where a rule that takes weights is given none, or bad ones; where another rule is given any; and where
    /// random arrival is asked of more than [`MOST_ARRIVALS`](super::MOST_ARRIVALS) claimants.
    ///
    /// ```
    /// use mirab::fairness::claims::{Claims, Rule};
    ///
    /// let problem = Claims::new(200.0, [100.0, 200.0, 300.0])?;
    /// let rule = Rule::named("talmud").ok_or("no such rule")?;
    /// assert_eq!(rule.divide(&problem, None)?, [50.0, 75.0, 75.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn divide(self, claims: &Claims, weights: Option<&[f64]>) -> Result<Vec<f64>, ClaimsError> {
        match weights {
            None => self.divide_plain(claims),
            Some(weights) => self.divide_weighted(claims, weights),
        }
    }

    fn divide_plain(self, claims: &Claims) -> Result<Vec<f64>, ClaimsError> {
        Ok(match self {
            Rule::Proportional => proportional(claims),
            Rule::Cea => cea(claims),
            Rule::Cel => cel(claims),
            Rule::Talmud => talmud(claims),
            Rule::ReverseTalmud => reverse_talmud(claims),
            Rule::Piniles => piniles(claims),
            Rule::ConstrainedEgalitarian => constrained_egalitarian(claims),
            Rule::AdjustedProportional => adjusted_proportional(claims),
            Rule::RandomArrival => random_arrival(claims)?,
            Rule::MinimalOverlap => minimal_overlap(claims),
            Rule::Average => average(claims),
            Rule::DominguezThomson => dominguez_thomson(claims),
            Rule::WeightedProportional | Rule::WeightedCea | Rule::WeightedCel => {
                return Err(ClaimsError::WeightsMissing { rule: self.name() });
            }
        })
    }

    fn divide_weighted(self, claims: &Claims, weights: &[f64]) -> Result<Vec<f64>, ClaimsError> {
        match self {
            Rule::WeightedProportional => weighted_proportional(claims, weights),
            Rule::WeightedCea => weighted_cea(claims, weights),
            Rule::WeightedCel => weighted_cel(claims, weights),
            _ => {
                let takers = Rule::ALL.iter().filter(|rule| rule.takes_weights()).map(|rule| rule.name());
                Err(ClaimsError::WeightsUnused { rule: self.name(), takers: takers.collect() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_of_the_fifteen_rules_is_found_by_its_own_name() {
        let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), 15);
        for rule in Rule::ALL {
            assert_eq!(Rule::named(rule.name()), Some(*rule));
        }
        assert_eq!(Rule::named("talmudic"), None);
    }

    #[test]
    fn weights_go_with_the_rules_that_take_them_and_no_others() {
        let problem = Claims::new(3.0, [2.0, 4.0]).unwrap();
        for rule in Rule::ALL {
            assert_eq!(rule.divide(&problem, None).is_err(), rule.takes_weights());
            assert_eq!(rule.divide(&problem, Some(&[1.0, 2.0])).is_ok(), rule.takes_weights());
        }
        let refusal = Rule::Talmud.divide(&problem, Some(&[1.0, 2.0])).unwrap_err().to_string();
        let takers = "weighted_proportional, weighted_cea, weighted_cel";
        assert_eq!(refusal, format!("the rule `talmud` takes no weights; those that do are {takers}"));
    }
}
