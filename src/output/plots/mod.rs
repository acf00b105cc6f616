//! Figures: the list of them, and what each is given.
//!
//! A figure is a function of a `View`: the tables of a run, the scenario, its policies. It returns
//! nothing where there is nothing to show (no power areas, nothing traded). Figures are drawn side by
//! side and returned in the order of the list, byte for byte the same each time.

mod allocations;
mod axis;
mod bands;
mod benefits;
mod canvas;
mod coalitions;
mod energy_balance;
mod fairness;
mod font;
mod labels;
mod legend;
mod line_ends;
mod network;
mod network_ground;
mod network_map;
mod palette;
mod raster;
mod releases;
mod ring_order;
mod river_layout;
mod satisfaction;
mod settlement;
mod storage;
mod trade;
mod tradeoff;

use rayon::prelude::*;

use crate::output::tables::Tables;
use crate::scenario::Scenario;

use self::canvas::{Canvas, Frame, Heading};

/// A drawn figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its name, without ending: `storage-toktogul`.
    pub name: String,
    /// The picture, 1600 by 1000 pixels.
    pub png: Vec<u8>,
    /// The finding it shows, a sentence without a full stop.
    pub title: String,
}

/// Every figure, in the order of the report: first what shows the policies apart.
const FIGURES: &[fn(&View<'_>) -> Vec<Figure>] = &[
    allocations::figure,
    satisfaction::figure,
    tradeoff::figure,
    benefits::figure,
    settlement::figure,
    coalitions::figure,
    fairness::figure,
    energy_balance::figure,
    trade::figure,
    releases::figure,
    storage::figures,
    network::figure,
];

/// Draws every figure that has something to show.
pub fn draw(tables: &Tables, scenario: &Scenario) -> Vec<Figure> {
    let view = View::new(tables, scenario);
    if view.policies.is_empty() {
        return Vec::new();
    }
    let drawn: Vec<Vec<Figure>> = FIGURES.par_iter().map(|figure| figure(&view)).collect();
    drawn.into_iter().flatten().collect()
}

/// What a figure is drawn from.
struct View<'a> {
    tables: &'a Tables,
    scenario: &'a Scenario,
    /// The policies in the order they were run.
    policies: Vec<String>,
    footer: String,
}

impl<'a> View<'a> {
    fn new(tables: &'a Tables, scenario: &'a Scenario) -> View<'a> {
        let digest: String = scenario.digest.chars().take(8).collect();
        let version = env!("CARGO_PKG_VERSION");
        View {
            tables,
            scenario,
            policies: tables.policies(),
            footer: format!("scenario {} \u{b7} mirab {version} \u{b7} digest {digest}", scenario.name),
        }
    }

    /// Draws a page with its heading; the title is also the finding of the figure.
    fn figure(
        &self,
        name: &str,
        title: String,
        subtitle: &str,
        body: impl FnOnce(&Canvas, Frame),
    ) -> Vec<Figure> {
        let heading = Heading { title: &title, subtitle, footer: &self.footer };
        let png = canvas::page(&heading, body);
        png.map(|png| Figure { name: name.to_owned(), png, title }).into_iter().collect()
    }

    /// The short names of the riparians, each with its colour, in the basin's order.
    fn riparians(&self) -> Vec<(String, palette::Colour)> {
        let riparians = self.scenario.basin.riparians.iter().enumerate();
        riparians.map(|(k, riparian)| (riparian.name.clone(), palette::riparian(&riparian.name, k))).collect()
    }

    /// The colour of a riparian, by its short name.
    fn colour_of(&self, riparian: &str) -> palette::Colour {
        let place = self.scenario.basin.riparians.iter().position(|known| known.name == riparian);
        palette::riparian(riparian, place.unwrap_or(0))
    }

    /// The name of a riparian that people read, by its short name.
    fn title_of<'n>(&'n self, riparian: &'n str) -> &'n str {
        let mut riparians = self.scenario.basin.riparians.iter();
        riparians.find(|known| known.name == riparian).map_or(riparian, |known| known.title.as_str())
    }
}
