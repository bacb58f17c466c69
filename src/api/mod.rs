//! REST under `/v1` over the engine: sessions, history, queues, agents, the organisation.
//!
//! Programs come with a key and its scopes, people with their login and what their role may do. Bodies
//! are this API's own, apart from the console protocol, so that either can change alone.

mod agents;
mod body;
mod closings;
mod customers;
mod organisation;
mod queues;
mod sessions;
mod simulations;
mod tasks;

use std::sync::Arc;

pub use body::TaskExplanation;

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::JsonRejection;
use model::session::Refusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::actors::DeliverError;
use crate::engine::Engine;
use crate::http::ApiError;

/// The routes, without the `/v1` prefix.
pub fn routes(engine: Arc<Engine>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::one))
        .routes(routes!(sessions::events))
        .routes(routes!(sessions::note))
        .routes(routes!(sessions::transfer))
        .routes(routes!(sessions::assign))
        .routes(routes!(sessions::close))
        .routes(routes!(sessions::merge))
        .routes(routes!(sessions::separate))
        .routes(routes!(customers::sessions))
        .routes(routes!(customers::erase))
        .routes(routes!(customers::search))
        .routes(routes!(queues::list))
        .routes(routes!(queues::explanation))
        .routes(routes!(closings::close_one, closings::open_one))
        .routes(routes!(closings::close_all, closings::open_all))
        .routes(routes!(tasks::call_back))
        .routes(routes!(tasks::call_failed))
        .routes(routes!(tasks::age))
        .routes(routes!(agents::list))
        .routes(routes!(agents::set_presence))
        .routes(routes!(organisation::read, organisation::replace))
        .merge(large())
        .with_state(engine)
}

/// Those whose bodies may be larger.
fn large() -> OpenApiRouter<Arc<Engine>> {
    OpenApiRouter::new()
        .routes(routes!(simulations::recordings, simulations::simulate))
        .layer(DefaultBodyLimit::max(simulations::MAX_BODY))
}

fn body<T>(given: Result<Json<T>, JsonRejection>) -> Result<T, ApiError> {
    given.map(|Json(body)| body).map_err(|rejection| {
        let message: String = rejection.body_text().chars().take(300).collect();
        ApiError::new(rejection.status(), "malformed", message)
    })
}

impl From<DeliverError> for ApiError {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Busy | DeliverError::Unavailable(_) | DeliverError::Gone => Self::busy(),
            DeliverError::NotFound | DeliverError::Refused(Refusal::NotOpened) => Self::not_found(),
            DeliverError::Refused(refusal) => Self::conflict(refusal.to_string()),
        }
    }
}
