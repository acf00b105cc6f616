//! The walk to the best point: predictor and corrector (S. Mehrotra, 1992), a step that stays inside, until rows,
//! slopes and products are right. Newton's equations and the beginning are left to others.

use super::super::form::{Form, Point as FormPoint};
use super::Status;
use super::aim::{Aim, Rates, Task, whole};
use super::blocks::Blocks;
use super::direction::Newton;
use super::judge::{Course, Verdict, errors};
use super::lanes::{Lanes, Mask};
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
                self.left.find(self.standard, &self.data, &self.point);
            } else if idle == L {
                return ended;
            }
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
        self.mean = self.left.products / self.products();
        let errors = errors(self.standard, &self.data, &self.point, &self.left);
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
        let (standard, blocks, products) = (self.standard, self.blocks, self.products());
        let task = Task::Predict(&self.left);
        let (data, point, aim) = (&self.data, &self.point, &mut self.aim);
        let reach = self.newton.direct(standard, blocks, data, point, task, aim, &mut self.way);
        let reached = reach.reached(self.left.products) / products;
        let product = self.mean * reached.with(self.mean, sharpness);
        let task = Task::Correct(&self.left, product);
        let mut rates = self.newton.direct(standard, blocks, data, point, task, aim, &mut self.way).rates;
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
        let (standard, blocks) = (self.standard, self.blocks);
        let task = Task::Beside(&self.way, product, rates);
        let (data, point, aim) = (&self.data, &self.point, &mut self.aim);
        let found = self.newton.direct(standard, blocks, data, point, task, aim, &mut self.other).rates;
        let gain = |rates: Rates<L>| rates.0.map(whole) + rates.1.map(whole);
        let better = (gain(rates) + Lanes::all(WORTHWHILE)).below(gain(found)).and(short);
        if better.any() {
            self.way.add(&self.other, better);
        }
        (better.pick(found.0, rates.0), better.pick(found.1, rates.1))
    }

    /// Takes the step in the lanes that are still open, and finds what is left there.
    fn advance(&mut self, (rate, price_rate): Rates<L>) {
        let step = |rate: f64| if rate > INSIDE { INSIDE / rate } else { 1.0 };
        let (mut ahead, mut price_ahead) = (rate.map(step), price_rate.map(step));
        if self.data.curvature.iter().any(|c| c.0.iter().any(|c| *c != 0.0)) {
            ahead = ahead.min(price_ahead);
            price_ahead = ahead;
        }
        let (open, standard) = (self.open(), self.standard);
        self.left.clear(&self.data);
        self.point.go_rows(&self.way, price_ahead, open);
        for span in &standard.spans {
            self.point.go(standard, span, &self.way, (ahead, price_ahead), open);
            self.left.find_in(standard, span, &self.data, &self.point);
        }
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
