//! The manifests in the box, as the build has written them. A new app is a folder beside `src`.

/// An app's name and its files: name and JSON.
type App = (&'static str, &'static [(&'static str, &'static str)]);

include!(concat!(env!("OUT_DIR"), "/apps.rs"));
