//! The way of a request through the sandbox: control, fault, route, token, limit, handler, journal.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::changes::Changes;
use crate::control;
use crate::credly;
use crate::exchange::{Call, Outcome, Reply};
use crate::faults::{Asked, Fault, Faults};
use crate::highlevel::{self, guard, refusal};
use crate::journal::{Ended, Journal};
use crate::limit::Limits;
use crate::routes::{self, Found, Route};
use crate::seed;
use crate::settings::SandboxSettings;
use crate::webhooks::courier::Courier;
use crate::webhooks::{Parcel, Webhooks};
use crate::world::World;

/// Shared by all connections.
#[derive(Debug)]
pub struct Site {
    state: Mutex<State>,
    courier: Courier,
}

/// Everything that changes while the sandbox runs.
#[derive(Debug)]
pub struct State {
    pub world: World,
    pub faults: Faults<Fault>,
    pub journal: Journal,
    pub changes: Changes,
    pub webhooks: Webhooks,
    limits: Option<Limits>,
    settings: SandboxSettings,
    origin: String,
}

/// What goes back over the wire.
#[derive(Debug)]
pub enum Answer {
    Reply(Reply),
    /// Nothing: the connection is closed.
    Cut,
}

impl State {
    pub fn new(settings: SandboxSettings, origin: String) -> Self {
        let mut world = seed::world(settings.seed, settings.contacts, &origin);
        world.oauth.lifetime = settings.token_lifetime;
        world.index.set_lag(settings.index_lag);
        world.update_index();
        Self {
            world,
            faults: Faults::default(),
            journal: Journal::default(),
            changes: Changes::new(settings.seed),
            webhooks: Webhooks::new(settings.seed),
            limits: settings.rate_limit.then(Limits::default),
            settings,
            origin,
        }
    }

    /// Back to what the seed says.
    pub fn reset(&mut self) {
        *self = Self::new(self.settings.clone(), self.origin.clone());
    }

    /// What is to be told of all that has happened since the last time.
    fn parcels(&mut self) -> Vec<Parcel> {
        self.world.update_index();
        let World { outbox, ready, secrets, .. } = &mut self.world;
        outbox.drain(..).flat_map(|happening| self.webhooks.pack(&happening, ready, secrets)).collect()
    }

    /// Answers a request of a vendor's client, with searches that see what they are to see by now.
    fn answer(&mut self, route: Option<Route>, call: &Call) -> Reply {
        self.world.update_index();
        let credly = call.path.starts_with(credly::PREFIX);
        match (credly, route) {
            (true, Some(route)) => self.ask_credly(route, call).unwrap_or_else(|refused| refused),
            (true, None) => credly::no_route(),
            (false, route) => self.ask_highlevel(route, call),
        }
    }

    fn ask_credly(&mut self, route: Route, call: &Call) -> Outcome {
        credly::guard::admit(&self.world, call)?;
        (route.handler)(&mut self.world, call)
    }

    fn ask_highlevel(&mut self, route: Option<Route>, call: &Call) -> Reply {
        let mut headers = Vec::new();
        let mut reply = self.admitted(route, call, &mut headers).unwrap_or_else(|refused| refused);
        reply.headers.extend(headers);
        if let Value::Object(body) = &mut reply.body {
            body.insert("traceId".to_owned(), json!(self.world.traces.uuid()));
        }
        reply
    }

    fn admitted(
        &mut self,
        route: Option<Route>,
        call: &Call,
        headers: &mut Vec<(String, String)>,
    ) -> Outcome {
        if let Some(Route { access: None, handler, .. }) = route {
            return handler(&mut self.world, call);
        }
        let caller = guard::caller(&self.world, call)?;
        if let Some(limits) = &mut self.limits {
            let left = limits.spend(&caller.budget(), Instant::now());
            *headers = left.headers();
            if !left.allowed {
                return Err(refusal::too_many_requests());
            }
        }
        let route = route.ok_or_else(|| refusal::no_route(&call.method, &call.path))?;
        if let Some(access) = route.access {
            guard::admit(&self.world, call, access)?;
        }
        (route.handler)(&mut self.world, call)
    }
}

impl Site {
    pub fn new(state: State) -> Self {
        Self { state: Mutex::new(state), courier: Courier::default() }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no handler panics while it holds the state")
    }

    /// Sends webhooks of what has happened, in the background.
    pub fn tell(&self) {
        let parcels = self.state().parcels();
        self.courier.send(parcels);
    }

    /// Stops telling.
    pub fn fall_silent(&self) {
        self.courier.stop();
    }

    pub async fn answer(&self, call: Call) -> Answer {
        let answer = self.work(call).await;
        self.tell();
        answer
    }

    async fn work(&self, mut call: Call) -> Answer {
        if call.path.starts_with(control::PREFIX) {
            return Answer::Reply(control::answer(&mut self.state(), call));
        }
        let route = find(&mut call);
        let asked = Asked { method: &call.method, path: &call.path, route: route.map(|route| route.pattern) };
        let fault = self.state().faults.take(|fault| fault.fits(asked));
        let done = match &fault {
            Some(fault) if fault.after => Some(self.state().answer(route, &call)),
            _ => None,
        };
        if let Some(delay) = fault.as_ref().and_then(|fault| fault.delay_ms) {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let mut state = self.state();
        let answer = fault.as_ref().and_then(instead).unwrap_or_else(|| {
            let mut reply = done.unwrap_or_else(|| state.answer(route, &call));
            reply.headers.extend(fault.into_iter().flat_map(|fault| fault.headers));
            Answer::Reply(reply)
        });
        let status = match &answer {
            Answer::Reply(reply) => Some(reply.status),
            Answer::Cut => None,
        };
        state
            .journal
            .record(&call, Ended { route: route.map(|route| (route.method, route.pattern)), status });
        answer
    }
}

/// Finds the route and puts its placeholders into the call.
fn find(call: &mut Call) -> Option<Route> {
    let tables = if call.path.starts_with(credly::PREFIX) { &[credly::ROUTES] } else { highlevel::TABLES };
    match routes::find(tables, &call.method, &call.path) {
        Found::Route(route, params) => {
            call.params = params;
            Some(route)
        }
        Found::OtherMethod | Found::Nothing => None,
    }
}

/// What a fault answers in place of the vendor; nothing if it only delays or adds headers.
fn instead(fault: &Fault) -> Option<Answer> {
    if fault.cut {
        return Some(Answer::Cut);
    }
    let status = fault.status?;
    let plain = || json!({ "statusCode": status, "message": "injected fault" });
    let mut reply = Reply::new(status, fault.body.clone().unwrap_or_else(plain));
    reply.headers = fault.headers.clone().into_iter().collect();
    Some(Answer::Reply(reply))
}
