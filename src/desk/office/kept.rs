//! Files to be sent on (WM6): what patients have sent, as it stands in the account's
//! folders of these patients, and what lies in their folders of the chart.

use crate::chart::{self, Shelf, Taken};
use crate::desk::office::back::is_back;
use crate::desk::office::{Pen, Person, Sight, Unsent, Viewer};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::mime::decode;
use crate::model::{Account, ContactId, Direction, MessageId};
use crate::policy;
use crate::reading::{self, File, Opened};
use crate::store::Error;
use crate::store::records::Contact;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use std::collections::HashSet;
use std::io;

/// Most files in each list, the newest: more are found in the mail program, or in the
/// folder itself.
const MOST: usize = 30;
/// Messages that are looked at for them, of each patient.
const LOOKED: usize = 100;
/// Files of text that are shown at once: each is read.
const READ: usize = 10;
/// Characters of a text that are shown, enough to know it by.
const SHOWN: usize = 1_500;
/// Octets of such a text.
const BEGINNING: usize = 4 * SHOWN;
/// Kinds of pictures that every browser shows and none runs.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Their endings, for files that nobody has named a kind for.
const ENDINGS: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];
/// What a form says before a file of the chart.
const CHART: &str = "chart";

/// The files that can be sent on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kepts {
    /// The files, those of what is answered first, then the newest.
    pub files: Vec<Kept>,
    /// Whether the chart's folder could not be looked at.
    pub away: bool,
}

/// A file that can be sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it is.
    pub place: Place,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// In octets.
    pub size: u64,
    /// When it came.
    pub at: Timestamp,
    /// Whose it is, in the directory's words; `None` if that is not known.
    pub owner: Option<String>,
    /// What is shown of it in place.
    pub preview: Preview,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a message: its how manieth part.
    Message(MessageId, u16),
    /// In a patient's folder of the chart, under this name.
    Chart(ContactId, String),
}

/// What is shown of a file in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// Nothing.
    Nothing,
    /// The picture.
    Picture,
    /// The beginning of its text.
    Text(String),
}

impl Place {
    /// What a form says for it.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Message(id, n) => format!("{id}/{n}"),
            Self::Chart(id, name) => format!("{CHART}/{id}/{}", encoded(name)),
        }
    }

    /// The path under which its picture is shown.
    #[must_use]
    pub fn view(&self) -> String {
        match self {
            Self::Message(id, n) => format!("/message/{id}/view/{n}"),
            Self::Chart(id, name) => format!("/contacts/{id}/chart/{}", encoded(name)),
        }
    }

    /// What a form said; `None` if it is nothing a page has offered.
    fn read(key: &str) -> Option<Self> {
        let (id, rest) = key.split_once('/')?;
        if id == CHART {
            let (id, name) = rest.split_once('/')?;
            return Some(Self::Chart(id.parse().ok()?, decoded(name)?));
        }
        Some(Self::Message(id.parse().ok()?, rest.parse().ok()?))
    }
}

/// A name as it stands in a path and in a form: of letters that are safe in both.
fn encoded(name: &str) -> String {
    BASE64URL_NOPAD.encode(name.as_bytes())
}

fn decoded(name: &str) -> Option<String> {
    let octets = BASE64URL_NOPAD.decode(name.as_bytes()).ok()?;
    String::from_utf8(octets).ok()
}

impl Desk {
    /// The files of these people that the viewer may send on, those of `first` before
    /// the others: of what is answered, or of a draft that came back.
    ///
    /// # Errors
    /// The store's own.
    pub(super) async fn kept(
        &self,
        viewer: &Viewer<'_>,
        people: &[Person],
        first: Option<MessageId>,
    ) -> Result<Kepts, Refused> {
        let mut read = 0;
        let mut files = self.sent_in(viewer, people, (first, &mut read)).await?;
        let mut away = false;
        let mut seen = HashSet::new();
        for person in people.iter().filter(|person| seen.insert(person.id)) {
            match self.lying(viewer, person, (&files, &mut read)).await {
                Ok(lying) => files.extend(lying),
                Err(Look::Disk(error)) => {
                    tracing::warn!(event = "chart.unseen", reason = %error, "The chart's folder could not be looked at; a page is shown without its files.");
                    away = true;
                }
                Err(Look::Store(error)) => return Err(error.into()),
            }
        }
        Ok(Kepts { files, away })
    }

    /// What these people have sent to the viewer.
    async fn sent_in(
        &self,
        viewer: &Viewer<'_>,
        people: &[Person],
        (first, read): (Option<MessageId>, &mut usize),
    ) -> Result<Vec<Kept>, Refused> {
        let account = viewer.account.id;
        let mut messages: Vec<MessageId> = Vec::new();
        for person in people {
            let view = folders::view(&self.store, account, person.id);
            let rows = self.store.latest_rows(view, None, (None, LOOKED)).await?;
            messages.extend(rows.iter().map(|row| row.message));
        }
        // An id begins with its time.
        messages.sort_unstable_by(|one, other| other.cmp(one));
        messages.dedup();
        if let Some(first) = first {
            messages.retain(|id| *id != first);
            messages.insert(0, first);
        }
        let mut kept = Vec::new();
        for id in messages {
            let opened = reading::open(&self.store, id).await?;
            let Some(opened) = opened.filter(|opened| carries(viewer.account, opened)) else {
                continue;
            };
            let owner = self.owner(&opened).await?;
            for file in opened.files() {
                kept.push(Kept {
                    place: Place::Message(id, file.n),
                    at: opened.date(),
                    owner: owner.clone(),
                    preview: preview(&opened, &file, read).await?,
                    name: file.name,
                    size: file.size,
                });
            }
            if kept.len() >= MOST {
                break;
            }
        }
        kept.truncate(MOST);
        Ok(kept)
    }

    /// What lies in a person's folder of the chart, but for what is `known` already:
    /// a file that was sent in lies there too, with the day before its name.
    async fn lying(
        &self,
        viewer: &Viewer<'_>,
        person: &Person,
        (known, read): (&[Kept], &mut usize),
    ) -> Result<Vec<Kept>, Look> {
        let Some(shelf) = self.shelf(viewer, person.id).await? else {
            return Ok(Vec::new());
        };
        let zone = self.settings.current().office.zone.clone();
        let known: HashSet<String> = known
            .iter()
            .map(|kept| {
                let day = kept.at.to_zoned(zone.clone()).date();
                chart::filed(day, kept.name.as_deref())
            })
            .collect();
        let mut kept = Vec::new();
        for lying in shelf.files(MOST).await? {
            if known.contains(&lying.name) {
                continue;
            }
            kept.push(Kept {
                preview: glance(&shelf, &lying.name, read).await,
                place: Place::Chart(person.id, lying.name.clone()),
                name: Some(lying.name),
                size: lying.size,
                at: lying.written,
                owner: person.name.clone(),
            });
        }
        Ok(kept)
    }

    /// A contact's folder of the chart, if there is a chart and the viewer may look
    /// into it.
    async fn shelf(&self, viewer: &Viewer<'_>, id: ContactId) -> Result<Option<Shelf>, Error> {
        let settings = self.settings.current();
        let contact = self.store.get(&Contact::at(id)).await?;
        let (Some(root), Some(contact)) = (&settings.chart, contact) else {
            return Ok(None);
        };
        let provider = match contact.provider {
            Some(provider) => self.store.get(&Account::at(provider)).await?,
            None => None,
        };
        let may = policy::may_see_chart(viewer.account, provider.as_ref(), &settings.rules);
        Ok(may.then(|| Shelf::new(root, &contact)))
    }

    /// A file of a contact's folder of the chart, by the name that a path holds; `None`
    /// if there is none, or it is not the viewer's to see.
    ///
    /// # Errors
    /// The store's own.
    pub async fn chart_file(
        &self,
        viewer: &Viewer<'_>,
        (id, name): (ContactId, &str),
    ) -> Result<Option<Taken>, Refused> {
        let (Some(name), Some(shelf)) = (decoded(name), self.shelf(viewer, id).await?) else {
            return Ok(None);
        };
        Ok(shelf.take(&name).await.unwrap_or_else(|error| {
            tracing::warn!(event = "chart.unseen", reason = %error, "A file of the chart's folder could not be opened.");
            None
        }))
    }

    /// Puts a file in that was ticked. It is judged as if it were sent in anew.
    pub(super) async fn pick(
        &self,
        viewer: &Viewer<'_>,
        pen: &mut Pen,
        key: &str,
    ) -> Result<(), Unsent> {
        match Place::read(key).ok_or(Unsent::Picked)? {
            Place::Message(id, n) => {
                let opened = self.carrier(viewer, id).await?;
                let file = opened.and_then(|opened| opened.file(n));
                let mut file = file.ok_or(Unsent::Picked)?;
                pen.begin_file(file.name.as_deref().unwrap_or("file"))?;
                while let Some(octets) = file.next().await? {
                    pen.write(&octets).await?;
                }
            }
            Place::Chart(id, name) => {
                let shelf = self.shelf(viewer, id).await?.ok_or(Unsent::Picked)?;
                let gone = |error: io::Error| {
                    tracing::warn!(event = "chart.unseen", reason = %error, "A file of the chart's folder could not be read.");
                    Unsent::Picked
                };
                let file = shelf.take(&name).await.map_err(gone)?;
                let mut file = file.ok_or(Unsent::Picked)?;
                pen.begin_file(&name)?;
                while let Some(octets) = file.next().await.map_err(gone)? {
                    pen.write(&octets).await?;
                }
            }
        }
        pen.end_file().await
    }

    /// A message whose files can be sent on: one that can be answered, or a draft that
    /// came back to the viewer.
    async fn carrier(&self, viewer: &Viewer<'_>, id: MessageId) -> Result<Option<Opened>, Error> {
        if self.right(viewer, id).await? != Some(Sight::Mailbox) {
            return Ok(None);
        }
        let opened = reading::open(&self.store, id).await?;
        Ok(opened.filter(|opened| carries(viewer.account, opened)))
    }

    /// Whose files these are: who wrote the message, or is meant by it.
    async fn owner(&self, opened: &Opened) -> Result<Option<String>, Error> {
        let from = opened.head.from.as_ref().map(|from| &from.address);
        let came = self.came(&opened.message, from).await?;
        match came.and_then(|came| came.contact) {
            Some(contact) => Ok(self.person(contact).await?.0),
            None => Ok(None),
        }
    }
}

/// Why a folder of the chart was not looked at.
#[derive(Debug, thiserror::Error)]
enum Look {
    #[error(transparent)]
    Disk(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] Error),
}

/// Whether a message has files that can be sent on.
fn carries(account: &Account, opened: &Opened) -> bool {
    opened.message.direction == Direction::Incoming
        || is_back(account, &opened.message, &opened.head)
}

/// What can be seen of a file in place; `read`: the texts that were read for it.
async fn preview(opened: &Opened, file: &File, read: &mut usize) -> Result<Preview, Refused> {
    Ok(match &*file.kind {
        kind if PICTURES.contains(&kind) => Preview::Picture,
        "text/plain" if *read < READ => {
            *read += 1;
            let text = opened.beginning(file.n, SHOWN).await?;
            text.map_or(Preview::Nothing, Preview::Text)
        }
        _ => Preview::Nothing,
    })
}

/// The same of a file in the chart's folder, whose kind only its name tells.
async fn glance(shelf: &Shelf, name: &str, read: &mut usize) -> Preview {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some(ending) if ENDINGS.contains(&ending) => Preview::Picture,
        Some("txt") if *read < READ => {
            *read += 1;
            match beginning(shelf, name).await {
                Ok(Some(text)) => Preview::Text(text),
                Ok(None) => Preview::Nothing,
                // One that cannot be read hides no other; a disk that hangs is asked
                // for no more of them.
                Err(_) => {
                    *read = READ;
                    Preview::Nothing
                }
            }
        }
        _ => Preview::Nothing,
    }
}

async fn beginning(shelf: &Shelf, name: &str) -> io::Result<Option<String>> {
    let Some(mut file) = shelf.take(name).await? else {
        return Ok(None);
    };
    let text = decode::text(&file.beginning(BEGINNING).await?, None);
    Ok(Some(text.chars().take(SHOWN).collect()))
}
