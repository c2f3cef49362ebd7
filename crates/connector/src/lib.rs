#![doc = include_str!("../README.md")]

pub mod manifest;
mod placeholder;

pub use manifest::{AppManifest, ManifestError, manifest_schema, read_app};
