//! Blog sites, their authors and categories, and posts.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::time;
use crate::world::World;

use super::fields::{self, Field, Kind, needed, optional};
use super::records::{Pages, Record, Records, merge, need};
use super::refusal;

pub const ROUTES: &[Route] = &[
    Location.route("GET", "/blogs/site/all", "blogs/list.readonly", list_sites),
    Location.route("GET", "/blogs/authors", "blogs/author.readonly", list_authors),
    Location.route("GET", "/blogs/categories", "blogs/category.readonly", list_categories),
    Location.route("GET", "/blogs/posts/all", "blogs/posts.readonly", list_posts),
    Location.route("GET", "/blogs/posts/url-slug-exists", "blogs/check-slug.readonly", check_slug),
    Location.route("POST", "/blogs/posts", "blogs/post.write", create_post),
    Location.route("PUT", "/blogs/posts/{postId}", "blogs/post-update.write", update_post),
];

const BY_SKIP: Pages = Pages { limit: "limit", skip: "skip", default: 100, max: 100 };
const BY_OFFSET: Pages = Pages { skip: "offset", ..BY_SKIP };

const STATUSES: &[&str] = &["DRAFT", "PUBLISHED", "SCHEDULED", "ARCHIVED"];

/// Of create and of update, which replaces the whole post.
const POST: [Field; 14] = [
    needed("title", Kind::Text),
    needed("locationId", Kind::Text),
    needed("blogId", Kind::Text),
    needed("imageUrl", Kind::Text),
    needed("description", Kind::Text),
    needed("rawHTML", Kind::Text),
    needed("status", Kind::OneOf(STATUSES)),
    needed("imageAltText", Kind::Text),
    needed("categories", Kind::Texts),
    optional("tags", Kind::Texts),
    needed("author", Kind::Text),
    needed("urlSlug", Kind::Text),
    optional("canonicalLink", Kind::Text),
    needed("publishedAt", Kind::Time),
];

/// What is kept of a post and never shown.
const HIDDEN: [&str; 3] = ["blogId", "locationId", "rawHTML"];

/// The blogs of the location.
#[derive(Debug, Clone)]
pub struct Blogs {
    pub sites: Records,
    pub authors: Records,
    pub categories: Records,
    /// Oldest first.
    pub posts: Records,
}

impl Default for Blogs {
    fn default() -> Self {
        Self {
            sites: Records::new("Blog", "_id"),
            authors: Records::new("Author", "_id"),
            categories: Records::new("Category", "_id"),
            posts: Records::new("Blog post", "_id"),
        }
    }
}

fn list_sites(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "skip", "limit", "searchTerm"])?;
    need(call, &["skip", "limit"])?;
    let found = world.blogs.sites.iter().filter(|site| mentions(&site["name"], call));
    Ok(Reply::ok(json!({ "data": BY_SKIP.cut(call, found)? })))
}

fn list_authors(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "authors": by_offset(&world.blogs.authors, call)? })))
}

fn list_categories(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "categories": by_offset(&world.blogs.categories, call)? })))
}

fn by_offset<'a>(records: &'a Records, call: &Call) -> Result<Vec<&'a Record>, Reply> {
    fields::query(call, &["locationId", "limit", "offset"])?;
    need(call, &["limit", "offset"])?;
    BY_OFFSET.cut(call, records.iter())
}

/// The newest first. A blog that nobody knows has none.
fn list_posts(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "blogId", "limit", "offset", "searchTerm", "status"])?;
    need(call, &["blogId", "limit", "offset"])?;
    let status = fields::choice(call, "status", STATUSES)?;
    let fits = |post: &&Record| {
        call.query("blogId").is_some_and(|blog| post["blogId"] == *blog)
            && status.is_none_or(|status| post["status"] == *status)
            && mentions(&post["title"], call)
    };
    let page = BY_OFFSET.cut(call, world.blogs.posts.iter().rev().filter(fits))?;
    let posts: Vec<Record> = page.into_iter().map(shown).collect();
    Ok(Reply::ok(json!({ "blogs": posts })))
}

/// Whether the text has the search term in it.
fn mentions(text: &Value, call: &Call) -> bool {
    let term = call.query("searchTerm").unwrap_or_default().to_lowercase();
    text.as_str().unwrap_or_default().to_lowercase().contains(&term)
}

fn check_slug(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "urlSlug", "postId"])?;
    need(call, &["urlSlug"])?;
    let slug = call.query("urlSlug").unwrap_or_default();
    let exists = is_taken(&world.blogs, slug, call.query("postId"));
    Ok(Reply::ok(json!({ "exists": exists })))
}

fn is_taken(blogs: &Blogs, slug: &str, but_of: Option<&str>) -> bool {
    blogs.posts.iter().any(|post| post["urlSlug"] == slug && but_of.is_none_or(|id| post["_id"] != *id))
}

fn create_post(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &POST)?;
    check(&world.blogs, body, None)?;
    let id = world.dice.object_id();
    let post = post(id, body, world.clock.tick());
    let view = shown(world.blogs.posts.add(post));
    Ok(Reply::ok(json!({ "data": view })))
}

fn update_post(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &POST)?;
    let id = call.param("postId");
    world.blogs.posts.get(id)?;
    check(&world.blogs, body, Some(id))?;
    let now = world.clock.tick();
    let old = world.blogs.posts.get_mut(id)?;
    *old = post(id.to_owned(), body, now);
    Ok(Reply::ok(json!({ "updatedBlogPost": shown(old) })))
}

/// What a post names must exist, and its address be its own.
fn check(blogs: &Blogs, body: &Map<String, Value>, id: Option<&str>) -> Result<(), Reply> {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    blogs.sites.get(text("blogId"))?;
    blogs.authors.get(text("author"))?;
    for category in body["categories"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        blogs.categories.get(category)?;
    }
    if is_taken(blogs, text("urlSlug"), id) {
        return Err(refusal::bad_request(format!("urlSlug {} is already taken", text("urlSlug"))));
    }
    Ok(())
}

/// A post with everything that is kept of it; `body` has the fields of [`POST`].
pub fn post(id: String, body: &Map<String, Value>, now: time::Millis) -> Record {
    let mut post = Record::new();
    merge(&mut post, body);
    let published = body["publishedAt"].as_str().and_then(time::parse_iso).unwrap_or(now);
    post.insert("_id".to_owned(), json!(id));
    post.insert("publishedAt".to_owned(), json!(time::iso(published)));
    post.insert("updatedAt".to_owned(), json!(time::iso(now)));
    post.insert("archived".to_owned(), json!(body["status"] == "ARCHIVED"));
    post.entry("tags").or_insert(json!([]));
    post
}

fn shown(post: &Record) -> Record {
    let mut view = post.clone();
    view.retain(|name, _| !HIDDEN.contains(&name.as_str()));
    view
}
