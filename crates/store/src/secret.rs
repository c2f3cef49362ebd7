//! What proves who somebody is: random, shown once, and kept as a hash only.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// A new secret of 256 random bits, which begins with `prefix`.
pub(crate) fn new_secret(prefix: &str) -> SecretString {
    let random: [u8; 32] = rand::random();
    SecretString::from(format!("{prefix}{}", hex::encode(random)))
}

/// What is kept of it. No salt and no slow hash: nobody guesses 256 random bits.
pub fn hash_of_secret(secret: &SecretString) -> String {
    hex::encode(Sha256::digest(secret.expose_secret()))
}
