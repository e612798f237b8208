//! Documents as foreign programs write them, each with habits of its own.

use ofd::Package;

pub const A4: &str = "0 0 210 297";

/// A package under construction: content first, habits around it.
#[derive(Clone)]
pub struct Maker {
    pub package: Package,
}

impl Maker {
    /// One document of one page with this content and these public resources.
    pub fn page(objects: &str, resources: &str) -> Self {
        let layer = format!("<ofd:Layer ID=\"90\">{objects}</ofd:Layer>");
        Self::layers("", A4, &layer, resources)
    }

    /// The same with whole layers, the document's own declarations, and a page size.
    pub fn layers(common: &str, size: &str, layers: &str, resources: &str) -> Self {
        let mut made = Self {
            package: Package::default(),
        };
        made.part("OFD.xml", &root("OFD", "<ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"));
        let area = match size {
            "" => String::new(),
            size => {
                format!("<ofd:PageArea><ofd:PhysicalBox>{size}</ofd:PhysicalBox></ofd:PageArea>")
            }
        };
        made.part("Doc_0/Document.xml", &root("Document", &format!("<ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>{area}<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>{common}</ofd:CommonData><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages>")));
        made.part(
            "Doc_0/PublicRes.xml",
            &root("Res", resources).replacen("<ofd:Res ", "<ofd:Res BaseLoc=\"Res\" ", 1),
        );
        made.part(
            "Doc_0/Pages/Page_0/Content.xml",
            &root("Page", &format!("<ofd:Content>{layers}</ofd:Content>")),
        );
        made
    }

    pub fn part(&mut self, path: &str, content: &str) -> &mut Self {
        self.package.set(path, content.as_bytes().to_vec());
        self
    }

    pub fn bytes(&mut self, path: &str, content: Vec<u8>) -> &mut Self {
        self.package.set(path, content);
        self
    }

    pub fn file(&self) -> Vec<u8> {
        self.package.to_bytes().unwrap()
    }
}

pub fn root(name: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ofd:{name} xmlns:ofd=\"http://www.ofdspec.org/2016\">{inner}</ofd:{name}>"
    )
}

/// Fonts that are named and not embedded, as office programs write them.
pub const FONTS: &str = r#"<ofd:Fonts>
<ofd:Font ID="3" FontName="宋体" FamilyName="宋体"/><ofd:Font ID="4" FontName="楷体_GB2312"/>
<ofd:Font ID="5" FontName="SimHei" FamilyName="黑体" Bold="true"/><ofd:Font ID="6" FontName="方正小标宋简体" Bold="true" Serif="true"/>
<ofd:Font ID="7" FontName="Times New Roman" FamilyName="Times New Roman" Serif="true"/><ofd:Font ID="8" FontName="Courier New" FixedWidth="true"/>
<ofd:Font ID="9" FontName="仿宋" Italic="true"/></ofd:Fonts>"#;

pub fn text(
    font: &str,
    size: f32,
    at: (f32, f32),
    attributes: &str,
    content: &str,
    delta: &str,
) -> String {
    let (x, y) = at;
    let delta = if delta.is_empty() {
        String::new()
    } else {
        format!(" {delta}")
    };
    format!(
        r#"<ofd:TextObject ID="20" Boundary="{x} {y} 180 {h}" Font="{font}" Size="{size}" {attributes}><ofd:TextCode X="0" Y="{size}"{delta}>{content}</ofd:TextCode></ofd:TextObject>"#,
        h = size * 1.3
    )
}

/// Text in every manner.
pub fn texts() -> Maker {
    let mut page = String::new();
    page += &text(
        "6",
        9.0,
        (30.0, 12.0),
        "",
        "关于办理许可事项的通知",
        "DeltaX=\"g 10 12\"",
    );
    page += &text(
        "3",
        4.2,
        (20.0, 30.0),
        "",
        "宋体：云州市行政审批局 Reader&amp;Writer 2026",
        "DeltaX=\"g 11 4.2 g 22 2.1\"",
    );
    page += &text(
        "4",
        4.2,
        (20.0, 38.0),
        "",
        "楷体：食品经营许可证",
        "DeltaX=\"g 9 4.2\"",
    );
    page += &text(
        "5",
        4.2,
        (20.0, 46.0),
        "Weight=\"700\"",
        "黑体加粗：统一社会信用代码",
        "DeltaX=\"g 12 4.2\"",
    );
    page += &text(
        "7",
        4.2,
        (20.0, 54.0),
        "",
        "Times New Roman without positions",
        "",
    );
    page += &text(
        "8",
        4.2,
        (20.0, 62.0),
        "",
        "Courier 0123456789",
        "DeltaX=\"g 17 2.52\"",
    );
    page += &text(
        "9",
        4.2,
        (20.0, 70.0),
        "Italic=\"true\"",
        "仿宋斜体文字",
        "DeltaX=\"g 5 4.2\"",
    );
    page += &text(
        "3",
        4.2,
        (20.0, 78.0),
        "HScale=\"0.6\"",
        "窄字效果",
        "DeltaX=\"g 3 3\"",
    );
    page += &text(
        "3",
        4.2,
        (60.0, 78.0),
        "HScale=\"1.6\"",
        "宽字效果",
        "DeltaX=\"g 3 7\"",
    );
    page += r#"<ofd:TextObject ID="21" Boundary="180 90 10 60" Font="3" Size="5"><ofd:TextCode X="2" Y="5" DeltaY="g 7 6">竖排文字自上而下</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="22" Boundary="20 90 60 8" Font="3" Size="5" CharDirection="90"><ofd:TextCode X="2" Y="1" DeltaX="g 3 6">字向九十</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="23" Boundary="90 90 60 12" Font="3" Size="5" ReadDirection="90"><ofd:TextCode X="2" Y="5">向下</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="24" Boundary="20 110 80 40" CTM="0.866 -0.5 0.5 0.866 0 30" Font="5" Size="8" Alpha="90"><ofd:FillColor Value="200 0 0"/><ofd:TextCode X="0" Y="8" DeltaX="g 5 9">旋转的水印</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="25" Boundary="20 160 170 24" Font="6" Size="18" Stroke="true" LineWidth="0.4"><ofd:FillColor Value="255 240 0"/><ofd:StrokeColor Value="180 0 0"/><ofd:TextCode X="0" Y="18" DeltaX="20 20 20">描边大字</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="26" Boundary="20 190 170 24" Font="6" Size="18" Stroke="true" Fill="false" LineWidth="0.4"><ofd:StrokeColor Value="0 0 180"/><ofd:TextCode X="0" Y="18" DeltaX="20 20 20">空心大字</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="27" Boundary="20 220 170 24" Font="6" Size="18"><ofd:FillColor><ofd:AxialShd StartPoint="0 0" EndPoint="78 0" Extend="3"><ofd:Segment Position="0"><ofd:Color Value="220 0 0"/></ofd:Segment><ofd:Segment Position="1"><ofd:Color Value="0 0 220"/></ofd:Segment></ofd:AxialShd></ofd:FillColor><ofd:TextCode X="0" Y="18" DeltaX="20 20 20">渐变大字</ofd:TextCode></ofd:TextObject>"#;
    page += r#"<ofd:TextObject ID="28" Boundary="20 250 170 8" Font="3" Size="5"><ofd:TextCode X="0" Y="5" DeltaX="5">两行</ofd:TextCode><ofd:TextCode X="30" DeltaX="5 5">接着写</ofd:TextCode><ofd:TextCode X="60" DeltaX="g 3 5">𱍐字𬭎䶮</ofd:TextCode></ofd:TextObject>"#;
    page += &text(
        "77",
        5.0,
        (20.0, 262.0),
        "",
        "字体资源缺失",
        "DeltaX=\"g 5 5\"",
    );
    Maker::page(&page, FONTS)
}

pub fn path(id: u32, boundary: &str, attributes: &str, inner: &str, data: &str) -> String {
    format!(
        "<ofd:PathObject ID=\"{id}\" Boundary=\"{boundary}\" {attributes}>{inner}<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )
}

const STAR: &str = "M 20 0 L 31.8 36.2 L 1 13.8 L 39 13.8 L 8.2 36.2 C";

/// Paths, lines and colours.
pub fn paths() -> Maker {
    let red = "<ofd:FillColor Value=\"220 30 30\"/>";
    let mut page = String::new();
    page += &path(
        30,
        "10 10 40 40",
        "Stroke=\"false\" Fill=\"true\"",
        red,
        STAR,
    );
    page += &path(
        31,
        "60 10 40 40",
        "Stroke=\"false\" Fill=\"true\" Rule=\"Even-Odd\"",
        red,
        STAR,
    );
    page += &path(
        32,
        "110 10 40 40",
        "Fill=\"true\" LineWidth=\"1\" Join=\"Round\"",
        "<ofd:StrokeColor Value=\"0 90 0\"/><ofd:FillColor Value=\"200 255 200\"/>",
        "M 0 20 A 20 20 0 0 1 40 20 A 20 20 0 0 1 20 40",
    );
    page += &path(
        33,
        "160 10 40 40",
        "LineWidth=\"0.8\"",
        "",
        "S 0 0 M 2 38 Q 20 -30 38 38 M 2 20 B 10 0 30 40 38 20",
    );
    for (n, cap) in ["Butt", "Round", "Square"].iter().enumerate() {
        page += &path(
            34,
            &format!("10 {} 80 4", 60 + n * 7),
            &format!("LineWidth=\"3\" Cap=\"{cap}\""),
            "",
            "M 5 2 L 75 2",
        );
    }
    for (n, join) in ["Miter", "Round", "Bevel"].iter().enumerate() {
        page += &path(
            35,
            &format!("{} 58 25 25", 100 + n * 30),
            &format!("LineWidth=\"4\" Join=\"{join}\" MiterLimit=\"10\""),
            "",
            "M 4 22 L 12 5 L 20 22",
        );
    }
    page += &path(
        36,
        "10 85 180 2",
        "LineWidth=\"0.6\" DashPattern=\"4 2 1 2\"",
        "",
        "M 0 1 L 180 1",
    );
    page += &path(37, "10 90 180 2", "DrawParam=\"41\"", "", "M 0 1 L 180 1");
    // A level line with a boundary of no height, as many programs write it.
    page += &path(38, "10 95 180 0", "LineWidth=\"0.5\"", "", "M 0 0 L 180 0");
    // Larger than its boundary: cut off.
    page += &path(
        39,
        "10 105 30 20",
        "Stroke=\"false\" Fill=\"true\"",
        red,
        "M -50 -50 L 100 -50 L 100 100 L -50 100 C",
    );
    let colours = [
        "Value=\"128\" ColorSpace=\"51\"",
        "Value=\"0 255 255 0\" ColorSpace=\"52\"",
        "Index=\"1\" ColorSpace=\"53\"",
        "Value=\"#00 #80 #FF\"",
        "Value=\"0 200 0\" Alpha=\"100\"",
        "Value=\"65535 0 65535\" ColorSpace=\"54\"",
        "",
    ];
    for (n, colour) in colours.iter().enumerate() {
        page += &path(
            40,
            &format!("{} 105 18 18", 45 + n * 21),
            "Stroke=\"false\" Fill=\"true\"",
            &format!("<ofd:FillColor {colour}/>"),
            "M 0 0 L 18 0 L 18 18 L 0 18 C",
        );
    }
    // Two circles fading as one object, and two each for itself.
    let two = "M 10 0 A 10 10 0 1 1 9.9 0 C M 20 0 A 10 10 0 1 1 19.9 0 C";
    page += &path(
        42,
        "10 135 40 20",
        "Alpha=\"120\" Fill=\"true\" LineWidth=\"2\"",
        "<ofd:FillColor Value=\"0 0 200\"/><ofd:StrokeColor Value=\"200 0 0\"/>",
        two,
    );
    page += &path(
        43,
        "60 135 40 20",
        "Fill=\"true\" LineWidth=\"2\"",
        "<ofd:FillColor Value=\"0 0 200\" Alpha=\"120\"/><ofd:StrokeColor Value=\"200 0 0\" Alpha=\"120\"/>",
        two,
    );
    // Turned and stretched.
    page += &path(
        44,
        "110 130 80 40",
        "CTM=\"1.5 0.5 -0.5 1 20 0\" LineWidth=\"1\"",
        "",
        "M 0 0 L 30 0 L 30 20 L 0 20 C",
    );
    page += &path(
        45,
        "10 170 30 10",
        "Visible=\"false\" Fill=\"true\"",
        red,
        "M 0 0 L 30 0 L 30 10 L 0 10 C",
    );
    page += &path(46, "50 170 30 10", "", "", "M 0 0 L 30 10 X 4");
    Maker::page(
        &page,
        r#"<ofd:ColorSpaces><ofd:ColorSpace ID="51" Type="GRAY"/><ofd:ColorSpace ID="52" Type="CMYK" BitsPerComponent="8"/><ofd:ColorSpace ID="53" Type="RGB"><ofd:Palette><ofd:CV>0 0 0</ofd:CV><ofd:CV>250 160 0</ofd:CV></ofd:Palette></ofd:ColorSpace><ofd:ColorSpace ID="54" Type="RGB" BitsPerComponent="16"/></ofd:ColorSpaces><ofd:DrawParams><ofd:DrawParam ID="41" Relative="40"><ofd:StrokeColor Value="0 0 255"/></ofd:DrawParam><ofd:DrawParam ID="40" Relative="41" LineWidth="1.5" DashPattern="6 3"/></ofd:DrawParams>"#,
    )
}

pub fn shading(kind: &str, attributes: &str) -> String {
    format!(
        "<ofd:FillColor><ofd:{kind} {attributes}><ofd:Segment Position=\"0\"><ofd:Color Value=\"255 0 0\"/></ofd:Segment><ofd:Segment><ofd:Color Value=\"255 255 0\"/></ofd:Segment><ofd:Segment Position=\"1\"><ofd:Color Value=\"0 0 255\"/></ofd:Segment></ofd:{kind}></ofd:FillColor>"
    )
}

/// Gradients and patterns.
pub fn shadings() -> Maker {
    let full = "M 0 0 L 80 0 L 80 30 L 0 30 C";
    let filled = "Stroke=\"false\" Fill=\"true\"";
    let mut page = String::new();
    let axial = [
        "StartPoint=\"20 0\" EndPoint=\"60 0\"",
        "StartPoint=\"20 0\" EndPoint=\"60 0\" Extend=\"3\"",
        "StartPoint=\"20 0\" EndPoint=\"60 30\" Extend=\"1\"",
        "StartPoint=\"0 0\" EndPoint=\"80 0\" MapType=\"Repeat\" MapUnit=\"20\"",
        "StartPoint=\"0 0\" EndPoint=\"80 0\" MapType=\"Reflect\" MapUnit=\"20\" Extend=\"2\"",
    ];
    for (n, attributes) in axial.iter().enumerate() {
        let at = format!("{} {} 80 30", 15 + n % 2 * 95, 10 + n / 2 * 35);
        page += &path(60, &at, filled, &shading("AxialShd", attributes), full);
    }
    let radial = [
        "StartPoint=\"40 15\" StartRadius=\"0\" EndPoint=\"40 15\" EndRadius=\"15\"",
        "StartPoint=\"30 15\" StartRadius=\"3\" EndPoint=\"40 15\" EndRadius=\"20\" Extend=\"3\"",
        "StartPoint=\"40 15\" StartRadius=\"15\" EndPoint=\"40 15\" EndRadius=\"2\" Extend=\"2\"",
        "StartPoint=\"40 15\" EndPoint=\"40 15\" EndRadius=\"30\" Eccentricity=\"0.9\" Angle=\"30\"",
    ];
    for (n, attributes) in radial.iter().enumerate() {
        let at = format!("{} {} 80 30", 15 + n % 2 * 95, 115 + n / 2 * 35);
        page += &path(61, &at, filled, &shading("RadialShd", attributes), full);
    }
    let cell = "<ofd:CellContent><ofd:PathObject ID=\"70\" Boundary=\"0 0 6 6\" Stroke=\"false\" Fill=\"true\"><ofd:FillColor Value=\"200 0 0\"/><ofd:AbbreviatedData>M 0 0 L 5 0 L 0 5 C</ofd:AbbreviatedData></ofd:PathObject></ofd:CellContent>";
    for (n, method) in ["Normal", "Row", "Column", "RowAndColumn"]
        .iter()
        .enumerate()
    {
        let at = format!("{} 190 40 40", 15 + n * 45);
        let colour = format!(
            "<ofd:FillColor><ofd:Pattern Width=\"6\" Height=\"6\" XStep=\"7\" YStep=\"7\" ReflectMethod=\"{method}\">{cell}</ofd:Pattern></ofd:FillColor>"
        );
        page += &path(
            62,
            &at,
            "Fill=\"true\"",
            &colour,
            "M 20 0 A 20 20 0 1 1 19.9 0 C",
        );
    }
    let mesh = "<ofd:FillColor><ofd:GouraudShd><ofd:Point X=\"0\" Y=\"0\"><ofd:Color Value=\"255 0 0\"/></ofd:Point><ofd:Point X=\"10\" Y=\"0\"><ofd:Color Value=\"1 0 254\"/></ofd:Point></ofd:GouraudShd></ofd:FillColor>";
    page += &path(63, "15 240 30 20", filled, mesh, "M 0 0 L 30 0 L 15 20 C");
    Maker::page(&page, "")
}
