//! `highline migrate`

use highline_store::Store;

use crate::Outcome;
use crate::say;
use crate::settings::Settings;

pub async fn run(settings: Settings) -> anyhow::Result<Outcome> {
    let store = Store::open(&settings.store_url()).await?;
    let applied = store.migrate().await?;
    let place = settings.store_place();
    if applied.is_empty() {
        say!("{place} has this version's schema already");
    }
    for name in &applied {
        say!("{place}: applied {name}");
    }
    store.close().await;
    Ok(Outcome::Fine)
}
