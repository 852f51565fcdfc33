//! Every sentence the protocol itself says. Codes: RFC 5321 §4.2, RFC 4954 §6,
//! RFC 3463, RFC 5248. The words are in `texts/*/smtp.ftl`.

use crate::model::Reply;
use crate::wire::smtp::content::MAX_CONTENT_LINE;

macro_rules! replies {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $enhanced:expr, $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Reply = Reply::new($code, $enhanced, $text);)*

        /// All of them, for the test of the catalogue.
        #[cfg(test)]
        pub(super) const ALL: &[Reply] = &[$($name),*];
    };
}

replies! {
    /// RSET, NOOP.
    OK = 250, (2, 0, 0), "smtp-ok";
    /// QUIT.
    BYE = 221, (2, 0, 0), "smtp-bye";
    /// HELP.
    HELP = 214, (2, 0, 0), "smtp-help";
    /// VRFY: RFC 5321 §3.5.3.
    VERIFY = 252, (2, 0, 0), "smtp-verify";
    /// STARTTLS goes ahead.
    TLS_READY = 220, (2, 0, 0), "smtp-tls-ready";
    /// MAIL was accepted.
    SENDER_OK = 250, (2, 1, 0), "smtp-sender-ok";
    /// RCPT was accepted.
    RECIPIENT_OK = 250, (2, 1, 5), "smtp-recipient-ok";
    /// A BDAT chunk arrived.
    CHUNK_OK = 250, (2, 0, 0), "smtp-chunk-ok";
    /// The message was accepted and nobody had more to say.
    ACCEPTED = 250, (2, 6, 0), "smtp-accepted";
    /// AUTH succeeded.
    SIGNED_IN = 235, (2, 7, 0), "smtp-signed-in";

    /// The address or the app password is wrong.
    SIGN_IN_REFUSED = 535, (5, 7, 8), "smtp-sign-in-refused";
    /// Too many are signing in at this moment.
    SIGN_IN_BUSY = 454, (4, 7, 0), "smtp-sign-in-busy";
    /// Too many failed attempts from this network or for this account.
    SIGN_IN_SLOW = 421, (4, 7, 0), "smtp-sign-in-slow";
    /// `*`: RFC 4954 §4.
    SIGN_IN_CANCELLED = 501, (5, 7, 0), "smtp-sign-in-cancelled";
    /// Not base64, or not what the mechanism says.
    SIGN_IN_MALFORMED = 501, (5, 5, 2), "smtp-sign-in-malformed";
    /// RFC 4954 §4: a line of the exchange over 12 288 octets.
    SIGN_IN_LINE_LONG = 500, (5, 5, 6), "smtp-sign-in-line-long";
    /// A mechanism we do not have.
    SIGN_IN_MECHANISM = 504, (5, 5, 4), "smtp-sign-in-mechanism";
    /// AUTH after AUTH.
    SIGN_IN_TWICE = 503, (5, 5, 1), "smtp-sign-in-twice";
    /// Signed in as one, asking to act as another.
    SIGN_IN_OTHER = 535, (5, 7, 8), "smtp-sign-in-other";

    /// The account was switched off since it signed in.
    ACCOUNT_OFF = 421, (4, 7, 0), "smtp-account-off";

    /// AUTH without TLS: RFC 4954 §4, 538.
    AUTH_ENCRYPT_FIRST = 538, (5, 7, 11), "smtp-encrypt-first";
    /// Anything else of weight without TLS: RFC 3207 §4.
    ENCRYPT_FIRST = 530, (5, 7, 0), "smtp-encrypt-first";
    /// MAIL without AUTH: RFC 6409 §4.3.
    SIGN_IN_FIRST = 530, (5, 7, 0), "smtp-sign-in-first";
    /// A command before EHLO.
    HELLO_FIRST = 503, (5, 5, 1), "smtp-hello-first";
    /// MAIL within a transaction.
    MAIL_TWICE = 503, (5, 5, 1), "smtp-mail-twice";
    /// RCPT, DATA or BDAT without MAIL.
    MAIL_FIRST = 503, (5, 5, 1), "smtp-mail-first";
    /// DATA or BDAT, and no recipient was accepted.
    NO_RECIPIENTS = 554, (5, 5, 1), "smtp-no-recipients";
    /// RCPT or DATA after BDAT: RFC 3030 §2.
    CHUNKS_BEGUN = 503, (5, 5, 1), "smtp-chunks-begun";
    /// STARTTLS under TLS.
    TLS_TWICE = 503, (5, 5, 1), "smtp-tls-twice";
    /// Octets behind STARTTLS: RFC 3207 §4.2, RFC 2920 §3.1.
    TLS_GROUP = 503, (5, 5, 1), "smtp-tls-group";

    /// A command nobody knows.
    UNKNOWN = 500, (5, 5, 1), "smtp-unknown";
    /// A command we do not offer.
    NOT_HERE = 502, (5, 5, 1), "smtp-not-here";
    /// An argument that is missing, or too many.
    ARGUMENT = 501, (5, 5, 4), "smtp-argument";
    /// A command line that is too long.
    LINE_LONG = 500, (5, 5, 2), "smtp-line-long";
    /// A command line with a bare CR or LF, or a NUL.
    LINE_BROKEN = 500, (5, 5, 2), "smtp-line-broken";
    /// A browser, or someone who uses one.
    HTTP = 554, (5, 5, 1), "smtp-http";
    /// A TLS handshake where STARTTLS is spoken.
    TLS_HERE = 554, (5, 5, 1), "smtp-tls-here";
    /// A parameter of MAIL or RCPT with a wrong value, or twice.
    PARAMETER_VALUE = 501, (5, 5, 4), "smtp-parameter-value";
    /// A parameter we do not offer: RFC 5321 §4.1.1.11.
    PARAMETER = 555, (5, 5, 4), "smtp-parameter";
    /// MAIL with something that is no address.
    SENDER_ADDRESS = 553, (5, 1, 7), "smtp-sender-address";
    /// RCPT with something that is no address.
    RECIPIENT_ADDRESS = 553, (5, 1, 3), "smtp-recipient-address";
    /// An international address without SMTPUTF8: RFC 6531 §3.5.
    INTERNATIONAL = 553, (5, 6, 7), "smtp-international";

    /// A bare CR or LF in a message, a false end among them.
    CONTENT_BARE = 550, (5, 6, 11), "smtp-content-bare";
    /// A NUL in a message.
    CONTENT_NUL = 550, (5, 6, 0), "smtp-content-nul";

    /// An address that nothing comes back to, where only that is taken.
    NO_RETURN = 550, (5, 1, 1), "smtp-no-return";
    /// The same in another domain: nothing is passed on here.
    NO_RELAY = 550, (5, 7, 1), "smtp-no-relay";

    /// Too many errors.
    ERRORS = 421, (4, 7, 0), "smtp-errors";
    /// Too many commands or messages.
    COMMANDS = 421, (4, 7, 0), "smtp-commands";
    /// Nothing came for too long: RFC 5321 §4.5.3.2.
    IDLE = 421, (4, 4, 2), "smtp-idle";
    /// A message came more slowly than anybody's line is.
    SLOW = 421, (4, 4, 2), "smtp-slow";
    /// We are shutting down: RFC 5321 §3.8.
    CLOSING = 421, (4, 3, 2), "smtp-closing";
    /// Too many connections in all.
    CONNECTIONS = 421, (4, 3, 2), "smtp-connections";
    /// Too many connections from one network.
    NETWORK_CONNECTIONS = 421, (4, 7, 0), "smtp-network-connections";
    /// Too much in flight.
    IN_FLIGHT = 452, (4, 3, 1), "smtp-in-flight";
    /// Too much of one account in flight.
    ACCOUNT_IN_FLIGHT = 452, (4, 3, 1), "smtp-account-in-flight";
    /// Something of ours failed; it is in the log.
    FAULT = 451, (4, 3, 0), "smtp-fault";
}

/// `354`: RFC 2034 §4 allows no enhanced code on it.
#[must_use]
pub const fn begin_data() -> Reply {
    Reply {
        code: 354,
        enhanced: None,
        text: "smtp-begin-data",
        args: Vec::new(),
    }
}

/// The message is larger than `max` octets (RFC 1870 §6).
#[must_use]
pub fn too_large(max: u64) -> Reply {
    // Decimal megabytes, as the setting and the mail programs count.
    let megabytes = i64::try_from(max.div_ceil(1_000_000)).unwrap_or(i64::MAX);
    Reply::new(552, (5, 3, 4), "smtp-too-large").count("limit", megabytes)
}

/// More recipients than one message may have (RFC 5321 §4.5.3.1.10).
#[must_use]
pub fn too_many_recipients(max: usize) -> Reply {
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    Reply::new(452, (4, 5, 3), "smtp-too-many-recipients").count("limit", max)
}

/// A line of the message is over [`MAX_CONTENT_LINE`].
#[must_use]
pub fn content_line_long() -> Reply {
    let max = i64::try_from(MAX_CONTENT_LINE).unwrap_or(i64::MAX);
    Reply::new(550, (5, 6, 0), "smtp-content-line-long").count("limit", max)
}

#[cfg(test)]
mod tests {
    use super::{ALL, begin_data, content_line_long, too_large, too_many_recipients};
    use crate::model::Language;
    use crate::texts::say;

    #[test]
    fn every_sentence_exists_in_every_language_and_differs_between_them() {
        let more = [
            begin_data(),
            too_large(50_000_000),
            too_many_recipients(100),
            content_line_long(),
        ];
        for reply in ALL.iter().chain(&more) {
            let [english, spanish] = Language::ALL.map(|l| say(l, reply.text, &reply.args));
            assert_ne!(english, reply.text, "no English sentence");
            assert_ne!(
                spanish, reply.text,
                "no Spanish sentence for {}",
                reply.text
            );
            assert_ne!(english, spanish, "{} is not translated", reply.text);
            assert!(
                !english.contains('{') && !spanish.contains('{'),
                "{}",
                reply.text
            );
        }
        assert!(
            say(
                Language::English,
                "smtp-too-large",
                &too_large(50_000_000).args
            )
            .contains("50 MB")
        );
    }
}
