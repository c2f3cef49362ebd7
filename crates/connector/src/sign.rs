//! Signatures: a receiver that knows the secret can tell that a request came from here, as it is, and just now.

use chrono::{DateTime, Utc};
use highline_catalog::{Call, Connection, OperationError, Origin};
use highline_model::ErrorKind;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::auth::{MASK, Secrets};
use crate::manifest::Sign;
use crate::request::Request;

/// How a request is signed when it leaves: each time anew, because the moment is signed too.
#[derive(Clone)]
pub struct Signature {
    pub header: String,
    secret: SecretString,
}

impl Signature {
    /// `t=1795248000,v1=5257a869…`: seconds since 1970, and the HMAC-SHA256 of `t.body` in hex.
    pub fn value(&self, now: DateTime<Utc>, body: &str) -> String {
        let t = now.timestamp();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(format!("{t}.{body}").as_bytes());
        format!("t={t},v1={}", hex::encode(mac.finalize().into_bytes()))
    }
}

/// Has a request signed with the connection's secret, where there is one.
pub fn sign(
    sign: &Sign,
    connection: &Connection,
    secrets: Secrets,
    request: &mut Request,
) -> Result<(), OperationError> {
    let Some(secret) = connection.secrets.get(&sign.secret) else {
        if sign.optional {
            return Ok(());
        }
        let message = format!("connection `{}` lacks the secret `{}`", connection.name, sign.secret);
        return Err(OperationError::refused(ErrorKind::Configuration, message));
    };
    match secrets {
        Secrets::Masked => request.set_header(&sign.header, format!("t=…,v1={MASK}")),
        Secrets::Shown => {
            request.signature = Some(Signature { header: sign.header.clone(), secret: secret.clone() })
        }
    }
    Ok(())
}

/// The key of a write, the same for all attempts of its step, also after a crash; another for each part of a write that
/// is sent in parts. None for a call by hand.
pub fn idempotency_key(call: Call<'_>, part: usize) -> Option<String> {
    let Origin { run, step, .. } = call.origin?;
    let digest = Sha256::digest(format!("{run} {step} {part}").as_bytes());
    Some(hex::encode(&digest[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_hmac_of_moment_and_body() {
        let signature = Signature { header: "X".into(), secret: SecretString::from("topsecret") };
        let at = DateTime::from_timestamp(1_795_248_000, 0).unwrap();
        let value = signature.value(at, r#"{"a":1}"#);
        // printf '1795248000.{"a":1}' | openssl dgst -sha256 -hmac topsecret
        assert_eq!(value, "t=1795248000,v1=b401a9431f73aa6a7163abf9f0c92246a9e5ab867ee3cab0635b60dc534d41d3");
        assert_ne!(signature.value(at, r#"{"a":2}"#), value);
    }
}
