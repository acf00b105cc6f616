//! The page: lines, areas, discs and text by the pixel, with title, subtitle and footer around a body.
//!
//! Coordinates are pixels from the upper left corner. What is drawn into the body is for the figures;
//! axes are in [`super::axis`], the spreading of labels in [`super::labels`].

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, ShapeStyle, TextStyle};

use super::font::{self, LEADING, Weight};
use super::palette::{self, Colour, Line};
use super::raster::{self, HEIGHT, Pixels, Raster, STEPS, WIDTH};

/// A place on the page, pixels.
pub(super) type Spot = (f64, f64);

/// A rectangle on the page, pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn new(left: f64, top: f64, right: f64, bottom: f64) -> Frame {
        Frame { left, top, right, bottom }
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(&self) -> Spot {
        (0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }

    /// The frame with margins taken off.
    pub(super) fn inset(&self, left: f64, top: f64, right: f64, bottom: f64) -> Frame {
        Frame::new(self.left + left, self.top + top, self.right - right, self.bottom - bottom)
    }

    /// `count` frames of one size in rows of at most `across`, with gaps between them.
    pub(super) fn grid(&self, count: usize, across: usize, gap_x: f64, gap_y: f64) -> Vec<Frame> {
        let across = across.clamp(1, count.max(1));
        let down = count.div_ceil(across).max(1);
        let width = (self.width() - gap_x * (across - 1) as f64) / across as f64;
        let height = (self.height() - gap_y * (down - 1) as f64) / down as f64;
        let frame = |k: usize| {
            let left = self.left + (k % across) as f64 * (width + gap_x);
            let top = self.top + (k / across) as f64 * (height + gap_y);
            Frame::new(left, top, left + width, top + height)
        };
        (0..count).map(frame).collect()
    }
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    /// The em, pixels.
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) colour: Colour,
}

impl Type {
    /// The title of a figure.
    pub(super) const TITLE: Type = Type { size: 30.0, weight: Weight::Bold, colour: palette::INK };
    /// What is drawn, under the title.
    pub(super) const SUBTITLE: Type = Type { size: 20.0, weight: Weight::Regular, colour: palette::GREY };
    /// The title of a panel.
    pub(super) const PANEL: Type = Type { size: 21.0, weight: Weight::Bold, colour: palette::INK };
    /// Numbers and names along an axis.
    pub(super) const AXIS: Type = Type { size: 19.0, weight: Weight::Regular, colour: palette::TEXT };
    /// Labels in the drawing.
    pub(super) const LABEL: Type = Type { size: 18.0, weight: Weight::Regular, colour: palette::TEXT };
    /// The smallest that is read.
    pub(super) const SMALL: Type = Type { size: 16.0, weight: Weight::Regular, colour: palette::TEXT };
    /// The footer.
    pub(super) const FOOTER: Type = Type { size: 15.0, weight: Weight::Regular, colour: palette::FAINT };

    pub(super) const fn colour(self, colour: Colour) -> Type {
        Type { colour, ..self }
    }

    pub(super) const fn size(self, size: f64) -> Type {
        Type { size, ..self }
    }

    pub(super) const fn bold(self) -> Type {
        Type { weight: Weight::Bold, ..self }
    }

    /// How wide a line of text is, pixels.
    pub(super) fn width(&self, text: &str) -> f64 {
        font::width(text, self.size, self.weight)
    }

    /// The width of the widest of these texts, pixels.
    pub(super) fn widest<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> f64 {
        texts.into_iter().map(|text| self.width(text)).fold(0.0, f64::max)
    }

    /// The distance of two lines, pixels.
    pub(super) fn leading(&self) -> f64 {
        LEADING * self.size
    }

    /// The text in lines that fit where its words allow.
    pub(super) fn wrap(&self, text: &str, room: f64) -> Vec<String> {
        font::wrap(text, self.size, self.weight, room)
    }

    /// The text in as few lines as fit, as even as its words allow.
    pub(super) fn wrap_evenly(&self, text: &str, room: f64) -> Vec<String> {
        font::wrap_evenly(text, self.size, self.weight, room)
    }

    /// The text, cut where it does not fit.
    pub(super) fn shorten(&self, text: &str, room: f64) -> String {
        font::shorten(text, self.size, self.weight, room)
    }

    /// The type, made smaller (to 14 pixels at least) until the text fits.
    pub(super) fn fitted(&self, text: &str, room: f64) -> Type {
        let wide = self.width(text);
        if wide <= room { *self } else { self.size((0.999 * self.size * room / wide).clamp(14.0, self.size)) }
    }
}

/// Which point of a text lies at its spot, across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Across {
    Left,
    Middle,
    Right,
}

/// Which point of a text lies at its spot, upright: its base line, or the middle or top of a capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upright {
    Base,
    Middle,
    Top,
}

/// Where one draws.
pub(super) struct Canvas {
    area: DrawingArea<Raster, Shift>,
}

fn steps(spot: Spot) -> (i32, i32) {
    ((spot.0 * STEPS).round() as i32, (spot.1 * STEPS).round() as i32)
}

impl Canvas {
    fn new(pixels: Pixels) -> Canvas {
        Canvas { area: Raster::new(pixels).into_drawing_area() }
    }

    /// Draws an element. Our back end cannot fail, so there is nothing to tell.
    fn put<E>(&self, element: &E)
    where
        for<'e> &'e E: PointCollection<'e, (i32, i32)>,
        E: Drawable<Raster>,
    {
        drop(self.area.draw(element));
    }

    /// A line through points, in its dashes.
    pub(super) fn line(&self, points: &[Spot], line: Line) {
        for piece in dashes(points, line.dash) {
            self.stroke(&piece, line);
        }
    }

    fn stroke(&self, points: &[Spot], line: Line) {
        let style = ShapeStyle::from(line.colour).stroke_width((line.width * STEPS).round() as u32);
        let points: Vec<(i32, i32)> = points.iter().copied().map(steps).collect();
        self.put(&PathElement::new(points, style));
    }

    /// A filled area.
    pub(super) fn area(&self, corners: &[Spot], colour: Colour) {
        let corners: Vec<(i32, i32)> = corners.iter().copied().map(steps).collect();
        self.put(&Polygon::new(corners, colour.filled()));
    }

    /// A filled rectangle.
    pub(super) fn rectangle(&self, frame: Frame, colour: Colour) {
        let Frame { left, top, right, bottom } = frame;
        self.area(&[(left, top), (right, top), (right, bottom), (left, bottom)], colour);
    }

    /// The outline of a rectangle, drawn inside it.
    pub(super) fn outline(&self, frame: Frame, line: Line) {
        let half = 0.5 * line.width;
        let Frame { left, top, right, bottom } = frame.inset(half, half, half, half);
        let ring = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top)];
        self.line(&ring, line);
    }

    /// A filled disc.
    pub(super) fn disc(&self, centre: Spot, radius: f64, colour: Colour) {
        self.put(&Circle::new(steps(centre), (radius * STEPS).round() as i32, colour.filled()));
    }

    /// A disc with a white rim, that stands out from what it lies on.
    pub(super) fn dot(&self, centre: Spot, radius: f64, colour: Colour) {
        self.disc(centre, radius + 2.0, palette::WHITE);
        self.disc(centre, radius, colour);
    }

    /// A line of text.
    pub(super) fn text(&self, spot: Spot, text: &str, look: Type, across: Across, upright: Upright) {
        self.turned_text(spot, text, look, across, upright, FontTransform::None);
    }

    /// A line of text that reads upwards, its spot in the middle of it.
    pub(super) fn upward_text(&self, spot: Spot, text: &str, look: Type) {
        self.turned_text(spot, text, look, Across::Middle, Upright::Middle, FontTransform::Rotate270);
    }

    fn turned_text(
        &self,
        spot: Spot,
        text: &str,
        look: Type,
        across: Across,
        upright: Upright,
        turn: FontTransform,
    ) {
        let style = match look.weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let across = match across {
            Across::Left => HPos::Left,
            Across::Middle => HPos::Center,
            Across::Right => HPos::Right,
        };
        let upright = match upright {
            Upright::Base => VPos::Bottom,
            Upright::Middle => VPos::Center,
            Upright::Top => VPos::Top,
        };
        let font = FontDesc::new(FontFamily::SansSerif, look.size * STEPS, style).transform(turn);
        let style = TextStyle::from(font).color(&look.colour).pos(Pos::new(across, upright));
        self.put(&Text::new(text.to_owned(), steps(spot), style));
    }

    /// Lines of text one below the other, the first with its base line at the spot; returns the height.
    pub(super) fn lines(&self, spot: Spot, lines: &[String], look: Type, across: Across) -> f64 {
        for (k, line) in lines.iter().enumerate() {
            self.text((spot.0, spot.1 + k as f64 * look.leading()), line, look, across, Upright::Base);
        }
        lines.len() as f64 * look.leading()
    }

    /// A text on a white ground, so that what lies behind it does not cross it.
    pub(super) fn clear_text(&self, spot: Spot, text: &str, look: Type, across: Across) {
        let (wide, half) = (look.width(text) + 4.0, 0.45 * look.size);
        let left = match across {
            Across::Left => spot.0 - 2.0,
            Across::Middle => spot.0 - 0.5 * wide,
            Across::Right => spot.0 + 2.0 - wide,
        };
        self.rectangle(Frame::new(left, spot.1 - half, left + wide, spot.1 + half), palette::WHITE);
        self.text(spot, text, look, across, Upright::Middle);
    }
}

/// The pieces of a line that its dashes draw; the whole line where there are none.
fn dashes(points: &[Spot], pattern: &[f64]) -> Vec<Vec<Spot>> {
    let cycle: f64 = pattern.iter().sum();
    if cycle <= 0.0 {
        return vec![points.to_vec()];
    }
    let mut pieces: Vec<Vec<Spot>> = Vec::new();
    let mut turns = pattern.iter().copied().enumerate().cycle();
    let (mut k, mut left) = turns.next().unwrap_or((0, cycle));
    let mut piece: Vec<Spot> = points.first().copied().into_iter().collect();
    for ends in points.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            piece.push(from);
            if k % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![from];
            length -= left;
            (k, left) = turns.next().unwrap_or((0, cycle));
        }
        left -= length;
        piece.push(to);
    }
    if k % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// What stands around the body of a figure.
pub(super) struct Heading<'t> {
    /// The finding.
    pub(super) title: &'t str,
    /// What is drawn, and in which units.
    pub(super) subtitle: &'t str,
    /// Where it comes from.
    pub(super) footer: &'t str,
}

/// The margin of the page on the left and right, pixels.
pub(super) const MARGIN: f64 = 64.0;

/// Draws a page: its heading, then the body into the frame that is left; returns the PNG.
pub(super) fn page(heading: &Heading<'_>, body: impl FnOnce(&Canvas, Frame)) -> Option<Vec<u8>> {
    let pixels = raster::blank();
    let canvas = Canvas::new(Pixels::clone(&pixels));
    let (right, bottom) = (WIDTH as f64 - MARGIN, HEIGHT as f64 - 24.0);
    let below = head(&canvas, heading, right - MARGIN);
    canvas.text((MARGIN, bottom), heading.footer, Type::FOOTER, Across::Left, Upright::Base);
    body(&canvas, Frame::new(MARGIN, below + 26.0, right, bottom - 34.0));
    raster::encode(&pixels)
}

/// Draws title and subtitle; returns where they end.
fn head(canvas: &Canvas, heading: &Heading<'_>, room: f64) -> f64 {
    let one_line = Type::TITLE.fitted(heading.title, room);
    let title = one_line.size(one_line.size.max(25.0));
    let subtitle = Type::SUBTITLE;
    let first = 24.0 + title.size;
    let after =
        first + canvas.lines((MARGIN, first), &title.wrap_evenly(heading.title, room), title, Across::Left);
    let next = after - title.leading() + 1.75 * subtitle.size;
    let lines = subtitle.wrap_evenly(heading.subtitle, room);
    next + canvas.lines((MARGIN, next), &lines, subtitle, Across::Left) - subtitle.leading()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(piece: &[Spot]) -> f64 {
        piece.windows(2).map(|e| (e[1].0 - e[0].0).hypot(e[1].1 - e[0].1)).sum()
    }

    #[test]
    fn dashes_are_as_long_as_asked_and_turn_corners() {
        let pieces = dashes(&[(0.0, 0.0), (15.0, 0.0), (15.0, 25.0)], &[10.0, 4.0]);
        let lengths: Vec<f64> = pieces.iter().map(|piece| length(piece)).collect();
        assert_eq!(lengths, [10.0, 10.0, 10.0]);
        assert_eq!(pieces[1].first(), Some(&(14.0, 0.0)));
        assert_eq!(pieces[1].len(), 3);
    }

    #[test]
    fn a_solid_line_is_one_piece() {
        let points = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0)];
        assert_eq!(dashes(&points, &[]), vec![points.to_vec()]);
    }

    #[test]
    fn a_grid_fills_its_frame_row_by_row() {
        let frames = Frame::new(0.0, 0.0, 110.0, 210.0).grid(3, 2, 10.0, 10.0);
        assert_eq!(frames[0], Frame::new(0.0, 0.0, 50.0, 100.0));
        assert_eq!(frames[2], Frame::new(0.0, 110.0, 50.0, 210.0));
    }

    #[test]
    fn a_long_title_takes_more_lines_and_leaves_a_smaller_body() {
        let top_of = |title: &str| {
            let mut top = 0.0;
            page(&Heading { title, subtitle: "km³", footer: "" }, |_, body| top = body.top);
            top
        };
        assert!(top_of(&"a very long finding in words ".repeat(8)) > top_of("short") + 20.0);
    }
}
