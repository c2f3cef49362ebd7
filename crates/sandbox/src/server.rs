//! The web server around a [`Site`].

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;
use tokio::task::JoinHandle;
use url::form_urlencoded;

use crate::exchange::{Call, Reply};
use crate::settings::{Error, Ready, SandboxSettings};
use crate::site::{Answer, Site, State};

const LARGEST_BODY: usize = 16 << 20;

/// A running sandbox. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Sandbox {
    ready: Ready,
    handle: ServerHandle,
    site: Arc<Site>,
    ticker: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts within the current tokio runtime; returns when requests are accepted.
    ///
    /// # Errors
    /// [`Error::Listen`] when the address cannot be had.
    pub async fn start(settings: SandboxSettings) -> Result<Self, Error> {
        let listen = settings.listen;
        let failed = |source| Error::Listen { listen, source };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        let origin = origin(listener.local_addr().map_err(failed)?);
        let changes_every = settings.changes_every;
        let state = State::new(settings, origin);
        let ready = state.world.ready.clone();
        let site = Arc::new(Site::new(state));
        let shared = web::Data::from(site.clone());
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(LARGEST_BODY))
                .default_service(web::to(answer))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            .listen(listener)
            .map_err(failed)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        let ticker = changes_every.map(|every| tokio::spawn(change_every(site.clone(), every)));
        Ok(Self { ready, handle, site, ticker })
    }

    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Lets requests under way finish, for a second at most.
    pub async fn stop(self) {
        self.stop_background();
        self.handle.stop(true).await;
    }

    fn stop_background(&self) {
        self.site.fall_silent();
        if let Some(ticker) = &self.ticker {
            ticker.abort();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop_background();
        drop(self.handle.stop(false));
    }
}

/// The address that a client on this machine can use.
fn origin(at: SocketAddr) -> String {
    let host = if at.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { at.ip() };
    format!("http://{}", SocketAddr::new(host, at.port()))
}

async fn change_every(site: Arc<Site>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let said = change(&mut site.state());
        tracing::info!("{said}");
        site.tell();
    }
}

fn change(state: &mut State) -> String {
    let State { world, changes, .. } = state;
    changes.next(world)
}

/// The work goes on in a task of its own when the client hangs up meanwhile, as it does at the vendors.
async fn answer(site: web::Data<Site>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let call = call(&request, &body);
    match tokio::spawn(async move { site.answer(call).await }).await {
        Ok(Answer::Reply(reply)) => respond(reply),
        Ok(Answer::Cut) | Err(_) => cut(),
    }
}

fn call(request: &HttpRequest, body: &[u8]) -> Call {
    let header = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    let query_text = request.query_string();
    let json = || {
        serde_json::from_slice(body)
            .map_err(|_: serde_json::Error| String::from_utf8_lossy(body).into_owned())
    };
    Call {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query_text: query_text.to_owned(),
        query: form_urlencoded::parse(query_text.as_bytes()).into_owned().collect(),
        authorization: header("authorization"),
        version: header("version"),
        body: (!body.is_empty()).then(json),
        params: Vec::new(),
    }
}

fn respond(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for header in reply.headers {
        response.insert_header(header);
    }
    match (reply.file, reply.body) {
        (Some(bytes), _) => response.body(bytes),
        (None, Value::String(text)) => response.body(text),
        (None, body) => response.json(body),
    }
}

/// A body that fails at its first byte: actix then closes the connection before the head, which is still
/// unsent, goes out. The client sees a connection closed without an answer.
fn cut() -> HttpResponse {
    let broken = std::io::Error::other("the connection is cut by an injected fault");
    HttpResponse::Ok().streaming(futures::stream::iter([Err::<web::Bytes, _>(broken)]))
}
