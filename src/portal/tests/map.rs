//! Every route of the portal, read from the router's own source, so that a
//! route that is added is attacked with the others; and a scene in which each
//! of them has something to show and something to lose.

use super::bench::{Bench, Browser};
use super::upload::{parts, send};
use crate::model::Token;
use crate::web::tests::{Route, read};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

/// Every route.
pub(super) fn routes() -> Vec<Route> {
    let source = concat!(include_str!("../mod.rs"), include_str!("../setup.rs"));
    let merged = [".merge(slow.layer", ".merge(setup::router"];
    assert_eq!(source.matches(".merge(").count(), merged.len());
    for other in merged.into_iter().chain([".nest", ".route_service"]) {
        let expected = usize::from(other.starts_with(".merge"));
        assert_eq!(source.matches(other).count(), expected, "{other}");
    }
    let routes = read(source);
    assert!(routes.len() >= 27, "the router is read wrongly");
    routes
}

/// A message that was read and answered, and who did so.
pub(super) struct Scene {
    pub(super) bench: Bench,
    pub(super) link: Token,
    pub(super) inside: Browser,
    message: String,
    sent: String,
    file: String,
    sent_file: String,
    style: String,
}

impl Scene {
    pub(super) async fn set() -> Self {
        let bench = Bench::new().await;
        bench.granted("Jane", "jane@example.com").await;
        let link = bench.send().await;
        let (mut inside, message) = bench.signed_in(&link).await;
        let page = inside.get(&message).await.text();
        let form = inside.get(&format!("{message}/reply")).await.form();
        let body = parts(&form, "Thank you", &[("scan.pdf", PDF)]);
        let answered = send(&mut inside, &message, body).await;
        let sent = answered.header("location").split('?').next().unwrap();
        let sent = sent.to_owned();
        let answer = inside.get(&sent).await.text();
        Self {
            file: reference(&page, "/file/"),
            sent_file: reference(&answer, "/file/"),
            style: reference(&page, "/style-"),
            bench,
            link,
            inside,
            message,
            sent,
        }
    }

    /// The address of something real under this pattern.
    pub(super) fn path(&self, pattern: &str) -> String {
        let path = match pattern {
            "/message/{id}/file/{n}" => self.file.clone(),
            "/sent/{id}/file/{n}" => self.sent_file.clone(),
            "/{file}" => self.style.clone(),
            "/apple/{address}" => "/apple/ruiz@clinic.example".to_owned(),
            pattern => {
                let link = format!("/m/{}", self.link.expose());
                let path = pattern.replace("/m/{link}", &link);
                let path = path.replace("/message/{id}", &self.message);
                path.replace("/sent/{id}", &self.sent)
            }
        };
        assert!(!path.contains('{'), "the scene has nothing for {pattern}");
        path
    }

    /// The value that forms for this path carry: of the link, or of the session.
    pub(super) async fn form(&mut self, pattern: &str) -> String {
        if pattern.starts_with("/sign-in") {
            // The front page gives its form to whoever is outside; the cookie
            // that goes with it is this browser's from then on.
            let session = self.inside.cookies.remove("__Host-session");
            let form = self.inside.get("/").await.form();
            let session = session.map(|value| ("__Host-session".to_owned(), value));
            self.inside.cookies.extend(session);
            return form;
        }
        if pattern.starts_with("/m/") {
            let enter = self.path("/m/{link}/enter");
            return self.bench.browser().get(&enter).await.form();
        }
        let reply = format!("{}/reply", self.message);
        self.inside.get(&reply).await.form()
    }
}

/// The first reference of a page that names `part`.
pub(super) fn reference(page: &str, part: &str) -> String {
    let targets = page.split("href=\"").skip(1);
    let mut targets = targets.filter_map(|t| t.split('"').next());
    targets.find(|t| t.contains(part)).unwrap().to_owned()
}
