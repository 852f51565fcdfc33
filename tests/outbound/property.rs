//! The property everything else here serves.

use crate::bench::{Bench, CANARIES, Mail, PATIENT, readable};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use sealpost::access::accounts;
use sealpost::model::parcel::Body;
use sealpost::model::{Account, AccountPolicy, Actor, Role};
use sealpost::policy::{Copies, Default as Unmarked};
use sealpost::queue;
use sealpost::store::Tx;
use sealpost::store::records::Work;

/// One case of the property: who is written to, and what speaks for clear.
#[derive(Clone, Debug)]
struct Case {
    to: Vec<&'static str>,
    clinic: Clinic,
    marks: Marks,
    account: AccountPolicy,
}

/// What the clinic has set.
#[derive(Clone, Copy, Debug)]
struct Clinic {
    tagged: bool,
    clear_tag: bool,
}

/// What the message says.
#[derive(Clone, Copy, Debug)]
struct Marks {
    secure: bool,
    clear: bool,
    answer: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let anybody = prop_oneof![
        Just(PATIENT),
        Just("second@other.example"),
        Just("info@supplier.example"),
        Just("vega@clinic.example"),
        Just("ruiz@clinic.example"),
    ];
    let account = prop_oneof![
        Just(AccountPolicy::Off),
        Just(AccountPolicy::Inherit),
        Just(AccountPolicy::Secure),
    ];
    let flags = any::<(bool, bool, bool, bool, bool)>();
    let to = proptest::collection::vec(anybody, 1..5);
    (to, flags, account).prop_map(|(to, flags, account)| {
        let (tagged, clear_tag, secure, clear, answer) = flags;
        Case {
            to,
            clinic: Clinic { tagged, clear_tag },
            marks: Marks {
                secure,
                clear,
                answer,
            },
            account,
        }
    })
}

impl Case {
    /// Whether anything in the words of the policy asks for protection.
    fn is_protected(&self) -> bool {
        let may = |to: &&str| {
            to.ends_with("@supplier.example")
                || to.ends_with("@clinic.example")
                || self.clinic.tagged
                || self.account == AccountPolicy::Off
                || (self.marks.clear && self.clinic.clear_tag)
        };
        self.marks.secure
            || self.marks.answer
            || self.account == AccountPolicy::Secure
            || !self.to.iter().all(may)
    }

    async fn run(&self, bench: &Bench, ruiz: &Account, n: usize) -> Result<(), String> {
        bench.reload(|s| {
            s.rules.copies = Copies::Each;
            if self.clinic.tagged {
                s.rules.default = Unmarked::Tagged;
            }
            if !self.clinic.clear_tag {
                (s.clear_tag, s.rules.clear_tag) = (None, false);
            }
        });
        let by = Actor::Operator(0);
        accounts::set_policy(bench.store(), ruiz.id, self.account, by)
            .await
            .unwrap();
        let secure = if self.marks.secure { "[secure] " } else { "" };
        let clear = if self.marks.clear { "[clear] " } else { "" };
        let mut mail = Mail::new(&format!("case{n}"))
            .subject(&format!("{clear}CanarySubject {secure}results"))
            .to(&self.to);
        if self.marks.answer {
            mail = mail.field("In-Reply-To: <sealed@clinic.example>");
        }
        let id = bench.send(ruiz, &mail).await;
        bench.dispatch().await;
        let message = bench.message(id).await;
        if self.is_protected() && !message.protected {
            return Err("a message that needs protection has none".into());
        }
        let mut tx = Tx::new();
        for listed in queue::list(bench.store(), 1000).await.unwrap() {
            let Work::Deliver(parcel) = &listed.job.work else {
                return Err("a message is not dispatched".into());
            };
            match &parcel.body {
                Body::Content(_) if self.is_protected() => {
                    return Err("a protected message leaves as it is".into());
                }
                Body::Content(_) => {}
                Body::Here(_) => {
                    let text = readable(parcel);
                    if let Some(word) = CANARIES.iter().find(|c| text.contains(**c)) {
                        return Err(format!("{word} leaves in a notice"));
                    }
                }
            }
            queue::drop(bench.store(), &mut tx, listed.job.id)
                .await
                .unwrap();
        }
        bench.store().commit(tx).await.unwrap();
        Ok(())
    }
}

#[test]
fn no_octet_of_a_protected_message_is_in_any_parcel() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bench = Bench::new(|_| ());
    let ruiz = runtime.block_on(async {
        let ruiz = bench.ruiz().await;
        bench.account("vega@clinic.example", Role::Provider).await;
        bench.send(&ruiz, &Mail::new("sealed")).await;
        ruiz
    });
    let count = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(96), |(case in case())| {
        count.set(count.get() + 1);
        let judged = runtime.block_on(case.run(&bench, &ruiz, count.get()));
        prop_assert!(judged.is_ok(), "{:?}", judged);
    });
}
