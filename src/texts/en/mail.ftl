# Mails. Nothing of a message stands in a notice, a code mail or an alert.

# The notice of a message.
notice-subject = New secure message
notice-title = You have a secure message
notice-from-clinic = { $clinic } has sent you a secure message.
notice-from-sender = { $sender } at { $clinic } has sent you a secure message.
notice-button = Read the message
# Above the link in the text part.
notice-open = Read it here:
# Under the button, above the link.
notice-open-plain = If the button does not work, open this address:
notice-until = You can read it until { $expires }.
notice-code = To make sure it is you, we will send a code to this same address when you open the message.
notice-doubt = Not sure that this is from us? Call the clinic at the number you already have, for example on your appointment card.
notice-never = We never ask for a credit card number or a Social Security number, and never for a password by e-mail or by phone.
# One line at the end of a notice in another language.
notice-second = { $clinic } has sent you a secure message. The link above opens it, also in English.

# The reminder of a message that has not been read; the rest of it is the notice's.
reminder-subject = A secure message is waiting for you
reminder-title = You have not read your secure message yet
reminder-from-clinic = { $clinic } has sent you a secure message. It has not been read yet.
reminder-from-sender = { $sender } at { $clinic } has sent you a secure message. It has not been read yet.

# The mail with a code. The code comes first. No other number of six digits, no
# link and no telephone number may stand here.
code-title = Your code
code-first = { $code } is your code for the secure message from { $clinic }.
# The same for a code that was asked for at the portal's front page.
code-first-portal = { $code } is your code to sign in at { $clinic }.
# $reference is four letters that the page shows too. $mark is a letter that
# makes each subject another one.
code-subject = Your code, reference { $reference } ({ $mark })
code-reference = Type it on the page that shows the same letters: { $reference }.
code-lasts =
    { $minutes ->
        [one] The code works once, for { $minutes } minute.
       *[other] The code works once, for { $minutes } minutes.
    }
code-ignore = If you did not ask for a code, ignore this e-mail. Nobody can open your message without the code.
code-ignore-portal = If you did not ask for a code, ignore this e-mail. Nobody can sign in without the code.
code-never = Do not give the code to anyone. We never ask for it by phone or by e-mail.

# The alert to an outside address of the office.
alert-subject = Something to read in the secure mailbox
alert-came =
    { $count ->
        [one] Something new is in the secure mailbox.
       *[other] { $count } new items are in the secure mailbox.
    }
# Nobody has answered what came, or marked it as read: whether somebody has looked at it
# is not known. $mailboxes are addresses of the office.
alert-unread-subject = Something in the secure mailbox is still waiting
alert-unread =
    { $hours ->
        [one] Something in the secure mailbox has been waiting for at least { $hours } hour.
       *[other] Something in the secure mailbox has been waiting for at least { $hours } hours.
    }
alert-unread-in = It is in the mailbox of { $mailboxes }. Nobody there has answered it or marked it as read.
alert-unread-shared = It is in the shared mailbox of the office. Nobody has answered it or marked it as read.
# All accounts that got it are switched off, be it one or several.
alert-unread-off = No account that got it is switched on any more. Please find somebody who answers the patient.
alert-read = Open the mail program of the office to read it. Nothing of it is in this e-mail.

# Reports to the sender of a message, in the sender's own mailbox.
report-subject-failed = A secure message was not delivered
report-subject-delayed = A secure message is late
report-subject-delivered = A message was delivered
report-subject-relayed = A message was handed on
report-subject-noticed = The notice of a secure message was handed on
# $why is one of the clauses below.
report-failed = Your secure message to { $recipient } was not delivered: { $why }.
report-why-no-mailbox = that mailbox does not exist
report-why-no-domain = the part of the address after the @ does not exist, or takes no mail
report-why-full = that mailbox is full
report-why-refused = the other mail service refused it
report-why-timed-out = the other mail service could not be reached in time
report-why-dropped = it was taken out of the queue at your office
report-why-no-route = the rules of your office allow no safe way to this address
report-do-address = Check the address in the patient's record and send the message again.
report-do-call = Call the recipient, or send the message again later.
report-do-later = Send the message again later, or call the recipient.
report-do-office = Ask the person who runs the gateway at your office.
report-delayed = Your secure message to { $recipient } has not been delivered yet.
report-delayed-until = You need not do anything: we go on trying until { $until }. If it is urgent, call the recipient.
# The three that tell of a success come only where the mail program asked for them.
report-delivered = Your message to { $recipient } is in the mailbox.
report-delivered-then = Your mail program asked for this report. You need not do anything.
report-relayed = The next mail service has taken your message to { $recipient }.
report-relayed-then = That service does not say when it arrives. If it cannot be delivered, you are told.
report-noticed = The next mail service has taken the notice of your secure message to { $recipient }.
report-noticed-then = The message waits behind the link in the notice. This report does not say whether it was read.
# "It was read", where the writer asked for it. It lies in the writer's own mailbox.
receipt-subject = A message was opened
receipt-opened = Your secure message to { $recipient } was opened on { $opened }.
receipt-means = Whoever opened it had the code that went to this mailbox. This report does not say who that was, or whether the message was understood.
# To the writer, in the mailbox here: the time of a message is over, and it was not read.
unread-subject = A message was not read in time
unread-said = { $recipient } has not opened the secure message that you sent on { $accepted }. Its time ended on { $ended }, and the link in the notice no longer opens it.
unread-page = If it is urgent, call the recipient. You can write it again, or let it be read after all: extend it on its page, and a new notice is sent. { $page }
unread-then = To let it be read after all, ask the person who runs the gateway at your office to extend the message { $reference }; a new notice is then sent. You can also write it again. If it is urgent, call the recipient.
report-relay-said = What the mail service answered:
report-headers-only = The header of your message follows. What you wrote is not repeated here.

# A report that leaves by the relay: a time and a reference, nothing else.
outside-failed = The message that was accepted on { $accepted } was not delivered. Its reference is { $reference }.
outside-delayed = The message that was accepted on { $accepted } has not been delivered yet. We go on trying. Its reference is { $reference }.
outside-delivered = The message that was accepted on { $accepted } was delivered. Its reference is { $reference }.
outside-relayed = The next mail service has taken the message that was accepted on { $accepted }. Its reference is { $reference }.
outside-noticed = The next mail service has taken the notice of the message that was accepted on { $accepted }. Its reference is { $reference }.
outside-look = You find the details in your mailbox on the secure mail gateway, or ask the person who runs it.

# Letters about a message that waits for a provider's release. They are read in the
# mailbox here, and say nothing of what it says.
hold-waits-subject = A message waits for your release
hold-waits = { $writer } has written a message in your name. It lies in your folder "Awaiting release". Its reference is { $reference }.
hold-waits-page = Read it and release it, or give it back, here: { $page }
hold-waits-then = If nobody has released it by { $until }, it goes back to { $writer }.
hold-waits-move = You can also move it from there into the folder "Release". Then it leaves at once.
hold-rejected-subject = A message was given back to you
hold-rejected = { $provider } has not released the message { $reference }. It was not sent, and lies in your folder Drafts. The reason:
hold-subject = Its subject: { $subject }.
hold-again = You can change it and send it again. It then waits for release again.
hold-withdrawn-subject = A message no longer waits for release
hold-withdrawn = Your administrator has taken the message { $reference } back. It was not sent, and lies in your folder Drafts.
hold-expired-subject = A message was not released in time
hold-expired = { $provider } did not release the message { $reference } in time. It was not sent, and lies in your folder Drafts.
hold-expired-provider = The message { $reference }, which { $writer } wrote in your name, was not released in time. It was not sent, and went back to { $writer }.
