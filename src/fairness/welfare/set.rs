//! A set of utilities: the image of a polyhedron of decisions. It knows no rule; what is checked when it is built
//! stands in [`super::build`].

use super::error::WelfareError;

/// What a set of utilities is made of: `{ u = U x + u0 : A x <= b, 0 <= x <= ub }`. Decisions are never below zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polyhedron {
    /// `A`, a row a limit.
    pub rows: Vec<Vec<f64>>,
    /// `b`, one a row.
    pub limits: Vec<f64>,
    /// `ub`, one a decision, infinite where there is none; empty for none at all.
    pub upper: Vec<f64>,
    /// `U`, a row a member; empty where `u = x`.
    pub utilities: Vec<Vec<f64>>,
    /// `u0`, one a member; empty for zeros.
    pub constants: Vec<f64>,
}

/// A polyhedron that was checked: it has a point, and every number in it is finite but for upper bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct UtilitySet {
    pub(super) polyhedron: Polyhedron,
    /// The first member that can rise without end while nobody falls.
    pub(super) endless: Option<usize>,
}

/// A point of the set.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What each member has: `U x + u0`.
    pub utilities: Vec<f64>,
    /// The decisions `x` that give it: some of those that do.
    pub decisions: Vec<f64>,
}

impl UtilitySet {
    /// How many members there are.
    pub fn members(&self) -> usize {
        self.polyhedron.utilities.len()
    }

    /// How many decisions there are.
    pub fn decisions(&self) -> usize {
        self.polyhedron.upper.len()
    }

    /// What the set is made of, with nothing left empty.
    pub fn parts(&self) -> &Polyhedron {
        &self.polyhedron
    }

    /// What the members have of decisions, which are moved into their bounds.
    pub(super) fn point(&self, decisions: &[f64]) -> Point {
        let within = |(x, upper): (&f64, &f64)| x.clamp(0.0, *upper);
        let decisions: Vec<f64> = decisions.iter().zip(&self.polyhedron.upper).map(within).collect();
        let (rows, constants) = (&self.polyhedron.utilities, &self.polyhedron.constants);
        let utilities = rows.iter().zip(constants).map(|(row, u0)| dot(row, &decisions) + u0).collect();
        Point { utilities, decisions }
    }

    /// Whether bounds and rows without negative coefficients hold back every decision.
    pub(super) fn is_plainly_bounded(&self) -> bool {
        let Polyhedron { rows, upper, .. } = &self.polyhedron;
        let holds = |row: &Vec<f64>, at: usize| row[at] > 0.0 && row.iter().all(|value| *value >= 0.0);
        let bounded = |at: usize| upper[at].is_finite() || rows.iter().any(|row| holds(row, at));
        (0..upper.len()).all(bounded)
    }

    /// Whether every point plainly gives everybody `d`: nothing lowers a utility, and its constant is enough.
    pub(super) fn is_above(&self, d: &[f64]) -> bool {
        let Polyhedron { utilities, constants, .. } = &self.polyhedron;
        let enough = constants.iter().zip(d).all(|(u0, d)| u0 >= d);
        enough && utilities.iter().flatten().all(|value| *value >= 0.0)
    }

    /// That nobody can rise without end while nobody falls.
    pub(super) fn check_bounded(&self) -> Result<(), WelfareError> {
        match self.endless {
            Some(member) => Err(WelfareError::Unbounded { member: member + 1 }),
            None => Ok(()),
        }
    }

    /// Weights that were checked, one for all where there are none.
    pub(super) fn weights(&self, weights: &[f64]) -> Result<Vec<f64>, WelfareError> {
        let weights = one_each(weights, "weights", self.members(), 1.0)?;
        let usable = |weight: &f64| *weight > 0.0 && weight.is_finite();
        match weights.iter().position(|weight| !usable(weight)) {
            Some(at) => Err(WelfareError::Weight { member: at + 1, value: weights[at] }),
            None => Ok(weights),
        }
    }

    /// A disagreement point that was checked, zero where there is none.
    pub(super) fn disagreement(&self, d: &[f64]) -> Result<Vec<f64>, WelfareError> {
        let d = one_each(d, "disagreement point", self.members(), 0.0)?;
        finite(&d, |at| format!("entry {at} of the disagreement point"))?;
        Ok(d)
    }
}

/// The product of two rows.
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// Checks lengths and numbers, and writes out what was left empty.
pub(super) fn filled(polyhedron: Polyhedron) -> Result<Polyhedron, WelfareError> {
    let Polyhedron { rows, limits, upper, utilities, constants } = polyhedron;
    let widths = [rows.first().map_or(0, Vec::len), upper.len(), utilities.first().map_or(0, Vec::len)];
    let width = widths.into_iter().find(|width| *width > 0).ok_or(WelfareError::Empty)?;
    let utilities = if utilities.is_empty() { identity(width) } else { utilities };
    let upper = one_each(&upper, "upper bounds", width, f64::INFINITY)?;
    let constants = one_each(&constants, "constants", utilities.len(), 0.0)?;
    length("limits", limits.len(), rows.len())?;
    for (what, matrix) in [("row", &rows), ("utility", &utilities)] {
        for (at, row) in matrix.iter().enumerate() {
            let name = format!("{what} {}", at + 1);
            length(&name, row.len(), width)?;
            finite(row, |entry| format!("coefficient {entry} of {name}"))?;
        }
    }
    finite(&limits, |at| format!("limit {at}"))?;
    finite(&constants, |at| format!("constant {at}"))?;
    check_upper(&upper)?;
    Ok(Polyhedron { rows, limits, upper, utilities, constants })
}

fn identity(width: usize) -> Vec<Vec<f64>> {
    (0..width).map(|own| (0..width).map(|at| f64::from(u8::from(at == own))).collect()).collect()
}

fn check_upper(upper: &[f64]) -> Result<(), WelfareError> {
    for (at, &value) in upper.iter().enumerate() {
        if value.is_nan() {
            return Err(WelfareError::NotFinite { entry: format!("upper bound {}", at + 1), value });
        }
        if value < 0.0 {
            return Err(WelfareError::NegativeUpper { decision: at + 1, value });
        }
    }
    Ok(())
}

/// The list, or `value` for each where it is empty.
fn one_each(list: &[f64], what: &str, expected: usize, value: f64) -> Result<Vec<f64>, WelfareError> {
    if list.is_empty() {
        return Ok(vec![value; expected]);
    }
    length(what, list.len(), expected)?;
    Ok(list.to_vec())
}

pub(super) fn length(what: &str, found: usize, expected: usize) -> Result<(), WelfareError> {
    if found == expected {
        return Ok(());
    }
    Err(WelfareError::Length { what: what.to_owned(), found, expected })
}

/// That all are finite; `name` names the one at a position from one.
pub(super) fn finite(list: &[f64], name: impl Fn(usize) -> String) -> Result<(), WelfareError> {
    match list.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(WelfareError::NotFinite { entry: name(at + 1), value: list[at] }),
        None => Ok(()),
    }
}
