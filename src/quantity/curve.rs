//! Monotone piecewise-linear curves, such as level over volume.
//!
//! Beyond its first and last points a curve goes on with its end slopes.

/// A piecewise-linear function through points with rising `x` and `y` that never falls.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
}

/// Why points do not make a curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// Fewer than two points, or columns of different length.
    #[error(
        "a curve needs at least two points, as many of one column as of the other ({x} and {y} were given)"
    )]
    Points {
        /// Length of the first column.
        x: usize,
        /// Length of the second column.
        y: usize,
    },
    /// A point that is not above its neighbour, or is no number.
    #[error("point {position} ({x}, {y}) does not lie above the point before it")]
    NotIncreasing {
        /// Which point, counted from one.
        position: usize,
        /// Its place.
        x: f64,
        /// Its value.
        y: f64,
    },
}

impl Curve {
    /// The curve through the points `(x, y)`.
    ///
    /// # Errors
    /// Fewer than two points, columns of different length, `x` that does not rise or `y` that falls.
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Result<Curve, CurveError> {
        if x.len() < 2 || x.len() != y.len() {
            return Err(CurveError::Points { x: x.len(), y: y.len() });
        }
        for k in 0..x.len() {
            let rises = k == 0 || (x[k] > x[k - 1] && y[k] >= y[k - 1]);
            if !rises || !x[k].is_finite() || !y[k].is_finite() {
                return Err(CurveError::NotIncreasing { position: k + 1, x: x[k], y: y[k] });
            }
        }
        Ok(Curve { x, y })
    }

    /// The value at `x`.
    pub fn value(&self, x: f64) -> f64 {
        let k = self.segment(x);
        self.y[k] + self.slope_of(k) * (x - self.x[k])
    }

    /// The slope at `x` (to the right of it at a kink).
    pub fn slope(&self, x: f64) -> f64 {
        self.slope_of(self.segment(x))
    }

    /// The smallest `x` whose value is `y`; at a flat end, the end itself.
    pub fn inverse(&self, y: f64) -> f64 {
        let last = self.x.len() - 2;
        let k = self.y.iter().skip(1).position(|&right| right >= y).unwrap_or(last).min(last);
        let slope = self.slope_of(k);
        if slope > 0.0 { self.x[k] + (y - self.y[k]) / slope } else { self.x[k] }
    }

    /// The first and the last `x`.
    pub fn domain(&self) -> (f64, f64) {
        (self.x[0], self.x[self.x.len() - 1])
    }

    /// The points.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.x.iter().copied().zip(self.y.iter().copied())
    }

    /// The slope of the straight line between the values at `a` and at `b`.
    pub fn secant(&self, a: f64, b: f64) -> f64 {
        (self.value(b) - self.value(a)) / (b - a)
    }

    fn segment(&self, x: f64) -> usize {
        self.x.partition_point(|&left| left <= x).saturating_sub(1).min(self.x.len() - 2)
    }

    fn slope_of(&self, k: usize) -> f64 {
        (self.y[k + 1] - self.y[k]) / (self.x[k + 1] - self.x[k])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toktogul() -> Curve {
        // hm3 against m a.s.l. (data of the basin: 837 m dead, 900 m full)
        Curve::new(vec![5500.0, 9709.0, 19500.0], vec![837.0, 860.0, 900.0]).unwrap()
    }

    #[test]
    fn values_and_inverses_agree() {
        let curve = toktogul();
        for volume in [4000.0, 5500.0, 7000.0, 9709.0, 15000.0, 19500.0, 19600.0] {
            assert!((curve.inverse(curve.value(volume)) - volume).abs() < 1e-9);
        }
    }

    #[test]
    fn a_curve_that_falls_is_refused() {
        assert!(Curve::new(vec![0.0, 1.0], vec![2.0, 1.0]).is_err());
        assert!(Curve::new(vec![0.0, 0.0], vec![1.0, 2.0]).is_err());
        assert!(Curve::new(vec![0.0], vec![1.0]).is_err());
        assert!(Curve::new(vec![0.0, f64::NAN], vec![1.0, 2.0]).is_err());
    }
}
