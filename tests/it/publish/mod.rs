//! `publish`: the folder, feeds, markup, the sample.

pub mod feed;
pub mod folder;
pub mod markup;
pub mod sample;
