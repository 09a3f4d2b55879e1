//! x
pub(super) fn scim(registry: &crate::scim::schema::Registry) -> String {
    let _ = registry;
    String::new()
}
