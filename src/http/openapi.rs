//! The description of `/v1` (OpenAPI 3.1), served at `/v1/openapi.json`.

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use utoipa::ToSchema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{cookies, files, login, timeout, uploads};

/// As `console::wire::Me`.
#[derive(ToSchema)]
#[schema(as = Me)]
pub struct MeBody {
    pub agent: String,
    pub name: String,
    /// `agent`, `supervisor` or `admin`.
    pub role: String,
}

/// As `console::wire::Upload`.
#[derive(ToSchema)]
#[schema(as = Upload)]
pub struct UploadBody {
    /// Goes into a message.
    pub upload: String,
    pub attachment: AttachmentBody,
}

/// As `model::event::Attachment`.
#[derive(ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentBody {
    /// SHA-256 of the content, 64 lower-case hexadecimal digits.
    pub blob: String,
    pub name: String,
    /// Found by content.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// The routes below `/v1`, `more` among them, with their description.
pub(super) fn api(more: OpenApiRouter, upload_limit: usize) -> (axum::Router, OpenApi) {
    let small = OpenApiRouter::new()
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(login::me))
        .routes(routes!(files::for_agent))
        .merge(more)
        .layer(from_fn(timeout::small));
    let large = OpenApiRouter::new()
        .routes(routes!(uploads::from_agent))
        .layer(DefaultBodyLimit::max(upload_limit))
        .layer(from_fn(timeout::upload));
    let described = OpenApiRouter::with_openapi(head()).nest("/v1", small.merge(large));
    let (router, description) = described.split_for_parts();
    let served = description.clone();
    let document = axum::routing::get(move || std::future::ready(Json(served.clone())));
    (router.route("/v1/openapi.json", document), description)
}

fn head() -> OpenApi {
    let info = InfoBuilder::new().title("Tandem").version(env!("CARGO_PKG_VERSION")).build();
    let mut components = Components::new();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(cookies::SESSION));
    components.add_security_scheme("login", SecurityScheme::ApiKey(cookie));
    components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
