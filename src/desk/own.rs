//! What somebody of the office does about their own account, and what an
//! administrator's page does about others'.

use crate::access::app_password;
use crate::desk::accounts::AccountView;
use crate::desk::{Desk, Refused};
use crate::model::{Account, AccountId, AppPasswordId, Scope, Secret};
use aws_lc_rs::digest::{SHA256, digest};
use ipnet::IpNet;
use jiff::Timestamp;

/// Octets of a mark.
const MARK: usize = 16;

/// One of the own app passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPassword {
    /// Its id.
    pub id: AppPasswordId,
    /// What its owner calls it.
    pub name: String,
    /// Which protocols it opens.
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the hour.
    pub used: Option<Timestamp>,
    /// The networks it opens from; empty: from anywhere.
    pub networks: Vec<IpNet>,
}

impl AccountView {
    /// What stands for what an administrator may change of it: a change that was
    /// written from another one is not taken.
    #[must_use]
    pub fn mark(&self) -> String {
        let shown = (&self.name, &self.staff, &self.writes_for);
        let written = serde_json::to_vec(&shown).unwrap_or_default();
        let digest = digest(&SHA256, &written);
        data_encoding::HEXLOWER.encode(digest.as_ref().get(..MARK).unwrap_or_default())
    }
}

impl Desk {
    /// The account's app passwords, oldest first.
    ///
    /// # Errors
    /// The store's own.
    pub async fn own_app_passwords(&self, account: &Account) -> Result<Vec<OwnPassword>, Refused> {
        let all = app_password::list(&self.store, account.id).await?;
        let own = all.into_iter().map(|password| OwnPassword {
            id: password.id,
            name: password.name,
            scope: password.scope,
            created: password.created,
            used: password.used,
            networks: password.networks,
        });
        Ok(own.collect())
    }

    /// Takes one of the account's app passwords back; whether it had it.
    ///
    /// # Errors
    /// The store's own.
    pub async fn revoke_own(&self, account: &Account, id: AppPasswordId) -> Result<bool, Refused> {
        let by = self.actor;
        let had = app_password::revoke(&self.store, account.id, id, by).await?;
        self.login.forget(account.id);
        Ok(had)
    }

    /// One account; `None` if there is none with this id.
    ///
    /// # Errors
    /// The store's own.
    pub async fn account_view(&self, id: AccountId) -> Result<Option<AccountView>, Refused> {
        let id = id.to_string();
        let all = self.accounts().await?;
        Ok(all.into_iter().find(|account| account.id == id))
    }

    /// A first password for an account, to be handed over in person.
    #[must_use]
    pub fn first_password(&self) -> Secret {
        app_password::first_password()
    }
}
