//! A text and where it came from.

use std::path::Path;

use crate::Diagnostic;

/// The largest text that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// A text with the name that messages give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// A path or another name for people.
    pub name: String,
    pub text: String,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Byte offset of its first byte.
    pub start: usize,
    /// Byte offset behind its last byte.
    pub end: usize,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Reads a file. A file that cannot be read, is larger than [`MAX_BYTES`] or is not UTF-8 gives a diagnostic that
    /// says the size or the offset of the first wrong byte.
    pub fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            Box::new(Diagnostic::error("E0100", Span::default(), format!("cannot read `{name}`: {error}")))
        };
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > MAX_BYTES as u64 {
            return Err(Box::new(too_large(size)));
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        Self::from_bytes(name, bytes)
    }

    /// The text in `bytes`, under the same limits as [`Source::read`].
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Box<Diagnostic>> {
        if bytes.len() > MAX_BYTES {
            return Err(Box::new(too_large(bytes.len() as u64)));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name: name.into(), text }),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[offset];
                let before = String::from_utf8_lossy(&error.as_bytes()[..offset]).into_owned();
                let at = Self::new("", before).span(offset, offset);
                let message = format!("not UTF-8: byte 0x{byte:02x} at offset {offset}");
                Err(Box::new(Diagnostic::error("E0108", at, message).help("save the file as UTF-8")))
            }
        }
    }

    /// The part between two byte offsets, which are moved into the text and onto character borders.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let start = self.border(start);
        let end = self.border(end).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Span {
            start,
            end,
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The text of a part.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The offset, moved back into the text and onto the border of a character.
    pub(crate) fn border(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

pub(crate) fn too_large(size: u64) -> Diagnostic {
    let message = format!("too large: {size} bytes, where at most {MAX_BYTES} are read");
    Diagnostic::error("E0105", Span { line: 1, column: 1, ..Span::default() }, message)
}
