//! The flag `--layout`.

use crate::store::folder::StoreLayout;

/// Where in the store new records go
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum LayoutArg {
    /// `records/<YYYY-MM>/<DD>/<series>-<timestamp>-<ulid>.json`
    #[default]
    Records,
    /// `<model>/<timestamp>_<commit>.json`, as FastVideo's tools write and expect it
    Fastvideo,
}

impl From<LayoutArg> for StoreLayout {
    fn from(arg: LayoutArg) -> Self {
        match arg {
            LayoutArg::Records => Self::Records,
            LayoutArg::Fastvideo => Self::Fastvideo,
        }
    }
}
