//! The commands as a sysadmin and other people's scripts call them.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of a test fail like the test itself"
)]

mod audit;
mod check;
mod clinic;
mod contacts;
mod dns;
mod manual;
mod sheet;
mod units;

use clinic::{Clinic, err, out, run, tree};
use std::fs;

#[test]
fn the_escrow_sheet_holds_the_key_and_its_warning() {
    let clinic = Clinic {
        folder: tempfile::tempdir().unwrap(),
    };
    let printed = out(&clinic.init());
    let key = fs::read_to_string(clinic.path("keys/store.key")).unwrap();
    let letters: String = printed.split_whitespace().collect();
    assert!(letters.contains(key.trim()), "{printed}");
    assert!(printed.contains("Without it all mail is lost"), "{printed}");
}

#[test]
fn init_overwrites_nothing_and_a_wrong_wish_leaves_nothing() {
    let clinic = Clinic::new();
    let before = tree(clinic.folder.path());
    let again = clinic.init();
    assert_eq!(again.status.code(), Some(64));
    assert!(
        err(&again).contains("nothing is overwritten"),
        "{}",
        err(&again)
    );
    assert_eq!(tree(clinic.folder.path()), before);

    let empty = tempfile::tempdir().unwrap();
    let dir = empty.path().join("g").display().to_string();
    let wish = [
        "init",
        "--dir",
        &dir,
        "--hostname",
        "h.example",
        "--domain",
        "d.example",
        "--portal-url",
        "http://h.example",
    ];
    let refused = run(&wish, "");
    assert_eq!(refused.status.code(), Some(78), "{}", err(&refused));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn an_address_that_is_not_there_yet_is_worth_another_start() {
    let clinic = Clinic::new();
    clinic.set("submission.listen-tls", "[\"192.0.2.1:465\"]");
    let served = clinic.run("serve", "");
    let said = err(&served);
    assert_eq!(served.status.code(), Some(70), "{said}");
    assert!(
        said.contains("which is no address of this machine"),
        "{said}"
    );
    // With a fault that lasts beside it, no start helps.
    fs::write(clinic.path("keys/store.key"), "no key\n").unwrap();
    assert_eq!(clinic.run("serve", "").status.code(), Some(78));
}

#[test]
fn a_store_that_another_process_has_open_is_worth_another_try() {
    let clinic = Clinic::new();
    let lock = fs::File::open(clinic.path("data/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    for line in ["serve", "store verify"] {
        let ended = clinic.run(line, "");
        let said = err(&ended);
        assert_eq!(ended.status.code(), Some(70), "{line}: {said}");
        assert!(said.contains("another process has the store in"), "{said}");
    }
}

#[test]
fn a_store_of_another_user_is_served_by_nobody_else_not_even_root() {
    let clinic = Clinic::new();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(clinic.path("data"), Some(65_534), None).unwrap();
    } else {
        // A folder of root's.
        clinic.set("path", "\"/usr\"");
    }
    let before = tree(&clinic.path("data"));
    let served = clinic.run("serve", "");
    let said = err(&served);
    assert_eq!(served.status.code(), Some(78), "{said}");
    assert!(said.contains("belongs to another user"), "{said}");
    assert!(said.contains("sudo -u '#"), "{said}");
    clinic.set("key-file", "\"\"");
    let said = err(&clinic.run("store verify", ""));
    assert!(said.contains("LoadCredential=store-key:KEYFILE"), "{said}");
    assert_eq!(tree(&clinic.path("data")), before, "something was opened");
}

#[test]
fn what_is_left_to_do_names_the_mailbox_of_the_notices_and_no_relay_that_spf_cannot_see() {
    let clinic = Clinic {
        folder: tempfile::tempdir().unwrap(),
    };
    let printed = out(&clinic.init());
    assert!(printed.contains("secure-mail@clinic.example"), "{printed}");
    assert!(printed.contains("secure-mail+"), "{printed}");
    assert!(printed.contains("PTR"), "{printed}");
    assert!(!printed.contains("(127.0.0.1)"), "{printed}");
}

#[test]
fn an_unreadable_configuration_ends_with_78_everywhere() {
    for line in [
        "check",
        "config show",
        "user list",
        "message list",
        "queue list",
        "store verify",
    ] {
        let words: Vec<&str> = line
            .split(' ')
            .chain(["-c", "/nonexistent/sealpost.toml"])
            .collect();
        let output = run(&words, "");
        assert_eq!(output.status.code(), Some(78), "{line}");
        assert!(
            err(&output).contains("/nonexistent/sealpost.toml:1: "),
            "{line}: {}",
            err(&output)
        );
    }
}

#[test]
fn a_slip_on_the_command_line_ends_with_64() {
    for line in [
        "",
        "frobnicate",
        "user add nobody --role staff",
        "user add a@b.example --role boss",
        "queue retry 7",
        "message list --limit 0",
        "message list --limit 1001",
    ] {
        let words: Vec<&str> = line.split(' ').filter(|w| !w.is_empty()).collect();
        assert_eq!(run(&words, "").status.code(), Some(64), "{line}");
    }
    assert_eq!(run(&["--help"], "").status.code(), Some(0));
}

#[test]
fn accounts_are_made_listed_and_switched_off_without_a_gateway() {
    let clinic = Clinic::new();
    let made = clinic.run(
        "user add dr.ruiz@clinic.example --role provider --password-stdin",
        "correct horse battery\n",
    );
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    assert_eq!(out(&made), "");

    let password = clinic.run(
        "user app-password dr.ruiz@clinic.example --name desk --scope smtp",
        "",
    );
    let shown = out(&password);
    assert_eq!(
        shown.lines().count(),
        1,
        "the password stands alone: {shown:?}"
    );
    assert!(shown.trim().len() >= 16 && err(&password).is_empty());

    let listed: serde_json::Value =
        serde_json::from_str(&out(&clinic.run("user list --json", ""))).unwrap();
    assert_eq!(listed[0]["address"], "dr.ruiz@clinic.example");
    assert_eq!(listed[0]["role"], "provider");
    assert_eq!(listed[0]["password"], true);
    assert_eq!(listed[0]["app_passwords"][0]["scope"], "smtp");

    assert_eq!(
        clinic
            .run("user disable dr.ruiz@clinic.example", "")
            .status
            .code(),
        Some(0)
    );
    assert!(out(&clinic.run("user list", "")).contains("disabled"));
}

#[test]
fn an_app_password_may_be_limited_to_networks_and_the_list_shows_them() {
    let clinic = Clinic::new();
    clinic.run("user add ruiz@clinic.example --role provider", "");
    let made = clinic.run(
        "user app-password ruiz@clinic.example --name desk --network 10.1.2.3/16 --network 2001:db8::7",
        "",
    );
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let listed: serde_json::Value =
        serde_json::from_str(&out(&clinic.run("user list --json", ""))).unwrap();
    let networks = &listed[0]["app_passwords"][0]["networks"];
    assert_eq!(
        *networks,
        serde_json::json!(["10.1.0.0/16", "2001:db8::7/128"])
    );
    let shown = out(&clinic.run("user list", ""));
    assert!(
        shown.contains("only from 10.1.0.0/16 2001:db8::7/128"),
        "{shown}"
    );
    let line = "user app-password ruiz@clinic.example --name desk --network";
    let slip = clinic.run(&format!("{line} everywhere"), "");
    assert_eq!(slip.status.code(), Some(64));
    assert!(err(&slip).contains("192.0.2.0/24"), "{}", err(&slip));
    let many: String = (0..17)
        .map(|n| format!(" --network 10.{n}.0.0/16"))
        .collect();
    let refused = clinic.run(
        &format!("{}{many}", line.trim_end_matches(" --network")),
        "",
    );
    assert_eq!(refused.status.code(), Some(64));
    assert!(err(&refused).contains("16 networks"), "{}", err(&refused));
}

#[test]
fn what_cannot_be_done_ends_with_64_and_says_what_to_do() {
    let clinic = Clinic::new();
    for (line, input, words) in [
        (
            "user add a@clinic.example --role staff --password-stdin",
            "short\n",
            "shorter than 12",
        ),
        (
            "user add a@clinic.example --role staff --password-stdin",
            "",
            "no password came",
        ),
        (
            "user add a@elsewhere.example --role staff",
            "",
            "not among clinic.domains",
        ),
        ("user disable a@clinic.example", "", "no such account"),
        (
            "message show 00000000000000000000000000",
            "",
            "there is no message",
        ),
        ("queue drop 00000000000000000000000000", "", "no such job"),
    ] {
        let output = clinic.run(line, input);
        assert_eq!(output.status.code(), Some(64), "{line}");
        assert!(err(&output).contains(words), "{line}: {}", err(&output));
    }
    assert_eq!(
        out(&clinic.run("user list --json", "")).trim(),
        "[]",
        "a refused account was made"
    );
}

#[test]
fn the_store_is_compacted_and_verified() {
    let clinic = Clinic::new();
    clinic.run("user add a@clinic.example --role staff", "");
    assert_eq!(clinic.run("store compact", "").status.code(), Some(0));
    let verified = clinic.run("store verify --json", "");
    assert_eq!(verified.status.code(), Some(0), "{}", err(&verified));
    let found: serde_json::Value = serde_json::from_str(&out(&verified)).unwrap();
    assert_eq!(found["clean"], true);
}

#[test]
fn the_shipped_file_is_shown_with_its_comments() {
    let shown = out(&run(&["config", "show", "--defaults"], ""));
    assert_eq!(
        shown,
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/sealpost.toml")).unwrap()
    );
}
