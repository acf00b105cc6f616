//! Units: one newtype a quantity, one unit a newtype, and the few products that make physical sense.
//!
//! A wrong product (a flow times a head, say) does not compile. Numbers come in through `new` and
//! leave through `value`; inside the formulation everything is bare volume and energy per period.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use serde::{Deserialize, Deserializer, Serialize};

/// Acceleration of gravity over the seconds of an hour: GWh in one hm3 falling one metre without loss.
pub const GWH_PER_HM3_METRE: f64 = 9.81 / 3600.0;

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// The unit in which the number is kept.
            pub const UNIT: &'static str = $unit;
            /// Nothing of it.
            pub const ZERO: Self = Self(0.0);

            /// The quantity of `value` units.
            pub const fn new(value: f64) -> Self {
                Self(value)
            }

            /// The bare number, in [`Self::UNIT`].
            pub const fn value(self) -> f64 {
                self.0
            }

            /// The smaller of the two.
            pub fn min(self, other: Self) -> Self {
                Self(self.0.min(other.0))
            }

            /// The larger of the two.
            pub fn max(self, other: Self) -> Self {
                Self(self.0.max(other.0))
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }

        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }

        impl Div<f64> for $name {
            type Output = Self;
            fn div(self, divisor: f64) -> Self {
                Self(self.0 / divisor)
            }
        }

        impl Div for $name {
            type Output = f64;
            fn div(self, other: Self) -> f64 {
                self.0 / other.0
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                Self(items.map(Self::value).sum())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)?;
                write!(f, " {}", $unit)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let value = f64::deserialize(input)?;
                if value.is_finite() {
                    Ok(Self(value))
                } else {
                    Err(serde::de::Error::custom(format!("{value} is not a finite number")))
                }
            }
        }
    };
}

/// One legal product `A * B = factor * C`, both ways round, and the two quotients that undo it.
macro_rules! product {
    ($a:ident * $b:ident = $c:ident, $factor:expr) => {
        impl Mul<$b> for $a {
            type Output = $c;
            fn mul(self, other: $b) -> $c {
                $c(self.0 * other.0 * $factor)
            }
        }
        impl Mul<$a> for $b {
            type Output = $c;
            fn mul(self, other: $a) -> $c {
                other * self
            }
        }
        impl Div<$a> for $c {
            type Output = $b;
            fn div(self, other: $a) -> $b {
                $b(self.0 / (other.0 * $factor))
            }
        }
        impl Div<$b> for $c {
            type Output = $a;
            fn div(self, other: $b) -> $a {
                $a(self.0 / (other.0 * $factor))
            }
        }
    };
}

quantity!(
    /// A discharge, m3/s.
    Flow, "m3/s"
);
quantity!(
    /// A volume of water, hm3 (a million cubic metres).
    Volume, "hm3"
);
quantity!(
    /// A length of time, days.
    Days, "d"
);
quantity!(
    /// A height above the sea, m a.s.l. (Baltic datum).
    Level, "m a.s.l."
);
quantity!(
    /// A difference of levels that falling water uses, m.
    Head, "m"
);
quantity!(
    /// A water surface, km2.
    Area, "km2"
);
quantity!(
    /// A depth of water, mm (of evaporation in a period).
    Depth, "mm"
);
quantity!(
    /// Electric power, MW.
    Power, "MW"
);
quantity!(
    /// Electric energy, GWh (or heat, where a fuel is meant).
    Energy, "GWh"
);
quantity!(
    /// Money, million US dollars.
    Money, "MUSD"
);
quantity!(
    /// The value or price of water, USD/m3, which is also MUSD/hm3.
    WaterPrice, "USD/m3"
);
quantity!(
    /// The value or price of electricity, USD/MWh.
    EnergyPrice, "USD/MWh"
);
quantity!(
    /// Energy that one unit of water makes at a plant, kWh/m3, which is also GWh/hm3.
    WaterYield, "kWh/m3"
);

product!(Flow * Days = Volume, 0.0864);
product!(Power * Days = Energy, 0.024);
product!(Volume * WaterPrice = Money, 1.0);
product!(Energy * EnergyPrice = Money, 1e-3);
product!(Volume * WaterYield = Energy, 1.0);
product!(Area * Depth = Volume, 1e-3);

impl Level {
    /// The head between this level and a lower one, zero if the other is not lower.
    pub fn above(self, tailwater: Level) -> Head {
        Head((self.0 - tailwater.0).max(0.0))
    }
}

impl Head {
    /// Energy made of each unit of water that falls this far through a plant of this efficiency.
    pub fn water_yield(self, efficiency: f64) -> WaterYield {
        WaterYield(efficiency * GWH_PER_HM3_METRE * self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_cubic_metres_a_second_for_thirty_days_is_259_hm3() {
        let volume = Flow::new(100.0) * Days::new(30.0);
        assert!((volume.value() - 259.2).abs() < 1e-9);
        assert!((volume / Days::new(30.0)).value() - 100.0 < 1e-9);
    }

    #[test]
    fn a_thousand_hm3_over_250_m_at_088_is_599_gwh() {
        let energy = Volume::new(1000.0) * Head::new(250.0).water_yield(0.88);
        assert!((energy.value() - 599.5).abs() < 0.2, "{energy}");
    }

    #[test]
    fn a_gwh_at_fifty_dollars_is_a_twentieth_of_a_million() {
        assert!(((Energy::new(1.0) * EnergyPrice::new(50.0)).value() - 0.05).abs() < 1e-12);
    }

    #[test]
    fn not_a_number_is_refused() {
        assert!(toml::from_str::<std::collections::BTreeMap<String, Flow>>("q = nan").is_err());
    }
}
