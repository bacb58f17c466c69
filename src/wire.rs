//! The TypeScript types of everything the browser sees, generated from the Rust ones.
//!
//! `web/src/wire.ts` is this text; a test holds it, `cargo xtask types` writes it.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

/// All wire types with their dependencies, as one TypeScript module.
pub fn typescript() -> String {
    let mut declarations = Declarations { config: Config::new(), found: BTreeMap::new() };
    declarations.visit::<channels::chat::wire::ChatRequest>();
    declarations.visit::<channels::chat::wire::ChatMessage>();
    declarations.visit::<crate::console::wire::ConsoleRequest>();
    declarations.visit::<crate::console::wire::ConsoleMessage>();
    declarations.visit::<crate::console::wire::Upload>();
    let mut text = String::from("// Generated from the Rust types by `cargo xtask types`. Do not edit.\n");
    for declaration in declarations.found.values() {
        text.push_str("\nexport ");
        text.push_str(declaration);
        text.push('\n');
    }
    text
}

struct Declarations {
    config: Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let is_declared = T::output_path().is_some();
        if is_declared {
            let ident = T::ident(&self.config);
            if self.found.contains_key(&ident) {
                return;
            }
            self.found.insert(ident, T::decl(&self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
