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
office-today-empty = Nothing waits for you
office-today-empty-hint = New answers, messages to release and what needs a call will be here.
office-admin-empty = No mail stands here
office-admin-empty-hint = Your account runs the gateway. Only people who write to patients see their mail.
office-gaps-title =
    { $n ->
        [one] The set-up is not finished: { $n } thing is missing
       *[other] The set-up is not finished: { $n } things are missing
    }
office-gaps-tell = Please tell whoever runs this gateway. They see what it is with “sealpost check”, or here with their own account.
office-asked-title =
    { $n ->
        [one] { $n } patient asks for a message again
       *[other] { $n } patients ask for a message again
    }
office-asked-text = They could not open it any more. Send it again, or mark it as done if you have called.
office-no-subject = Message without a subject
office-gone-subject = The message is no longer kept
# $moment is "today, 9:41 AM" or "18 November".
office-written = Sent { $moment }
office-asked-at = Asked { $moment }
office-stands-open = Can be read again
office-stands-expired = Its time is over
office-stands-locked = Closed after too many wrong codes
office-stands-withdrawn = You took it back
office-stands-destroyed = No longer kept

# Today, more.
office-replies-title =
    { $n ->
        [one] { $n } new answer
       *[other] { $n } new answers
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
office-task-done = Done

# What was done, at the top of a page.
office-done-again = A new notice is on its way.
office-done-closed = Closed. The answer is marked as read.
office-done-finished = Marked as done.
office-done-held = The message is safe. It waits for release.
office-done-sent = Sent. The message is on its way.
office-done-recalled = Taken back. Nobody can open it any more.
office-done-released = Released. The message is on its way.
office-done-returned = Given back. The writer has it in Drafts, with your reason.
office-done-withdrawn = Taken back. The message is in your Drafts.
office-done-gone = It does not wait any more: it was released or given back a moment ago.
office-done-not = Nothing was changed. Somebody was faster, or the day cannot be used. Please look at the state below.

# A message.
office-message = Message
office-message-empty = This message has no text.
office-file-unnamed = File without a name
office-somebody = Somebody whose address is no longer kept
office-from = From: { $name }
office-to = To: { $name }
office-regarding = About: { $name }
office-content-title = What the patient reads
office-notice-title = The notice, as it was sent
office-notice-none = No notice was sent.
office-recipients-title = What has become of it
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
office-way-portal = Protected: a notice with a link
office-way-clear = Ordinary e-mail, not protected
office-way-local = A mailbox of the clinic
office-way-open = Not decided yet
# $moment is "today, 9:41 AM" or "18 November".
office-state-held = Waits for release, since { $moment }.
office-state-queued = Waits to be sent, since { $moment }.
office-state-noticed = Notice sent { $moment }.
office-state-bounced = The notice could not be delivered ({ $moment }).
office-state-unopened = Not opened yet.
office-state-opened = Opened { $moment }.
office-state-downloaded = Files downloaded { $moment }.
office-state-replied = Answered { $moment }.
office-state-expired = Its time ended { $moment }.
office-state-expired-unopened = Its time ended { $moment }. It was not opened.
office-state-recalled = Taken back { $moment }.
office-state-relayed = Handed to the mail service { $moment }.
office-state-delivered = In the mailbox since { $moment }.
office-state-failed = Could not be delivered ({ $moment }).
office-state-until = Can be read until { $moment }.

# What is done with a message.
office-close = Close without an answer
office-close-text = If no answer is needed, close it. It is then marked as read, also in your mail program.
office-again-title = Send it again
office-again-text = A new notice with a new link is sent. The message can be read for the usual time from today.
office-again = Send again
office-until-label = Can be read until
office-until-hint = Leave it empty for the usual time.
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
office-release-until = It waits until { $moment }, then it goes back to Drafts.
office-goes-title = Who gets it, and how
office-note-off = This account was switched off. Nothing can be released until somebody else is chosen.
office-note-clear = This leaves unprotected. Others may read it on its way.
office-note-unlisted = Not in your directory. Please check the address.
office-note-blind = Blind copy: the other recipients do not see this address.
office-release-own = Release it
office-release-own-text = Your password and a code from your app show that it is you.
office-release-here = { $name } releases it here
office-release-here-text = The provider types the own password and a code, for this one message. You stay signed in, nobody else is.
office-release-emergency = Release it in an emergency
office-release-emergency-text = It bears the name of { $name }. If that person cannot be reached, you may release it with a reason. Your name and the reason are on record for good.
office-release-do = Release and send
office-proof-wrong = The password or the code did not work. Nothing was sent. Please wait for the next code and try again.
office-proof-empty = Please type the password and the 6 digits of the app. Nothing was sent.
office-release-changed = This is not the message that was shown. Nothing was sent. Please read it again, then release it.
office-release-theirs = It bears the name of { $name }, who has to release it. Nothing was sent.
office-release-off = The account of the provider or of a recipient was switched off. Nothing was sent. Please give the message back.
office-release-damaged = The stored message is not what was written. Nothing was sent. Please tell whoever runs this gateway.
office-reject-title = Give it back to { $name }
office-reject-label = What should be changed
office-reject-hint = The writer gets these words, and the message as a draft.
office-reject-do = Give it back
office-words-wrong = Please write what should be changed, up to { $most } characters.
office-withdraw-text = Do you want to change it? Take it back, and it is in your Drafts.
office-withdraw-do = Take it back to Drafts

# Help.
office-help-title = Help for the office
office-help-phone = I lost my phone
office-help-phone-text = Type your password, then choose “I do not have my phone” and use one of your recovery codes. If you have none, ask whoever runs this gateway to reset your second step. You then set up a new phone at the next sign-in.
office-help-password = I forgot my password
office-help-password-text = Ask whoever runs this gateway to set a new one. Nobody can read the old one.
office-help-wrong = My code does not work
office-help-wrong-text = Each code works once and for about a minute. Wait for the next one. If none works, set the time of your phone to automatic.
office-help-closed = My page closed by itself
office-help-closed-text = After 30 minutes without a press the pages close, and after 12 hours in any case. They also close when your password, your role or your second step changes.

# One thing to say.
office-locked-title = Your pages are closed
office-locked-text = Nothing was pressed for a while, or something about your account has changed. Please sign in again.
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
office-room-text = The disk of this gateway is nearly full, and nothing was changed. Please tell whoever runs it.
office-busy-title = Too many sign-ins at once
office-busy-text = Please try again in a moment.
office-slow-title = This took too long
office-slow-text = Please try again. If it happens again, tell whoever runs this gateway.
office-malformed-title = We could not read that
office-malformed-text = Please go back and try again.
office-fault-title = Something went wrong on our side
office-fault-text = Please try again. If it happens again, tell whoever runs this gateway the reference below.
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
office-find-hint = For example “Jane Doe” or “1980-01-31”. The start of a word is enough.
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
# $date is "1980-01-31".
office-born = born { $date }
office-write-from = From
office-write-from-hint = A message in somebody else's name waits until they release it.
# In a list of names. $name is "Dr. Ana Ruiz".
office-write-waits = { $name } (waits for release)
office-write-to = To
office-write-to-hint = Several people read at the same address. Choose whom the message is about.
office-choose = Please choose
office-write-subject = Subject
office-write-kept = Send along files from this patient
office-preview = Show
office-write-files = Add files from this computer
office-write-send = Send
office-write-no-subject = Please write a subject.
office-write-long-subject = The subject is longer than { $n } characters. Please make it shorter.
office-write-no-text = Please write a few words.
office-write-long-text = The text is longer than { $n } characters. Please make it shorter, or send it as a file.
office-write-no-from = Please choose who the message is from.
office-write-no-to = Please choose who the message is for.
office-write-no-pick = One of the files you ticked is not there any more. Please choose again.
