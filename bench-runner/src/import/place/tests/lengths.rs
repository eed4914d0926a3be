//! Tests of load tests that only their mean lengths name.

use super::*;

/// Results of one benchmark, as JSON lines: the day, and the mean lengths of its prompts.
fn runs(all: &[(u32, f64)]) -> Vec<String> {
    let run = |(day, input): &(u32, f64)| {
        json!({
            "date": format!("202604{day:02}-100000"), "backend": "vllm", "model_id": "m",
            "num_prompts": 1000, "completed": 1000, "request_throughput": 8.0 + f64::from(*day),
            "total_input_tokens": input * 1000.0, "total_output_tokens": 128_000,
        })
        .to_string()
    };
    all.iter().map(run).collect()
}

fn import_pieces(shelf: &mut Shelf, pieces: &[String]) -> Vec<String> {
    let notices = pieces.iter().flat_map(|piece| shelf.import(Format::Vllm, piece.as_bytes()).1);
    notices.collect()
}

const AROUND: [(u32, f64); 5] = [(1, 181.5), (2, 180.9), (3, 181.2), (4, 180.5), (5, 184.0)];

#[test]
fn a_benchmark_whose_mean_length_varies_around_a_border_is_one_series() {
    let mut shelf = Shelf::default();
    let (new, notices) = shelf.import(Format::Vllm, runs(&AROUND).join("\n").as_bytes());
    assert_eq!((new, shelf.series().len()), (5, 1), "{:?}", shelf.series());
    let said: Vec<_> = notices.iter().filter(|said| said.contains("within 20 %")).collect();
    assert_eq!(said.len(), 1, "{notices:?}");
    assert!(said[0].contains("continues m/backend=vllm,in=~256,out=~128"), "{notices:?}");
}

#[test]
fn runs_that_are_imported_one_by_one_give_the_same_records_as_in_one_file() {
    let (mut whole, mut pieces) = (Shelf::default(), Shelf::default());
    whole.import(Format::Vllm, runs(&AROUND).join("\n").as_bytes());
    import_pieces(&mut pieces, &runs(&AROUND));
    assert_eq!(whole.records, pieces.records);
}

#[test]
fn a_length_that_drifts_far_from_its_name_goes_on_and_is_there_when_imported_again() {
    let drifting: Vec<(u32, f64)> =
        (1..9).map(|day| (day, 181.5 * 1.15_f64.powi(day as i32))).collect();
    let mut shelf = Shelf::default();
    import_pieces(&mut shelf, &runs(&drifting));
    assert_eq!(shelf.series().len(), 1, "{:?}", shelf.series());
    let again = shelf.import(Format::Vllm, runs(&drifting).join("\n").as_bytes());
    assert_eq!(again, (0, vec![]));
}

#[test]
fn lengths_more_than_a_fifth_apart_are_series_of_their_own() {
    let mut shelf = Shelf::default();
    import_pieces(&mut shelf, &runs(&[(1, 215.0), (2, 150.0), (3, 8192.0), (4, 214.0)]));
    let counts: Vec<_> = shelf.series().into_iter().map(|(_, records)| records).collect();
    assert_eq!(counts, [1, 2, 1]);
}

#[test]
fn lengths_that_round_alike_though_far_apart_are_told() {
    let mut shelf = Shelf::default();
    let notices = import_pieces(&mut shelf, &runs(&[(1, 190.0), (2, 350.0)]));
    assert_eq!(shelf.series().len(), 1);
    assert!(notices.iter().any(|said| said.contains("more than 20 % from its own")), "{notices:?}");
}

proptest! {
    #[test]
    fn runs_in_order_of_time_whole_or_in_pieces_are_one_series(
        scatter in prop::collection::vec(0.92..1.09_f64, 1..20), mean in 20.0..4000.0_f64,
    ) {
        let all: Vec<(u32, f64)> =
            scatter.iter().zip(1..).map(|(scatter, day)| (day, mean * scatter)).collect();
        let (mut whole, mut pieces) = (Shelf::default(), Shelf::default());
        whole.import(Format::Vllm, runs(&all).join("\n").as_bytes());
        import_pieces(&mut pieces, &runs(&all));
        prop_assert_eq!(whole.series().len(), 1);
        prop_assert_eq!(whole.records, pieces.records);
    }
}
