//! What a layout shows, and where.

use super::*;

const FRAME: Frame = Frame { width: 366.0, height: 200.0, top: 18.0 };

fn plot(values: &[Option<f64>]) -> Arc<Plot> {
    let times: Vec<i64> = (0..values.len() as i64).map(|i| i * 10_000_000).collect();
    let line = Line { times: times.into(), values: values.into(), ..Line::default() };
    Arc::new(Plot { lines: vec![line], ..Plot::default() })
}

fn lay(plot: &Arc<Plot>, view: View) -> Geometry {
    Geometry::new(plot, &Prepared::new(plot), view, FRAME)
}

#[test]
fn the_relative_view_starts_at_the_first_baseline_in_view() {
    let mut of = (*plot(&[Some(8.0), Some(10.0), Some(12.0)])).clone();
    of.baseline = [None, Some(10.0), Some(10.0)].into();
    let layout = lay(&Arc::new(of), View { relative: true, ..View::default() });
    assert_eq!(layout.shown(0, 12.0), 20.0);
    assert_eq!(layout.unit(), "%");
}

#[test]
fn a_log_view_says_that_it_leaves_values_out() {
    let log = View { scale: Scale::Log, ..View::default() };
    let with_zero = lay(&plot(&[Some(1.0), Some(0.0), Some(9.0)]), log);
    assert!(with_zero.leaves_out);
    assert_eq!(with_zero.point(0, 1), None);
    assert!(!lay(&plot(&[Some(1.0), Some(9.0)]), log).leaves_out);
}

#[test]
fn a_far_static_limit_does_not_press_the_data_flat() {
    let mut of = (*plot(&[Some(5.0), Some(5.5)])).clone();
    of.static_limit = Some(60.0);
    assert!(lay(&Arc::new(of.clone()), View::default()).upwards.hi < 7.0);
    of.static_limit = Some(5.8);
    assert!(lay(&Arc::new(of), View::default()).upwards.hi > 5.8);
}

#[test]
fn a_window_shows_its_own_range() {
    let plot = plot(&[Some(500.0), Some(5.0), Some(5.1), Some(5.0), Some(5.0)]);
    let window = Some((20_000_000, 40_000_000));
    let layout = lay(&plot, View { window, ..View::default() });
    assert!(layout.upwards.hi < 10.0, "{:?}", layout.upwards);
}

#[test]
fn nothing_measured_is_still_a_chart() {
    for values in [&[][..], &[None, None]] {
        let layout = lay(&plot(values), View { relative: true, ..View::default() });
        assert!(layout.upwards.hi > layout.upwards.lo);
    }
}
