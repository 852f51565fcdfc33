# The page that tells one person how to set up a mail program (`sealpost user
# sheet`). A receptionist follows it without help.

setup-title = Your mail on your computer or phone
setup-values = Whatever a mail program asks for, this is what to enter.

setup-user = User name
setup-password = Password
setup-password-value = the app password for this device
setup-sign-in = Way of signing in
setup-sign-in-value = normal password
setup-incoming = Incoming mail (IMAP)
setup-outgoing = Outgoing mail (SMTP)
setup-server = Server
setup-port = Port
setup-encryption = Encryption
setup-or = or, if your program cannot do that:

setup-app-password = The app password is not on this page. Your administrator makes one for each device and shows it once. Use it for incoming and for outgoing mail. No other password works here, and this one works nowhere else. If a device is lost, say so at once: its app password is taken back, and your other devices go on working.
setup-networks = An app password may be made so that it works in the clinic's own network alone. A password that was stolen is then of no use to anybody outside. If mail works at the clinic and not at home, that is why; your administrator can tell you.
setup-found = Some programs find these values by themselves. Compare what they found with this page before you enter the app password.

setup-outlook = Outlook for Windows, classic
setup-outlook-add = Choose File, then Add Account. Enter { $address }. Under Advanced options, tick "Let me set up my account manually". Choose Connect.
setup-outlook-manual = Choose IMAP.
setup-outlook-incoming = Incoming mail: server { $server }, port { $incoming }, encryption method { $incoming-encryption }. Leave "Require logon using Secure Password Authentication" empty.
setup-outlook-outgoing = Outgoing mail: server { $server }, port { $outgoing }, encryption method { $outgoing-encryption }. Choose Next.
setup-outlook-password = Enter the app password. Choose Connect, then Done.

setup-thunderbird = Mozilla Thunderbird
setup-thunderbird-add = Open the menu at the top right, choose Add Account, then Email. Enter your name and { $address }. Choose Continue.
setup-thunderbird-found = If Thunderbird finds the settings, compare them with this page and choose Continue.
setup-thunderbird-manual = If it does not, it shows two forms, one after the other. Enter the values of this page: incoming IMAP, { $server }, { $incoming }, { $incoming-encryption }; outgoing { $server }, { $outgoing }, { $outgoing-encryption }; authentication Normal password; user name { $address }. Choose Test, then Continue.
setup-thunderbird-test = Enter the app password when it asks for the password, choose Continue, then Finish.

setup-apple = Apple Mail on Mac, iPhone and iPad
setup-apple-profile = The quick way: on the device itself, open { $profile } in Safari and allow the download. It is a profile with the values of this page and without a password. Mac: System Settings, General, Device Management. iPhone and iPad: Settings, Profile Downloaded. Check that it says Verified, and ask your administrator if it does not. Choose Install, and enter the app password whenever you are asked for one. That is all.
setup-apple-nobody = There is no profile here. The address of this page must end with your whole mail address, as it stands on the page from your administrator.
setup-apple-add = Or by hand. Mac: in Mail, choose Mail, then Add Account, then Other Mail Account. iPhone and iPad: in Settings choose Apps, Mail, Mail Accounts, Add Account, Other, Add Mail Account (on older ones Settings, Mail, Accounts). Enter your name, { $address } and the app password.
setup-apple-manual = Choose IMAP if you are asked.
setup-apple-servers = Incoming mail server: { $server }, user name { $address }, the app password. Outgoing mail server: the same three, also where it says Optional. If it asks for ports: { $incoming } for incoming, { $outgoing } for outgoing, with SSL.

setup-cloud = New Outlook, and Outlook on phones
setup-cloud-refused = They do not work here. They give your password to Microsoft, and Microsoft's servers collect your mail and keep a copy, patients' mail included. The gateway refuses them. Use one of the three programs above. In the new Outlook for Windows, the switch "New Outlook" at the top right brings the classic one back.
setup-cloud-allowed = They give your password to Microsoft, and Microsoft's servers collect your mail and keep a copy. { $clinic } has allowed that. Ask your administrator before you use them.

setup-trouble = If it does not work
setup-trouble-what = Compare each value with this page, letter by letter; the user name is the whole address. After several wrong passwords the gateway lets a few minutes pass: wait, then enter the app password again. If that does not help, ask your administrator for a new app password.
