//! The list of findings as it is drawn.

use std::sync::Arc;

use leptos::prelude::*;

use super::model::{self, Column, Entry, Filter};
use crate::{
    components::{
        choice::{Choice, Search, Select},
        export::ExportButtons,
        link::{Commit, PageLink},
        message::{Empty, Problems},
        status::OutcomeBadge,
    },
    dataset::{Dataset, point_name},
    format,
    pages::overview::{model::metrics, view::Change},
    query::{Page, Query},
    state::state,
};

/// Rows that are drawn; all are exported.
const ROWS: usize = 300;

/// The page.
#[component]
pub fn Regressions(dataset: Arc<Dataset>) -> impl IntoView {
    let state = state();
    let filter = Memo::new(move |_| state.query.with(Filter::of));
    let entries = {
        let dataset = dataset.clone();
        Memo::new(move |_| filter.with(|filter| model::entries(&dataset, filter)))
    };
    let sheet = {
        let dataset = StoredValue::new(dataset.clone());
        move || dataset.with_value(|dataset| entries.with(|list| model::sheet(dataset, list)))
    };
    let problems = dataset.problems.clone();
    let freshness = format!(
        "{} · newest record {} UTC, {}",
        crate::pages::overview::model::coverage(&dataset),
        format::minute(dataset.newest),
        format::ago(dataset.newest, dataset.now),
    );
    view! {
        <div class="headline"><h1>"Regressions"</h1></div>
        <p class="meta">{freshness}</p>
        <Problems problems/>
        <div class="controls">
            <Search label="Search" param="q" placeholder="benchmark, device, variant"/>
            <Choice label="Findings" param="kind"
                options=&[("worse", "worse"), ("improved", "improved"), ("all", "all")]/>
            <Choice label="Of" param="scope"
                options=&[("newest", "newest records"), ("recent", "all recent records")]/>
            <Select label="Metric" param="metric" all="all" options=metrics(&dataset)/>
            <ExportButtons name="findings" sheet/>
        </div>
        {move || if entries.with(Vec::is_empty) {
            view! { <Empty what="Nothing found." remedy="No record in this selection is beyond its limits. Method says what the limits are; all recent records, or improvements, may have more."/> }.into_any()
        } else {
            view! { <Table dataset=dataset.clone() entries/> }.into_any()
        }}
    }
}

#[component]
fn Table(dataset: Arc<Dataset>, entries: Memo<Vec<Entry>>) -> impl IntoView {
    let total = entries.with_untracked(Vec::len);
    let caption = if total > ROWS {
        format!("The first {ROWS} of {} findings; an export has them all", format::count(total))
    } else {
        format::counted(total, "finding", "findings")
    };
    let rows = move || {
        entries.with(|entries| {
            entries.iter().take(ROWS).map(|entry| line(&dataset, entry)).collect_view()
        })
    };
    view! {
        <div class="scroll"><table>
            <caption>{caption}</caption>
            <thead><tr>
                <Sortable column=Column::Series text="Series"/>
                <Sortable column=Column::Metric text="Metric"/>
                <th scope="col">"Outcome"</th>
                <th scope="col" class="number">"Current"</th>
                <th scope="col" class="number">"Baseline"</th>
                <Sortable column=Column::Change text="Change"/>
                <th scope="col" class="number">"Limit"</th>
                <Sortable column=Column::Since text="Since (UTC)"/>
                <th scope="col">"Commits"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
}

/// A heading that sorts; pressing it again turns the order round.
#[component]
fn Sortable(column: Column, text: &'static str) -> impl IntoView {
    let state = state();
    let filter = Memo::new(move |_| state.query.with(Filter::of));
    let order = move || {
        let filter = filter.get();
        (filter.sort == column).then_some(filter.is_reversed)
    };
    let sort = move |_| {
        let name = column.as_str();
        let value = if order() == Some(false) { format!("-{name}") } else { name.to_owned() };
        state.set_param("sort", value);
    };
    let aria = move || match order() {
        None => "none",
        Some(false) => "descending",
        Some(true) => "ascending",
    };
    let arrow = move || match order() {
        None => "",
        Some(false) => " ↓",
        Some(true) => " ↑",
    };
    view! { <th scope="col" aria-sort=aria><button type="button" on:click=sort>{text}{arrow}</button></th> }
}

fn line(dataset: &Dataset, entry: &Entry) -> impl IntoView + use<> {
    let words = model::words(dataset, entry);
    let series = Query::to(Page::Series(entry.row.key().0.clone()))
        .with("metric", entry.finding.metric.as_str());
    let point = &entry.row.recent.points[entry.index];
    let run = Query::to(Page::Run(entry.row.key().0.clone(), point_name(point)));
    let (before, first) = entry.range();
    let range = dataset.range_url(&before, &first);
    let first_url = dataset.commit_url(&first);
    let change = crate::pages::overview::model::change(&entry.finding);
    view! {
        <tr>
            <th scope="row"><PageLink to=series>{words.benchmark}</PageLink><br/><span class="quiet small plain">{words.place}</span></th>
            <td>{words.metric}</td>
            <td><OutcomeBadge outcome=entry.finding.outcome/></td>
            <td class="number"><PageLink to=run>{words.current}</PageLink></td>
            <td class="number">{words.baseline}</td>
            <td class="number"><Change change outcome=Some(entry.finding.outcome)/></td>
            <td class="number">{words.limit}</td>
            <td class="small">{words.since}</td>
            <td>
                {match range {
                    Some(url) => view! { <a href=url rel="noopener noreferrer" target="_blank">"changes"</a>" " }.into_any(),
                    None => ().into_any(),
                }}
                <Commit commit=first url=first_url/>
            </td>
        </tr>
    }
}
