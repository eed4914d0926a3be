//! Charts: what is shown (`plot`), where it goes (`across`, `upwards`, `ticks`, `reduce`, `frame`, `layout`; all pure),
//! which marks it has (`marks`), drawing it with plotters (`surface`, `draw`, `levels`), and the parts of a page (`metric`, `key`, `spark`).
//! `curves` are charts of one value against another, without time.

mod across;
mod colours;
mod curves;
mod draw;
mod export;
mod frame;
mod group;
mod key;
mod keys;
mod layout;
mod legend;
mod levels;
mod marks;
mod metric;
mod overlay;
mod plot;
mod pointer;
mod reduce;
mod spark;
mod surface;
mod ticks;
mod upwards;

pub use across::{Spacing, Window};
pub use curves::{Axis, CurveKey, CurveLine, CurvePoint, Curves, Stroke, curves_chart};
pub use frame::View;
pub use group::ChartGroup;
pub use key::key;
pub use metric::{Actions, PointId, hint, metric_chart};
pub use plot::{Joining, Level, Line, Mark, Plot, Values};
pub use spark::{Spark, Sparkline};
pub use upwards::Scale;
