//! Two blogs, and posts in the first of them.

use serde_json::{Value, json};

use crate::dice::{Dice, Stream};
use crate::highlevel::blogs::{Blogs, post};
use crate::highlevel::records::Record;
use crate::time::{self, DAY, HOUR, Millis, START};
use crate::world::World;

const SITES: [&str; 2] = ["Learning Journal", "Inside the Team"];
const AUTHORS: [&str; 2] = ["Course Team", "Front Desk"];
const CATEGORIES: [(&str, &str); 3] = [("Courses", "courses"), ("Badges", "badges"), ("Events", "events")];

/// Title, address, status.
const POSTS: [(&str, &str, &str); 4] = [
    ("Five habits of safe teams", "five-habits-of-safe-teams", "PUBLISHED"),
    ("What a badge says about you", "what-a-badge-says", "PUBLISHED"),
    ("The spring event in pictures", "spring-event", "ARCHIVED"),
    ("Courses of the next season", "courses-next-season", "DRAFT"),
];

pub fn seeded(seed: u64, world: &World) -> Blogs {
    let mut dice = Dice::new(seed, Stream::Blogs);
    let location = &world.ready.location_id;
    let mut blogs = Blogs::default();
    for name in SITES {
        blogs.sites.add(record(json!({ "_id": dice.object_id(), "name": name })));
    }
    for name in AUTHORS {
        blogs.authors.add(record(json!({
            "_id": dice.object_id(),
            "name": name,
            "locationId": location,
            "updatedAt": time::iso(START),
            "canonicalLink": format!("https://blog.example.com/author/{}", name.to_lowercase().replace(' ', "-")),
        })));
    }
    for (label, slug) in CATEGORIES {
        blogs.categories.add(record(json!({
            "_id": dice.object_id(),
            "label": label,
            "locationId": location,
            "updatedAt": time::iso(START),
            "canonicalLink": format!("https://blog.example.com/category/{slug}"),
            "urlSlug": slug,
        })));
    }
    for n in 0..POSTS.len() {
        let body = record(body(&blogs, location, n));
        let at = START + n as Millis * 7 * DAY + HOUR;
        blogs.posts.add(post(dice.object_id(), &body, at));
    }
    blogs
}

fn body(blogs: &Blogs, location: &str, n: usize) -> Value {
    let (title, slug, status) = POSTS[n];
    let id = |record: Option<&Record>| record.map(|record| record["_id"].clone());
    json!({
        "title": title,
        "locationId": location,
        "blogId": id(blogs.sites.iter().next()),
        "imageUrl": format!("https://blog.example.com/images/{slug}.jpeg"),
        "description": format!("{title}, told in three minutes."),
        "rawHTML": format!("<h1>{title}</h1>"),
        "status": status,
        "imageAltText": title,
        "categories": [id(blogs.categories.iter().nth(n % CATEGORIES.len()))],
        "tags": ["news"],
        "author": id(blogs.authors.iter().nth(n % AUTHORS.len())),
        "urlSlug": slug,
        "canonicalLink": format!("https://blog.example.com/post/{slug}"),
        "publishedAt": time::iso(START + n as Millis * 7 * DAY),
    })
}

fn record(value: Value) -> Record {
    value.as_object().cloned().unwrap_or_default()
}
