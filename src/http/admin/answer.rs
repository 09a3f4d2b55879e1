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

/// 200 with an object that has versions.
#[derive(ApiResponse)]
pub(super) enum Kept<T: ToJSON> {
    /// As it is now.
    #[oai(status = 200, content_type = "application/json")]
    Kept(
        Json<T>,
        /// Its version.
        #[oai(header = "ETag")]
        String,
    ),
}

/// 201 with an object that has versions, and its URL.
#[derive(ApiResponse)]
pub(super) enum Stored<T: ToJSON> {
    /// It was made.
    #[oai(status = 201, content_type = "application/json")]
    Stored(
        Json<T>,
        /// Where it can be read from now on.
        #[oai(header = "Location")]
        String,
        /// Its version.
        #[oai(header = "ETag")]
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

impl<T: ToJSON> Kept<T> {
    pub(super) fn new(object: T, tag: String) -> Self {
        Self::Kept(Json(object), tag)
    }
}

impl<T: ToJSON> Stored<T> {
    pub(super) fn at(url: String, object: T, tag: String) -> Self {
        Self::Stored(Json(object), url, tag)
    }
}

impl<T: ToJSON> Made<T> {
    pub(super) fn at(url: String, object: impl Into<T>) -> Self {
        Self::Made(Json(object.into()), url)
    }
}
