//! Any text as a path: it is refused or names a target whose own name leads back to it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use roster::scim::path::{resolve, resolve_patch};
use roster::scim::schema::Registry;
use roster::scim::schema::document::{Choices, built_in};
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| built_in(Choices { unique_group_names: true }));

fuzz_target!(|text: &str| {
    for kind in &REGISTRY.types {
        if let Ok(target) = resolve(kind, text) {
            assert_eq!(resolve(kind, &target.name()).as_ref(), Ok(&target));
            let path = resolve_patch(kind, text).expect("what is a path is a path of PATCH");
            assert_eq!(path.target, target);
        }
        if let Ok(path) = resolve_patch(kind, text) {
            assert_eq!(resolve(kind, &path.target.name()), Ok(path.target));
        }
    }
});
