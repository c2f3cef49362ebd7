//! How long a start spends on reading every manifest in the box and making operations of them.

use std::time::{Duration, Instant};

use highline_connector::{Http, HttpSettings};

const ROUNDS: usize = 51;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider is there already")?;
    let http = Http::new(HttpSettings::default())?;
    let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
    let mut operations = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        operations = highline_apps::catalog(&http, None)?.iter().count();
        times.push(start.elapsed());
    }
    let first = times[0];
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "catalog load: {operations} operations; first {:.1} ms, median {:.1} ms, slowest {:.1} ms of {ROUNDS}",
        ms(first),
        ms(times[ROUNDS / 2]),
        ms(times[ROUNDS - 1])
    );
    Ok(())
}
