//! What a handler answers.

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;

/// 200 with an object.
#[derive(ApiResponse)]
pub(super) enum Shown<T: ToJSON> {
    /// As it is now.
    #[oai(status = 200, content_type = "application/json")]
    Shown(Json<T>),
}

/// 201 with an object and its URL.
#[derive(ApiResponse)]
pub(super) enum Made<T: ToJSON> {
    /// It was made. A secret is shown here, this once.
    #[oai(status = 201, content_type = "application/json")]
    Made(
        Json<T>,
        /// Where it can be read from now on.
        #[oai(header = "Location")]
        String,
    ),
}

/// 204.
#[derive(ApiResponse)]
pub(super) enum Gone {
    /// It is gone.
    #[oai(status = 204)]
    Gone,
}

impl<T: ToJSON> Shown<T> {
    pub(super) fn new(object: impl Into<T>) -> Self {
        Self::Shown(Json(object.into()))
    }
}

impl<T: ToJSON> Made<T> {
    pub(super) fn at(url: String, object: impl Into<T>) -> Self {
        Self::Made(Json(object.into()), url)
    }
}
