# Why a message was not taken. These stand in the mail client's error box,
# so each says what happened and what to do next.
refuse-admin = This account runs the gateway and cannot send mail. Please sign in with the account of a provider or of the office.
refuse-from = You signed in as { $allowed }, so From must be { $allowed }. Please choose that address in From and send again.
refuse-disabled = This account has been switched off, so the message was not sent. Please ask your administrator.
refuse-sender = You signed in as { $allowed }, but the message names another person in Sender. Please send it again from { $allowed }.
refuse-staff = A message to somebody outside goes out in a provider's name. Please choose the provider's address in From and send again; it waits until that provider releases it.
refuse-staff-for = A message to somebody outside goes out in a provider's name. Please choose one of these addresses in From and send again; it waits until that provider releases it: { $providers }.
refuse-writes-for = You do not write for { $provider }. Please choose a provider for whom you write, or ask your administrator.
refuse-many-holds = You have { $limit } messages that wait for a provider's release. Please have some of them released or given back, then send again.
refuse-automatic = This is an automatic message or a read receipt, and those are not sent to patients. Please turn off automatic replies and read receipts in your mail program.
refuse-no-subject = The subject is empty. Please write a subject and send again.
refuse-no-text = The message has no text. Please write a few words in the message itself and send again.
refuse-switched-off = The account { $address } of your clinic has been switched off. Please take this address out, or choose a colleague, and send again.
refuse-unlisted = { $address } is not in your clinic's list of contacts, so the message was not sent. Please check the address, or add the person to the contacts, and send again.
refuse-expires = The field X-Sealpost-Expires cannot be read. Please write a number and a unit, such as 36h for hours or 14d for days, from 1h to 365d.
refuse-copy = A secure message goes directly to one patient. Please move the patient's address from Cc or Bcc to To and send again.
refuse-several = This message is for several people outside the clinic. A secure message goes to one patient at a time. Please send it to each person separately.
refuse-new-recipients = Your account has written to many new addresses in the last hour, so this message was not sent. Please try again later, or ask your administrator.
refuse-header-size = The message lists too many people or is part of a conversation that is too long. Please write a new message.
refuse-header-line = The message was damaged before it came here, so it was not sent (line { $line } of its head). Please write it again as a new message. If it happens again, tell your administrator.
refuse-header-twice = The message has { $field } more than once, so it was not sent. Please write it again as a new message.
refuse-header-missing = The message does not say who it is from ({ $field } is missing), so it was not sent. Please choose your address in From and send it again.
refuse-header-address = { $field ->
    [From] From must hold one e-mail address, your own. Please correct it and send the message again.
   *[other] Something in { $field } is not an e-mail address. Please correct it and send the message again.
}
refuse-too-complex = The message has too many parts to be read safely. Please send the files in a .zip file or in several messages.
refuse-no-space = The secure mail server has no space left. Nothing was lost. Please try again later and tell your administrator.
refuse-store = The secure mail server could not save the message. Nothing was sent. Please try again in a few minutes.
accepted = Accepted. Reference { $reference }.
held = Held for release by { $provider } (ref { $reference }).
