//! Memory of the process that draws a page.

use std::fs;

/// Proportional memory of the largest renderer below the driver's process, in bytes: what it has
/// alone, and its share of what it has in common with others. `None` where the system has no /proc.
pub fn renderer_bytes(driver: u32) -> Option<u64> {
    let parents: Vec<(u32, u32)> =
        fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| parent(&entry)).collect();
    let renders = |process: &u32| {
        let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains("--type=renderer")
    };
    let below = |process: &u32| is_below(*process, driver, &parents);
    let processes = parents.iter().map(|(process, _)| *process).filter(below).filter(renders);
    processes.filter_map(proportional_bytes).max()
}

fn parent(entry: &fs::DirEntry) -> Option<(u32, u32)> {
    let process: u32 = entry.file_name().to_str()?.parse().ok()?;
    let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
    // the name, in brackets, can hold anything; state and parent follow it
    let after_name = &stat[stat.rfind(')')? + 1..];
    Some((process, after_name.split_whitespace().nth(1)?.parse().ok()?))
}

fn is_below(process: u32, ancestor: u32, parents: &[(u32, u32)]) -> bool {
    let parent_of =
        |process: u32| parents.iter().find(|(own, _)| *own == process).map(|pair| pair.1);
    std::iter::successors(parent_of(process), |&above| parent_of(above))
        .any(|above| above == ancestor)
}

fn proportional_bytes(process: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_below_its_parents_parent_and_not_below_itself() {
        let parents = [(2, 1), (3, 2), (9, 1)];
        assert!(is_below(3, 2, &parents) && is_below(3, 1, &parents));
        assert!(!is_below(9, 2, &parents) && !is_below(2, 2, &parents));
    }
}
