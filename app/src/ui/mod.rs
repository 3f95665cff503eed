//! The design system: small accessible components that every page is made of.
//!
//! They render completely on the server; links, forms and disclosures work before the script has loaded. Colours come from
//! the tokens in `style/`, never from numbers here, and no element carries a `style` attribute (the content policy refuses it).
//! `/dev/ui` (debug builds) shows every component in every state.

mod badge;
mod button;
pub mod chart;
mod choice;
mod details;
mod dialog;
mod empty;
mod error_text;
mod field;
mod form_error;
mod format;
mod icon;
mod input;
mod menu;
mod nav;
mod progress;
mod surface;
mod table;
mod tabs;
mod time;
mod title;
mod toast;

#[cfg(test)]
mod events_test;

pub use badge::{Badge, Tone};
pub use button::{Button, IconButton, Kind, LinkButton, Size};
pub use choice::{Checkbox, Choice, RadioGroup, Switch};
pub use details::{FactRow, Facts, Reveal};
pub use dialog::{ConfirmDialog, Dialog, Width};
pub use empty::{EmptyState, Notice};
pub use error_text::{error_text, field_error_text};
pub use field::{Field, FieldContext, FieldErrors};
pub use form_error::FormError;
pub use format::{decimal, duration, megabytes, number, percent};
pub use icon::{Glyph, Icon};
pub use input::{FileInput, SearchInput, Select, TextArea, TextInput};
pub use menu::{Menu, MenuButton, MenuDivider, MenuLink};
pub use nav::{Breadcrumb, Crumb, Step, StepState, Stepper};
pub use progress::{Progress, ProgressLine, Skeleton, SkeletonRows, Spinner};
pub use surface::{Avatar, Card, KeyboardHint, PageHeader, Section, Stat};
pub use table::{Align, Column, DataTable, FilterDay, FilterSelect, ListAddress, use_list_query};
pub use tabs::{Tab, TabLinks, TabPanel, Tabs};
pub use time::{Moment, TimeStyle, Zone, format_time, provide_zone, zone_name};
pub use title::{RootTitle, Title, provide_title};
pub use toast::{ToastRegion, Toasts, provide_toasts, use_toasts};
