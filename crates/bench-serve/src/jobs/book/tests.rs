use std::fs;

use tempfile::TempDir;

use super::*;
use crate::{jobs::hash, picture::Format};

const MINUTE: Duration = Duration::from_secs(60);

fn new(prompt: &str, owner: Option<&str>) -> Accepted {
    let order = Order {
        model: "m".to_owned(),
        prompt: prompt.to_owned(),
        negative_prompt: None,
        seed: 1,
        width: 8,
        height: 8,
        num_frames: Some(1),
        fps: Some(16),
        num_inference_steps: Some(4),
        guidance_scale: Some(5.0),
        flow_shift: None,
        format: Format::Png,
    };
    Accepted {
        owner: owner.map(str::to_owned),
        order,
        seconds: "1".to_owned(),
        idempotency_key: None,
        fingerprint: hash(prompt.as_bytes()),
    }
}

fn open(folder: &TempDir, ttl: Duration) -> Book {
    Book::open(folder.path(), ttl).expect("a folder")
}

fn files(folder: &TempDir) -> usize {
    fs::read_dir(folder.path().join("files")).expect("a folder").count()
}

fn accept(book: &Book, prompt: &str) -> Job {
    book.accept(new(prompt, None), Arc::default()).expect("it is written")
}

fn complete(book: &Book, id: &str, bytes: &[u8]) {
    book.complete(id, (bytes, Format::Png), serde_json::Map::new()).expect("it is written");
}

#[test]
fn a_job_that_had_not_ended_waits_again_after_a_restart() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let (first, second) = (accept(&book, "a"), accept(&book, "b"));
    complete(&book, &first.id, b"pixels");
    drop(book);
    // what a killed server leaves half written
    fs::write(folder.path().join("files/.new-1.half-written"), b"pix").expect("written");
    fs::write(folder.path().join(".new-2.half-written"), b"{").expect("written");
    announce(&folder, &second, b"half made");
    let book = open(&folder, MINUTE);
    let unfinished: Vec<String> = book.unfinished().into_iter().map(|job| job.id).collect();
    assert_eq!(unfinished, [second.id.as_str()]);
    let (job, _) = book.get(&first.id, &None).expect("it is kept");
    assert_eq!(job.status, Status::Completed);
    assert_eq!(book.read(&job.file.expect("a file")).expect("its bytes"), b"pixels");
    assert_eq!(files(&folder), 1);
    assert!(!folder.path().join(".new-2.half-written").exists());
}

/// A job whose output is on the disk, though it is not said yet that it has one.
fn announce(folder: &TempDir, job: &Job, bytes: &[u8]) {
    let file = FileOf::of(bytes, Format::Png);
    fs::write(folder.path().join(format!("files/{}.png", file.sha256)), bytes).expect("written");
    let job = serde_json::to_vec(&Job { pending: Some(file), ..job.clone() }).expect("JSON");
    fs::write(folder.path().join(format!("{}.json", id_of(&job))), &job).expect("written");
}

fn id_of(job: &[u8]) -> String {
    serde_json::from_slice::<Job>(job).expect("a job").id
}

#[test]
fn an_output_that_was_half_made_stays_where_another_job_has_it() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let (first, second) = (accept(&book, "a"), accept(&book, "b"));
    complete(&book, &first.id, b"same");
    drop(book);
    announce(&folder, &second, b"same");
    let book = open(&folder, MINUTE);
    assert_eq!(files(&folder), 1);
    complete(&book, &second.id, b"same");
    let (job, _) = book.get(&second.id, &None).expect("it is kept");
    assert_eq!((job.pending, job.status), (None, Status::Completed));
}

#[test]
fn a_job_that_was_half_deleted_is_forgotten() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let job = accept(&book, "a");
    complete(&book, &job.id, b"pixels");
    drop(book);
    fs::remove_file(folder.path().join(format!("files/{}.png", hash(b"pixels")))).expect("removed");
    let book = open(&folder, MINUTE);
    assert_eq!(book.get(&job.id, &None), None);
    assert!(!folder.path().join(format!("{}.json", job.id)).exists());
}

#[test]
fn files_of_others_in_the_folder_stay() {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("files")).expect("a folder");
    // named as outputs are, by their content
    let alike = format!("files/{}.png", hash(b"theirs"));
    let names =
        ["files/holiday.jpg", "files/0123.png", &alike, ".new-notes", "files/.new-1", "lock"];
    for name in names {
        fs::write(folder.path().join(name), b"theirs").expect("written");
    }
    let book = open(&folder, MINUTE);
    let job = accept(&book, "a");
    complete(&book, &job.id, b"pixels");
    drop(book);
    drop(open(&folder, MINUTE));
    for name in names {
        assert_eq!(fs::read(folder.path().join(name)).expect(name), b"theirs", "{name}");
    }
}

/// A folder with a completed job, whose file is changed, opened: whether the job is known, and its output there.
fn opened_after(change: impl FnOnce(serde_json::Value) -> String) -> (bool, bool) {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let job = accept(&book, "a");
    complete(&book, &job.id, b"pixels");
    drop(book);
    let path = folder.path().join(format!("{}.json", job.id));
    let text = fs::read_to_string(&path).expect("a job");
    fs::write(&path, change(serde_json::from_str(&text).expect("JSON"))).expect("written");
    let book = open(&folder, MINUTE);
    assert!(path.exists());
    (book.get(&job.id, &None).is_some(), files(&folder) == 1)
}

#[test]
fn the_output_of_a_job_that_cannot_be_read_stays() {
    assert_eq!(opened_after(|job| job.to_string()), (true, true));
    for field in ["seconds", "order", "status", "fingerprint"] {
        let without = |mut job: serde_json::Value| {
            job.as_object_mut().expect("an object").remove(field);
            job.to_string()
        };
        assert_eq!(opened_after(without), (false, true), "{field}");
    }
    assert_eq!(opened_after(|_| "{".to_owned()), (false, true));
    for hash in ["../../lock", "0123"] {
        let named = |mut job: serde_json::Value| {
            job["file"]["sha256"] = hash.into();
            job.to_string()
        };
        assert_eq!(opened_after(named), (false, true), "{hash}");
    }
}

#[test]
fn a_file_whose_name_is_not_its_job_is_no_job() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let job = accept(&book, "a");
    drop(book);
    let (path, copy) =
        (folder.path().join(format!("{}.json", job.id)), folder.path().join("zopy.json"));
    let text = fs::read_to_string(&path).expect("a job");
    fs::write(&copy, text.replace("\"prompt\":\"a\"", "\"prompt\":\"b\"")).expect("written");
    let book = open(&folder, MINUTE);
    let (found, _) = book.get(&job.id, &None).expect("it is kept");
    assert_eq!(found.order.prompt, "a");
    assert!(copy.exists());
}

#[test]
fn two_servers_do_not_share_a_folder() {
    let folder = TempDir::new().expect("a folder");
    let _book = open(&folder, MINUTE);
    let error = Book::open(folder.path(), MINUTE).expect_err("it is in use").to_string();
    assert!(error.contains("used by another server"), "{error}");
}

#[test]
fn a_file_goes_with_the_last_job_that_has_it() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let (first, second) = (accept(&book, "a"), accept(&book, "b"));
    complete(&book, &first.id, b"same");
    complete(&book, &second.id, b"same");
    assert_eq!(files(&folder), 1);
    assert!(book.delete(&first.id, &None).expect("removed").is_some());
    assert!(book.get(&first.id, &None).is_none());
    assert_eq!(files(&folder), 1);
    assert!(book.delete(&second.id, &None).expect("removed").is_some());
    assert_eq!(files(&folder), 0);
}

#[test]
fn a_job_that_is_deleted_while_it_runs_is_cancelled_and_leaves_no_file() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let progress = Arc::<Progress>::default();
    let job = book.accept(new("a", None), Arc::clone(&progress)).expect("it is written");
    progress.begin();
    progress.reach(2);
    let (seen, steps) = book.get(&job.id, &None).expect("it is kept");
    assert_eq!((seen.status, steps), (Status::InProgress, 2));
    book.delete(&job.id, &None).expect("removed");
    assert!(progress.is_cancelled());
    complete(&book, &job.id, b"late");
    assert_eq!(files(&folder), 0);
    assert!(book.get(&job.id, &None).is_none());
}

#[test]
fn a_video_that_cannot_be_stored_does_not_run_for_ever() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let job = accept(&book, "a");
    fs::remove_dir(folder.path().join("files")).expect("it is empty");
    fs::write(folder.path().join("files"), b"in the way").expect("written");
    assert!(book.complete(&job.id, (b"pixels", Format::Png), serde_json::Map::new()).is_err());
    book.fail(&job.id, "storage_failed", "no".to_owned()).expect("it is written");
    assert_eq!(book.get(&job.id, &None).map(|(job, _)| job.status), Some(Status::Failed));
    assert_eq!(book.count_unfinished(), 0);
}

#[test]
fn job_and_file_expire_together() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, Duration::ZERO);
    let (ended, running) = (accept(&book, "a"), accept(&book, "b"));
    complete(&book, &ended.id, b"pixels");
    assert!(book.get(&ended.id, &None).is_none(), "its time is over");
    book.expire();
    assert_eq!(files(&folder), 0);
    assert!(!folder.path().join(format!("{}.json", ended.id)).exists());
    assert!(book.get(&running.id, &None).is_some());
}

#[test]
fn an_owner_sees_only_own_jobs() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let job = book.accept(new("a", Some("x")), Arc::default()).expect("it is written");
    let (own, others) = (Some("x".to_owned()), Some("y".to_owned()));
    assert!(book.get(&job.id, &own).is_some());
    for owner in [&others, &None] {
        assert!(book.get(&job.id, owner).is_none());
        assert!(book.delete(&job.id, owner).expect("nothing").is_none());
        assert_eq!(book.only_like(owner, &job.fingerprint, 0), None);
    }
}

#[test]
fn pages_follow_each_other_in_either_order() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let mut ids: Vec<String> = (0..5).map(|n| accept(&book, &n.to_string()).id).collect();
    for newest_first in [false, true] {
        if newest_first {
            ids.reverse();
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = Page { after, limit: 2, newest_first };
            let (jobs, has_more) = book.list(&None, &page).expect("a page");
            seen.extend(jobs.iter().map(|(job, _)| job.id.clone()));
            after = seen.last().cloned();
            if !has_more {
                break;
            }
        }
        assert_eq!(seen, ids);
    }
    let page = Page { after: Some("video_x".to_owned()), limit: 2, newest_first: true };
    assert_eq!(book.list(&None, &page), None);
}

#[test]
fn two_jobs_in_the_same_words_are_not_one() {
    let folder = TempDir::new().expect("a folder");
    let book = open(&folder, MINUTE);
    let first = accept(&book, "a");
    let found = |since| book.only_like(&None, &first.fingerprint, since);
    assert!(found(0).is_some());
    assert!(found(first.created_at + 1).is_none());
    let second = accept(&book, "a");
    assert!(found(0).is_none());
    // what failed is not meant
    book.fail(&second.id, "x", "x".to_owned()).expect("it is written");
    assert!(found(0).is_some());
}
