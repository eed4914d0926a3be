//! Whether elements are in view, and how large they are: one observer of each kind for all.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
    ResizeObserver, ResizeObserverEntry,
};

/// What was observed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sight {
    /// It came into view, or nearly, or left it.
    InView(bool),
    /// Its content's width and height in CSS pixels, and whether it is in the window: that is known
    /// before the frame is painted, where [`Sight::InView`] comes after.
    Size(f64, f64, bool),
}

const ID: &str = "data-observed";

type Listener = Rc<RefCell<dyn FnMut(Sight)>>;

struct Hub {
    views: IntersectionObserver,
    sizes: ResizeObserver,
    told: HashMap<u32, (Element, Listener)>,
    next: u32,
}

thread_local! {
    static HUB: RefCell<Option<Hub>> = RefCell::new(Hub::new());
}

/// Tells of an element from now on, until [`forget`] is called with what this returns.
pub fn observe(element: &Element, tell: impl FnMut(Sight) + 'static) -> Option<u32> {
    HUB.with_borrow_mut(|hub| {
        let hub = hub.as_mut()?;
        hub.next += 1;
        element.set_attribute(ID, &hub.next.to_string()).ok()?;
        hub.told.insert(hub.next, (element.clone(), Rc::new(RefCell::new(tell))));
        hub.views.observe(element);
        hub.sizes.observe(element);
        Some(hub.next)
    })
}

/// Tells no more.
pub fn forget(id: u32) {
    HUB.with_borrow_mut(|hub| {
        let Some(hub) = hub else { return };
        if let Some((element, _)) = hub.told.remove(&id) {
            hub.views.unobserve(&element);
            hub.sizes.unobserve(&element);
        }
    });
}

impl Hub {
    fn new() -> Option<Self> {
        let views = Closure::<dyn Fn(Array)>::new(|entries: Array| {
            for entry in entries {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                tell(&entry.target(), Sight::InView(entry.is_intersecting()));
            }
        });
        let sizes = Closure::<dyn Fn(Array)>::new(|entries: Array| {
            // all places first: what is told can change them
            let seen: Vec<(Element, Sight)> = entries.into_iter().map(size).collect();
            seen.iter().for_each(|(element, sight)| tell(element, *sight));
        });
        let near = IntersectionObserverInit::new();
        // drawn a little before it is scrolled to
        near.set_root_margin("100px");
        let hub = Self {
            views: IntersectionObserver::new_with_options(views.as_ref().unchecked_ref(), &near)
                .ok()?,
            sizes: ResizeObserver::new(sizes.as_ref().unchecked_ref()).ok()?,
            told: HashMap::new(),
            next: 0,
        };
        views.forget();
        sizes.forget();
        Some(hub)
    }
}

fn size(entry: JsValue) -> (Element, Sight) {
    let entry: ResizeObserverEntry = entry.unchecked_into();
    let (element, area) = (entry.target(), entry.content_rect());
    let place = element.get_bounding_client_rect();
    let height = leptos::prelude::window().inner_height().ok().and_then(|height| height.as_f64());
    let is_here = place.bottom() > 0.0 && place.top() < height.unwrap_or_default();
    (element, Sight::Size(area.width(), area.height(), is_here))
}

fn tell(element: &Element, sight: Sight) {
    let id: Option<u32> = element.get_attribute(ID).and_then(|id| id.parse().ok());
    let told = HUB.with_borrow(|hub| {
        let told = hub.as_ref()?.told.get(&id?)?;
        Some(told.1.clone())
    });
    if let Some(told) = told {
        told.borrow_mut()(sight);
    }
}
