//! Many clients at once on one case, one block of numbers, one seal.

use journeys::Town;

#[tokio::test(flavor = "multi_thread")]
async fn probe() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let t = std::time::Instant::now();
    for item in ["YSZC", "CJRZ", "JZZ-SL", "JZZ-BL"] {
        let mut good = 0;
        for n in 1..=60 {
            let me = town.person(&format!("u_p{n:02}")).await;
            match town.ready_draft(&me, item, &Default::default()).await {
                Ok(d) => match cases::submit(&me, &d.case_id).await {
                    Ok(_) => good += 1,
                    Err(e) => println!("{item} p{n} {e:?}"),
                },
                Err(e) => println!("{item} p{n} draft {e:?}"),
            }
            if n == 10 && good == 0 { break; }
        }
        println!("{item} {good} {:?}", t.elapsed());
    }
    town.close().await;
}
