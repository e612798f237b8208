//! `tongban inspect FILE`: what is in an OFD, a PDF, a seal, a stamp, a certificate, a revocation
//! list or a signature; and pictures of an OFD's pages. Judges nothing: that is `verify`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ofd::Limits;
use ofd::read::Document;
use sealing::Inspection;
use serde_json::json;

use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct InspectArgs {
    file: PathBuf,
    /// Draw the pages of an OFD into this folder, as PNG.
    #[arg(long, value_name = "DIR")]
    draw: Option<PathBuf>,
    /// Dots per inch of the pictures.
    #[arg(long, default_value_t = 150.0)]
    dpi: f32,
    /// Draw SVG instead.
    #[arg(long)]
    svg: bool,
    /// For machines.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &InspectArgs) -> Result<ExitCode, Stop> {
    let bytes = std::fs::read(&args.file).map_err(|e| {
        Stop::new(format!(
            "无法读取 / cannot read {}: {e}",
            args.file.display()
        ))
    })?;
    let unreadable = |e: &dyn std::fmt::Display| {
        Stop::new(format!(
            "{}: 无法解读 / unreadable: {e}",
            args.file.display()
        ))
    };
    let drawn = match &args.draw {
        Some(_) => Some(draw(args, &bytes)?),
        None => None,
    };
    let found: Inspection = sealing::inspect(&bytes).map_err(|e| unreadable(&e))?;
    if args.json {
        let mut out = serde_json::to_value(&found).unwrap_or_default();
        if let Some(drawn) = drawn {
            out["drawn"] = drawn;
        }
        println!("{out}");
    } else {
        print!("{}", found.to_text());
        for line in drawn
            .iter()
            .flat_map(|d| d.as_array().into_iter().flatten())
        {
            println!("{}", line["file"].as_str().unwrap_or_default());
            for finding in line["findings"].as_array().into_iter().flatten() {
                let said = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
                println!("  ! {} / {} {}", said("zh"), said("en"), said("detail"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws every page with its seals; what cannot be drawn is told with the page.
fn draw(args: &InspectArgs, bytes: &[u8]) -> Result<serde_json::Value, Stop> {
    let Some(folder) = &args.draw else {
        return Ok(serde_json::Value::Null);
    };
    let failed = |e: &dyn std::fmt::Display| Stop::new(format!("无法绘制 / cannot be drawn: {e}"));
    if !(20.0..=600.0).contains(&args.dpi) {
        return Err(Stop::new("--dpi: 20–600"));
    }
    let document = Document::open(bytes, &Limits::default()).map_err(|e| failed(&e))?;
    let stamps = seals::stamps(bytes);
    std::fs::create_dir_all(folder)
        .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", folder.display())))?;
    let mut all = Vec::new();
    for page in 0..document.page_count() {
        let (name, picture, findings) = if args.svg {
            let drawn = document.draw_svg(page, &stamps).map_err(|e| failed(&e))?;
            (
                format!("page-{}.svg", page + 1),
                drawn.svg.into_bytes(),
                drawn.findings,
            )
        } else {
            let drawn = document
                .draw_png(page, args.dpi, &stamps)
                .map_err(|e| failed(&e))?;
            (format!("page-{}.png", page + 1), drawn.png, drawn.findings)
        };
        let path = folder.join(name);
        std::fs::write(&path, picture)
            .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", path.display())))?;
        let findings: Vec<_> = findings
            .iter()
            .map(|f| json!({ "zh": f.what.zh(), "en": f.what.en(), "detail": f.detail }))
            .collect();
        all.push(json!({ "file": path.display().to_string(), "findings": findings }));
    }
    Ok(all.into())
}
