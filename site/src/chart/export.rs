//! A chart as a picture: with its title and legend, at twice the pixels.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use crate::components::export::download as save;

use super::{
    colours, draw,
    frame::Frame,
    group::ChartGroup,
    layout::{Geometry, Prepared},
    plot::Plot,
    surface::Surface,
};

const FRAME: Frame = Frame { width: 960.0, height: 420.0, top: 72.0 };

/// Saves the chart as it is shown now; a browser that refuses saves nothing.
pub fn download(plot: &Arc<Plot>, group: ChartGroup) -> Option<()> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let view = group.view.get_untracked();
    let layout = Geometry::new(plot, &Prepared::new(plot), view, FRAME);
    let surface = Surface::new(&canvas, FRAME.width, FRAME.height, 2.0)?;
    let colours = colours::current()?;
    let (right, bottom) = (FRAME.width, FRAME.height);
    let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)];
    surface.fill(corners.into_iter(), colours.surface, 1.0);
    draw::heading(&surface, &layout, &colours);
    draw::draw(&surface, &layout, &colours);
    let name = format!("{}.png", file_name(&plot.label));
    save(&name, &canvas.to_data_url().ok()?);
    Some(())
}

/// Letters and digits of a label, the rest as dashes.
fn file_name(label: &str) -> String {
    let dashed = label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    dashed.collect::<String>().to_ascii_lowercase()
}
