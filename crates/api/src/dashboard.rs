//! The dashboard's files, which are part of the binary.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, IF_NONE_MATCH, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::Error;
use crate::headers::DASHBOARD;

/// What `npm run build` in `web/` makes. A debug build reads the folder as it is, a release build holds what was there.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Best first: the ending of the file that the build has put beside, and what it is called.
const ENCODINGS: [(&str, &str); 2] = [(".br", "br"), (".gz", "gzip")];

/// The page of every place inside the dashboard.
const PAGE: &str = "index.html";

/// Names with a hash in them, so that they never change.
const HASHED: &str = "assets/";

/// Any path that is no route: a file of the dashboard, or for a browser that goes there its page.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Error> {
    from::<Files>(&request)
}

fn from<Site: RustEmbed>(request: &HttpRequest) -> Result<HttpResponse, Error> {
    let path = request.path();
    let nothing = || Error::not_found("page", path);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_api = path == "/api" || path.starts_with("/api/");
    if !is_read || is_api {
        return Err(nothing());
    }
    let name = path.trim_start_matches('/');
    let name = if name.is_empty() { PAGE } else { name };
    if let Some(file) = Site::get(name) {
        return Ok(answer::<Site>(request, name, file));
    }
    let wants_page = header(request, ACCEPT).is_some_and(|kinds| kinds.contains("text/html"));
    match (wants_page && !name.starts_with(HASHED), Site::get(PAGE)) {
        (true, Some(page)) => Ok(answer::<Site>(request, PAGE, page)),
        (true, None) => Ok(not_built()),
        (false, _) => Err(nothing()),
    }
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// The file, in the smallest way that the client understands.
fn answer<Site: RustEmbed>(request: &HttpRequest, name: &str, plain: EmbeddedFile) -> HttpResponse {
    let kind = with_charset(plain.metadata.mimetype());
    let accepted = header(request, ACCEPT_ENCODING).unwrap_or_default();
    let packed = ENCODINGS
        .iter()
        .filter(|(_, encoding)| accepts(accepted, encoding))
        .find_map(|(ending, encoding)| Some((Site::get(&format!("{name}{ending}"))?, *encoding)));
    let (file, encoding) = match packed {
        Some((file, encoding)) => (file, Some(encoding)),
        None => (plain, None),
    };
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let is_known = header(request, IF_NONE_MATCH)
        .is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let lasts = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer
        .insert_header((CACHE_CONTROL, lasts))
        .insert_header((CONTENT_SECURITY_POLICY, DASHBOARD))
        .insert_header((ETAG, tag))
        .insert_header((VARY, "accept-encoding"));
    if is_known {
        return answer.finish();
    }
    if let Some(encoding) = encoding {
        answer.insert_header((CONTENT_ENCODING, encoding));
    }
    answer.insert_header((CONTENT_TYPE, kind)).body(match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

fn with_charset(kind: &str) -> String {
    let is_text = kind.starts_with("text/") || kind == "application/javascript";
    if is_text && !kind.contains("charset") { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

/// Whether `Accept-Encoding` names it, and not to refuse it.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let quality = quality.trim().trim_start_matches("q=").parse::<f32>();
        name.trim().eq_ignore_ascii_case(encoding) && quality.map_or(true, |quality| quality > 0.0)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn not_built() -> HttpResponse {
    const TEXT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Highline</title>\
        <h1>The dashboard is not in this binary</h1>\
        <p>Highline itself works. To have the dashboard, build it, with Node 20 or newer: \
        <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>, and then Highline.</p>\
        <p>The REST API is described at <a href=\"/api/docs/\">/api/docs</a>.</p>";
    HttpResponse::NotFound()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, DASHBOARD))
        .body(TEXT)
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;

    /// What a web build leaves, small.
    #[derive(RustEmbed)]
    #[folder = "tests/site"]
    struct Site;

    fn ask(path: &str, headers: &[(&'static str, &str)]) -> Result<HttpResponse, Error> {
        let request = TestRequest::with_uri(path);
        let request = headers.iter().fold(request, |request, one| request.insert_header(*one));
        from::<Site>(&request.to_http_request())
    }

    fn said(answer: &HttpResponse, name: HeaderName) -> &str {
        answer.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    async fn body(answer: HttpResponse) -> Bytes {
        to_bytes(answer.into_body()).await.unwrap_or_default()
    }

    #[tokio::test]
    async fn a_file_comes_in_the_smallest_way_that_the_client_understands() {
        for (accepted, encoding, text) in
            [("gzip, deflate, br", "br", "brotli\n"), ("gzip", "gzip", "gzip\n"), ("", "", "plain\n")]
        {
            let answer = ask("/assets/app-1a2b.js", &[("accept-encoding", accepted)]).unwrap();
            assert_eq!(said(&answer, CONTENT_ENCODING), encoding);
            assert!(said(&answer, CONTENT_TYPE).starts_with("text/javascript"), "{answer:?}");
            assert_eq!(said(&answer, VARY), "accept-encoding");
            assert_eq!(body(answer).await, text);
        }
        assert_eq!(body(ask("/mark.svg", &[("accept-encoding", "br")]).unwrap()).await.first(), Some(&b'<'));
    }

    #[tokio::test]
    async fn a_file_with_a_hash_in_its_name_is_kept_for_ever_and_the_page_is_asked_for_anew() {
        let hashed = ask("/assets/app-1a2b.js", &[]).unwrap();
        assert!(said(&hashed, CACHE_CONTROL).contains("immutable"));
        let page = ask("/", &[]).unwrap();
        assert_eq!(said(&page, CACHE_CONTROL), "no-cache");
        let tag = said(&page, ETAG).to_owned();
        let again = ask("/", &[("if-none-match", &tag)]).unwrap();
        assert_eq!((again.status(), body(again).await.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(ask("/", &[("if-none-match", "\"old\"")]).unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_browser_that_goes_to_a_place_in_the_dashboard_gets_its_page_and_a_program_is_told_the_truth() {
        let html = [("accept", "text/html,application/xhtml+xml")];
        let page = ask("/runs/0193a5b0", &html).unwrap();
        assert!(said(&page, CONTENT_SECURITY_POLICY).contains("script-src 'self'"));
        assert!(!said(&page, CONTENT_SECURITY_POLICY).contains("unsafe"));
        assert!(body(page).await.starts_with(b"<!doctype html>"));
        for (path, headers) in [
            ("/runs/0193a5b0", &[("accept", "*/*")][..]),
            ("/assets/gone-9f.js", &html),
            ("/api/v1/nothing", &html),
            ("/../Cargo.toml", &[]),
        ] {
            assert!(matches!(ask(path, headers), Err(Error::NotFound { .. })), "{path}");
        }
    }

    #[tokio::test]
    async fn a_binary_without_the_dashboard_says_how_to_build_it() {
        #[derive(RustEmbed)]
        #[folder = "tests/no-site"]
        #[allow_missing = true]
        struct Missing;
        let request = TestRequest::with_uri("/").insert_header(("accept", "text/html")).to_http_request();
        let answer = from::<Missing>(&request).unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(String::from_utf8_lossy(&body(answer).await).contains("npm run build"));
    }

    #[test]
    fn an_encoding_is_accepted_when_it_is_named_and_not_refused() {
        for (header, br) in [
            ("gzip, deflate, br, zstd", true),
            ("BR;q=0.5", true),
            ("gzip", false),
            ("br;q=0, gzip", false),
            ("br; q=0.0", false),
            ("", false),
            ("brotli", false),
        ] {
            assert_eq!(accepts(header, "br"), br, "{header}");
        }
    }
}
