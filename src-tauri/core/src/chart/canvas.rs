//! A plotters backend that writes SVG with classes instead of colours.
//!
//! Its unit is a tenth of a CSS pixel: plotters knows whole numbers only, and a year of days is narrower than a pixel a day. A colour
//! is a message, not a colour: red is the [`Ink`], green the [`Kind`], blue the dashes of a line.

use super::palette::Ink;
use super::words::{TEXT, escape, width};
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};
use std::fmt::{self, Display, Write as _};

/// What a rectangle is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Part of the legend.
    Plain,
    /// A bar with a mark.
    Bar,
    /// A bar that is still growing.
    Partial,
    /// The place of an unknown figure, with a mark.
    Gap,
    /// Nothing to be seen: the place of a point on a line, with a mark.
    Point,
}

impl Kind {
    fn from_code(code: u8) -> Self {
        [Self::Plain, Self::Bar, Self::Partial, Self::Gap, Self::Point]
            .get(usize::from(code))
            .copied()
            .unwrap_or(Self::Plain)
    }
}

/// Tenths of a pixel, written as pixels.
struct Px(i32);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(tenths) = self;
        let sign = if *tenths < 0 { "-" } else { "" };
        let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        if tenth == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{tenth}") }
    }
}

/// The backend.
pub(super) struct Canvas<'a> {
    out: &'a mut String,
    id: &'a str,
    size: (u32, u32),
    marks: usize,
    /// One path an ink over everything drawn with it: the pattern costs a few bytes a bar instead of a second element.
    patterned: Vec<(Ink, String)>,
}

type Drawn = Result<(), DrawingErrorKind<fmt::Error>>;

impl<'a> Canvas<'a> {
    pub(super) fn new(out: &'a mut String, id: &'a str, width: u32, height: u32) -> Self {
        Self { out, id, size: (width * 10, height * 10), marks: 0, patterned: Vec::new() }
    }

    fn pattern_over(&mut self, ink: Ink, (x0, y0): BackendCoord, (x1, y1): BackendCoord) -> fmt::Result {
        // Strokes in a sliver would only blur its colour.
        if ink.pattern().is_none() || x1 - x0 < 40 || y1 - y0 < 30 {
            return Ok(());
        }
        let at = self.patterned.iter().position(|(known, _)| *known == ink).unwrap_or_else(|| {
            self.patterned.push((ink, String::new()));
            self.patterned.len() - 1
        });
        let path = &mut self.patterned[at].1;
        write!(path, "M{} {}h{}v{}h{}z", Px(x0), Px(y0), Px(x1 - x0), Px(y1 - y0), Px(x0 - x1))
    }
}

/// The colour that carries an ink and a kind through plotters.
pub(super) fn color(ink: Ink, kind: Kind) -> RGBColor {
    RGBColor(ink.code(), kind as u8, 0)
}

/// The colour that carries an ink to a line, with the dashes that tell the ink apart where there is no colour.
pub(super) fn dashed(ink: Ink) -> RGBColor {
    RGBColor(ink.code(), Kind::Plain as u8, 1)
}

/// `fill-opacity` or `stroke-opacity`, where a colour is not opaque.
fn opacity(out: &mut String, what: &str, color: BackendColor) -> fmt::Result {
    if color.alpha < 1.0 { write!(out, r#" {what}-opacity="{:.2}""#, color.alpha) } else { Ok(()) }
}

fn points(out: &mut String, at: impl IntoIterator<Item = BackendCoord>) -> fmt::Result {
    out.push_str(r#" points=""#);
    for (index, (x, y)) in at.into_iter().enumerate() {
        let space = if index == 0 { "" } else { " " };
        write!(out, "{space}{} {}", Px(x), Px(y))?;
    }
    out.push('"');
    Ok(())
}

fn class(color: BackendColor) -> &'static str {
    Ink::from_code(color.rgb.0).class()
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = fmt::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    /// Lays the patterns over what was drawn.
    fn present(&mut self) -> Drawn {
        let patterned = std::mem::take(&mut self.patterned);
        if patterned.is_empty() {
            return Ok(());
        }
        let mut write = || {
            self.out.push_str("<defs>");
            for (ink, _) in &patterned {
                let (class, Some((strokes, width))) = (ink.class(), ink.pattern()) else { continue };
                write!(
                    self.out,
                    r#"<pattern id="{}-{class}" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" stroke-opacity=".4" stroke-width="{width}" d="{strokes}"/></pattern>"#,
                    self.id
                )?;
            }
            self.out.push_str(r#"</defs><g pointer-events="none">"#);
            for (ink, path) in &patterned {
                write!(self.out, r#"<path fill="url(#{}-{})" d="{path}"/>"#, self.id, ink.class())?;
            }
            self.out.push_str("</g>");
            Ok(())
        };
        write().map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let color = style.color();
        if color.alpha <= 0.0 {
            return Ok(());
        }
        let stroke = i32::try_from(style.stroke_width()).unwrap_or(i32::MAX);
        let write = || {
            write!(self.out, r#"<polyline class="line {}" stroke-width="{}""#, class(color), Px(stroke))?;
            if let Some(dashes) = Ink::from_code(color.rgb.0).dashes().filter(|_| color.rgb.2 > 0) {
                write!(self.out, r#" stroke-dasharray="{dashes}""#)?;
            }
            opacity(self.out, "stroke", color)?;
            points(self.out, path)?;
            self.out.write_str("/>")
        };
        write().map_err(DrawingErrorKind::DrawingError)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let color = style.color();
        if color.alpha <= 0.0 {
            return Ok(());
        }
        let write = || {
            write!(self.out, r#"<polygon class="{}""#, class(color))?;
            opacity(self.out, "fill", color)?;
            points(self.out, vert)?;
            self.out.write_str("/>")
        };
        write().map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let color = style.color();
        if color.alpha <= 0.0 {
            return Ok(());
        }
        let (ink, kind) = (Ink::from_code(color.rgb.0), Kind::from_code(color.rgb.1));
        let mut write = || {
            let class = ink.class();
            match kind {
                Kind::Plain if fill => write!(self.out, r#"<rect class="{class}""#)?,
                Kind::Plain => {
                    let stroke = i32::try_from(style.stroke_width()).unwrap_or(i32::MAX);
                    write!(self.out, r#"<rect class="line {class}" stroke-width="{}""#, Px(stroke))?;
                }
                Kind::Bar => write!(self.out, r#"<rect class="bar {class}""#)?,
                // The outline keeps the contrast that the lighter filling gives up.
                Kind::Partial => {
                    write!(
                        self.out,
                        r#"<rect class="bar partial {class}" fill-opacity=".45" stroke-width="1""#
                    )?;
                }
                Kind::Gap => {
                    write!(
                        self.out,
                        r#"<rect class="bar gap" fill="none" stroke-width="1" stroke-dasharray="2 2""#
                    )?;
                }
                Kind::Point => write!(self.out, r#"<rect class="bar {class}" fill-opacity="0""#)?,
            }
            if kind != Kind::Plain {
                write!(self.out, r#" data-mark="{}""#, self.marks)?;
                self.marks += 1;
            }
            opacity(self.out, "fill", color)?;
            let (x, y, width, height) = (Px(a.0), Px(a.1), Px(b.0 - a.0), Px(b.1 - a.1));
            write!(self.out, r#" x="{x}" y="{y}" width="{width}" height="{height}"/>"#)?;
            if fill && kind != Kind::Point { self.pattern_over(ink, a, b) } else { Ok(()) }
        };
        write().map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let color = style.color();
        if color.alpha <= 0.0 {
            return Ok(());
        }
        let line = if fill { "" } else { "line " };
        let radius = Px(i32::try_from(radius).unwrap_or(i32::MAX));
        let mut write = || {
            write!(self.out, r#"<circle class="{line}{}""#, class(color))?;
            if !fill {
                let stroke = i32::try_from(style.stroke_width()).unwrap_or(i32::MAX);
                write!(self.out, r#" stroke-width="{}""#, Px(stroke))?;
            }
            opacity(self.out, if fill { "fill" } else { "stroke" }, color)?;
            write!(self.out, r#" cx="{}" cy="{}" r="{radius}"/>"#, Px(x), Px(y))
        };
        write().map_err(DrawingErrorKind::DrawingError)
    }

    /// `VPos::Bottom` is the base line, which is what a chart wants to align.
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let color = style.color();
        if color.alpha <= 0.0 {
            return Ok(());
        }
        let size = style.size().round() as i32;
        let (anchor, drop) = (style.anchor().h_pos, style.anchor().v_pos);
        let anchor = match anchor {
            HPos::Left => "",
            HPos::Center => r#" text-anchor="middle""#,
            HPos::Right => r#" text-anchor="end""#,
        };
        let drop = match drop {
            VPos::Top => size * 4 / 5,
            VPos::Center => size * 7 / 20,
            VPos::Bottom => 0,
        };
        let turn = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        let mut write = || {
            write!(self.out, r#"<text class="{}"{anchor} x="{}" y="{}""#, class(color), Px(x), Px(y + drop))?;
            if size != TEXT * 10 {
                write!(self.out, r#" font-size="{}""#, Px(size))?;
            }
            if turn != 0 {
                write!(self.out, r#" transform="rotate({turn} {} {})""#, Px(x), Px(y))?;
            }
            write!(self.out, ">{}</text>", escape(text))
        };
        write().map_err(DrawingErrorKind::DrawingError)
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        let size = (style.size() / 10.0).round() as i32;
        Ok((width(text, size).unsigned_abs(), size.unsigned_abs() * 12))
    }
}
