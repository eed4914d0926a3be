//! Which path is whose.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{
    auth, guarded::Guarded, images, models, operations, origin, page, pending::Pending, query,
    status, texts, videos,
};
use crate::{app::App, replies::ApiError};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl App {
    /// All routes.
    pub fn router(&self) -> Router {
        router(self.clone())
    }
}

fn router(app: App) -> Router {
    let api = Router::new()
        .route("/v1/models", get(models::list))
        .route("/v1/models/{id}", get(models::get))
        .route("/v1/chat/completions", post(texts::chat))
        .route("/v1/completions", post(texts::complete))
        .route("/v1/images/generations", post(images::create))
        .route("/v1/videos", post(videos::create).get(videos::list))
        .route("/v1/videos/sync", post(videos::sync))
        .route("/v1/videos/{id}", get(videos::get).delete(videos::delete))
        .route("/v1/videos/{id}/content", get(videos::content))
        .route("/status", get(status::status))
        .layer(middleware::from_fn(query::check))
        .layer(middleware::from_fn_with_state(app.clone(), auth::check))
        .layer(middleware::from_fn(origin::check));
    Router::new()
        .route("/", get(page::index))
        .route("/page.js", get(page::script))
        .route("/status.js", get(page::status))
        .route("/page.css", get(page::style))
        .route("/health", get(operations::health))
        .route("/ready", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .merge(api)
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), count))
        .with_state(app)
}

async fn unknown() -> Response {
    let message = "there is no such path; see docs/serving.md for those there are";
    ApiError::with_code(StatusCode::NOT_FOUND, "not_found", message).into_response()
}

async fn wrong_method() -> Response {
    let message = "this path does not take this method";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    ApiError::with_code(status, "method_not_allowed", message).into_response()
}

async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let pending = Pending::of(app, &request);
    let mut response = Guarded::of(next.run(request)).await;
    if let Ok(id) = HeaderValue::from_str(&pending.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    pending.replied(response.status().as_u16());
    response
}

/// The route of a path, for metrics, whose labels are not the client's to choose.
pub(super) fn label(path: &str) -> &'static str {
    match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
        [""] => "/",
        ["health"] => "/health",
        ["ready"] => "/ready",
        ["metrics"] => "/metrics",
        ["status"] => "/status",
        ["v1", "models"] => "/v1/models",
        ["v1", "models", _] => "/v1/models/{id}",
        ["v1", "chat", "completions"] => "/v1/chat/completions",
        ["v1", "completions"] => "/v1/completions",
        ["v1", "images", "generations"] => "/v1/images/generations",
        ["v1", "videos"] => "/v1/videos",
        ["v1", "videos", "sync"] => "/v1/videos/sync",
        ["v1", "videos", _] => "/v1/videos/{id}",
        ["v1", "videos", _, "content"] => "/v1/videos/{id}/content",
        _ => "other",
    }
}
