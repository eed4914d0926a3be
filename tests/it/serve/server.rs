//! The binary as a server on any free port.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

use super::client::{self, Reply};
use crate::support::{waiting, workspace::Workspace};

/// A server that runs; it is killed when it is dropped.
pub struct Server {
    pub port: u16,
    child: Child,
    said: Arc<Mutex<String>>,
    listeners: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves configurations, which are paths in the workspace or of this repository.
    pub fn of(workspace: &Workspace, args: &[&str]) -> Self {
        let mut server = Self::loading(workspace, args);
        server.wait_until("\ntry: ");
        server
    }

    /// The same, which answers but may still be loading.
    pub fn loading(workspace: &Workspace, args: &[&str]) -> Self {
        let mut command = workspace.command(&["serve", "--device", "cpu", "--port", "0"]);
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Arc::<Mutex<String>>::default();
        let listeners = vec![
            listen(child.stdout.take().unwrap(), &said),
            listen(child.stderr.take().unwrap(), &said),
        ];
        let mut server = Self { port: 0, child, said, listeners };
        server.port = server.port_that_is_said();
        server
    }

    fn port_that_is_said(&mut self) -> u16 {
        self.wait_until(" on http://127.0.0.1:");
        let said = self.said();
        let rest = said.split(" on http://127.0.0.1:").nth(1).unwrap();
        rest.split(',').next().unwrap().parse().unwrap()
    }

    /// Waits until the server has said so.
    #[track_caller]
    pub fn wait_until(&mut self, words: &str) {
        let Self { child, said, .. } = self;
        waiting::wait_until(words, || {
            let said = said.lock().unwrap().clone();
            let has_ended = child.try_wait().unwrap().is_some();
            assert!(!has_ended || said.contains(words), "no {words:?} in {said}");
            said.contains(words)
        });
    }

    /// All that it has printed.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub fn get(&self, path: &str) -> Reply {
        client::send(self.port, "GET", path, &[], b"")
    }

    pub fn delete(&self, path: &str) -> Reply {
        client::send(self.port, "DELETE", path, &[], b"")
    }

    pub fn post(&self, path: &str, document: &Value) -> Reply {
        let headers = [("content-type", "application/json")];
        client::send(self.port, "POST", path, &headers, document.to_string().as_bytes())
    }

    /// A video that is asked for: its name.
    #[track_caller]
    pub fn create(&self, document: &Value) -> String {
        let job = self.post("/v1/videos", document).expect(200).json();
        job["id"].as_str().unwrap().to_owned()
    }

    /// A video, when its state is one of these.
    #[track_caller]
    pub fn wait_for(&self, id: &str, states: &[&str]) -> Value {
        waiting::wait_for(&format!("{id} in {states:?}"), || {
            let job = self.get(&format!("/v1/videos/{id}")).expect(200).json();
            states.contains(&job["status"].as_str().unwrap()).then_some(job)
        })
    }

    /// What the server is doing, once it is so.
    #[track_caller]
    pub fn wait_for_status(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        waiting::wait_for("that status", || {
            Some(self.get("/status").expect(200).json()).filter(&is_so)
        })
    }

    /// Waits until a request is on the device.
    #[track_caller]
    pub fn wait_until_running(&self) {
        self.wait_for_status(|status| status["counts"]["running"] == 1);
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Kills it, as nothing can be heard.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its exit code, and all that it printed, when it has ended.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        for listener in self.listeners.drain(..) {
            listener.join().unwrap();
        }
        (status.code(), self.said())
    }

    /// Its largest resident set, in bytes.
    pub fn peak_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kb: u64 = line.trim().split(' ').next()?.parse().ok()?;
        Some(kb * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(
    stream: impl std::io::Read + Send + 'static,
    said: &Arc<Mutex<String>>,
) -> JoinHandle<()> {
    let said = Arc::clone(said);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            said.push('\n');
            said.push_str(&line);
        }
    })
}

/// A model of fixed timings that makes videos, its steps as long as is said.
pub fn fake(workspace: &Workspace, id: &str, step_s: f64) -> PathBuf {
    let config = json!({
        "benchmark_id": id,
        "model": {"model_path": "none", "model_short_name": "none", "pipeline": "fake",
                  "architecture": {"step_s": step_s}},
        "generation_kwargs": {"num_frames": 5, "num_inference_steps": 4, "fps": 5},
        "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
    });
    workspace.write_json(&format!("{id}.json"), &config)
}

/// The tiny Wan of the fixtures.
pub fn tiny_wan(workspace: &Workspace) -> PathBuf {
    checkpoint(
        workspace,
        "tiny-wan-cpu",
        "tiny-wan/checkpoint",
        &json!({"num_frames": 5, "fps": 8}),
    )
}

/// A tiny Stable Diffusion of the fixtures.
pub fn tiny_sd(workspace: &Workspace) -> PathBuf {
    checkpoint(workspace, "tiny-sd", "tiny-images/sd", &json!({}))
}

fn checkpoint(workspace: &Workspace, id: &str, folder: &str, own: &Value) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let mut generation = json!({"height": 16, "width": 32, "num_inference_steps": 2,
                                "max_sequence_length": 12});
    let own = own.as_object().unwrap().clone();
    generation.as_object_mut().unwrap().extend(own);
    let config = json!({
        "benchmark_id": id,
        "model": {"model_path": path, "model_short_name": id},
        "generation_kwargs": generation,
        "test_prompts": ["one"],
        "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
    });
    workspace.write_json(&format!("{id}.json"), &config)
}
