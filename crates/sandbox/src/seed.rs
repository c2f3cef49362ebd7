//! Makes the world that a seed stands for.

use serde_json::{Value, json};

use crate::dice::{Dice, Stream};
use crate::highlevel::records::Records;
use crate::settings::Ready;
use crate::time::{self, Clock, DAY, HOUR, Millis, START};
use crate::tokens::{Grant, Owner, Tokens};
use crate::webhooks;
use crate::world::{BadgeTemplate, Campaign, Contact, Note, Pipeline, Task, Workflow, World};

mod associations;
mod blogs;
mod calendars;
mod conversations;
mod office;
mod sales;
pub mod words;

/// Seeded contacts are added within this time after `START`, and changed last within twice of it.
const SEASON: usize = 120 * DAY as usize;

/// The same seed, number of contacts and address give an equal world.
pub fn world(seed: u64, contacts: usize, origin: &str) -> World {
    let mut dice = Dice::new(seed, Stream::Seeding);
    let mut world = empty(seed, &mut dice, origin);
    let mut diary = Dice::new(seed, Stream::Calendars);
    world.calendars = calendars::seeded(&mut diary, &world);
    for n in 0..contacts {
        let contact = contact(&world, &mut dice, n);
        if let Some(event) = calendars::appointment(&world, &contact, &mut dice, &mut diary) {
            world.calendars.events.add(event);
        }
        world.contacts.insert(contact.id.clone(), contact);
    }
    world.made = contacts;
    world.associations = associations::seeded(seed, &world);
    world.blogs = blogs::seeded(seed, &world);
    sales::add(&mut world, seed);
    world.users.push(office::agency_user(&mut Dice::new(seed, Stream::AgencyUser)));
    world.conversations = conversations::seeded(seed, &world);
    world
}

fn empty(seed: u64, dice: &mut Dice, origin: &str) -> World {
    let mut secrets = Dice::new(seed, Stream::Access);
    let ready = Ready {
        base_url: origin.to_owned(),
        location_id: dice.id(),
        company_id: dice.id(),
        token: format!("pit-{}", dice.uuid()),
        agency_token: format!("pit-{}", dice.uuid()),
        client_id: format!("{}-{}", secrets.object_id(), &secrets.object_id()[..8]),
        client_secret: secrets.uuid(),
        webhook_public_key: webhooks::public_key(seed),
        credly_base_url: format!("{origin}/credly/v1"),
        credly_organization_id: dice.uuid(),
        credly_token: format!("{}{}", dice.id(), dice.id()),
        control_url: format!("{origin}/sandbox"),
    };
    let foreign_token = format!("pit-{}", dice.uuid());
    let mut more = Dice::new(seed, Stream::Office);
    World {
        tokens: tokens(&ready, &foreign_token, &mut secrets),
        foreign_token,
        oauth: Default::default(),
        contacts: Default::default(),
        campaigns: words::CAMPAIGNS.map(|(name, status)| Campaign { id: dice.id(), name, status }).into(),
        workflows: words::WORKFLOWS.map(|words| workflow(dice, words)).into(),
        businesses: office::businesses(dice),
        users: office::users(dice, &ready.location_id),
        deleted_users: Vec::new(),
        custom_fields: office::custom_fields(dice, &mut more),
        locations: office::locations(&mut more, &ready),
        snapshots: office::snapshots(&mut more),
        pipelines: Vec::new(),
        opportunities: Default::default(),
        templates: words::BADGES.map(|words| template(dice, words)).into(),
        badges: Vec::new(),
        associations: Default::default(),
        blogs: Default::default(),
        calendars: Default::default(),
        conversations: Default::default(),
        made: 0,
        dice: Dice::new(seed, Stream::NewRecords),
        secrets,
        traces: Dice::new(seed, Stream::Traces),
        clock: Clock::starting_at(START + 2 * SEASON as Millis),
        index: Default::default(),
        outbox: Vec::new(),
        ready,
    }
}

/// The private integrations that exist from the start.
fn tokens(ready: &Ready, foreign_token: &str, secrets: &mut Dice) -> Tokens {
    let mut tokens = Tokens::default();
    let own = Owner::Location(ready.location_id.clone());
    tokens.add(ready.token.clone(), Grant::integration(own));
    tokens.add(ready.agency_token.clone(), Grant::integration(Owner::Agency(ready.company_id.clone())));
    tokens.add(foreign_token.to_owned(), Grant::integration(Owner::Location(secrets.id())));
    tokens
}

fn workflow(dice: &mut Dice, (name, status): (&'static str, &'static str)) -> Workflow {
    Workflow {
        id: dice.uuid(),
        name,
        status,
        version: 1 + dice.below(5) as u32,
        created: START,
        updated: START + dice.below(SEASON) as Millis,
    }
}

fn template(
    dice: &mut Dice,
    (name, state, allows_duplicates): (&'static str, &'static str, bool),
) -> BadgeTemplate {
    BadgeTemplate { id: dice.uuid(), name, state, allows_duplicates, created: START }
}

/// A contact whose e-mail address no other number `n` has.
fn contact(world: &World, dice: &mut Dice, n: usize) -> Contact {
    let added = START + dice.below(SEASON) as Millis;
    let mut contact = Contact::new(dice.id(), added);
    contact.updated = added + dice.below(SEASON) as Millis;
    fill_profile(&mut contact, dice, n);
    if dice.percent(50) {
        let user = dice.pick(&world.users).id.clone();
        contact.profile.insert("assignedTo", user);
    }
    if dice.percent(40) {
        let business = dice.pick(&world.businesses);
        contact.business = Some(business.id.clone());
        contact.profile.insert("companyName", business.name.clone());
    }
    for tag in words::TAGS {
        if dice.percent(25) {
            contact.tags.push(tag.to_owned());
        }
    }
    contact.dnd = dice.percent(5);
    let values = [json!(dice.pick(&words::COURSES)), json!(dice.below(101))];
    contact.custom_fields = world.custom_fields.iter().map(|field| field.id.clone()).zip(values).collect();
    add_tasks(&mut contact, world, dice);
    add_notes(&mut contact, world, dice);
    contact
}

/// Names, addresses, numbers. `n` makes e-mail address and phone number unique; phone numbers run out after
/// 4,000 contacts, since only so many are reserved for fiction.
pub fn fill_profile(contact: &mut Contact, dice: &mut Dice, n: usize) {
    let (first, last) = (*dice.pick(&words::FIRST_NAMES), *dice.pick(&words::LAST_NAMES));
    let place = dice.pick(&words::PLACES);
    let email = format!("{}.{}.{n}@example.com", first.to_lowercase(), last.to_lowercase());
    let lines = [
        ("firstName", first.to_owned()),
        ("lastName", last.to_owned()),
        ("address1", format!("{} {}", 1 + dice.below(900), dice.pick(&words::STREETS))),
        ("city", place.city.to_owned()),
        ("state", place.state.to_owned()),
        ("postalCode", place.postal_code.to_owned()),
        ("country", "US".to_owned()),
        ("timezone", place.timezone.to_owned()),
        ("source", (*dice.pick(&words::SOURCES)).to_owned()),
    ];
    contact.profile.extend(lines);
    let line = n / words::AREA_CODES.len();
    let has_phone = line < 100 && !dice.percent(10);
    if has_phone {
        let phone = format!("+1{}5550{}", words::AREA_CODES[n % words::AREA_CODES.len()], 100 + line);
        contact.profile.insert("phone", phone);
    }
    if !has_phone || !dice.percent(5) {
        contact.profile.insert("email", email);
    }
}

fn add_tasks(contact: &mut Contact, world: &World, dice: &mut Dice) {
    if !dice.percent(40) {
        return;
    }
    for _ in 0..=dice.below(2) {
        contact.tasks.push(Task {
            id: dice.id(),
            title: (*dice.pick(&words::TASKS)).to_owned(),
            body: dice.percent(50).then(|| "Made when the contact came in.".to_owned()),
            assigned_to: dice.percent(70).then(|| dice.pick(&world.users).id.clone()),
            due_date: time::iso(contact.added + (1 + dice.below(20)) as Millis * DAY),
            completed: dice.percent(40),
            contact_id: contact.id.clone(),
        });
    }
}

fn add_notes(contact: &mut Contact, world: &World, dice: &mut Dice) {
    if !dice.percent(40) {
        return;
    }
    for n in 0..=dice.below(2) {
        contact.notes.push(Note {
            id: dice.id(),
            body: format!("<p>{}</p>", dice.pick(&words::NOTES)),
            user_id: Some(dice.pick(&world.users).id.clone()),
            title: None,
            color: None,
            pinned: false,
            added: contact.added + (n as Millis + 1) * HOUR,
        });
    }
}

fn named<'a>(items: impl Iterator<Item = (&'a String, String)>) -> Vec<Value> {
    items.map(|(id, name)| json!({ "id": id, "name": name })).collect()
}

fn pipeline(pipeline: &Pipeline) -> Value {
    let stages = named(pipeline.stages.iter().map(|stage| (&stage.id, stage.name.to_owned())));
    json!({ "id": pipeline.id, "name": pipeline.name, "stages": stages })
}

fn records(records: &Records) -> Vec<Value> {
    records.iter().map(|record| json!({ "id": record["id"], "name": record["name"] })).collect()
}

/// What a test may need to know of the world and no vendor endpoint tells.
pub fn directory(world: &World) -> Value {
    json!({
        "campaigns": world.campaigns,
        "workflows": named(world.workflows.iter().map(|flow| (&flow.id, flow.name.to_owned()))),
        "businesses": named(world.businesses.iter().map(|one| (&one.id, one.name.clone()))),
        "users": named(world.users.iter().map(|one| (&one.id, one.name()))),
        "locations": records(&world.locations),
        "snapshots": records(&world.snapshots),
        "customFields": world.custom_fields,
        "pipelines": world.pipelines.iter().map(pipeline).collect::<Vec<_>>(),
        "opportunities": named(world.opportunities.values().take(20).map(|one| (&one.id, one.name.clone()))),
        "badgeTemplates": world.templates,
        "blogs": world.blogs.sites.iter().collect::<Vec<_>>(),
        "blogAuthors": world.blogs.authors.iter().collect::<Vec<_>>(),
        "blogCategories": world.blogs.categories.iter().collect::<Vec<_>>(),
        "blogPosts": world.blogs.posts.iter().collect::<Vec<_>>(),
        "conversations": conversations::directory(world),
        "associations": world.associations.all.iter().collect::<Vec<_>>(),
        "calendars": calendars::named(&world.calendars.calendars),
        "calendarGroups": calendars::named(&world.calendars.groups),
        "calendarResources": calendars::named(&world.calendars.resources),
        "blockedSlots": calendars::blocked_times(world),
        "foreignToken": world.foreign_token,
    })
}
