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
office-today-empty-hint = When a patient asks to have a message sent again, it will be here.
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
office-asked-text = They could not open it any more. Write to them again, or ask whoever runs this gateway to give the message more time.
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
