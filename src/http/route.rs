//! The table of routes: which path has which methods.
//!
//! The framework routes; this table answers what it cannot: the Allow header of a 405 and the
//! route's name in the log. It is read from the same declarations.

use poem::http::Method;
use poem_openapi::OpenApi;
use poem_openapi::registry::{MetaOperationParam, MetaParamIn, MetaPath, MetaSchemaRef};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// The place of a resource type in a path.
const ENDPOINT: &str = "{endpoint}";
/// The most characters of an endpoint's name that are shown.
const NAME: usize = 64;

/// One path and its methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// The path as `OpenAPI` writes it: `/scim/v2/Users/{id}`.
    pub template: String,
    methods: Vec<Method>,
}

impl Route {
    /// The methods as an Allow header lists them (RFC 9110 §10.2.1).
    pub(super) fn allow(&self) -> String {
        let mut names: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.join(", ")
    }

    /// What stands in the place of the placeholder, if the route has one besides that of resource types.
    pub(super) fn variable<'p>(&self, path: &'p str) -> Option<&'p str> {
        let mut segments = self.template.split('/').zip(path.split('/'));
        segments.find(|(template, _)| template.starts_with('{') && *template != ENDPOINT).map(|(_, segment)| segment)
    }

    /// The template for a path, with the endpoint of a resource type written out.
    pub(super) fn shown<'t>(&'t self, path: &str) -> Cow<'t, str> {
        let mut segments = self.template.split('/').zip(path.split('/'));
        let endpoint = segments.find(|(template, _)| *template == ENDPOINT).map(|(_, segment)| segment);
        match endpoint.filter(|name| name.len() <= NAME && name.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            Some(name) => Cow::Owned(self.template.replacen(ENDPOINT, name, 1)),
            None => Cow::Borrowed(&self.template),
        }
    }

    fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        let mut template = self.template.split('/');
        loop {
            match (template.next(), segments.next()) {
                (None, None) => return true,
                (Some(expected), Some(found)) if expected == found => {}
                (Some(expected), Some(found)) if expected.starts_with('{') && !found.is_empty() => {}
                _ => return false,
            }
        }
    }
}

/// All routes; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes(Arc<[Route]>);

impl Routes {
    /// Those and the routes of one API below a prefix.
    pub(super) fn with<T: OpenApi>(self, prefix: &str) -> Self {
        let paths = T::meta().into_iter().flat_map(|api| api.paths);
        self.and(paths.flat_map(|path| {
            let templates = written_out(&path);
            let methods: Vec<Method> = path.operations.into_iter().map(|operation| operation.method).collect();
            templates.into_iter().map(move |template| Route {
                template: format!("{prefix}{}", template.trim_end_matches('/')),
                methods: methods.clone(),
            })
        }))
    }

    /// Those and others that only have GET.
    pub(super) fn with_pages(self, paths: &[&str]) -> Self {
        self.and(paths.iter().map(|path| Route { template: (*path).to_owned(), methods: vec![Method::GET] }))
    }

    /// Those and one that only has POST.
    pub(super) fn with_form(self, path: &str) -> Self {
        self.and(std::iter::once(Route { template: path.to_owned(), methods: vec![Method::POST] }))
    }

    fn and(self, more: impl Iterator<Item = Route>) -> Self {
        let mut routes: Vec<Route> = self.0.iter().cloned().chain(more).collect();
        // A path without a placeholder goes before one with, and one with few before one with more.
        routes.sort_by_key(|route| route.template.matches('{').count());
        Self(routes.into())
    }

    /// The route of a path.
    pub(super) fn find(&self, path: &str) -> Option<&Route> {
        self.0.iter().find(|route| route.matches(path))
    }
}

/// A path; one of which a parameter has only so many values, with each of them.
fn written_out(path: &MetaPath) -> Vec<String> {
    let values = |parameter: &MetaOperationParam| match &parameter.schema {
        MetaSchemaRef::Inline(schema) => schema.enum_items.clone(),
        MetaSchemaRef::Reference(_) => Vec::new(),
    };
    let mut parameters = path.operations.iter().flat_map(|operation| &operation.params);
    let counted = parameters.find(|parameter| parameter.in_type == MetaParamIn::Path && !values(parameter).is_empty());
    let Some(parameter) = counted else { return vec![path.path.clone()] };
    let place = format!("{{{}}}", parameter.name);
    values(parameter).iter().filter_map(Value::as_str).map(|value| path.path.replace(&place, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::scim::{Api, PREFIX};

    #[test]
    fn the_variable_part_of_a_path_is_found() {
        let routes = Routes::default().with::<Api>(PREFIX);
        for (path, id) in [("/scim/v2/Users/1", Some("1")), ("/scim/v2/Users", None), ("/scim/v2/Users/.search", None)]
        {
            assert_eq!(routes.find(path).unwrap().variable(path), id, "{path}");
        }
    }

    #[test]
    fn the_endpoint_of_a_resource_type_is_shown() {
        let routes = Routes::default().with::<Api>(PREFIX);
        for (path, shown) in [
            ("/scim/v2/Users/1", "/scim/v2/Users/{id}"),
            ("/scim/v2/Badges", "/scim/v2/Badges"),
            ("/scim/v2/a%0Ab", "/scim/v2/{endpoint}"),
            ("/scim/v2/Schemas/urn:x", "/scim/v2/Schemas/{id}"),
        ] {
            assert_eq!(routes.find(path).unwrap().shown(path), shown, "{path}");
        }
    }

    #[test]
    fn every_path_is_found_with_its_methods() {
        let routes = Routes::default().with::<Api>(PREFIX).with_pages(&["/livez"]);
        let cases = [
            ("/scim/v2/Users", "/scim/v2/{endpoint}", "GET, HEAD, POST"),
            ("/scim/v2/Users/.search", "/scim/v2/{endpoint}/.search", "POST"),
            ("/scim/v2/Users/1", "/scim/v2/{endpoint}/{id}", "DELETE, GET, HEAD, PATCH, PUT"),
            ("/scim/v2/Groups/a%2Fb", "/scim/v2/{endpoint}/{id}", "DELETE, GET, HEAD, PATCH, PUT"),
            ("/scim/v2/Schemas/urn:a:b", "/scim/v2/Schemas/{id}", "GET, HEAD"),
            ("/scim/v2/ServiceProviderConfig", "/scim/v2/ServiceProviderConfig", "GET, HEAD"),
            ("/scim/v2/.search", "/scim/v2/.search", "POST"),
            ("/scim/v2", "/scim/v2", "GET, HEAD"),
            ("/livez", "/livez", "GET, HEAD"),
        ];
        for (path, template, allow) in cases {
            let route = routes.find(path).unwrap_or_else(|| panic!("{path} is not found"));
            assert_eq!((route.template.as_str(), route.allow().as_str()), (template, allow));
        }
        for path in ["/", "/scim", "/scim/v2/Users/1/2", "/scim/v2/Users//1"] {
            assert_eq!(routes.find(path), None, "{path}");
        }
    }
}
