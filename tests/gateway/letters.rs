//! Mail on the office page, over a real relay: written, released, answered.

use crate::browser::Browser;
use crate::harness::{Login, notice, office, wait};
use crate::holding::{Clinic, count};
use crate::sign_in::{oathtool, passes, set_up};
use crate::visit::opened;

/// What a page's form carries under this name.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    field.unwrap().split('"').next().unwrap().to_owned()
}

/// The patient answers, and the doctor answers on the page.
fn answered(clinic: &Clinic, own: &Browser, (doctor, link): (&Login, &str)) {
    let patient = Browser::new(&clinic.house.door);
    let opened = opened(&clinic.relay, &patient, link, &clinic.to);
    let message = opened.says("Please come fasting.").place().to_owned();
    let reply = patient.open(&format!("{message}/reply"));
    let fields = [("form", reply.form()), ("text", "I will.".to_owned())];
    let fields = fields.each_ref().map(|(n, v)| (*n, v.as_str()));
    patient
        .send_files(&format!("{message}/reply"), &fields)
        .says("I will.");
    let today = own
        .open(&format!("{}/today", clinic.house.office()))
        .says("1 new message from patients");
    let answer = today.links("/message/").remove(0);
    let write = format!("{answer}/answer");
    let page = own.open(&write).says("I will.").text();
    let to = page.split("<select id=\"to\"").nth(1).unwrap();
    let to = to.split("<option value=\"").nth(1).unwrap();
    let fields = [
        ("form", hidden(&page, "form")),
        ("from", doctor.address.clone()),
        ("to", to.split('"').next().unwrap().to_owned()),
        ("subject", "Re: Your visit".to_owned()),
        ("text", "Thank you.".to_owned()),
    ];
    let fields = fields.each_ref().map(|(n, v)| (*n, v.as_str()));
    own.send_files(&write, &fields).says("Sent.");
    let second = clinic.relay.wait_for(&clinic.to, 3);
    assert!(!notice(&second[2]).decoded.contains("Thank you"));
    own.open(&format!("{}/today", clinic.house.office()))
        .says("Nothing waits for you");
    wait("the copy in Sent", || {
        (count(&mut clinic.imap(clinic.doctor()), "Sent") == 2).then_some(())
    });
}

// WM1, WM7, WM10, WM12
#[test]
fn what_the_desk_writes_is_released_on_the_page_and_the_patients_answer_is_answered_there() {
    let clinic = Clinic::open(office);
    let house = &clinic.house;
    let mut doctor = clinic.doctor().clone();
    doctor.password = house.phrase(&doctor);
    let (own, seed) = set_up(house, &doctor);
    let desk = Login {
        password: house.phrase(&clinic.desk),
        ..clinic.desk.clone()
    };
    let (at_desk, _) = set_up(house, &desk);

    // Written in a mail program, released by the doctor at the desk's screen (WM7).
    let id = clinic.held(&clinic.letter());
    let path = format!("{}/message/{id}/release", house.office());
    let page = at_desk.open(&path).says("Please come fasting.").text();
    let release = |browser: &Browser, page: &str, address: &str, code: &str| {
        let fields = [
            ("form", hidden(page, "form")),
            ("binding", hidden(page, "binding")),
            ("address", address.to_owned()),
            ("password", doctor.password.clone()),
            ("code", code.to_owned()),
        ];
        browser.send(&path, &fields.each_ref().map(|(n, v)| (*n, v.as_str())))
    };
    passes(house, 60);
    let wrong = release(&at_desk, &page, &doctor.address, "000000");
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    clinic.nothing_left();
    passes(house, 60);
    let code = oathtool(house, &seed);
    release(&at_desk, &page, &doctor.address, &code).says("Released.");
    let told = notice(&clinic.relay.wait_for(&clinic.to, 1)[0]);
    assert!(!told.decoded.contains("fasting"), "{told:?}");
    // The doctor sees the notice beside what the patient reads (WM10).
    house.drained();
    let page = own.open(&format!("{}/message/{id}", house.office()));
    let page = page.says("Please come fasting.").text();
    assert!(page.contains("The notice, as it was sent"), "{page}");
    assert!(page.contains(&clinic.to), "{page}");

    answered(&clinic, &own, (&doctor, &told.link));
}
