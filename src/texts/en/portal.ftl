# The pages a recipient sees. Sixth-grade words; "code", "file", "reply".
# $clinic is the clinic's name as it writes it.

# Frame.
portal-skip = Skip to the content
portal-tabs = Your messages
portal-inbox = Inbox
portal-sent = Sent
portal-files = Files
portal-sign-out = Sign out
portal-signed-in-as = Signed in as
portal-help = Help
portal-questions = Questions? Call { $clinic }:
portal-questions-no-phone = Questions? Call { $clinic } at the number you already have.
portal-never-ask = We never ask for a credit card number or a Social Security number, and never for a password by e-mail or by phone.
# Stands before the title of a page with a mistake to mend.
portal-error-prefix = Please check:

# Front page of a message.
portal-landing-title = You have a secure message
# $address is masked: j•••@example.com.
portal-landing-to = { $clinic } sent a message to { $address }.
portal-landing-until = You can read it until { $moment }.
portal-landing-why = To make sure it is you, we will e-mail a 6-digit code to { $address }.
portal-send-code = Send me a code
portal-have-code = I already have a code

# Code page.
portal-code-title = Enter the code from your e-mail
portal-code-refused-title = The code was not sent
portal-code-to = We sent it to { $address }.
# In its place while the mail service has not taken it.
portal-code-will-go = It will go to { $address }.
portal-code-reference = The e-mail shows the letters { $reference }, so you know it is the right one.
portal-code-none-asked = Codes are sent to { $address }. If you have one, type it here. If not, ask for one below.
portal-code-label = 6-digit code
portal-private = Keep me signed in on this device
portal-private-hint = Only on a phone or computer that nobody else uses.
portal-open-message = Open my message
portal-new-code = Send a new code
portal-look-again = Check again
portal-code-waiting = We are sending the code now. This takes a few seconds.
portal-code-handed = The code was sent at { $time }. It usually arrives within a minute. Please look in your spam folder too.
portal-code-deferred = The code has not left yet. We will try again at { $time }.
portal-code-refused = We could not send the code. Please ask for a new one in a few minutes, or call { $clinic }.
portal-code-valid = The code works until { $time }.
portal-code-over = The last code no longer works. Please ask for a new one.
portal-code-joined = You asked for a code a moment ago. You can ask for a new one after half a minute.
# $wait is "40 minutes", $time "11:30 AM (Pacific)".
portal-code-many = We sent several codes in a short time. You can ask for a new one in { $wait }, at { $time }. The newest code we sent may still arrive.
portal-code-later = You can ask for a new code in { $wait }, at { $time }.
portal-code-empty = Please type the 6-digit code from the e-mail.
portal-code-wrong =
    { $n ->
        [0] This code did not work. Please ask for a new code.
        [one] This code did not work. Please use the code in the newest e-mail. You have { $n } try left.
       *[other] This code did not work. Please use the code in the newest e-mail. You have { $n } tries left.
    }
portal-code-wait = Several codes did not work. Please wait { $wait } and try again.
# The same where the wait is long.
portal-code-wait-until = Several codes did not work. Please wait { $wait }, until { $time }, and try again.
portal-code-wait-title = Please wait a little
portal-problem = Please check this

# Inbox, Sent, Files.
portal-inbox-title = Messages from { $clinic }
portal-inbox-empty = No messages yet
portal-inbox-empty-hint = When { $clinic } writes to you, the message will be here.
portal-sent-title = What you wrote to { $clinic }
portal-sent-empty = Nothing sent yet
portal-sent-empty-hint = What you write to the office will be here.
portal-files-title = All files
portal-files-empty = No files yet
portal-files-empty-hint = Files from your messages and replies will be here.
portal-new = New
portal-answered = replied
portal-gone-subject = Message no longer available
portal-no-subject = Message without a subject
portal-older = Older messages
# $left is "7 days left".
portal-left = { $left } to read it
portal-files-count =
    { $n ->
        [one] { $n } file
       *[other] { $n } files
    }
portal-from = From { $name }
portal-from-you = From you
portal-to = To { $name }
# Where several people share an e-mail address; $name is a first name.
portal-about = About: { $name }
# $moment is "today, 9:41 AM" or "Sunday, 29 November 2026, 5:00 PM (Pacific)".
portal-arrived = Arrived at the office: { $moment }
portal-download = Download
portal-file-unnamed = File without a name

# A message.
portal-message = Message
portal-all-messages = ← All messages
portal-all-sent = ← All you sent
portal-until = You can read it until { $moment }: { $left }.
portal-verified = Sender checked: this message comes from { $clinic }.
portal-answered-on = You replied: { $moment }
portal-message-empty = This message has no text.
portal-message-alone = Open the message on its own, to read or print it
portal-reply = Reply
portal-print = Print
portal-print-elsewhere = This message has a page of its own for printing. Press “Print” below the message to open it.
portal-print-how = To print this page or save it as a PDF, use Print in your browser’s menu. On a phone it is under Share.
portal-print-from = From
portal-print-to = To
portal-print-date = Date
portal-print-about = About
portal-download-all = Download all files (.zip)
portal-download-message = Download message (.eml)
portal-draft-waits = We kept the reply you were writing.
portal-draft-go-on = Go on writing

# A reply.
portal-reply-title = Reply to { $clinic }
portal-reply-about = About: { $subject }
portal-back-to-message = ← Back to the message
portal-reply-text = Your reply
portal-reply-urgent = Is it urgent? Do not write here: call { $clinic }. In an emergency, call 911.
portal-reply-files = Add files, if you like
# $file is "20 MB", $all "50 MB".
portal-reply-limits = You can choose several files: each up to { $file }, all together up to { $all }.
# $kinds is "photos, documents, text files", or "bmp, doc, pdf".
portal-reply-kinds = Kinds of files we take: { $kinds }.
portal-reply-photos = photos
portal-reply-documents = documents
portal-reply-texts = text files
portal-reply-send = Send my reply
portal-choose-again = Your text is still here. Only the files are not: a browser does not keep them. Please choose your files again, all that you want to send.
# Beside the button that chooses files.
portal-files-again = No file is chosen now. Please choose all of them again.
portal-reply-empty = Please write a few words or add a file.
portal-reply-long = Your text is longer than { $n } characters. Please make it shorter, or send it as a file.
# $name is a file's name.
portal-reply-large-file = “{ $name }” is larger than { $limit }. Please choose a smaller file.
portal-reply-large = “{ $name }” does not fit: all your files together may be up to { $limit }. Please send it in a second message.
portal-reply-many = “{ $name }” is one too many: we take up to { $n } files at once. Please send the rest in a second message.
portal-reply-kind = We cannot take “{ $name }”: it is not one of the kinds of files listed below. Please choose another file.
portal-reply-empty-file = “{ $name }” is empty. Please choose another file.
portal-reply-mismatch = “{ $name }” does not hold what its name says. Please save the file again, or choose another one.
portal-reply-pixels = The picture “{ $name }” has more than { $n } million pixels. Please save it in a smaller size, or choose another file.
portal-reply-unpacked = “{ $name }” holds more than we can take: { $limit } when it is opened, or { $n } parts. Please save it as a PDF and send that.
portal-reply-unclear = We cannot tell how large “{ $name }” is when it is opened. Please save the file again, or choose another one.
portal-reply-many-answers = You have sent { $n } replies since yesterday, and this is as many as we can take. Please try again tomorrow, or call us. Your text is still here.
portal-reply-no-room = We cannot take replies at the moment. Please try again in an hour. Your text is still here.
portal-draft-kept = Your messages were closed while you were writing. We kept this text for you. If you chose files, please choose them again.
portal-draft-discard = Delete this text

# A new message. A person is one of those who share an e-mail address.
portal-new-message = New message
portal-new-title = Write to { $clinic }
portal-new-person = I am writing for
portal-new-choose = Please choose
portal-new-unchosen = Please choose for whom you are writing.
portal-new-for = You are writing for { $name }.
portal-new-to = To
portal-new-goes = Your provider at { $clinic }, or the office, will get it.
portal-new-subject = What is it about?
portal-new-no-subject = Please write in a few words what it is about.
portal-new-long-subject = These words are longer than { $n } characters. Please write the rest below.
portal-new-text = Your message
portal-new-send = Send my message

# The password for the front page.
portal-password-link = Choose or change a password
portal-password-choose = Choose a password
portal-password-change = Change your password
portal-password-why = A password is for the front page of { $clinic }. On a phone or computer that knows you, it stands in for the code. Anywhere else we send you a code too. Links in our e-mails work without it.
portal-password-since = You chose your password: { $moment }
portal-password-new = New password
portal-password-hint = At least 12 characters. Several words that do not belong together are easy to keep in mind.
portal-password-again = The same password once more
portal-password-keep = Keep this password
portal-password-remove = I want no password
portal-password-set = Your password is kept
portal-password-removed = You have no password any more
portal-password-unlike = The two passwords are not the same. Please type both again.
portal-password-short = This password has fewer than 12 characters. Please choose a longer one.
portal-password-common = Many people use this password, or one like it. Please choose another one.
portal-password-busy = We could not keep it at the moment. Please try again in a minute.
portal-answer-sent = Your message was sent
portal-answer-arrived = It arrived at { $clinic } on { $moment }.
portal-answer-reference = Reference: { $reference }

# Pages with one thing to say.
portal-front-title = Secure messages from { $clinic }
portal-front-text = To read a message, open the link in the e-mail we sent you.
portal-front-lost = No e-mail? Please look in your spam folder, or call { $clinic }.
portal-front-no-link = No link at hand?
portal-front-how = If { $clinic } has opened this page for you, type your e-mail address. We will e-mail an 8-digit code to it.
portal-front-address = Your e-mail address
portal-front-address-wrong = Please type your whole e-mail address, such as name@example.com.
portal-front-password = Password, if you chose one
portal-front-password-hint = Leave it empty if you have none or forgot it. We will e-mail you a code.
portal-front-password-wrong = This address and this password do not go together. Try again, or leave the password empty to get a code.
portal-front-password-slow = Several passwords did not fit. Please wait { $wait }, until { $time }, or leave the password empty to get a code.
portal-front-go-on = Go on
portal-front-many = Many codes were asked for from where you are. You can ask for one in { $wait }, at { $time }.
# The same for everybody: it does not say whether the address is known.
portal-front-sent = If { $clinic } has opened this page for { $address }, a code is on its way to it. It usually arrives within a minute. Please look in your spam folder too.
portal-front-label = 8-digit code
portal-front-lasts = The code works for about ten minutes, once, and only in this browser.
portal-front-code-empty = Please type the 8-digit code from the e-mail.
portal-front-enter = Sign in
portal-front-none = No e-mail after a few minutes? We send only a few codes in an hour. You can also open the link in an e-mail from us, or call { $clinic }.
portal-front-other = Use another address
# $wait is "40 minutes", $time "11:30 AM (Pacific)".
portal-rests-title = This way in is closed for a while
portal-rests-text = Too many wrong codes were typed here, by somebody somewhere. To keep all messages safe, this way in is closed for { $wait }, until { $time }.
portal-own-title = This message is for one person alone
portal-own-text = More than one person reads at this e-mail address, so the message is not shown here. If it is for you, please call { $clinic } and give them an address that only you use.
portal-new-closed-title = This page is not open for you
portal-new-closed-text = You can still read your messages and reply to them. To write to us first, please call { $clinic }.
portal-expired-title = This message is no longer available
portal-expired-text = The time to read it is over. { $clinic } still has it and can send it again.
portal-withdrawn-title = This message was taken back
portal-withdrawn-text = { $clinic } took this message back. You do not need to do anything.
portal-withdrawn-ask = If you still need it, you can ask the office.
portal-ask-again = Ask the office to send it again
portal-asked-title = We asked the office
portal-asked-text = We told { $clinic } that you would like to have this message again. You will get a new e-mail when it is sent.
portal-asked-before = We have already asked the office to send it again. When they do, you will get another e-mail.
portal-unknown-title = This link is not complete
portal-unknown-text = Please go back to the e-mail from { $clinic } and press the button in it. If you copied the link, make sure that you copied all of it.
portal-barred-title = This message is closed for your safety
portal-barred-text = There were too many wrong codes for this message. { $clinic } can send it again.
portal-locked-title = We closed your messages
# $wait is "15 minutes".
portal-locked-text = To keep your messages private, we close them after { $wait } on the same page.
portal-locked-kept = We kept your text. Open your messages again to go on. If you chose files, you will need to choose them again.
portal-locked-kept-title = Your text was not sent yet
portal-locked-link = To open them again, use the link in the e-mail from { $clinic }.
portal-open-again = Open my messages again
portal-signed-out-title = You are signed out
portal-signed-out-text = Your messages are closed. To read them again, use the link in the e-mail from { $clinic }.
portal-signed-out-front = If { $clinic } has opened the portal for you, you can also sign in without a link.
portal-without-link = Sign in without a link
portal-signed-out-shared = If you are on a shared computer, please close this window too.
portal-missing-title = This page does not exist
portal-missing-text = Please go back to the e-mail from { $clinic } and press the button in it.
portal-gone-title = This message is no longer available
portal-gone-text = It may have been taken back, or the time to read it is over. If you need it, please call { $clinic }.
portal-file-gone-title = This file is not here
portal-file-gone-text = The message it belongs to may no longer be available.
portal-to-inbox = Go to my messages
portal-method-title = Please try that again
portal-method-text = This page cannot be opened on its own. Please go back to the page before and try again.
portal-large-title = That was too much at once
portal-large-text = What you sent is larger than { $limit }, so nothing was sent. Please go back and send less at once, such as fewer files.
portal-stale-title = This page was open for too long
portal-stale-text = For your safety, its button no longer works. Nothing was sent. Please open the page again and press the button again.
portal-foreign-title = This did not come from our page
portal-foreign-text = For your safety, nothing was changed. Please open the link in the e-mail from { $clinic } and try again.
portal-open-anew = Open the page again
portal-host-title = This is not the right address
portal-host-text = Please open the link in the e-mail from { $clinic } again.
portal-room-title = Please try again later
portal-room-text = We cannot take anything new at the moment. Nothing is lost, and { $clinic } is working on it. If it is urgent, please call { $clinic }.
portal-slow-title = That took too long
portal-slow-text = Your connection was too slow, and nothing was sent. Please go back and try again, with fewer files at once.
portal-malformed-title = We could not read that
portal-malformed-text = Your browser sent something that we do not understand. Please go back and try again.
portal-fault-title = Something went wrong on our side
portal-fault-text = Please try again in a few minutes. If it happens again, please call { $clinic } and tell them the reference below.
portal-error-reference = Reference: { $reference }

# Help.
portal-help-title = How this works
portal-help-what-title = What is this?
portal-help-what = { $clinic } writes to you here, so that nobody else can read it. The e-mail you got only says that a message is waiting.
portal-help-code-title = Why do I need a code?
portal-help-code = The code shows us that it is you: we send it to your own e-mail address. It works for about ten minutes and only once. You need no account. A password is only for those who want one.
portal-help-late-title = The code does not arrive
portal-help-late = Most codes arrive within a minute. Some take a few minutes. Please look in your spam folder. You can ask for a new code after half a minute. Use the newest e-mail: it shows the same four letters as the page.
portal-help-real-title = Is the e-mail real?
portal-help-real = If you are not sure, call { $clinic } at a number you already have, for example on your appointment card. We never ask for a credit card number or a Social Security number, and never for a password by e-mail or by phone.
portal-help-long-title = How long can I read a message?
portal-help-long = The page tells you until when. After that, you can ask the office with one press to send it again.
portal-help-shared-title = On a shared computer
portal-help-shared = Press “Sign out” when you are done. If you forget it, we close your messages after { $wait }.
portal-help-urgent-title = In an emergency
portal-help-urgent = Do not use this page. Call 911.
