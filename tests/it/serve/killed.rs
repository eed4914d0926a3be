//! A server that is killed at any moment: no job that it took is lost, and no file is half written.

use std::{collections::BTreeSet, thread, time::Duration};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    client,
    server::{Server, fake},
};
use crate::support::workspace::Workspace;

/// How often the server is killed.
const KILLS: u64 = 8;

#[test]
fn a_killed_server_loses_no_job_and_shows_no_half_of_a_file() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.01);
    let config = config.to_str().unwrap();
    let mut taken = BTreeSet::new();
    for round in 0..KILLS {
        let server = Server::of(&workspace, &[config, "--max-queue", "1000"]);
        let port = server.port;
        let asking = thread::spawn(move || {
            let mut taken = Vec::new();
            for number in 0.. {
                let asked =
                    json!({"prompt": format!("{round} {number}"), "num_frames": 1 + number % 3});
                let headers = [("content-type", "application/json")];
                let body = asked.to_string();
                let reply = client::try_send(port, "POST", "/v1/videos", &headers, body.as_bytes());
                match reply {
                    Ok(reply) if reply.status == 200 => {
                        taken.push(reply.json()["id"].as_str().unwrap().to_owned());
                    }
                    // jobs of the servers before wait in the queue too
                    Ok(reply) if reply.status == 429 => thread::sleep(Duration::from_millis(5)),
                    Ok(reply) => panic!("{reply:?}"),
                    Err(_) => break,
                }
            }
            taken
        });
        thread::sleep(Duration::from_millis(40 + 37 * round));
        server.kill();
        taken.extend(asking.join().unwrap());
    }
    assert!(taken.len() > KILLS as usize, "{}", taken.len());
    let server = Server::of(&workspace, &[config, "--batching-mode", "dynamic"]);
    for id in &taken {
        server.wait_for(id, &["completed"]);
        let body = server.get(&format!("/v1/videos/{id}/content")).expect(200).body;
        assert!(body.ends_with(b"IEND\xaeB`\x82"), "{id} is cut off");
    }
    for file in workspace.files("jobs/files") {
        let bytes = std::fs::read(workspace.path(&format!("jobs/files/{file}"))).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(file, format!("{hash}.png"));
    }
    let temporary = workspace.files("jobs").into_iter().find(|name| name.contains(".new-"));
    assert_eq!(temporary, None);
}
