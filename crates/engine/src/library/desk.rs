//! The folder of workflow files as a desk: where a text that was edited elsewhere is put down, byte for byte.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// A folder of workflow files.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    folder: PathBuf,
    writable: bool,
}

impl Desk {
    /// Tries out whether files can be made there.
    pub(super) fn new(folder: PathBuf) -> Self {
        let trial = folder.join(format!(".highline-{}.tmp", Uuid::new_v4()));
        let writable = File::create(&trial).and_then(|_| fs::remove_file(&trial)).is_ok();
        Self { folder, writable }
    }

    pub(super) fn is_writable(&self) -> bool {
        self.writable
    }

    /// The file of a workflow's text, where it is one of this folder and there.
    pub(super) fn file(&self, origin: &str) -> Option<PathBuf> {
        self.place(origin).filter(|path| path.is_file())
    }

    /// Where the text of a workflow belongs, whether there is a file or it is gone; none where that is not this folder.
    pub(super) fn place(&self, origin: &str) -> Option<PathBuf> {
        let path = Path::new(origin);
        (path.parent() == Some(&self.folder)).then(|| path.to_owned())
    }

    /// Where the text of a new workflow goes. The error: the file that has its name already.
    pub(super) fn new_file(&self, id: &str) -> Result<PathBuf, PathBuf> {
        let file = |ending: &str| self.folder.join(format!("{id}.{ending}"));
        [file("yaml"), file("yml")].into_iter().find(|file| file.exists()).map_or(Ok(file("yaml")), Err)
    }

    /// Whether [`Desk::write`] may replace this file.
    pub(super) fn may_write(&self, file: &Path) -> bool {
        self.writable
            && match fs::metadata(file) {
                Ok(known) => !known.permissions().readonly(),
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            }
    }
}

/// Puts the text that is in use into a file in place of a refused one, unless the file has yet another by now.
pub(super) fn take_back(file: &Path, refused: &str, in_use: Option<&str>) {
    let has_it = fs::read_to_string(file).is_ok_and(|text| text == refused);
    let Some(in_use) = in_use.filter(|_| has_it) else { return };
    if let Err(error) = write(file, in_use) {
        tracing::error!(file = %file.display(), %error, "a text that was refused stays in the file and will be taken over");
    }
}

/// Replaces a file as a whole: who reads it sees the old text or the new one. Its permissions stay; a link keeps leading
/// to it.
pub(super) fn write(file: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // A hidden name without the ending of workflow files: nobody takes it for one. Nodes on other machines may write there too.
    let beside = folder.join(format!(".{name}.{}.tmp", Uuid::new_v4()));
    let written = write_beside(&beside, &target, text);
    if written.is_err() {
        fs::remove_file(&beside).ok();
    }
    written?;
    // The new name must be on the disk too. A file system that cannot do this has done what it can.
    File::open(folder).and_then(|folder| folder.sync_all()).ok();
    Ok(())
}

fn write_beside(beside: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(beside)?;
    file.write_all(text.as_bytes())?;
    if let Ok(known) = fs::metadata(target) {
        file.set_permissions(known.permissions())?;
    }
    file.sync_all()?;
    fs::rename(beside, target)
}
