//! Whole documents with foreign habits: templates, annotations, composites, embedded fonts.

use ofd::Package;

use crate::corpus::{FONTS, Maker, root, text};

fn block(id: u32, boundary: &str, colour: &str, attributes: &str) -> String {
    let sides: Vec<f32> = boundary.split(' ').map(|n| n.parse().unwrap()).collect();
    let (w, h) = (sides[2], sides[3]);
    format!(
        "<ofd:PathObject ID=\"{id}\" Boundary=\"{boundary}\" Stroke=\"false\" Fill=\"true\" {attributes}><ofd:FillColor Value=\"{colour}\"/><ofd:AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</ofd:AbbreviatedData></ofd:PathObject>"
    )
}

/// Two documents; absolute paths, other letters' case, `./`, backslashes; templates above and
/// below, layers out of order, a page without an area, resources of the page, a composite that
/// holds itself, annotations of every kind.
pub fn structure() -> Maker {
    let mut made = Maker {
        package: Package::default(),
    };
    let info = "<ofd:DocInfo><ofd:DocID>aa</ofd:DocID><ofd:Title>多页文件</ofd:Title><ofd:Creator>某某软件</ofd:Creator><ofd:CustomDatas><ofd:CustomData Name=\"类别\">通知</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo>";
    made.part("OFD.xml", &root("OFD", &format!("<ofd:DocBody>{info}<ofd:DocRoot>/Main/Document.xml</ofd:DocRoot></ofd:DocBody><ofd:DocBody><ofd:DocRoot>./Second\\Document.xml</ofd:DocRoot></ofd:DocBody>")));
    let common = "<ofd:PageArea><ofd:PhysicalBox>0 0 120 80</ofd:PhysicalBox></ofd:PageArea><ofd:TemplatePage ID=\"9\" ZOrder=\"Foreground\" BaseLoc=\"/Main/Tpls/Front.xml\"/><ofd:DocumentRes>./RES.xml</ofd:DocumentRes><ofd:TemplatePage ID=\"8\" BaseLoc=\"tpls/back.xml\"/><ofd:PublicRes>Lost.xml</ofd:PublicRes>";
    made.part("Main/Document.xml", &root("Document", &format!("<ofd:Annotations>Annots/List.xml</ofd:Annotations><ofd:Pages><ofd:Page ID=\"11\" BaseLoc=\"/Main/pages/1.xml\"/><ofd:Page ID=\"12\" BaseLoc=\"Pages\\2.xml\"/><ofd:Page ID=\"13\" BaseLoc=\"Pages/3.xml\"/></ofd:Pages><ofd:CommonData>{common}</ofd:CommonData><ofd:Attachments>/Main/Attachs/List.xml</ofd:Attachments>")));
    made.part("Main/Attachs/List.xml", &root("Attachments", "<ofd:Attachment ID=\"1\" Name=\"数据\" Format=\"xml\"><ofd:FileLoc>data.xml</ofd:FileLoc></ofd:Attachment><ofd:Attachment ID=\"2\" Name=\"gone\"><ofd:FileLoc>/x.bin</ofd:FileLoc></ofd:Attachment>"));
    made.part("Main/Attachs/data.xml", "<a/>");
    made.part("Main/Res.xml", &root("Res", &format!("{FONTS}<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID=\"61\" Width=\"10\" Height=\"10\"><ofd:Content>{}<ofd:CompositeObject ID=\"62\" Boundary=\"12 0 40 10\" ResourceID=\"61\" CTM=\"0.8 0 0 0.8 0 0\"/></ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>", block(60, "0 0 10 10", "0 120 0", ""))));
    // Below all: yellow. Above all: a red corner.
    made.part(
        "Main/Tpls/Back.xml",
        &root(
            "Page",
            &format!(
                "<ofd:Content><ofd:Layer ID=\"1\">{}{}</ofd:Layer></ofd:Content>",
                block(2, "0 0 120 80", "255 250 220", ""),
                text("3", 3.0, (4.0, 2.0), "", "模板文字", "DeltaX=\"3 3 3\"")
            ),
        ),
    );
    made.part(
        "Main/Tpls/Front.xml",
        &root(
            "Page",
            &format!(
                "<ofd:Content><ofd:Layer ID=\"3\">{}</ofd:Layer></ofd:Content>",
                block(4, "100 0 20 20", "220 0 0", "")
            ),
        ),
    );
    // The body (blue) lies on the background (grey), though it is written first.
    let layers = format!(
        "<ofd:Layer ID=\"20\" Type=\"Foreground\">{}</ofd:Layer><ofd:Layer ID=\"21\">{}</ofd:Layer><ofd:Layer ID=\"22\" Type=\"Background\">{}</ofd:Layer>",
        block(23, "30 30 20 20", "0 0 0", ""),
        block(24, "20 20 20 20", "0 0 255", "")
            + &block(25, "90 10 20 20", "0 0 255", "")
            + "<ofd:PageBlock ID=\"26\"><ofd:CompositeObject ID=\"27\" Boundary=\"60 40 60 10\" ResourceID=\"61\"/><ofd:FilmObject ID=\"5\"/></ofd:PageBlock>"
            + &text("3", 4.0, (10.0, 60.0), "", "正文", "DeltaX=\"4\"")
            + "<ofd:PathObject ID=\"28\" Boundary=\"10 70 30 2\" DrawParam=\"71\"><ofd:AbbreviatedData>M 0 1 L 30 1</ofd:AbbreviatedData></ofd:PathObject>",
        block(29, "10 10 20 20", "150 150 150", ""),
    );
    made.part("Main/Pages/1.xml", &root("Page", &format!("<ofd:Template TemplateID=\"9\" ZOrder=\"Foreground\"/><ofd:Template TemplateID=\"8\" ZOrder=\"Background\"/><ofd:Template TemplateID=\"7\"/><ofd:PageRes>1_res.xml</ofd:PageRes><ofd:Content>{layers}</ofd:Content>")));
    made.part("Main/Pages/1_Res.xml", &root("Res", "<ofd:DrawParams><ofd:DrawParam ID=\"71\" LineWidth=\"2\"><ofd:StrokeColor Value=\"200 0 200\"/></ofd:DrawParam></ofd:DrawParams>"));
    made.part(
        "Main/Pages/2.xml",
        &root(
            "Page",
            "<ofd:Area><ofd:PhysicalBox>0 0 50 90</ofd:PhysicalBox></ofd:Area>",
        ),
    );
    made.part(
        "Main/Annots/List.xml",
        &root(
            "Annotations",
            "<ofd:Page PageID=\"11\"><ofd:FileLoc>Page_1/Annot.xml</ofd:FileLoc></ofd:Page>",
        ),
    );
    let annotation = |kind: &str, attributes: &str, boundary: &str, inner: &str| {
        format!(
            "<ofd:Annot ID=\"90\" Type=\"{kind}\" {attributes}><ofd:Remark>x</ofd:Remark><ofd:Appearance Boundary=\"{boundary}\">{inner}</ofd:Appearance></ofd:Annot>"
        )
    };
    made.part("Main/Annots/Page_1/Annot.xml", &root("PageAnnot", &[
        annotation("Watermark", "", "60 20 40 20", "<ofd:TextObject ID=\"91\" Boundary=\"0 0 40 20\" CTM=\"0.9 -0.3 0.3 0.9 0 12\" Font=\"3\" Size=\"6\" Alpha=\"100\"><ofd:FillColor Value=\"255 0 0\"/><ofd:TextCode X=\"0\" Y=\"6\" DeltaX=\"g 3 7\">仅供测试</ofd:TextCode></ofd:TextObject>"),
        annotation("Highlight", "Subtype=\"Highlight\"", "10 60 12 5", &block(92, "0 0 12 5", "255 255 0", "Alpha=\"100\"")),
        annotation("Stamp", "Visible=\"false\"", "0 0 120 80", &block(93, "0 0 120 80", "0 0 0", "")),
        // Larger than its boundary: cut off.
        annotation("Path", "", "80 60 10 10", &block(94, "-50 -50 100 100", "0 200 200", "")),
    ].concat()));
    made.part(
        "Second/Document.xml",
        &root(
            "Document",
            "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Page.xml\"/></ofd:Pages>",
        ),
    );
    made.part(
        "Second/Page.xml",
        &root(
            "Page",
            &format!(
                "<ofd:Content><ofd:Layer>{}</ofd:Layer></ofd:Content>",
                block(5, "10 10 50 50", "0 0 0", "")
            ),
        ),
    );
    made
}

/// The bold Song face that `paper` ships: OpenType with CFF outlines.
pub fn song() -> &'static [u8] {
    paper::serif_bold().raw_face().data
}

/// A TrueType face.
pub fn plain() -> &'static [u8] {
    paper::shipped_and_installed()[0].data()
}

/// The numbers of characters in a face.
pub fn glyphs(face: &ttf_parser::Face, text: &str) -> String {
    let ids = text
        .chars()
        .map(|c| face.glyph_index(c).unwrap().0.to_string());
    ids.collect::<Vec<_>>().join(" ")
}

/// Embedded fonts of every kind, and glyphs by number.
pub fn fonts() -> Maker {
    let serif = paper::serif_bold();
    let sans = paper::shipped_and_installed()[0].parsed();
    let numbered = |position: u32, codes: usize, ids: &str| {
        let count = ids.split(' ').count();
        format!(
            "<ofd:CGTransform CodePosition=\"{position}\" CodeCount=\"{codes}\" GlyphCount=\"{count}\"><ofd:Glyphs>{ids}</ofd:Glyphs></ofd:CGTransform>"
        )
    };
    let object = |y: u32, font: u32, before: &str, code: &str, content: &str| {
        format!(
            "<ofd:TextObject ID=\"{y}\" Boundary=\"15 {y} 180 14\" Font=\"{font}\" Size=\"10\">{before}<ofd:TextCode X=\"0\" Y=\"10\" {code}>{content}</ofd:TextCode></ofd:TextObject>"
        )
    };
    let mut page = String::new();
    page += &object(10, 31, "", "DeltaX=\"g 5 11\"", "嵌入宋体字形");
    page += &object(25, 32, "", "DeltaX=\"g 5 11\"", "嵌入黑体字形");
    // A bare CFF font has no character map: its glyphs come by number.
    page += &object(
        40,
        33,
        &numbered(0, 4, &glyphs(serif, "裸字形表")),
        "DeltaX=\"g 3 11\"",
        "裸字形表",
    );
    // The text says one thing and shows another, as subset fonts of converted files do.
    page += &object(
        55,
        31,
        &numbered(0, 2, &glyphs(serif, "一二")),
        "DeltaX=\"g 3 11\"",
        "??三四",
    );
    // Two characters are one glyph; one character is two glyphs.
    page += &object(
        70,
        32,
        &(numbered(1, 2, &glyphs(sans, "㎏")) + &numbered(3, 1, &glyphs(sans, "AB"))),
        "DeltaX=\"11 5 5 11\"",
        "重kg X",
    );
    page += &object(85, 32, &numbered(0, 1, "65535"), "DeltaX=\"11\"", "坏字");
    page += &object(100, 34, "", "DeltaX=\"g 3 11\"", "坏的字体");
    page += &object(115, 32, "", "DeltaX=\"g 5 11\"", "缺字䶮𬭎补");
    page += &object(130, 35, "", "", "字体文件丢失");
    // Beyond the basic plane with steps by halves.
    page += &object(145, 36, "", "DeltaX=\"11 5.5 5.5 11\"", "甲𬭎乙丙");
    page += &object(160, 32, "", "DeltaX=\"g 5 11\" ", "加粗斜体字形")
        .replace("Size=", "Weight=\"800\" Italic=\"true\" Size=");
    let font = |id: u32, name: &str, file: &str| {
        let file = if file.is_empty() {
            String::new()
        } else {
            format!("<ofd:FontFile>{file}</ofd:FontFile>")
        };
        format!("<ofd:Font ID=\"{id}\" FontName=\"{name}\">{file}</ofd:Font>")
    };
    let fonts = [
        font(31, "ABCDEF+SimSun", "font_31.otf"),
        font(32, "黑体", "font_32.ttf"),
        font(33, "Bare", "font_33.cff"),
        font(34, "Broken", "font_34.ttf"),
        font(35, "Lost", "font_35.ttf"),
        font(36, "Noto Sans CJK SC", ""),
    ];
    let mut made = Maker::page(&page, &format!("<ofd:Fonts>{}</ofd:Fonts>", fonts.concat()));
    made.bytes("Doc_0/Res/font_31.otf", song().to_vec());
    made.bytes("Doc_0/Res/font_32.ttf", plain().to_vec());
    let bare = serif
        .raw_face()
        .table(ttf_parser::Tag::from_bytes(b"CFF "))
        .unwrap();
    made.bytes("Doc_0/Res/font_33.cff", bare.to_vec());
    made.bytes("Doc_0/Res/font_34.ttf", plain()[..4_000].to_vec());
    made
}
