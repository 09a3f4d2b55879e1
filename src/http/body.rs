//! The body of a request: JSON under any of its names, bounded in size and time.
//!
//! Large bodies take turns, since memory is bounded by how many are there at once. The media type
//! only has to look like JSON (RFC 7644 §3.1 names two, clients send more); what the text holds is
//! judged by [`crate::scim::json`], which is strict for every surface.

use super::access::House;
use super::error::Refusal;
use super::front;
use crate::scim;
use poem::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use poem::http::{HeaderMap, StatusCode};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest};
use poem_openapi::types::Type;
use serde_json::Value;
use std::pin::pin;
use std::sync::Arc;
use tokio::io::AsyncReadExt as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

/// The media type of bodies but those of SCIM.
pub(super) const JSON: &str = "application/json";
/// Bodies up to this many bytes are read whenever they come.
const SMALL: usize = 256 * 1024;

/// A place among the large bodies, which is free again when it is dropped.
pub(super) type Place = OwnedSemaphorePermit;

/// Reads a JSON body; `wanted` are the media types a client is told to use. A large one comes with
/// its place, to be kept while the value is in memory.
pub(super) async fn read(
    request: &Request,
    body: &mut RequestBody,
    wanted: &str,
) -> Result<(Value, Option<Place>), Refusal> {
    check_type(request.headers(), wanted)?;
    let (text, large) = bytes(request, body, House::of(request)?.options.body_limit).await?;
    Ok((scim::json::parse(&text)?, large))
}

/// What an OpenAPI document says of a JSON body that is described as `T`.
pub(super) fn described_as<T: Type>() -> MetaRequest {
    let content = vec![MetaMediaType { content_type: JSON, schema: T::schema_ref() }];
    MetaRequest { description: None, content, required: true }
}

/// Reads a body of any kind up to this many bytes, with its place if it is a large one.
pub(super) async fn bytes(
    request: &Request,
    body: &mut RequestBody,
    limit: usize,
) -> Result<(Vec<u8>, Option<Place>), Refusal> {
    check_encoding(request.headers())?;
    check_length(request.headers(), limit)?;
    let house = House::of(request)?;
    let mut large = None;
    let mut text = Vec::new();
    // One byte past the limit tells that the body is larger.
    let most = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
    let body = body.take().map_err(|error| Refusal::internal(error.to_string()))?;
    let mut reader = pin!(body.into_async_read().take(most));
    let mut end = Instant::now() + front::BODY;
    loop {
        if large.is_none() && text.len() > SMALL {
            let place = Arc::clone(&house.large_bodies).acquire_owned();
            let place = timeout(front::BODY, place).await.ok().and_then(Result::ok);
            large = Some(place.ok_or_else(|| Refusal::busy("too many large bodies are being read; try again"))?);
            end = Instant::now() + front::BODY;
        }
        match timeout_at(end, reader.read_buf(&mut text)).await {
            Ok(Ok(0)) => break,
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Err(scim::Error::syntax("the body ended before it was complete").into()),
            Err(_) => return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
        }
    }
    if text.len() > limit {
        return Err(too_large(limit));
    }
    Ok((text, large))
}

fn too_large(limit: usize) -> Refusal {
    let detail = format!("the body is larger than {limit} bytes; send less in one request");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

/// Refuses a length that is announced, so that a client that waits for 100 (Continue) sends nothing.
fn check_length(headers: &HeaderMap, limit: usize) -> Result<(), Refusal> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match announced {
        Some(length) if usize::try_from(length).map_or(true, |length| length > limit) => Err(too_large(limit)),
        _ => Ok(()),
    }
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let plain = |coding: &str| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity");
    for value in headers.get_all(CONTENT_ENCODING) {
        if !value.to_str().is_ok_and(|codings| codings.split(',').all(plain)) {
            return Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding: the body must not be compressed",
            ));
        }
    }
    Ok(())
}

fn check_type(headers: &HeaderMap, wanted: &str) -> Result<(), Refusal> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let text = value.to_str().unwrap_or("unreadable");
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.is_empty() || essence.ends_with("/json") || essence.ends_with("+json") {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Content-Type: the body must be JSON, as {wanted}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::HeaderValue;

    #[test]
    fn whatever_names_json_is_read_and_nothing_else() {
        let cases = [
            ("application/scim+json", true),
            ("application/json", true),
            ("APPLICATION/SCIM+JSON; Charset=UTF-8", true),
            ("application/json;charset=utf8", true),
            ("application/json; charset", true),
            ("text/json", true),
            ("application/vnd.example+json", true),
            ("", true),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/xml", false),
            ("text/plain", false),
            ("json", false),
        ];
        for (media_type, taken) in cases {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
            assert_eq!(check_type(&headers, "application/json").is_ok(), taken, "{media_type}");
        }
        assert!(check_type(&HeaderMap::new(), "application/json").is_ok());
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_the_body_comes() {
        for (length, taken) in [("0", true), ("10", true), ("11", false), ("99999999999999999999", true)] {
            let headers = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static(length))]);
            assert_eq!(check_length(&headers, 10).is_ok(), taken, "{length}");
        }
    }

    #[test]
    fn a_compressed_body_is_refused() {
        for (coding, taken) in [("identity", true), ("", true), ("gzip", false), ("identity, br", false)] {
            let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))]);
            assert_eq!(check_encoding(&headers).is_ok(), taken, "{coding}");
        }
    }
}
