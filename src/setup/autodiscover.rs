//! Autodiscover, as far as classic Outlook asks a server that is not Exchange:
//! the "plain old XML" answer (MS-OXDSCLI §2.2.4) and the JSON that leads to it.
//! Outlook may ignore both; docs/mail-clients/outlook.md has the way by hand.

use crate::model::Address;
use crate::setup::xml::text;
use crate::setup::{Encryption, Servers};

/// The one protocol that is answered.
const OURS: &str = "AutodiscoverV1";

/// The answer to a question in XML, of which only the address is looked for.
/// The answer is the same for every address in the clinic's domains, whether it
/// has an account or not; for any other it is that there is nothing.
#[must_use]
pub fn xml(servers: &Servers, question: &str) -> String {
    let address = asked(question).filter(|address| servers.serves(address.domain()));
    let found = address.and_then(|address| settings(servers, &address));
    found.unwrap_or_else(|| NOTHING.to_owned())
}

/// The answer to `GET …/autodiscover.json?Protocol=…`; `Err` if the protocol is
/// none of ours, with what to answer then.
///
/// # Errors
/// The document that says so.
pub fn json(servers: &Servers, protocol: Option<&str>) -> Result<String, &'static str> {
    if !protocol.is_some_and(|name| name.eq_ignore_ascii_case(OURS)) {
        return Err(
            "{\"ErrorCode\":\"InvalidProtocol\",\"ErrorMessage\":\"The protocol that is served here is AutodiscoverV1.\"}",
        );
    }
    let url = format!("{}/autodiscover/autodiscover.xml", servers.web.origin);
    let answer = serde_json::json!({ "Protocol": OURS, "Url": url });
    Ok(answer.to_string())
}

/// The address that is asked for. It is found by its element's name and read as
/// an address, so that no XML is parsed and whatever else stands there means
/// nothing.
fn asked(question: &str) -> Option<Address> {
    let (_, rest) = question.split_once("<EMailAddress>")?;
    let (address, _) = rest.split_once("</EMailAddress>")?;
    Address::parse(address.trim()).ok()
}

/// MS-OXDSCLI §2.2.4.1.1.1: 500, "the e-mail address cannot be found". Its time and
/// number are for an Exchange server's log, and always the same here.
const NOTHING: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">
  <Response>
    <Error Time=\"00:00:00.0000000\" Id=\"0\">
      <ErrorCode>500</ErrorCode>
      <Message>There are no settings for this e-mail address.</Message>
      <DebugData />
    </Error>
  </Response>
</Autodiscover>
";

fn settings(servers: &Servers, address: &Address) -> Option<String> {
    let (reading, sending) = (servers.reading.best()?, servers.sending.best()?);
    let host = text(&servers.host);
    let login = text(address.as_str());
    let protocol = |kind: &str, (port, encryption): (u16, Encryption), more: &str| {
        let encryption = match encryption {
            Encryption::Tls => "SSL",
            Encryption::StartTls => "TLS",
        };
        format!(
            "      <Protocol>
        <Type>{kind}</Type>
        <Server>{host}</Server>
        <Port>{port}</Port>
        <LoginName>{login}</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>{encryption}</Encryption>
        <AuthRequired>on</AuthRequired>
{more}      </Protocol>\n"
        )
    };
    let smtp = "        <UsePOPAuth>off</UsePOPAuth>\n        <SMTPLast>off</SMTPLast>\n";
    let (reading, sending) = (
        protocol("IMAP", reading, ""),
        protocol("SMTP", sending, smtp),
    );
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">
  <Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
{reading}{sending}    </Account>
  </Response>
</Autodiscover>
"
    ))
}
