//! `sealpost user sheet`: what one person needs to set up a mail program.

use crate::admin::{Answer, Verb};
use crate::cli::{Failure, ask, print};
use crate::config::Config;
use crate::model::{Address, Clock, Language};
use crate::pki::cms;
use crate::serve::sockets::Held;
use crate::serve::{certificate, check, pieces, settings};
use crate::setup::{Servers, profile, sheet};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Whose page, and how.
#[derive(Debug, Args)]
pub(super) struct Sheet {
    /// Whose.
    address: Address,
    /// Its language; unless given, the clinic's.
    #[arg(long, value_parser = language())]
    language: Option<Language>,
    /// Write a profile for Mac, iPhone and iPad into this file too, signed and with
    /// no password in it; it should end in .mobileconfig. Overwrites nothing.
    #[arg(long, value_name = "FILE")]
    mobileconfig: Option<PathBuf>,
}

/// The settings, and what they tell a mail program. Sockets that systemd holds
/// elsewhere are not seen from here.
pub(super) fn servers(file: &Path) -> Result<(Config, Servers), Failure> {
    let config = settings::read(file).map_err(Failure::configuration)?;
    let listening = check::listening(&config, &Held::default());
    let servers = pieces::servers(&config, &listening);
    Ok((config, servers))
}

pub(super) fn run(file: &Path, wish: &Sheet) -> Result<(), Failure> {
    let (config, servers) = servers(file)?;
    let language = wish.language.unwrap_or(config.clinic.language);
    let nowhere = || {
        Failure::Usage(
            "mail cannot be read here: imap.listen and imap.listen-tls are both empty".to_owned(),
        )
    };
    let address = known(&config, &wish.address)?;
    let page = sheet::page(&servers, &address, language).ok_or_else(nowhere)?;
    let profile = profile::document(&servers, &address).ok_or_else(nowhere)?;
    if let Some(path) = &wish.mobileconfig {
        write(path, &signed(&config, path, profile)?)?;
    }
    print::out(&page)
}

/// The address as its account has it: a page for a slip of the pen would send
/// somebody looking for a fault.
fn known(config: &Config, wished: &Address) -> Result<Address, Failure> {
    let mut all = match ask::once(config, Verb::UserList)? {
        Answer::Accounts(all) => all.into_iter().map(|account| account.address),
        Answer::Refused(reason) => return Err(Failure::Usage(reason)),
        _ => return Err(Failure::fault("the accounts could not be read")),
    };
    let same = |address: &Address| address.as_str().eq_ignore_ascii_case(wished.as_str());
    all.find(same).ok_or_else(|| {
        Failure::Usage(
            "there is no such account; `sealpost user list` shows what there is".to_owned(),
        )
    })
}

/// The profile with the signature that the gateway would give it. Where that
/// cannot be had, the profile as it is, and a word about it.
fn signed(config: &Config, path: &Path, profile: String) -> Result<Vec<u8>, Failure> {
    match certificate::signer(config) {
        Ok(signer) => {
            let now = Clock::System.now();
            cms::sign(&signer, profile.as_bytes(), now).map_err(Failure::fault)
        }
        Err(why) => {
            print::aside(&format!(
                "{} is not signed, and devices say so: {why}",
                path.display()
            ));
            Ok(profile.into_bytes())
        }
    }
}

fn write(path: &Path, profile: &[u8]) -> Result<(), Failure> {
    let shown = path.display();
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::Usage(format!(
            "{shown} exists already and nothing is overwritten; choose another --mobileconfig"
        )),
        _ => Failure::Fault(format!("{shown} cannot be written: {error}")),
    })?;
    let written = file.write_all(profile);
    written.map_err(|error| Failure::Fault(format!("{shown} cannot be written: {error}")))
}

fn language() -> impl TypedValueParser<Value = Language> {
    let tags = Language::ALL.map(Language::tag);
    PossibleValuesParser::new(tags).map(|tag| Language::from_tag(&tag).unwrap_or_default())
}
