//! The figure `allocations`: who gets how much of what they claim, under each policy.
//!
//! One panel a policy, on one scale: solid bars delivered inside outlined claims, April-September up,
//! October-March down, with the share delivered beyond the end of each claim.

use std::collections::HashMap;

use super::axis::{Panel, Scale};
use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::palette::{self, Colour, Line};
use super::{Figure, View};

/// Water of one riparian in one season under one policy, km3.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Season {
    Vegetation,
    NonVegetation,
}

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
    let subtitle = "Water delivered (solid) and claimed (outline), km³, and the share delivered, %; \
                    April–September above the line, October–March below";
    view.figure("allocations", title(view, &shares), subtitle, |canvas, body| {
        panels(canvas, body, view, &riparians, &shares);
    })
}

fn shares<'a>(view: &View<'a>) -> Shares<'a> {
    let mut shares = Shares::new();
    for row in &view.tables.riparians {
        let season = if row.season == "vegetation" { Season::Vegetation } else { Season::NonVegetation };
        let share = shares.entry((row.policy.as_str(), row.riparian.as_str(), season)).or_default();
        share.claim += row.water_claim_hm3 / 1000.0;
        share.delivered += row.water_delivered_hm3 / 1000.0;
    }
    shares
}

fn title(view: &View<'_>, _shares: &Shares<'_>) -> String {
    format!("{} policies", view.policies.len())
}

fn panels(
    canvas: &Canvas<'_>,
    body: Frame,
    view: &View<'_>,
    riparians: &[(String, Colour)],
    shares: &Shares<'_>,
) {
    let most = |season| {
        shares.iter().filter(|(key, _)| key.2 == season).map(|(_, share)| share.claim).fold(0.0, f64::max)
    };
    let (above, below) = (most(Season::Vegetation), most(Season::NonVegetation));
    let scale = Scale::round(-1.12 * below, 1.08 * above, 6);
    let room = Panel::room_for_numbers(&scale);
    let across = if view.policies.len() <= 6 { view.policies.len() } else { view.policies.len().div_ceil(2) };
    let frames = body.inset(room, 36.0, 0.0, 30.0).grid(view.policies.len(), across, 26.0, 90.0);
    for (k, (policy, frame)) in view.policies.iter().zip(frames).enumerate() {
        let panel = Panel { frame, upright: scale.clone() };
        panel.draw_grid_as(canvas, k % across == 0, |tick| scale.label(tick.abs()));
        let look = Type::PANEL.fitted(policy, frame.width());
        let name = look.shorten(policy, frame.width());
        canvas.text((frame.left, frame.top - 14.0), &name, look, Across::Left, Upright::Base);
        for (r, (riparian, colour)) in riparians.iter().enumerate() {
            let slot = frame.width() / riparians.len() as f64;
            let left = frame.left + (r as f64 + 0.12) * slot;
            for season in [Season::Vegetation, Season::NonVegetation] {
                if let Some(share) = shares.get(&(policy.as_str(), riparian.as_str(), season)) {
                    bar(canvas, &panel, (left, 0.76 * slot), *share, season, *colour);
                }
            }
            let spot = (left + 0.38 * slot, frame.bottom + 12.0);
            canvas.text(spot, riparian, Type::AXIS.fitted(riparian, slot), Across::Middle, Upright::Top);
        }
        panel.draw_axes(canvas, 0.0);
    }
}

fn bar(
    canvas: &Canvas<'_>,
    panel: &Panel,
    (left, wide): (f64, f64),
    share: Share,
    season: Season,
    colour: Colour,
) {
    let sign = if season == Season::Vegetation { 1.0 } else { -1.0 };
    let fill = if season == Season::Vegetation { colour } else { palette::tint(colour, 0.35) };
    let upright = |value: f64| {
        let (from, to) = (panel.y(0.0), panel.y(sign * value));
        Frame::new(left, from.min(to), left + wide, from.max(to))
    };
    canvas.rectangle(upright(share.delivered), fill);
    canvas.outline(upright(share.claim), Line::solid(colour, 2.0));
    if let Some(met) = share.met() {
        let end = panel.y(sign * share.claim);
        let (y, anchor) = if sign > 0.0 { (end - 6.0, Upright::Base) } else { (end + 6.0, Upright::Top) };
        let text = format!("{:.0}", 100.0 * met);
        canvas.text((left + 0.5 * wide, y), &text, Type::SMALL, Across::Middle, anchor);
    }
}
