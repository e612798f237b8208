//! Draws seal impressions of every kind into a folder, to be looked at.

use std::error::Error;
use std::path::{Path, PathBuf};

use paper::{BlockSeal, Official, Oval, Personal, Picture};

const NAMES: [&str; 6] = [
    "云州公安",
    "云州市公安局",
    "云州市卫生健康委员会",
    "云州市云东区市场监督管理局",
    "云州市云东区东湖街道办事处社会保障和公共服务中心",
    "云岭省云州市云东区东湖街道办事处社会保障退役军人服务和综合便民公共服务管理中心站点",
];
const CODE: &str = "9901020012345";
const DPI: f32 = 362.0;

fn save(folder: &Path, name: &str, picture: &Picture) -> std::io::Result<()> {
    std::fs::write(folder.join(format!("{name}.png")), picture.bytes())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: impressions FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (index, organisation) in NAMES.into_iter().enumerate() {
        let organisation: String = organisation.chars().take(40).collect();
        for (kind, purpose, digits) in [
            ("plain", None, ""),
            ("purpose", Some("电子证照专用章"), ""),
            ("code", Some("受理专用章"), CODE),
            ("bare-code", None, CODE),
        ] {
            let picture = paper::official(&Official {
                organisation: organisation.clone(),
                purpose: purpose.map(Into::into),
                digits: digits.into(),
                diameter_mm: 42.0,
                dpi: DPI,
            })?;
            save(&folder, &format!("official-{kind}-{index}"), &picture)?;
        }
        for (kind, purpose, digits) in [
            ("plain", "业务专用章", ""),
            ("code", "行政审批专用章", CODE),
        ] {
            let oval = paper::oval(&Oval {
                organisation: organisation.clone(),
                purpose: purpose.into(),
                digits: digits.into(),
                width_mm: 40.0,
                height_mm: 30.0,
                dpi: DPI,
            })?;
            save(&folder, &format!("oval-{kind}-{index}"), &oval)?;
            for (shape, width_mm, height_mm) in [("square", 40.0, 40.0), ("strip", 50.0, 25.0)] {
                let block = paper::block_seal(&BlockSeal {
                    organisation: organisation.clone(),
                    purpose: purpose.into(),
                    digits: digits.into(),
                    width_mm,
                    height_mm,
                    dpi: DPI,
                })?;
                save(&folder, &format!("{shape}-{kind}-{index}"), &block)?;
            }
        }
    }
    for (index, name) in ["陈䶮", "黄彧", "司马相如", "阿依古丽·买买提", "王小云"]
        .into_iter()
        .enumerate()
    {
        let picture = paper::personal(&Personal {
            name: name.into(),
            edge_mm: 20.0,
            dpi: 600.0,
        })?;
        save(&folder, &format!("personal-{index}"), &picture)?;
    }
    Ok(())
}
