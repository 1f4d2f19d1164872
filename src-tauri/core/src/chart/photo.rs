//! Charts that leave the window: one theme, with the title on them, as SVG or PNG.

use super::palette::{PALETTE, Paint, RULES, Theme};
use super::words::{TEXT, escape, fit};
use super::{Chart, ChartError};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

/// The room around the picture and for its title, in pixels.
const MARGIN: u32 = 16;
const TITLE: u32 = 28;
/// The most pixels an image may have: 256 MB while it is made.
const MOST_PIXELS: u64 = 64 << 20;
/// Noto Sans stands late: it has no minus sign of its own.
const FAMILIES: &str = "system-ui, 'Segoe UI', 'Helvetica Neue', Roboto, 'Liberation Sans', 'DejaVu Sans', Arial, 'Noto Sans', sans-serif";

/// The chart as a file that stands alone: colours of one theme, a background, a font and the title.
///
/// Colours are written as attributes, not as a style sheet, because office programs and thumbnailers read the former only.
pub fn to_svg(chart: &Chart, theme: Theme) -> String {
    let (width, height) = (chart.width + 2 * MARGIN, chart.height + 2 * MARGIN + TITLE);
    let mut svg = String::with_capacity(chart.svg.len() * 5 / 4 + 600);
    let _ = write!(
        svg,
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" font-size="12">"#,
            r#"<rect{surface} width="{w}" height="{h}"/>"#,
            r#"<text{ink} x="{m}" y="{y}" font-family="{families}" font-size="15" font-weight="600">{title}</text>"#
        ),
        w = width,
        h = height,
        m = MARGIN,
        y = MARGIN + 14,
        surface = attributes("surface", theme),
        ink = attributes("text", theme),
        families = FAMILIES,
        // A heavier face is wider than its estimate by about a tenth.
        title = escape(&fit(&chart.title, TEXT + 5, chart.width.cast_signed() * 10)),
    );
    let mut parts = chart.svg.split(r#" class=""#);
    svg.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // Quotes in texts are escaped, so this separator occurs in tags alone.
        let (classes, rest) = part.split_once('"').unwrap_or((part, ""));
        if classes == "sg-chart" {
            let _ = write!(svg, r#" x="{MARGIN}" y="{}" font-family="{FAMILIES}""#, MARGIN + TITLE);
        } else {
            svg.push_str(&attributes(classes, theme));
        }
        svg.push_str(rest);
    }
    svg.push_str("</svg>");
    svg
}

/// What classes come to in one theme, as attributes.
fn attributes(classes: &str, theme: Theme) -> String {
    let has = |class: &str| classes.split(' ').any(|word| word == class);
    let outline = has("line") || has("gap");
    let mut text = String::new();
    // A gap names its own empty filling.
    if has("line") {
        text.push_str(r#" fill="none""#);
    }
    for (_, paint, name) in RULES.iter().filter(|(class, ..)| has(class)) {
        let color = PALETTE.iter().find(|swatch| swatch.name == *name).map_or("", |swatch| swatch.of(theme));
        if *paint != Paint::Stroke && !outline {
            let _ = write!(text, r#" fill="{color}""#);
        }
        if *paint == Paint::Stroke || outline || has("partial") {
            let _ = write!(text, r#" stroke="{color}""#);
        }
    }
    text
}

/// The chart as a PNG, `scale` image pixels to a CSS pixel, drawn with the fonts of the system.
pub fn to_png(chart: &Chart, theme: Theme, scale: u32) -> Result<Vec<u8>, ChartError> {
    let scale = scale.max(1);
    let fonts = fonts().ok_or(ChartError::NoFont)?;
    let options =
        usvg::Options { fontdb: fonts, font_family: "sans-serif".to_owned(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(&to_svg(chart, theme), &options)
        .map_err(|error| ChartError::Image(error.to_string()))?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width().saturating_mul(scale), size.height().saturating_mul(scale));
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ChartError::TooBig);
    }
    let mut pixmap = Pixmap::new(width, height).ok_or(ChartError::TooBig)?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| ChartError::Image(error.to_string()))
}

/// The fonts of the system, read once: it takes longer than everything else together. None if there are none.
fn fonts() -> Option<Arc<fontdb::Database>> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_system_fonts();
        if let Some(family) = plain_family(&fonts) {
            fonts.set_sans_serif_family(family.clone());
            fonts.set_serif_family(family);
        }
        Arc::new(fonts)
    });
    (!fonts.is_empty()).then(|| Arc::clone(fonts))
}

/// A family to write with. The library expects Arial, which most Linux systems do not have, and would draw no text at all.
fn plain_family(fonts: &fontdb::Database) -> Option<String> {
    const LIKED: [&str; 9] = [
        "Segoe UI",
        "Helvetica Neue",
        "Helvetica",
        "Roboto",
        "Liberation Sans",
        "DejaVu Sans",
        "Arial",
        "Cantarell",
        "Noto Sans",
    ];
    let family = |face: &fontdb::FaceInfo| face.families.first().map(|(name, _)| name.clone());
    let named =
        |name: &&str| fonts.faces().any(|face| face.families.iter().any(|(family, _)| family == name));
    let upright = |face: &&fontdb::FaceInfo| {
        face.style == fontdb::Style::Normal && face.weight == fontdb::Weight::NORMAL && !face.monospaced
    };
    let liked = LIKED.iter().find(|name| named(name)).map(|name| (*name).to_owned());
    liked
        .or_else(|| fonts.faces().find(upright).and_then(family))
        .or_else(|| fonts.faces().next().and_then(family))
}
