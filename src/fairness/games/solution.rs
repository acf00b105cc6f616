//! The solutions that give every player a share, by name.

use super::{
    Game, GameError, ensc, gately, nucleolus, percapita_nucleolus, prenucleolus, scrb, shapley, tau,
    weighted_shapley,
};

/// A rule that gives every player a share of the worth of all.
///
/// ```
/// use mirab::fairness::games::{Game, Solution};
///
/// // the Tennessee Valley: navigation, flood control, power; thousand dollars (J. S. Ransmeier, 1942)
/// let costs = vec![0.0, 163_520.0, 140_826.0, 301_607.0, 250_096.0, 378_821.0, 367_370.0, 412_584.0];
/// let shares = Solution::Shapley.cost_shares(&Game::new(3, costs)?, None)?;
/// for (share, published) in shares.iter().zip([117_829.0, 100_756.5, 193_998.5]) {
///     assert!((share - published).abs() < 1.0);
/// }
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solution {
    /// [`shapley()`].
    Shapley,
    /// [`weighted_shapley`].
    WeightedShapley,
    /// [`nucleolus()`].
    Nucleolus,
    /// [`prenucleolus`].
    Prenucleolus,
    /// [`percapita_nucleolus`].
    PercapitaNucleolus,
    /// [`tau`].
    Tau,
    /// [`gately`].
    Gately,
    /// [`scrb`].
    Scrb,
    /// [`ensc`].
    Ensc,
}

impl Solution {
    /// Every solution there is. (The least core is none: its shares need not be the only ones.)
    pub const ALL: &'static [Solution] = &[
        Solution::Shapley,
        Solution::WeightedShapley,
        Solution::Nucleolus,
        Solution::Prenucleolus,
        Solution::PercapitaNucleolus,
        Solution::Tau,
        Solution::Gately,
        Solution::Scrb,
        Solution::Ensc,
    ];

    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Solution::Shapley => "shapley",
            Solution::WeightedShapley => "weighted_shapley",
            Solution::Nucleolus => "nucleolus",
            Solution::Prenucleolus => "prenucleolus",
            Solution::PercapitaNucleolus => "percapita_nucleolus",
            Solution::Tau => "tau",
            Solution::Gately => "gately",
            Solution::Scrb => "scrb",
            Solution::Ensc => "ensc",
        }
    }

    /// The solution of a name.
    pub fn named(name: &str) -> Option<Solution> {
        Solution::ALL.iter().copied().find(|solution| solution.name() == name)
    }

    /// What it means, in one line for a user.
    pub fn meaning(self) -> &'static str {
        match self {
            Solution::Shapley => "what each adds to those before, on average over every order of joining",
            Solution::WeightedShapley => {
                "as shapley, but what any group gains is shared in proportion to weights"
            }
            Solution::Nucleolus => {
                "the least contented group is as content as can be, then the next; none below alone"
            }
            Solution::Prenucleolus => "as nucleolus, but somebody may have less than alone",
            Solution::PercapitaNucleolus => "as nucleolus, but a group's discontent counts per member",
            Solution::Tau => "between the least and the most each can claim, all the same part of the way",
            Solution::Gately => "whoever left would hurt the others as much, per unit they lose themselves",
            Solution::Scrb => {
                "what each adds to all the others, and the rest in proportion to remaining benefits"
            }
            Solution::Ensc => "what each adds to all the others, and the rest in equal parts",
        }
    }

    /// Whether it wants a weight for each player.
    pub fn takes_weights(self) -> bool {
        self == Solution::WeightedShapley
    }

    /// The players' shares of the worth of all (a gain game), in units of worth.
    ///
    /// # Errors
    /// Weights where none are taken, or none where they are; what the solution itself refuses.
    pub fn shares(self, game: &Game, weights: Option<&[f64]>) -> Result<Vec<f64>, GameError> {
        if weights.is_some() && !self.takes_weights() {
            return Err(GameError::WeightsUnwanted(self.name()));
        }
        match self {
            Solution::Shapley => Ok(shapley(game)),
            Solution::WeightedShapley => {
                weighted_shapley(game, weights.ok_or(GameError::WeightsMissing(self.name()))?)
            }
            Solution::Nucleolus => nucleolus(game),
            Solution::Prenucleolus => prenucleolus(game),
            Solution::PercapitaNucleolus => percapita_nucleolus(game),
            Solution::Tau => tau(game),
            Solution::Gately => gately(game),
            Solution::Scrb => scrb(game),
            Solution::Ensc => Ok(ensc(game)),
        }
    }

    /// The players' shares of the cost of all, by way of the [savings](Game::savings): each pays their cost alone
    /// less their share of what is saved together.
    ///
    /// For the Shapley values, [`gately`], [`scrb`] and [`ensc`] that is the same as the rule on the costs
    /// themselves; the nuclei and [`tau`] are defined for gains, and are what the literature on costs means by them.
    ///
    /// # Errors
    /// As [`Solution::shares`] of the savings.
    pub fn cost_shares(self, costs: &Game, weights: Option<&[f64]>) -> Result<Vec<f64>, GameError> {
        let saved = self.shares(&costs.savings(), weights)?;
        Ok(saved.iter().enumerate().map(|(player, saved)| costs.alone(player) - saved).collect())
    }
}
