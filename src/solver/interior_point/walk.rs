//! The walk to the best point: predictor and corrector (S. Mehrotra, 1992), a step that stays inside, until rows,
//! slopes and products are right. Newton's equations and the beginning are left to others.

use super::super::form::{Form, Point as FormPoint};
use super::Status;
use super::blocks::Blocks;
use super::direction::{Aim, Newton, Rates, Task};
use super::judge::{Course, Verdict, errors};
use super::lanes::{Lanes, Mask, wide};
use super::plan::Plan;
use super::point::{Left, Point, Way};
use super::proof::proved;
use super::standard::{Data, Standard};
use super::start::{Near, begin, begin_near};

/// A step goes this share of the way to the nearest bound.
const INSIDE: f64 = 0.999;

/// A step of this share of the whole way is not corrected.
const LONG: f64 = 0.9;

/// A correction must lengthen the steps together by this much.
const WORTHWHILE: f64 = 0.01;

/// How much looser than asked an answer may be and still count as almost optimal.
const ALMOST: f64 = 1e2;

/// This many idle lanes wait for each other before they are filled anew.
const IDLE: usize = 2;

/// How a walk is to be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner<'a> {
    /// The errors allowed.
    pub tolerance: f64,
    /// The most iterations of a lane.
    pub limit: u32,
    /// Corrections towards the centre in each iteration.
    pub corrections: usize,
    /// Where the answers are thought to lie.
    pub near: Option<&'a Near>,
}

/// What a lane came to.
pub(super) struct Ended {
    /// Which of the forms.
    pub form: usize,
    /// How it ended.
    pub status: Status,
    /// The best point, in the units of the program.
    pub point: FormPoint,
    /// Iterations taken.
    pub iterations: u32,
}

/// The walk of some lanes.
pub(super) struct Walk<'a, const L: usize> {
    plan: &'a Plan,
    standard: &'a Standard,
    blocks: &'a Blocks,
    manner: Manner<'a>,
    data: Data<L>,
    newton: Newton<L>,
    point: Point<L>,
    best: Point<L>,
    way: Way<L>,
    other: Way<L>,
    left: Left<L>,
    aim: Aim<L>,
    /// The mean product of distance and price.
    mean: Lanes<L>,
    /// Which form each lane walks for.
    form: [Option<usize>; L],
    course: [Course; L],
}

impl<'a, const L: usize> Walk<'a, L> {
    /// Room for a walk.
    pub fn new(plan: &'a Plan, manner: Manner<'a>) -> Walk<'a, L> {
        let (standard, blocks) = (&plan.standard, &*plan.blocks);
        Walk {
            plan,
            standard,
            blocks,
            manner,
            data: Data::new(standard),
            newton: Newton::new(standard, blocks),
            point: Point::new(standard),
            best: Point::new(standard),
            way: Way::new(standard),
            other: Way::new(standard),
            left: Left::new(standard),
            aim: Aim::new(standard),
            mean: Lanes::default(),
            form: [None; L],
            course: [Course::NEW; L],
        }
    }

    /// Walks for every form; a lane that has ended takes the next one. The forms must fit the plan.
    pub fn run(mut self, forms: &[Form]) -> Vec<Ended> {
        let mut ended = Vec::with_capacity(forms.len());
        let mut next = 0;
        loop {
            let idle = self.form.iter().filter(|form| form.is_none()).count();
            if next < forms.len() && (idle == L || idle >= IDLE) {
                next = self.fill(forms, next);
            } else if idle == L {
                return ended;
            }
            self.left.find(self.standard, &self.data, &self.point);
            self.judge(&mut ended);
            if self.open().any() {
                self.step();
            }
        }
    }

    /// The lanes that walk.
    fn open(&self) -> Mask<L> {
        Mask(self.form.map(|form| form.is_some()))
    }

    /// Gives the idle lanes the next forms, and each its beginning; returns which form is next.
    fn fill(&mut self, forms: &[Form], mut next: usize) -> usize {
        let first = next == 0;
        let mut filled = Mask::all(false);
        for lane in 0..L {
            // lanes that were never filled walk along with the last form, so that their numbers are numbers
            let Some(form) = forms.get(next).or(if first { forms.last() } else { None }) else { break };
            if self.form[lane].is_some() {
                continue;
            }
            self.plan.put(&mut self.data, lane, form);
            filled.0[lane] = true;
            if next < forms.len() {
                self.form[lane] = Some(next);
                self.course[lane] = Course::NEW;
                next += 1;
            }
        }
        let (standard, blocks) = (self.standard, self.blocks);
        let mut begun = Point::new(standard);
        match self.manner.near {
            Some(near) => begin_near(standard, &self.data, near, &mut begun),
            None => begin(standard, blocks, &self.data, &mut self.newton, &mut begun, &mut self.way),
        }
        self.point.take(&begun, filled);
        next
    }

    /// How many products of distance and price there are.
    fn products(&self) -> f64 {
        (self.standard.low.len() + self.standard.high.len()).max(1) as f64
    }

    /// Keeps the best points and ends the lanes that have arrived or make no headway.
    fn judge(&mut self, ended: &mut Vec<Ended>) {
        let products = self.point.complementarity();
        self.mean = products / self.products();
        let errors = errors(self.standard, &self.data, &self.point, &self.left, products);
        let mut verdicts = [Verdict { better: false, over: false }; L];
        for lane in (0..L).filter(|lane| self.form[*lane].is_some()) {
            let own = errors.map(|error| error.0[lane]);
            verdicts[lane] = self.course[lane].judge(own, self.manner.tolerance, self.manner.limit);
        }
        // a point that could not be used in the end need not be kept
        let usable = self.course.map(|course| course.error <= ALMOST * self.manner.tolerance);
        let keep = Mask(std::array::from_fn(|lane| verdicts[lane].better && usable[lane]));
        if keep.any() {
            self.best.take(&self.point, keep);
        }
        for lane in (0..L).filter(|lane| verdicts[*lane].over) {
            if let Some(form) = self.form[lane].take() {
                let (status, point) = (self.ending(lane), self.plan.point(&self.best, lane));
                ended.push(Ended { form, status, point, iterations: self.course[lane].iterations });
            }
        }
    }

    /// How a lane ended.
    fn ending(&self, lane: usize) -> Status {
        let (error, tolerance) = (self.course[lane].error, self.manner.tolerance);
        if error <= tolerance {
            return Status::Optimal;
        }
        let almost = if error <= ALMOST * tolerance { Status::AlmostOptimal } else { Status::NotConverged };
        proved(self.standard, &self.data, &self.point, &self.way, lane).unwrap_or(almost)
    }

    /// One predictor and corrector.
    fn step(&mut self) {
        let (standard, blocks, mean) = (self.standard, self.blocks, self.mean);
        self.newton.factor(standard, blocks, &self.data, &self.point);
        self.aim_at_nothing();
        let task = Task::Predict(&self.left);
        let rates = self.newton.direct(standard, blocks, &self.point, task, &self.aim, &mut self.way);
        let reached = self.reached(rates);
        let product = mean * reached.with(mean, sharpness);
        self.aim_at(product);
        let task = Task::Correct(&self.left);
        let mut rates = self.newton.direct(standard, blocks, &self.point, task, &self.aim, &mut self.way);
        for _ in 0..self.manner.corrections {
            // each lane is corrected for its own sake
            let short = self.open().and(is_short(rates));
            if short.any() {
                rates = self.centre(product, rates, short);
            }
        }
        self.advance(rates);
    }

    /// One more solve that draws outlying products nearer to the others, kept where it lengthens a step that is short
    /// (J. Gondzio, 1996).
    fn centre(&mut self, product: Lanes<L>, rates: Rates<L>, short: Mask<L>) -> Rates<L> {
        self.aim_at_centre(product, rates);
        let (standard, blocks, task) = (self.standard, self.blocks, Task::Beside(&self.way));
        let found = self.newton.direct(standard, blocks, &self.point, task, &self.aim, &mut self.other);
        let gain = |rates: Rates<L>| rates.0.map(whole) + rates.1.map(whole);
        let better = (gain(rates) + Lanes::all(WORTHWHILE)).below(gain(found)).and(short);
        if better.any() {
            self.way.add(&self.other, better);
        }
        (better.pick(found.0, rates.0), better.pick(found.1, rates.1))
    }

    /// The centrality corrections' aim: outlying products of a longer step drawn nearer to the others.
    #[inline(never)]
    fn aim_at_centre(&mut self, product: Lanes<L>, rates: Rates<L>) {
        wide(
            #[inline(always)]
            || {
                let (ahead, price_ahead) = (rates.0.map(further), rates.1.map(further));
                let (point, way, standard) = (&self.point, &self.way, self.standard);
                for (at, aim) in self.aim.floor.iter_mut().enumerate() {
                    let room = point.above[at] + way.x[standard.low[at] as usize] * ahead;
                    *aim = (room * (point.floor[at] + way.floor[at] * price_ahead)).with(product, drawn);
                }
                for (at, aim) in self.aim.ceiling.iter_mut().enumerate() {
                    let room = point.below[at] - way.x[standard.high[at] as usize] * ahead;
                    *aim = (room * (point.ceiling[at] + way.ceiling[at] * price_ahead)).with(product, drawn);
                }
                self.aim.fair.fill(Lanes::default());
            },
        )
    }

    /// The predictor's aim: every alpha-fair slope right, where every product becomes nothing.
    fn aim_at_nothing(&mut self) {
        for (at, &(column, alpha)) in self.standard.fair.iter().enumerate() {
            let (x, slope) = (self.point.x[column], self.point.fair[at]);
            let ratio = self.data.weight[at].with(x, |weight, x| weight * x.powf(-alpha)) / slope;
            let way = ratio.map(|ratio| if ratio < 1.0 { ratio - 1.0 } else { ratio.ln() });
            self.aim.fair[at] = slope * way;
        }
    }

    /// The corrector's aim: every product the same, and what the predictor's own curve takes away.
    #[inline(never)]
    fn aim_at(&mut self, product: Lanes<L>) {
        wide(
            #[inline(always)]
            || {
                let (point, way, standard) = (&self.point, &self.way, self.standard);
                for (at, aim) in self.aim.floor.iter_mut().enumerate() {
                    let curve = way.x[standard.low[at] as usize] * way.floor[at];
                    *aim = product - point.above[at] * point.floor[at] - curve;
                }
                for (at, aim) in self.aim.ceiling.iter_mut().enumerate() {
                    let curve = way.x[standard.high[at] as usize] * way.ceiling[at];
                    *aim = product - point.below[at] * point.ceiling[at] + curve;
                }
                for (at, &(column, alpha)) in self.standard.fair.iter().enumerate() {
                    let (x, slope) = (self.point.x[column], self.point.fair[at]);
                    let (dx, dv) = (way.x[column] / x, way.fair[at] / slope);
                    let curve = dx * dv * alpha + dx * dx * (0.5 * alpha * (alpha - 1.0));
                    self.aim.fair[at] -= slope * curve.map(|curve| curve.clamp(-0.5, 0.5));
                }
            },
        )
    }

    /// The mean product at the end of the longest step.
    #[inline(never)]
    fn reached(&self, (rate, price_rate): Rates<L>) -> Lanes<L> {
        wide(
            #[inline(always)]
            || {
                let (ahead, price_ahead) = (rate.map(whole), price_rate.map(whole));
                let (point, way) = (&self.point, &self.way);
                let mut sum = Lanes::default();
                for (at, &column) in self.standard.low.iter().enumerate() {
                    sum += (point.above[at] + way.x[column as usize] * ahead)
                        * (point.floor[at] + way.floor[at] * price_ahead);
                }
                for (at, &column) in self.standard.high.iter().enumerate() {
                    sum += (point.below[at] - way.x[column as usize] * ahead)
                        * (point.ceiling[at] + way.ceiling[at] * price_ahead);
                }
                sum / self.products()
            },
        )
    }

    /// Takes the step in the lanes that are still open.
    #[inline(never)]
    fn advance(&mut self, (rate, price_rate): Rates<L>) {
        wide(
            #[inline(always)]
            || {
                let step = |rate: f64| if rate > INSIDE { INSIDE / rate } else { 1.0 };
                let (mut ahead, mut price_ahead) = (rate.map(step), price_rate.map(step));
                if self.data.curvature.iter().any(|c| c.0.iter().any(|c| *c != 0.0)) {
                    ahead = ahead.min(price_ahead);
                    price_ahead = ahead;
                }
                let open = self.open();
                let go = |own: &mut [Lanes<L>], way: &[Lanes<L>], length: Lanes<L>| {
                    own.iter_mut()
                        .zip(way)
                        .for_each(|(own, way)| *own = open.pick(*own + *way * length, *own));
                };
                go(&mut self.point.x, &self.way.x, ahead);
                for (room, &column) in self.point.above.iter_mut().zip(&self.standard.low) {
                    *room = open.pick(*room + self.way.x[column as usize] * ahead, *room);
                }
                for (room, &column) in self.point.below.iter_mut().zip(&self.standard.high) {
                    *room = open.pick(*room - self.way.x[column as usize] * ahead, *room);
                }
                go(&mut self.point.y, &self.way.y, price_ahead);
                go(&mut self.point.floor, &self.way.floor, price_ahead);
                go(&mut self.point.ceiling, &self.way.ceiling, price_ahead);
                go(&mut self.point.fair, &self.way.fair, price_ahead);
            },
        )
    }
}

/// Whether a correction could make a step much longer.
fn is_short<const L: usize>((rate, price_rate): Rates<L>) -> Mask<L> {
    Lanes::all(1.0 / LONG).below(rate.max(price_rate))
}

/// The share of the mean product that is aimed at, from what the predictor reaches.
fn sharpness(reached: f64, mean: f64) -> f64 {
    if mean > 0.0 { (reached / mean).clamp(0.0, 1.0).powi(3) } else { 0.0 }
}

/// A step somewhat longer than can be taken, to see which products would be in the way.
fn further(rate: f64) -> f64 {
    (1.5 * whole(rate) + 0.1).min(1.0)
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
fn whole(rate: f64) -> f64 {
    if rate > 1.0 { 1.0 / rate } else { 1.0 }
}
