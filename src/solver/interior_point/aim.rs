//! What a direction is to do, and what becomes of products of distance and price and of alpha-fair slopes: nothing and right
//! for a predictor (S. Mehrotra, 1992), all the same for a corrector, nearer to the others for a correction beside it
//! (J. Gondzio, 1996). How to get there is left to [`super::direction`].

use super::lanes::{Lanes, wide};
use super::point::{Left, Point, Way};
use super::standard::{Data, Span, Standard};

/// How fast the nearest quantity and the nearest price fall to nothing along a direction.
pub(super) type Rates<const L: usize> = (Lanes<L>, Lanes<L>);

/// What a direction is to do.
#[derive(Clone, Copy)]
pub(super) enum Task<'a, const L: usize> {
    /// Factor the normal equations, make the linear conditions whole and every product nothing: the predictor.
    Predict(&'a Left<L>),
    /// Make the linear conditions whole and every product this one: the corrector.
    Correct(&'a Left<L>, Lanes<L>),
    /// Draw the products of a longer step than these rates allow nearer to this one, beside another direction that does the rest.
    Beside(&'a Way<L>, Lanes<L>, Rates<L>),
}

/// How products of distance and price are to change.
#[derive(Clone, Debug)]
pub(super) struct Aim<const L: usize> {
    /// Of lower bounds: `z ds + s dz`.
    pub floor: Vec<Lanes<L>>,
    /// Of upper bounds: `r dt + t dr`.
    pub ceiling: Vec<Lanes<L>>,
    /// Of slopes: `dv + alpha v dx / x`.
    pub fair: Vec<Lanes<L>>,
}

impl<const L: usize> Aim<L> {
    /// Room.
    pub fn new(standard: &Standard) -> Aim<L> {
        let room = |count: usize| vec![Lanes::default(); count];
        Aim {
            floor: room(standard.low.len()),
            ceiling: room(standard.high.len()),
            fair: room(standard.fair.len()),
        }
    }

    /// Sets the aim of a task for a span; `way` is the direction found before.
    pub fn set(
        &mut self,
        standard: &Standard,
        span: &Span,
        data: &Data<L>,
        point: &Point<L>,
        task: Task<'_, L>,
        way: &Way<L>,
    ) {
        match task {
            Task::Predict(_) => self.at_nothing(standard, span, data, point),
            Task::Correct(_, product) => self.at(standard, span, point, product, way),
            Task::Beside(beside, product, rates) => {
                self.at_centre(standard, span, point, product, beside, rates)
            }
        }
    }

    /// The predictor's aim: every alpha-fair slope right, where every product becomes nothing.
    fn at_nothing(&mut self, standard: &Standard, span: &Span, data: &Data<L>, point: &Point<L>) {
        for at in span.fair.clone() {
            let (column, alpha) = standard.fair[at];
            let (x, slope) = (point.x[column], point.fair[at]);
            let ratio = data.weight[at].with(x, |weight, x| weight * x.powf(-alpha)) / slope;
            let way = ratio.map(|ratio| if ratio < 1.0 { ratio - 1.0 } else { ratio.ln() });
            self.fair[at] = slope * way;
        }
    }

    /// The corrector's aim: every product the same, and what the predictor's own curve takes away.
    #[inline(never)]
    fn at(&mut self, standard: &Standard, span: &Span, point: &Point<L>, product: Lanes<L>, way: &Way<L>) {
        wide(
            #[inline(always)]
            || {
                for at in span.low.clone() {
                    let curve = way.x[standard.low[at] as usize] * way.floor[at];
                    self.floor[at] = product - point.above[at] * point.floor[at] - curve;
                }
                for at in span.high.clone() {
                    let curve = way.x[standard.high[at] as usize] * way.ceiling[at];
                    self.ceiling[at] = product - point.below[at] * point.ceiling[at] + curve;
                }
                for at in span.fair.clone() {
                    let (column, alpha) = standard.fair[at];
                    let (x, slope) = (point.x[column], point.fair[at]);
                    let (dx, dv) = (way.x[column] / x, way.fair[at] / slope);
                    let curve = dx * dv * alpha + dx * dx * (0.5 * alpha * (alpha - 1.0));
                    self.fair[at] -= slope * curve.map(|curve| curve.clamp(-0.5, 0.5));
                }
            },
        )
    }

    /// The centrality corrections' aim: outlying products of a longer step drawn nearer to the others.
    #[inline(never)]
    fn at_centre(
        &mut self,
        standard: &Standard,
        span: &Span,
        point: &Point<L>,
        product: Lanes<L>,
        way: &Way<L>,
        rates: Rates<L>,
    ) {
        wide(
            #[inline(always)]
            || {
                let (ahead, price_ahead) = (rates.0.map(further), rates.1.map(further));
                for at in span.low.clone() {
                    let room = point.above[at] + way.x[standard.low[at] as usize] * ahead;
                    let price = point.floor[at] + way.floor[at] * price_ahead;
                    self.floor[at] = (room * price).with(product, drawn);
                }
                for at in span.high.clone() {
                    let room = point.below[at] - way.x[standard.high[at] as usize] * ahead;
                    let price = point.ceiling[at] + way.ceiling[at] * price_ahead;
                    self.ceiling[at] = (room * price).with(product, drawn);
                }
                self.fair[span.fair.clone()].fill(Lanes::default());
            },
        )
    }
}

/// A step twice as long as can be taken, to see which products would be in the way.
fn further(rate: f64) -> f64 {
    (2.0 * whole(rate)).min(1.0)
}

/// How an outlying product is to change.
#[inline(always)]
fn drawn(then: f64, product: f64) -> f64 {
    let (least, most) = (0.1 * product, product / 0.1);
    if then < least {
        least - then
    } else if then > most {
        (most - then).max(-most)
    } else {
        0.0
    }
}

/// The whole way, or what can be gone of it.
pub(super) fn whole(rate: f64) -> f64 {
    if rate > 1.0 { 1.0 / rate } else { 1.0 }
}
