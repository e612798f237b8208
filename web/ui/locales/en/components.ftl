# Words of the components

yes = Yes
no = No
open = Open
change = Change
delete = Delete
preview = Preview
rotate = Rotate
reveal = Show in full
submitting = Submitting…
# the script puts the time for %s
saved-at = Saved at %s
not-saved = Still on this page, not yet saved
save-and-exit = Save and leave
step-back = Back
step-next = Next

field-optional = optional
field-none = not filled in
field-please-choose = Please choose
field-choice-off = {" "}({ $why })
field-empty = Please fill in: { $label }
field-choose = Please choose: { $label }
field-agree = Please read and tick: { $label }
switch-on = On
switch-off = Off
fetched = Filled in for you
fetched-from = from { $from }
fetched-wrong = This is wrong
errors-title = { $n ->
    [one] { $n } place needs a change
   *[other] { $n } places need a change
  }

need-required = Required
need-later = Can follow within { $n ->
    [one] { $n } day
   *[other] { $n } days
  }
need-free = Not needed from you
need-optional = Optional
see-sample = See a sample
blank-form = Blank form
promised-until = to follow { $when }
upload = Upload
upload-choose = Choose files: { $name }
upload-from-mine = Choose from my documents
# the script puts the percentage for %s
upload-sending = Uploading %s%
upload-failed = The upload failed. Check the network and try again; finished files are kept.
# the script puts the file name for %s
upload-too-big = “%s” is above the limit. Please choose a smaller file.
upload-delete-title = Delete “{ $name }”?
upload-delete-body = It cannot be restored, but you can upload it again.
confirm-back = Do not
confirm-type = Type “{ $name }” to confirm

timeline-planned = {" "}(not begun)
table-pick = Select
table-pick-row = Select { $name }
pager = Pages
pager-many = More than { $total } entries, page { $page }
pager-count = { $total ->
    [one] { $total } entry, page { $page } of { $pages }
   *[other] { $total } entries, page { $page } of { $pages }
  }
pager-prev = Previous
pager-next = Next
pager-at = Now on page
pager-to = Page
filter = Filter
filter-many = More than { $n } entries found
filter-found = { $n ->
    [one] { $n } entry found
   *[other] { $n } entries found
  }
filter-off = Remove filter
filter-clear = Clear all
qr-label = QR code: { $what }

licence-number = Number
licence-issuer = Issuer
licence-until = Valid until
verdict-at = Checked at: { $when }
verdict-number = Verification no.: { $no }
verdict-not-shown = Not shown, to protect personal data: { $what }
check-passed = passed
check-failed = failed
check-skipped = not done

rating-question = How satisfied are you?
rating-5 = Very satisfied
rating-4 = Satisfied
rating-3 = Fairly satisfied
rating-2 = Dissatisfied
rating-1 = Very dissatisfied
rating-why-good = What was done well?
rating-why-bad = What went wrong?
rating-several = you may choose several
rating-text = Anything else
rating-anonymous = Rate anonymously (staff do not see my name)

steps-at = Step { $n } of { $total }
steps-done = {" "}(done)

lamp-green = On time, { $n ->
    [one] { $n } working day left
   *[other] { $n } working days left
  }
lamp-amber = Due soon, { $n ->
    [one] { $n } working day left
   *[other] { $n } working days left
  }
lamp-red = Overdue by { $n ->
    [one] { $n } working day
   *[other] { $n } working days
  }
lamp-due-green = On time, due { $when }
lamp-due-amber = Due soon, due { $when }
lamp-due-red = Overdue, was due { $when }
lamp-grey = Clock stopped, { $why }
lamp-why-correcting = waiting for correction
lamp-why-special = special procedure
lamp-why-payment = awaiting payment
lamp-why-originals = waiting for the visit
lamp-idle = Clock not started
lamp-done = Completed in time
lamp-done-late = Completed late

clock-used = { $n } used
clock-left = { $n } left
clock-under = less than { $n } left
clock-over = { $n } over
clock-due = due { $when }
clock-working-days = { $n ->
    [one] { $n } working day
   *[other] { $n } working days
  }
clock-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
  }
clock-minutes = { $n } min
clock-hours = { $n } h
clock-hours-minutes = { $h } h { $m } min

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date-full = { $d } { $m } { $y }
date-short = { $d } { $m }
date-before = before { $time } on { $day }
date-minute = { $day }, { $time }
money = CNY { $amount }
filter-any = Any
table-region = { $caption } (table)
