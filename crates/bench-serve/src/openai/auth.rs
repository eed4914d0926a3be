//! Who may ask: those with a key, where there are any.

use crate::{
    app::App,
    jobs::Owner,
    keys::Keys,
    replies::{ApiError, Result, only},
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};

/// Lets those pass who may ask, with whose they are.
pub async fn check(State(app): State<App>, mut request: Request, next: Next) -> Result<Response> {
    let owner = owner(&app.settings().keys, &request)?;
    request.extensions_mut().insert(owner);
    Ok(next.run(request).await)
}

fn owner(keys: &Keys, request: &Request) -> Result<Owner> {
    if keys.are_open() {
        return Ok(None);
    }
    let said = only(request.headers(), header::AUTHORIZATION.as_str());
    let said = said.map_err(|error| refused(error.message()))?;
    let Some((scheme, key)) = said.and_then(|said| said.split_once(' ')) else {
        return Err(refused("send an API key: Authorization: Bearer KEY"));
    };
    let owner = keys.owner(key.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    owner.map(Some).ok_or_else(|| refused("this API key is not one of this server's"))
}

fn refused(message: &str) -> ApiError {
    ApiError::with_code(StatusCode::UNAUTHORIZED, "invalid_api_key", message)
}
