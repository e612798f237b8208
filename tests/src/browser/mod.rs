//! A person before a browser: Chromium at the size of a desk or of a phone.
//!
//! Nothing here waits for a time; everything waits for what it needs, as long as [`PATIENCE`].

mod cdp;
mod driver;

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::PrintConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use cdp::Extra;
use driver::Driver;

/// How long a condition may take on a slow machine before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(25);

/// Width and height of a screen in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u32, pub u32);

/// A desktop screen.
pub const DESKTOP: Size = Size(1280, 900);
/// A phone.
pub const PHONE: Size = Size(390, 844);
/// The narrowest screen that is served.
pub const NARROW: Size = Size(320, 640);

/// What a phone's browser calls itself.
const PHONE_AGENT: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";

/// An open browser on one site. End it with [`Browser::close`].
pub struct Browser {
    client: Client,
    base: String,
    driver: Driver,
    size: Mutex<Size>,
}

impl Browser {
    /// Opens a browser with no cookies, as large as this.
    pub async fn open(base: &str, size: Size) -> Self {
        let mut driver = Driver::start();
        let mut args = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--force-color-profile=srgb".to_owned(),
            "--lang=zh-CN".to_owned(),
            "--force-prefers-reduced-motion".to_owned(),
        ];
        if size.0 < 720 {
            args.push(format!("--user-agent={PHONE_AGENT}"));
        }
        let mut capabilities = Map::new();
        capabilities.insert("goog:chromeOptions".into(), json!({ "args": args }));
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .unwrap();
        driver.session = client.session_id().await.unwrap();
        let browser = Self {
            client,
            base: base.to_owned(),
            driver,
            size: Mutex::new(size),
        };
        browser.resize(size).await;
        browser
    }

    /// Makes the screen as large as this. A window cannot be narrower than 500 pixels; a screen can.
    pub async fn resize(&self, size: Size) {
        let params = json!({
            "width": size.0, "height": size.1, "mobile": size.0 < 720,
            "deviceScaleFactor": if size.0 < 720 { 2 } else { 1 },
        });
        self.devtools("Emulation.setDeviceMetricsOverride", params)
            .await;
        *self.size.lock().unwrap() = size;
    }

    /// Switches the scripts of pages off.
    pub async fn without_scripts(&self) {
        let params = json!({ "value": true });
        self.devtools("Emulation.setScriptExecutionDisabled", params)
            .await;
    }

    /// Runs this script before those of every page.
    pub async fn on_every_page(&self, script: &str) {
        let params = json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", params)
            .await;
    }

    async fn devtools(&self, command: &str, params: Value) {
        let command = Extra::devtools(command, params);
        self.client.issue_cmd(command).await.unwrap();
    }

    /// What the console complained of since the last time: errors of scripts, refused requests, breaches of
    /// the content security policy.
    pub async fn console(&self) -> Vec<String> {
        let said = self.client.issue_cmd(Extra::console()).await.unwrap();
        let lines = said.as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .filter(|line| line["level"] != "DEBUG" && line["level"] != "INFO")
            .map(|line| format!("{} {}", line["level"], line["message"]))
            // A page that refuses a form or is not found says so by its status; that is no error.
            .filter(|line| !line.contains("with a status of 4") || line.contains("/assets/"))
            .collect()
    }

    /// Gives the browser a cookie of the site.
    pub async fn cookie(&self, name: &str, value: &str) {
        let params = json!({ "name": name, "value": value, "url": self.base, "httpOnly": true });
        self.devtools("Network.setCookie", params).await;
    }

    /// Opens an address of the site.
    pub async fn goto(&self, path: &str) {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        self.client.goto(&url).await.unwrap();
    }

    pub async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.as_str().replacen(&self.base, "", 1)
    }

    /// What the page says, as a person reads it.
    pub async fn text(&self) -> String {
        let body = self.find("body").await;
        body.text().await.unwrap()
    }

    /// The page's source as the browser has it.
    pub async fn source(&self) -> String {
        self.client.source().await.unwrap()
    }

    /// The value of a script's `return`.
    pub async fn js(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The value of a script that waits for something.
    pub async fn js_later(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {script} }})()\
             .then(done, (e) => done('failed: ' + e));"
        );
        self.client
            .execute_async(&script, Vec::new())
            .await
            .unwrap()
    }

    /// The whole screen as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        self.client.screenshot().await.unwrap()
    }

    /// The page on paper, as PDF. Kept like [`Browser::shot`].
    pub async fn print(&self, name: &str) -> Vec<u8> {
        let paper = PrintConfiguration::builder().build().unwrap();
        let pdf = self.client.print(paper).await.unwrap();
        if let Some(folder) = std::env::var_os("TONGBAN_TEST_SHOTS") {
            let file = std::path::Path::new(&folder).join(format!("{name}.pdf"));
            std::fs::write(file, &pdf).unwrap();
        }
        pdf
    }

    /// Keeps the screen as a picture where `TONGBAN_TEST_SHOTS` names a folder: to look at.
    pub async fn shot(&self, name: &str) {
        if let Some(folder) = std::env::var_os("TONGBAN_TEST_SHOTS") {
            let Size(width, _) = *self.size.lock().unwrap();
            let params = json!({ "captureBeyondViewport": true });
            let command = Extra::devtools("Page.captureScreenshot", params);
            let shot = self.client.issue_cmd(command).await.unwrap();
            let png = BASE64.decode(shot["data"].as_str().unwrap()).unwrap();
            let file = std::path::Path::new(&folder).join(format!("{name}-{width}.png"));
            std::fs::write(file, png).unwrap();
        }
    }

    /// Forgets all cookies: somebody else sits down.
    pub async fn forget(&self) {
        self.devtools("Network.clearBrowserCookies", json!({}))
            .await;
    }

    /// The element, once it is there.
    pub async fn find(&self, css: &str) -> Element {
        self.locate(Locator::Css(css), css).await
    }

    /// How many such elements there are now.
    pub async fn count(&self, css: &str) -> usize {
        let found = self.client.find_all(Locator::Css(css)).await;
        found.unwrap().len()
    }

    /// The words of an element, once it is there.
    pub async fn read(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    async fn locate(&self, by: Locator<'_>, what: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(GLANCE)
            .for_element(by)
            .await;
        match found {
            Ok(element) => element,
            Err(error) => {
                let (path, text) = (self.path().await, self.text_now().await);
                panic!("{what} is not on {path} ({error}):\n{text}")
            }
        }
    }

    async fn text_now(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// Types into the field with this name, in place of what stood there.
    pub async fn fill(&self, name: &str, value: &str) {
        let field = self
            .find(&format!("[name='{name}']:not([type=hidden])"))
            .await;
        let kind = field.attr("type").await.unwrap().unwrap_or_default();
        if kind == "date" || kind == "datetime-local" {
            // Typing into a date picker depends on the machine's language.
            let script = "arguments[0].value = arguments[1];";
            let args = vec![serde_json::to_value(&field).unwrap(), json!(value)];
            self.client.execute(script, args).await.unwrap();
            return;
        }
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }

    /// Chooses one of the choices of radio buttons, boxes or a list.
    pub async fn choose(&self, name: &str, value: &str) {
        let list = format!("select[name='{name}'] option[value='{value}']");
        let button = format!("input[name='{name}'][value='{value}']");
        let found = self.find(&format!("{list}, {button}")).await;
        match found.tag_name().await.unwrap().as_str() {
            "option" => found.click().await.unwrap(),
            _ if found.is_selected().await.unwrap() => {}
            // The label is what people press; the button itself may be drawn by it.
            _ => self.click_element(found).await,
        }
    }

    /// Puts a file into a file field.
    pub async fn put_file(&self, css: &str, path: &std::path::Path) {
        let field = self.find(css).await;
        field.send_keys(path.to_str().unwrap()).await.unwrap();
    }

    /// Presses an element that leads to no other page.
    pub async fn click(&self, css: &str) {
        self.click_element(self.find(css).await).await;
    }

    /// Brings an element into sight.
    pub async fn show(&self, css: &str) {
        let element = self.find(css).await;
        self.bring_in_view(&element).await;
    }

    /// Sends the form of an act on a case.
    pub async fn act(&self, act: &str) {
        self.press_at(&format!("form[action$='/act/{act}'] > .acts button"))
            .await;
        assert_eq!(self.count(".errors").await, 0, "{}", self.text().await);
    }

    /// Presses the button or link with these words and waits for the page that follows.
    pub async fn press(&self, label: &str) {
        self.follow(self.button(label).await).await;
    }

    /// Presses an element and waits for the page that follows.
    pub async fn press_at(&self, css: &str) {
        self.follow(self.find(css).await).await;
    }

    /// The button or link with these words: in the main part of the page, else around it.
    pub async fn button(&self, label: &str) -> Element {
        let says = format!(
            "*[self::button or self::a or self::summary][starts-with(normalize-space(.), '{label}')]"
        );
        let main = format!("//main//{says}");
        self.until(label, async || {
            let anywhere = format!("//{says}");
            self.client.find(Locator::XPath(&anywhere)).await.is_ok()
        })
        .await;
        match self.client.find(Locator::XPath(&main)).await {
            Ok(found) => found,
            Err(_) => {
                self.locate(Locator::XPath(&format!("//{says}")), label)
                    .await
            }
        }
    }

    async fn bring_in_view(&self, element: &Element) {
        // A bar at the edge of the screen must not lie over it.
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });";
        let arg = serde_json::to_value(element).unwrap();
        self.client.execute(script, vec![arg]).await.unwrap();
    }

    async fn click_element(&self, element: Element) {
        self.bring_in_view(&element).await;
        element.click().await.unwrap();
    }

    async fn follow(&self, element: Element) {
        let before = self.find("main").await;
        self.click_element(element).await;
        self.gone(before).await;
    }

    /// Presses Enter in the field and waits for the page that follows.
    pub async fn enter(&self, name: &str) {
        let before = self.find("main").await;
        let field = self.find(&format!("[name='{name}']")).await;
        field.send_keys("\u{E007}").await.unwrap();
        self.gone(before).await;
    }

    /// Presses twice, as fast as a finger can, and waits for the page that follows.
    pub async fn press_twice(&self, label: &str) {
        let before = self.find("main").await;
        let element = self.button(label).await;
        let script = "arguments[0].click(); arguments[0].click();";
        let arg = serde_json::to_value(&element).unwrap();
        self.client.execute(script, vec![arg]).await.unwrap();
        self.gone(before).await;
    }

    /// Waits until this main part has been left, or replaced, and the page is whole.
    async fn gone(&self, before: Element) {
        let left = async || match before.tag_name().await {
            Ok(_) => false,
            Err(CmdError::Standard(_)) => true,
            Err(error) => panic!("{error}"),
        };
        self.until("the next page", left).await;
        self.until("the whole page", async || {
            let state = self
                .client
                .execute("return document.readyState", Vec::new());
            state.await.is_ok_and(|state| state == "complete")
        })
        .await;
    }

    /// Reloads the page until this element is on it: something is done in the background.
    pub async fn reload_until(&self, css: &str) -> Element {
        self.until(css, async || {
            let there = self.count(css).await > 0;
            if !there {
                self.reload().await;
            }
            there
        })
        .await;
        self.find(css).await
    }

    /// Waits until this holds.
    pub async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let patience = async {
            while !holds().await {
                tokio::time::sleep(GLANCE).await;
            }
        };
        if tokio::time::timeout(PATIENCE, patience).await.is_err() {
            let (path, text) = (self.path().await, self.text_now().await);
            panic!("{what} did not come, at {path}:\n{text}");
        }
    }

    /// Presses a key: Tab moves the focus on.
    pub async fn key(&self, key: fantoccini::key::Key) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(&key.to_string()).await.unwrap();
    }

    /// Presses a key that leads to another page, and waits for that.
    pub async fn key_to_page(&self, key: fantoccini::key::Key) {
        let before = self.find("main").await;
        self.key(key).await;
        self.gone(before).await;
    }

    /// Types into what has the focus.
    pub async fn type_keys(&self, text: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(text).await.unwrap();
    }

    /// Searches in the main part of a page of staff.
    pub async fn press_search(&self, text: &str) {
        let field = self.find("main [name='q']").await;
        field.send_keys(text).await.unwrap();
        self.press_at("main form .acts button").await;
    }

    /// Ends the browser, then its driver.
    pub async fn close(mut self) {
        self.client.close().await.unwrap();
        self.driver.session = None;
    }
}

/// What the QR codes in a picture say.
pub fn read_codes(png: &[u8]) -> Vec<String> {
    let picture = image::load_from_memory(png).unwrap().to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.get_pixel(x as u32, y as u32).0[0]
    });
    let grids = prepared.detect_grids();
    grids
        .iter()
        .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
        .collect()
}
