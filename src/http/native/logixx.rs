//! The user API of Logixx CRM.

use super::{Dialect, admit, boxed};
use crate::directory::Door;
use crate::http::error::Refusal;
use crate::http::openapi::Sheet;
use crate::http::surface::Shape;
use poem_openapi::payload::PlainText;
use poem_openapi::{OpenApi, OpenApiService};

pub(super) const DIALECT: Dialect = Dialect {
    door: Door::Logixx,
    roots: &["/api"],
    keys: &["X-API-Key"],
    errors: ERRORS,
    admit: |_, caller| admit(false, caller),
    routes: |routes, prefix| routes.with::<Api>(prefix),
    endpoint: || boxed(service()),
    sheet,
};

const ERRORS: Shape = Shape { media_type: "application/json", write };

/// The error of the API.
fn write(refusal: &Refusal) -> String {
    refusal.detail.clone()
}

fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "Logixx CRM", env!("CARGO_PKG_VERSION"))
}

fn sheet(prefix: String) -> Sheet {
    Sheet { prefix, ..Sheet::of(&service(), ERRORS) }
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/api/lookups/Roles", method = "get", operation_id = "placeholder")]
    async fn placeholder(&self) -> PlainText<String> {
        PlainText(String::new())
    }
}
