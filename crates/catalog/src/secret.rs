//! Where a secret is kept: what people write names the place, never the secret.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::SecretString;

/// `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    Variable(String),
    File(PathBuf),
}

/// A text that names no place for a secret. What it is stays out of the message: it may be the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a secret must be env:NAME or file:PATH")]
pub struct InvalidSecretPlace;

/// A secret that is not where it should be. The message has the place in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableSecret(String);

impl UnreadableSecret {
    /// It is there, and nobody should rely on it.
    pub fn too_short(place: &SecretPlace, characters: usize, least: usize) -> Self {
        Self(format!("{place} has {characters} characters; a secret has {least} or more"))
    }
}

impl SecretPlace {
    /// What is there now, without white space at its ends.
    pub fn read(&self) -> Result<SecretString, UnreadableSecret> {
        let held = match self {
            Self::Variable(name) => {
                std::env::var(name).map_err(|_| UnreadableSecret(format!("the environment has no {name}")))?
            }
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| UnreadableSecret(format!("cannot read {}: {error}", path.display())))?,
        };
        match held.trim() {
            "" => Err(UnreadableSecret(format!("{self} is empty"))),
            secret => Ok(SecretString::from(secret.to_owned())),
        }
    }
}

impl FromStr for SecretPlace {
    type Err = InvalidSecretPlace;

    fn from_str(text: &str) -> Result<Self, InvalidSecretPlace> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Variable(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(InvalidSecretPlace),
        }
    }
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_a_secret_is_none() {
        for text in ["env:LEADS_SECRET", "file:/run/secrets/leads"] {
            assert_eq!(text.parse::<SecretPlace>().unwrap().to_string(), text);
        }
        for wrong in ["", "env:", "file:", "s3cret", "vault:leads"] {
            assert_eq!(wrong.parse::<SecretPlace>(), Err(InvalidSecretPlace), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_by_its_place() {
        let read = |text: &str| text.parse::<SecretPlace>().unwrap().read().unwrap_err().to_string();
        assert_eq!(read("env:HIGHLINE_NO_SUCH"), "the environment has no HIGHLINE_NO_SUCH");
        assert!(read("file:/no/such/file").starts_with("cannot read /no/such/file: "));
    }
}
