//! Sign-in to the office page with codes that another program computes.

use crate::browser::{Browser, Page};
use crate::harness::{House, Login, office, relay};
use jiff::SignedDuration;
use sealpost::model::Role;
use std::process::Command;

/// What an app shows that was given this seed, by the gateway's clock.
fn oathtool(house: &House, seed: &str) -> String {
    let now = house.store().clock().now().as_second();
    let output = Command::new("oathtool")
        .args(["--totp", "--base32", seed, "--now", &format!("@{now}")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Types address and password; the page behind.
fn password(house: &House, browser: &Browser, who: &Login) -> Page {
    let url = house.office();
    let form = browser.open(&url).says("Sign in to the office").form();
    let fields = [
        ("form", form.as_str()),
        ("address", &who.address),
        ("password", &who.password),
    ];
    browser.send(&format!("{url}/sign-in"), &fields)
}

fn code(house: &House, browser: &Browser, page: &Page, code: &str) -> Page {
    let fields = [("form", page.form()), ("code", code.to_owned())];
    let fields = fields.each_ref().map(|(n, v)| (*n, v.as_str()));
    let path = page.place().rsplit('/').next().unwrap();
    browser.send(&format!("{}/{path}", house.office()), &fields)
}

fn key(page: &Page) -> String {
    let text = page.text();
    let seed = text.split("class=\"seed\">").nth(1).unwrap();
    seed.split('<').next().unwrap().replace(' ', "")
}

fn passes(house: &House, seconds: i64) {
    house.later(SignedDuration::from_secs(seconds));
}

#[test]
fn codes_of_another_maker_open_the_office_page_once_and_a_change_ends_it_at_once() {
    let relay = relay();
    let house = House::with(&relay, office);
    let mut who = house.account("ana", Role::Provider);
    who.password = house.phrase(&who);

    // The first sign-in sets the app up.
    let browser = Browser::new(&house.door);
    let page = password(&house, &browser, &who).says("Set up the app on your phone");
    let seed = key(&page);
    house.hide(&seed);
    let first = oathtool(&house, &seed);
    code(&house, &browser, &page, &first).says("Keep these recovery codes");
    let today = format!("{}/today", house.office());
    browser.open(&today).says("Nothing waits for you");

    // The same code opens nothing more; the next one does, once.
    let other = Browser::new(&house.door);
    let page = password(&house, &other, &who).says("Enter the code from your app");
    let again = code(&house, &other, &page, &first);
    assert_eq!(again.status, 422, "{}", again.text());
    passes(&house, 60);
    let second = oathtool(&house, &seed);
    code(&house, &other, &page, &second).says("Nothing waits for you");
    let third = Browser::new(&house.door);
    let page = password(&house, &third, &who).says("Enter the code from your app");
    let replayed = code(&house, &third, &page, &second);
    assert_eq!(replayed.status, 422, "{}", replayed.text());

    // Whoever runs the machine takes the factor away: all of it is over at once,
    // and nothing but a new set-up is left.
    let listed = house.json(&["user", "list", "--json"]);
    let own = |view: &&serde_json::Value| view["address"] == who.address.as_str();
    let view = listed.as_array().unwrap().iter().find(own).unwrap();
    assert_eq!(
        (&view["password"], &view["factor"]),
        (&true.into(), &true.into())
    );
    let reset = ["user", "factor", &who.address, "--reset"];
    assert_eq!(house.command(&reset).status.code(), Some(0));
    assert_eq!(house.command(&reset).status.code(), Some(64));
    for browser in [&browser, &other] {
        browser.open(&today).says("Your pages are closed");
    }
    let page = password(&house, &third, &who).says("Set up the app on your phone");
    let anew = key(&page);
    house.hide(&anew);
    assert_ne!(anew, seed);
    passes(&house, 60);
    code(&house, &third, &page, &oathtool(&house, &anew)).says("Keep these recovery codes");

    // Switched off, and on again.
    assert!(
        house
            .command(&["user", "disable", &who.address])
            .status
            .success()
    );
    third.open(&today).says("Your pages are closed");
    let refused = password(&house, &third, &who);
    assert_eq!(refused.status, 422);
    assert!(
        house
            .command(&["user", "enable", &who.address])
            .status
            .success()
    );
    third.open(&today).says("Your pages are closed");
    password(&house, &third, &who).says("Enter the code from your app");
}

#[test]
fn without_an_address_for_it_there_is_no_office_page() {
    let relay = relay();
    let house = House::open(&relay);
    let check = house.command(&["check"]);
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(said.contains("office.url is not set"), "{said}");
    assert!(said.contains("office: nowhere"), "{said}");
}
