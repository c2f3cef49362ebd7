//! Documents: this one with a page to look through it, and the schema of workflows.

use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Redirect, ServiceConfig};
use actix_web::{HttpResponse, http::header};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::document::DOCUMENT;

/// The OpenAPI document of all routes.
///
/// It is made of the handlers themselves. A person looks through it at `/api/docs`.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, description = "the document", body = Value)))]
pub async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok().json(&*DOCUMENT)
}

/// The JSON Schema of a workflow's text, for editors.
#[utoipa::path(get, path = "/schema/workflow", responses((status = 200, description = "the schema", body = Value)))]
pub async fn get_workflow_schema() -> HttpResponse {
    HttpResponse::Ok().json(highline_workflow::json_schema())
}

/// Swagger UI sets styles by script, so its pages allow that; all else comes from here.
const BROWSER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                              img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
                              form-action 'none'";

/// In place of Swagger UI's own, which has no place for what is done with each request.
async fn begin_browser() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(include_str!("browser.js"))
}

/// `/api/docs`.
pub fn browser(config: &mut ServiceConfig) {
    let pages = SwaggerUi::new("/{_:.*}").config(Config::from("/api/v1/openapi.json"));
    let begin = web::resource("/swagger-initializer.js").to(begin_browser);
    let policy = DefaultHeaders::new().add((header::CONTENT_SECURITY_POLICY, BROWSER_POLICY));
    config
        .service(Redirect::new("/api/docs", "/api/docs/"))
        .service(web::scope("/api/docs").wrap(policy).service(begin).service(pages));
}
