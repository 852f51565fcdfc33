# What a mail program shows when the gateway answers it. A receptionist reads
# these in an error box: what happened, and what to do next.

smtp-ok = OK.
smtp-bye = Goodbye.
smtp-help = This is the clinic's secure mail gateway. Sign in with your e-mail address and an app password. Your administrator can make one for you.
smtp-verify = Addresses are not confirmed here. Write to the address; if the message cannot be delivered, you will be told.
smtp-tls-ready = Ready to start encryption.
smtp-sender-ok = Sender accepted.
smtp-recipient-ok = Recipient accepted.
smtp-chunk-ok = Received.
smtp-begin-data = Send the message. End it with a line that holds only a dot.
smtp-accepted = The message was accepted.
smtp-signed-in = You are signed in.

smtp-sign-in-refused = The e-mail address or the app password is not correct. Check both in the settings of your mail program. Use the app password made for this device, not your account password.
smtp-sign-in-busy = Many people are signing in right now. Your password was not checked. Please try again in a minute.
smtp-sign-in-slow = There were too many failed attempts to sign in. Please wait a few minutes, check the app password, and try again.
smtp-sign-in-cancelled = Your mail program stopped signing in. Enter the app password again and try once more.
smtp-sign-in-malformed = Your mail program sent a sign-in that could not be understood. Enter the e-mail address and the app password again.
smtp-sign-in-line-long = Your mail program sent a password that is far too long. Enter the app password again.
smtp-sign-in-mechanism = This way of signing in is not offered. In your mail program, choose "normal password" as the authentication method.
smtp-sign-in-twice = You are already signed in.
smtp-sign-in-other = You cannot sign in on behalf of another account. Use the app password of the account you want to send from.
smtp-account-off = This account is no longer in use, so the connection is closed. If that is a mistake, tell your administrator.

smtp-encrypt-first = The connection is not encrypted. In the settings of your mail program, choose SSL/TLS with port 465, or STARTTLS with port 587.
smtp-sign-in-first = Please sign in first. In the outgoing server settings of your mail program, turn on authentication with your e-mail address and app password.
smtp-hello-first = Your mail program skipped the greeting (EHLO). Restart it and try again.
smtp-mail-twice = Your mail program started a second message before it finished the first. Send the message again.
smtp-mail-first = Your mail program did not name a sender first. Send the message again.
smtp-no-recipients = The message has no accepted recipient. Check the address in the To field and send it again.
smtp-chunks-begun = Your mail program mixed two ways of sending a message. Send the message again.
smtp-tls-twice = The connection is already encrypted.
smtp-tls-group = Your mail program sent commands before the connection was encrypted. For your safety none of them was used. Try again; if this repeats, tell your administrator.
smtp-tls-here = This port starts without encryption. In the settings of your mail program, choose STARTTLS for this port, or SSL/TLS with port 465.

smtp-unknown = The gateway does not know this command.
smtp-not-here = This command is not offered here.
smtp-argument = Your mail program sent a command that is not complete or has too much in it.
smtp-line-long = Your mail program sent a command that is too long.
smtp-line-broken = Your mail program sent a command with characters that are not allowed, or with a wrong line end.
smtp-http = This is a mail server, not a web page. To read a secure message, open the link in the notice you received.
smtp-parameter-value = Your mail program sent an option with a value that is not allowed.
smtp-parameter = Your mail program asked for an option that is not offered here.
smtp-sender-address = The sender is not a valid e-mail address. Check your own address in the settings of your mail program.
smtp-recipient-address = The recipient is not a valid e-mail address. Correct it and send the message again. An address looks like name@example.com.
smtp-no-return = Nothing is delivered here but reports about mail that this server sent. Write to the person, or to the clinic, at their usual address.
smtp-no-relay = This server passes no mail on. Check the address.
smtp-international = The address has letters such as accents that your mail program did not prepare for. Update the mail program or use another address of this person.
smtp-too-many-recipients = A message can have at most { $limit } recipients. Send it again to the remaining recipients.

smtp-too-large = The message with its files is larger than { $limit } MB. Send the files in several messages, or make them smaller.
smtp-content-bare = The message has line ends that are not allowed, so it was not sent. Write it again in your mail program. If a scanner or another program made it, tell your administrator.
smtp-content-nul = The message holds characters that are not allowed, so it was not sent. Attach such data as a file.
smtp-content-line-long = The message has a line of more than { $limit } characters, so it was not sent. If a scanner or another program made it, tell your administrator.

smtp-errors = There were too many errors in this connection. Please wait a minute and try again.
smtp-commands = This connection has been used for very long. Please connect again.
smtp-idle = Your mail program was silent for too long, so the connection is closed. A message that was not confirmed was not sent. Please send it again.
smtp-slow = The message came too slowly, so the connection is closed and the message was not sent. Check your network and send it again.
smtp-closing = The mail gateway is restarting. Please try again in a minute.
smtp-connections = The mail gateway is very busy. Please try again in a minute.
smtp-network-connections = There are too many connections from your network. Close mail programs you do not use and try again in a minute.
smtp-in-flight = The mail gateway is receiving many large messages right now. This message was not sent. Please try again in a minute.
smtp-account-in-flight = Your account is sending several large messages at once. This message was not sent. Wait until the others have gone, then send it again.
smtp-fault = The mail gateway could not take the message because of a fault on its side. It was not sent. Please try again in a few minutes; if this repeats, tell your administrator.
