//! What each operation takes and answers, told from its path, its method and the registry.

use super::name::{Name, Names};
use super::part::{error_references, reference, response};
use super::scim::FAULTS;
use super::{example, schema};
use crate::http::scim::MEDIA_TYPE;
use crate::scim::schema::{Registry, ResourceType};
use serde_json::{Map, Value, json};

/// One operation of the document.
pub(super) struct Operation {
    id: String,
    tag: String,
    summary: String,
    description: &'static str,
    parameters: &'static [&'static str],
    request: Option<Content>,
    answers: Vec<Answer>,
    errors: &'static [u16],
    /// Whether it can be called without a token.
    open: bool,
}

/// A body: its schema and an example.
struct Content {
    schema: Value,
    example: Value,
}

/// A successful answer.
struct Answer {
    status: u16,
    description: &'static str,
    content: Option<Content>,
    headers: &'static [&'static str],
}

const DISCOVERY: &str = "Discovery";
const SEARCH: &str = "Search";
const BULK: &str = "Bulk";
const ME: &str = "Me";

/// The parameters of a list.
const LIST: &[&str] =
    &["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"];
/// The parameters of an answer about one resource.
const SHOWN: &[&str] = &["attributes", "excludedAttributes"];
const READ: &[&str] = &["attributes", "excludedAttributes", "ifMatch", "ifNoneMatch"];
const CHANGE: &[&str] = &["attributes", "excludedAttributes", "ifMatch"];
const TAGGED: &[&str] = &["Content-Location", "ETag", "Location"];

/// The tags, in the order in which the operations stand.
pub(super) fn tags(registry: &Registry, names: &Names) -> Vec<Value> {
    let kinds =
        registry.types.iter().map(|kind| json!({ "name": names.kind(kind).tag, "description": kind.description }));
    let others = [
        json!({ "name": SEARCH, "description": "Resources of every type." }),
        json!({ "name": BULK, "description": "Many operations in one request." }),
        json!({ "name": ME, "description": "The user the credential stands for (RFC 7644 §3.11)." }),
        json!({ "name": DISCOVERY, "description": "What the server can do (RFC 7644 §4); readable without a token." }),
    ];
    kinds.chain(others).collect()
}

/// Describes an operation; none if there is none of this path and method.
pub(super) fn describe(registry: &Registry, names: &Names, path: &str, method: &str) -> Option<Operation> {
    let below = |kind: &ResourceType| match path.strip_prefix(kind.endpoint.as_str())? {
        rest if rest.is_empty() || rest.starts_with('/') => Some(rest.to_owned()),
        _ => None,
    };
    match registry.types.iter().find_map(|kind| Some((kind, below(kind)?))) {
        Some((kind, rest)) => of_kind(kind, &names.kind(kind), &rest, method),
        None => of_all(registry, path, method)
            .or_else(|| bulk(path, method))
            .or_else(|| of_me(registry, names, path, method))
            .or_else(|| discovery(path, method)),
    }
}

fn of_kind(kind: &ResourceType, names: &Name, rest: &str, method: &str) -> Option<Operation> {
    let name = &names.resource;
    let lower = kind.name.to_lowercase();
    let new = |id: String, summary: String| Operation {
        id,
        tag: names.tag.clone(),
        summary,
        description: "",
        parameters: &[],
        request: None,
        answers: Vec::new(),
        errors: &[],
        open: false,
    };
    let body = || Content { schema: schema::body(kind, names), example: example::body(kind) };
    let shown = || Content { schema: reference(name), example: example::resource(kind) };
    let answer = |status, description| Answer { status, description, content: Some(shown()), headers: TAGGED };
    Some(match (rest, method) {
        ("", "get") => Operation {
            description: "Without a filter, all of them in the order in which they were made. A filter that matches \
                          nothing has an empty list as its answer, never 404.",
            parameters: LIST,
            answers: vec![page(&names.list, example::list(kind))],
            errors: &[400],
            ..new(format!("list{name}s"), format!("List {lower}s"))
        },
        ("", "post") => Operation {
            description: "Read-only and unknown attributes are ignored.",
            parameters: SHOWN,
            request: Some(body()),
            answers: vec![answer(201, "The resource was created.")],
            errors: &[400, 408, 409, 413, 415, 507],
            ..new(format!("create{name}"), format!("Create a {lower}"))
        },
        ("/.search", "post") => Operation {
            description: "A list whose terms stay out of URLs and logs (RFC 7644 §3.4.3).",
            request: Some(Content { schema: reference("SearchRequest"), example: example::search_for(kind) }),
            answers: vec![page(&names.list, example::list(kind))],
            errors: &[400, 408, 413, 415],
            ..new(format!("search{name}s"), format!("Search {lower}s"))
        },
        ("/{id}", "get") => Operation {
            parameters: READ,
            answers: vec![answer(200, "The resource."), bare(304, "The client has this version already.", &["ETag"])],
            errors: &[400, 404, 412],
            ..new(format!("get{name}"), format!("Read a {lower}"))
        },
        ("/{id}", "put") => Operation {
            description: "Attributes that are absent are cleared (RFC 7644 §3.5.1), except those only the server or \
                          nobody else can set again: passwords, `active` and immutable ones stay.",
            parameters: CHANGE,
            request: Some(body()),
            answers: vec![answer(200, "The resource as it is now.")],
            errors: &[400, 404, 408, 409, 412, 413, 415, 507],
            ..new(format!("replace{name}"), format!("Replace a {lower}"))
        },
        ("/{id}", "patch") => Operation {
            description: "All operations are applied in order, or none (RFC 7644 §3.5.2). If nothing changed, the \
                          version stays.",
            parameters: CHANGE,
            request: Some(Content { schema: reference("PatchOp"), example: example::patch_of(kind) }),
            answers: vec![
                answer(200, "The resource as it is now."),
                bare(204, "Changed; a group with very many members is not sent back unasked.", TAGGED),
            ],
            errors: &[400, 404, 408, 409, 412, 413, 415, 507],
            ..new(format!("patch{name}"), format!("Change a {lower}"))
        },
        ("/{id}", "delete") => Operation {
            description: "Memberships go with it.",
            parameters: &["ifMatch"],
            answers: vec![bare(204, "The resource is gone.", &[])],
            errors: &[400, 404, 412, 507],
            ..new(format!("delete{name}"), format!("Delete a {lower}"))
        },
        _ => return None,
    })
}

/// The operations on resources of every type.
fn of_all(registry: &Registry, path: &str, method: &str) -> Option<Operation> {
    let examples: Vec<Value> = registry.types.iter().map(|kind| example::resource(kind)).collect();
    let operation = Operation {
        id: String::new(),
        tag: SEARCH.to_owned(),
        summary: String::new(),
        description: "To a type that lacks an attribute which another has, it is one without a value (RFC 7644 §3.4.2.1).",
        parameters: &[],
        request: None,
        answers: vec![page("ListResponse", example::page(&examples))],
        errors: &[400],
        open: false,
    };
    Some(match (path, method) {
        ("/", "get") => Operation {
            id: "listAll".to_owned(),
            summary: "List resources of every type".to_owned(),
            parameters: LIST,
            ..operation
        },
        ("/.search", "post") => Operation {
            id: "searchAll".to_owned(),
            summary: "Search resources of every type".to_owned(),
            request: Some(Content { schema: reference("SearchRequest"), example: example::search() }),
            errors: &[400, 408, 413, 415],
            ..operation
        },
        _ => return None,
    })
}

fn bulk(path: &str, method: &str) -> Option<Operation> {
    ((path, method) == ("/Bulk", "post")).then(|| Operation {
        id: "bulk".to_owned(),
        tag: BULK.to_owned(),
        summary: "Do many operations".to_owned(),
        description: "POST, PUT, PATCH and DELETE on resources of every type, in the order in which they refer to \
                      each other, else in that of the request. Each is done or undone by itself; those that refer \
                      to each other in a ring, all or none. At most `bulk.maxOperations` of ServiceProviderConfig, \
                      in at most `bulk.maxPayloadSize` bytes.",
        parameters: &[],
        request: Some(Content { schema: reference("BulkRequest"), example: example::bulk_request() }),
        answers: vec![Answer {
            status: 200,
            description: "What became of each operation.",
            content: Some(Content { schema: reference("BulkResponse"), example: example::bulk_response() }),
            headers: &[],
        }],
        errors: &[400, 408, 413, 415],
        open: false,
    })
}

/// The operations on the caller's own user: those on a user, without its id.
fn of_me(registry: &Registry, names: &Names, path: &str, method: &str) -> Option<Operation> {
    const DESCRIPTION: &str = "The user of a session, of a token made for a user, or of a trusted issuer's token whose \
                               subject names one; 404 for other credentials. With the scope `self` alone, a user \
                               reads itself and changes what is its own. `Location` is the permanent address.";
    const ENROL: &str = "Creates the user that the subject of a trusted issuer's token names, if there is none; 409 if \
                         there is. What names it may be left out.";
    if path != "/Me" {
        return None;
    }
    let (id, summary, rest, description, errors): (_, _, _, _, &[u16]) = match method {
        "get" => ("getMe", "Read the own user", "/{id}", DESCRIPTION, &[400, 404, 412]),
        "post" => ("createMe", "Create the own user", "", ENROL, &[400, 404, 408, 409, 413, 415, 507]),
        "put" => ("replaceMe", "Replace the own user", "/{id}", DESCRIPTION, &[400, 404, 408, 409, 412, 413, 415, 507]),
        "patch" => ("patchMe", "Change the own user", "/{id}", DESCRIPTION, &[400, 404, 408, 409, 412, 413, 415, 507]),
        "delete" => ("deleteMe", "Delete the own user", "/{id}", DESCRIPTION, &[400, 404, 412, 507]),
        _ => return None,
    };
    let user = registry.resource_type("User")?;
    let operation = of_kind(user, &names.kind(user), rest, method)?;
    let answers = match method {
        "delete" => vec![bare(204, "The user is gone.", &["Location"])],
        _ => operation.answers,
    };
    let (id, summary, tag) = (id.to_owned(), summary.to_owned(), ME.to_owned());
    Some(Operation { id, tag, summary, description, answers, errors, ..operation })
}

fn discovery(path: &str, method: &str) -> Option<Operation> {
    let (id, summary, schema, errors): (_, _, _, &[u16]) = match (path, method) {
        ("/ServiceProviderConfig", "get") => {
            ("getServiceProviderConfig", "What the server can do", "ServiceProviderConfig", &[])
        }
        ("/Schemas", "get") => ("listSchemas", "List schemas", "ListResponse", &[]),
        ("/Schemas/{id}", "get") => ("getSchema", "Read a schema by its URN", "Schema", &[404]),
        ("/ResourceTypes", "get") => ("listResourceTypes", "List resource types", "ListResponse", &[]),
        ("/ResourceTypes/{id}", "get") => {
            ("getResourceType", "Read a resource type by its name", "ResourceType", &[404])
        }
        _ => return None,
    };
    let example = example::discovery(schema);
    Some(Operation {
        id: id.to_owned(),
        tag: DISCOVERY.to_owned(),
        summary: summary.to_owned(),
        description: "A filter is refused with 403; sorting and paging are ignored (RFC 7644 §4).",
        parameters: &[],
        request: None,
        answers: vec![Answer {
            status: 200,
            description: "The document.",
            content: Some(Content { schema: reference(schema), example }),
            headers: &[],
        }],
        errors,
        open: true,
    })
}

fn page(schema: &str, example: Value) -> Answer {
    Answer {
        status: 200,
        description: "One page of results, perhaps empty.",
        content: Some(Content { schema: reference(schema), example }),
        headers: &[],
    }
}

fn bare(status: u16, description: &'static str, headers: &'static [&'static str]) -> Answer {
    Answer { status, description, content: None, headers }
}

impl Operation {
    /// The operation as the document has it; path parameters come from the framework.
    pub(super) fn write(&self, framework_parameters: &[Value]) -> Value {
        let in_path = framework_parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path" && parameter["name"] == "id")
            .map(path_parameter);
        let shared = self.parameters.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
        let parameters: Vec<Value> = in_path.chain(shared).collect();

        let mut responses: Map<String, Value> =
            self.answers.iter().map(|answer| (answer.status.to_string(), answer.write())).collect();
        responses.extend(error_references(FAULTS, self.errors));

        let mut operation = Map::new();
        operation.insert("tags".to_owned(), json!([self.tag]));
        operation.insert("operationId".to_owned(), json!(self.id));
        operation.insert("summary".to_owned(), json!(self.summary));
        if !self.description.is_empty() {
            operation.insert("description".to_owned(), json!(self.description));
        }
        if self.open {
            operation.insert("security".to_owned(), json!([{}, { "bearer": [] }]));
        }
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), json!(parameters));
        }
        if let Some(request) = &self.request {
            let content = request.write(&[MEDIA_TYPE, "application/json"]);
            operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        operation.insert("responses".to_owned(), Value::Object(responses));
        Value::Object(operation)
    }
}

fn path_parameter(parameter: &Value) -> Value {
    json!({
        "name": parameter["name"],
        "in": "path",
        "required": true,
        "description": "The `id` of the resource.",
        "schema": { "type": "string", "minLength": 1 },
    })
}

impl Answer {
    fn write(&self) -> Value {
        let content = self.content.as_ref().map(|content| content.write(&[MEDIA_TYPE]));
        response(self.description, self.headers, content)
    }
}

impl Content {
    fn write(&self, media_types: &[&str]) -> Value {
        let media = json!({ "schema": self.schema, "example": self.example });
        media_types.iter().map(|media_type| ((*media_type).to_owned(), media.clone())).collect::<Map<_, _>>().into()
    }
}
