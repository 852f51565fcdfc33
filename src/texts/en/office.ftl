# The pages of the office: who works at the clinic reads them. Plain words;
# "code", "app", "phone". $clinic is the clinic's name as it writes it.

# Frame.
office-skip = Skip to the content
office-tabs = Your work
office-today = Today
office-sign-out = Sign out
office-signed-in-as = Signed in as
office-help = Help
office-foot = These pages are for people who work at { $clinic }.
# Stands before the title of a page with a mistake to mend.
office-error-prefix = Please check:
office-problem = Please check this
office-go-on = Continue
office-sign-in = Sign in

# Sign-in.
office-sign-in-title = Sign in to the office
office-address = E-mail address
office-password = Password
office-password-hint = Your own password, not the one of your mail program.
office-sign-in-wrong = The address or the password is not right. Please try again.
office-sign-in-empty = Please type your address and your password.
# $wait is "30 seconds", $time "10:02 AM (Pacific)".
office-wait = Several tries did not work. Please wait { $wait }, until { $time }, and try again.
office-not-for-patients = Patients: please use the link in the e-mail from { $clinic }.

# The code.
office-code-title = Enter the code from your app
office-code-for = Signing in as { $address }.
office-code-label = 6-digit code
office-code-wrong = This code did not work. Please wait for the next one in your app and type that.
office-code-empty = Please type the 6 digits that your app shows now.
office-no-phone = I do not have my phone
office-recovery-label = Recovery code
office-recovery-hint = One of the codes you kept when you set up the app, such as abcde-fghij. Each works once.
office-recovery-use = Use this recovery code
office-other-account = Use another address

# Set-up of the second factor.
office-factor-title = Set up the app on your phone
office-factor-why = From now on you sign in with your password and a code from your phone. A stolen password alone then opens nothing. This takes two minutes.
office-factor-app = Install an app that makes codes
office-factor-app-text = Any authenticator app will do, such as Google Authenticator, Microsoft Authenticator or Aegis. If you have one already, use that.
office-factor-scan = Scan this picture with the app
office-factor-scan-text = In the app, choose to add an account, then point your camera here.
office-factor-picture = Picture for the camera of your phone
office-factor-here = The app is on this device: open it
office-factor-type = I cannot scan it
office-factor-type-text = Type this key into the app. Blanks do not matter. Choose “time based” if it asks.
office-factor-confirm = Type the code that the app shows

# Recovery codes.
office-codes-title = Keep these recovery codes
office-codes-text = If you lose your phone, each of these opens your account once. They are shown this one time. Keep them where nobody else looks, and not on your phone.
# $moment is "Sunday, 29 November 2026, 5:00 PM (Pacific)".
office-codes-whose = { $address }, { $moment }
office-codes-print = To print this page or save it as a PDF, use Print in your browser’s menu.
office-codes-kept = I have kept them
office-recovery-title = New recovery codes
office-recovery-left =
    { $n ->
        [0] You have no recovery codes left.
        [one] You have { $n } recovery code left.
       *[other] You have { $n } recovery codes left.
    }
office-recovery-text = New ones take the place of all that you have. Type a code from your app to make them.
office-recovery-make = Make new recovery codes

# Today.
office-today-more = There is more than these lists show. What is older stands in your mail program.
office-today-empty = Nothing waits for you
office-today-empty-hint = New messages from patients, messages to release and what needs a call will be here.
office-admin-empty = No mail stands here
office-admin-empty-hint = Your account runs the gateway. Only people who write to patients see their mail.
office-gaps-title =
    { $n ->
        [one] The set-up is not finished: { $n } thing is missing
       *[other] The set-up is not finished: { $n } things are missing
    }
office-gaps-tell = Please tell the person who looks after this system.
office-asked-title =
    { $n ->
        [one] { $n } patient asks for a message again
       *[other] { $n } patients ask for a message again
    }
office-asked-text = They could not open it any more. Send it again or write it anew, or mark it as done.
office-no-subject = Message without a subject
office-gone-subject = The message is no longer kept
# $moment is "today, 9:41 AM" or "18 November".
office-written = Sent { $moment }
office-asked-at = Asked { $moment }
office-stands-open = Can be read again
office-stands-expired = Its time is over
office-stands-locked = Closed after too many wrong codes
office-stands-withdrawn = It was taken back
office-stands-destroyed = No longer kept

# Today, more.
office-replies-title =
    { $n ->
        [one] { $n } new message from patients
       *[other] { $n } new messages from patients
    }
office-shared = Shared mailbox
office-waits-title =
    { $n ->
        [one] { $n } message waits for release
       *[other] { $n } messages wait for release
    }
# $name is a person of the clinic.
office-waits-mine = For you to release, written by { $name }
office-waits-deputy = For you to release as deputy, written by { $name }
office-waits-written = You wrote it, { $name } releases it
office-waits-to = To { $name }
office-waits-until = Waits until { $moment }
office-failed-title =
    { $n ->
        [one] { $n } message did not arrive
       *[other] { $n } messages did not arrive
    }
office-failed-text = Check the address, or call.
office-unopened-title =
    { $n ->
        [one] { $n } message is still not opened
       *[other] { $n } messages are still not opened
    }
office-unopened-text = A short call often helps.
office-phone = Phone { $phone }
office-no-phone-number = No phone number in the record
office-returned-title =
    { $n ->
        [one] { $n } message came back to you
       *[other] { $n } messages came back to you
    }
office-returned-text = They were not sent. Change them and send them again, or move them to Trash.
office-begun-title =
    { $n ->
        [one] { $n } message you have not finished
       *[other] { $n } messages you have not finished
    }
office-begun-text = Nobody else sees them, and nothing was sent. They are kept for { $n } days.
office-asked-write = Write it anew
office-lately-title = Sent lately
# After the names of some people.
office-lately-more =
    { $n ->
        [one] and { $n } more
       *[other] and { $n } more
    }
office-task-done = Done

# What was done, at the top of a page.
office-done-again = A new notice is on its way.
office-done-closed = Done. It is off your list.
office-done-finished = Marked as done.
office-done-held = Saved. It waits for release.
office-done-kept = Kept for later. Nothing was sent.
office-done-kept-files = Kept for later. Nothing was sent. The files from this computer are not kept: choose them again then.
office-done-dropped = Thrown away. Nothing was sent.
office-done-sent = Sent. The message is on its way.
office-done-recalled = Taken back. Nobody can open it any more.
office-done-released = Released. The message is on its way.
office-done-returned = Given back. The writer finds it under Today with your reason, and in Drafts of the mail program.
office-done-withdrawn = Taken back. You find it under Today, and in Drafts of your mail program.
office-done-gone = This step is not open any more. Here is the message as it stands now.
office-done-not = Nothing was changed. Somebody may have been faster. Please look at the state below.
# $first and $last are dates.
office-done-day = Nothing was changed. Choose a day from { $first } to { $last }.
office-done-over = Nothing was done. The message does not wait any more: it was released, given back or taken back, or its time ended.
office-done-look = Look at it

# A message.
office-message = Message
office-message-empty = This message has no text.
office-message-cut = This message is too long to be shown whole. Its end is missing here.
office-message-plain = The same as plain text, as some mail programs show it
office-file-unnamed = File without a name
office-somebody = Somebody whose address is no longer kept
office-from = From: { $name }
office-to = To: { $name }
office-regarding = About: { $name }
office-content-title = What the patient reads
office-content-over = What the patient could read
office-notice-title = The notice, as it was sent
office-notice-none = No notice was sent.
office-recipients-title = What happened
office-files-count =
    { $n ->
        [one] { $n } file
       *[other] { $n } files
    }
office-download = Download
office-download-all = Download all files
office-print = Print
office-print-how = To print this page or save it as a PDF, use Print in your browser’s menu.
office-print-from = From
office-print-to = To
office-print-date = Date
office-back = Back to the message
office-waiting = This waits for { $name } to release it, until { $moment }.
office-waiting-look = Look at it
office-waiting-here = They can release it at this screen
office-answer-waits = An answer to this is written and waits for release.
office-reply-waits = an answer waits for release
# $writer and $name are persons of the clinic.
office-written-by = Written by { $name }.
office-written-released = Written by { $writer }. Released by { $name }, { $moment }.
office-back-title = What you wrote
office-back-text = This was not sent. Change it and send it again here, or from Drafts of your mail program.
# $name is a person of the clinic.
office-back-words = { $name } gave it back, { $moment }:
office-back-several = It was for several people. Please change it in your mail program, and send it from there.
office-back-unlisted = Nobody in the contacts has its address. Please change it in your mail program, and send it from there.
office-back-again = Change and send again
office-back-close-text = If it should not be sent, put it away. It then lies in the Trash of your mail program.
office-back-close = Move to Trash
office-way-portal = Protected: a notice with a link
office-way-clear = Ordinary e-mail, not protected
office-way-local = A mailbox of the clinic
office-way-open = Not sent yet
# $moment is "today, 9:41 AM" or "18 November".
office-state-held = Waits for release, since { $moment }.
office-state-queued = Waits to be sent, since { $moment }.
office-state-noticed = Notice sent { $moment }.
office-state-extended = Sent again { $moment }.
office-state-bounced = The notice could not be delivered ({ $moment }).
office-state-unopened = Not opened yet.
office-state-opened = Opened { $moment }.
office-state-downloaded = Files downloaded { $moment }.
office-state-replied = Answered { $moment }.
office-state-expired = Its time ended { $moment }.
office-state-expired-unopened = Its time ended { $moment }. It was not opened.
office-state-recalled = Taken back { $moment }.
# $name is a person of the clinic.
office-state-recalled-by = Taken back by { $name }, { $moment }.
office-state-relayed = Handed to the mail service { $moment }.
office-state-delivered = In the mailbox since { $moment }.
office-state-failed = Could not be delivered ({ $moment }).
office-state-until = Can be read until { $moment }.

# What is done with a message.
office-close = Close without an answer
office-close-text = If no answer is needed, close it. It is then marked as read, also in your mail program.
office-again-title = Send it again
office-again-text =
    { $n ->
        [one] A new notice with a new link is sent. The message can be read for { $n } day from today.
       *[other] A new notice with a new link is sent. The message can be read for { $n } days from today.
    }
office-again = Send again
office-until-label = Can be read until
office-until-hint = From { $first } to { $last }. If you leave it empty, it is the time above, or the day it has now if that is later.
office-recall = Take back
office-recall-title = Take this message back?
office-recall-closes = From now on nobody can open it. The link in the notice says that you took it back.
office-recall-read = Whoever has read it has read it. You see below who did.
office-recall-good = This is for good. To let somebody read it after all, write it again.
office-recall-do = Take it back

# An emergency.
office-glass-title = You do not see this message
office-glass-text = There is no such message, or it is in somebody else’s mailbox.
office-glass-emergency = This is an emergency
office-glass-record = As a provider you may open it with a reason. Your name, the time and the reason are on record for good.
office-glass-do = Open the message
office-glass-open = You opened this in an emergency
office-glass-open-text = It is open until you sign out. Your name and your reason are on record.
office-reason-label = Reason
# $least and $most are numbers.
office-reason-wrong = Please give a reason of { $least } to { $most } characters.

# Release.
office-release-title = Release a message
office-release-who = { $writer } wrote this in the name of { $name }.
office-release-until = It waits until { $moment }, then it goes back to whoever wrote it.
office-goes-title = Who gets it, and how
office-note-off = This account was switched off. Nothing can be released until somebody else is chosen.
office-goes-clear = This leaves unprotected. Others may read it on its way.
office-note-unlisted = Not in the contacts yet. Please check the address.
office-note-blind = Blind copy: the other recipients do not see this address.
office-release-own = Release it
office-release-own-text = Your password and a code from your app show that it is you.
office-release-here = { $name } releases it here
office-release-here-text = The provider types their own password and a code, for this one message. You stay signed in, nobody else is.
office-release-emergency = Release it in an emergency
office-release-emergency-text = It bears the name of { $name }. If that person cannot be reached, you may release it with a reason. Your name and the reason are on record for good.
office-release-do = Release and send
office-release-wrong = The password or the code did not work. Nothing was sent. Each code works once: please wait for the next one and try again.
office-release-wrong-here = The address, the password or the code did not work. Nothing was sent. Each code works once: please wait for the next one and try again.
office-release-empty = Please type the password and the 6 digits of the app. Nothing was sent.
office-release-changed = This is not the message that was shown. Nothing was sent. Please read it again, then release it.
office-release-long = A message of this length is not released on this page, because nobody can see all of it here. Nothing was sent. Whoever wrote it can shorten it, or send the long part as a file.
office-release-theirs = It bears the name of { $name }, who has to release it. Nothing was sent.
office-release-off = The account of the provider or of a recipient was switched off. Nothing was sent. Please give the message back.
office-release-damaged = The stored message is not what was written. Nothing was sent. Please tell the person who looks after this system.
office-reject-title = Give it back to { $name }
office-reject-label = What should be changed
office-reject-hint = The writer gets these words, and the message as a draft.
office-reject-do = Give it back
office-words-wrong = Please write what should be changed, up to { $most } characters.
office-withdraw-text = Do you want to change it? Take it back, and you find it under Today.
office-withdraw-do = Take it back

# Help.
office-help-title = Help for the office
office-help-phone = I lost my phone
office-help-phone-text = Type your password, then choose “I do not have my phone” and use one of your recovery codes. If you have none, ask the person who looks after this system to reset your second step. You then set up a new phone at the next sign-in.
office-help-password = I forgot my password
office-help-password-text = Ask the person who looks after this system to set a new one. Nobody can read the old one.
office-help-wrong = My code does not work
office-help-wrong-text = Each code works once and for about a minute. Wait for the next one. If none works, set the time of your phone to automatic.
office-help-closed = My page closed by itself
office-help-closed-text = After 30 minutes without a press the pages close, and after 12 hours in any case. They also close when your password, your role or your second step changes.
office-help-release = A message waits for release
office-help-release-text = What staff write in a provider’s name waits on Today. The provider opens it, reads it, and releases it with password and code. Nothing is sent before.
office-help-return = Give a message back
office-help-return-text = A provider who wants something changed writes what it is. The message is then in the writer’s Drafts, with these words. Whoever wrote it can also take it back to Drafts while it waits.
office-help-recall = Take a sent message back
office-help-recall-text = Open the message and choose “Take back”. The link then opens nothing any more. Whoever has read it has read it, and the page shows who did.
office-help-again = Send a message again
office-help-again-text = If the patient lost the e-mail or the time is over, open the message and choose “Send again”. A new notice with a new link is sent.
office-help-contacts = People and families
office-help-contacts-text = Under Contacts you find, add and change people, and you bring in a list from a file. People who share a mailbox belong to one family: open one of them and add the others there.
office-help-portal = Patients without a link
office-help-portal-text = Patients always reach a message by the link in its e-mail. On a contact’s page you can also let them sign in to the portal by themselves, if their record is complete.

# One thing to say.
office-locked-title = Your pages are closed
office-locked-text = Nothing was pressed for a while, or something about your account has changed. Please sign in again.
office-kept-text = Nothing was pressed for a while. What you wrote is kept, and nothing was sent. Sign in again: you find it under Today. Files from this computer have to be chosen again.
office-signed-out-title = You are signed out
office-signed-out-text = The pages of this session are closed. You can close this window.
office-sign-in-again = Sign in again
office-to-today = Go to Today
office-to-front = Go to the first page
office-open-anew = Open the page anew
office-missing-title = There is no such page
office-missing-text = The address may be incomplete, or the page has moved.
office-method-title = This page cannot be opened so
office-method-text = It belongs to a form. Please begin on the page before it.
office-large-title = That is too much at once
office-large-text = The form held more than we take. Please go back and send less.
office-stale-title = This page was open for too long
office-stale-text = Nothing was changed. Please open the page anew and try again.
office-foreign-title = This did not come from our page
office-foreign-text = Another site tried to send something here. Nothing was changed.
office-host-title = Nothing is found under this name
office-host-text = Please use the address that you were given for the office pages.
office-room-title = There is no room at the moment
office-room-text = The disk of this gateway is nearly full, and nothing was changed. Please tell the person who looks after it.
office-busy-title = Too many sign-ins at once
office-busy-text = Please try again in a moment.
office-slow-title = This took too long
office-slow-text = Please try again. If it happens again, tell the person who looks after this system.
office-malformed-title = We could not read that
office-malformed-text = Please go back and try again.
office-fault-title = Something went wrong on our side
office-fault-text = Please try again. If it happens again, tell the person who looks after this system the reference below.
office-error-reference = Reference: { $reference }

# Writing.
office-write = Write
office-write-title = New message
office-write-other = Choose somebody else
office-write-back = Back to the message
office-answer = Answer
office-answer-title = Answer
office-answer-to = What the patient wrote
office-find-title = Who do you want to write to?
office-find-label = Name, date of birth, e-mail or phone
office-find-hint = For example “Jane Doe”, “01/31/1980” or “January 31, 1980”. The start of a word is enough.
office-find-do = Search
office-found =
    { $n ->
        [0] Nobody found
        [one] { $n } person found
       *[other] { $n } people found
    }
office-found-none = Please check the spelling, or add the person to the contacts first.
office-found-more = There are more. Please add another word.
office-found-no-address = No e-mail address in the record
# $date is "31 January 1980".
office-born = born { $date }
office-write-from = From
office-write-from-hint = Messages to patients bear a provider’s name. One in somebody else’s name waits until they release it.
# In a list of names. $name is "Dr. Ana Ruiz".
office-write-waits = { $name } (waits for release)
office-write-to = To
office-write-to-hint = Several people read at the same address. Choose whom the message is about.
office-choose = Please choose
office-write-subject = Subject
office-write-kept = Send along files that are here already
# $name is a person. It stands after a file's size and date.
office-kept-owner = from { $name }
office-kept-own = already in this message
office-kept-unknown = somebody at this mailbox
# $name is a patient.
office-kept-chart = in the chart of { $name }
office-write-chart-away = The files in the chart cannot be reached at the moment. Those that were sent with messages are here.
office-preview = Show
office-write-files = Add files from this computer
office-write-send = Send
office-write-keep = Keep for later
office-write-drop = Throw away
office-write-kept-since = You began this message before. It was kept on { $moment }, and nothing was sent. Files from this computer have to be chosen again.
office-write-anew = You have signed in again since this page was opened. Please look at the message and press the button once more.
office-write-begun = You have another message here that is not finished.
office-write-go-on = Go on with it
office-unfinished-title = Message not finished
office-unfinished-gone = This cannot be sent from here any more: what it answers, or the address it was for, is gone. You can copy the words.
office-write-no-subject = Please write a subject.
office-write-long-subject = The subject is longer than { $n } characters. Please make it shorter.
office-write-no-text = Please write a few words.
office-write-long-text = The text is longer than { $n } characters. Please make it shorter, or send it as a file.
office-write-no-from = Please choose who the message is from.
office-write-no-to = Please choose who the message is for.
office-write-no-pick = One of the files you ticked is not there any more. Please choose again.

# Frame and doors.
office-contacts = Contacts
office-set-up = Set-up
office-accounts = Accounts
office-audit = Audit
office-save = Save
office-more = Show more
office-yes = Yes
office-nobody = Nobody
office-refused-title = This cannot be done now
office-refused-text = Something has changed since the page was opened. Nothing was done. Please open the page anew and look.
office-renewed-title = Your password is changed
office-renewed-text = All your pages are closed, here and elsewhere. Please sign in with the new password. Your mail programs go on as before.
office-proof-password = Your own password
office-proof-wrong = Your password or the code is not right. Please try again with the next code.
office-proof-empty = Please type your own password and the 6 digits that your app shows now.

# The list of contacts.
office-contacts-search = Find somebody
office-contacts-find = Find
office-contacts-all = Show everybody
office-contacts-none = Nobody has been added to the contacts yet
office-contacts-written = Only written to so far
office-contacts-written-text = Somebody here has written to these addresses. Open one and press “Change” to make a contact of it.
office-contacts-written-more = There are more of them. Find them by name or e-mail address.
office-contacts-not-found = Nobody was found. Try fewer letters.
office-status-stub = Not in the contacts yet
office-status-patient = Patient
office-status-non-patient = Not a patient

# One contact.
office-contact-new = Add a contact
office-contact-change = Change
# $name is a person's name.
office-contact-change-title = Change { $name }
office-contact-added = The contact was added.
office-contact-changed = The changes are saved.
office-contact-granted = They can now sign in to the portal.
office-contact-revoked = They can no longer sign in to the portal by themselves.
# Beside the name of a field that must be filled in.
office-needed = required
office-needed-patients = required for patients
office-field-first = First name
office-field-last = Last name
office-field-name = Name in messages
office-field-name-hint = Only if messages should show another name.
office-field-born = Date of birth
office-field-status = Who they are
office-field-language = Language
office-field-phone = Phone
office-field-email = E-mail
office-field-email-hint = The first one is used for messages.
office-field-postal = Postal address
office-field-provider = Primary provider
office-field-guarantor = Head of the family
office-field-guarantor-hint = People with the same last name or mailbox are offered here. Save the last name first to see them.
office-field-portal = Portal sign-in
office-field-confidential = Confidential
office-field-confidential-hint = Others who share the mailbox see nothing of this person in the portal.
office-language-unknown = Not known

# What is wrong; it stands beside the field. $n is a number.
office-wrong-long = This is too long. Please use at most { $n } characters.
office-wrong-character = There is a character in it that we cannot keep. Please type it anew.
office-wrong-born = Please write the day as year, month and day, such as 1980-01-31.
office-wrong-age = This day is in the future, or more than 150 years ago. Please check it.
office-wrong-word = Please write one of these: { $words }.
office-wrong-many = At most { $n } can be kept. Please leave the least used out.
office-wrong-email = This is not an e-mail address. It looks like name@example.com.
office-wrong-domain = No mail reaches this address: what stands behind the @ has no dot, such as example.com. Please check it.
office-wrong-twice = The same is given twice. Please leave one out.
office-wrong-provider = There is no provider with this account. Please choose another.
office-wrong-theirs = This is a colleague’s patient. That provider, or who writes for them, can name another one.
office-wrong-guarantor = This person cannot be the head of the family: they are not there, or have one themselves. Please choose another.
office-wrong-head = Others name this person as head of their family. Change theirs first.
office-wrong-missing = The clinic asks for this. Please fill it in.
office-wrong-nameless = Please give a name.
office-wrong-portal = Who signs in to the portal needs this. Fill it in, or stop portal sign-in first.

# Somebody is there already.
office-alike = Is this somebody you have already?
office-alike-text = The same name and birthday, or the same e-mail address, is here already. Families often share an address.
office-alike-sure = It is somebody else: save
# $name is a person's name.
office-put-into = Put these details into { $name }
office-put-into-title = Please look at both
office-put-into-text = The record is filled with what you typed. Where it differs, the field says what the record holds now. Nothing is changed before you save.
office-meanwhile = This record was changed meanwhile
office-meanwhile-text = Nothing was saved, and what you typed is still here. Where it differs, the field says what the record holds now. If you save again, yours counts.
office-meanwhile-now = Now: { $value }
office-meanwhile-empty = Now: empty
office-meanwhile-ticked = Now: yes

# Sign-in to the portal. $moment is "today, 9:41 AM" or "18 November".
office-portal-since = They can sign in to the portal without a link since: { $moment }.
# The portal's address follows.
office-portal-where = The address where they sign in, to hand on to them:
# What a patient does there.
office-portal-how = There they type their e-mail address, and get a code of 8 digits by e-mail.
office-portal-family = To let them write for a child or somebody else at the same mailbox, allow portal sign-in on that record too.
office-portal-may = The record is complete. You can allow them to sign in to the portal without a link.
office-portal-missing = For signing in to the portal without a link, the record still needs:
office-portal-lacks = The record is not complete. It still needs: { $fields }.
office-portal-grant = Allow portal sign-in for { $name }
office-portal-grant-do = Allow portal sign-in
office-portal-grant-means = They type their e-mail address on the portal, get a code there, and see all messages to them that are still available. They can also write to you first.
office-portal-grant-link = Whoever reads that mailbox can do the same. Please make sure that the address is theirs.
office-portal-revoke = Stop portal sign-in for { $name }
office-portal-revoke-do = Stop portal sign-in
office-portal-revoke-means = They can no longer open the portal by themselves.
office-portal-revoke-link = The links in your messages go on working, each until its time is over.

# Family and history.
office-family = Family
office-family-none = Nobody else is known.
office-family-add = Add somebody of this family
office-sharing = Shares the mailbox
office-sharing-text = Messages to the address can be read by all of them. The message says whom it is about.
office-history = Messages sent and received
office-history-none = None that you see.
office-history-yours = Here is what you wrote, and what was sent to you or to the whole clinic. Colleagues may have written and received more.
office-history-sent = Sent
office-history-received = Received
office-history-older = Older messages
office-history-newest = Newest messages
office-fate-held = Waits for release
office-fate-queued = On its way
office-fate-noticed = Notice sent
office-fate-bounced = The notice came back
office-fate-opened = Opened
office-fate-downloaded = File downloaded
office-fate-replied = Has answered
office-fate-expired = Its time is over
office-fate-recalled = Taken back
office-fate-relayed = Sent on
office-fate-delivered = Delivered
office-fate-failed = Not delivered
office-fate-overdue = Not confirmed in time
office-fate-read = Read
office-fate-unread = Not read yet

# Contacts as a file. $size is "1 MB", $line and $column are numbers or names.
office-import = Bring in contacts from a file
office-import-text = Save the list of your old program or spreadsheet as a CSV file (“CSV UTF-8”). First you see what would happen, line by line. Nothing changes before you say so.
office-import-how = What the file looks like
office-import-columns = The first line names the columns: last, first, born, phone, email, postal, provider, language, status. The names that stand on these pages are taken too, such as “Last name”. Only those you have are needed. An empty cell changes nothing.
# A line of such a file; no commas but between the cells.
office-import-example = Doe,Jane,1988-03-04,+1 503 555 0100,jane@example.com,ruiz@clinic.example,en,patient
office-import-born = born: year, month and day, such as 1988-03-04. Another form is refused, because 03/04/1988 is one day in one country and another day in the next.
office-import-provider = provider: the e-mail address of the provider’s account, or the name as these pages show it.
office-import-words = language: en or es. status: patient or non-patient.
office-import-several = Further numbers and addresses: phone2 to phone4, email2 to email8.
# $fields is "Last name, Phone".
office-import-fields = Would change: { $fields }
office-import-file = CSV file
office-import-hint = Up to { $size }. Larger files are brought in by the person who looks after this system.
office-import-try = Look at the file
office-import-empty = Please choose a file. An empty one changes nothing.
office-import-look = This is what would happen
office-import-do = Bring them in
office-import-mend = Nothing is brought in while one line is refused. Please mend these lines in your file and choose it again.
office-import-meanwhile = The contacts have changed since you looked. Please look once more.
office-import-done = The contacts are brought in
office-import-line = Line { $line }
office-import-add = would be added
office-import-change = would be changed
office-import-same = would stay as it is
office-import-refused = is refused
office-effect-addresses = Messages would go to other e-mail addresses.
office-effect-granted = Would be allowed to sign in to the portal.
office-effect-revoked = Would no longer be allowed to sign in to the portal.
office-import-rest = The other lines are not shown.
office-line-fields = The line has more or fewer cells than the first one. Please check commas and quotation marks.
office-line-id = What stands under id is none. Please leave it empty for a new contact.
office-line-again = It is about the same person as line { $line }. Please leave one out.
office-line-several = Several contacts could be meant. Please give last name, first name and date of birth.
office-line-crowded = More than 50 contacts would share this e-mail address. Leave out an address that is nobody’s own, such as the clinic’s.
office-sheet-large = The file is too large for this page. Please split it, or ask the person who looks after this system.
office-sheet-long = The file has too many lines. Please split it, each part with its first line.
office-sheet-encoding = Line { $line } is not in UTF-8, so letters with accents could be mistaken. Please save the file as “CSV UTF-8”.
office-sheet-wide = The file is saved as “Unicode text”. Please save it as “CSV UTF-8”.
office-sheet-header = The first line must name the columns, such as last,first,born,email.
office-sheet-column = The first line has columns that are not known: { $columns }. Please rename or remove them.
office-sheet-twice = The first line has the column { $column } twice. Please leave one out.
office-sheet-line = Line { $line } cannot be read. Please check its quotation marks.
office-export = Save all contacts as a file
# For who may not.
office-export-who = A provider can save all contacts as a file.
office-export-people = The file holds the names, birthdays and addresses of all your patients. Outside of this gateway nothing protects it. Keep it only where patients’ records belong, and delete it when you are done.
office-export-noted = That you saved it is noted in the audit.
office-export-semicolons = Semicolons between the cells
office-export-semicolons-hint = For a spreadsheet of a country where numbers are written with a comma.
office-export-do = Save the file

# Set-up of a mail program.
office-values = Settings for your mail program
office-values-text = One press on a value selects all of it, ready to copy.
# On a button, and beside it once it was pressed.
office-copy = Copy
office-copied = Copied
office-value-user = User name
office-value-password = Password
office-value-app = An app password from this page
office-value-in-server = Incoming mail (IMAP): server
office-value-in-port = Incoming mail: port
office-value-in-security = Incoming mail: security
office-value-out-server = Outgoing mail (SMTP): server
office-value-out-port = Outgoing mail: port
office-value-out-security = Outgoing mail: security
office-programs = Step by step
office-apple = iPhone, iPad or Mac: the quick way
office-apple-text = Point the camera of the device at this picture, or open the link on it. It installs a signed profile with these settings and without a password. Then type an app password when it asks.
office-apple-picture = Picture that leads to the profile
office-apple-here = Open the profile on this device

# App passwords. $networks is "203.0.113.0/24", $address "203.0.113.7".
office-apps = App passwords
office-apps-none = You have none yet.
office-app-why = Each mail program gets a password of its own. If a device is lost, take its password back, and the others go on working.
office-app-networks-why = If you limit it to the clinic’s network, a stolen password is of no use to anybody outside. For a phone that goes home with you, leave it open.
office-app-new = Make an app password
office-app-name = Name
office-app-name-hint = The device and the program, such as “Outlook at the front desk”.
office-app-nameless = Please give it a name, so that you know it again.
office-app-scope = What it opens
office-scope-both = Reading and sending
office-scope-imap = Reading only
office-scope-smtp = Sending only
office-app-networks = Only from these networks
office-app-networks-hint = Leave it empty for everywhere. You are now at { $address }; a network looks like 203.0.113.0/24.
office-app-network-wrong = “{ $network }” is not a network. It looks like 203.0.113.0/24, or 203.0.113.7 for one address.
office-app-networks-many = At most { $n } networks. Please name larger ones.
office-app-make = Make it
office-app-refused = It was not made. You may have as many as there can be: take one back that you no longer use.
office-app-made = Your new app password
office-app-made-text = Type it into your mail program where it asks for the password, for incoming and for outgoing mail. It works nowhere else.
office-app-made-once = It is shown this one time. You need not keep it: for another device, make another.
office-app-typed = I have typed it in
office-app-used = last used { $moment }
office-app-unused = not used yet
office-app-anywhere = from anywhere
office-app-from = only from { $networks }
office-app-revoke = Take back
office-app-revoke-title = Take back “{ $name }”
office-app-revoke-means = The program that uses it can read and send nothing from now on. Everything else goes on working.
office-app-revoked = The app password is taken back.

# The own account.
office-own = Your sign-in
office-own-title = Change your password
office-own-text = This is the password for these pages. All your pages close, and you sign in anew.
office-own-current = Your present password
office-own-new = New password
office-own-hint = At least { $n } characters, such as four or five words that do not belong together.
office-own-again = New password once more
office-own-short = Please use at least { $n } characters.
office-own-common = Many people use this one, or it holds your name. Please choose words that do not belong together.
office-own-differs = The two are not the same. Please type it again.
office-own-do = Change the password

# Accounts, for who runs the gateway.
office-account-new = Add an account
office-account-name = Name
office-account-name-hint = As patients know them, such as “Dr. Ana Ruiz”.
office-account-role = Role
office-role-staff = Staff
office-role-staff-means = Writes messages. A provider releases them, unless you allow otherwise. Sees its own mail, the shared mail and the contacts.
office-role-provider = Provider
office-role-provider-means = Writes, sends and releases. Sees its own mail, the shared mail and the contacts.
office-role-admin = Administrator
office-role-admin-means = Runs the gateway and these accounts. Sees nobody’s mail and no contacts.
office-account-proof = Only if they may do more than before: your own password and a code.
office-account-make = Add the account
office-account-address-wrong = This is not an e-mail address.
office-account-address-taken = This address has an account already.
office-account-address-foreign = This address is not of one of the clinic’s own domains.
office-account-made = The account is made
office-account-made-text = Hand this first password over in person, not by e-mail. At the first sign-in they set up the app on their phone; then they change the password under Set-up.
office-account-made-once = It is shown this one time.
office-account-handed = I have handed it over
office-account-changed = The changes are saved.
office-account-change = Change name and permissions
office-account-change-title = Change { $name }
office-account-meanwhile = The account was changed meanwhile. Nothing was saved, and what you typed is still here. If you save again, yours counts.
office-account-state = State
office-account-state-on = In use
office-account-state-off = Switched off
office-account-is-on = The account is in use again.
office-account-is-off = The account is switched off.
office-account-off = Switch off
office-account-off-title = Switch { $name } off
office-account-off-means = At once, nothing opens with this account: no page, no mail program. Its mail stays. You can switch it on again.
office-account-on = Switch on again
office-account-on-title = Switch { $name } on again
office-account-on-means = Password, second step and app passwords work as before.
office-account-factor = Second step
office-account-has-factor = Set up
office-account-no-factor = Second step not set up yet
office-account-no-apps = None
office-account-revoke = Take app passwords back
office-account-staff = Their own messages
office-staff-inherit = As the clinic has set it
office-staff-hold = Wait for a provider
office-staff-send = Leave at once
office-account-writes = Writes in the name of
office-account-writes-all = Every provider
office-account-writes-hint = If none is ticked: every provider.
office-deputies = Deputies
office-deputies-change = Change deputies
office-deputy-title = Deputies of { $name }
office-deputy-means = A deputy may release messages in this provider’s name while they are away.
office-deputy-who = Who stands in
office-deputy-nobody = Nobody: end all of them
office-deputy-none = None
office-deputy-until = Until the end of
office-deputy-proof = To name a deputy: your own password and a code.
office-deputy-to = until { $moment }
office-deputy-day = Please name a day from today on, within a year.
office-deputy-set = The deputy may release from now on.
office-deputy-ended = Nobody stands in any more.
office-reset = Reset the second step
office-reset-title = Reset the second step of { $name }
office-reset-means = For a lost phone. All their pages close, the app and the recovery codes count no more, and whoever signs in next with the password sets up a new phone. Make sure that only they know the password.
office-reset-proof = To be sure that it is you, type your own password and a code.
office-factor-gone = The second step is reset. They set up a new phone at the next sign-in.
office-revoke-title = Take an app password of { $name } back

# Audit.
office-audit-text = What happened, the newest first. Messages and patients stand here by their number alone. That you read this is noted too.
office-audit-filter = Show only some of it
office-audit-account = Account
office-audit-everybody = Everybody
office-audit-kind = What happened
office-audit-everything = Everything
office-audit-day = Day
office-audit-show = Show
office-audit-none = Nothing of this kind was found here.
office-audit-failed = failed
office-audit-network = from network { $network }
office-audit-older = Older
office-audit-all = Show everything
office-who-gateway = The gateway
office-who-visitor = Somebody with a link
office-who-recipient = A recipient
office-who-operator = Whoever runs the machine (user { $id })
office-who-unknown = Somebody unknown
office-event-sign-in = Sign-in
office-event-sign-out = Sign-out
office-event-submit = Message taken in
office-event-route = Way of a message chosen
office-event-notice = Notice sent
office-event-code-request = Code asked for
office-event-code-try = Code tried
office-event-lock = Locked after wrong tries
office-event-open = Message opened
office-event-download = File downloaded
office-event-reply = Patient answered
office-event-ask-again = Patient asked for a message again
office-event-expiry = Time of a message ended or changed
office-event-recall = Message taken back
office-event-purge = Content destroyed
office-event-key = Key made or destroyed
office-event-account = Account changed
office-event-disclose = Data of people looked at
office-event-queue = Queue changed by hand
office-event-configuration = Settings read anew
office-event-store = Store looked after
office-event-task = Task closed
office-event-hold = Message held or given back
office-event-release = Message released
office-event-break-glass = Emergency access
office-event-contact = Contact changed
office-event-draft = Message not finished
office-event-export = File written into the chart, or trail taken out
office-import-added =
    { $n ->
        [one] { $n } contact was added.
       *[other] { $n } contacts were added.
    }
office-import-changed =
    { $n ->
        [one] { $n } was changed.
       *[other] { $n } were changed.
    }
# What a file would do, before anybody says so.
office-import-would-add =
    { $n ->
        [one] { $n } contact would be added.
       *[other] { $n } contacts would be added.
    }
office-import-would-change =
    { $n ->
        [one] { $n } would be changed.
       *[other] { $n } would be changed.
    }
office-import-sames =
    { $n ->
        [one] { $n } would stay as it is.
       *[other] { $n } would stay as they are.
    }
office-import-refuseds =
    { $n ->
        [one] { $n } line is refused.
       *[other] { $n } lines are refused.
    }
office-import-moves =
    { $n ->
        [one] For { $n } contact, messages would go to other e-mail addresses.
       *[other] For { $n } contacts, messages would go to other e-mail addresses.
    }
office-import-grants =
    { $n ->
        [one] { $n } contact would be allowed to sign in to the portal.
       *[other] { $n } contacts would be allowed to sign in to the portal.
    }
office-import-ends =
    { $n ->
        [one] { $n } contact would no longer be allowed to sign in to the portal.
       *[other] { $n } contacts would no longer be allowed to sign in to the portal.
    }

# The fixed words of the audit trail, in small letters: one may follow another.
office-note-added = added
office-note-made = made
office-note-enabled = switched on
office-note-disabled = switched off
office-note-policy-off = mail not protected unless asked for
office-note-policy-inherit = mail protected as the clinic has set it
office-note-policy-secure = mail always protected
office-note-password-set = new password
office-note-name = name
office-note-staff-hold = own messages wait for a provider
office-note-staff-send = own messages leave at once
office-note-staff-inherit = own messages as the clinic has set it
office-note-writes-for = in whose name they write
office-note-role-staff = now staff
office-note-role-provider = now a provider
office-note-role-admin = now an administrator
office-note-factor-set = second step set up
office-note-factor-reset = second step reset
office-note-recovery-renewed = new recovery codes
office-note-app-password-made = app password made
office-note-app-password-revoked = app password taken back
office-note-no-deputies = no deputies any more
office-note-changed = changed
office-note-imported = brought in from a file
office-note-addresses = other e-mail addresses
office-note-provider = another primary provider
office-note-granted = portal sign-in allowed
office-note-revoked = portal sign-in stopped
office-note-export = taken out as a file
office-note-search = search
office-note-read = read
office-note-closed = closed
office-note-extended = more time given
office-note-reminder = reminder
office-note-withdrawn = withdrawn
office-note-expired = time over
office-note-rejected = given back
office-note-retry = tried again
office-note-drop = dropped
office-note-own = by the provider
office-note-at-staff-screen = at the screen of
office-note-deputy = by a deputy
office-note-break-glass = in an emergency
office-note-move = by moving it in a mail program
office-note-page-password = office page: password
office-note-page-code = office page: code
office-note-page-recovery = office page: recovery code
office-note-office = office page
office-note-sign-in = mail program
office-note-phone = phone
office-note-computer = computer
office-note-program = a program
office-note-unknown = unknown device
office-note-accepted = taken by the relay
office-note-portal = through the portal
office-note-local = inside the clinic
office-note-clear = without protection
office-note-unread = not read before
office-note-still-unread = the office told once more: it still waits
office-note-read-before = read before
office-note-damaged = damaged
office-note-too-many = too many
office-note-locked = locked
office-note-resent = sent twice
office-note-no-mailbox = no such mailbox
office-note-no-domain = no such domain
office-note-mailbox-full = mailbox full
office-note-refused = refused
office-note-gave-up = given up
office-note-accepted-reminder = reminder taken by the relay
office-note-undelivered-reminder = reminder not delivered
office-note-unwanted-reminder = reminder not needed any more
office-note-came-back = came back
office-note-late-elsewhere = late behind the relay
office-note-new-message = new message
office-note-nobody = nobody of this address
office-note-kept = kept for later
office-note-kept-late = kept when the session had ended
office-note-thrown-away = thrown away
office-note-budget = too many wrong codes in all
office-note-portal-password = password for the portal
office-note-compacted = disk space given back
office-note-rolled-and-destroyed = old keys destroyed

# Another role, a new first password.
office-role-change = Change the role
office-role-title = Role of { $name }
office-role-means = All their pages and mail programs are closed at once, and they sign in anew. Messages that wait for the release of somebody who is no provider any more go back to their writers in time.
office-role-changed = The role is changed.
office-renewal = Set a new first password
office-renewal-title = New first password for { $name }
office-renewal-means = For a forgotten password. The old one counts no more, and all their pages close. Their second step and their app passwords stay.
office-renewal-do = Set it
office-renewal-made = The new first password
office-renewal-made-text = Hand it over in person, not by e-mail. They sign in with it and then change it under Set-up.
