use super::*;

const SHAPE: Signature = Signature { model: 0, width: 8, height: 8, num_frames: None };

/// Steps that take `fixed_ms` and `each_ms` a request.
fn measure(profile: &mut Profile, sizes: &[usize], (fixed_ms, each_ms): (u64, u64), now: Instant) {
    for size in sizes {
        let took = Duration::from_millis(fixed_ms + each_ms * *size as u64);
        (0..ENOUGH).for_each(|_| profile.stepped(SHAPE, *size, took, now));
    }
}

fn size(profile: &Profile, max: usize) -> usize {
    profile.most(SHAPE, max, Profiling::On).map_or(max, |most| most.size)
}

#[test]
fn a_shape_that_gains_is_doubled_up_to_the_limit() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    assert_eq!(size(&profile, 6), 1, "first alone");
    for (measured, next) in [(1, 2), (2, 4), (4, 6), (6, 6)] {
        measure(&mut profile, &[measured], (10, 1), now);
        assert_eq!(size(&profile, 6), next, "{measured}");
    }
    assert_eq!(profile.most(SHAPE, 6, Profiling::On), None, "nothing speaks against it");
    let gains = profile.known(|_| (6, Profiling::On))[0].gains.clone();
    // 11 ms alone, and 12, 14 and 16 ms of 2, 4 and 6
    let expected = [(1, 1.0), (2, 11.0 / 6.0), (4, 11.0 / 3.5), (6, 11.0 / (16.0 / 6.0))];
    for ((size, gain), (wanted, expected)) in gains.into_iter().zip(expected) {
        assert!(size == wanted && (gain - expected).abs() < 1e-9, "{size}: {gain}");
    }
}

#[test]
fn a_shape_that_fills_the_device_runs_alone() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    // of two, each is faster by less than 5 %
    measure(&mut profile, &[1, 2], (1, 20), now);
    let most = Most { size: 1, reason: Reason::NoGain };
    assert_eq!(profile.most(SHAPE, 8, Profiling::On), Some(most));
    assert_eq!(profile.most(SHAPE, 8, Profiling::Off), None, "only where it is asked for");
}

#[test]
fn the_size_before_the_first_without_gain_is_used() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    measure(&mut profile, &[1, 2], (20, 10), now);
    // 40 ms of two are 20 ms each, and so are 80 ms of four
    measure(&mut profile, &[4], (0, 20), now);
    assert_eq!(size(&profile, 8), 2);
}

#[test]
fn one_slow_step_decides_nothing_and_old_ones_are_measured_again() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    measure(&mut profile, &[1, 2], (10, 1), now);
    profile.stepped(SHAPE, 2, Duration::from_secs(9), now);
    assert_eq!(size(&profile, 8), 4);
    profile.stepped(SHAPE, 2, Duration::from_millis(12), now + AGE + Duration::from_secs(1));
    assert_eq!(size(&profile, 8), 1);
}

#[test]
fn a_batch_that_failed_as_a_whole_is_not_tried_at_its_size_again() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    profile.failed(SHAPE, 6, now);
    profile.failed(SHAPE, 8, now);
    let most = Most { size: 5, reason: Reason::BatchFailed };
    assert_eq!(profile.most(SHAPE, 8, Profiling::Off), Some(most));
    let other = Signature { width: 16, ..SHAPE };
    assert_eq!(profile.most(other, 8, Profiling::Off), None);
    profile.failed(SHAPE, 1, now);
    assert_eq!(profile.most(SHAPE, 8, Profiling::Off).map(|most| most.size), Some(1));
}

#[test]
fn memory_limits_pictures_once_the_device_told_what_it_has() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    assert_eq!(profile.most(SHAPE, 8, Profiling::Off), None);
    profile.limit(DeviceMemory { idle_mb: 100.0, limit_mb: 400.0 });
    let most = |size| Some(Most { size, reason: Reason::Memory });
    assert_eq!(profile.most(SHAPE, 8, Profiling::Off), most(1), "nothing was measured");
    assert!(profile.used(SHAPE, 1, 200.0, now), "the first of its size");
    assert!(!profile.used(SHAPE, 1, 190.0, now));
    assert_eq!(profile.most(SHAPE, 8, Profiling::Off), most(3));
    assert_eq!(profile.most(SHAPE, 2, Profiling::Off), None, "two have room");
    assert_eq!(profile.most(Signature::of_text(0), 8, Profiling::Off), None, "a cache of its own");
}

#[test]
fn shapes_that_clients_choose_are_bounded() {
    let (mut profile, now) = (Profile::default(), Instant::now());
    for width in 0..1000 {
        profile.stepped(Signature { width, ..SHAPE }, 1, Duration::from_millis(1), now);
    }
    assert_eq!(profile.known(|_| (8, Profiling::On)).len(), MOST_SHAPES);
}
