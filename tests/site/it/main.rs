//! The dashboard as a reader meets it: the bundle in a real browser, served from a sub-folder.
//!
//! Needs the bundle and a browser: `cargo xtask test -p site-tests` has both.

mod addresses;
mod support;
mod tables;

mod changed;
mod charts;
mod compare;
mod dataset;
mod export;
mod failures;
mod find;
mod firefox;
mod hostile;
mod language_models;
mod levels;
mod load_test;
mod own_files;
mod pages;
mod parts;
mod policy;
mod programs;
mod published;
mod reading;
mod run;
mod said;
mod sample;
mod series;
mod serving;
mod states;
mod touch;
mod without_script;
mod zoom;
