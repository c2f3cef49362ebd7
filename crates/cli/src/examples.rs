//! The example workflows, in the binary: a demonstration needs no checkout.

use std::path::Path;

use anyhow::Context;

const EXAMPLES: [(&str, &str); 6] = [
    ("completed-tasks-to-note.yaml", include_str!("../../../workflows/completed-tasks-to-note.yaml")),
    ("contact-to-badge.yaml", include_str!("../../../workflows/contact-to-badge.yaml")),
    ("form-to-contact.yaml", include_str!("../../../workflows/form-to-contact.yaml")),
    ("new-lead-follow-up.yaml", include_str!("../../../workflows/new-lead-follow-up.yaml")),
    ("tasks-from-twin.yaml", include_str!("../../../workflows/tasks-from-twin.yaml")),
    ("tasks-to-twin.yaml", include_str!("../../../workflows/tasks-to-twin.yaml")),
];

/// Puts the examples into `folder` if there is no such folder yet. True when it did.
pub fn lay_out(folder: &Path) -> anyhow::Result<bool> {
    if folder.exists() {
        return Ok(false);
    }
    let place = || format!("cannot write the example workflows to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(place)?;
    for (name, text) in EXAMPLES {
        std::fs::write(folder.join(name), text).with_context(place)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_laid_out_once_and_never_over_what_is_there() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("workflows");
        assert!(lay_out(&folder).unwrap());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), EXAMPLES.len());
        assert!(!lay_out(&folder).unwrap());
    }

    #[test]
    fn every_workflow_of_the_repository_is_among_them() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows");
        let files = crate::folder::files(&folder).unwrap();
        let names: Vec<_> = files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, EXAMPLES.map(|(name, _)| name));
    }
}
