//! A zoom of one chart is seen in the others of its page, and stands in the address.

use serde_json::Value;
use site_tests::{
    history::{History, steady},
    keys::{CONTROL, LEFT},
    session::Window,
};

use crate::support::{Page, open, serve};

fn history() -> History {
    History::default().series("wan-t2v", "L40S", &steady(10.0, 60, 12.0))
}

fn hash(history: &History) -> String {
    format!("#/series/{}?days=all", history.key("wan-t2v", "L40S"))
}

/// The first two charts as they are drawn, and of each the strip with the dates alone; empty while
/// one is not drawn.
const DRAWN: &str = "(charts => charts.length === 2 && charts.every(c => c.width > 300) && charts.map(c => { \
    const dates = Math.round(20 * c.height / c.clientHeight); \
    const strip = c.getContext('2d').getImageData(0, c.height - dates, c.width, dates); \
    return [c.toDataURL(), strip.data.reduce((sum, part, at) => (sum * 31 + part * at) % 1e9, 7)]; \
    }))([...document.querySelectorAll('main figure canvas')].slice(0, 2))";

struct Charts {
    page: Page,
    /// As they were drawn at first.
    all: Shown,
}

/// Charts as they are drawn, and the address that says so.
struct Shown {
    drawn: Value,
    hash: String,
}

impl Charts {
    fn opened() -> Self {
        let history = history();
        let page = open(&history, &hash(&history));
        // what comes below the charts moves none of them
        page.wait("document.querySelectorAll('main table').length > 1");
        page.has_levels();
        let all = Shown { drawn: page.wait(DRAWN), hash: page.hash() };
        page.run("document.querySelector('main figure [tabindex=\"0\"]').focus()");
        Self { page, all }
    }

    /// Waits until the address has another zoom than before, which it has once a zoom rests, and until
    /// both charts, and the dates below both, are drawn otherwise.
    fn zoomed_from(&self, before: &Shown) -> Shown {
        self.page.wait(&format!(
            "/[?&]from=\\d+&to=\\d+/.test(location.hash) && location.hash !== {}",
            Value::from(before.hash.as_str())
        ));
        let differ = |chart: usize| {
            let was = &before.drawn[chart];
            format!("now[{chart}][0] !== {} && now[{chart}][1] !== {}", was[0], was[1])
        };
        let other = format!("(now => now && {} && {} && now)({DRAWN})", differ(0), differ(1));
        Shown { drawn: self.page.wait(&other), hash: self.page.hash() }
    }

    /// Waits until all is shown again.
    fn show_all_again(&self) {
        self.page.wait("!location.hash.includes('from=')");
        self.page.wait(&format!(
            "JSON.stringify({DRAWN}) === {}",
            Value::from(self.all.drawn.to_string())
        ));
    }

    /// Somebody else who opens the address sees the same, but for parts of a pixel: the address has
    /// whole seconds.
    fn are_shared(&self, shown: &Shown) {
        let other = Page::of(serve(&history()), &shown.hash, Window::default());
        let theirs = other.wait(DRAWN);
        let unlike = |a: &Value, b: &Value| {
            let share = other.run(&UNLIKE.replace("[A, B]", &format!("[{a}, {b}]")));
            share.as_f64().expect("a share")
        };
        for chart in 0..2 {
            let theirs = &theirs[chart][0];
            let same = unlike(&shown.drawn[chart][0], theirs);
            let all = unlike(&self.all.drawn[chart][0], theirs);
            assert!(same < all / 10.0, "{same} of the zoom's pixels differ, {all} of the whole's");
        }
    }
}

/// The share of pixels that are clearly others in one picture than in another.
const UNLIKE: &str = "
    const pixels = async address => {
        const picture = new Image();
        picture.src = address;
        await picture.decode();
        const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
        context.drawImage(picture, 0, 0);
        return context.getImageData(0, 0, picture.width, picture.height).data;
    };
    return Promise.all([A, B].map(pixels)).then(([a, b]) =>
        a.reduce((count, part, at) => count + (Math.abs(part - b[at]) > 100), 0) / a.length);
";

#[test]
fn the_wheel_over_one_chart_zooms_the_others_too() {
    let charts = Charts::opened();
    let middle = charts.page.run(
        "const box = document.querySelector('main figure [tabindex=\"0\"]').getBoundingClientRect();
         return [box.left + box.width / 2, box.top + box.height / 2].map(Math.round);",
    );
    let at = |index: usize| middle[index].as_i64().expect("a pixel");
    let turn = |pixels: i64| {
        charts.page.session.wheel((at(0), at(1)), pixels, CONTROL).expect("the wheel turns");
    };
    turn(-240);
    let closer = charts.zoomed_from(&charts.all);
    turn(-240);
    let closest = charts.zoomed_from(&closer);
    charts.are_shared(&closest);
    turn(600);
    turn(600);
    charts.show_all_again();
}

#[test]
fn the_keys_on_one_chart_zoom_and_move_the_others_too() {
    let charts = Charts::opened();
    charts.page.press(&[LEFT, "+"]);
    let closer = charts.zoomed_from(&charts.all);
    charts.page.press(&["+", "+"]);
    let closest = charts.zoomed_from(&closer);
    charts.are_shared(&closest);
    charts.page.press(&["0"]);
    charts.show_all_again();
}
