//! Who stands in for a provider who is away (requirements C5.7).

use crate::desk::extend::end_of;
use crate::desk::{Desk, Refused, wish};
use crate::model::{Account, AccountId, Address, Event, EventKind, Role};
use crate::store::records::Deputy;
use crate::store::{Record, Tx};
use jiff::SignedDuration;
use jiff::civil::Date;

/// Deputies of one provider at most: everybody, in a small clinic.
const MOST: usize = 50;
/// How long somebody stands in at most: a year's leave. Whoever is away longer is
/// asked again.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Desk {
    /// Lets a provider release for another one, to the end of a day in the clinic's
    /// zone.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if one of the two is no provider in office, or the day
    /// will not do.
    pub async fn set_deputy(
        &self,
        provider: &Address,
        (deputy, day): (&Address, Date),
    ) -> Result<(), Refused> {
        let (away, stands_in) = (self.provider(provider).await?, self.provider(deputy).await?);
        if away.id == stands_in.id {
            return Err(wish(
                "nobody stands in for themselves; name another provider",
            ));
        }
        let now = self.store.clock().now();
        let until = end_of(day, &self.settings.current().office.zone);
        let fits = |until: &jiff::Timestamp| *until > now && until.duration_since(now) <= LONGEST;
        let until = until.filter(fits).ok_or_else(|| {
            wish(format!(
                "{day} will not do; name a day from today on, within a year"
            ))
        })?;
        let known = self.deputies_of(away.id).await?;
        if known.len() >= MOST && known.iter().all(|known| known.deputy != stands_in.id) {
            return Err(wish(format!(
                "there are {MOST} deputies already; `--none` ends them all"
            )));
        }
        let mut tx = Tx::new();
        tx.put(&Deputy {
            provider: away.id,
            deputy: stands_in.id,
            until,
        });
        let event = Event::new(self.actor, EventKind::Account, away.id);
        tx.audit(event.noted(&format!("deputy {} until {until:.0}", stands_in.id)));
        self.store.commit(tx).await?;
        Ok(())
    }

    /// From now on nobody stands in for a provider.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account.
    pub async fn end_deputies(&self, provider: &Address) -> Result<(), Refused> {
        let away = self.account(provider).await?;
        let mut tx = Tx::new();
        for deputy in self.deputies_of(away.id).await? {
            tx.delete(&deputy.key());
        }
        let event = Event::new(self.actor, EventKind::Account, away.id);
        tx.audit(event.noted("no-deputies"));
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Who stands in for an account, also in the past.
    pub(super) async fn deputies_of(&self, provider: AccountId) -> Result<Vec<Deputy>, Refused> {
        let prefix: [&[u8]; 1] = [provider.octets()];
        Ok(self.store.range(&prefix, None, usize::MAX).await?)
    }

    /// The account, which must be a provider's.
    async fn provider(&self, address: &Address) -> Result<Account, Refused> {
        let account = self.account(address).await?;
        if account.may_send() {
            return Ok(account);
        }
        let why = match account.role {
            Role::Provider => "is switched off",
            Role::Staff | Role::Admin => "is no provider's",
        };
        Err(wish(format!(
            "the account {} {why}; `sealpost user list` shows who is a provider",
            address.as_str()
        )))
    }
}
