//! An anti-aliased back end for plotters: exact coverage of every pixel, text with kerning.
//!
//! The back end counts in [`STEPS`] to the pixel, so that elements placed on its whole numbers lie
//! where they should. It keeps no file: [`encode`] turns the pixels into a PNG.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use super::font::{self, Curve, Weight};

/// Width of a figure, pixels.
pub(super) const WIDTH: usize = 1600;

/// Height of a figure, pixels.
pub(super) const HEIGHT: usize = 1000;

/// Steps of the back end to the pixel.
pub(super) const STEPS: f64 = 16.0;

/// The most pixels a shape's own box may have; what is larger cannot be seen whole.
const LARGEST_SHAPE: usize = 4 * WIDTH * HEIGHT;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A page of [`WIDTH`] by [`HEIGHT`] pixels, three bytes each, that the back end shares with its owner.
pub(super) type Pixels = Rc<RefCell<Vec<u8>>>;

/// A white page.
pub(super) fn blank() -> Pixels {
    Rc::new(RefCell::new(vec![255; WIDTH * HEIGHT * 3]))
}

/// The back end over the pixels of a page.
pub(super) struct Raster {
    pixels: Pixels,
}

/// Lays ink over a pixel as far as the shape covers it.
fn blend(pixels: &mut [u8], (x, y): (i64, i64), coverage: f32, colour: BackendColor) {
    let inside = (0..WIDTH as i64).contains(&x) && (0..HEIGHT as i64).contains(&y);
    let cover = coverage.min(1.0) * colour.alpha as f32;
    if !inside || cover <= 0.002 {
        return;
    }
    let first = (y as usize * WIDTH + x as usize) * 3;
    let (red, green, blue) = colour.rgb;
    for (byte, ink) in pixels[first..first + 3].iter_mut().zip([red, green, blue]) {
        let under = f32::from(*byte);
        *byte = (under + (f32::from(ink) - under) * cover + 0.5) as u8;
    }
}

impl Raster {
    /// Draws on these pixels, which [`blank`] made.
    pub(super) fn new(pixels: Pixels) -> Self {
        Raster { pixels }
    }

    /// Fills closed outlines (in pixels) that wind the same way where they overlap.
    fn fill(&mut self, outlines: &[Vec<Point>], colour: BackendColor) {
        let mut mask = Mask::over(outlines);
        mask.add(outlines);
        self.paint(&mask, colour);
    }

    fn paint(&mut self, mask: &Mask, colour: BackendColor) {
        let mut pixels = self.pixels.borrow_mut();
        for (k, &coverage) in mask.coverage.iter().enumerate() {
            if coverage > 0.0 {
                let (x, y) = ((k % mask.width) as i64, (k / mask.width) as i64);
                blend(&mut pixels, (mask.left + x, mask.top + y), coverage, colour);
            }
        }
    }

    /// Draws a line of some width through points, its corners round, its ends cut square.
    fn stroke(&mut self, points: &[Point], width: f32, colour: BackendColor) {
        let half = 0.5 * width;
        let mut parts: Vec<Vec<Point>> =
            points.windows(2).filter_map(|ends| bar(ends[0], ends[1], half)).collect();
        let inner = points.len().saturating_sub(2);
        parts.extend(points.iter().skip(1).take(inner).map(|&corner| disc(corner, half)));
        let mut mask = Mask::over(&parts);
        for part in parts {
            mask.add(&[part]);
        }
        self.paint(&mask, colour);
    }
}

/// The coverage of a shape over the box it lies in.
struct Mask {
    left: i64,
    top: i64,
    width: usize,
    height: usize,
    coverage: Vec<f32>,
}

impl Mask {
    /// Nothing yet, over the box of these outlines; no box at all where it would be too large.
    fn over(outlines: &[Vec<Point>]) -> Mask {
        let empty = (f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY);
        let bounds = outlines
            .iter()
            .flatten()
            .fold(empty, |(l, t, r, b), p| (l.min(p.x), t.min(p.y), r.max(p.x), b.max(p.y)));
        let (left, top) = (bounds.0.floor() as i64, bounds.1.floor() as i64);
        let width = (bounds.2.ceil() as i64).saturating_sub(left).max(0) as usize + 2;
        let height = (bounds.3.ceil() as i64).saturating_sub(top).max(0) as usize + 2;
        let seen = bounds.0 <= bounds.2 && width.saturating_mul(height) <= LARGEST_SHAPE;
        let (width, height) = if seen { (width, height) } else { (1, 0) };
        Mask { left, top, width, height, coverage: vec![0.0; width * height] }
    }

    /// Adds outlines; where shapes overlap the larger coverage stays.
    fn add(&mut self, outlines: &[Vec<Point>]) {
        let own = Mask::over(outlines);
        if self.height == 0 || own.height == 0 {
            return;
        }
        let mut rasterizer = Rasterizer::new(own.width, own.height);
        let shift = |p: Point| point(p.x - own.left as f32, p.y - own.top as f32);
        for outline in outlines {
            let next = outline.iter().cycle().skip(1);
            for (&from, &to) in outline.iter().zip(next) {
                rasterizer.draw_line(shift(from), shift(to));
            }
        }
        let (dx, dy) = ((own.left - self.left) as usize, (own.top - self.top) as usize);
        rasterizer.for_each_pixel(|k, coverage| {
            let (x, y) = (dx + k % own.width, dy + k / own.width);
            if x < self.width && y < self.height {
                let cell = &mut self.coverage[y * self.width + x];
                *cell = cell.max(coverage.min(1.0));
            }
        });
    }
}

/// A straight piece of a line as a rectangle; none where it has no length.
fn bar(from: Point, to: Point, half: f32) -> Option<Vec<Point>> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy);
    let (nx, ny) = (-dy / length * half, dx / length * half);
    (length > 1e-3).then(|| {
        vec![
            point(from.x + nx, from.y + ny),
            point(to.x + nx, to.y + ny),
            point(to.x - nx, to.y - ny),
            point(from.x - nx, from.y - ny),
        ]
    })
}

/// A disc as a polygon fine enough for its size.
fn disc(centre: Point, radius: f32) -> Vec<Point> {
    let corners = (12.0 + 3.0 * radius).min(120.0) as usize;
    let corner = |k: usize| {
        let (sine, cosine) = (std::f32::consts::TAU * k as f32 / corners as f32).sin_cos();
        point(centre.x + radius * cosine, centre.y + radius * sine)
    };
    (0..corners).map(corner).collect()
}

fn pixel(at: BackendCoord) -> Point {
    point(f64_pixel(at.0) as f32, f64_pixel(at.1) as f32)
}

fn f64_pixel(steps: i32) -> f64 {
    f64::from(steps) / STEPS
}

fn stroke_width<S: BackendStyle>(style: &S) -> f32 {
    (f64::from(style.stroke_width()) / STEPS) as f32
}

impl DrawingBackend for Raster {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        ((WIDTH as f64 * STEPS) as u32, (HEIGHT as f64 * STEPS) as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Drawn {
        let at = pixel(at);
        blend(
            &mut self.pixels.borrow_mut(),
            (at.x as i64, at.y as i64),
            (1.0 / (STEPS * STEPS)) as f32,
            colour,
        );
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        corner: BackendCoord,
        opposite: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ring = [corner, (opposite.0, corner.1), opposite, (corner.0, opposite.1)];
        if fill {
            return self.fill_polygon(ring, style);
        }
        let closed = ring.into_iter().chain([ring[0], ring[1]]);
        self.draw_path(closed, style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<Point> = path.into_iter().map(pixel).collect();
        self.stroke(&points, stroke_width(style), style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ring = disc(pixel(centre), (f64::from(radius) / STEPS) as f32);
        if fill {
            self.fill(&[ring], style.color());
            return Ok(());
        }
        let closed: Vec<Point> = ring.iter().chain(&ring[..2]).copied().collect();
        self.stroke(&closed, stroke_width(style), style.color());
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let ring: Vec<Point> = corners.into_iter().map(pixel).collect();
        self.fill(&[ring], style.color());
        Ok(())
    }

    /// Text with its anchor on the base line (`Bottom`), at half the height of a capital (`Center`)
    /// or at its top (`Top`).
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let size = style.size() / STEPS;
        let weight = if matches!(style.style(), FontStyle::Bold) { Weight::Bold } else { Weight::Regular };
        let left = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -0.5 * font::width(text, size, weight),
            HPos::Right => -font::width(text, size, weight),
        };
        let down = match style.anchor().v_pos {
            VPos::Bottom => 0.0,
            VPos::Center => 0.5 * font::CAPITAL * size,
            VPos::Top => font::CAPITAL * size,
        };
        let (x0, y0) = (f64_pixel(at.0), f64_pixel(at.1));
        let place = |(x, y): (f64, f64)| {
            let (right, below) = (left + x, down + y);
            let (dx, dy) = match style.transform() {
                FontTransform::None => (right, below),
                FontTransform::Rotate90 => (-below, right),
                FontTransform::Rotate180 => (-right, -below),
                FontTransform::Rotate270 => (below, -right),
            };
            point((x0 + dx) as f32, (y0 + dy) as f32)
        };
        for glyph in font::outlines(text, size, weight) {
            let rings = rings(&glyph, place);
            self.fill(&rings, style.color());
        }
        Ok(())
    }
}

/// The closed outlines of a glyph, its curves as short straight pieces.
///
/// A glyph is given as pieces that follow each other; a new ring begins where one does not.
fn rings(glyph: &[Curve], place: impl Fn((f64, f64)) -> Point) -> Vec<Vec<Point>> {
    let mut rings: Vec<Vec<Point>> = Vec::new();
    let mut end = None;
    for curve in glyph {
        if end != Some(curve.from) || rings.is_empty() {
            rings.push(vec![place(curve.from)]);
        }
        if let Some(ring) = rings.last_mut() {
            ring.extend(curve.points().map(&place));
        }
        end = Some(curve.to);
    }
    rings
}

/// The page as a PNG; nothing where it cannot be encoded, which a page of ours always can.
pub(super) fn encode(pixels: &Pixels) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(200_000);
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels.borrow()).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}
