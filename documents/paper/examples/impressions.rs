//! Draws some seal impressions into a folder, to be looked at.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: impressions FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let seals = [
        ("云州市公安局", None),
        ("云州市云东区市场监督管理局", Some("电子证照专用章")),
        ("云州市云东区市场监督管理局", None),
        ("云岭省政务服务和数据管理局", Some("受理专用章")),
        (
            "云州市云东区东湖街道办事处社会保障和公共服务中心",
            Some("业务专用章"),
        ),
        ("云州市卫生健康委员会", Some("行政审批专用章")),
    ];
    for (index, (organisation, purpose)) in seals.into_iter().enumerate() {
        let picture = paper::official(&paper::Official {
            organisation: organisation.into(),
            purpose: purpose.map(Into::into),
            diameter_mm: 42.0,
            dpi: 300.0,
        })?;
        std::fs::write(
            folder.join(format!("official_{index}.png")),
            picture.bytes(),
        )?;
    }
    for (index, name) in ["陈䶮", "黄彧", "司马相如", "阿依古丽·买买提", "王小云"]
        .into_iter()
        .enumerate()
    {
        let picture = paper::personal(&paper::Personal {
            name: name.into(),
            edge_mm: 20.0,
            dpi: 300.0,
        })?;
        std::fs::write(
            folder.join(format!("personal_{index}.png")),
            picture.bytes(),
        )?;
    }
    Ok(())
}
