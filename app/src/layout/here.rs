//! Who is reading and in which unit: what every page under `/c/:unit` may ask.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use types::access::{Me, MyUnit, Permission};

/// The reader and the unit of the address. Get it with [`use_here`].
#[derive(Clone, Copy)]
pub struct Here {
    pub me: RwSignal<Me>,
    /// The key in the address, whether or not the reader may see that unit.
    pub key: Memo<String>,
    /// The unit, where the reader has a role in it.
    pub unit: Memo<Option<MyUnit>>,
}

impl Here {
    /// Whether the reader may do this here. For showing or hiding things; the server decides.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self.unit
            .with(|unit| unit.as_ref().is_some_and(|unit| unit.may(permission)))
    }

    /// An address within this unit; `path` begins with a slash, or is empty for the unit's home.
    #[must_use]
    pub fn href(self, path: &str) -> String {
        self.key.with(|key| unit_href(key, path))
    }
}

/// An address within a unit.
#[must_use]
pub fn unit_href(key: &str, path: &str) -> String {
    format!("/c/{key}{path}")
}

pub(super) fn provide_here(me: Me) -> Here {
    let me = RwSignal::new(me);
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| params.get("unit").unwrap_or_default()));
    let unit = Memo::new(move |_| {
        let key = key.get();
        me.with(|me| me.units.iter().find(|unit| unit.key == key).cloned())
    });
    let here = Here { me, key, unit };
    provide_context(here);
    here
}

/// Who reads, and where. Only below the console's frame.
#[must_use]
pub fn use_here() -> Here {
    expect_context()
}
