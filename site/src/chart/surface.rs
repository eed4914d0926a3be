//! A canvas that plotters draws on with eighths of a device pixel.
//!
//! plotters' coordinates are whole numbers; this backend says that the canvas is eight times
//! larger than its bitmap, and scales the context down by as much. Text and strokes are given in
//! CSS pixels, so that all is crisp whatever the device's ratio is.

use plotters::{
    coord::Shift,
    element::{Circle, PathElement, Polygon},
    prelude::{DrawingArea, IntoDrawingArea, IntoFont, RGBColor, ShapeStyle, TextStyle},
    style::{
        Color, FontFamily,
        text_anchor::{HPos, Pos, VPos},
    },
};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Parts that a device pixel is divided into.
const PARTS: f64 = 8.0;
/// The font of all labels.
const FONT: FontFamily<'static> = FontFamily::Name("system-ui, sans-serif");

/// A point in CSS pixels.
pub type Point = (f64, f64);

/// Something to draw on, in CSS pixels.
pub struct Surface {
    area: DrawingArea<Fine, Shift>,
    context: CanvasRenderingContext2d,
    ratio: f64,
}

/// How a path is stroked.
#[derive(Clone, Copy)]
pub struct Stroke {
    /// Its colour.
    pub colour: RGBColor,
    /// Its width in CSS pixels.
    pub width: f64,
    /// Opacity.
    pub alpha: f64,
}

impl Surface {
    /// Clears `canvas`, which is then `width` by `height` CSS pixels; `None` without a 2D context.
    pub fn new(canvas: &HtmlCanvasElement, width: f64, height: f64, ratio: f64) -> Option<Self> {
        let pixels = [width, height].map(|side| (side * ratio).round() as u32);
        // a canvas that is given a size, even the one that it has, is given new memory
        if [canvas.width(), canvas.height()] != pixels {
            canvas.set_width(pixels[0]);
            canvas.set_height(pixels[1]);
        }
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_transform(1.0 / PARTS, 0.0, 0.0, 1.0 / PARTS, 0.0, 0.0).ok()?;
        let size = (pixels[0] * PARTS as u32, pixels[1] * PARTS as u32);
        context.clear_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
        context.set_line_join("round");
        let backend = Fine { canvas: CanvasBackend::with_canvas_object(canvas.clone())?, size };
        Some(Self { area: backend.into_drawing_area(), context, ratio })
    }

    fn units(&self, pixels: f64) -> i32 {
        (pixels * self.ratio * PARTS).round() as i32
    }

    fn coord(&self, (x, y): Point) -> BackendCoord {
        (self.units(x), self.units(y))
    }

    /// Centre of the device pixel at a CSS pixel, for lines of one pixel.
    fn snapped(&self, pixels: f64) -> i32 {
        let half = if self.hairline() % 2 == 1 { 0.5 } else { 0.0 };
        (((pixels * self.ratio).floor() + half) * PARTS) as i32
    }

    fn hairline(&self) -> u32 {
        self.ratio.round().max(1.0) as u32
    }

    fn style(&self, stroke: Stroke) -> ShapeStyle {
        ShapeStyle {
            color: stroke.colour.mix(stroke.alpha),
            filled: false,
            stroke_width: self.units(stroke.width).max(1) as u32,
        }
    }

    // a canvas does not fail to draw; what it refuses is not drawn
    fn draw_path(&self, points: Vec<BackendCoord>, style: ShapeStyle) {
        if points.len() > 1 {
            drop(self.area.draw(&PathElement::new(points, style)));
        }
    }

    /// Strokes a path.
    pub fn path(&self, points: impl Iterator<Item = Point>, stroke: Stroke) {
        self.draw_path(points.map(|point| self.coord(point)).collect(), self.style(stroke));
    }

    /// A crisp line of one pixel, horizontal or vertical.
    pub fn hairline_between(&self, from: Point, to: Point, colour: RGBColor) {
        let style = ShapeStyle {
            color: colour.to_rgba(),
            filled: false,
            stroke_width: self.hairline() * PARTS as u32,
        };
        let ends = [from, to].map(|(x, y)| match from.1 == to.1 {
            true => (self.units(x), self.snapped(y)),
            false => (self.snapped(x), self.units(y)),
        });
        self.draw_path(ends.to_vec(), style);
    }

    /// Fills a polygon.
    pub fn fill(&self, points: impl Iterator<Item = Point>, colour: RGBColor, alpha: f64) {
        let points: Vec<BackendCoord> = points.map(|point| self.coord(point)).collect();
        drop(self.area.draw(&Polygon::new(points, colour.mix(alpha))));
    }

    /// A dot.
    pub fn dot(&self, at: Point, radius: f64, colour: RGBColor, alpha: f64) {
        let style = ShapeStyle { color: colour.mix(alpha), filled: true, stroke_width: 0 };
        drop(self.area.draw(&Circle::new(self.coord(at), self.units(radius) as u32, style)));
    }

    /// A ring.
    pub fn ring(&self, at: Point, radius: f64, stroke: Stroke) {
        let circle = Circle::new(self.coord(at), self.units(radius) as u32, self.style(stroke));
        drop(self.area.draw(&circle));
    }

    /// Text, anchored as `pos` says.
    pub fn text(&self, text: &str, at: Point, size: f64, colour: RGBColor, (h, v): (HPos, VPos)) {
        let font = (FONT, size * self.ratio * PARTS).into_font();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(h, v));
        drop(self.area.draw_text(text, &style, self.coord(at)));
    }

    /// Dashes what follows, in CSS pixels; none where empty.
    pub fn dash(&self, pattern: &[f64]) {
        let pattern: js_sys::Array =
            pattern.iter().map(|part| JsValue::from(part * self.ratio * PARTS)).collect();
        drop(self.context.set_line_dash(&pattern));
    }

    /// Draws only within a rectangle.
    pub fn clipped(
        &self,
        (left, right): (f64, f64),
        (top, bottom): (f64, f64),
        draw: impl FnOnce(),
    ) {
        let [x, y, right, bottom] = [left, top, right, bottom].map(|at| f64::from(self.units(at)));
        self.context.save();
        self.context.begin_path();
        self.context.rect(x, y, right - x, bottom - y);
        self.context.clip();
        draw();
        self.context.restore();
    }
}

/// plotters-canvas, said to be eight times larger.
struct Fine {
    canvas: CanvasBackend,
    size: (u32, u32),
}

type Done<E> = Result<(), DrawingErrorKind<E>>;

impl DrawingBackend for Fine {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done<Self::ErrorType> {
        Ok(())
    }

    fn present(&mut self) -> Done<Self::ErrorType> {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Done<Self::ErrorType> {
        self.canvas.draw_pixel(at, colour)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done<Self::ErrorType> {
        self.canvas.draw_path(path, style)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done<Self::ErrorType> {
        self.canvas.fill_polygon(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Done<Self::ErrorType> {
        self.canvas.draw_circle(centre, radius, style, fill)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Done<Self::ErrorType> {
        self.canvas.draw_text(text, style, at)
    }
}
