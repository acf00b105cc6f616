//! What is checked when a set of utilities is built: that it has a point, and who can rise without end.

use super::error::WelfareError;
use super::frame::Frame;
use super::set::{Polyhedron, UtilitySet, filled};

impl UtilitySet {
    /// Checks a polyhedron; empty `upper`, `utilities` and `constants` are filled in.
    ///
    /// ```
    /// use mirab::fairness::welfare::{Polyhedron, UtilitySet, WelfareError};
    /// let parts = Polyhedron { rows: vec![vec![1.0, 1.0]], limits: vec![-1.0], ..Polyhedron::default() };
    /// assert_eq!(UtilitySet::new(parts), Err(WelfareError::Infeasible { row: 1, short: 1.0 }));
    /// ```
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, or no decisions satisfy all rows; the entry is named.
    pub fn new(polyhedron: Polyhedron) -> Result<UtilitySet, WelfareError> {
        let polyhedron = filled(polyhedron)?;
        let mut set = UtilitySet { polyhedron, endless: None };
        Frame::new(&set, &vec![0.0; set.members()]).check_feasible()?;
        set.endless = Frame::endless(&set)?;
        Ok(set)
    }
}
