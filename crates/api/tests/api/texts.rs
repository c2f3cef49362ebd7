//! Texts of workflows over HTTP: checked, saved, written into their files, compared, deleted.

use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::world::{World, answer};

const FIRST: &str =
    "# kept\r\nname: Say it twice\ntrigger: manual\nsteps: [{ set: { a: 1 } }]   # as typed\n";

impl World {
    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.http.put(self.url(path)).json(&body)).await
    }

    async fn delete(&self, path: &str) -> u16 {
        self.http.delete(self.url(path)).send().await.unwrap().status().as_u16()
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

async fn a_text_is_checked_and_nothing_is_kept(database: TestDatabase) {
    let world = World::new(database).await;
    let check = |source: &str| world.post("/api/v1/workflows/check", json!({ "source": source }));
    let (status, right) = check(FIRST).await;
    assert_eq!((status, &right["diagnostics"]), (200, &json!([])));
    let workflow = &right["workflow"];
    assert_eq!((&workflow["id"], &workflow["trigger"]["kind"]), (&json!("say-it-twice"), &json!("manual")));
    assert_eq!(
        (&workflow["outline"][0]["kind"], &workflow["outline"][0]["line"]),
        (&json!("set"), &json!(4))
    );
    let (status, wrong) =
        check("trigger: manual\nsteps:\n  - { use: fake.things.updat }\n  - { wait: { for: long } }\n").await;
    assert_eq!((status, &wrong["workflow"]), (200, &Value::Null));
    let found = &wrong["diagnostics"][0];
    let place = json!([found["line"], found["column"], found["end_line"], found["end_column"]]);
    assert_eq!((place, &found["severity"]), (json!([3, 12, 3, 29]), &json!("error")), "{wrong}");
    assert_eq!(found["help"], "did you mean `fake.things.update`?");
    assert!(wrong["diagnostics"].as_array().unwrap().len() >= 2, "all of them: {wrong}");
    assert_eq!(world.get("/api/v1/workflows").await.1["workflows"].as_array().unwrap().len(), 1);
}

async fn a_workflow_is_made_changed_and_rolled_back_in_its_file(database: TestDatabase) {
    let world = World::new(database).await;
    let new = json!({ "source": FIRST, "file": true });
    let (status, made) = world.post("/api/v1/workflows", new.clone()).await;
    assert_eq!((status, &made["workflow"]["id"]), (201, &json!("say-it-twice")), "{made}");
    let file = world.file("say-it-twice.yaml");
    assert_eq!(made["written_to"], file.display().to_string());
    assert_eq!(std::fs::read(&file).unwrap(), FIRST.as_bytes());
    assert_eq!(world.post("/api/v1/workflows", new).await.0, 409);
    let path = "/api/v1/workflows/say-it-twice";
    let (_, shown) = world.get(path).await;
    assert_eq!(shown["workflow"]["file_writable"], true);
    let second = FIRST.replace("a: 1", "a: 2");
    let edit = |source: &str, base: i32| json!({ "source": source, "base_revision": base });
    let (status, saved) = world.put(path, edit(&second, 1)).await;
    assert_eq!((status, &saved["workflow"]["revision"], &saved["changed"]), (200, &json!(2), &json!(true)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), second);
    let (status, late) = world.put(path, edit(FIRST, 1)).await;
    assert_eq!((status, &late["error"]["code"]), (409, &json!("conflict")));
    let (status, wrong) = world.put(path, edit("steps: [{ st: 1 }, { nothing: 1 }]", 2)).await;
    assert_eq!((status, &wrong["error"]["code"]), (422, &json!("invalid_workflow")));
    assert!(wrong["error"]["details"]["diagnostics"].as_array().unwrap().len() > 2, "{wrong}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), second, "a wrong text changes nothing");
    let (_, diff) = world.get(&format!("{path}/diff?from=1&to=2")).await;
    let lines = diff["diff"]["lines"].as_array().unwrap();
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["same", "same", "same", "removed", "added"]);
    assert_eq!((&lines[4]["new"], &lines[4]["old"]), (&json!(4), &Value::Null));
    let (_, old) = world.get(&format!("{path}/revisions/1")).await;
    assert_eq!(old["revision"]["source"], FIRST);
    let (status, _) = world.put(path, edit(old["revision"]["source"].as_str().unwrap(), 2)).await;
    assert_eq!((status, std::fs::read_to_string(&file).unwrap().as_str()), (200, FIRST));
    let (_, list) = world.get(&format!("{path}/revisions?limit=2")).await;
    assert_eq!((&list["revisions"][0]["number"], &list["next"]), (&json!(3), &json!(2)));
    assert!(list["revisions"][0]["by"].is_string());
    for wrong in ["/revisions/9", "/revisions/x", "/diff?from=1&to=9"] {
        assert_eq!(world.get(&format!("{path}{wrong}")).await.0, 404, "{wrong}");
    }
    let rest: Vec<_> =
        std::fs::read_dir(world.folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(rest, [file], "nothing is left beside it");
}

async fn what_was_changed_in_the_file_is_not_lost(database: TestDatabase) {
    let world = World::new(database).await;
    world.post("/api/v1/workflows", json!({ "source": FIRST, "id": "two", "file": true })).await;
    let draft = "# half of an idea";
    std::fs::write(world.file("two.yaml"), draft).unwrap();
    let (_, shown) = world.get("/api/v1/workflows/two").await;
    assert_eq!(
        (&shown["workflow"]["source"], &shown["workflow"]["file_text"]),
        (&json!(FIRST), &json!(draft))
    );
    let mut edit = json!({ "source": FIRST.replace("a: 1", "a: 3") });
    let (status, refused) = world.put("/api/v1/workflows/two", edit.clone()).await;
    assert_eq!(status, 409, "{refused}");
    assert_eq!(std::fs::read_to_string(world.file("two.yaml")).unwrap(), draft);
    edit["overwrite"] = json!(true);
    assert_eq!(world.put("/api/v1/workflows/two", edit.clone()).await.0, 200);
    std::fs::remove_file(world.file("two.yaml")).unwrap();
    edit["source"] = json!(FIRST.replace("a: 1", "a: 4"));
    let (status, saved) = world.put("/api/v1/workflows/two", edit.clone()).await;
    assert_eq!(
        (status, saved["written_to"].is_string()),
        (200, true),
        "a file that is gone comes back: {saved}"
    );
    assert_eq!(std::fs::read_to_string(world.file("two.yaml")).unwrap(), edit["source"].as_str().unwrap());
    let mut permissions = std::fs::metadata(world.file("two.yaml")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(world.file("two.yaml"), permissions).unwrap();
    let (status, refused) = world.put("/api/v1/workflows/two", json!({ "source": FIRST })).await;
    assert_eq!(status, 409);
    assert!(refused["error"]["message"].as_str().unwrap().contains("cannot write"), "{refused}");
}

async fn of_two_who_save_over_one_revision_at_two_nodes_one_is_told(database: TestDatabase) {
    let world = World::new(database).await;
    let beside = world.beside().await;
    let at = |port: &str, path: &str| format!("http://{port}/api/v1/workflows{path}");
    let nodes = [world.server.address().to_string(), beside.address().to_string()];
    for round in 0..5 {
        let id = format!("w{round}");
        let text = |number: usize| FIRST.replace("a: 1", &format!("a: {number}"));
        let create = async |node: &str, number| {
            let new = json!({ "source": text(number), "id": id, "file": true });
            answer(world.http.post(at(node, "")).json(&new)).await.0
        };
        let save = async |node: &str, number| {
            let edit = json!({ "source": text(number), "base_revision": 1 });
            answer(world.http.put(at(node, &format!("/{id}"))).json(&edit)).await.0
        };
        let made = tokio::join!(create(&nodes[0], 1), create(&nodes[1], 2));
        let saved = tokio::join!(save(&nodes[0], 3), save(&nodes[1], 4));
        assert_eq!((made.0 + made.1, saved.0 + saved.1), (201 + 409, 200 + 409), "{made:?} {saved:?}");
        let (_, shown) = world.get(&format!("/api/v1/workflows/{id}")).await;
        let text = shown["workflow"]["source"].as_str().unwrap();
        assert_eq!(std::fs::read_to_string(world.file(&format!("{id}.yaml"))).unwrap(), text);
    }
}

async fn a_workflow_without_a_file_is_kept_in_the_database(database: TestDatabase) {
    let world = World::new(database).await;
    let new = json!({ "source": FIRST, "id": "two", "file": false });
    let (status, made) = world.post("/api/v1/workflows", new).await;
    assert_eq!((status, &made["written_to"]), (201, &Value::Null));
    let (_, shown) = world.get("/api/v1/workflows/two").await;
    assert_eq!((&shown["workflow"]["origin"], &shown["workflow"]["file"]), (&json!("api"), &Value::Null));
    let nameless = json!({ "source": "trigger: manual\nsteps: [{ set: { a: 1 } }]" });
    let (status, refused) = world.post("/api/v1/workflows", nameless).await;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("bad_request")));
    let wrong = json!({ "source": FIRST, "id": "No Id" });
    assert_eq!(world.post("/api/v1/workflows", wrong).await.0, 400);
    assert_eq!(world.put("/api/v1/workflows/none", json!({ "source": FIRST })).await.0, 404);
}

async fn a_workflow_is_deleted_with_its_file_when_its_runs_are_over(database: TestDatabase) {
    let world = World::new(database).await;
    world.post("/api/v1/workflows", json!({ "source": FIRST, "id": "two", "file": true })).await;
    let (_, run) = world.post("/api/v1/workflows/two/start", json!({})).await;
    assert_eq!(world.delete("/api/v1/workflows/two").await, 409, "it has a run that is not over");
    assert!(world.file("two.yaml").exists());
    world.post(&format!("/api/v1/runs/{}/cancel", run["run"]["id"].as_str().unwrap()), Value::Null).await;
    let (_, shown) = world.get("/api/v1/workflows/two").await;
    assert_eq!(shown["workflow"]["last_run"]["state"], "cancelled");
    assert_eq!(shown["workflow"]["runs_24h"], json!({ "total": 1, "succeeded": 0, "failed": 0 }));
    assert_eq!(world.delete("/api/v1/workflows/two").await, 204);
    assert!(!world.file("two.yaml").exists());
    assert_eq!(world.delete("/api/v1/workflows/two").await, 404);
    let again = json!({ "source": FIRST.replace("a: 1", "b: 1"), "id": "two", "file": false });
    let (_, made) = world.post("/api/v1/workflows", again).await;
    assert_eq!(made["workflow"]["revision"], 2, "a number means one text for ever");
    assert_eq!(world.post("/api/v1/workflows/two/start", json!({})).await.0, 201);
}

on_both_databases!(
    a_text_is_checked_and_nothing_is_kept,
    a_workflow_is_made_changed_and_rolled_back_in_its_file,
    what_was_changed_in_the_file_is_not_lost,
    of_two_who_save_over_one_revision_at_two_nodes_one_is_told,
    a_workflow_without_a_file_is_kept_in_the_database,
    a_workflow_is_deleted_with_its_file_when_its_runs_are_over,
);
