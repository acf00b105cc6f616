//! The figure `allocations`: who gets how much of what they claim, under each policy.
//!
//! One panel a policy, on one scale: solid bars delivered inside outlined claims, April-September up,
//! October-March down, with the share delivered beyond the end of each claim.

use std::collections::HashMap;

use crate::quantity::calendar::Season;

use super::axis::{Panel, Scale, extent};
use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::legend;
use super::palette::{self, Colour, Line};
use super::{Figure, View};

/// Water of one riparian in one season under one policy, hm3.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    claim: f64,
    delivered: f64,
}

impl Share {
    fn met(&self) -> Option<f64> {
        (self.claim > 1e-6).then(|| self.delivered / self.claim)
    }
}

/// Shares by policy, riparian and season.
type Shares<'a> = HashMap<(&'a str, &'a str, Season), Share>;

/// Room for a number beyond the end of a bar, pixels.
const AIR: f64 = 26.0;

/// Draws it, where water is claimed.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let shares = shares(view);
    let riparians: Vec<(String, Colour)> = view
        .riparians()
        .into_iter()
        .filter(|(name, _)| shares.iter().any(|(key, share)| key.1 == name && share.claim > 1e-6))
        .collect();
    if riparians.is_empty() {
        return Vec::new();
    }
    let subtitle = subtitle(&shares);
    view.figure("allocations", title(view, &shares), &subtitle, |canvas, body| {
        let codes: Vec<(String, String, Colour)> = riparians
            .iter()
            .map(|(name, colour)| (name.clone(), view.title_of(name).to_owned(), *colour))
            .collect();
        let below = legend::codes(canvas, body, &codes);
        let top = if below > body.top { below + 10.0 } else { below };
        panels(canvas, Frame { top, ..body }, view, &riparians, &shares);
    })
}

fn shares<'a>(view: &View<'a>) -> Shares<'a> {
    let mut shares = Shares::new();
    for row in &view.tables.riparians {
        let season =
            if row.season == Season::Vegetation.name() { Season::Vegetation } else { Season::NonVegetation };
        let share = shares.entry((row.policy.as_str(), row.riparian.as_str(), season)).or_default();
        share.claim += row.water_claim_hm3;
        share.delivered += row.water_delivered_hm3;
    }
    shares
}

/// The unit that suits the largest claim: its name, and hm3 in it.
fn unit(shares: &Shares<'_>) -> (&'static str, f64) {
    let most = shares.values().map(|share| share.claim).fold(0.0, f64::max);
    if most < 1000.0 { ("hm³", 1.0) } else { ("km³", 1000.0) }
}

fn subtitle(shares: &Shares<'_>) -> String {
    let claimed = |season| shares.iter().any(|(key, share)| key.2 == season && share.claim > 1e-6);
    let seasons = match (claimed(Season::Vegetation), claimed(Season::NonVegetation)) {
        (true, true) => "; April–September above the line, October–March below",
        (true, false) => "; April–September",
        _ => "; October–March",
    };
    let (unit, _) = unit(shares);
    format!("Water delivered (solid) and claimed (outline), {unit}, and the share delivered, %{seasons}")
}

/// What the policies do to the riparian that they treat most differently in April-September (in
/// October-March where nothing is claimed in summer).
fn title(view: &View<'_>, shares: &Shares<'_>) -> String {
    let season = if shares.iter().any(|(key, share)| key.2 == Season::Vegetation && share.claim > 1e-6) {
        Season::Vegetation
    } else {
        Season::NonVegetation
    };
    let met = |policy: &str, riparian: &str| shares.get(&(policy, riparian, season)).and_then(Share::met);
    let mut found: Option<(f64, String)> = None;
    let mut all: Vec<f64> = Vec::new();
    for (riparian, _) in view.riparians() {
        let by_policy: Vec<(&str, f64)> = view
            .policies
            .iter()
            .filter_map(|policy| Some((policy.as_str(), met(policy, &riparian)?)))
            .collect();
        all.extend(by_policy.iter().map(|(_, met)| met));
        let least = by_policy.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = by_policy.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let (Some(least), Some(most)) = (least, most) else { continue };
        if found.as_ref().is_none_or(|(spread, _)| most.1 - least.1 > *spread) {
            let who = view.title_of(&riparian);
            let months = months(season);
            found = Some((most.1 - least.1, apart(who, months, *least, *most)));
        }
    }
    match found {
        Some((spread, sentence)) if spread >= 0.01 => sentence,
        _ => alike(view, season, &all),
    }
}

fn months(season: Season) -> &'static str {
    match season {
        Season::Vegetation => "April–September",
        Season::NonVegetation => "October–March",
    }
}

fn apart(who: &str, months: &str, least: (&str, f64), most: (&str, f64)) -> String {
    format!(
        "{who} gets {:.0} % of its {months} water under {}, {:.0} % under {}",
        100.0 * least.1,
        least.0,
        100.0 * most.1,
        most.0
    )
}

fn alike(view: &View<'_>, season: Season, met: &[f64]) -> String {
    let (low, high) = extent(met.iter().map(|share| 100.0 * share));
    let who = match view.policies.as_slice() {
        [only] => format!("{only} serves"),
        _ => "All policies serve".to_owned(),
    };
    let range = if high - low < 1.0 { format!("{low:.0} %") } else { format!("{low:.0}–{high:.0} %") };
    format!("{who} {range} of the water claimed for {}", months(season))
}

/// The drawing of one panel: where it lies, and how its bars are labelled.
struct Bars<'a> {
    canvas: &'a Canvas,
    panel: Panel,
    slot: f64,
    unit: f64,
    number: Option<(Type, &'static str)>,
}

fn panels(
    canvas: &Canvas,
    body: Frame,
    view: &View<'_>,
    riparians: &[(String, Colour)],
    shares: &Shares<'_>,
) {
    let (unit, hm3) = unit(shares);
    let count = view.policies.len();
    let across = if count <= 6 { count } else { count.div_ceil(2) };
    let place = |room: f64| body.inset(room, 36.0, 0.0, 30.0).grid(count, across, 26.0, 92.0);
    let scale = scale(shares, hm3, place(0.0).first().map_or(body.height(), Frame::height));
    let frames = place(Panel::room_for_numbers(&scale));
    for (k, (policy, frame)) in view.policies.iter().zip(frames).enumerate() {
        let panel = Panel { frame, upright: scale.clone() };
        panel.draw_grid_as(canvas, k % across == 0, |tick| scale.label(tick.abs()));
        if k % across == 0 {
            panel.draw_unit(canvas, unit);
        }
        let look = Type::PANEL.fitted(policy, frame.width());
        let name = look.shorten(policy, frame.width());
        canvas.text((frame.left, frame.top - 14.0), &name, look, Across::Left, Upright::Base);
        let slot = frame.width() / riparians.len() as f64;
        Bars { canvas, panel, slot, unit: hm3, number: number_style(slot) }.draw(policy, riparians, shares);
    }
}

/// One scale for all panels: winter claims below zero, summer claims above, with air for the numbers
/// in panels of this height.
fn scale(shares: &Shares<'_>, unit: f64, height: f64) -> Scale {
    let most = |season| {
        let claims = shares.iter().filter(|(key, _)| key.2 == season);
        claims.map(|(_, share)| share.claim / unit).fold(0.0, f64::max)
    };
    let (above, below) = (most(Season::Vegetation), most(Season::NonVegetation));
    let air = (above + below).max(1e-6) * AIR / (height - 2.0 * AIR).max(AIR);
    let room = |claim: f64| if claim > 0.0 { claim + air } else { 0.0 };
    Scale::round(-room(below), room(above), (height / 54.0) as usize)
}

/// How the shares are written: with the sign where there is room, without, or not at all.
fn number_style(slot: f64) -> Option<(Type, &'static str)> {
    let fits = |look: Type, text: &str| look.width(text) <= slot - 2.0;
    let small = Type::SMALL.size(14.0);
    if fits(Type::SMALL, "100%") {
        Some((Type::SMALL, "%"))
    } else if fits(Type::SMALL, "100") {
        Some((Type::SMALL, ""))
    } else if fits(small, "100") {
        Some((small, ""))
    } else {
        None
    }
}

impl Bars<'_> {
    fn draw(&self, policy: &str, riparians: &[(String, Colour)], shares: &Shares<'_>) {
        let frame = self.panel.frame;
        for (k, (riparian, colour)) in riparians.iter().enumerate() {
            let wide = (0.76 * self.slot).min(150.0);
            let middle = frame.left + (k as f64 + 0.5) * self.slot;
            for season in Season::ALL {
                if let Some(share) = shares.get(&(policy, riparian.as_str(), season)) {
                    self.bar((middle, wide), *share, season, *colour);
                }
            }
            let spot = (middle, frame.bottom + 12.0);
            let look = Type::AXIS.fitted(riparian, self.slot);
            let name = look.shorten(riparian, self.slot);
            self.canvas.text(spot, &name, look, Across::Middle, Upright::Top);
        }
        self.panel.draw_axes(self.canvas, 0.0);
    }

    fn bar(&self, (middle, wide): (f64, f64), share: Share, season: Season, colour: Colour) {
        let sign = if season == Season::Vegetation { 1.0 } else { -1.0 };
        let fill = if season == Season::Vegetation { colour } else { palette::tint(colour, 0.35) };
        let upright = |value: f64| {
            let (from, to) = (self.panel.y(0.0), self.panel.y(sign * value / self.unit));
            Frame::new(middle - 0.5 * wide, from.min(to), middle + 0.5 * wide, from.max(to))
        };
        self.canvas.rectangle(upright(share.delivered), fill);
        self.canvas.outline(upright(share.claim), Line::solid(colour, 2.0));
        if let (Some(met), Some((look, sign_of_share))) = (share.met(), self.number) {
            let end = self.panel.y(sign * share.claim / self.unit) - sign * (6.0 + 0.36 * look.size);
            let text = format!("{:.0}{sign_of_share}", 100.0 * met);
            self.canvas.clear_text((middle, end), &text, look, Across::Middle);
        }
    }
}
