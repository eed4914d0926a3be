//! `import`: files of other tools, and series that grow.

pub mod cases;
pub mod extra;
pub mod formats;
pub mod growth;
pub mod load;
