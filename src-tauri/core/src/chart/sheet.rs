//! The drawing area of plotters with the marks made on it.

use super::canvas::{Canvas, Kind, color, dashed};
use super::palette::Ink;
use super::{ChartError, Mark};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, TextStyle};
use plotters_backend::BackendCoord;
use std::fmt;
use std::ops::Range;

/// A rectangle in tenths of a pixel, from its upper left corner to its lower right.
pub(super) type Span = (BackendCoord, BackendCoord);

/// The drawing area with the marks made on it.
pub(super) struct Sheet<'a> {
    area: DrawingArea<Canvas<'a>, Shift>,
    marks: Vec<Mark>,
}

/// What a mark says.
pub(super) struct Words {
    pub(super) series: Option<String>,
    pub(super) bucket: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) column: Option<String>,
}

impl From<DrawingAreaErrorKind<fmt::Error>> for ChartError {
    fn from(error: DrawingAreaErrorKind<fmt::Error>) -> Self {
        Self::Drawing(error.to_string())
    }
}

impl<'a> Sheet<'a> {
    pub(super) fn new(out: &'a mut String, id: &'a str, width: u32, height: u32) -> Self {
        Self { area: Canvas::new(out, id, width, height).into_drawing_area(), marks: Vec::new() }
    }

    /// Where values lie between two edges of the sheet, along either axis.
    pub(super) fn scale(&self, low: f64, high: f64, edges: Range<i32>) -> impl Fn(f64) -> i32 + use<'a> {
        let spec = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(low..high, 0.0..1.0, (edges, 0..1));
        let area = self.area.apply_coord_spec(spec);
        let place = move |value: f64| area.map_coordinate(&(value, 0.0)).0;
        // Whole pixels: an edge between two pixels is grey on both.
        move |value| (place(value) + 5).div_euclid(10) * 10
    }

    pub(super) fn bar(
        &mut self,
        ink: Ink,
        partial: bool,
        span: Span,
        words: Words,
    ) -> Result<(), ChartError> {
        self.marked(ink, if partial { Kind::Partial } else { Kind::Bar }, span, words)
    }

    pub(super) fn gap(&mut self, span: Span, words: Words) -> Result<(), ChartError> {
        self.marked(Ink::Gap, Kind::Gap, span, words)
    }

    /// The place of a point on a line, which is drawn by itself.
    pub(super) fn point(&mut self, ink: Ink, span: Span, words: Words) -> Result<(), ChartError> {
        self.marked(ink, Kind::Point, span, words)
    }

    fn marked(&mut self, ink: Ink, kind: Kind, span: Span, words: Words) -> Result<(), ChartError> {
        self.area.draw(&Rectangle::new([span.0, span.1], color(ink, kind).filled()))?;
        let ((x, y), (x1, y1)) = span;
        let Words { series, bucket, label, value, column } = words;
        let (width, height) = (x1 - x, y1 - y);
        self.marks.push(Mark { x, y, width, height, series, bucket, label, column, value });
        Ok(())
    }

    pub(super) fn swatch(&self, ink: Ink, span: Span) -> Result<(), ChartError> {
        Ok(self.area.draw(&Rectangle::new([span.0, span.1], color(ink, Kind::Plain).filled()))?)
    }

    /// A line one pixel wide.
    pub(super) fn line(&self, ink: Ink, from: BackendCoord, to: BackendCoord) -> Result<(), ChartError> {
        Ok(self
            .area
            .draw(&PathElement::new([from, to], Color::stroke_width(&color(ink, Kind::Plain), 10)))?)
    }

    /// A line through points in the dashes of its ink, so many tenths of a pixel wide.
    pub(super) fn curve(&self, ink: Ink, stroke: u32, path: Vec<BackendCoord>) -> Result<(), ChartError> {
        Ok(self.area.draw(&PathElement::new(path, Color::stroke_width(&dashed(ink), stroke)))?)
    }

    /// A light ground behind what is drawn later.
    pub(super) fn shade(&self, ink: Ink, ((x0, y0), (x1, y1)): Span) -> Result<(), ChartError> {
        let corners = vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)];
        Ok(self.area.draw(&Polygon::new(corners, color(ink, Kind::Plain).mix(0.16).filled()))?)
    }

    /// A light ground within these corners.
    pub(super) fn area(&self, ink: Ink, corners: Vec<BackendCoord>) -> Result<(), ChartError> {
        Ok(self.area.draw(&Polygon::new(corners, color(ink, Kind::Plain).mix(0.16).filled()))?)
    }

    /// A dot, or a ring where it is hollow.
    pub(super) fn dot(
        &self,
        ink: Ink,
        at: BackendCoord,
        radius: i32,
        hollow: bool,
    ) -> Result<(), ChartError> {
        let color = color(ink, Kind::Plain);
        let style = if hollow { Color::stroke_width(&color, 15) } else { color.filled() };
        Ok(self.area.draw(&Circle::new(at, radius, style))?)
    }

    /// A text with its base line at `at`.
    pub(super) fn text(
        &self,
        ink: Ink,
        size: i32,
        anchor: HPos,
        at: BackendCoord,
        text: &str,
    ) -> Result<(), ChartError> {
        let color = color(ink, Kind::Plain);
        let style = TextStyle::from(("sans-serif", size * 10).into_font())
            .color(&color)
            .pos(Pos::new(anchor, VPos::Bottom));
        Ok(self.area.draw(&Text::new(text, at, style))?)
    }

    /// Lays the patterns over the bars so far, so that what is drawn next lies over them. Bars of an ink that comes again later would
    /// get a second pattern of the same name: draw all bars before.
    pub(super) fn lay_patterns(&self) -> Result<(), ChartError> {
        Ok(self.area.present()?)
    }

    /// Ends the drawing and hands out its marks.
    pub(super) fn finish(self) -> Result<Vec<Mark>, ChartError> {
        self.area.present()?;
        Ok(self.marks)
    }
}
