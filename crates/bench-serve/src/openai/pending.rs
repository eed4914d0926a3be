//! A reply that is being made: it goes out, or its client hangs up. Either is counted, once.

use std::time::Instant;

use axum::{extract::Request, http::Method};
use ulid::Ulid;

use super::route::label;
use crate::{access::Access, app::App};

/// What the access log has as the status of a reply that nobody waited for.
const HUNG_UP: u16 = 499;

/// A reply that is being made. Dropped before it went out, its client has hung up.
pub struct Pending {
    /// Its name.
    pub request_id: String,
    app: App,
    method: Method,
    route: &'static str,
    began: Instant,
    is_counted: bool,
}

impl Pending {
    /// To a request that has just come.
    pub fn of(app: App, request: &Request) -> Self {
        Self {
            request_id: format!("req_{}", Ulid::generate()),
            app,
            method: request.method().clone(),
            route: label(request.uri().path()),
            began: Instant::now(),
            is_counted: false,
        }
    }

    /// It goes out.
    pub fn replied(mut self, status: u16) {
        self.is_counted = true;
        self.app.metrics().replied(self.route, status);
        self.note(status);
    }

    fn note(&self, status: u16) {
        let Some(log) = &self.app.settings().access_log else { return };
        let duration_ms = (self.began.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        let (request_id, method, route) = (&self.request_id, self.method.as_str(), self.route);
        log.add(&Access { request_id, method, route, status, duration_ms });
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_counted {
            self.app.metrics().hung_up(self.route);
            self.note(HUNG_UP);
        }
    }
}
