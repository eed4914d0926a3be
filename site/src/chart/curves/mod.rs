//! Charts of one value against another: curves over a value axis, where other charts have time.
//!
//! In: lines of points, each with its words and the page that it leads to. Out: a picture of paths and links, which
//! follows the theme without being drawn again.

mod layout;
mod view;

pub use view::curves_chart;

use super::upwards::Scale;

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it shows, with its unit.
    pub label: String,
    /// How values are spaced.
    pub scale: Scale,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stroke {
    /// Through.
    #[default]
    Solid,
    /// In dashes.
    Dashed,
    /// In dots.
    Dotted,
}

impl Stroke {
    /// Class that draws it, in the picture and in its key.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Dashed => "dashed",
            Self::Dotted => "dotted",
        }
    }
}

/// A point of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// Value across.
    pub x: f64,
    /// Value upwards.
    pub y: f64,
    /// Whether it is drawn hollow.
    pub is_hollow: bool,
    /// Whether the line goes through it.
    pub is_joined: bool,
    /// What is said of it.
    pub words: String,
    /// The page that it leads to.
    pub href: String,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CurveLine {
    /// Its place in the palette.
    pub colour: usize,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Whether it stays in the background, without dots.
    pub is_faint: bool,
    /// Its points, in the order in which the line goes through them.
    pub points: Vec<CurvePoint>,
}

/// An entry of the key below a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveKey {
    /// A colour of the palette; `None` where any colour can be meant.
    pub colour: Option<usize>,
    /// How its lines are drawn.
    pub stroke: Stroke,
    /// What it means.
    pub words: String,
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// What it is called.
    pub title: String,
    /// The axis across, which begins at 0.
    pub across: Axis,
    /// The axis upwards.
    pub upwards: Axis,
    /// The lines: those that come later lie over others.
    pub lines: Vec<CurveLine>,
    /// A value upwards that is marked, and its words.
    pub limits: Vec<(f64, String)>,
    /// Whether a line shows where both values are the same.
    pub has_ideal: bool,
    /// A stretch across that is marked, and its words.
    pub band: Option<(f64, f64, String)>,
    /// What colours and strokes mean.
    pub key: Vec<CurveKey>,
}

impl Curves {
    /// The chart in a sentence, for who cannot see it; its values are in the table of the page.
    #[must_use]
    pub fn sentence(&self) -> String {
        let points: usize =
            self.lines.iter().filter(|line| !line.is_faint).map(|line| line.points.len()).sum();
        let mut words = format!("{}: {points} points", self.title);
        for marked in self.limits.iter().map(|(_, words)| words) {
            words += &format!(", {marked}");
        }
        if let Some((_, _, marked)) = &self.band {
            words += &format!(", {marked}");
        }
        words
    }
}
