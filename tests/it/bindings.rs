//! The door's types as TypeScript: `ui/src/bindings.ts` is what this test says it is (`UPDATE_EXPECT=1` writes it).

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use expect_test::expect_file;
use spendglass_core::api::{ApiError, Event, Request, Response};
use ts_rs::{Config, TS, TypeVisitor};

#[derive(Default)]
struct Declarations {
    config: Config,
    seen: HashSet<TypeId>,
    text: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.insert(TypeId::of::<T>()) {
            if T::output_path().is_some() {
                let docs = T::docs().unwrap_or_default();
                self.text.insert(T::ident(&self.config), format!("{docs}export {}\n", T::decl(&self.config)));
            }
            T::visit_dependencies(self);
            T::visit_generics(self);
        }
    }
}

#[test]
fn the_bindings_are_current() {
    let mut declarations = Declarations::default();
    declarations.visit::<Request>();
    declarations.visit::<Response>();
    declarations.visit::<Event>();
    declarations.visit::<ApiError>();
    let mut text = String::from(
        "// Written by `cargo test` (tests/it/bindings.rs) from the core's api. Do not edit.\n\n",
    );
    text.push_str(&declarations.text.into_values().collect::<Vec<_>>().join("\n"));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bindings.ts");
    expect_file![path].assert_eq(&text);
}
