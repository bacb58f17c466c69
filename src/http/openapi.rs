//! The description of `/v1` (OpenAPI 3.1), served at `/v1/openapi.json`.

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use utoipa::ToSchema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{audit, common_answers, cookies, files, login, logins, second_factor, timeout, uploads};

// The twin of `console::wire::Me`; a test holds them together.
#[derive(ToSchema)]
#[schema(as = Me)]
pub struct MeBody {
    pub agent: String,
    pub name: String,
    /// `agent`, `supervisor` or `admin`.
    pub role: String,
}

// The twin of `console::wire::Upload`; a test holds them together.
#[derive(ToSchema)]
#[schema(as = Upload)]
pub struct UploadBody {
    /// Goes into a message.
    pub upload: String,
    pub attachment: AttachmentBody,
}

// The twin of `model::event::Attachment`; a test holds them together.
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
        .routes(routes!(audit::list))
        .routes(routes!(logins::mine, logins::end_all))
        .routes(routes!(logins::end))
        .routes(routes!(logins::people))
        .routes(routes!(logins::end_of))
        .routes(routes!(second_factor::standing, second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::remove))
        .routes(routes!(second_factor::reset))
        .routes(routes!(files::for_agent))
        .merge(more)
        .layer(from_fn(timeout::small));
    let large = OpenApiRouter::new()
        .routes(routes!(uploads::from_agent))
        .layer(DefaultBodyLimit::max(upload_limit))
        .layer(from_fn(timeout::upload));
    let described = OpenApiRouter::with_openapi(head()).nest("/v1", small.merge(large));
    let (router, mut description) = described.split_for_parts();
    common_answers::add(&mut description);
    let served = description.clone();
    let document = axum::routing::get(move || std::future::ready(Json(served.clone())));
    let router = router.layer(from_fn(audit::record));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::console::wire;

    fn described(description: &OpenApi, schema: &str) -> BTreeSet<String> {
        let description = serde_json::to_value(description).unwrap();
        let properties = description["components"]["schemas"][schema]["properties"].as_object().unwrap();
        properties.keys().cloned().collect()
    }

    fn sent(body: &Value) -> BTreeSet<String> {
        body.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn what_is_described_has_the_fields_of_what_is_sent() {
        let (_, description) = api(OpenApiRouter::new(), 0);
        let agent = "ana".parse().unwrap();
        let me = wire::Me { agent, name: String::new(), role: wire::ConsoleRole::Agent };
        let attachment = model::event::Attachment {
            blob: String::new(),
            name: String::new(),
            media_type: String::new(),
            size: 0,
        };
        let upload = serde_json::to_value(wire::Upload { upload: String::new(), attachment }).unwrap();
        assert_eq!(described(&description, "Me"), sent(&serde_json::to_value(me).unwrap()));
        assert_eq!(described(&description, "Upload"), sent(&upload));
        assert_eq!(described(&description, "Attachment"), sent(&upload["attachment"]));
    }
}
