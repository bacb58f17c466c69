//! The Lua that Redis runs, loaded once and called by hash. Each touches one hash tag.

use redis::Script;

macro_rules! scripts {
    ($($name:ident),+) => {
        #[derive(Debug)]
        pub(super) struct Scripts { $(pub $name: Script),+ }

        impl Default for Scripts {
            fn default() -> Self {
                Self { $($name: Script::new(include_str!(concat!("lua/", stringify!($name), ".lua")))),+ }
            }
        }
    };
}

scripts!(identify, hold, renew, leave, take, release, save, send, recover, acknowledge, announce);
