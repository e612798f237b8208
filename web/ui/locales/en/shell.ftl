# The frame of pages: top bar, navigation, footer, error pages

skip = Skip to main content
title-errors = { $n ->
    [one] { $n } problem: { $title }
   *[other] { $n } problems: { $title }
  }
region-change = Change region
mode-elder = Large type
mode-standard = Standard
read-aloud = Read aloud
read-stop = Stop reading
lang-other = 中文
lang-other-long = 中文（简体）
login = Sign in
register = Register
logout = Sign out
user-menu = Account menu
identity-switch = Act as
my-space = My space
org-space = Business space
unread = unread

nav-main = Main
nav-bottom = Bottom
nav-home = Home
nav-person = For people
nav-org = For business
nav-together = One-stop matters
nav-depts = Departments
nav-wallet = Licences
tab-services = Services
tab-wallet = Show
tab-messages = Messages
tab-my = Mine
crumbs = You are here

demo-mark = Demonstration data
demo-words = People, organisations, licences and phone numbers on this site are invented.

footer = Footer
foot-about = About
foot-sitemap = Site map
foot-privacy = Privacy
foot-accessibility = Accessibility
foot-help = Help
foot-contact = Contact
foot-organiser = Run by: { $name }
foot-operator = Operated by: { $name }
foot-hotline = Hotline:{" "}
foot-hotline-hours = {" "}(24 hours)
foot-id-code = Site code: { $code }
foot-party-mark = Government organ mark
foot-find-error = Report an error on this site

search = Search
search-label = Search for services, documents, licences or departments
search-hint = A service, a document or a question
back-home = Home page
call-hotline = Call { $number }
request-no = Request no.: { $no }
close = Close

console-name = Service management
console-menu = Menu
console-search-label = Find by case number or identity number
console-search-hint = Case or identity number
console-me = My account
keys-title = Keyboard shortcuts
keys-search = Find
keys-next = Call the next visitor
keys-list = Show this list

error-csrf = The page was open too long, or your sign-in changed. Go back, reload the page and submit again.
error-401-title = Please sign in
error-401-what = This page can be read after signing in.
error-401-todo = You will come back here afterwards.
error-403-title = This page cannot be opened
error-403-what = You lack the permission for this page, or the submission failed a security check.
error-403-todo = Check which account and role you use, or search for what you need.
error-404-title = Page not found
error-404-what = The address may be wrong, or the page has moved.
error-404-todo = Search for what you need, or call the hotline.
error-405-title = This address cannot be opened like this
error-405-what = This address only receives forms.
error-405-todo = Please start again from the page before.
error-409-title = The content has changed
error-409-what = Something changed after you opened the page, so nothing was submitted.
error-409-todo = Go back, reload, check and submit again.
error-413-title = The file is too large
error-413-what = The file is above the limit and was not uploaded.
error-413-todo = Go back and upload a smaller file within the stated limit.
error-415-title = This format is not supported
error-415-what = The content came in a format we do not accept.
error-415-todo = Go back and use a format named on the page.
error-429-title = Too many attempts
error-429-what = There were too many attempts in a short time; this one was not processed.
error-429-todo = Try again in a minute. What you typed is not lost.
error-4xx-title = This request cannot be processed
error-4xx-what = What was sent is incomplete or malformed.
error-4xx-todo = Go back, check and submit again.
error-500-title = Something went wrong
error-500-what = The system failed; what you just did may not have been completed.
error-500-todo = Try again later; if it fails again call the hotline and name the request number.
error-timeout-title = It took too long
error-timeout-what = The system did not answer in time.
error-timeout-todo = Please try again later.
error-maintenance-title = Under maintenance
error-maintenance-what = The system is under maintenance and cannot serve you right now.
error-maintenance-todo = Try again later. For urgent matters go to a service hall or call the hotline.

kept-first = Your login has ended
kept-first-words = What you typed is still here. Log in again and send it without filling it in once more.
kept-first-do = Log in and continue
kept-again = Please send this once more
kept-again-words = You have logged in anew, so nothing was sent. Everything you typed is still here; press the button to go on.
kept-again-do = Send again
