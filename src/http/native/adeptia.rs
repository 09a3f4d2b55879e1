//! The user API of Adeptia Connect.

use super::{Dialect, admit, boxed};
use crate::directory::Door;
use crate::http::error::Refusal;
use crate::http::openapi::Sheet;
use crate::http::surface::Shape;
use poem_openapi::payload::PlainText;
use poem_openapi::{OpenApi, OpenApiService};

pub(super) const DIALECT: Dialect = Dialect {
    door: Door::Adeptia,
    roots: &["/rest"],
    keys: &["ACCESS_TOKEN", "Access-Token"],
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
    OpenApiService::new(Api, "Adeptia Connect", env!("CARGO_PKG_VERSION"))
}

fn sheet(prefix: String) -> Sheet {
    Sheet { prefix, ..Sheet::of(&service(), ERRORS) }
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/rest/user", method = "get", operation_id = "placeholder")]
    async fn placeholder(&self) -> PlainText<String> {
        PlainText(String::new())
    }
}
