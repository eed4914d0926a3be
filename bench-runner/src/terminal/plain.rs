//! Text without characters that steer a terminal, hide, or turn the direction of what follows.
//!
//! In: any text. Out: text that a terminal shows as it is; what was replaced shows as `�`, so that two
//! names do not look alike for what nobody sees.

use std::collections::BTreeMap;

/// One line: line ends and tabs become spaces.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// Several lines: as [`plain`], with `\n` kept.
#[must_use]
pub fn plain_lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { shown(c) }).collect()
}

/// JSON with the same meaning: what [`plain`] would replace within a string is escaped.
#[must_use]
pub fn plain_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_steering(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}

/// The beginning of a long text, with `…` where it was cut; `most` counts characters, those beyond
/// U+FFFF twice, as services do at the most.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(1);
    let fits = |c: &char| {
        let is_fitting = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        is_fitting
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Both ends of a long text, with `…` for its middle: names of one suite often differ at their end.
#[must_use]
pub fn cut_middle(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (front, back) = (most / 2, most.saturating_sub(most / 2 + 1));
    text.chars().take(front).chain(['…']).chain(text.chars().skip(count - back)).collect()
}

/// Texts of a list, each cut in the middle where it is long; where two that differ would then look alike, what they
/// differ in is kept, and where that is too long, they are not cut.
pub fn cut_apart(texts: &[&str], most: usize) -> Vec<String> {
    let mut shown: Vec<String> = texts.iter().map(|text| cut_middle(text, most)).collect();
    let groups = alike(texts, &shown);
    for group in &groups {
        let all: Vec<Vec<char>> = group.iter().map(|at| texts[*at].chars().collect()).collect();
        let (front, back) = common_ends(&all);
        for (at, text) in group.iter().zip(&all) {
            shown[*at] = around(text, front, back, most);
        }
    }
    for group in alike(texts, &shown) {
        for at in group {
            shown[at] = texts[at].to_owned();
        }
    }
    shown
}

/// Places of texts that differ and are shown alike.
fn alike(texts: &[&str], shown: &[String]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, shown) in shown.iter().enumerate() {
        groups.entry(shown).or_default().push(at);
    }
    groups
        .into_values()
        .filter(|group| group.iter().any(|at| texts[*at] != texts[group[0]]))
        .collect()
}

/// How many characters all begin with, and end with.
fn common_ends(all: &[Vec<char>]) -> (usize, usize) {
    let shortest = all.iter().map(Vec::len).min().unwrap_or_default();
    let same = |at: &usize| all.iter().all(|text| text[*at] == all[0][*at]);
    let front = (0..shortest).take_while(same).count();
    let ends = |back: &usize| {
        let end = |text: &[char]| text[text.len() - 1 - back];
        all.iter().all(|text| end(text) == end(&all[0]))
    };
    (front, (0..shortest - front).take_while(ends).count())
}

/// A text whose part between `front` and `back` is kept, with as much of its ends and of what is beside that part as
/// there is room for.
fn around(text: &[char], front: usize, back: usize, most: usize) -> String {
    let middle = text.len() - front - back;
    // two cuts, and at least the first and last characters
    let room = most.saturating_sub(middle + 2) / 4;
    if room == 0 {
        return text.iter().collect();
    }
    let (is_cut_before, is_cut_behind) = (front > 2 * room, back > 2 * room);
    let begin = if is_cut_before { front - room } else { front.min(room) };
    let end = text.len() - if is_cut_behind { back - room } else { back.min(room) };
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let part = |part: &[char]| part.iter().collect::<String>();
    let (head, tail) = (part(&text[..front.min(room)]), part(&text[text.len() - back.min(room)..]));
    let kept = part(&text[begin..end]);
    format!("{head}{}{kept}{}{tail}", cut(is_cut_before), cut(is_cut_behind))
}

fn shown(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_steering(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// C0, DEL and C1; line and paragraph separators; marks, overrides and isolates of direction; what has
/// no width; tags; what XML forbids.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: [char; 14] = [
        '\0',
        '\u{7}',
        '\u{8}',
        '\u{1b}',
        '\u{7f}',
        '\u{9b}',
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{202e}',
        '\u{2066}',
        '\u{feff}',
        '\u{fffb}',
        '\u{e0041}',
    ];

    #[test]
    fn long_texts_of_a_list_keep_what_they_differ_in() {
        let of = |rate: &str| {
            format!("backend=openai-chat,dataset=random,rate={rate},in=16,out=8,prompts=16")
        };
        let (four, eight) = (of("4"), of("80"));
        let shown = cut_apart(&[&four, &eight, "short"], 30);
        assert_eq!(shown, ["backen…,rate=4,in=16…pts=16", "backen…,rate=80,in=16…pts=16", "short"]);
        let same = cut_apart(&[&four, &four], 30);
        assert_eq!(same, [cut_middle(&four, 30), cut_middle(&four, 30)], "the same texts");
        let far =
            [format!("{}a{}", "x".repeat(40), "y".repeat(40)), "x".repeat(40) + &"y".repeat(40)];
        let shown = cut_apart(&[&far[0], &far[1]], 20);
        assert_ne!(shown[0], shown[1]);
        assert!(shown.iter().all(|text| text.chars().count() <= 22), "{shown:?}");
        let [a, b] = ["a", "b"]
            .map(|letter| format!("{}{}{}", "x".repeat(15), letter.repeat(30), "y".repeat(15)));
        assert_eq!(cut_apart(&[&a, &b], 20), [a, b], "no room for what differs");
    }

    #[test]
    fn a_long_name_keeps_both_of_its_ends() {
        assert_eq!(cut_middle("abcdefghij", 10), "abcdefghij");
        assert_eq!(cut_middle("abcdefghijk", 10), "abcde…hijk");
        assert_eq!(cut_middle("éééé", 3), "é…é");
        assert_eq!(cut_middle("ab", 1), "…");
    }

    #[test]
    fn what_steers_or_hides_shows_as_a_replacement_and_line_ends_as_spaces() {
        for c in HOSTILE {
            assert_eq!(plain(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
            assert_eq!(plain_lines(&format!("a{c}\nb")), "a\u{fffd}\nb", "{c:?}");
        }
        assert_eq!(plain("a\nb\r\tc\u{2028}d\u{85}e"), "a b  c d e");
        assert_eq!(plain_lines("a\r\nb\u{2029}c"), "a \nb c");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("a🚀b", 3), "a…");
    }

    #[test]
    fn names_in_any_script_stay_as_they_are() {
        for name in ["Größe – „µs“", "モデル", "نموذج", "модель", "🚀 wan", "±5 %"]
        {
            assert_eq!(plain(name), name);
        }
    }

    #[test]
    fn json_says_the_same_after_it_was_made_plain() {
        let name: String = HOSTILE.iter().chain(&['\u{2028}', 'é', '\n']).collect();
        let json = serde_json::to_string_pretty(&[&name]).expect("a list of text");
        let shown = plain_json(&json);
        assert_eq!(shown.chars().find(|c| *c != '\n' && is_steering(*c)), None, "{shown}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).expect("still JSON"), [name]);
    }
}
