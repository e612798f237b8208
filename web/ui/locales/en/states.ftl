# Words of states: kind-code

case-DRAFT = Draft
case-SUBMITTED = Submitted
case-PRE_REVIEWED = Pre-review passed
case-TAKEN_IN = Taken in
case-CORRECTING = Correction needed
case-ACCEPTED = Accepted
case-NOT_ACCEPTED = Not accepted
case-IN_REVIEW = In review
case-CORRECTING_IN_REVIEW = Correction in review
case-SUSPENDED = Suspended
case-DECIDED = Decided
case-DECIDED_APPROVED = Decided (approved)
case-DECIDED_REJECTED = Decided (rejected)
case-AWAITING_PAYMENT = Awaiting payment
case-ABORTED = Aborted
case-COMPLETED = Completed
case-RE_REVIEW = Under re-review
case-DELIVERED = Delivered
case-ARCHIVED = Archived
case-WITHDRAWN = Withdrawn

licence-COLLECTED = Collected
licence-DISCARDED = Discarded
licence-CHECKED = Checked
licence-VALID = Valid
licence-EXPIRING = Expires soon
licence-HISTORY = Earlier version
licence-SUSPENDED = Suspended
licence-LOST = Reported lost
licence-EXPIRED = Expired
licence-VOID = Void
licence-REVOKED = Revoked
licence-CANCELLED = Cancelled

seal-APPLIED = Applied for
seal-REFUSED = Refused
seal-APPROVED = Approved
seal-MADE = Made
seal-FILED = Filed
seal-RELEASED = Released
seal-ACTIVE = In use
seal-LOST = Reported lost
seal-DESTROYED = Destroyed
seal-EXPIRED = Expired
root-PROPOSED = Proposed
root-TRUSTED = Trusted
root-REFUSED = Refused
root-ENDED = Ended
time-service-PROPOSED = Proposed
time-service-ACTIVE = In use
time-service-PAUSED = Paused
time-service-REFUSED = Refused
time-service-ENDED = Ended

document-DRAFT = Draft
document-SEALED = Sealed
document-DELIVERED = Delivered
document-WITHDRAWN = Withdrawn

item-DRAFT = Draft
item-IN_REVIEW = In review
item-APPROVED = Approved
item-IN_USE = Published
item-SUSPENDED = Suspended
item-CANCELLED = Cancelled
item-HISTORY = Earlier version

account-PENDING = Awaiting verification
account-ACTIVE = Active
account-REJECTED = Verification failed
account-LOCKED = Locked
account-DISABLED = Disabled
account-CANCELLED = Cancelled
account-CHANGING = Data being changed

appointment-BOOKED = Booked
appointment-TICKETED = Checked in
appointment-SERVED = Served
appointment-CANCELLED = Cancelled
appointment-NO_SHOW = Missed
appointment-VOIDED = Cancelled by the hall

ticket-WAITING = Waiting
ticket-CALLED = Called
ticket-SERVING = Being served
ticket-DONE = Done
ticket-PASSED = Passed over
ticket-TRANSFERRED = Transferred

complaint-REGISTERED = Registered
complaint-REJECTED = Not taken up
complaint-INVESTIGATING = Under investigation
complaint-AWAITING_EXPLANATION = Awaiting explanation
complaint-UNDER_REVIEW = Under review
complaint-AWAITING_INSTRUCTION = Awaiting instruction
complaint-DETERMINED = Determined
complaint-ANSWERED = Answered
complaint-CLOSED = Closed

payment-CREATED = To be paid
payment-PAYING = Being paid
payment-PAID = Paid
payment-RECEIPTED = Receipt issued
payment-CLOSED = Closed
payment-REFUNDING = Being refunded
payment-REFUNDED = Refunded

parcel-ORDERED = Ordered
parcel-PICKED_UP = Picked up
parcel-IN_TRANSIT = In transit
parcel-OUT_FOR_DELIVERY = Out for delivery
parcel-SIGNED = Signed for
parcel-RETURNED = Returned
parcel-LOST = Lost
parcel-CANCELLED = Cancelled

material-MISSING = Not submitted
material-UPLOADING = Uploading
material-UPLOADED = Uploaded
material-FETCHED = Fetched
material-RETURNED = Returned
material-PROMISED = To follow

task-NOT_STARTED = Not started
task-IN_PROGRESS = In progress
task-DONE = Done
task-NEEDS_FIX = Needs a change

delegation-REQUESTED = To be confirmed
delegation-ACTIVE = In force
delegation-REFUSED = Refused
delegation-EXPIRED = Expired
delegation-CANCELLED = Revoked

resource-CREATED = Compiled
resource-PUBLISH_REVIEW = Publication in review
resource-PUBLISHED = Published
resource-PUBLISH_REJECTED = Publication refused
resource-WITHDRAW_REVIEW = Withdrawal in review
resource-WITHDRAW_REJECTED = Withdrawal refused
resource-WITHDRAWN = Withdrawn
resource-DELETED = Deleted

subscription-APPLIED = Applied for
subscription-APPROVED = Approved
subscription-ACTIVE = Active
subscription-REFUSED = Refused
subscription-SUSPENDED = Suspended
subscription-EXPIRED = Expired
subscription-REVOKED = Revoked
