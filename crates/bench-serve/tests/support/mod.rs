//! A server without a socket, and a model that does as prompts say.

#![allow(dead_code, reason = "each test program uses a part")]

pub mod mutant;
pub mod scripted;
pub mod socket;
pub mod spoken;

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use bench_serve::{App, Settings, Source, start};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service;

/// A server without a socket.
pub struct Server {
    pub app: App,
    pub folder: TempDir,
    router: Router,
}

/// What it replied.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Server {
    /// With these models, loaded.
    pub async fn of(sources: Vec<Source>, settings: Settings) -> Self {
        let folder = TempDir::new().unwrap();
        let jobs = folder.path().join("jobs");
        Self::at(folder, sources, Settings { jobs, ..settings }).await
    }

    async fn at(folder: TempDir, sources: Vec<Source>, settings: Settings) -> Self {
        let (app, served) = start(sources, settings).unwrap();
        let router = app.router();
        app.loaded(served).await.unwrap();
        Self { app, folder, router }
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Events of a reply, as they come.
    pub async fn stream(&self, path: &str, document: &Value) -> spoken::Events {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.body(Body::from(document.to_string())).unwrap();
        let response = self.router.clone().call(request).await.unwrap();
        spoken::Events::of(response)
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Request::delete(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, document: &Value) -> Reply {
        self.post_with(path, document, &[]).await
    }

    pub async fn post_with(&self, path: &str, document: &Value, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(document.to_string())).unwrap()).await
    }

    /// Parts of a form, as they are on the wire, between boundaries.
    pub async fn form(&self, path: &str, parts: &[&str]) -> Reply {
        let mut text = String::new();
        for part in parts {
            text.push_str(&format!("--XX\r\n{part}\r\n"));
        }
        text.push_str("--XX--\r\n");
        let request =
            Request::post(path).header("content-type", "multipart/form-data; boundary=XX");
        self.send(request.body(Body::from(text)).unwrap()).await
    }

    /// A video that was asked for, when it has ended.
    pub async fn ended(&self, id: &str) -> Value {
        for _ in 0..2000 {
            let job = self.get(&format!("/v1/videos/{id}")).await.json();
            if job["status"] == "completed" || job["status"] == "failed" {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{id} does not end");
    }

    /// A count of `/metrics`.
    pub async fn count(&self, name: &str) -> f64 {
        let text = self.get("/metrics").await.text();
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

/// A field of a form.
pub fn field(name: &str, value: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}")
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// The parameter and the code of an error.
    #[track_caller]
    pub fn error(&self) -> (Option<String>, Option<String>) {
        let error = &self.json()["error"];
        assert!(error["message"].as_str().is_some_and(|said| !said.is_empty()), "{error}");
        assert!(error["type"].is_string(), "{error}");
        let word = |name: &str| error[name].as_str().map(str::to_owned);
        (word("param"), word("code"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Seconds by stage.
    #[track_caller]
    pub fn stages(&self) -> Value {
        serde_json::from_str(self.header("x-stage-durations").unwrap()).unwrap()
    }
}

/// The least that a request says.
pub fn prompt(text: &str) -> Value {
    json!({"prompt": text})
}
