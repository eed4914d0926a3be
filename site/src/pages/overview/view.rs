//! The overview as it is drawn.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use bench_records::{gate::Outcome, status::Status};
use leptos::prelude::*;

use super::model::{self, Filter};
use crate::{
    chart::sparkline,
    components::{
        choice::{choice, search, select, toggle},
        link::page_link,
        message::{empty, problems},
        status::status_badge,
    },
    dataset::{Dataset, Row},
    dom::{Content, El, before_next_frame, button, effect, el, text},
    format,
    query::{Page, Query},
    state::state,
};

/// Cards that are shown at first; more follow when the reader asks for them.
const CARDS: usize = 60;

/// What a card costs that is not made yet, where one that only comes back into the list costs 1.
const NEW: usize = 4;

/// Cost of the cards before the first frame: more than a window shows.
const AT_FIRST: usize = 24 * NEW;

/// Cost of the cards before any later frame, so that a search answers within it.
const AT_ONCE: usize = 3 * NEW;

/// What is selected: rows in their order, and how many have each status.
type Selected = Memo<(Vec<Arc<Row>>, [usize; 5])>;

/// The page.
pub fn page(dataset: &Arc<Dataset>) -> Content {
    let state = state();
    let filter = Memo::new(move |_| state.query.with(Filter::of));
    let selected: Selected = {
        let dataset = dataset.clone();
        Memo::new(move |_| filter.with(|filter| model::select(&dataset, filter)))
    };
    let heading = el("div", "headline").add(text("h1", "", "Overview"));
    let mut page = vec![heading.add(text("p", "meta", freshness(dataset)))];
    page.extend(problems(&dataset.problems));
    page.extend([chips(selected), controls(dataset)]);
    page.extend(cards(dataset, selected, filter));
    page
}

/// How much there is, how fresh it is, and how much of it was judged.
fn freshness(dataset: &Dataset) -> String {
    let series = format::counted(dataset.rows.len(), "series", "series");
    let records = format::counted(dataset.records, "record", "records");
    let aside = match dataset.set_aside {
        0 => String::new(),
        n => format!(" · {} set aside", format::counted(n, "file", "files")),
    };
    if dataset.rows.is_empty() {
        return format!("{series}, {records}{aside}");
    }
    let coverage = model::coverage(dataset);
    let newest = format::minute(dataset.newest);
    let ago = format::ago(dataset.newest, dataset.now);
    format!("{series}, {records}{aside} · newest {newest} UTC, {ago} · {coverage}")
}

/// How many series stand how; each is a filter.
fn chips(selected: Selected) -> El {
    let state = state();
    let current = state.param("status");
    let chips = Status::ALL.into_iter().enumerate().map(|(index, status)| {
        let word = status.as_str();
        let is_current = move || current.with(|current| current == word);
        let press = move || {
            let is_pressed = current.with_untracked(|current| current == word);
            state.set_param("status", if is_pressed { "" } else { word });
        };
        let count = move || selected.with(|(_, counts)| counts[index].to_string());
        toggle("chip", "", is_current, press)
            .add(text("span", "", status.shape()).attr("aria-hidden", "true"))
            .add(el("b", "").live_text(count))
            .text(word)
    });
    el("div", "chips").attr("role", "group").attr("aria-label", "Status").all(chips)
}

fn controls(dataset: &Dataset) -> El {
    let same = |values: Vec<String>| values.into_iter().map(|v| (v.clone(), v)).collect();
    let list = |label, param, all, options: Vec<(String, String)>| {
        (options.len() > 1).then(|| select(label, param, all, options))
    };
    let lists = [
        list("Device", "device", "all", same(model::facet(dataset, Row::device))),
        list("Benchmark", "benchmark", "all", same(model::facet(dataset, Row::benchmark))),
        list("Metric", "metric", "first of each", model::metrics(dataset)),
    ];
    let orders = [("worst", "worst first"), ("name", "name"), ("newest", "newest")];
    el("div", "controls")
        .add(search("Search", "q", "benchmark, device, variant"))
        .all(lists.into_iter().flatten())
        .add(choice("Order", "sort", &orders))
}

/// The cards, what stands in their place where there are none, and a button for more.
fn cards(dataset: &Arc<Dataset>, selected: Selected, filter: Memo<Filter>) -> Content {
    let most = RwSignal::new(CARDS);
    let list = el("ul", "cards");
    let deck = Rc::new(Deck {
        dataset: dataset.clone(),
        list: list.clone(),
        made: RefCell::default(),
        shown: RefCell::default(),
        owner: Owner::current().unwrap_or_default(),
        turn: StoredValue::new(0),
    });
    effect(move || {
        let metric = filter.with(|filter| filter.metric.clone());
        let rows = selected.with(|(rows, _)| rows.iter().take(most.get()).cloned().collect());
        let turn = deck.turn.get_value() + 1;
        deck.turn.set_value(turn);
        let most = if turn == 1 { AT_FIRST } else { AT_ONCE };
        Deck::deal(deck.clone(), turn, (rows, metric), most);
    });
    let total = move || selected.with(|(rows, _)| rows.len());
    let is_empty = dataset.rows.is_empty();
    let nothing = move || match (total(), is_empty) {
        (0, true) => {
            let remedy = "Run `bench-runner gate`, then `bench-runner publish`.";
            vec![empty("This history has no records yet.", remedy)]
        }
        (0, false) => {
            vec![empty("No series matches.", "Shorten the search, or take a filter back.")]
        }
        _ => Vec::new(),
    };
    let more = move || {
        let left = total().saturating_sub(most.get());
        let words = format!("Show more: {} left", format::count(left));
        let press = move || most.update(|most| *most += 2 * CARDS);
        let more = (left > 0).then(|| el("p", "").add(button("", words, press)));
        more.into_iter().collect()
    };
    let shown = move || format::counted(total(), "series shown", "series shown");
    vec![
        el("p", "hidden").attr("role", "status").live_text(shown),
        list,
        el("div", "").live(nothing).live(more),
    ]
}

/// What is to be shown: rows, and the metric that the reader chose.
type Hand = (Vec<Arc<Row>>, String);

/// Names a card: its series and its metric.
type Name = (String, String);

/// Cards that were made, so that a search only puts them in or takes them out.
struct Deck {
    dataset: Arc<Dataset>,
    list: El,
    made: RefCell<HashMap<Name, El>>,
    /// Those that are in the list.
    shown: RefCell<Vec<(Name, El)>>,
    /// The page, which cards belong to however late they are made.
    owner: Owner,
    /// Counts the hands: one that is not the last is shown no further.
    turn: StoredValue<u32>,
}

impl Deck {
    /// Shows the cards of `hand`: those that are shown already and others for a cost of at most
    /// `left` at once, the rest frame by frame.
    fn deal(deck: Rc<Self>, turn: u32, hand: Hand, mut left: usize) {
        let cards: Vec<(Name, El)> = {
            let shown = deck.shown.borrow();
            let shown: HashSet<&Name> = shown.iter().map(|(name, _)| name).collect();
            let card = |row: &Arc<Row>| deck.card(row, &hand.1, &shown, &mut left);
            hand.0.iter().map_while(card).collect()
        };
        let is_all = cards.len() == hand.0.len();
        deck.show(cards);
        if !is_all {
            before_next_frame(move || {
                if deck.turn.try_get_value() == Some(turn) {
                    Self::deal(deck, turn, hand, AT_ONCE);
                }
            });
        }
    }

    /// Puts these cards into the list. What stays is not touched: a browser would lay it out again.
    fn show(&self, cards: Vec<(Name, El)>) {
        let wanted: HashSet<&Name> = cards.iter().map(|(name, _)| name).collect();
        let mut shown = self.shown.borrow_mut();
        shown.retain(|(name, card)| {
            let stays = wanted.contains(name);
            if !stays {
                card.node().remove();
            }
            stays
        });
        let mut left = shown.iter().peekable();
        let mut placed: HashSet<&Name> = HashSet::new();
        for (name, card) in &cards {
            while left.next_if(|(next, _)| placed.contains(next)).is_some() {}
            if left.next_if(|(next, _)| next == name).is_none() {
                self.list.put_before(card, left.peek().map(|(_, next)| next));
            }
            placed.insert(name);
        }
        *shown = cards;
    }

    /// The card of a row, made where it was not yet; `None` where that costs more than is left.
    fn card(
        &self,
        row: &Row,
        metric: &str,
        shown: &HashSet<&Name>,
        left: &mut usize,
    ) -> Option<(Name, El)> {
        let name = (row.key().0.clone(), metric.to_owned());
        if let Some(made) = self.made.borrow().get(&name) {
            *left = left.checked_sub(usize::from(!shown.contains(&name)))?;
            return Some((name, made.clone()));
        }
        *left = left.checked_sub(NEW)?;
        let made = self.owner.with(|| el("li", "").add(card(&self.dataset, row, metric)));
        self.made.borrow_mut().insert(name.clone(), made.clone());
        Some((name, made))
    }
}

fn card(dataset: &Dataset, row: &Row, metric: &str) -> El {
    let (benchmark, device, variant) = row.name();
    let place =
        if variant.is_empty() { device.to_owned() } else { format!("{device} · {variant}") };
    let key = model::card_metric(row, metric).unwrap_or_default();
    let figures = model::figures(dataset, row, key);
    let spark = model::spark(dataset, row, key, &figures);
    let title = format!("{benchmark} on {place}");
    let top = el("span", "top")
        .add(text("span", "name", benchmark).attr("title", &title))
        .add(status_badge(row.status()));
    let line = el("span", "line")
        .add(text("span", "value", &figures.value))
        .all(change(figures.change, figures.outcome))
        .add(text("span", "quiet small", &figures.label));
    let remark = model::remark(dataset, row, key);
    page_link(Query::to(Page::Series(row.key().0.clone())), "card", "")
        .add(top)
        .add(text("span", "where", place))
        .add(line)
        .add(el("span", "trace").add(sparkline(spark)))
        .all(remark.map(|remark| text("span", "line quiet small", remark)))
}

/// A change in percent, coloured where it is gated and beyond its limit.
pub fn change(change: Option<f64>, outcome: Option<Outcome>) -> Option<El> {
    let class = match outcome {
        Some(Outcome::Regression) => "worse",
        Some(Outcome::Improved) => "better",
        _ => "quiet",
    };
    change.map(|change| text("span", class, format::percent(change)))
}
