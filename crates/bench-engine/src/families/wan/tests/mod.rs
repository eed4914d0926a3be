//! The pipeline whole: against reference tensors, with other architectures, from damaged folders.

mod architectures;
mod checkpoints;
mod generic_path;
mod original;
mod tiling;

use std::path::{Path, PathBuf};

use super::{LoadOptions, verify};

/// A file of the tiny checkpoint and its reference.
fn fixture(name: &str) -> PathBuf {
    fixture_of("tiny-wan", name)
}

fn fixture_of(model: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(model).join(name)
}

#[test]
fn every_stage_agrees_with_the_reference() {
    let (model, reference) = (fixture("checkpoint"), fixture("reference.safetensors"));
    let report =
        verify(&model, &reference, 1e-3, LoadOptions::default()).expect("the fixture is complete");
    assert!(report.pass, "{report:#?}");
    assert_eq!(report.rows.len(), 4 + 2 * 3 * 3 + 3, "{report:#?}");
}

#[test]
fn so_does_every_stage_of_another_architecture() {
    let of = |name| fixture_of("other-wan", name);
    let report =
        verify(&of("checkpoint"), &of("reference.safetensors"), 1e-4, LoadOptions::default())
            .expect("the fixture is complete");
    assert!(report.pass, "{report:#?}");
    assert_eq!(report.rows.len(), 4 + 3 * 3 + 3, "{report:#?}");
}
