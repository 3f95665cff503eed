//! One area, one piece of code.

/// Declares the pages of an area as lazy routes that share one split point: `area!(chunk, __preload_chunk; Page => view; …)`.
///
/// A split point a page would be one piece of code a page, and one for every set of pages that share something: 28 pages
/// became 696 pieces. The second name is the one that `#[lazy]` gives to its loader.
macro_rules! area {
    ($chunk:ident, $preload:ident; $($(#[$doc:meta])* $page:ident => $view:expr;)+) => {
        #[derive(Clone, Copy)]
        #[allow(clippy::enum_variant_names, reason = "the names of the pages, as the routes have them")]
        enum AreaPage {
            $($page),+
        }

        #[::leptos::lazy]
        fn $chunk(page: AreaPage) -> ::leptos::prelude::AnyView {
            match page {
                $(AreaPage::$page => ::leptos::prelude::IntoAny::into_any($view),)+
            }
        }

        $(
            $(#[$doc])*
            pub struct $page;

            impl ::leptos_router::LazyRoute for $page {
                fn data() -> Self {
                    Self
                }

                async fn view(_this: Self) -> ::leptos::prelude::AnyView {
                    $chunk(AreaPage::$page).await
                }

                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    $preload().await;
                }
            }
        )+
    };
}

pub(crate) use area;
