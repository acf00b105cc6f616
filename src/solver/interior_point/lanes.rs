//! Numbers side by side: one for each of `L` programs of one pattern. All arithmetic is lane by lane, so a lane
//! never knows how many others there are; `L` is one for a single solve. It knows nothing of programs.

use std::array::from_fn;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// A number for each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub(super) struct Lanes<const L: usize>(pub [f64; L]);

/// A choice for each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mask<const L: usize>(pub [bool; L]);

impl<const L: usize> Default for Lanes<L> {
    #[inline(always)]
    fn default() -> Lanes<L> {
        Lanes::all(0.0)
    }
}

impl<const L: usize> Lanes<L> {
    /// The same number in every lane.
    #[inline(always)]
    pub fn all(number: f64) -> Lanes<L> {
        Lanes([number; L])
    }

    /// A function of each lane's number.
    #[inline(always)]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Lanes<L> {
        Lanes(from_fn(|lane| f(self.0[lane])))
    }

    /// A function of two numbers of each lane.
    #[inline(always)]
    pub fn with(self, other: Lanes<L>, f: impl Fn(f64, f64) -> f64) -> Lanes<L> {
        Lanes(from_fn(|lane| f(self.0[lane], other.0[lane])))
    }

    /// The larger number.
    #[inline(always)]
    pub fn max(self, other: Lanes<L>) -> Lanes<L> {
        self.with(other, |one, two| if one > two { one } else { two })
    }

    /// The smaller number.
    #[inline(always)]
    pub fn min(self, other: Lanes<L>) -> Lanes<L> {
        self.with(other, |one, two| if one < two { one } else { two })
    }

    /// The size.
    #[inline(always)]
    pub fn abs(self) -> Lanes<L> {
        self.map(f64::abs)
    }

    /// The larger of the first number and the second's size; not a number is the largest of all.
    #[inline(always)]
    pub fn or_size(self, other: Lanes<L>) -> Lanes<L> {
        self.with(other, |one, two| if two.abs() <= one { one } else { two.abs() })
    }

    /// Whether the first number is below the second.
    #[inline(always)]
    pub fn below(self, other: Lanes<L>) -> Mask<L> {
        Mask(from_fn(|lane| self.0[lane] < other.0[lane]))
    }
}

impl<const L: usize> Mask<L> {
    /// The same choice in every lane.
    #[inline(always)]
    pub fn all(choice: bool) -> Mask<L> {
        Mask([choice; L])
    }

    /// Whether any lane is chosen.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.contains(&true)
    }

    /// What both choose.
    #[inline(always)]
    pub fn and(self, other: Mask<L>) -> Mask<L> {
        Mask(from_fn(|lane| self.0[lane] && other.0[lane]))
    }

    /// The first number where chosen, else the second.
    #[inline(always)]
    pub fn pick(self, one: Lanes<L>, two: Lanes<L>) -> Lanes<L> {
        Lanes(from_fn(|lane| if self.0[lane] { one.0[lane] } else { two.0[lane] }))
    }
}

/// Does some work with the widest lanes that this processor has.
#[inline(always)]
pub(super) fn wide<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

macro_rules! lane_by_lane {
    ($($name:ident $function:ident $sign:tt),*) => {$(
        impl<const L: usize> $name for Lanes<L> {
            type Output = Lanes<L>;
            #[inline(always)]
            fn $function(self, other: Lanes<L>) -> Lanes<L> {
                Lanes(from_fn(|lane| self.0[lane] $sign other.0[lane]))
            }
        }
        impl<const L: usize> $name<f64> for Lanes<L> {
            type Output = Lanes<L>;
            #[inline(always)]
            fn $function(self, other: f64) -> Lanes<L> {
                Lanes(from_fn(|lane| self.0[lane] $sign other))
            }
        }
    )*};
}

lane_by_lane!(Add add +, Sub sub -, Mul mul *, Div div /);

impl<const L: usize> Neg for Lanes<L> {
    type Output = Lanes<L>;
    #[inline(always)]
    fn neg(self) -> Lanes<L> {
        Lanes(from_fn(|lane| -self.0[lane]))
    }
}

impl<const L: usize> AddAssign for Lanes<L> {
    #[inline(always)]
    fn add_assign(&mut self, other: Lanes<L>) {
        *self = *self + other;
    }
}

impl<const L: usize> SubAssign for Lanes<L> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Lanes<L>) {
        *self = *self - other;
    }
}
