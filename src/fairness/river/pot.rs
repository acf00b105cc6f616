//! One pot of water among members with benefits: the division of the greatest total, by levelling what
//! a further drop is worth to each.

use super::RiverError;
use super::benefit::{Benefit, Stretch};

/// The division of one pot `quantity` with the greatest total of the benefits, in the unit of the
/// quantity; what nobody wants is left.
///
/// Every member takes the water that is worth more to it than one price, the same for all. Where several
/// divisions have that total (straight benefits of the same slope), the last of the members is served first.
///
/// Three firms share 8 units (Loucks and van Beek, 2017, chapter 4): with benefits `6 x - x^2`,
/// `7 x - 1.5 x^2` and `8 x - 0.5 x^2` the price is 32/11.
///
/// ```
/// use mirab::fairness::river::{QuadraticBenefit, greatest_total};
/// let firm = |slope, squared| QuadraticBenefit { slope, curvature: 2.0 * squared };
/// let uses = greatest_total(8.0, &[firm(6.0, 1.0), firm(7.0, 1.5), firm(8.0, 0.5)])?;
/// let expected = [17.0 / 11.0, 15.0 / 11.0, 56.0 / 11.0];
/// assert!(uses.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12));
/// # Ok::<(), mirab::fairness::river::RiverError>(())
/// ```
///
/// # Errors
///
/// No member, a quantity that is not a number of 0 or more, or a benefit that is not concave, falls or is
/// not a number.
pub fn greatest_total<B>(quantity: f64, benefits: &[B]) -> Result<Vec<f64>, RiverError>
where
    B: Clone + Into<Benefit>,
{
    if benefits.is_empty() {
        return Err(RiverError::NoMember);
    }
    if !(quantity.is_finite() && quantity >= 0.0) {
        return Err(RiverError::Quantity(quantity));
    }
    let stretches = |(member, benefit): (usize, &B)| benefit.clone().into().stretches(member);
    let members: Vec<Vec<Stretch>> = benefits.iter().enumerate().map(stretches).collect::<Result<_, _>>()?;
    let members: Vec<&[Stretch]> = members.iter().map(Vec::as_slice).collect();
    Ok(uses(&members, quantity, price(&members, quantity)))
}

/// The highest price at which the members would take all the water, 0 where they want less than it.
///
/// Where the pot is empty it is the least at which nobody wants any.
pub(super) fn price(members: &[&[Stretch]], water: f64) -> f64 {
    let all = || members.iter().flat_map(|stretches| stretches.iter());
    let mut kinks: Vec<f64> = all().flat_map(|stretch| [stretch.first, stretch.last]).chain([0.0]).collect();
    kinks.sort_by(|one, two| two.total_cmp(one));
    kinks.dedup();
    let taken = |price: f64| all().map(|stretch| stretch.worth_at_least(price)).sum::<f64>();
    let enough = kinks.partition_point(|&kink| taken(kink) < water);
    let Some(&low) = kinks.get(enough) else { return 0.0 };
    if enough == 0 || all().map(|stretch| stretch.worth_more_than(low)).sum::<f64>() <= water {
        return low;
    }
    between(all(), [kinks[enough - 1], low], water)
}

/// The price between two kinks, one after the other, at which the stretches take all the water: between
/// them every stretch is taken wholly, not at all, or in proportion to the fall of the price.
fn between<'a>(stretches: impl Iterator<Item = &'a Stretch>, [high, low]: [f64; 2], water: f64) -> f64 {
    let (mut whole, mut response, mut at_zero) = (0.0, 0.0, 0.0);
    for stretch in stretches.filter(|stretch| stretch.first >= high) {
        if stretch.last >= high {
            whole += stretch.width;
        } else {
            response += stretch.response();
            at_zero += stretch.response() * stretch.first;
        }
    }
    ((at_zero - (water - whole)) / response).clamp(low, high)
}

/// What each member takes at a price: all that is worth more, and of what is worth just as much the
/// rest of the water, the last member first.
pub(super) fn uses(members: &[&[Stretch]], water: f64, price: f64) -> Vec<f64> {
    let sum = |take: fn(&Stretch, f64) -> f64, stretches: &[Stretch]| -> f64 {
        stretches.iter().map(|stretch| take(stretch, price)).sum()
    };
    let mut uses: Vec<f64> = members.iter().map(|own| sum(Stretch::worth_more_than, own)).collect();
    let mut rest = f64::max(0.0, water - uses.iter().sum::<f64>());
    for (own, used) in members.iter().zip(&mut uses).rev() {
        let more = (sum(Stretch::worth_at_least, own) - *used).clamp(0.0, rest);
        *used += more;
        rest -= more;
    }
    uses
}
