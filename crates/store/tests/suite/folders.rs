use highline_store::FolderRecord;
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, id};

on_both_databases! { a_folder_is_beside_another_of_its_path_while_it_is_seen }

async fn a_folder_is_beside_another_of_its_path_while_it_is_seen(database: TestDatabase) {
    let world = World::new(database).await;
    let store = &world.store;
    let folder = |host: &str, path: &str, workflows: &[&str]| FolderRecord {
        id: format!("{host}:/srv/{path}"),
        path: path.to_owned(),
        workflows: workflows.iter().map(|name| id(name)).collect(),
    };
    let one = folder("one", "workflows", &["a", "b"]);
    for folder in [&one, &folder("two", "workflows", &["b"]), &folder("three", "others", &["c"])] {
        store.keep_folder(folder, at(0)).await.unwrap();
    }
    let beside = |seconds| store.folders_beside("two:/srv/workflows", "workflows", at(seconds));
    assert_eq!(beside(0).await.unwrap(), std::slice::from_ref(&one));
    assert_eq!(beside(1).await.unwrap(), [], "it was seen before that");
    store.see_folder(&one.id, at(9)).await.unwrap();
    assert_eq!(beside(9).await.unwrap(), std::slice::from_ref(&one));
    let less = folder("one", "workflows", &[]);
    store.keep_folder(&less, at(10)).await.unwrap();
    assert_eq!(beside(10).await.unwrap(), [less]);
}
