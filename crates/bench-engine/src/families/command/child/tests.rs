//! A program whose lines are looked at later than they came.

use super::*;
use crate::progress::Quiet;

#[test]
fn a_line_that_came_before_the_deadline_counts_though_it_is_looked_at_after_it() {
    let argv = ["sh", "-c", "echo in time; read more"].map(str::to_owned);
    let mut child = Child::start(&argv, &BTreeMap::new()).expect("sh starts");
    child.pending = child.events.recv().ok();
    let deadline = Instant::now();
    let line = child.next_line(deadline, &Quiet).expect("it is in time").expect("a line");
    assert_eq!(line.text, "in time");
    let error = child.next_line(deadline, &Quiet).expect_err("nothing else came in time");
    assert!(error.to_string().contains("took longer than"), "{error}");
}
