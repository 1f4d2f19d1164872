//! The colours of both themes, and which class wears which.

use super::Slot;
use std::fmt::Write as _;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark marks on white.
    Light,
    /// Light marks on near-black.
    Dark,
}

/// One colour of the charts. In the window it is `--chart-NAME: light-dark(LIGHT, DARK)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swatch {
    /// Its name.
    pub name: &'static str,
    /// In the light theme.
    pub light: &'static str,
    /// In the dark theme.
    pub dark: &'static str,
}

impl Swatch {
    /// The colour in one theme.
    pub fn of(&self, theme: Theme) -> &'static str {
        match theme {
            Theme::Light => self.light,
            Theme::Dark => self.dark,
        }
    }
}

/// Every colour of the charts. Marks, and the steps of a scale above nought, reach 3:1 against the surface of their theme, texts 4.5:1.
pub const PALETTE: [Swatch; 17] = [
    Swatch { name: "s1", light: "#0072B2", dark: "#56B4E9" },
    Swatch { name: "s2", light: "#D55E00", dark: "#F5793A" },
    Swatch { name: "s3", light: "#009E73", dark: "#1FBF92" },
    Swatch { name: "s4", light: "#CC79A7", dark: "#DE9CC4" },
    Swatch { name: "s5", light: "#2B2F36", dark: "#E6E8EB" },
    Swatch { name: "other", light: "#7A808A", dark: "#8B929D" },
    Swatch { name: "step0", light: "#E3E5E9", dark: "#2C3038" },
    Swatch { name: "step1", light: "#4A96CA", dark: "#376F9B" },
    Swatch { name: "step2", light: "#2B7BB5", dark: "#4C8DBE" },
    Swatch { name: "step3", light: "#1A6299", dark: "#6DAAD6" },
    Swatch { name: "step4", light: "#0E4A7B", dark: "#96C6E8" },
    Swatch { name: "step5", light: "#06335A", dark: "#C6E2F7" },
    Swatch { name: "axis", light: "#7A808A", dark: "#8B929D" },
    Swatch { name: "grid", light: "#E3E5E9", dark: "#2C3038" },
    Swatch { name: "text", light: "#1B1E23", dark: "#E6E8EB" },
    Swatch { name: "muted", light: "#5C636E", dark: "#A3A9B3" },
    Swatch { name: "surface", light: "#FFFFFF", dark: "#16181D" },
];

/// What a class colours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Fill,
    Stroke,
    Both,
}

/// Class, what it colours, and the colour's name.
pub(super) const RULES: [(&str, Paint, &str); 19] = [
    // Bars are filled; their outline shows only where the drawing gives it a width.
    ("s1", Paint::Both, "s1"),
    ("s2", Paint::Both, "s2"),
    ("s3", Paint::Both, "s3"),
    ("s4", Paint::Both, "s4"),
    ("s5", Paint::Both, "s5"),
    ("other", Paint::Both, "other"),
    ("step0", Paint::Fill, "step0"),
    ("step1", Paint::Fill, "step1"),
    ("step2", Paint::Fill, "step2"),
    ("step3", Paint::Fill, "step3"),
    ("step4", Paint::Fill, "step4"),
    ("step5", Paint::Fill, "step5"),
    ("axis", Paint::Stroke, "axis"),
    ("grid", Paint::Stroke, "grid"),
    ("gap", Paint::Stroke, "muted"),
    ("hatch", Paint::Stroke, "surface"),
    // Texts have no outline, lines in the colour of texts have nothing else.
    ("text", Paint::Both, "text"),
    ("muted", Paint::Fill, "muted"),
    ("surface", Paint::Fill, "surface"),
];

/// The rules that colour a chart in the window, from the tokens `--chart-NAME`.
pub fn style_sheet() -> String {
    let mut sheet = String::new();
    for (class, paint, name) in RULES {
        let _ = match paint {
            Paint::Fill => writeln!(sheet, ".sg-chart .{class} {{ fill: var(--chart-{name}); }}"),
            Paint::Stroke => writeln!(sheet, ".sg-chart .{class} {{ stroke: var(--chart-{name}); }}"),
            Paint::Both => {
                writeln!(
                    sheet,
                    ".sg-chart .{class} {{ fill: var(--chart-{name}); stroke: var(--chart-{name}); }}"
                )
            }
        };
    }
    sheet.push_str(".sg-chart .line, .sg-chart .gap { fill: none; }\n");
    sheet
}

/// What a shape or a text is, and so which class it gets.
///
/// plotters knows colours only, so an ink travels through it as the red of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    S1,
    S2,
    S3,
    S4,
    S5,
    Other,
    Axis,
    Grid,
    Text,
    Muted,
    Gap,
    Step0,
    Step1,
    Step2,
    Step3,
    Step4,
    Step5,
}

impl Ink {
    const ALL: [Self; 17] = [
        Self::S1,
        Self::S2,
        Self::S3,
        Self::S4,
        Self::S5,
        Self::Other,
        Self::Axis,
        Self::Grid,
        Self::Text,
        Self::Muted,
        Self::Gap,
        Self::Step0,
        Self::Step1,
        Self::Step2,
        Self::Step3,
        Self::Step4,
        Self::Step5,
    ];

    /// As the red of a colour.
    pub(super) fn code(self) -> u8 {
        self as u8
    }

    /// From the red of a colour. A colour that is not ours, such as a default of plotters, is written as text.
    pub(super) fn from_code(code: u8) -> Self {
        Self::ALL.get(usize::from(code)).copied().unwrap_or(Self::Text)
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::S1 => "s1",
            Self::S2 => "s2",
            Self::S3 => "s3",
            Self::S4 => "s4",
            Self::S5 => "s5",
            Self::Other => "other",
            Self::Axis => "axis",
            Self::Grid => "grid",
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Gap => "gap",
            Self::Step0 => "step0",
            Self::Step1 => "step1",
            Self::Step2 => "step2",
            Self::Step3 => "step3",
            Self::Step4 => "step4",
            Self::Step5 => "step5",
        }
    }

    /// The dashes that tell a slot's line apart without its colour. The first slot's is whole. One in the colour of texts is a forecast.
    pub(super) fn dashes(self) -> Option<&'static str> {
        match self {
            Self::S2 => Some("8 4"),
            Self::S3 => Some("2 3"),
            Self::S4 => Some("10 3 2 3"),
            Self::S5 => Some("14 5"),
            Self::Other => Some("4 6"),
            Self::Text => Some("5 3"),
            _ => None,
        }
    }

    /// The strokes that tell a slot apart without its colour, in a tile of eight pixels, with their width. The first slot is plain.
    pub(super) fn pattern(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::S2 => Some(("M-2 2 2 -2M0 8 8 0M6 10 10 6", "1.4")),
            Self::S3 => Some(("M1 2h2M5 6h2", "2")),
            Self::S4 => Some(("M-2 6 2 10M0 0 8 8M6 -2 10 2", "1.4")),
            Self::S5 => Some(("M0 4h8M4 0v8", "1.2")),
            Self::Other => Some(("M2 0v8M6 0v8", "1.2")),
            _ => None,
        }
    }
}

impl From<Slot> for Ink {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::S1 => Self::S1,
            Slot::S2 => Self::S2,
            Slot::S3 => Self::S3,
            Slot::S4 => Self::S4,
            Slot::S5 => Self::S5,
            Slot::Other => Self::Other,
        }
    }
}
