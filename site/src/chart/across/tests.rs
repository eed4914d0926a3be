//! Times and pixels, there and back.

use super::*;

fn line(times: &[i64]) -> Line {
    Line { times: times.into(), ..Line::default() }
}

fn across(spacing: Spacing, line: &Line) -> Across {
    let all = (line.times[0], line.times[line.times.len() - 1]);
    Across::new(spacing, line.times.clone(), all, 50.0, 114.0)
}

#[test]
fn pixels_and_x_are_inverse() {
    for spacing in [Spacing::Date, Spacing::Even] {
        let scale = across(spacing, &line(&[0, 10_000_000, 90_000_000]));
        for pixel in [50.0, 57.0, 99.5, 164.0] {
            assert!((scale.pixel(scale.x(pixel)) - pixel).abs() < 1e-9);
        }
    }
}

#[test]
fn even_spacing_puts_points_at_equal_steps() {
    let line = line(&[0, 10_000_000, 90_000_000]);
    let scale = across(Spacing::Even, &line);
    let pixels: Vec<f64> = (0..3).map(|i| scale.pixel(scale.x_of_point(&line, i))).collect();
    assert_eq!(pixels, [57.0, 107.0, 157.0]);
}

#[test]
fn points_of_one_instant_stay_apart_when_evenly_spaced() {
    let line = line(&[5, 5, 5]);
    let scale = across(Spacing::Even, &line);
    assert_eq!((0..3).map(|i| scale.x_of_point(&line, i)).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
}

#[test]
fn the_slot_at_a_points_pixel_is_that_point() {
    let line = line(&[0, 10_000_000, 90_000_000]);
    for spacing in [Spacing::Date, Spacing::Even] {
        let scale = across(spacing, &line);
        for index in 0..3 {
            let pixel = scale.pixel(scale.x_of_point(&line, index));
            assert_eq!(scale.slot_at(pixel + 1.0), Some(index));
        }
        assert_eq!(scale.slot_at(-1e9), Some(0));
        assert_eq!(scale.slot_at(1e9), Some(2));
    }
}

#[test]
fn a_time_between_slots_survives_even_spacing() {
    let scale = across(Spacing::Even, &line(&[0, 10_000_000, 90_000_000]));
    for time in [0, 5_000_000, 10_000_000, 50_000_000, 90_000_000] {
        assert_eq!(scale.time_of_x(scale.x_of_time(time)), time);
    }
}

#[test]
fn visible_points_have_one_neighbour_on_either_side() {
    let times: Vec<i64> = (0..100).map(|i| i * 10_000_000).collect();
    let line = line(&times);
    let window = (times[40], times[60]);
    let scale = Across::new(Spacing::Date, line.times.clone(), window, 0.0, 1014.0);
    assert_eq!(scale.visible(&line), 39..62);
}

#[test]
fn a_zoom_keeps_the_time_under_the_pointer() {
    let scale = across(Spacing::Date, &line(&[0, 1_000_000_000]));
    let under = scale.x(80.0);
    let window = scale.zoomed(0.5, 80.0);
    let closer = Across::new(Spacing::Date, scale.slots().clone(), window, 50.0, 114.0);
    assert!((closer.x(80.0) - under).abs() < 2.0);
    assert_eq!(window.1 - window.0, 500_000_000);
}

#[test]
fn no_zoom_is_closer_than_a_second() {
    let scale = across(Spacing::Date, &line(&[0, 10_000_000]));
    let (from, to) = scale.zoomed(1e-9, 80.0);
    assert!((to - from - 1_000_000).abs() <= 1);
}

#[test]
fn a_clamped_window_keeps_its_length_and_a_whole_one_is_none() {
    assert_eq!(clamp((-5, 5), (0, 100)), Some((0, 10)));
    assert_eq!(clamp((95, 105), (0, 100)), Some((90, 100)));
    assert_eq!(clamp((-5, 105), (0, 100)), None);
}

#[test]
fn galloping_finds_what_halving_finds() {
    for end in 0..40 {
        for first in 0..=end {
            for start in 0..=first {
                assert_eq!(gallop(start..end, |index| index < first), first);
            }
        }
    }
}
