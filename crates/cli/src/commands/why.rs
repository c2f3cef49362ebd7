//! `highline why`

use highline_engine::why;

use crate::Outcome;
use crate::args::WhyArgs;
use crate::commands::workflows::unknown;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::existing_store;

pub async fn run(settings: &Settings, args: WhyArgs) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let Some(why) = why(&store, &args.workflow, &args.record).await? else {
        return unknown(&store, &args.workflow).await;
    };
    store.close().await;
    if args.json {
        print::json(&why)?;
    } else {
        for sentence in &why.answer {
            say!("{sentence}");
        }
    }
    Ok(Outcome::Fine)
}
