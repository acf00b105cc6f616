//! The nucleolus and its kin, and the least core, which is its first step: shares that make the excesses
//! `v(S) - x(S)` of the coalitions, the largest first, as small as they can be.
//!
//! Each round is a linear program in the shares and one level, with a row for every coalition (M. Maschler,
//! B. Peleg and L. Shapley, 1979); the simplex method walks on its dual and is given a row only when it is the
//! worst violated of all (as in constraint generation, M. Hallefjord, R. Helming and K. Jornsten, 1995). A
//! coalition is settled only when its excess is the same on the whole face of least levels, never because it
//! happens to be tight at a vertex. Each round raises the rank of the settled coalitions, so `n - 1` rounds suffice.
//!
//! The arithmetic is done on the game above the players' worths alone, in units of its largest worth: neither the
//! unit nor what somebody has anyway can change a decision.

mod basis;
mod open;
mod rounds;

use super::{Game, GameError};
use rounds::{Kind, Rounds};

/// The nucleolus: among the imputations (shares of the worth of all that give nobody less than alone) the one whose
/// excesses `v(S) - x(S)`, sorted from the largest, are lexicographically least (D. Schmeidler, 1969).
///
/// There is exactly one; it is in the core where the core is not empty. In units of worth, to about 1e-12 of the
/// largest worth.
///
/// # Errors
/// There is no imputation, as all together are worth less than each alone in sum.
///
/// ```
/// use mirab::fairness::games::{Game, nucleolus};
///
/// // three investors and a deposit (J. Lemaire, 1991)
/// let worths = vec![0.0, 46125.0, 17437.5, 69187.5, 5812.5, 53812.5, 30750.0, 90000.0];
/// let shares = nucleolus(&Game::new(3, worths)?)?;
/// for (share, published) in shares.iter().zip([52687.5, 24468.75, 12843.75]) {
///     assert!((share - published).abs() < 1e-7);
/// }
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn nucleolus(game: &Game) -> Result<Vec<f64>, GameError> {
    let kind = Kind { individually_rational: true, per_head: false };
    settled_shares(game, kind, "nucleolus")
}

/// The prenucleolus: as the [`nucleolus`], among all shares that sum to the worth of all, even where somebody then
/// has less than alone (A. I. Sobolev, 1975).
///
/// It always exists, and is the nucleolus where the core is not empty. In units of worth.
///
/// # Errors
/// None is expected; [`GameError::Unsolved`] would mean that the arithmetic failed.
///
/// ```
/// use mirab::fairness::games::{Game, prenucleolus};
///
/// // 1 and 2 gain 1 that all three together would lose: both sides miss a half
/// let game = Game::new(3, vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])?;
/// let shares = prenucleolus(&game)?;
/// for (share, known) in shares.iter().zip([0.25, 0.25, -0.5]) {
///     assert!((share - known).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn prenucleolus(game: &Game) -> Result<Vec<f64>, GameError> {
    let kind = Kind { individually_rational: false, per_head: false };
    settled_shares(game, kind, "prenucleolus")
}

/// The per-capita nucleolus: as the [`nucleolus`], among the imputations, with every excess divided by the size of
/// the coalition, so that what is missing is counted per head (H. P. Young, N. Okada and T. Hashimoto, 1982).
///
/// In the core where the core is not empty. In units of worth.
///
/// # Errors
/// There is no imputation.
///
/// ```
/// use mirab::fairness::games::{Game, percapita_nucleolus};
///
/// // 1 and 2 gain 60 without 3, who adds 12: 3 keeps 4, as much as each of the two gains by taking 3 in
/// let game = Game::new(3, vec![0.0, 0.0, 0.0, 60.0, 0.0, 0.0, 0.0, 72.0])?;
/// let shares = percapita_nucleolus(&game)?;
/// for (share, known) in shares.iter().zip([34.0, 34.0, 4.0]) {
///     assert!((share - known).abs() < 1e-10);
/// }
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn percapita_nucleolus(game: &Game) -> Result<Vec<f64>, GameError> {
    let kind = Kind { individually_rational: true, per_head: true };
    settled_shares(game, kind, "per-capita nucleolus")
}

/// The least excess, and shares at which no coalition has more.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastCore {
    /// The least excess, in units of worth.
    pub epsilon: f64,
    /// One of its points: shares that sum to the worth of all.
    pub shares: Vec<f64>,
}

/// The least excess that every coalition but the empty and the grand one can be held to, and shares that do it:
/// `min e` with `x(S) >= v(S) - e`, `x(N) = v(N)` (M. Maschler, B. Peleg and L. Shapley, 1979).
///
/// Negative where the core has an inside, positive where it is empty; in units of worth. A single player has no
/// such coalition: the excess is then 0. The shares need not be the only ones.
///
/// # Errors
/// None is expected; [`GameError::Unsolved`] would mean that the arithmetic failed.
///
/// ```
/// use mirab::fairness::games::{Game, least_core};
///
/// // M. Maschler's game: any two earn 60, all three 72, and pairs can get 48 on average
/// let game = Game::new(3, vec![0.0, 0.0, 0.0, 60.0, 0.0, 60.0, 60.0, 72.0])?;
/// assert!((least_core(&game)?.epsilon - 12.0).abs() < 1e-10);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn least_core(game: &Game) -> Result<LeastCore, GameError> {
    let Some(plain) = Plain::of(game) else {
        return Ok(LeastCore { epsilon: 0.0, shares: game.each_alone() });
    };
    let kind = Kind { individually_rational: false, per_head: false };
    let point = Rounds::new(&plain.game, kind).and_then(|mut rounds| rounds.least_level());
    let (shares, level) = point
        .and_then(|mut point| point.pop().map(|level| (point, level)))
        .ok_or(GameError::Unsolved("least core"))?;
    Ok(LeastCore { epsilon: level * plain.unit, shares: plain.back(game, shares) })
}

/// Whether no shares lie in the core: whether the game is not balanced (O. N. Bondareva, 1963; L. S. Shapley, 1967).
///
/// Decided to 1e-10 of the largest worth above those alone: a core of one point is not empty.
///
/// # Errors
/// As [`least_core`].
///
/// ```
/// use mirab::fairness::games::{Game, core_is_empty};
///
/// let any_two = |all: f64| Game::new(3, vec![0.0, 0.0, 0.0, 60.0, 0.0, 60.0, 60.0, all]);
/// assert!(core_is_empty(&any_two(72.0)?)?);
/// assert!(!core_is_empty(&any_two(90.0)?)?);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn core_is_empty(game: &Game) -> Result<bool, GameError> {
    const ROUNDING: f64 = 1e-10;
    let unit = Plain::of(game).map_or(0.0, |plain| plain.unit);
    Ok(least_core(game)?.epsilon > ROUNDING * unit)
}

/// A game above the players' worths alone, in units of its largest worth.
struct Plain {
    game: Game,
    unit: f64,
}

impl Plain {
    /// None where nothing is above: a single player, or a game that only adds up worths alone.
    fn of(game: &Game) -> Option<Plain> {
        let above = game.above_alone();
        let unit = above.largest();
        (unit > 0.0).then(|| Plain { game: above.in_units_of(unit), unit })
    }

    /// Shares in the game's own unit.
    fn back(&self, game: &Game, shares: Vec<f64>) -> Vec<f64> {
        shares.iter().zip(game.each_alone()).map(|(share, alone)| alone + share * self.unit).collect()
    }
}

fn settled_shares(game: &Game, kind: Kind, name: &'static str) -> Result<Vec<f64>, GameError> {
    let Some(plain) = Plain::of(game) else { return Ok(game.each_alone()) };
    if kind.individually_rational && plain.game.together() < 0.0 {
        let alone = game.each_alone().iter().sum();
        return Err(GameError::NoImputation { together: game.together(), alone });
    }
    let shares = Rounds::new(&plain.game, kind).and_then(Rounds::shares);
    Ok(plain.back(game, shares.ok_or(GameError::Unsolved(name))?))
}
