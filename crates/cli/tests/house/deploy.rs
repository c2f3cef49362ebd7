//! The Dockerfile and docker-compose.yml, as far as they can be held to the tree without an engine.

use serde_yaml::Value;

use crate::none;
use crate::tree::{quoted, read, root, table};

fn compose() -> Value {
    serde_yaml::from_str(&read("docker-compose.yml")).expect("docker-compose.yml is YAML")
}

/// The texts of a list, or none where there is no list.
fn texts(value: &Value) -> Vec<&str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_mapping().into_iter().flat_map(|mapping| mapping.keys()).filter_map(Value::as_str).collect()
}

/// The service called `name`, with its name.
fn services(compose: &Value) -> Vec<(&str, &Value)> {
    names(&compose["services"]).into_iter().map(|name| (name, &compose["services"][name])).collect()
}

#[test]
fn every_service_has_a_health_check_and_starts_again_after_a_crash() {
    let compose = compose();
    let mut wrong = Vec::new();
    for (name, service) in services(&compose) {
        if texts(&service["healthcheck"]["test"]).first() != Some(&"CMD") {
            wrong.push(format!("{name} has no health check that is a command"));
        }
        if service["restart"].as_str() != Some("unless-stopped") {
            wrong.push(format!("{name} is not started again"));
        }
        for other in names(&service["depends_on"]) {
            if service["depends_on"][other]["condition"].as_str() != Some("service_healthy") {
                wrong.push(format!("{name} does not wait until {other} is healthy"));
            }
        }
    }
    assert_eq!(names(&compose["services"]), ["highline", "postgres"]);
    none("services", &wrong);
}

#[test]
fn every_volume_and_secret_that_a_service_names_is_declared_and_every_mounted_file_exists() {
    let compose = compose();
    let mut wrong = Vec::new();
    for (name, service) in services(&compose) {
        for secret in texts(&service["secrets"]) {
            if compose["secrets"][secret].is_null() {
                wrong.push(format!("{name} names the secret {secret}, which is not declared"));
            }
        }
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().unwrap_or_default();
            let known = match source.strip_prefix("./") {
                Some(path) => root().join(path).exists(),
                None => names(&compose["volumes"]).contains(&source),
            };
            if !known {
                wrong.push(format!("{name} mounts {source}, which is not there"));
            }
        }
        for path in
            names(&service["environment"]).into_iter().filter_map(|key| service["environment"][key].as_str())
        {
            if let Some(secret) = path.strip_prefix("/run/secrets/")
                && !texts(&service["secrets"]).contains(&secret)
            {
                wrong.push(format!("{name} reads the secret {secret} without being given it"));
            }
        }
    }
    none("volumes and secrets", &wrong);
}

#[test]
fn every_secret_is_a_file_that_is_documented_made_by_the_script_and_ignored_by_git() {
    let compose = compose();
    let documented = table("deploy/secrets/README.md", "# Secrets of the composed Highline");
    let ignored = read("deploy/secrets/.gitignore");
    let script = read("scripts/make-secrets.sh");
    let mut wrong = Vec::new();
    for name in names(&compose["secrets"]) {
        if compose["secrets"][name]["file"].as_str() != Some(&format!("./deploy/secrets/{name}")) {
            wrong.push(format!("{name} is not the file deploy/secrets/{name}"));
        }
        if !documented.iter().any(|cells| quoted(&cells[0]).contains(name)) {
            wrong.push(format!("deploy/secrets/README.md does not say what {name} is"));
        }
        if !script.contains(&format!("save {name} ")) {
            wrong.push(format!("scripts/make-secrets.sh does not make {name}"));
        }
    }
    assert_eq!(ignored.lines().next(), Some("*"), "git must ignore whatever is put into deploy/secrets");
    none("secrets", &wrong);
}

#[test]
fn no_environment_variable_of_a_service_holds_a_password() {
    let compose = compose();
    let mut wrong = Vec::new();
    for (name, service) in services(&compose) {
        for key in names(&service["environment"]) {
            let is_secret =
                ["PASSWORD", "TOKEN", "SECRET", "KEY", "DATABASE_URL"].iter().any(|word| key.contains(word));
            if is_secret && !key.ends_with("_FILE") {
                wrong.push(format!("{name} has {key} in its environment"));
            }
        }
    }
    none("secrets come from files", &wrong);
}

#[test]
fn the_dockerfile_copies_only_what_there_is_and_what_the_ignore_file_lets_through() {
    let ignore_file = read(".dockerignore");
    let mut wrong = Vec::new();
    let mut copied = Vec::new();
    for line in read("Dockerfile").lines().filter_map(|line| line.strip_prefix("COPY ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0].starts_with("--from=") {
            continue;
        }
        copied.extend(words[..words.len() - 1].iter().map(|word| (*word).to_owned()));
    }
    for source in &copied {
        if !root().join(source).exists() {
            wrong.push(format!("{source} is not there"));
        }
        if !ignore_file.lines().any(|line| line.strip_prefix('!') == Some(source)) {
            wrong.push(format!("{source} is kept away by .dockerignore"));
        }
    }
    for member in crate::tree::members() {
        let top = member.folder.split('/').next().unwrap_or_default().to_owned();
        if !copied.contains(&top) {
            wrong.push(format!("{} is not copied", member.folder));
        }
    }
    none("the Dockerfile", &wrong);
}
